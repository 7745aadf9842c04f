"""Semirings of single worlds rather than of their total: the best one, whether there is one, and how many there are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from nesylang.evaluation.semirings import Logarithms, Semiring, constants

if TYPE_CHECKING:
    from torch import Tensor


class MaxProduct(Logarithms):
    """The logarithm of the probability of the most probable world; minus infinity is zero."""

    name = "max-product"
    requires = frozenset({"decomposable", "smooth", "nnf"})
    normalised = False

    def plus(self, values: Iterable[float]) -> float:
        return max(values, default=-math.inf)

    def tensor_plus(self, products: Tensor) -> Tensor:
        return products.amax(1)


class Boolean(Semiring[float]):
    """One where some world has a probability above zero, else zero."""

    name = "boolean"
    requires = frozenset({"decomposable", "nnf"})
    normalised = False
    zero = 0.0
    one = 1.0

    def weight(self, probability: float) -> float:
        return 1.0 if probability > 0.0 else 0.0

    def plus(self, values: Iterable[float]) -> float:
        return max(values, default=0.0)

    def times(self, left: float, right: float) -> float:
        return left * right

    def probability(self, value: float) -> float:
        return value

    def tensor_weight(self, log_weights: Tensor) -> Tensor:
        return (log_weights > -math.inf).to(log_weights.dtype)

    def tensor_constants(self, like: Tensor) -> Tensor:
        return constants(like, 0.0, 1.0)

    def tensor_times(self, left: Tensor, right: Tensor) -> Tensor:
        return left * right

    def tensor_plus(self, products: Tensor) -> Tensor:
        return products.amax(1)

    def tensor_log(self, values: Tensor) -> Tensor:
        return values.log()


class Counting(Boolean):
    """The number of worlds with a probability above zero: exact in Python, up to 2^53 in torch, where it is float64."""

    name = "counting"
    requires = frozenset({"decomposable", "deterministic", "smooth"})
    zero = 0
    one = 1

    def weight(self, probability: float) -> float:
        return 1 if probability > 0.0 else 0

    def plus(self, values: Iterable[float]) -> float:
        return sum(values)

    def tensor_weight(self, log_weights: Tensor) -> Tensor:
        return (log_weights > -math.inf).double()

    def tensor_plus(self, products: Tensor) -> Tensor:
        return products.sum(1)
