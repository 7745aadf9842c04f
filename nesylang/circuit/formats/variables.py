"""The variables of a file: how the values of choices are written as true and false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nesylang.circuit.circuit import Circuit
from nesylang.circuit.gates import Gate, GateKind, Gates, gates_of, pruned
from nesylang.circuit.smoothing import smoothed


@dataclass(frozen=True, slots=True)
class Variables:
    """Variables from 1 that stand for choices: one for two values (true: the first), otherwise one per value, exactly one of them true.

    ``values`` has the number of values of each choice, in the order of the variables. ``names`` says what a value means, ``weights`` has
    those that are known. Each world is one assignment of the variables, and its weight is the product of the weights of its literals.
    """

    values: Mapping[int, int]
    names: Mapping[tuple[int, int], str] = field(default_factory=dict)
    weights: Mapping[tuple[int, int], float] = field(default_factory=dict)
    of_choice: Mapping[int, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        of_choice: dict[int, tuple[int, ...]] = {}
        following = 1
        for choice, count in self.values.items():
            needed = 1 if count == 2 else count
            of_choice[choice] = tuple(range(following, following + needed))
            following += needed
        object.__setattr__(self, "of_choice", of_choice)

    @property
    def count(self) -> int:
        """Number of variables."""
        return sum(map(len, self.of_choice.values()))

    def literal(self, choice: int, value: int) -> int:
        """Return the literal that is true where the choice has the value."""
        variables = self.of_choice[choice]
        return -variables[0] if self.values[choice] == 2 and value == 1 else variables[value]

    def literals(self) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield the literal of each value, with choice and value."""
        for choice, count in self.values.items():
            for value in range(count):
                yield self.literal(choice, value), (choice, value)

    def literal_weights(self) -> dict[int, float]:
        """Return the known weights by literal; one that only says which value a choice does not have weighs 1."""
        found: dict[int, float] = {}
        for literal, leaf in self.literals():
            if leaf in self.weights:
                found[literal] = self.weights[leaf]
                if self.values[leaf[0]] != 2:
                    found[-literal] = 1.0
        return found

    def comments(self) -> list[str]:
        """Return lines that say what the literals mean and weigh; weights as in the Model Counting Competition."""
        lines = [f"c value {literal} {self.names[leaf]}" for literal, leaf in self.literals() if leaf in self.names]
        return lines + [f"c p weight {literal} {weight!r} 0" for literal, weight in self.literal_weights().items()]


def literal_gates(circuit: Circuit, roots: Sequence[int], variables: Variables) -> Gates:
    """Return the gates of some roots over variables: a leaf is (variable - 1, 0) where the variable is true, (variable - 1, 1) where not.

    What they say is exactly as many assignments of all variables as there are worlds: each root says that exactly one variable of each
    choice with a variable per value is true.
    """
    many = {choice: count for choice, count in variables.values.items() if count != 2}
    positions = [circuit.roots.index(root) for root in roots]
    if many:
        circuit = smoothed(circuit, many)
    found = gates_of(circuit, [circuit.roots[position] for position in positions])
    return _Spelling(found, variables).run()


class _Spelling:
    """Gates over choice values as gates over variables."""

    def __init__(self, gates: Gates, variables: Variables) -> None:
        self.source = gates
        self.variables = variables
        self.gates: list[Gate] = []
        self.known: dict[Gate, int] = {}

    def run(self) -> Gates:
        """Return the gates."""
        places: list[int] = []
        for gate in self.source.gates:
            if gate.kind is GateKind.LEAF:
                places.append(self._value(gate.children[0], gate.children[1]))
            else:
                places.append(self._gate(Gate(gate.kind, tuple(places[child] for child in gate.children))))
        return pruned(self.gates, [places[root] for root in self.source.roots])

    def _value(self, choice: int, value: int) -> int:
        """Return the gate "the choice has this value"; of many values the others are excluded, in products that all values share."""
        variables = self.variables.of_choice[choice]
        literal = self.variables.literal(choice, value)
        if len(variables) == 1:
            return self._literal(literal)
        return self._product([*self._none(variables[:value]), self._literal(literal), *self._none(variables[value + 1 :], -1)])

    def _none(self, variables: Sequence[int], step: int = 1) -> list[int]:
        """Return the gate "none of these", empty for none; shared with what lacks the last of them (the first with ``step`` -1)."""
        found: list[int] = []
        for variable in variables[::step]:
            literal = self._literal(-variable)
            found = [self._product([*found, literal]) if found else literal]
        return found

    def _literal(self, literal: int) -> int:
        return self._gate(Gate(GateKind.LEAF, (abs(literal) - 1, 0 if literal > 0 else 1)))

    def _product(self, children: Sequence[int]) -> int:
        return self._gate(Gate(GateKind.PRODUCT, tuple(children))) if len(children) > 1 else children[0]

    def _gate(self, gate: Gate) -> int:
        if gate not in self.known:
            self.gates.append(gate)
            self.known[gate] = len(self.gates) - 1
        return self.known[gate]
