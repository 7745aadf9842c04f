"""A compiled program under one set of per-example evidence, evaluated in torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn

from nesylang.circuit import TRUE, Circuit
from nesylang.circuit.smoothing import smoothed
from nesylang.compilation.compiled import CompiledProgram
from nesylang.evaluation import SEMIRINGS, Semiring
from nesylang.evaluation.torch_engine import TorchCircuit
from nesylang.learning.columns import query_columns
from nesylang.learning.given import needed_inputs
from nesylang.learning.leaves import Block, LeafWeights
from nesylang.learning.losses import named_examples
from nesylang.learning.numerics import at_most_zero
from nesylang.learning.parameters import LearnableWeights
from nesylang.learning.result import QueryResult, Result
from nesylang.learning.tensorterms import tensor_plan
from nesylang.source import Diagnostic, Label, NesyError
from nesylang.syntax import print_term


class ConditionedProgram(nn.Module):
    """A circuit with the leaves it is evaluated on and the queries it answers; it has buffers only, none of them in the ``state_dict``."""

    columns: Tensor
    answer_roots: Tensor
    condition_roots: Tensor

    def __init__(
        self, compiled: CompiledProgram, learnable: LearnableWeights, semiring: str | Semiring[float], engine: str | None = None
    ) -> None:
        super().__init__()
        self.ground = compiled.ground
        self.plan = tensor_plan(compiled.ground)
        row = SEMIRINGS[semiring] if isinstance(semiring, str) else semiring
        circuit = _smooth(compiled) if "smooth" in row.requires else compiled.circuit
        self.circuit = TorchCircuit(circuit, row, engine)
        self.inputs = needed_inputs(compiled.ground)
        self.leaves = LeafWeights(compiled.ground, circuit, self.plan.calls, learnable)
        self.evidence_names = [print_term(item.atom) for item in compiled.ground.evidence if item.value is None]
        self.queries = list(query_columns(compiled))
        self._atoms = [query.atoms for query in self.queries]
        self._widths = [query.width for query in self.queries]
        self._certain = {number for number, root in enumerate(circuit.roots) if root == TRUE}
        answers = [root for roots in compiled.answer_roots for root in roots]
        conditions = [root for roots in compiled.condition_roots for root in roots]
        self._is_conditioned = not self._certain.issuperset(conditions)
        self._has_conditions = any(conditions)
        ends = list(accumulate(self._widths, initial=0))
        places = [[ends[number] + p if p is not None else ends[-1] for p in q.positions] for number, q in enumerate(self.queries)]
        columns = [place for query in places for place in query]
        self._is_padded = columns != list(range(len(answers)))
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.long), persistent=False)
        self.register_buffer("answer_roots", torch.tensor(answers, dtype=torch.long), persistent=False)
        self.register_buffer("condition_roots", torch.tensor(conditions, dtype=torch.long), persistent=False)

    def forward(
        self,
        shares: Mapping[int, Tensor],
        networks: Mapping[Block, Tensor],
        evidence: Tensor | None,
        batch: int,
        dtype: torch.dtype,
        numbers: Sequence[int] | None = None,
    ) -> Result:
        """Return the log-probabilities of all answers given the evidence; the arguments are those of ``LeafWeights``.

        ``numbers`` are those that errors call the examples by, their positions unless they are given.
        Raises E501 for examples whose evidence, E503 for examples whose condition has probability zero.
        """
        log_weights = self.leaves(shares, networks, evidence, batch, dtype)
        roots = self.circuit.semiring.tensor_log(self.circuit(log_weights))
        self._check_possible(roots.detach(), numbers if numbers is not None else range(batch))
        joint = roots.index_select(1, self.answer_roots)
        is_normalised = self.circuit.semiring.normalised
        if is_normalised:
            if self._is_conditioned:
                joint = joint - roots.index_select(1, self.condition_roots)
            joint = at_most_zero(joint)
        if self._is_padded:
            # The last column is that of all instances without proof.
            joint = torch.cat([joint, joint.new_full((batch, 1), -torch.inf)], 1).index_select(1, self.columns)
        parts = torch.split(joint, [len(query.values) for query in self.queries], 1)
        columns = zip(self.queries, self._atoms, parts, strict=True)
        result = Result({query.name: QueryResult.of(part, query.values, atoms) for query, atoms, part in columns})
        result.log_evidence = at_most_zero(roots[:, 0]) if is_normalised else roots[:, 0]
        return result

    def evidence_columns(self, observations: Mapping[str, Tensor]) -> Tensor | None:
        """Return 0 and minus infinity (batch, 2 per piece of evidence) for what is observed (batch,), by canonical spelling.

        What is not observed may be true or false; where nothing is, there is one row for all examples.
        """
        if not self.evidence_names:
            return None
        unknown = torch.ones_like(next(iter(observations.values()), self.columns.new_ones(1)), dtype=torch.bool)
        pairs = [(observations[n], ~observations[n]) if n in observations else (unknown, unknown) for n in self.evidence_names]
        allowed = torch.stack([column for pair in pairs for column in pair], 1)
        return torch.zeros_like(allowed, dtype=torch.get_default_dtype()).masked_fill(~allowed, -torch.inf)

    def _check_possible(self, roots: Tensor, numbers: Sequence[int]) -> None:
        if 0 not in self._certain:
            examples = [numbers[row] for row in _impossible(roots[:, 0])]
            if examples:
                labels = tuple(Label(item.span, _observation(item.value)) for item in self.ground.evidence)
                message = f"the evidence has probability zero for {named_examples(examples)}"
                hint = "no possible world agrees with all of the evidence of these examples, given what the networks return for them"
                raise NesyError([Diagnostic("E501", message, labels, hint)])
        if self._has_conditions:
            conditions = roots.index_select(1, self.condition_roots)
            for query, part in zip(self.queries, torch.split(conditions, self._widths, 1), strict=True):
                examples = [numbers[row] for row in _impossible(part.amin(1))] if query.width else []
                if examples:
                    message = f"the condition of {query.name} has probability zero for {named_examples(examples)}"
                    hint = "ask under a condition that can hold together with the evidence"
                    raise NesyError([Diagnostic("E503", message, (), hint)])


def _smooth(compiled: CompiledProgram) -> Circuit:
    """Return the circuit with all choices of the program in all its roots."""
    values = {number: choice.values for number, choice in enumerate(compiled.ground.choices) if choice.values > 1}
    return smoothed(compiled.circuit, values | dict.fromkeys(compiled.indicators, 2))


def _impossible(log_probabilities: Tensor) -> list[int]:
    """Return the examples whose log-probability (batch,) is minus infinity."""
    return [int(example) for example in (log_probabilities == -torch.inf).nonzero().squeeze(1).tolist()]


def _observation(value: bool | None) -> str:
    return "observed by each example" if value is None else "observed true" if value else "observed false"
