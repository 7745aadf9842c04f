"""Examples of different structure in one batch: grouped by structure, each network called once on the distinct inputs of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nesylang.learning.conditioned import ConditionedProgram
from nesylang.learning.examples import Example, errors_of
from nesylang.learning.inputs import tensor_name
from nesylang.learning.networks import NetworkCall
from nesylang.learning.structures import Structure, indices
from nesylang.source import error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Term

Item = Term | tuple[int, str, tuple[int, ...]]
"""What a network is given for an argument: a constant, or a part of a tensor: whose (-1: all examples'), its name, the indices."""

SHARED = -1


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
        kinds = call.signature.inputs
        found = []
        for number, structure in zip(group.numbers, group.structures, strict=True):
            items: dict[Term, Item] = {}
            for application in call.applications:
                key: list[Item] = []
                for term, symbols in zip(application, kinds, strict=True):
                    if symbols is not None:
                        key.append(term)
                        continue
                    if term not in items:
                        with errors_of(number):
                            items[term] = _item(structure.items.get(term, term), number, examples[number], tensors, call)
                    key.append(items[term])
                row = self.rows.setdefault(tuple(key), len(self.rows))
                if row == len(self.first):
                    self.first.append(number)
                found.append(row)
        return torch.tensor(found, dtype=torch.long).view(len(group.numbers), len(call.applications))

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
        for part, number in zip(slices, self.first, strict=True):
            if part.shape != slices[0].shape:
                message = f"'{self.call.signature.name}' is applied to tensors of different shapes: {tuple(slices[0].shape)} in example"
                message += f" {self.first[0]}, {tuple(part.shape)} in example {number}"
                hint = "one network, called once on all of its inputs"
                raise error("E603", message, self.call.signature.span, "declared here", hint)
        return torch.stack(slices)


def _item(term: Term, number: int, example: Example, tensors: Mapping[str, Tensor], call: NetworkCall) -> Item:
    """Return the part of a tensor that a term stands for in an example."""
    name = tensor_name(term)
    own = name in example.tensors
    if not own and name not in tensors:
        hint = f"pass it by keyword, {name}=..., or with the example: nesy.Example(..., tensors={{'{name}': ...}})"
        message = f"'{call.signature.name}' is applied to {print_term(term)}, and there is no tensor '{name}'"
        raise error("E602", message, call.signature.span, "declared here", hint)
    tensor = example.tensors[name] if own else tensors[name]
    found = indices(term)
    if len(found) > tensor.dim() or not all(0 <= index < length for index, length in zip(found, tensor.shape, strict=False)):
        message = f"'{call.signature.name}' is applied to {print_term(term)}, which is outside '{name}' of shape {tuple(tensor.shape)}"
        hint = "the indices of the term select along the first axes, counted from 0; there is no axis of the batch"
        raise error("E603", message, call.signature.span, "declared here", hint)
    return (number if own else SHARED, name, found)
