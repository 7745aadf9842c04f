"""From sentences to statements: what each keyword and each shape of clause means."""

from __future__ import annotations

from collections.abc import Callable

from nesylang.source import Diagnostic, NesyError, Source, Span, error
from nesylang.source.collection import paused_collection
from nesylang.syntax.data_statements import MisformedData, data_declaration
from nesylang.syntax.fact_runs import SHORTEST_RUN, tokens_and_tables
from nesylang.syntax.operators import AGGREGATES
from nesylang.syntax.parser import Parser, Sentence
from nesylang.syntax.statements import (
    Clause,
    Constraint,
    Directive,
    EnumerationDomain,
    Evidence,
    ExpectAnswers,
    ExpectError,
    ExpectProbability,
    ForeignDeclaration,
    Head,
    Import,
    InputDeclaration,
    Loss,
    NamedType,
    NeuralDeclaration,
    PredicateDeclaration,
    Query,
    RangeDomain,
    Statement,
    SyntaxTree,
    TypeDeclaration,
    TypeReference,
)
from nesylang.syntax.terms import (
    Atom,
    Compound,
    Float,
    Integer,
    ListTerm,
    String,
    Term,
    Variable,
    conjuncts,
    disjuncts,
    signature,
    subterms,
)

FORMS = {
    "type": "type name = low..high.   type name = {value, ...}.   type name.",
    "pred": "pred name(type, ...).",
    "neural": "neural name(type, ...) -> type.   neural name(type, ...).",
    "input": "input name(type, ...).   input name(type, ...) -> type.",
    "foreign": "foreign name(type, ...) -> type.   foreign name(type, ...).",
    "data": 'data name(column, ...) = "file.csv".   data name(column : type, ...) = "file.csv".   '
    'data column :: name(column, ...) = "file.csv".   data name/arity = "file.csv".',
    "evidence": "evidence atom.   evidence not atom.   evidence atom = false.",
    "constraint": "constraint name : formula.   constraint weight :: name : formula.",
    "loss": "loss name : formula.",
    "query": "query goal.   query goal given condition.",
    "expect": "expect probability :: goal [given condition].   expect answers goal = {atom, ...}.   expect error CODE.",
    "expect answers": "expect answers goal = {atom, ...}.",
    "expect error": "expect error CODE.",
    "import": 'import name.   import "file.nesy".',
}


CONNECTIVES = (",", ";", "->", "*->", "=>", "<=>", "xor", ":-", "<-", "::", ":", "given")
FORMULAS = frozenset({(",", 2), (";", 2), ("->", 2)})
NOT_HEADS = frozenset({*((name, 2) for name in CONNECTIVES), ("{}", 1), ("not", 1), ("\\+", 1)})


class _Misformed(Exception):
    def __init__(self, span: Span, note: str) -> None:
        super().__init__(note)
        self.span = span
        self.note = note


def parse(source: Source) -> SyntaxTree:
    """Return the statements of a source; raise NesyError with all its syntax errors."""
    tree, diagnostics = parse_partially(source)
    if diagnostics:
        raise NesyError(diagnostics)
    return tree


def parse_partially(source: Source, threshold: int = SHORTEST_RUN) -> tuple[SyntaxTree, tuple[Diagnostic, ...]]:
    """Return the statements of a source that have no syntax errors, and the errors of the others in the order of their places.

    At least ``threshold`` simple facts of one predicate that follow each other become a table.
    """
    with paused_collection():
        return _parse(source, threshold)


def _parse(source: Source, threshold: int) -> tuple[SyntaxTree, tuple[Diagnostic, ...]]:
    tokens, tables = tokens_and_tables(source, threshold)
    statements: list[Statement] = []
    parser = Parser(source, tokens)
    sentences = parser.sentences()
    diagnostics = list(parser.diagnostics)
    for sentence in sentences:
        try:
            statements.append(classify(sentence))
        except NesyError as failure:
            diagnostics.extend(failure.diagnostics)
    if tables:
        statements = sorted([*statements, *tables], key=lambda statement: statement.span.start)
    diagnostics.sort(key=lambda diagnostic: diagnostic.labels[0].span.start)
    return SyntaxTree(tuple(statements)), tuple(diagnostics)


def classify(sentence: Sentence) -> Statement:
    """Return the statement that a sentence is; raise NesyError E107 or E108 where it is none."""
    try:
        return _classify(sentence)
    except _Misformed as problem:
        keyword = sentence.keyword
        what = "a clause head must be an atom" if keyword is None else f"this is no {keyword} statement"
        hint = None if keyword is None else f"the forms are:  {FORMS[keyword]}"
        raise error("E108" if keyword is None else "E107", f"{what}: {problem.note}", problem.span, problem.note, hint) from None


