"""Examples of different structure in one batch: grouped by structure, each network called once on the distinct inputs of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import torch
from torch import Tensor, nn

from nesylang.learning.conditioned import ConditionedProgram
from nesylang.learning.examples import Example, errors_of
from nesylang.learning.networks import NetworkCall
from nesylang.learning.structures import SHARED, Part, Structure, holds_some, part, replaced
from nesylang.learning.tensorterms import Step
from nesylang.learning.values import Value, instance_value
from nesylang.source import error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Term

Item = Term | Part
"""What a network is given for an argument: a constant or a part of a tensor.

Parts of what networks return have owners below SHARED: ``SHARED - rank``. Their name is the network's, their one index the row.
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Examples of one structure, by their numbers; ``structures`` has the terms in place of the placeholders for each of them."""

    program: ConditionedProgram
    numbers: list[int]
    structures: list[Structure]

    def observations(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        """Return what is observed (examples,) by the canonical spelling of the atoms in the structure."""
        values = [list(examples[number].evidence.values()) for number in self.numbers]
        return {
            name: torch.tensor([observed[structure.observed[name]] for observed, structure in zip(values, self.structures, strict=True)])
            for name in self.program.evidence_names
        }

    def columns(self) -> Iterator[tuple[list[Value], list[str]]]:
        """Yield for each example the values and atoms of the answers, with the terms that it names tensors by."""
        query, goal = self.program.queries[0], self.program.ground.queries[0].goal
        if not any(holds_some(term, self.structures[0].placeholders) for term in query.terms):
            yield from repeat((query.values, query.atoms), len(self.numbers))
            return
        for structure in self.structures:
            names = dict(zip(structure.placeholders, structure.terms, strict=True))
            atoms = [replaced(term, names) for term in query.terms]
            yield [instance_value(replaced(goal, names), atom) for atom in atoms], list(map(print_term, atoms))


def network_columns(
    groups: Sequence[Group],
    examples: Sequence[Example],
    tensors: Mapping[str, Tensor],
    network: Callable[[str], nn.Module],
    device: torch.device,
) -> list[dict[str, Tensor]]:
    """Return for each group the log-probabilities (examples, applications * width) by network.

    Tensor terms are computed first, by rank. Each network is called once for the terms of a rank, on their distinct inputs in all groups.
    """
    known = KnownTensors(examples, tensors)
    places = [GroupParts(group) for group in groups]
    for rank in sorted({step.rank for group in groups for step in group.program.plan.steps}):
        computed: dict[str, NetworkRows] = {}
        for group, parts in zip(groups, places, strict=True):
            for step in group.program.plan.steps:
                if step.rank == rank:
                    rows = computed.setdefault(step.call.signature.name, NetworkRows(step.call))
                    parts.compute(step, rows.add(parts, step.call, known))
        for name, rows in computed.items():
            inputs = rows.inputs(known, device)
            known.computed[SHARED - rank, name] = rows.call.tensor_rows(network(name), inputs, len(rows.rows))
    called: dict[str, NetworkRows] = {}
    indices: list[dict[str, Tensor]] = []
    for group, parts in zip(groups, places, strict=True):
        found: dict[str, Tensor] = {}
        for name, call in group.program.plan.calls.items():
            rows = called.setdefault(name, NetworkRows(call))
            found[name] = torch.tensor(rows.add(parts, call, known), dtype=torch.long).view(len(group.numbers), len(call.applications))
        indices.append(found)
    outputs = {name: rows.call.log_rows(network(name), rows.inputs(known, device), len(rows.rows)) for name, rows in called.items()}
    return [{name: outputs[name][index.to(outputs[name].device)].flatten(1) for name, index in found.items()} for found in indices]


class KnownTensors:
    """The tensors of a call: those that the examples share, those of their own, and what networks have returned."""

    def __init__(self, examples: Sequence[Example], shared: Mapping[str, Tensor]) -> None:
        self.examples = examples
        self.shared = shared
        self.computed: dict[tuple[int, str], Tensor] = {}

    def tensor(self, owner: int, name: str) -> Tensor:
        """Return the tensor with the owner and name of a part."""
        if owner == SHARED:
            return self.shared[name]
        return self.computed[owner, name] if owner < SHARED else self.examples[owner].tensors[name]

    def check(self, item: Part, number: int, call: NetworkCall) -> None:
        """Raise E602 where there is no such tensor, E603 where the part is outside of it; ``number`` is the example's that needs it."""
        owner, name, found = item
        if owner < SHARED:
            return
        written = name + (f"({','.join(map(str, found))})" if found else "")
        place = (call.signature.span, "declared here")
        if owner == SHARED and name not in self.shared:
            hint = f"pass it by keyword, {name}=..., or with the example: nesy.Example(..., tensors={{'{name}': ...}})"
            message = f"'{call.signature.name}' is applied to {written}, and there is no tensor '{name}' (example {number})"
            raise error("E602", message, *place, hint)
        tensor = self.tensor(owner, name)
        if len(found) > tensor.dim() or not all(0 <= index < length for index, length in zip(found, tensor.shape, strict=False)):
            message = f"'{call.signature.name}' is applied to {written}, which is outside '{name}' of shape {tuple(tensor.shape)}"
            hint = "the indices of the term select along the first axes, counted from 0; there is no axis of the batch"
            raise error("E603", f"{message} (example {number})", *place, hint)


