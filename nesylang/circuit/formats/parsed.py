"""What a file of sums and products says, and the checks that it has to pass before it is a circuit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nesylang.circuit.gates import Gate, GateKind, Gates
from nesylang.grounding.exclusion import Exclusion
from nesylang.grounding.graph import Gate as Condition
from nesylang.grounding.graph import Member
from nesylang.source import Span, error

WORK, WORK_PER_GATE = 20_000, 10
"""Most pairs of gates that are compared to show that terms exclude each other, in all and for each gate."""


@dataclass(frozen=True, slots=True)
class ParsedGates:
    """Gates over variables as in ``literal_gates``, the place of each in its file, and the gate of each number that the file uses.

    ``variables`` is None where the file does not say how many there are.
    """

    gates: Gates
    variables: int | None
    places: Sequence[Span]
    numbers: Mapping[int, int]


def check_decomposable(parsed: ParsedGates) -> None:
    """Raise E407 where factors of a product share a variable."""
    supports: list[int] = []
    places = _bits(parsed.gates.gates)
    for position, gate in enumerate(parsed.gates.gates):
        if gate.kind is GateKind.LEAF:
            supports.append(1 << places[gate.children[0]])
            continue
        below = 0
        for child in gate.children:
            shared = below & supports[child]
            if shared and gate.kind is GateKind.PRODUCT:
                variable = list(places)[(shared & -shared).bit_length() - 1] + 1
                raise error(
                    "E407",
                    f"children of an 'and' share variable {variable}, so that it is not decomposable",
                    parsed.places[position],
                    f"variable {variable} occurs below more than one child",
                    "probabilities of the children may be multiplied only where they share no variable; compile to d-DNNF",
                )
            below |= supports[child]
        supports.append(below)


def _bits(gates: Sequence[Gate]) -> dict[int, int]:
    """Return for each variable that occurs which bit stands for it."""
    return {variable: bit for bit, variable in enumerate(sorted({gate.children[0] for gate in gates if gate.kind is GateKind.LEAF}))}


def undecided_sums(parsed: ParsedGates) -> list[int]:
    """Return the sums of which it cannot be shown, with some work, that their terms exclude each other.

    It is shown by literals that terms imply, and otherwise by what the terms are made of.
    """
    gates = parsed.gates.gates
    places = _bits(gates)
    every = (1 << len(places)) - 1
    # Which variables have to be true, and which false, where a gate holds.
    implied: list[tuple[int, int]] = []
    open_sums: list[int] = []
    for position, gate in enumerate(gates):
        match gate.kind:
            case GateKind.LEAF:
                bit = 1 << places[gate.children[0]]
                implied.append((0, bit) if gate.children[1] else (bit, 0))
            case GateKind.TRUE | GateKind.PRODUCT:
                positive = negative = 0
                for child in gate.children:
                    positive |= implied[child][0]
                    negative |= implied[child][1]
                implied.append((positive, negative))
            case GateKind.FALSE | GateKind.SUM:
                positive = negative = every
                for child in gate.children:
                    positive &= implied[child][0]
                    negative &= implied[child][1]
                implied.append((positive, negative))
                if not _apart([implied[child] for child in gate.children]):
                    open_sums.append(position)
    if open_sums:
        exclusion = Exclusion(_Conditions(gates), WORK + WORK_PER_GATE * len(gates))
        open_sums = [position for position in open_sums if not exclusion.exclusive([child + 1 for child in gates[position].children])]
    return open_sums


def _apart(terms: Sequence[tuple[int, int]]) -> bool:
    """Return whether any two of some terms imply a literal and its opposite."""
    seen: list[tuple[int, int]] = []
    for positive, negative in terms:
        if any(not (positive & other_negative or negative & other_positive) for other_positive, other_negative in seen):
            return False
        seen.append((positive, negative))
    return True


class _Conditions:
    """Gates as the graph that exclusion is shown on: node ``n`` is gate ``n - 1``."""

    is_ordered = False

    def __init__(self, gates: Sequence[Gate]) -> None:
        self.gates = gates

    def choice_value(self, node: int) -> tuple[int, int] | None:
        """Return the variable and the value that a leaf stands for."""
        gate = self.gates[node - 1]
        return (gate.children[0], gate.children[1]) if gate.kind is GateKind.LEAF else None

    def values(self, choice: int) -> int:
        """Return the number of values of a variable."""
        return 2

    def gate(self, node: int) -> Condition:
        """Return the children of a gate; true is an and of nothing, false an or of nothing."""
        gate = self.gates[node - 1]
        return Condition(gate.kind in (GateKind.TRUE, GateKind.PRODUCT), [child + 1 for child in gate.children])

    def member(self, node: int) -> Member | None:
        """Return None: no gate is a state of an aggregate."""
        return None
