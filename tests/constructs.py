"""The constructs of the language, and where they stand in programs.

A construct is found in the statements of a program, by a walk over their terms. The statements of a program that cannot be parsed are
searched one by one; those that are not of the form of their keyword count for the construct of that keyword.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nesylang.source import NesyError, Span
from nesylang.syntax.classify import classify
from nesylang.syntax.files import read_source
from nesylang.syntax.parser import Parser
from nesylang.syntax.statements import (
    Clause,
    DataDeclaration,
    Directive,
    EnumerationDomain,
    Evidence,
    ExpectAnswers,
    ExpectError,
    ExpectProbability,
    FactTable,
    ForeignDeclaration,
    Head,
    Import,
    InputDeclaration,
    ListDomain,
    NamedType,
    NeuralDeclaration,
    PredicateDeclaration,
    Query,
    RangeDomain,
    Statement,
    TypeDeclaration,
    TypeReference,
)
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable, head_aggregate, subterms
from tests.conformance import ROOT

Find = Callable[[Statement], Iterator[Span]]

NESYLANG_LIBRARIES = sorted(path.stem for path in (ROOT / "stdlib").glob("*.nesy"))

PROBLOG_LIBRARIES = ("lists", "apply", "string", "aggregate", "collect", "cut", "control", "db")
"""ProbLog's libraries with predicates that a program can call."""

PLAIN_TYPES = ("int", "integer", "float", "number", "string", "atom", "list", "bool", "term", "any")


@dataclass(frozen=True)
class Construct:
    """Something a program can say: ``find`` yields its places in a statement, ``text`` finds it where the statement is malformed."""

    name: str
    find: Find
    text: str | None = None


def goals_of(statement: Statement) -> Iterator[Term]:
    """Yield the terms of a statement that are goals or bodies."""
    match statement:
        case Clause(body=body) if body is not None:
            yield body
        case Query(goal=goal, condition=condition) | ExpectProbability(goal=goal, condition=condition):
            yield goal
            if condition is not None:
                yield condition
        case ExpectAnswers(goal=goal):
            yield goal
        case Evidence(atom=atom):
            yield atom


def heads_of(statement: Statement) -> Iterator[Head]:
    """Yield the heads of a clause, grammar rules left out."""
    if isinstance(statement, Clause) and not is_grammar(statement):
        yield from statement.heads


def is_grammar(statement: Statement) -> bool:
    """Return whether a statement is a grammar rule."""
    match statement:
        case Clause(heads=(Head(atom=Compound(functor="-->")), *_)):
            return True
    return False


def types_of(statement: Statement) -> Iterator[TypeReference]:
    """Yield the types in a declaration, those within others included."""
    pending: list[TypeReference] = []
    match statement:
        case TypeDeclaration(domain=domain) if domain is not None:
            pending = [domain]
        case PredicateDeclaration(arguments=arguments):
            pending = [*arguments]
        case NeuralDeclaration(inputs=arguments, output=output) | InputDeclaration(arguments=arguments, output=output):
            pending = [*arguments, *([output] if output is not None else [])]
        case ForeignDeclaration(arguments=arguments, outputs=outputs):
            pending = [*arguments, *outputs]
        case DataDeclaration(columns=columns) if columns is not None:
            pending = [column.type for column in columns if column.type is not None]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, ListDomain):
            pending.append(current.element)


def statement(kind: type | tuple[type, ...], test: Callable[[Statement], bool] = lambda _: True) -> Find:
    """Return a search for statements of a kind."""

    def find(found: Statement) -> Iterator[Span]:
        if isinstance(found, kind) and test(found):
            yield found.span

    return find


def goal(test: Callable[[Term], bool]) -> Find:
    """Return a search for goals, and for terms within them."""

    def find(found: Statement) -> Iterator[Span]:
        for body in goals_of(found):
            yield from (term.span for term in subterms(body) if test(term))

    return find


def call(*names: str, arity: int | None = None) -> Find:
    """Return a search for compounds and atoms with one of some names."""

    def test(term: Term) -> bool:
        if isinstance(term, Compound):
            return term.functor in names and arity in (None, len(term.args))
        return isinstance(term, Atom) and term.name in names and arity in (None, 0)

    return goal(test)


