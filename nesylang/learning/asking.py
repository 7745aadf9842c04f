"""Asking a module examples of different structure."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from nesylang.learning.conditioned import ConditionedProgram
from nesylang.learning.examples import Example, checked_examples, errors_of
from nesylang.learning.given import InputBlock, given_tensors, log_columns, separate
from nesylang.learning.grouped import Group, network_columns
from nesylang.learning.leaves import Block
from nesylang.learning.losses import SHOWN, NesyWarning, named_examples
from nesylang.learning.numerics import detach_infinite, log1mexp
from nesylang.learning.result import QueryResult
from nesylang.learning.structures import LARGEST_CACHE, Cache, Structure, StructureReader
from nesylang.learning.values import Value
from nesylang.source import Diagnostic, NesyError, Source, error
from nesylang.syntax.questions import parse_observation, parse_question

if TYPE_CHECKING:
    from nesylang.learning.module import LogicModule

KNOWN_QUESTIONS = 100_000
"""How many questions are remembered with their structures."""

Question = tuple[str, tuple[str, ...], frozenset[str]]


class Examiner:
    """What a module keeps to answer examples: the structures that it has compiled, and which of them questions have."""

    def __init__(self, reader: StructureReader) -> None:
        self.reader = reader
        self.programs: Cache[tuple[str, ...], ConditionedProgram] = Cache(LARGEST_CACHE)
        self.questions: Cache[Question, Structure] = Cache(KNOWN_QUESTIONS)

    def structure(self, example: Example, number: int, names: frozenset[str]) -> Structure:
        """Return the structure of an example; raise NesyError with its number where the question is malformed."""
        return self._structure(example, number, names)

    def plain(self, example: Example, number: int) -> Structure:
        """Return the structure of an example that names its tensors as the example does, for the messages of errors."""
        return self._structure(example, number, frozenset(), without_tensors=True)

    def _structure(self, example: Example, number: int, names: frozenset[str], without_tensors: bool = False) -> Structure:
        known = names.union(example.tensors) if example.tensors and not without_tensors else names
        question = (example.query, tuple(example.evidence), known)

        def read() -> Structure:
            with errors_of(number):
                query = parse_question(Source("query", example.query))
                evidence = [parse_observation(Source("evidence", text)) for text in example.evidence]
                for piece in evidence:
                    if not piece.value:
                        hint = "an example that observes it to be false maps it to False"
                        raise error("E611", "evidence of examples is about atoms, not negated ones", piece.span, "negated", hint)
                structure = self.reader.structure(query, evidence, known)
                if len(structure.observed) < len(evidence):
                    raise error("E611", "an atom of the evidence is given twice", evidence[0].span)
                return structure

        return self.questions.get(question, read)


def ask(module: LogicModule, examples: object, tensors: Mapping[str, object]) -> list[QueryResult]:
    """Return the log-probabilities (1, answers) of each example's query given its evidence and that of the program."""
    checked = checked_examples(examples)
    answers: list[QueryResult | None] = [None] * len(checked)
    for group, result in _results(module, checked, tensors):
        for row, (number, (values, atoms)) in enumerate(zip(group.numbers, group.columns(), strict=True)):
            answers[number] = QueryResult.of(result[row : row + 1], values, atoms)
    return [answer for answer in answers if answer is not None]


def log_probabilities(module: LogicModule, examples: object, tensors: Mapping[str, object]) -> Tensor:
    """Return the log-probability (examples,) of each example's label, in their order; of the query itself where it has no label."""
    checked = checked_examples(examples)
    parts: list[Tensor] = []
    order: list[int] = []
    for group, result in _results(module, checked, tensors):
        parts.append(_labelled(result, group, [checked[number] for number in group.numbers]))
        order.extend(group.numbers)
    if not parts:
        return torch.zeros(0)
    inverse = torch.empty(len(order), dtype=torch.long)
    inverse[torch.tensor(order)] = torch.arange(len(order))
    found = torch.cat(parts)
    return found.index_select(0, inverse.to(found.device))


def nll_of(module: LogicModule, examples: object, tensors: Mapping[str, object]) -> Tensor:
    """Return the mean over the examples of ``-log P(label)``; infinite, with gradient zero and a warning, where one is impossible."""
    found = log_probabilities(module, examples, tensors)
    impossible = (found.detach() == -torch.inf).nonzero().squeeze(1).tolist()
    if impossible:
        message = f"the labels have probability zero for {named_examples(impossible)}: the loss is infinite, its gradient zero"
        warnings.warn(message, NesyWarning, stacklevel=3)
    return -detach_infinite(found).sum() / max(1, len(found))


