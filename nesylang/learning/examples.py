"""Examples: questions of their own, with evidence, a label and tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from nesylang.learning.values import Value
from nesylang.source import NesyError, error


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A question that one example of a batch asks.

    ``query`` is a goal, or ``goal given condition``. ``label`` is the answer whose probability is meant: a value of the query's variables,
    or True or False for a query without any. ``evidence`` maps ground atoms to what is observed of them. Elements of tensors will do for
    both. ``tensors`` are the example's own, by name.
    """

    query: str
    label: Value | None = None
    evidence: Mapping[str, bool] = field(default_factory=dict)
    tensors: Mapping[str, Tensor] = field(default_factory=dict)


def checked_examples(examples: object) -> list[Example]:
    """Return examples, each given as one or as the text of its query; raise NesyError E611 for anything else."""
    if isinstance(examples, str | Example) or not isinstance(examples, Sequence):
        hint = 'write [nesy.Example("p(x(0))"), ...]'
        raise error("E611", f"examples are given as a list, found {type(examples).__name__}", hint=hint)
    return [_checked(example, number) for number, example in enumerate(examples)]


def _checked(given: object, number: int) -> Example:
    example = Example(given) if isinstance(given, str) else given
    if not isinstance(example, Example):
        raise error("E611", f"example {number} must be a nesy.Example or the text of a query, found {type(given).__name__}")
    if not isinstance(example.query, str):
        raise error("E611", f"the query of example {number} must be text, found {type(example.query).__name__}")
    for what, value in (("evidence", example.evidence), ("tensors", example.tensors)):
        if not isinstance(value, Mapping):
            raise error("E611", f"the {what} of example {number} must be a dictionary, found {type(value).__name__}")
    if any(hasattr(observed, "tolist") for observed in example.evidence.values()):
        example = replace(example, evidence={atom: _plain(observed) for atom, observed in example.evidence.items()})
    if hasattr(example.label, "tolist"):
        example = replace(example, label=_plain(example.label))
    for atom, observed in example.evidence.items():
        if not isinstance(atom, str) or not isinstance(observed, bool):
            found = type(observed).__name__ if isinstance(atom, str) else type(atom).__name__
            hint = 'such as evidence={"odd(x(0))": True}'
            raise error("E611", f"the evidence of example {number} must map texts of atoms to bools, found {found}", hint=hint)
    for name, tensor in example.tensors.items():
        if not isinstance(tensor, Tensor):
            raise error("E611", f"the tensor '{name}' of example {number} must be a torch.Tensor, found {type(tensor).__name__}")
    return example


@contextmanager
def errors_of(number: int) -> Iterator[None]:
    """Name the example in the errors that are raised inside."""
    try:
        yield
    except NesyError as failure:
        raise NesyError(replace(found, message=f"{found.message} (example {number})") for found in failure.diagnostics) from None


def _plain(value: object) -> Any:
    """Return a label or an observation that a tensor or an array holds; other values as they are."""
    convert = getattr(value, "tolist", None)
    plain = convert() if callable(convert) else value
    return tuple(plain) if isinstance(plain, list) else plain
