"""Ground programs built directly, and random ones, cyclic and with negation, for the stages behind the grounder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from nesylang.grounding.aggregates import possible_values
from nesylang.grounding.program import (
    AggregateElement,
    Choice,
    FixedWeight,
    GroundAggregate,
    GroundAnswer,
    GroundEvidence,
    GroundProgram,
    GroundQuery,
    GroundRule,
    Number,
)
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
    aggregates: Sequence[GroundAggregate] = (),
) -> GroundProgram:
    """Return a ground program whose first atoms are the alternatives of its choices, in order; each query has one answer.

    ``evidence`` maps literals to what is observed, ``conditions`` the literals of queries to those of their conditions.
    """
    choice_atoms: dict[int, tuple[int, int]] = {}
    for number, found in enumerate(choices):
        for value in range(len(found.weights)):
            choice_atoms[len(choice_atoms) + 1] = (number, value)
    results = {atom for aggregate in aggregates for _, atom in aggregate.results}
    used = {
        *results,
        *choice_atoms,
        *(head for head, _ in rules),
        *(abs(literal) for _, body in rules for literal in body),
        *map(abs, queries),
    }
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
        aggregates=tuple(aggregates),
    )


class ProgramRules:
    """The rules of a program by atom, as ``possible_values`` asks for them."""

    def __init__(self, program: GroundProgram) -> None:
        self.program = program
        self.results = {atom: aggregate for aggregate in program.aggregates for _, atom in aggregate.results}

    def bodies(self, atom: int) -> list[tuple[int, ...]]:
        """Return the bodies of an atom's rules."""
        return [rule.body for rule in self.program.rules if rule.head == atom]

    def choice_value(self, atom: int) -> tuple[int, int] | None:
        """Return the choice and value of an atom."""
        return self.program.choice_atoms.get(atom)

    def values(self, choice: int) -> int:
        """Return the number of values of a choice."""
        return self.program.choices[choice].values

    def aggregate(self, atom: int) -> GroundAggregate | None:
        """Return the aggregate of a result."""
        return self.results.get(atom)


def with_aggregate(
    program: GroundProgram,
    operation: str,
    elements: Sequence[tuple[Number, int]],
    certain: Sequence[Number] = (),
    first: int | None = None,
) -> GroundProgram:
    """Return the program with one more aggregate, whose results are new atoms from ``first`` on."""
    members = tuple(AggregateElement(value, literal) for value, literal in elements)
    values = possible_values(operation, certain, members, ProgramRules(program))
    start = max(program.names) + 1 if first is None else first
    results = tuple((value, start + position) for position, value in enumerate(values))
    made = GroundAggregate(operation, tuple(certain), members, results, HERE)
    names = {**program.names, **{atom: named(f"r{atom}") for _, atom in results}}
    return replace(program, aggregates=(*program.aggregates, made), names=names)


@st.composite
def aggregate_programs(draw: st.DrawFn) -> GroundProgram:
    """Draw a program with one to three aggregates, later ones over earlier ones, and rules over their results."""
    program = draw(cyclic_programs(atoms=4, strata=1))
    rules = list(program.rules)
    for _ in range(draw(st.integers(1, 3))):
        atoms = sorted(program.names)
        literals = st.sampled_from(atoms + atoms + [-atom for atom in atoms])
        numbers = st.one_of(st.just(1), st.integers(-2, 3), st.sampled_from([0.1, 0.2, 0.5, 1.0]))
        kind = numbers if draw(st.booleans()) else st.just(1)
        operation = draw(st.sampled_from(["sum", "sum", "min", "max", "avg"]))
        elements = draw(st.lists(st.tuples(kind, literals), min_size=1, max_size=5))
        program = with_aggregate(program, operation, elements, draw(st.lists(kind, max_size=1)))
        results = [atom for _, atom in program.aggregates[-1].results] or atoms
        for _ in range(draw(st.integers(0, 2))):
            head = max(program.names) + 1
            for _ in range(draw(st.integers(1, 2))):
                every = st.sampled_from(results + results + atoms)
                body = draw(st.lists(st.tuples(st.booleans(), every).map(lambda pair: pair[1] if pair[0] else -pair[1]), max_size=3))
                rules.append(GroundRule(head, tuple(body)))
            program = replace(program, rules=tuple(rules), names={**program.names, head: named(f"a{head}")})
    literals = st.sampled_from([sign * atom for atom in program.names for sign in (1, -1)])
    asked = draw(st.lists(literals, min_size=1, max_size=8, unique=True))
    conditions = draw(st.dictionaries(st.sampled_from(asked), literals, max_size=2))
    queries = tuple(
        GroundQuery(
            f"q{literal}", program.names[abs(literal)], (GroundAnswer(program.names[abs(literal)], literal, conditions.get(literal)),)
        )
        for literal in asked
    )
    observed = draw(st.dictionaries(literals, st.booleans(), max_size=2))
    evidence = tuple(GroundEvidence(program.names[abs(literal)], literal, value, HERE) for literal, value in observed.items())
    return replace(program, queries=queries, evidence=evidence)


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