class GroupParts:
    """The parts of tensors that the terms of a group's program stand for, in each of its examples.

    ``positions`` has the terms with their positions in the ``parts`` of each example: placeholders, then tensor terms.
    """

    def __init__(self, group: Group) -> None:
        self.numbers = group.numbers
        self.positions: dict[Term, int] = {term: number for number, term in enumerate(group.structures[0].placeholders)}
        self.parts: list[list[Part]] = [list(structure.parts) for structure in group.structures]

    def compute(self, step: Step, rows: Sequence[int]) -> None:
        """Add the tensor terms of a step, given the rows (examples * terms) that they are of what the network returns."""
        start = len(self.positions)
        self.positions.update((term, start + number) for number, term in enumerate(step.terms))
        owner, name, count = SHARED - step.rank, step.call.signature.name, len(step.terms)
        for number, parts in enumerate(self.parts):
            parts.extend((owner, name, (row,)) for row in rows[number * count : (number + 1) * count])

    def slots(self, call: NetworkCall) -> list[tuple[int | Item, ...]]:
        """Return for each application its arguments: a position in the examples' parts, a constant, or a part that all examples name."""

        def slot(term: Term, symbols: object, number: int) -> int | Item:
            if symbols is not None:
                return term
            if term in self.positions:
                return self.positions[term]
            with errors_of(number):
                return part(term)

        kinds = call.signature.inputs
        first = self.numbers[0]
        return [tuple(slot(term, kind, first) for term, kind in zip(terms, kinds, strict=True)) for terms in call.applications]


class NetworkRows:
    """The distinct inputs of a network over all groups, by the numbers of their rows; ``first`` has the first example of each."""

    def __init__(self, call: NetworkCall) -> None:
        self.call = call
        self.rows: dict[tuple[Item, ...], int] = {}
        self.first: list[int] = []

    def add(self, group: GroupParts, call: NetworkCall, known: KnownTensors) -> list[int]:
        """Return the rows (examples * applications) of a group; raises E602 and E603 for terms that are no part of a tensor."""
        slots = group.slots(call)
        rows, first = self.rows, self.first
        found = []
        for number, parts in zip(group.numbers, group.parts, strict=True):
            own = known.examples[number].tensors
            for slot in slots:
                key: tuple[Item, ...] = tuple([parts[item] if isinstance(item, int) else item for item in slot])
                if own:
                    key = tuple([_owned(item, number, own) for item in key])
                row = rows.get(key)
                if row is None:
                    for item in key:
                        if isinstance(item, tuple):
                            known.check(item, number, call)
                    row = rows[key] = len(rows)
                    first.append(number)
                found.append(row)
        return found

    def inputs(self, known: KnownTensors, device: torch.device) -> list[Tensor]:
        """Return what each argument receives (rows, ...), of type long for symbols; raises E603 for parts of different shapes."""
        return [self._argument(position, known, device) for position in range(len(self.call.signature.inputs))]

    def _argument(self, position: int, known: KnownTensors, device: torch.device) -> Tensor:
        items = [key[position] for key in self.rows]
        symbols = self.call.signature.inputs[position]
        if symbols is not None:
            numbers = {symbol: number for number, symbol in enumerate(symbols)}
            return torch.tensor([numbers[item] for item in items if not isinstance(item, tuple)], device=device)
        alike: dict[tuple[int, str, int], list[int]] = {}
        parts = [item for item in items if isinstance(item, tuple)]
        for row, (owner, name, found) in enumerate(parts):
            alike.setdefault((owner, name, len(found)), []).append(row)
        gathered: list[Tensor] = []
        order: list[int] = []
        for (owner, name, _), rows in alike.items():
            gathered.append(_gathered(known.tensor(owner, name), [parts[row][2] for row in rows]))
            order.extend(rows)
            if gathered[-1].shape[1:] != gathered[0].shape[1:]:
                shapes = [tuple(tensor.shape[1:]) for tensor in (gathered[0], gathered[-1])]
                message = f"'{self.call.signature.name}' is applied to tensors of different shapes: {shapes[0]} in example"
                message += f" {self.first[0]}, {shapes[1]} in example {self.first[rows[0]]}"
                hint = "one network, called once on all of its inputs"
                raise error("E603", message, self.call.signature.span, "declared here", hint)
        if len(gathered) == 1:
            return gathered[0]
        inverse = torch.empty(len(order), dtype=torch.long)
        inverse[torch.tensor(order)] = torch.arange(len(order))
        joined = torch.cat(gathered)
        return joined.index_select(0, inverse.to(joined.device))


def _gathered(tensor: Tensor, indices: Sequence[tuple[int, ...]]) -> Tensor:
    """Return the parts (rows, ...) of a tensor."""
    if not indices[0]:
        return tensor.unsqueeze(0).expand(len(indices), *tensor.shape)
    return tensor[tuple(torch.tensor(axis, device=tensor.device) for axis in zip(*indices, strict=True))]


def _owned(item: Item, number: int, own: Mapping[str, Tensor]) -> Item:
    """Return a part of a shared tensor as that of an example's own where it has one of the name."""
    return (number, item[1], item[2]) if isinstance(item, tuple) and item[0] == SHARED and item[1] in own else item