def _classify(sentence: Sentence) -> Statement:
    if sentence.keyword is not None:
        return STATEMENTS[sentence.keyword](sentence.term, sentence.span)
    term, span = sentence.term, sentence.span
    if isinstance(term, Compound):
        match term:
            case Compound(functor=":-", args=(goal,)):
                return Directive(goal, span)
            case Compound(functor=":-" | "<-", args=(heads, body)):
                return Clause(_heads(heads), body, span)
    return Clause(_heads(term), None, span)


def _heads(term: Term) -> tuple[Head, ...]:
    if not isinstance(term, Compound) or term.functor not in (";", "::") or len(term.args) != 2:
        return (Head(None, _head_atom(term)),)
    if term.functor == "::":
        return (Head(term.args[0], _head_atom(term.args[1])),)
    heads = []
    for alternative in disjuncts(term):
        match alternative:
            case Compound(functor="::", args=(probability, atom)):
                heads.append(Head(probability, _head_atom(atom)))
            case _:
                heads.append(Head(None, _head_atom(alternative)))
    for head in heads:
        if head.probability is None and len(heads) > 1:
            raise _Misformed(head.span, "expected a probability, as in 0.5::a; 0.5::b")
    return tuple(heads)


def _head_atom(term: Term) -> Term:
    """Return the term if it can be a head: an atom, or ProbLog's negated atom."""
    match term:
        case Compound(functor="\\+" | "not", args=(atom,)):
            _atom(atom)
            return term
        case _:
            return _atom(term)


def _atom(term: Term) -> Term:
    """Return the term if it can be an atom of a rule's head."""
    found = signature(term)
    if found is None:
        kind = {Variable: "a variable", Integer: "a number", Float: "a number", String: "a string", ListTerm: "a list"}[type(term)]
        raise _Misformed(term.span, f"found {kind}")
    if found == (":", 2):
        hint = "a rule is written  head :- body."
        raise error("E109", "the scope of an atom is not supported yet", term.span, "an atom within a scope", hint)
    if found in NOT_HEADS:
        raise _Misformed(term.span, f"found the operator '{found[0]}'")
    return term


def _name(term: Term, what: str = "a name") -> str:
    if not isinstance(term, Atom):
        raise _Misformed(term.span, f"expected {what}")
    return term.name


def _type(term: Term) -> TypeReference:
    match term:
        case Atom(name=name):
            return NamedType(name, term.span)
        case Compound(functor="..", args=(Integer(value=low), Integer(value=high))):
            if low > high:
                raise _Misformed(term.span, "the range is empty")
            return RangeDomain(low, high, term.span)
        case Compound(functor="{}", args=(members,)):
            values = tuple(conjuncts(members))
            for value in values:
                if not isinstance(value, Atom | Integer | Float | String):
                    raise _Misformed(value.span, "expected a constant")
            for index, value in enumerate(values):
                if value in values[:index]:
                    raise _Misformed(value.span, "this value is already in the enumeration")
            return EnumerationDomain(values, term.span)
        case _:
            raise _Misformed(term.span, "expected a type: a name, low..high or {value, ...}")


def _type_declaration(term: Term, span: Span) -> Statement:
    match term:
        case Compound(functor="=", args=(name, domain)):
            return TypeDeclaration(_name(name, "the type's name"), _type(domain), span)
        case _:
            return TypeDeclaration(_name(term, "the type's name"), None, span)


def _signature(term: Term) -> tuple[str, tuple[TypeReference, ...]]:
    match term:
        case Atom(name=name):
            return name, ()
        case Compound(functor=functor, args=args) if len(args) != 2 or functor not in ("->", "::", "=", ",", ";"):
            return functor, tuple(_type(argument) for argument in args)
        case _:
            raise _Misformed(term.span, "expected name(type, ...)")


def _signature_with_output(term: Term) -> tuple[str, tuple[TypeReference, ...], TypeReference | None]:
    match term:
        case Compound(functor="->", args=(left, right)):
            name, arguments = _signature(left)
            return name, arguments, _type(right)
        case _:
            name, arguments = _signature(term)
            return name, arguments, None


def _predicate(term: Term, span: Span) -> Statement:
    return PredicateDeclaration(*_signature(term), span)


def _neural(term: Term, span: Span) -> Statement:
    name, inputs, output = _signature_with_output(term)
    if not inputs:
        raise _Misformed(term.span, "a network needs at least one input")
    return NeuralDeclaration(name, inputs, output, span)