def any_term(test: Callable[[Term], bool]) -> Find:
    """Return a search for terms anywhere in clauses and questions."""

    def find(found: Statement) -> Iterator[Span]:
        terms = [*goals_of(found), *(head.atom for head in heads_of(found))]
        if isinstance(found, FactTable):
            terms += [fact.heads[0].atom for fact in found.facts()]
        for term in terms:
            yield from (inner.span for inner in subterms(term) if test(inner))

    return find


def clause(test: Callable[[Clause], bool]) -> Find:
    """Return a search for clauses, those in tables included, that are no grammar rules."""

    def find(found: Statement) -> Iterator[Span]:
        clauses = found.facts() if isinstance(found, FactTable) else (found,)
        for each in clauses:
            if isinstance(each, Clause) and not is_grammar(each) and test(each):
                yield each.span

    return find


def probability(test: Callable[[Term], bool]) -> Find:
    """Return a search for heads by their probability."""

    def find(found: Statement) -> Iterator[Span]:
        for head in heads_of(found):
            if head.probability is not None and test(head.probability):
                yield found.span

    return find


def grammar(test: Callable[[Term], bool]) -> Find:
    """Return a search within grammar rules."""

    def find(found: Statement) -> Iterator[Span]:
        if is_grammar(found):
            assert isinstance(found, Clause)
            for head in found.heads:
                yield from (found.span for term in subterms(head.atom) if test(term))

    return find


def typed(test: Callable[[TypeReference], bool]) -> Find:
    """Return a search for types in declarations."""

    def find(found: Statement) -> Iterator[Span]:
        yield from (reference.span for reference in types_of(found) if test(reference))

    return find


def learnable(arity: int, free: bool) -> Callable[[Term], bool]:
    """Return the test for ``t(0.3)`` or ``t(_)``, with keys where there are more arguments."""

    def test(term: Term) -> bool:
        if not isinstance(term, Compound) or term.functor != "t" or (len(term.args) > 1) != (arity > 1):
            return False
        return isinstance(term.args[0], Variable) == free

    return test


def network(arity: int, values: bool) -> Callable[[Term], bool]:
    """Return the test for ProbLog's annotation of a network."""

    def test(term: Term) -> bool:
        return (
            isinstance(term, Compound)
            and term.functor == "nn"
            and len(term.args) == arity
            and isinstance(term.args[-1], ListTerm) == values
        )

    return test


def quantifier(name: str, domain: Callable[[Term], bool]) -> Find:
    """Return a search for quantifiers by what stands before the colon."""

    def test(term: Term) -> bool:
        match term:
            case Compound(functor=functor, args=(Compound(functor=":", args=(before, _)),)) if functor == name:
                return any(domain(part) for part in subterms(before))
        return False

    return goal(test)


def directive(test: Callable[[Term], bool]) -> Find:
    """Return a search for directives."""

    def find(found: Statement) -> Iterator[Span]:
        if isinstance(found, Directive) and test(found.goal):
            yield found.span

    return find


def loads(functor: str, library: bool) -> Find:
    """Return a search for ProbLog's ways to load files and libraries."""

    def test(term: Term) -> bool:
        if not isinstance(term, Compound) or term.functor != functor:
            return False
        argument = term.args[0]
        return library == (isinstance(argument, Compound) and argument.functor == "library")

    return directive(test)


def is_in(domain: Callable[[Term], bool]) -> Find:
    """Return a search for memberships by their domain."""
    return goal(lambda term: isinstance(term, Compound) and term.functor == "in" and len(term.args) == 2 and domain(term.args[1]))


def has_negated_head(found: Clause) -> bool:
    """Return whether a clause takes an atom away."""
    return any(isinstance(head.atom, Compound) and head.atom.functor in ("\\+", "not") for head in found.heads)


def compound(term: Term, *functors: str) -> bool:
    """Return whether a term is a compound with one of some functors."""
    return isinstance(term, Compound) and term.functor in functors


def question(name: str) -> Find:
    """Return a search for ProbLog's ways to ask and observe."""
    return clause(lambda found: any(isinstance(head.atom, Compound) and head.atom.functor == name for head in found.heads))


def aggregate_of(name: str) -> Find:
    """Return a search for an aggregate."""
    return goal(lambda term: compound(term, f"{name}{{}}"))


