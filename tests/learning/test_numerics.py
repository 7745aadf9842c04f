"""Logarithms without NaN."""

import math

import torch

from nesylang.learning.numerics import at_most_zero, detach_infinite, log1mexp, log_or_minus_infinity


def test_log1mexp() -> None:
    x = torch.tensor([-math.inf, -800.0, -5.0, -0.7, -0.6931471805599453, -0.69, -1e-9, 0.0, 1e-9], dtype=torch.float64, requires_grad=True)
    y = log1mexp(x)
    expected = [0.0, 0.0, math.log1p(-math.exp(-5.0)), math.log1p(-math.exp(-0.7)), math.log(0.5), math.log(-math.expm1(-0.69))]
    torch.testing.assert_close(y[:6], torch.tensor(expected, dtype=torch.float64), rtol=1e-14, atol=1e-300)
    torch.testing.assert_close(y[6], torch.tensor(math.log(1e-9), dtype=torch.float64))
    assert y[7:].tolist() == [-math.inf, -math.inf]
    y[:7].sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


def test_log1mexp_gradcheck() -> None:
    x = torch.tensor([-5.0, -0.75, -0.6, -0.1], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(log1mexp, (x,))


def test_certain_values_have_no_gradient() -> None:
    x = torch.tensor([0.0, -math.inf], requires_grad=True)
    log1mexp(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 0.0]


def test_log_of_zero() -> None:
    p = torch.tensor([0.0, 0.5], dtype=torch.float64, requires_grad=True)
    y = log_or_minus_infinity(p)
    assert y.tolist() == [-math.inf, math.log(0.5)]
    y.sum().backward()
    assert p.grad is not None
    assert p.grad.tolist() == [0.0, 2.0]


def test_detached_and_clamped() -> None:
    x = torch.tensor([-math.inf, -1.0, 1e-6], requires_grad=True)
    at_most_zero(detach_infinite(x)).sum().backward()
    assert at_most_zero(x.detach()).tolist() == [-math.inf, -1.0, 0.0]
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 1.0, 1.0]
