"""The semirings that circuits are evaluated in, each with its Python and its torch operations.

The torch operations are methods of the tensors they receive, so that this module never imports torch.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

from nesylang.circuit import Circuit
from nesylang.source import error

if TYPE_CHECKING:
    from torch import Tensor

Value = TypeVar("Value")

COUNTS_EVERY_WORLD_ONCE = frozenset({"decomposable", "deterministic", "value_smooth"})
"""What a circuit must be for its sums and products to add up the weights of worlds."""


class Semiring(ABC, Generic[Value]):
    """A commutative semiring: Python operations over ``Value``, torch operations over tensors ``(nodes, batch)``.

    ``requires`` names the fields of ``Circuit.properties`` without which a value means nothing. ``normalised`` says that values stand for
    probabilities: they are at most one, and are divided by that of the evidence.
    """

    name: str
    requires: frozenset[str]
    normalised: bool = True
    zero: Value
    one: Value

    @abstractmethod
    def weight(self, probability: float) -> Value:
        """Return the value of a leaf."""

    @abstractmethod
    def plus(self, values: Iterable[Value]) -> Value:
        """Return the sum; ``zero`` of nothing."""

    @abstractmethod
    def times(self, left: Value, right: Value) -> Value:
        """Return the product."""

    @abstractmethod
    def probability(self, value: Value) -> float:
        """Return what a root's value stands for, as a plain number."""

    @abstractmethod
    def tensor_weight(self, log_weights: Tensor) -> Tensor:
        """Return the values (leaves, batch) of leaves with these log-weights (leaves, batch)."""

    @abstractmethod
    def tensor_constants(self, like: Tensor) -> Tensor:
        """Return zero and one (2, batch), of the type and device of ``like`` (leaves, batch), which is what ``tensor_weight`` returned."""

    @abstractmethod
    def tensor_times(self, left: Tensor, right: Tensor) -> Tensor:
        """Return the products (elements, batch)."""

    @abstractmethod
    def tensor_plus(self, products: Tensor) -> Tensor:
        """Return the sums (nodes, batch) of products (nodes, elements, batch); rows are padded with products of zeros."""

    @abstractmethod
    def tensor_log(self, values: Tensor) -> Tensor:
        """Return the logarithms (batch, roots) of what root values (batch, roots) stand for."""

    def check(self, circuit: Circuit) -> None:
        """Raise E606 unless the circuit has the properties that this semiring requires."""
        missing = sorted(name for name in self.requires if not getattr(circuit.properties, name))
        if missing:
            raise error(
                "E606",
                f"the semiring '{self.name}' needs a circuit that is {' and '.join(missing)}, which this one is not",
                hint="compile the program with a compiler that guarantees it",
            )


class DifferentiableSemiring(Semiring[float]):
    """A semiring with its derivatives, which lets an engine keep the values of nodes only and none of their products."""

    @abstractmethod
    def tensor_backward(self, left: Tensor, right: Tensor, sums: Tensor, gradients: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients (nodes, elements, batch) of both sides of products, from those of their sums (nodes, batch)."""


class Probability(DifferentiableSemiring):
    """Probabilities: ordinary sums and products."""

    name = "probability"
    requires = COUNTS_EVERY_WORLD_ONCE
    zero = 0.0
    one = 1.0

    def weight(self, probability: float) -> float:
        return probability

    def plus(self, values: Iterable[float]) -> float:
        return math.fsum(values)

    def times(self, left: float, right: float) -> float:
        return left * right

    def probability(self, value: float) -> float:
        return value

    def tensor_weight(self, log_weights: Tensor) -> Tensor:
        return log_weights.exp()

    def tensor_constants(self, like: Tensor) -> Tensor:
        return constants(like, 0.0, 1.0)

    def tensor_times(self, left: Tensor, right: Tensor) -> Tensor:
        return left * right

    def tensor_plus(self, products: Tensor) -> Tensor:
        return products.sum(1)

    def tensor_backward(self, left: Tensor, right: Tensor, sums: Tensor, gradients: Tensor) -> tuple[Tensor, Tensor]:
        spread = gradients.unsqueeze(1)
        return spread * right, spread * left

    def tensor_log(self, values: Tensor) -> Tensor:
        # The logarithm of zero is taken of one instead and then replaced, so that its gradient is zero and not infinite.
        positive = values > 0.0
        return values.masked_fill(~positive, 1.0).log().masked_fill(~positive, -math.inf)


class Logarithms(Semiring[float]):
    """What semirings have in common whose values are logarithms; minus infinity is zero."""

    zero = -math.inf
    one = 0.0

    def weight(self, probability: float) -> float:
        return math.log(probability) if probability > 0.0 else -math.inf

    def times(self, left: float, right: float) -> float:
        return left + right

    def probability(self, value: float) -> float:
        return math.exp(value)

    def tensor_weight(self, log_weights: Tensor) -> Tensor:
        return log_weights

    def tensor_constants(self, like: Tensor) -> Tensor:
        return constants(like, -math.inf, 0.0)

    def tensor_times(self, left: Tensor, right: Tensor) -> Tensor:
        return left + right

    def tensor_log(self, values: Tensor) -> Tensor:
        return values


class LogProbability(Logarithms, DifferentiableSemiring):
    """Logarithms of probabilities: sums by log-sum-exp, which never underflow."""

    name = "log"
    requires = COUNTS_EVERY_WORLD_ONCE

    def plus(self, values: Iterable[float]) -> float:
        terms = list(values)
        if len(terms) == 1:
            return terms[0]
        largest = max(terms, default=-math.inf)
        if largest == -math.inf:
            return largest
        return largest + math.log(math.fsum([math.exp(term - largest) for term in terms]))

    def tensor_plus(self, products: Tensor) -> Tensor:
        # Shifting by 0 where all products are minus infinity avoids inf - inf, and a total of 1 there a gradient of 1 / 0.
        largest = products.detach().amax(1)
        impossible = largest == -math.inf
        shift = largest.masked_fill(impossible, 0.0)
        total = (products - shift.unsqueeze(1)).exp().sum(1)
        return (total.masked_fill(impossible, 1.0).log() + shift).masked_fill(impossible, -math.inf)

    def tensor_backward(self, left: Tensor, right: Tensor, sums: Tensor, gradients: Tensor) -> tuple[Tensor, Tensor]:
        # d log(sum) / d log(product) is product / sum; dividing by infinity instead of zero makes it 0 where the sum is zero.
        divisors = sums.masked_fill(sums == -math.inf, math.inf)
        spread = (left + right).sub_(divisors.unsqueeze(1)).exp_().mul_(gradients.unsqueeze(1))
        return spread, spread


def constants(like: Tensor, zero: float, one: float) -> Tensor:
    """Return two rows (2, ...) shaped as the rows of ``like``."""
    rows = like.new_full((2, *like.shape[1:]), one)
    rows[0] = zero
    return rows
