"""What the passes look at: the statements of a program, sorted and indexed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nesylang.analysis.builtins import DIRECTIVES, LIBRARIES, OPENING, SPECIAL, WRITTEN_BUILTINS, Signature
from nesylang.analysis.formulas import Asked, Meaning, stands_for_formula, write_out
from nesylang.analysis.goals import Goal, goals_of, indicators
from nesylang.analysis.types import Type, TypeTable
from nesylang.source import Diagnostic, Source, Span
from nesylang.syntax.statements import (
    Clause,
    Directive,
    Evidence,
    ExpectAnswers,
    ExpectProbability,
    FactTable,
    ForeignDeclaration,
    InputDeclaration,
    NeuralDeclaration,
    PredicateDeclaration,
    Query,
    Statement,
    TypeDeclaration,
    TypeReference,
)
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable, signature, subterms

SignatureDeclaration = PredicateDeclaration | NeuralDeclaration | InputDeclaration | ForeignDeclaration

USE_MODULE: frozenset[Signature] = frozenset({("use_module", 1), ("use_module", 2)})

_CONSTANTS = frozenset({Atom, Integer, Float, String})


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause that is more than a plain fact, with its body's goals."""

    clause: Clause
    goals: tuple[Goal, ...]

    @property
    def is_made(self) -> bool:
        """Whether the clause was made for a formula, and is not the user's."""
        found = signature(self.clause.heads[0].atom)
        return found is not None and stands_for_formula(found[0])

    @property
    def is_special(self) -> bool:
        """Whether the clause asks or observes, as ``query(p(X)) :- ...`` does."""
        return signature(self.clause.heads[0].atom) in SPECIAL


@dataclass(frozen=True, slots=True)
class DeclaredPredicate:
    """A ``pred``, ``neural``, ``input`` or ``foreign`` declaration with its types resolved, the output's last."""

    name: str
    arguments: tuple[Type, ...]
    declaration: SignatureDeclaration

    @property
    def span(self) -> Span:
        return self.declaration.span


@dataclass(frozen=True, slots=True)
class Program:
    """A program, indexed.

    ``facts`` are the clauses that need no closer look: a head without variables, certain or with a plain probability within [0, 1];
    ``tables`` are the tables of facts, ``rules`` all other clauses. ``asked`` are the goals of queries, evidence and expectations.
    ``definitions`` maps each predicate that has clauses to the first of their heads. ``is_open``: files are loaded that only the grounder
    reads, so that any predicate may exist. ``meanings``, ``written`` and ``problems`` are what writing out its formulas left behind.
    """

    statements: tuple[Statement, ...]
    facts: Mapping[Signature, Sequence[Clause]]
    tables: Mapping[Signature, Sequence[FactTable]]
    rules: tuple[Rule, ...]
    directives: tuple[tuple[Directive, tuple[Goal, ...]], ...]
    asked: tuple[Goal, ...]
    definitions: Mapping[Signature, Span]
    declarations: tuple[TypeDeclaration | SignatureDeclaration, ...]
    declared: Mapping[Signature, DeclaredPredicate]
    types: Mapping[str, Type]
    type_problems: tuple[Diagnostic, ...]
    libraries: frozenset[str]
    is_open: bool
    unknown_fails: bool
    meanings: Mapping[Asked, Meaning]
    written: Mapping[Span, Clause]
    problems: tuple[Diagnostic, ...]

    @property
    def library_predicates(self) -> frozenset[Signature]:
        """The predicates that the loaded libraries bring."""
        return frozenset[Signature]().union(*(LIBRARIES[name] for name in self.libraries if name in LIBRARIES))

    def sources(self) -> dict[Source, int]:
        """Return the files of the program with their numbers, in the order of their statements."""
        return {source: number for number, source in enumerate(dict.fromkeys(s.span.source for s in self.statements))}

    def goals(self) -> Iterator[Goal]:
        """Yield all calls: of bodies, directives, queries, evidence and expectations."""
        for rule in self.rules:
            yield from rule.goals
        for _, goals in self.directives:
            yield from goals
        yield from self.asked

    def heads(self) -> Iterator[Term]:
        """Yield the head atoms of all clauses but the plain facts."""
        for rule in self.rules:
            if not rule.is_special:
                for head in rule.clause.heads:
                    yield head.atom


