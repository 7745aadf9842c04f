"""What a module returns: log-probabilities of the answers of every query, looked up by the query."""

from __future__ import annotations

from copy import deepcopy
from typing import Generic, TypeVar, cast

import torch
from torch import Tensor

from nesylang.analysis.suggestions import did_you_mean
from nesylang.learning.values import Value
from nesylang.source import error

Item = TypeVar("Item")


class QueryResult(Tensor):
    """Log-probabilities (batch, answers) of a query's answers; operations on it give plain tensors.

    ``answers`` are the values of the answers in column order, ``atoms`` their canonical spelling.
    """

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    answers: list[Value]
    atoms: list[str]

    @staticmethod
    def of(log_probabilities: Tensor, answers: list[Value], atoms: list[str]) -> QueryResult:
        """Return the log-probabilities (batch, answers) with their answers attached."""
        result = log_probabilities.as_subclass(QueryResult)
        result.answers = answers
        result.atoms = atoms
        return result

    def __deepcopy__(self, memo: dict[int, object]) -> QueryResult:
        plain = deepcopy(self.as_subclass(Tensor), memo)
        return QueryResult.of(plain, list(self.answers), list(self.atoms))

    @property
    def is_ground(self) -> bool:
        """Whether the query has no variable, so that its one answer is that it holds."""
        return len(self.answers) == 1 and self.answers[0] is True

    @property
    def probability(self) -> Tensor:
        """The probabilities (batch, answers)."""
        return self.exp()

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor | list[Value]:  # type: ignore[override]
        """Return the value of the most probable answer per example, with ``dim`` the positions that torch gives.

        The values are a tensor (batch,) of type long where all answers are integers, of type bool (more likely than not) where the query
        has no variable, else a list. Raises E605 where the query has no answer.
        """
        if dim is not None:
            return super().argmax(dim, keepdim)
        if not self.answers:
            raise error("E605", "the query has no answers, so none is the most probable")
        if self.is_ground:
            return self.probability[:, 0] > 0.5
        positions = super().argmax(1)
        if all(type(answer) is int and abs(answer) < 2**63 for answer in self.answers):
            return torch.tensor(self.answers, device=self.device)[positions]
        return [self.answers[position] for position in positions.tolist()]


class ByQuery(dict[str, Item], Generic[Item]):
    """Something for every query, found by its canonical name or any spacing of it; raises E605 for a query that is not there.

    A plain dictionary underneath, so that what looks for tensors in a module's output, as DistributedDataParallel does, finds them.
    """

    def name(self, query: str) -> str | None:
        """Return the canonical name of a query, None where there is no such query."""
        if super().__contains__(query):
            return query
        wanted = without_spaces(query)
        return next((name for name in self if without_spaces(name) == wanted), None)

    def __getitem__(self, query: str) -> Item:
        name = self.name(query)
        if name is None:
            hint = did_you_mean(query, self) or f"queries: {', '.join(self) or 'none'}"
            raise error("E605", f"there is no query {query}", hint=hint)
        return super().__getitem__(name)

    def __contains__(self, query: object) -> bool:
        return isinstance(query, str) and self.name(query) is not None

    def get(self, query: str, default: object = None) -> Item:
        """Return what belongs to a query, ``default`` where there is no such query."""
        return self[query] if query in self else cast(Item, default)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()})"


class Result(ByQuery[QueryResult]):
    """The results of all queries: ``result["sum(a,b,S)"]`` are log-probabilities (batch, answers).

    ``log_evidence`` is the log-probability (batch,) of the evidence, zero where there is none: maximise its mean to learn from
    observations.
    """

    log_evidence: Tensor

    @property
    def answers(self) -> ByQuery[list[Value]]:
        """The values of the answers by query, in column order."""
        return ByQuery({name: result.answers for name, result in self.items()})


def without_spaces(text: str) -> str:
    """Return a text without the white space outside its quotes.

    >>> without_spaces("p( a, 'New York' )")
    "p(a,'New York')"
    """
    kept = []
    quote = ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character.isspace():
            continue
        kept.append(character)
    return "".join(kept)
