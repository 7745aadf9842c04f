"""Random terms and statements, built directly, as hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

from nesylang.syntax.classify import FORMULAS
from nesylang.syntax.operators import AGGREGATES, INFIX, PREFIX, QUANTIFIERS
from nesylang.syntax.parser import KEYWORDS
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
    TypeDeclaration,
)
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable, signature
from tests.syntax.terms import HERE

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
PLAIN_NAMES = st.sampled_from(["a", "b", "pX", "é", "λ", "漢字", "answers", "error", "true", *sorted(KEYWORDS | QUANTIFIERS | AGGREGATES)])
OPERATOR_NAMES = st.sampled_from(sorted({*INFIX, *PREFIX, "xor"}))
NAMES = st.one_of(
    PLAIN_NAMES,
    PLAIN_NAMES,
    OPERATOR_NAMES,
    st.sampled_from(["!", "{}", "", ".", "X", "_x", "two words", "sum{}", "sum<>", "mod<>", "Sum<>", "<>"]),
    TEXTS,
)
PREDICATES = st.one_of(
    PLAIN_NAMES, PLAIN_NAMES, st.sampled_from(["_private", "two words", "Big", "", "!", "as", "in", "mod"]), TEXTS
).filter(lambda name: name not in ("[]", "{}", "->", "::", "=", ",", ";"))


def atom(name: str) -> Term:
    """Return the atom of a name; that of ``[]`` is the empty list."""
    return ListTerm((), None, HERE) if name == "[]" else Atom(name, HERE)


def compound(functor: str, arguments: list[Term]) -> Term:
    return Compound(functor, tuple(arguments), HERE)


def list_term(items: list[Term], tail: Term | None) -> Term:
    """Return a list as the parser makes it: without a list as its tail."""
    if isinstance(tail, ListTerm):
        return ListTerm((*items, *tail.items), tail.tail, HERE)
    return ListTerm(tuple(items), tail, HERE)


LEAVES = st.one_of(
    NAMES.map(atom),
    st.sampled_from(["X", "Y", "_", "_Name", "É"]).map(lambda name: Variable(name, HERE)),
    st.integers().map(lambda value: Integer(value, HERE)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: Float(value, HERE)),
    TEXTS.map(lambda value: String(value, HERE)),
)


def branches(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """Return compounds and lists of some terms: calls, operators of all kinds, quantifiers and aggregates."""
    infix = st.sampled_from([*sorted(INFIX), "xor", ",", ",", ";", ":", ":", "-", "::"])
    quantified = st.tuples(terms, terms).map(lambda sides: compound(":", list(sides)))
    return st.one_of(
        st.builds(compound, NAMES, st.lists(terms, min_size=1, max_size=3)),
        st.builds(lambda name, left, right: compound(name, [left, right]), infix, terms, terms),
        st.builds(lambda name: compound(name, [Variable("X", HERE)]), st.sampled_from(["sum<>", "of<>", "mod<>", "a b<>"])),
        st.builds(lambda name, argument: compound(name, [argument]), st.sampled_from([*sorted(PREFIX), "{}"]), terms),
        st.builds(list_term, st.lists(terms, min_size=1, max_size=3), st.none() | terms),
        st.builds(lambda name, inner: compound(name, [inner]), st.sampled_from(sorted(QUANTIFIERS)), quantified | terms),
        st.builds(lambda name, inner: compound(name + "{}", [inner]), st.sampled_from(sorted(AGGREGATES)), quantified | terms),
        st.builds(lambda name, inner: compound(name, inner), st.sampled_from(sorted(QUANTIFIERS)), st.lists(terms, min_size=2, max_size=3)),
    )


TERMS = st.recursive(LEAVES, branches, max_leaves=12)
"""Any terms that a text can hold."""

CONNECTIVES = frozenset({",", ";", "->", "*->", "=>", "<=>", "xor", ":-", "<-", "::", ":", "given"})


def is_head(term: Term) -> bool:
    found = signature(term)
    return (
        found is not None
        and not (found[1] == 2 and found[0] in CONNECTIVES)
        and found not in (("{}", 1), ("not", 1), ("\\+", 1), (":-", 1))
    )


def is_goal(term: Term) -> bool:
    return signature(term) is not None and not (isinstance(term, Compound) and term.functor in ("::", ":-", "{}", "given"))


ATOMS = TERMS.filter(is_head)
GOALS = TERMS.filter(is_goal)
BODIES = TERMS
RANGES = st.tuples(st.integers(-9, 9), st.integers(0, 9)).map(lambda bounds: RangeDomain(bounds[0], bounds[0] + bounds[1], HERE))
CONSTANTS = st.one_of(LEAVES.filter(lambda leaf: not isinstance(leaf, Variable | ListTerm)))
ENUMERATIONS = st.lists(CONSTANTS, min_size=1, max_size=4, unique=True).map(lambda values: EnumerationDomain(tuple(values), HERE))
TYPES = st.one_of(NAMES.filter(lambda name: name != "[]").map(lambda name: NamedType(name, HERE)), RANGES, ENUMERATIONS)
TYPE_NAMES = NAMES.filter(lambda name: name != "[]")
ARGUMENTS = st.lists(TYPES, min_size=1, max_size=3).map(tuple)


def clause(heads: list[Head], body: Term | None) -> Statement:
    return Clause(tuple(heads), body, HERE)


PROBABILISTIC = st.builds(Head, TERMS, ATOMS)
CERTAIN = st.builds(Head, st.none(), ATOMS)
HEADS = st.one_of(st.lists(PROBABILISTIC, min_size=1, max_size=3), CERTAIN.map(lambda head: [head]))
FREE_FORMULAS = TERMS.filter(lambda term: not (isinstance(term, Compound) and term.functor in (":", "::") and len(term.args) == 2))

STATEMENTS: st.SearchStrategy[Statement] = st.one_of(
    st.builds(clause, HEADS, st.none() | BODIES),
    st.builds(TypeDeclaration, TYPE_NAMES, st.none() | TYPES, st.just(HERE)),
    st.builds(PredicateDeclaration, PREDICATES, ARGUMENTS | st.just(()), st.just(HERE)),
    st.builds(NeuralDeclaration, PREDICATES, ARGUMENTS, st.none() | TYPES, st.just(HERE)),
    st.builds(InputDeclaration, PREDICATES, ARGUMENTS | st.just(()), st.none() | TYPES, st.just(HERE)),
    st.builds(ForeignDeclaration, PREDICATES, ARGUMENTS | st.just(()), ARGUMENTS | st.just(()), st.just(HERE)),
    st.builds(Query, GOALS, st.none() | GOALS, st.just(HERE)),
    st.builds(Evidence, ATOMS, st.booleans(), st.just(HERE)),
    st.builds(Constraint, st.none() | TERMS, TYPE_NAMES, TERMS, st.just(HERE)),
    st.builds(Constraint, st.none() | TERMS, st.none(), FREE_FORMULAS, st.just(HERE)),
    st.builds(Loss, TYPE_NAMES, TERMS, st.just(HERE)),
    st.builds(Loss, st.none(), FREE_FORMULAS, st.just(HERE)),
    st.builds(ExpectProbability, TERMS, GOALS, st.none() | GOALS, st.just(HERE)),
    st.builds(
        ExpectAnswers, GOALS.filter(lambda goal: signature(goal) not in FORMULAS), st.lists(ATOMS, max_size=3).map(tuple), st.just(HERE)
    ),
    st.builds(ExpectAnswers, GOALS, st.just(()), st.just(HERE)),
    st.builds(ExpectError, st.sampled_from(["E304", "E101"]), st.just(HERE)),
    st.builds(Import, TYPE_NAMES, st.just(True), st.just(HERE)),
    st.builds(Import, TEXTS, st.just(False), st.just(HERE)),
    st.builds(Directive, TERMS, st.just(HERE)),
)
"""Any statements that a text can hold."""
