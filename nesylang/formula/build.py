"""From ground rules to an acyclic formula: what the roots need, loops broken, weights of zero and one simplified away.

Loops are broken by solving the rules of each strongly connected component as equations, see ``formula/loops.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from nesylang.analysis.components import strong_components
from nesylang.formula.aggregates import Aggregates
from nesylang.formula.formula import FALSE, TRUE, FormulaBuilder
from nesylang.formula.loops import solve_loop
from nesylang.grounding.program import FixedWeight, GroundProgram, Number
from nesylang.source import Diagnostic, Label, NesyError, Span
from nesylang.syntax import print_term

LISTED = 12
"""Most atoms of a negative cycle that are spelled out."""


def build_formula(
    program: GroundProgram, literals: Sequence[int], check: Callable[[], None] | None = None
) -> tuple[FormulaBuilder, list[int]]:
    """Return a builder and in it the literals of some ground literals. ``check`` is called now and then, and may raise.

    Raise NesyError E305 for a cycle through negation or an aggregate, E402 for an aggregate with too many values.
    """
    return _Construction(program, FormulaBuilder(check)).run(literals)


class _Construction:
    def __init__(self, program: GroundProgram, builder: FormulaBuilder) -> None:
        self.program = program
        self.builder = builder
        self.aggregates = Aggregates(self.builder, [choice.values for choice in program.choices])
        self.bodies: Mapping[int, list[tuple[int, ...]]] = _bodies(program)
        self.edges: dict[int, list[int]] = {
            head: list(dict.fromkeys(abs(literal) for body in bodies for literal in body)) for head, bodies in self.bodies.items()
        }
        # Aggregates are nodes -1, -2 and so on, between their results and their elements.
        self.result_of: dict[int, tuple[int, Number]] = {}
        for number, aggregate in enumerate(program.aggregates, 1):
            self.edges[-number] = list(dict.fromkeys(abs(element.literal) for element in aggregate.elements))
            for value, atom in aggregate.results:
                self.result_of[atom] = number, value
                self.edges[atom] = [-number]
        self.results: dict[int, dict[Number, int]] = {}
        self.values: dict[int, int] = {}

    def run(self, literals: Sequence[int]) -> tuple[FormulaBuilder, list[int]]:
        asked = [abs(literal) for literal in literals]
        components = strong_components(self.edges, asked)
        loops = [component for component in components if self._is_loop(component)]
        for component in loops:
            self._refuse_aggregates(component)
            self._refuse_negation(component)
        needed = self._needed_outside(components, asked) if loops else set()
        for component in components:
            if self._is_loop(component):
                solve_loop(self.builder, component, self.bodies, self.values, needed.intersection(component))
            elif component[0] < 0:
                self._aggregate(-component[0])
            else:
                self.values[component[0]] = self._atom(component[0])
        self.builder.atoms = dict(self.values)
        return self.builder, [self._value(literal) for literal in literals]

    def _is_loop(self, component: Sequence[int]) -> bool:
        return len(component) > 1 or component[0] in self.edges.get(component[0], ())

    def _needed_outside(self, components: Sequence[Sequence[int]], asked: Sequence[int]) -> set[int]:
        """Return the atoms that are asked for, or used by those of other components."""
        place = {atom: number for number, component in enumerate(components) for atom in component}
        needed = set(asked)
        for atom, number in place.items():
            needed.update(used for used in self.edges.get(atom, ()) if place[used] != number)
        return needed

    def _value(self, literal: int) -> int:
        value = self.values[abs(literal)]
        return value if literal > 0 else -value

    def _atom(self, atom: int) -> int:
        if atom in self.program.choice_atoms:
            return self._choice_value(*self.program.choice_atoms[atom])
        if atom in self.result_of:
            number, value = self.result_of[atom]
            return self.results[number].get(value, FALSE)
        bodies = self.bodies.get(atom, ())
        return self.builder.disjunction([self.builder.conjunction([self._value(literal) for literal in body]) for body in bodies])

    def _aggregate(self, number: int) -> None:
        aggregate = self.program.aggregates[number - 1]
        literals = {element.literal: self._value(element.literal) for element in aggregate.elements}
        self.results[number] = self.aggregates.results(aggregate, literals)

    def _choice_value(self, number: int, value: int) -> int:
        choice = self.program.choices[number]
        weight = choice.weights[value]
        if isinstance(weight, FixedWeight) and weight.probability == 0.0:
            return FALSE
        return TRUE if choice.values == 1 else self.builder.leaf(number, value)

    def _refuse_aggregates(self, component: list[int]) -> None:
        found = min(component)
        if found > 0:
            return
        members = set(component)
        (start, *_) = (atom for atom in self.edges[found] if atom in members)
        path = [start, *_path(self.edges, start, found, members)]
        label = Label(self.program.aggregates[-found - 1].span, "this aggregate is part of the cycle")
        clauses = [other for other in self._cycle_labels(path) if other.span != label.span]
        hint = "what an aggregate adds up must not depend on its own value"
        raise NesyError([Diagnostic("E305", self._described("an aggregate", path), (label, *clauses), hint)])

    def _described(self, through: str, path: list[int]) -> str:
        named = [print_term(self.program.names[step]) for step in path if step in self.program.names]
        cycle = " -> ".join([*named[:LISTED], *(["..."] if len(named) > LISTED else []), *named[:1]])
        return f"a cycle through {through}: {cycle}" if named else f"a cycle through {through}"

    def _refuse_negation(self, component: list[int]) -> None:
        members = set(component)
        for atom in component:
            for body in self.bodies.get(atom, ()):
                for literal in body:
                    if literal < 0 and -literal in members:
                        raise NesyError([self._negative_cycle(atom, -literal, members)])

    def _negative_cycle(self, atom: int, negated: int, members: set[int]) -> Diagnostic:
        path = [negated, *_path(self.edges, negated, atom, members)]
        hint = "whether an atom holds must not depend on its own negation"
        return Diagnostic("E305", self._described("negation", path), self._cycle_labels(path), hint)

    def _cycle_labels(self, path: list[int]) -> tuple[Label, ...]:
        """Return the negated goals between the atoms of a cycle, then the clauses that the cycle leads through."""
        steps = dict(zip([path[-1], *path[:-1]], path, strict=True))
        negated: dict[Span, None] = {}
        clauses: dict[Span, None] = {}
        for number, (head, body) in enumerate(self.program.pairs()):
            following = steps.get(head)
            if following is None or not (following in body or -following in body):
                continue
            rule = self.program.rules[number]
            if rule.span is not None:
                clauses.setdefault(rule.span)
            negative = [-literal for literal in rule.body if literal < 0]
            negated.update((span, None) for atom, span in zip(negative, rule.negations, strict=False) if atom == following)
        for step in path:
            if step > 0 and step in self.program.spans:
                clauses.setdefault(self.program.spans[step])
        found = [Label(span, "this negation is part of the cycle") for span in negated]
        return (*found, *(Label(span, "part of the cycle") for span in clauses if span not in negated))


def _bodies(program: GroundProgram) -> dict[int, list[tuple[int, ...]]]:
    bodies: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for head, body in program.pairs():
        bodies[head].append(body)
    return dict(bodies)


def _path(edges: Mapping[int, Sequence[int]], start: int, goal: int, members: set[int]) -> list[int]:
    """Return the atoms behind ``start`` on a shortest path to ``goal`` inside a component."""
    previous: dict[int, int] = {start: start}
    frontier = [start]
    while frontier and goal not in previous:
        following = []
        for node in frontier:
            for successor in edges.get(node, ()):
                if successor in members and successor not in previous:
                    previous[successor] = node
                    following.append(successor)
        frontier = following
    path = []
    step = goal
    while step != start:
        path.append(step)
        step = previous[step]
    return path[::-1]