def within_aggregate(term: Term) -> bool:
    """Return whether a term is an aggregate within another one."""
    return compound(term, *AGGREGATES) and any(compound(inner, *AGGREGATES) for inner in subterms(term) if inner is not term)


def compared_aggregate(*operators: str) -> Find:
    """Return a search for comparisons with an aggregate on one side."""

    def test(term: Term) -> bool:
        return compound(term, *operators) and any(compound(inner, *AGGREGATES) for inner in subterms(term))

    return goal(test)


AGGREGATES = ("count{}", "sum{}", "min{}", "max{}", "avg{}")

CLAUSES = (
    Construct("fact", clause(lambda c: c.body is None and len(c.heads) == 1 and c.heads[0].probability is None)),
    Construct("rule", clause(lambda c: c.body is not None and len(c.heads) == 1 and c.heads[0].probability is None)),
    Construct("probabilistic fact", clause(lambda c: c.body is None and len(c.heads) == 1 and c.heads[0].probability is not None)),
    Construct("probabilistic rule", clause(lambda c: c.body is not None and len(c.heads) == 1 and c.heads[0].probability is not None)),
    Construct("disjunction", clause(lambda c: c.body is None and len(c.heads) > 1)),
    Construct("disjunction with a body", clause(lambda c: c.body is not None and len(c.heads) > 1)),
    Construct("probability: a number", probability(lambda p: isinstance(p, (Integer, Float)))),
    Construct("probability: an expression", probability(lambda p: compound(p, "/", "*", "+", "-"))),
    Construct("probability: a variable", probability(lambda p: isinstance(p, Variable))),
    Construct("probability: t(0.3)", probability(learnable(1, free=False))),
    Construct("probability: t(_)", probability(learnable(1, free=True))),
    Construct("probability: t(0.3, X)", probability(learnable(2, free=False))),
    Construct("probability: t(_, X)", probability(learnable(2, free=True))),
    Construct("negated head", clause(has_negated_head)),
    Construct(
        "head aggregate sum<X>", clause(lambda c: any(head_aggregate(t) for head in c.heads for t in subterms(head.atom))), r"\w<\w+>"
    ),
)

NETWORKS = (
    Construct("neural: a value for each input", statement(NeuralDeclaration, lambda s: s.output is not None), r"neural .*->"),
    Construct("neural: a coin for each input", statement(NeuralDeclaration, lambda s: s.output is None), r"neural [^>]*$"),
    Construct("neural: several inputs", statement(NeuralDeclaration, lambda s: len(s.inputs) > 1)),
    Construct("nn with a list of values", probability(network(4, values=True))),
    Construct("nn without a value", probability(network(2, values=True))),
    Construct("nn of a tensor", probability(network(3, values=False))),
    Construct("input of coins", statement(InputDeclaration, lambda s: s.output is None)),
    Construct("input of distributions", statement(InputDeclaration, lambda s: s.output is not None)),
    Construct("input without arguments", statement(InputDeclaration, lambda s: not s.arguments)),
    Construct("foreign: a test", statement(ForeignDeclaration, lambda s: not s.outputs)),
    Construct("foreign: one output", statement(ForeignDeclaration, lambda s: len(s.outputs) == 1)),
    Construct("foreign: several outputs", statement(ForeignDeclaration, lambda s: len(s.outputs) > 1)),
)

DECLARATIONS = (
    Construct("type: a range", statement(TypeDeclaration, lambda s: isinstance(s.domain, RangeDomain)), r"type .*\.\."),
    Construct("type: an enumeration", statement(TypeDeclaration, lambda s: isinstance(s.domain, EnumerationDomain)), r"type .*\{"),
    Construct("type: another name", statement(TypeDeclaration, lambda s: isinstance(s.domain, NamedType))),
    Construct("type: opaque", statement(TypeDeclaration, lambda s: s.domain is None)),
    Construct("type: list(...)", typed(lambda t: isinstance(t, ListDomain))),
    Construct("a range in place", typed(lambda t: isinstance(t, RangeDomain))),
    Construct("an enumeration in place", typed(lambda t: isinstance(t, EnumerationDomain))),
    Construct("pred", statement(PredicateDeclaration), r"pred "),
    Construct("data: all columns", statement(DataDeclaration, lambda s: s.columns is None)),
    Construct("data: named columns", statement(DataDeclaration, lambda s: any(isinstance(c.key, str) for c in s.columns or ()))),
    Construct("data: positions", statement(DataDeclaration, lambda s: any(isinstance(c.key, int) for c in s.columns or ()))),
    Construct("data: typed columns", statement(DataDeclaration, lambda s: any(c.type is not None for c in s.columns or ()))),
    Construct("data: probabilities", statement(DataDeclaration, lambda s: s.probability is not None)),
)

