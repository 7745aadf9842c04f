"""Logarithms of probabilities without NaN, forward or backward."""

from __future__ import annotations

import math

from torch import Tensor


def log_or_minus_infinity(probabilities: Tensor) -> Tensor:
    """Return elementwise logarithms; minus infinity with gradient zero where the probability is zero or less."""
    impossible = probabilities <= 0.0
    return probabilities.masked_fill(impossible, 1.0).log().masked_fill(impossible, -math.inf)


def log1mexp(log_probabilities: Tensor) -> Tensor:
    """Return ``log(1 - exp(x))`` elementwise; minus infinity with gradient zero where ``x >= 0``, zero where ``x`` is minus infinity.

    The two branches are those of Maechler, "Accurately computing log(1 - exp(-|a|))" (2012). Each is evaluated on arguments of its own
    side only, because an infinite derivative on the side that is not taken would turn into NaN.
    """
    certain = log_probabilities >= 0.0
    impossible = log_probabilities == -math.inf
    inside = log_probabilities.masked_fill(certain | impossible, -1.0)
    near_zero = inside > -math.log(2.0)
    near = (-inside.masked_fill(~near_zero, -0.5).expm1()).log()
    far = (-inside.masked_fill(near_zero, -1.0).exp()).log1p()
    return near.where(near_zero, far).masked_fill(certain, -math.inf).masked_fill(impossible, 0.0)


def detach_infinite(log_probabilities: Tensor) -> Tensor:
    """Return the same values, with gradient zero where they are infinite."""
    return log_probabilities.detach().where(log_probabilities.isinf(), log_probabilities)


def at_most_zero(log_probabilities: Tensor) -> Tensor:
    """Return the values with what rounding puts above zero taken off, and the gradient unchanged."""
    return log_probabilities - log_probabilities.detach().clamp(min=0.0)
