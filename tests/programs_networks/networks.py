"""Networks that look their probabilities up, and what the programs of this folder are asked about."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

DIGITS = torch.tensor([[0.2, 0.8], [0.7, 0.3], [0.5, 0.5]], dtype=torch.float64)
HAPPY = torch.tensor([0.9, 0.25, 0.6], dtype=torch.float64)
BESIDE = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7], [1.0, 0.0, 0.0]], dtype=torch.float64)


def digit(images: Tensor) -> Tensor:
    """Return a row of ``DIGITS`` for each image, which is its index."""
    return DIGITS[images[:, 0].long()]


def happy(images: Tensor) -> Tensor:
    """Return an entry of ``HAPPY`` for each image."""
    return HAPPY[images[:, 0].long()]


def beside(first: Tensor, second: Tensor) -> Tensor:
    """Return a row of ``BESIDE`` by how many images the second comes after the first."""
    return BESIDE[(second - first)[:, 0].long() % 3]


def smokes(persons: Tensor) -> Tensor:
    """Return an entry of ``HAPPY`` for each person, whose indices arrive as integers."""
    return HAPPY[persons.reshape(len(persons), -1)[:, 0].long()]


def encode(images: Tensor) -> Tensor:
    """Return a vector for each image, of its index and its square."""
    return torch.stack([images[:, 0], images[:, 0] ** 2], 1)


def classify(vectors: Tensor) -> Tensor:
    """Return the row of ``DIGITS`` for the index that is the first entry of a vector."""
    return DIGITS[vectors[:, 0].long()]


class Table(nn.Module):
    """A network without weights, which a function computes."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.function(*inputs)


NETWORKS = {function.__name__: Table(function) for function in (digit, happy, beside, smokes, encode, classify)}

INPUTS = {"x": torch.tensor([[[0.0], [1.0], [2.0]]], dtype=torch.float64)}
"""The tensor of the only example: three images, ``x(0)`` to ``x(2)``, each of which is its index."""