def _labelled(result: QueryResult, group: Group, examples: Sequence[Example]) -> Tensor:
    """Return the log-probabilities (examples,) of labels; raises E605 for unknown ones, E611 where one is missing."""
    plain = result.as_subclass(Tensor)
    if result.is_ground:
        for example, number in zip(examples, group.numbers, strict=True):
            if example.label not in (None, True, False):
                raise error("E605", f"unknown label {example.label!r} of {example.query} (example {number})", hint="True or False")
        truth = torch.tensor([example.label in (None, True) for example in examples], device=plain.device)
        return plain[:, 0] if bool(truth.all()) else plain[:, 0].where(truth, log1mexp(plain[:, 0]))
    known: list[Value] = []
    positions: dict[Value, int] = {}
    found = []
    for example, number, (values, _) in zip(examples, group.numbers, group.columns(), strict=True):
        if values is not known:
            known, positions = values, {value: position for position, value in enumerate(values)}
        if example.label is None:
            hint = "say which answer is meant, nesy.Example(query, label), or ask for all of them: model.ask(examples)"
            raise error("E611", f"the query {example.query} has variables and no label (example {number})", hint=hint)
        label: Value = tuple(example.label) if isinstance(example.label, list) else example.label
        if label not in positions or isinstance(label, bool):
            shown = ", ".join(map(repr, values[:SHOWN])) + (", ..." if len(values) > SHOWN else "")
            hint = f"labels are values of the query's answers: {shown or 'none'}"
            raise error("E605", f"unknown label {label!r} of {example.query} (example {number})", hint=hint)
        found.append(positions[label])
    return plain.gather(1, torch.tensor(found, device=plain.device).unsqueeze(1)).squeeze(1)


def _results(module: LogicModule, examples: Sequence[Example], tensors: Mapping[str, object]) -> list[tuple[Group, QueryResult]]:
    """Return for each structure its examples and their results (examples, answers)."""
    if not examples:
        return []
    inputs = module.inputs
    data, facts = separate(tensors, inputs)
    shared = _checked_tensors(data)
    groups = _groups(module, examples, frozenset(shared))
    needed = tuple(dict.fromkeys(name for group in groups for name in group.program.inputs))
    given = given_tensors(facts, inputs, needed)
    for name, tensor in given.items():
        if tensor.shape[0] != len(examples):
            message = f"the input '{name}' must have an entry for each of the {len(examples)} examples, found {tensor.shape[0]}"
            raise error("E603", message, inputs[name].span, "declared here")
    brought = {name: log_columns(inputs[name], tensor) for name, tensor in given.items()}
    columns = network_columns(groups, examples, shared, module.network, module.device)
    shares = module.weights()
    dtype = module.working_type([*(c for group in columns for c in group.values()), *shares.values(), *brought.values()])
    results = []
    problems: list[Diagnostic] = []
    for group, found in zip(groups, columns, strict=True):
        blocks: dict[Block, Tensor] = {}
        blocks.update(found)
        rows = torch.tensor(group.numbers)
        for name in group.program.inputs:
            blocks[InputBlock(name)] = brought[name].index_select(0, rows.to(brought[name].device))
        device = module.device
        observed = {name: values.to(device) for name, values in group.observations(examples).items()}
        evidence = group.program.evidence_columns(observed)
        try:
            result = group.program(shares, blocks, evidence, len(group.numbers), dtype, group.numbers)
        except NesyError as failure:
            problems.extend(failure.diagnostics)
            continue
        results.append((group, next(iter(result.values()))))
    if problems:
        raise NesyError(problems)
    return results


def _checked_tensors(data: Mapping[str, object]) -> dict[str, Tensor]:
    """Return the tensors that examples share; raises E606 for what is none."""
    for name, tensor in data.items():
        if not isinstance(tensor, Tensor):
            message = f"'{name}' must be a torch.Tensor, found {type(tensor).__name__}"
            raise error("E606", message, hint=f"convert it: torch.as_tensor({name})")
    return {name: tensor for name, tensor in data.items() if isinstance(tensor, Tensor)}


def _groups(module: LogicModule, examples: Sequence[Example], names: frozenset[str]) -> list[Group]:
    """Return the examples by structure, in the order in which structures occur first."""
    grouped: dict[tuple[str, ...], tuple[list[int], list[Structure]]] = {}
    for number, example in enumerate(examples):
        structure = module.examiner.structure(example, number, names)
        numbers, structures = grouped.setdefault(structure.key, ([], []))
        numbers.append(number)
        structures.append(structure)
    return [
        Group(module.structure_program(structures[0], examples[numbers[0]], numbers[0]), numbers, structures)
        for numbers, structures in grouped.values()
    ]