def index(statements: tuple[Statement, ...]) -> Program:
    """Return the program that the statements are, its formulas written out."""
    formulas = write_out(statements)
    statements = formulas.statements
    facts, others = _sort_clauses(statements)
    definitions = {found: clauses[0].heads[0].atom.span for found, clauses in facts.items()}
    tables = _tables(statements)
    for predicate, own in tables.items():
        if _is_first(own[0].first_span, definitions.get(predicate)):
            definitions[predicate] = own[0].first_span
    for clause in others:
        for head in clause.heads:
            found = signature(head.atom)
            assert found is not None, "the syntax lets only atoms be heads"
            if found not in SPECIAL and _is_first(head.atom.span, definitions.get(found)):
                definitions[found] = head.atom.span
    rules = tuple(Rule(clause, tuple(goals_of(clause.body, definitions)) if clause.body is not None else ()) for clause in others)
    directives = tuple((s, tuple(goals_of(s.goal, definitions))) for s in statements if isinstance(s, Directive))
    asked = tuple(goal for term in _asked(statements, others, formulas.meanings) for goal in goals_of(term, definitions))
    calls = [goal for rule in rules for goal in rule.goals] + [goal for _, goals in directives for goal in goals]
    for found, span in _announced(calls):
        definitions.setdefault(found, span)

    table = TypeTable(statement for statement in statements if isinstance(statement, TypeDeclaration))
    declarations = tuple(s for s in statements if isinstance(s, TypeDeclaration | SignatureDeclaration))
    declared: dict[Signature, DeclaredPredicate] = {}
    for declaration in declarations:
        if not isinstance(declaration, TypeDeclaration):
            arguments = tuple(table.resolve(reference) for reference in references(declaration))
            declared.setdefault((declaration.name, len(arguments)), DeclaredPredicate(declaration.name, arguments, declaration))
    libraries = {library_name(goal.arguments[0]) for goal in calls if goal.signature in USE_MODULE}
    if any(goal.signature in WRITTEN_BUILTINS for goal in (*calls, *asked)):
        libraries.add("builtin")
    return Program(
        statements=statements,
        facts=facts,
        tables=tables,
        rules=rules,
        directives=directives,
        asked=asked,
        definitions=definitions,
        declarations=declarations,
        declared=declared,
        types=table.declared,
        type_problems=tuple(table.problems),
        libraries=frozenset(name for name in libraries if name is not None),
        is_open=None in libraries or "nlp4plp" in libraries or any(_opens(goal, libraries) for goal in calls),
        unknown_fails=any(goal.term == Compound("unknown", (Atom("fail", goal.term.span),), goal.term.span) for goal in calls),
        meanings=formulas.meanings,
        written=formulas.written,
        problems=formulas.problems,
    )


def _is_first(span: Span, known: Span | None) -> bool:
    return known is None or (known.source is span.source and span.start < known.start)


def _sort_clauses(statements: Iterable[Statement]) -> tuple[dict[Signature, list[Clause]], list[Clause]]:
    """Return the plain facts by predicate, and all other clauses in order."""
    facts: dict[Signature, list[Clause]] = {}
    others: list[Clause] = []
    for statement in statements:
        if type(statement) is not Clause:
            continue
        heads = statement.heads
        if statement.body is None and len(heads) == 1:
            atom, probability = heads[0].atom, heads[0].probability
            plain = probability is None or ((type(probability) is Float or type(probability) is Integer) and 0 <= probability.value <= 1)
            found = signature(atom)
            if plain and found is not None and found not in SPECIAL and (type(atom) is not Compound or _is_plain(atom)):
                facts.setdefault(found, []).append(statement)
                continue
        others.append(statement)
    return facts, others


