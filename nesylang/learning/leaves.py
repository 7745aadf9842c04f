"""The log-weights of a circuit's leaves, gathered from constants, learnable weights, networks and per-example evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from nesylang.circuit import Circuit
from nesylang.grounding.chances import choice_probabilities
from nesylang.grounding.program import Choice, FixedWeight, GroundProgram, HostWeight, InputWeight, LearnableWeight, NeuralWeight
from nesylang.learning.given import InputBlock, needed_inputs
from nesylang.learning.held import held_columns
from nesylang.learning.networks import NetworkCall
from nesylang.learning.parameters import LearnableWeights, learnable_mass, learnable_positions, log

Block = str | int | InputBlock
"""Where a column comes from: a network by name, a clause by number, an input, or one of the three blocks below."""

CONSTANTS = -1
EVIDENCE = -2
HELD = -3

Column = tuple[Block, int]

IMPOSSIBLE: Column = (CONSTANTS, 0)
"""The constant minus infinity."""


class LeafWeights(nn.Module):
    """A map from the columns of constants, clauses, networks, inputs and evidence to the leaves of a circuit."""

    index: Tensor

    def __init__(self, ground: GroundProgram, circuit: Circuit, calls: Mapping[str, NetworkCall], learnable: LearnableWeights) -> None:
        super().__init__()
        self._calls = calls
        self._clauses = {number: clause.columns * len(clause.rows) for number, clause in learnable.clauses.items()}
        self._applications = {name: {terms: i for i, terms in enumerate(call.applications)} for name, call in calls.items()}
        self._held: dict[HostWeight, int] = {}
        constants = [-math.inf]
        columns: list[Column] = []
        offsets = [0.0] * len(circuit.leaves)
        for leaf, (number, value) in enumerate(circuit.leaves):
            if number >= len(ground.choices):
                columns.append((EVIDENCE, 2 * (number - len(ground.choices)) + value))
                continue
            choice = ground.choices[number]
            weight = choice.weights[value] if value < len(choice.weights) else None
            if isinstance(weight, LearnableWeight) or (weight is None and learnable_positions(choice)):
                columns.append((choice.clause, learnable.column(choice, value)))
                offsets[leaf] = log(learnable_mass(choice))
            elif isinstance(first := choice.weights[0], InputWeight):
                columns.append((InputBlock(first.name), first.row * ground.inputs[first.name].width + value))
            elif isinstance(first, HostWeight):
                columns.append((HELD, 2 * self._held_position(first) + value))
            elif isinstance(weight, NeuralWeight) or isinstance(first, NeuralWeight):
                columns.append(self._network_column(choice, value))
            else:
                assert weight is None or isinstance(weight, FixedWeight), "the other kinds are handled above"
                columns.append((CONSTANTS, len(constants)))
                constants.append(log(choice_probabilities(choice)[value] if weight is None else weight.probability))
        # Kept in float64 and no buffers, so that moving the module to another type does not round them.
        self._constants = torch.tensor([constants], dtype=torch.float64)
        self._offsets = torch.tensor([offsets], dtype=torch.float64) if any(offsets) else None
        starts: dict[Block, int] = {CONSTANTS: 0}
        end = len(constants)
        for clause, size in self._clauses.items():
            starts[clause], end = end, end + size
        for name, call in calls.items():
            starts[name], end = end, end + call.width * len(call.applications)
        self._inputs = [InputBlock(name) for name in needed_inputs(ground)]
        for block in self._inputs:
            signature = ground.inputs[block.name]
            starts[block], end = end, end + signature.rows * signature.width
        starts[HELD], end = end, end + 2 * len(self._held)
        starts[EVIDENCE] = end
        index = [starts[block] + column for block, column in columns]
        self.register_buffer("index", torch.tensor(index, dtype=torch.long), persistent=False)

    def forward(
        self,
        shares: Mapping[int, Tensor],
        networks: Mapping[Block, Tensor],
        evidence: Tensor | None,
        batch: int,
        dtype: torch.dtype,
    ) -> Tensor:
        """Return the log-weights (batch, leaves).

        ``shares`` and ``networks`` are columns (batch or 1, columns) of log-probabilities by clause and by network or input, ``evidence``
        (batch, 2 per piece of evidence) is 0 where an example allows true, false, and minus infinity where it does not.
        """
        device = self.index.device
        blocks = [self._constants.to(dtype).to(device)]
        blocks += [shares[clause].to(dtype) for clause in self._clauses]
        named: list[Block] = [*self._calls, *self._inputs]
        blocks += [networks[name].to(dtype) for name in named]
        if self._held:
            blocks.append(held_columns(list(self._held), dtype, device))
        if evidence is not None:
            blocks.append(evidence.to(dtype))
        columns = torch.cat([block.expand(batch, -1) for block in blocks], 1)
        log_weights = columns.index_select(1, self.index)
        return log_weights if self._offsets is None else log_weights + self._offsets.to(dtype).to(device)

    def _held_position(self, weight: HostWeight) -> int:
        """Return which of the probabilities that Python holds one is."""
        return self._held.setdefault(weight, len(self._held))

    def _network_column(self, choice: Choice, value: int) -> Column:
        """Return the column of a value of a choice that is a network's distribution.

        Its remainder is false for a Bernoulli network; a categorical one, all of whose columns are alternatives, leaves nothing.
        """
        first = choice.weights[0]
        assert isinstance(first, NeuralWeight)
        for column, weight in enumerate(choice.weights):
            assert weight == NeuralWeight(first.network, first.inputs, column), "a network's distribution is a choice of its own"
        call = self._calls[first.network]
        assert len(choice.weights) == (len(call.signature.outputs) or 1), "a choice has all columns of its network"
        if value == len(choice.weights) and call.signature.outputs:
            return IMPOSSIBLE
        return first.network, self._applications[first.network][first.inputs] * call.width + value