BODIES = (
    Construct(", in a body", call(",", arity=2)),
    Construct("; in a body", call(";", arity=2)),
    Construct("not", call("not", "\\+", "~", arity=1)),
    Construct("if-then-else", goal(lambda t: compound(t, ";") and any(compound(a, "->") for a in t.args))),
    Construct("=>", call("=>", arity=2)),
    Construct("<=>", call("<=>", arity=2)),
    Construct("xor", call("xor", arity=2)),
    Construct("forall over a domain", quantifier("forall", lambda t: compound(t, "in"))),
    Construct("forall of a variable", quantifier("forall", lambda t: isinstance(t, Variable))),
    Construct("forall over a goal", quantifier("forall", lambda t: isinstance(t, Compound) and t.functor not in ("in", ",", ".."))),
    Construct("exists over a domain", quantifier("exists", lambda t: compound(t, "in"))),
    Construct("exists of a variable", quantifier("exists", lambda t: isinstance(t, Variable))),
    Construct("forall of two goals", call("forall", arity=2)),
    Construct("findall", call("findall", arity=3)),
    Construct("= and \\=", call("=", "\\=", arity=2)),
    Construct("== and \\==", call("==", "\\==", arity=2)),
    Construct("is", call("is", arity=2)),
    Construct("< and >", call("<", ">", "=<", ">=", arity=2)),
    Construct("=:= and =\\=", call("=:=", "=\\=", arity=2)),
    Construct("in a range", is_in(lambda t: compound(t, ".."))),
    Construct("in an enumeration", is_in(lambda t: compound(t, "{}"))),
    Construct("in a list", is_in(lambda t: isinstance(t, ListTerm))),
    Construct("in a type", is_in(lambda t: isinstance(t, Atom))),
    Construct("call with arguments", goal(lambda t: compound(t, "call") and len(t.args) > 1)),
    Construct("a builtin", call("length", "functor", "arg", "sort", "between", "succ", "plus", "atom_chars", "atom_length")),
)

AGGREGATION = (
    *(Construct(f"{name}{{...}}", aggregate_of(name)) for name in ("count", "sum", "min", "max", "avg")),
    Construct("an aggregate with keys", goal(lambda t: compound(t, "sum{}", "avg{}") and compound(t.args[0].args[0], ","))),
    Construct("an aggregate within another", goal(within_aggregate)),
    Construct("an aggregate that is compared", compared_aggregate("<", ">", "=<", ">=", "=:=", "=\\=")),
    Construct("an aggregate with a name", compared_aggregate("=", "is")),
    Construct(
        "an aggregate in arithmetic", goal(lambda t: compound(t, "+", "-", "*", "/") and any(compound(a, *AGGREGATES) for a in t.args))
    ),
)

GRAMMARS = (
    Construct("grammar rule", grammar(lambda t: compound(t, "-->"))),
    Construct("a string of terminals", grammar(lambda t: isinstance(t, String))),
    Construct("a list of terminals", grammar(lambda t: isinstance(t, ListTerm))),
    Construct("a goal in braces", grammar(lambda t: compound(t, "{}"))),
    Construct("what is put in front of the rest", grammar(lambda t: compound(t, "-->") and compound(t.args[0], ","))),
    Construct("stochastic grammar rule", grammar(lambda t: compound(t, "-->") and any(compound(s, "::") for s in subterms(t.args[1])))),
    Construct("grammar rule with a probability", grammar(lambda t: compound(t, "-->") and compound(t.args[0], "::"))),
    Construct("phrase", call("phrase")),
)

