"""Examples of different structure in one batch: grouped by structure, each network called once on the distinct inputs of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nesylang.learning.conditioned import ConditionedProgram
from nesylang.learning.examples import Example, errors_of
from nesylang.learning.networks import NetworkCall
from nesylang.learning.structures import SHARED, Part, Structure, part
from nesylang.source import error
from nesylang.syntax.terms import Term

Item = Term | Part
"""What a network is given for an argument: a constant or a part of a tensor."""


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


class NetworkRows:
    """The distinct inputs of a network over all groups, and the rows that the applications of each group are."""

    def __init__(self, call: NetworkCall) -> None:
        self.call = call
        self.rows: dict[tuple[Item, ...], int] = {}
        self.first: list[int] = []

    def add(self, group: Group, call: NetworkCall, examples: Sequence[Example], tensors: Mapping[str, Tensor]) -> Tensor:
        """Return the rows (examples, applications) of a group; raises E602 and E603 for terms that are no part of a tensor."""
        slots = self._slots(group.structures[0], call)
        rows, first = self.rows, self.first
        found = []
        for number, structure in zip(group.numbers, group.structures, strict=True):
            parts, own = structure.parts, examples[number].tensors
            for slot in slots:
                key: tuple[Item, ...] = tuple([parts[item] if isinstance(item, int) else item for item in slot])
                if own:
                    key = tuple([_owned(item, number, own) for item in key])
                row = rows.get(key)
                if row is None:
                    for item in key:
                        if isinstance(item, tuple):
                            with errors_of(number):
                                _check(item, examples[number], tensors, call)
                    row = rows[key] = len(rows)
                    first.append(number)
                found.append(row)
        return torch.tensor(found, dtype=torch.long).view(len(group.numbers), len(call.applications))

    def _slots(self, structure: Structure, call: NetworkCall) -> list[tuple[int | Item, ...]]:
        """Return for each application its arguments: the number of a placeholder, a constant, or a part that all examples name."""
        numbers = {placeholder: number for number, placeholder in enumerate(structure.placeholders)}

        def slot(term: Term, symbols: object) -> int | Item:
            if symbols is not None:
                return term
            return numbers[term] if term in numbers else part(term)

        return [tuple(map(slot, application, call.signature.inputs)) for application in call.applications]

    def argument(self, position: int, examples: Sequence[Example], tensors: Mapping[str, Tensor], device: torch.device) -> Tensor:
        """Return what an argument receives (rows, ...), of type long for symbols; raises E603 for parts of different shapes."""
        items = [key[position] for key in self.rows]
        symbols = self.call.signature.inputs[position]
        if symbols is not None:
            numbers = {symbol: number for number, symbol in enumerate(symbols)}
            return torch.tensor([numbers[item] for item in items if not isinstance(item, tuple)], device=device)
        parts = [item for item in items if isinstance(item, tuple)]
        owner, name, first = parts[0]
        if owner == SHARED and first and all(o == owner and n == name and len(i) == len(first) for o, n, i in parts):
            tensor = tensors[name]
            return tensor[tuple(torch.tensor(axis, device=tensor.device) for axis in zip(*(i for _, _, i in parts), strict=True))]
        slices = [(tensors[name] if owner == SHARED else examples[owner].tensors[name])[index] for owner, name, index in parts]
        for found, number in zip(slices, self.first, strict=True):
            if found.shape != slices[0].shape:
                message = f"'{self.call.signature.name}' is applied to tensors of different shapes: {tuple(slices[0].shape)} in example"
                message += f" {self.first[0]}, {tuple(found.shape)} in example {number}"
                hint = "one network, called once on all of its inputs"
                raise error("E603", message, self.call.signature.span, "declared here", hint)
        return torch.stack(slices)


def _owned(item: Item, number: int, own: Mapping[str, Tensor]) -> Item:
    """Return a part as that of an example's own tensor where it has one of the name."""
    return (number, item[1], item[2]) if isinstance(item, tuple) and item[1] in own else item


def _check(item: Part, example: Example, tensors: Mapping[str, Tensor], call: NetworkCall) -> None:
    """Raise E602 where there is no such tensor, E603 where the part is outside of it."""
    owner, name, found = item
    written = name + (f"({','.join(map(str, found))})" if found else "")
    if owner == SHARED and name not in tensors:
        hint = f"pass it by keyword, {name}=..., or with the example: nesy.Example(..., tensors={{'{name}': ...}})"
        message = f"'{call.signature.name}' is applied to {written}, and there is no tensor '{name}'"
        raise error("E602", message, call.signature.span, "declared here", hint)
    tensor = tensors[name] if owner == SHARED else example.tensors[name]
    if len(found) > tensor.dim() or not all(0 <= index < length for index, length in zip(found, tensor.shape, strict=False)):
        message = f"'{call.signature.name}' is applied to {written}, which is outside '{name}' of shape {tuple(tensor.shape)}"
        hint = "the indices of the term select along the first axes, counted from 0; there is no axis of the batch"
        raise error("E603", message, call.signature.span, "declared here", hint)