def _tables(statements: Iterable[Statement]) -> dict[Signature, list[FactTable]]:
    """Return the tables of facts by predicate."""
    tables: dict[Signature, list[FactTable]] = {}
    for statement in statements:
        if type(statement) is FactTable:
            tables.setdefault((statement.name, statement.arity), []).append(statement)
    return tables


def _is_plain(atom: Compound) -> bool:
    """Return whether an atom has neither variables nor anything in braces."""
    if atom.functor == "-->":
        return False
    return _CONSTANTS.issuperset(map(type, atom.args)) or not any(
        type(part) is Variable or (type(part) is Compound and part.functor.endswith("{}")) for part in subterms(atom)
    )


def _asked(statements: Iterable[Statement], clauses: Iterable[Clause], meanings: Mapping[Asked, Meaning]) -> Iterator[Term]:
    """Yield the goals of queries, evidence and expectations, and of the clauses that mean the same."""

    def question(goal: Term, condition: Term | None) -> Iterator[Term]:
        meaning = meanings.get((goal, condition))
        yield goal if meaning is None else meaning.goal
        if condition is not None:
            yield condition if meaning is None or meaning.condition is None else meaning.condition

    for statement in statements:
        match statement:
            case Clause():
                continue
            case Query(goal=goal, condition=condition) | ExpectProbability(goal=goal, condition=condition):
                yield from question(goal, condition)
            case ExpectAnswers(goal=goal, answers=answers):
                yield from question(goal, None)
                yield from answers
            case Evidence(atom=atom):
                yield atom
            case _:
                continue
    for clause in clauses:
        atom = clause.heads[0].atom
        if isinstance(atom, Compound) and signature(atom) in SPECIAL:
            yield from question(atom.args[0], None)


def _announced(calls: Iterable[Goal]) -> Iterator[tuple[Signature, Span]]:
    """Yield the predicates that calls make known: asserted, renamed on loading, listed by directives."""
    for goal in calls:
        called, span = goal.signature, goal.term.span
        if called in DIRECTIVES:
            yield from ((found, span) for found in indicators(goal.term))
        elif called == ("assertz", 1):
            asserted = _asserted(goal.arguments[0])
            if asserted is not None:
                yield asserted, span
        elif called == ("use_module", 2):
            for part in subterms(goal.arguments[1]):
                match part:
                    case Compound(functor="as", args=(Compound(functor="/", args=(_, Integer(value=arity))), Atom(name=name))):
                        yield (name, arity), span


def _asserted(term: Term) -> Signature | None:
    """Return the predicate that asserting a clause defines, None where only the run of the program knows."""
    return signature(term.args[0]) if isinstance(term, Compound) and term.functor in (":-", "::") else signature(term)


def _opens(goal: Goal, libraries: Collection[str | None]) -> bool:
    """Return whether a call may bring any predicate; those that load data are there with their library only."""
    if goal.signature in LIBRARIES["db"] and "db" not in libraries:
        return False
    if goal.signature == ("assertz", 1):
        return _asserted(goal.arguments[0]) is None
    return goal.signature in OPENING or isinstance(goal.term, ListTerm)


def library_name(term: Term) -> str | None:
    """Return the name in ``library(name)``, None for a file."""
    match term:
        case Compound(functor="library", args=(Atom(name=name),)):
            return name
        case _:
            return None


def references(declaration: SignatureDeclaration) -> tuple[TypeReference, ...]:
    """Return the types of a declared predicate's arguments, the output last."""
    match declaration:
        case PredicateDeclaration(arguments=arguments):
            return arguments
        case NeuralDeclaration(inputs=arguments, output=output):
            return (*arguments, output) if output is not None else arguments
        case InputDeclaration(arguments=arguments, output=output):
            return (*arguments, output) if output is not None else arguments
        case ForeignDeclaration(arguments=arguments, outputs=outputs):
            return (*arguments, *outputs)