QUESTIONS = (
    Construct("query", statement(Query)),
    Construct("query(...)", question("query")),
    Construct("given", statement((Query, ExpectProbability), lambda s: s.condition is not None)),
    Construct("evidence", statement(Evidence, lambda s: s.value)),
    Construct("evidence not", statement(Evidence, lambda s: not s.value)),
    Construct("evidence about an aggregate", statement(Evidence, lambda s: any(compound(t, *AGGREGATES) for t in subterms(s.atom)))),
    Construct("evidence(...)", question("evidence")),
    Construct("expect a probability", statement(ExpectProbability), r"expect (?!answers|error)"),
    Construct("expect answers", statement(ExpectAnswers), r"expect answers"),
    Construct("expect error", statement(ExpectError), r"expect error"),
)

MODULES = (
    Construct("import of a library", statement(Import, lambda s: s.library)),
    Construct("import of a file", statement(Import, lambda s: not s.library and s.target.endswith(".nesy"))),
    Construct("import of a ProbLog program", statement(Import, lambda s: not s.library and s.target.endswith(".pl"))),
    Construct("use_module of a library", loads("use_module", library=True)),
    Construct("use_module of a file", loads("use_module", library=False)),
    Construct("consult", loads("consult", library=False)),
    Construct("a list of files", directive(lambda t: isinstance(t, ListTerm))),
    Construct("csv_load", directive(lambda t: compound(t, "csv_load"))),
    Construct("sqlite_load", directive(lambda t: compound(t, "sqlite_load"))),
    Construct("table, dynamic and the like", directive(lambda t: compound(t, "table", "dynamic", "discontiguous", "multifile"))),
)

TERMS = (
    Construct("variable", any_term(lambda t: isinstance(t, Variable))),
    Construct("quoted atom", any_term(lambda t: isinstance(t, Atom) and t.span.text.startswith("'"))),
    Construct("float", any_term(lambda t: isinstance(t, Float))),
    Construct("string", any_term(lambda t: isinstance(t, String))),
    Construct("list with a tail", any_term(lambda t: isinstance(t, ListTerm) and t.tail is not None)),
    Construct("compound", any_term(lambda t: isinstance(t, Compound))),
)

PLAIN = tuple(Construct(f"type {name}", typed(lambda t, name=name: isinstance(t, NamedType) and t.name == name)) for name in PLAIN_TYPES)

CONSTRUCTS = (*CLAUSES, *NETWORKS, *DECLARATIONS, *PLAIN, *BODIES, *AGGREGATION, *GRAMMARS, *QUESTIONS, *MODULES, *TERMS)


@cache
def parsed(path: Path) -> tuple[tuple[Statement, ...], tuple[Span, ...]]:
    """Return the statements of a program, and the places of those that are malformed."""
    parser = Parser(read_source(path))
    statements: list[Statement] = []
    malformed: list[Span] = []
    for sentence in parser.sentences():
        try:
            statements.append(classify(sentence))
        except NesyError:
            malformed.append(sentence.span)
    malformed += [diagnostic.span for diagnostic in parser.diagnostics if diagnostic.span is not None]
    return tuple(statements), tuple(malformed)


def lines(span: Span) -> range:
    """Return the numbers of the lines of a place."""
    return range(span.line, span.source.position(max(span.start, span.end - 1))[0] + 1)


def uses(construct: Construct, path: Path) -> bool:
    """Return whether a program has a construct."""
    return any(True for statement in parsed(path)[0] for _ in construct.find(statement))


def is_marked(construct: Construct, path: Path, marks: set[tuple[int, int]]) -> bool:
    """Return whether one of some places, lines and columns of a program, is the construct or a part of it."""
    statements, malformed = parsed(path)
    for statement in statements:
        for span in construct.find(statement):
            if any((span.line, span.column) <= mark < span.source.position(span.end) for mark in marks):
                return True
    if construct.text is None:
        return False
    text = [span.source.line(line) for span in malformed for line in lines(span) if any(line == mark[0] for mark in marks)]
    return any(re.search(construct.text, line) for line in text)


def libraries_in(path: Path) -> tuple[set[str], set[str]]:
    """Return the libraries of nesylang and those of ProbLog that a program loads."""
    own: set[str] = set()
    foreign: set[str] = set()
    for statement in parsed(path)[0]:
        match statement:
            case Import(target=target, library=True):
                own.add(target)
            case Directive(goal=Compound(functor="use_module", args=(Compound(functor="library", args=(Atom(name=name),)), *_))):
                foreign.add(name)
    return own, foreign
