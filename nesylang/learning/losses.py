"""Losses on results."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from nesylang.learning.numerics import detach_infinite, log1mexp
from nesylang.learning.result import QueryResult, Result
from nesylang.learning.values import Value
from nesylang.source import error

Labels = Tensor | Sequence[Value]

SHOWN = 10
"""How many examples or answers a message names."""


class NesyWarning(UserWarning):
    """Something about the data that a training loop should know and may survive."""


def nll(result: Result, labels: Mapping[str, Labels]) -> Tensor:
    """Return the mean over the batch of ``-log P(label)``, summed over the queries, as a scalar.

    Labels are values of a query's answers, one per example; of a query without variables they are True or False. A label of probability
    zero gives an infinite loss with gradient zero and a NesyWarning that names the examples. A result without input tensors has one row,
    which serves every label. Raises E605 for unknown queries and labels, E603 where there is not one label per example, E606 for
    arguments of other kinds.
    """
    if not isinstance(result, Result):
        raise error("E606", f"nll takes the result of the model, found {type(result).__name__}", hint="result = model(...)")
    if not isinstance(labels, Mapping):
        hint = 'pass them by query: model.nll(result, {"p(X)": labels})'
        raise error("E606", f"labels must be a dictionary, found {type(labels).__name__}", hint=hint)
    if not labels:
        raise error("E606", "there are no labels", hint='pass them by query: model.nll(result, {"p(X)": labels})')
    total = torch.zeros((), dtype=result[next(iter(labels))].dtype, device=result[next(iter(labels))].device)
    for query, values in labels.items():
        total = total + _query_nll(query, result[query], values)
    return total


def _query_nll(query: str, result: QueryResult, labels: Labels) -> Tensor:
    """Return the mean over the batch of the negative log-probabilities of labels, one per example."""
    values = _values(query, result, labels)
    if result.is_ground:
        truth = torch.tensor([value is True or value == 1 for value in values], dtype=torch.bool, device=result.device)
        held = result[:, 0]
        chosen = held.where(truth, log1mexp(held))
    else:
        numbers = {value: number for number, value in enumerate(result.answers)}
        positions = torch.tensor([numbers[value] for value in values], dtype=torch.long, device=result.device)
        chosen = result.expand(len(values), -1).gather(1, positions.unsqueeze(1)).squeeze(1)
    impossible = chosen.detach() == -torch.inf
    if impossible.any():
        examples = impossible.nonzero().squeeze(1).tolist()
        message = f"the labels of {query} have probability zero for {named_examples(examples)}: the loss is infinite, its gradient zero"
        warnings.warn(message, NesyWarning, stacklevel=4)
    return -detach_infinite(chosen).sum() / max(1, len(values))


def _values(query: str, result: QueryResult, labels: Labels) -> list[Value]:
    """Return one label per example, each a value of an answer; raises E603, E605 or E606."""
    batch = result.shape[0]
    if isinstance(labels, str) or not (hasattr(labels, "tolist") or isinstance(labels, Sequence)):
        raise error("E606", f"the labels of {query} must be a tensor or a sequence, found {type(labels).__name__}")
    listed = labels.tolist() if hasattr(labels, "tolist") else list(labels)
    if not isinstance(listed, list) or (len(listed) != batch and batch != 1):
        shape = f"shape {tuple(labels.shape)}" if isinstance(labels, Tensor) else f"{len(labels)}"
        raise error("E603", f"the labels of {query} must be one per example, {batch} in all, found {shape}")
    width = len(first) if result.answers and isinstance(first := result.answers[0], tuple) else 0
    if isinstance(labels, Tensor) and labels.shape[1:] != ((width,) if width else ()):
        expected = (len(listed), width) if width else (len(listed),)
        raise error("E603", f"the labels of {query} must have shape {expected}, found {tuple(labels.shape)}")
    values = [tuple(value) if isinstance(value, list) else value for value in listed]
    known: set[Value] = {True, False} if result.is_ground else set(result.answers)
    for example, value in enumerate(values):
        if value not in known or (isinstance(value, bool) and not result.is_ground):
            shown = ", ".join(map(repr, result.answers[:SHOWN])) + (", ..." if len(result.answers) > SHOWN else "")
            answers = "True and False" if result.is_ground else shown or "none"
            raise error(
                "E605",
                f"unknown label {value!r} of {query} (example {example})",
                hint=f"labels are values of the query's answers: {answers}",
            )
    return values


def named_examples(examples: Sequence[int]) -> str:
    """Return the examples as words, the first of them if they are many.

    >>> named_examples([3]), named_examples([3, 5])
    ('example 3', 'examples 3, 5')
    """
    shown = ", ".join(map(str, examples[:SHOWN]))
    more = f" and {len(examples) - SHOWN} more" if len(examples) > SHOWN else ""
    return f"example{'s' if len(examples) > 1 else ''} {shown}{more}"
