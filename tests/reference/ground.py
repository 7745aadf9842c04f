"""Ground programs built directly, and random ones, cyclic and with negation, for the stages behind the grounder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from nesylang.grounding.program import Choice, FixedWeight, GroundAnswer, GroundEvidence, GroundProgram, GroundQuery, GroundRule
from nesylang.source import Span, whole
from nesylang.syntax.terms import Atom, Term

HERE: Span = whole("test", "here")


def named(name: str) -> Term:
    """Return an atom."""
    return Atom(name, HERE)


def choice(number: int, probabilities: Sequence[float], exhaustive: bool = False) -> Choice:
    """Return a choice of alternatives with these probabilities."""
    atoms = tuple(named(f"c{number}_{value}") for value in range(len(probabilities)))
    return Choice(tuple(FixedWeight(p) for p in probabilities), exhaustive, atoms, number, (), HERE)


def ground_program(
    choices: Sequence[Choice],
    rules: Sequence[tuple[int, tuple[int, ...]]],
    queries: Sequence[int],
    evidence: Mapping[int, bool | None] | None = None,
    conditions: Mapping[int, int] | None = None,
) -> GroundProgram:
    """Return a ground program whose first atoms are the alternatives of its choices, in order; each query has one answer.

    ``evidence`` maps literals to what is observed, ``conditions`` the literals of queries to those of their conditions.
    """
    choice_atoms: dict[int, tuple[int, int]] = {}
    for number, found in enumerate(choices):
        for value in range(len(found.weights)):
            choice_atoms[len(choice_atoms) + 1] = (number, value)
    used = {*choice_atoms, *(head for head, _ in rules), *(abs(literal) for _, body in rules for literal in body), *map(abs, queries)}
    names = {
        atom: choices[choice_atoms[atom][0]].atoms[choice_atoms[atom][1]] if atom in choice_atoms else named(f"a{atom}") for atom in used
    }
    asked = []
    for literal in queries:
        answer = GroundAnswer(names[abs(literal)], literal, (conditions or {}).get(literal))
        asked.append(GroundQuery(f"q{literal}", names[abs(literal)], (answer,)))
    return GroundProgram(
        choices=tuple(choices),
        choice_atoms=choice_atoms,
        rules=tuple(GroundRule(head, body) for head, body in rules),
        names=names,
        spans=dict.fromkeys(used, HERE),
        queries=tuple(asked),
        evidence=tuple(
            GroundEvidence(names.get(abs(literal), named("e")), literal, value, HERE) for literal, value in (evidence or {}).items()
        ),
        networks={},
    )


@st.composite
def cyclic_programs(draw: st.DrawFn, atoms: int = 6, strata: int = 2) -> GroundProgram:
    """Draw a ground program: strata of atoms whose rules use their own stratum positively, as they like, and lower ones also negated."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    choices = []
    for number, size in enumerate(sizes):
        shares = draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
        exhaustive = sum(shares) > 0 and draw(st.booleans())
        total = sum(shares) if exhaustive else max(10, sum(shares))
        choices.append(choice(number, [share / total for share in shares], exhaustive))
    lower = list(range(1, sum(sizes) + 1))
    rules = []
    for _ in range(strata):
        own = list(range(lower[-1] + 1, lower[-1] + 1 + atoms))
        positive = st.sampled_from(own + own + lower)
        negative = st.sampled_from(lower).map(lambda atom: -atom)
        for _ in range(draw(st.integers(atoms, 2 * atoms))):
            body = draw(st.lists(st.one_of(positive, positive, negative), max_size=3))
            rules.append((draw(st.sampled_from(own)), tuple(body)))
        lower += own
    literals = st.sampled_from(lower + [-atom for atom in lower])
    queries = draw(st.lists(literals, min_size=1, max_size=6, unique=True))
    evidence = draw(st.dictionaries(literals, st.booleans(), max_size=2))
    conditions = draw(st.dictionaries(st.sampled_from(queries), literals, max_size=2))
    return ground_program(choices, rules, queries, evidence, conditions)