def _input(term: Term, span: Span) -> Statement:
    return InputDeclaration(*_signature_with_output(term), span)


def _foreign(term: Term, span: Span) -> Statement:
    return ForeignDeclaration(*_signature_with_output(term), span)


def _data(term: Term, span: Span) -> Statement:
    try:
        return data_declaration(term, span, _type)
    except MisformedData as problem:
        raise _Misformed(problem.span, problem.note) from None


def _goal(term: Term) -> Term:
    if signature(term) is None or (isinstance(term, Compound) and term.functor in ("::", ":-", "{}")):
        raise _Misformed(term.span, "expected a goal")
    return term


def _conditioned(term: Term) -> tuple[Term, Term | None]:
    match term:
        case Compound(functor="given", args=(goal, condition)):
            return _goal(goal), _goal(condition)
        case _:
            return _goal(term), None


def _query(term: Term, span: Span) -> Statement:
    return Query(*_conditioned(term), span)


def _evidence(term: Term, span: Span) -> Statement:
    match term:
        case Compound(functor="not" | "\\+", args=(atom,)):
            return Evidence(_atom(atom), False, span)
        case Compound(functor="=", args=(atom, Atom(name="true" | "false" as value))):
            return Evidence(_atom(atom), value == "true", span)
        case Compound(functor="=", args=(left, right)) if _has_aggregate(left) or _has_aggregate(right):
            return Evidence(term, True, span)
        case Compound(functor="=", args=(_, value)):
            raise _Misformed(value.span, "expected true or false")
        case _:
            return Evidence(_atom(term), True, span)


def _has_aggregate(term: Term) -> bool:
    return any(isinstance(part, Compound) and part.functor[-2:] == "{}" and part.functor[:-2] in AGGREGATES for part in subterms(term))


def _named_formula(term: Term) -> tuple[Term | None, Term]:
    match term:
        case Compound(functor=":", args=(name, formula)):
            return name, formula
        case _:
            return None, term


def _constraint(term: Term, span: Span) -> Statement:
    label, formula = _named_formula(term)
    match label, formula:
        case None, Compound(functor="::", args=(weight, formula)):
            return Constraint(weight, None, formula, span)
        case None, _:
            return Constraint(None, None, formula, span)
        case Compound(functor="::", args=(weight, name)), _:
            return Constraint(weight, _name(name), formula, span)
        case _:
            assert label is not None
            return Constraint(None, _name(label), formula, span)


def _loss(term: Term, span: Span) -> Statement:
    label, formula = _named_formula(term)
    return Loss(_name(label) if label is not None else None, formula, span)


def _expect(term: Term, span: Span) -> Statement:
    condition: Term | None = None
    match term:
        case Compound(functor="given", args=(inner, condition)):
            term = inner
    match term:
        case Compound(functor="::", args=(probability, goal)):
            return ExpectProbability(probability, _goal(goal), condition, span)
        case _:
            raise _Misformed(term.span, "expected probability :: goal")


def _expect_answers(term: Term, span: Span) -> Statement:
    match term:
        case Compound(functor="=", args=(goal, Compound(functor="{}", args=(members,)))):
            if signature(goal) in FORMULAS:
                raise _Misformed(goal.span, "expected an atom: define one by a rule with this body")
            return ExpectAnswers(_goal(goal), tuple(_atom(member) for member in conjuncts(members)), span)
        case Compound(functor="=", args=(goal, Atom(name="{}"))):
            return ExpectAnswers(_goal(goal), (), span)
        case _:
            raise _Misformed(term.span, "expected goal = {atom, ...}")


def _expect_error(term: Term, span: Span) -> Statement:
    if not isinstance(term, Variable):
        raise _Misformed(term.span, "expected the code of a diagnostic, such as E304")
    return ExpectError(term.name, span)


def _import(term: Term, span: Span) -> Statement:
    match term:
        case Atom(name=name):
            return Import(name, True, span)
        case String(value=value):
            return Import(value, False, span)
        case _:
            raise _Misformed(term.span, "expected the name of a library or a file name in double quotes")


STATEMENTS: dict[str, Callable[[Term, Span], Statement]] = {
    "type": _type_declaration,
    "pred": _predicate,
    "neural": _neural,
    "input": _input,
    "foreign": _foreign,
    "data": _data,
    "evidence": _evidence,
    "constraint": _constraint,
    "loss": _loss,
    "query": _query,
    "expect": _expect,
    "expect answers": _expect_answers,
    "expect error": _expect_error,
    "import": _import,
}
"""Keyword -> the function that makes its statement; the keywords of the parser, with ``expect`` in its three forms."""
