"""Learnable probabilities as parameters: one per clause, one row per index."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nesylang.grounding.program import Choice, FixedWeight, GroundProgram, LearnableWeight
from nesylang.source import error
from nesylang.syntax.terms import Atom, Compound, Term

NOISE = 0.1
"""Standard deviation of the logits of weights without initial value, enough to tell alternatives apart."""

Index = tuple[tuple[Term, ...], ...]


def learnable_positions(choice: Choice) -> list[int]:
    """Return which alternatives of a choice are learnable."""
    return [position for position, weight in enumerate(choice.weights) if isinstance(weight, LearnableWeight)]


def learnable_mass(choice: Choice) -> float:
    """Return the probability that the fixed alternatives of a choice leave to the learnable ones and the remainder."""
    fixed = (weight.probability for weight in choice.weights if isinstance(weight, FixedWeight))
    return max(0.0, math.fsum([1.0, *(-probability for probability in fixed)]))


def row_index(choice: Choice) -> Index:
    """Return what tells apart the rows of a clause's parameter: the indices of its learnable weights."""
    return tuple(weight.index for weight in choice.weights if isinstance(weight, LearnableWeight))


@dataclass(frozen=True, slots=True)
class LearnableClause:
    """The parameter of a clause: its name, the columns of its shares, and the row of each index."""

    name: str
    columns: int
    is_bernoulli: bool
    rows: dict[Index, int]


class LearnableWeights(nn.Module):
    """The logits of all learnable probabilities of a program.

    The parameter of a clause has shape (rows, alternatives), with one more column for the remainder if there is one, and the softmax of a
    row shares out the mass that the fixed alternatives leave. One alternative with a remainder has the one column of a sigmoid instead.
    """

    def __init__(self, grounds: Iterable[GroundProgram]) -> None:
        super().__init__()
        self.clauses: dict[int, LearnableClause] = {}
        self.logits = nn.ParameterDict()
        initial: dict[int, list[list[float]]] = {}
        learnable = [choice for ground in grounds for choice in ground.choices if learnable_positions(choice)]
        names = parameter_names(learnable)
        for choice in learnable:
            positions = learnable_positions(choice)
            columns = len(positions) + (0 if choice.exhaustive else 1)
            is_bernoulli = len(positions) == 1 and not choice.exhaustive
            new = LearnableClause(names[choice.clause], columns, is_bernoulli, {})
            rows = self.clauses.setdefault(choice.clause, new).rows
            if row_index(choice) not in rows:
                rows[row_index(choice)] = len(rows)
                initial.setdefault(choice.clause, []).append(initial_logits(choice))
        for number, clause in self.clauses.items():
            self.logits[clause.name] = nn.Parameter(torch.tensor(initial[number], dtype=torch.float64).to(torch.get_default_dtype()))

    def forward(self) -> dict[int, Tensor]:
        """Return for each clause the logarithms (1, rows * columns) of the shares."""
        shares = {}
        for number, clause in self.clauses.items():
            logits = self.logits[clause.name]
            if clause.is_bernoulli:
                columns = torch.cat([F.logsigmoid(logits), F.logsigmoid(-logits)], 1)
            else:
                columns = F.log_softmax(logits, 1)
            shares[number] = columns.reshape(1, -1)
        return shares

    def column(self, choice: Choice, value: int) -> int:
        """Return which column of its clause's shares a learnable alternative, or the remainder, of a choice is.

        Raises E605 for a row that the module has no parameters for, which only per-example evidence can bring.
        """
        clause = self.clauses.get(choice.clause)
        row = clause.rows.get(row_index(choice)) if clause is not None else None
        if clause is None or row is None:
            raise error(
                "E605",
                "this rests on learnable weights that the module was built without",
                choice.span,
                "has no parameter",
                "name what examples ask and observe when building the module, by its arguments 'queries' and 'evidence'",
            )
        position = len(row_index(choice)) if value == len(choice.weights) else learnable_positions(choice).index(value)
        return row * clause.columns + position


def parameter_names(choices: Iterable[Choice]) -> dict[int, str]:
    """Return the names of clauses' parameters: the head predicate's, and from its second learnable clause on a number as well.

    Clauses that are not learnable do not count, so that a stored state fits a program that gained others.
    """
    first = {choice.clause: choice for choice in choices}
    names: dict[int, str] = {}
    count: dict[str, int] = {}
    for clause in sorted(first):
        head = first[clause].atoms[learnable_positions(first[clause])[0]]
        predicate = head.name if isinstance(head, Atom) else head.functor if isinstance(head, Compound) else "weight"
        name = re.sub(r"[^0-9A-Za-z_]", "_", predicate)
        count[name] = count.get(name, 0) + 1
        names[clause] = name if count[name] == 1 else f"{name}_{count[name]}"
    return names


def initial_logits(choice: Choice) -> list[float]:
    """Return the logits with which a choice evaluates as its initial values.

    Alternatives without one get a small random logit, from torch's global generator, around an equal share of what the others leave.
    """
    weights = [weight for weight in choice.weights if isinstance(weight, LearnableWeight)]
    mass = learnable_mass(choice)
    shares = [None if weight.initial is None or mass == 0.0 else min(1.0, weight.initial / mass) for weight in weights]
    if len(shares) == 1 and not choice.exhaustive:
        share = shares[0]
        return [noise()] if share is None else [log(share) - log(1.0 - share)]
    known = [share for share in shares if share is not None]
    left = max(0.0, math.fsum([1.0, *(-share for share in known)]))
    unknown = len(shares) - len(known)
    if not unknown:
        if choice.exhaustive and not any(known):
            return [0.0] * len(known)
        return [*map(log, known), *([] if choice.exhaustive else [log(left)])]
    equal = math.log(max(left, 1e-3) / (unknown + (0 if choice.exhaustive else 1)))
    return [equal + noise() if share is None else log(share) for share in shares] + ([] if choice.exhaustive else [equal])


def noise() -> float:
    """Return a small random logit."""
    return float(torch.randn(())) * NOISE


def log(probability: float) -> float:
    """Return the logarithm, minus infinity of zero."""
    return math.log(probability) if probability > 0.0 else -math.inf
