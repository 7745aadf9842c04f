"""Similarities of rows of vectors (rows, d), as probabilities (rows,): for foreign and neural predicates over tensors."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def dot(first: Tensor, second: Tensor) -> Tensor:
    """Return the sigmoid of the dot products: 1/2 for orthogonal vectors.

    >>> dot(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 2.0]]))
    tensor([0.5000])
    """
    return torch.sigmoid((first * second).sum(-1))


def cosine(first: Tensor, second: Tensor) -> Tensor:
    """Return ``(1 + cos) / 2`` of the angles: 1 for the same direction, 0 for opposite ones, 1/2 where a vector is zero.

    >>> cosine(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[2.0, 0.0], [0.0, 1.0]]))
    tensor([1.0000, 0.5000])
    """
    return (1.0 + F.cosine_similarity(first, second, -1)) / 2.0


def rbf(first: Tensor, second: Tensor) -> Tensor:
    """Return ``exp(-d^2 / 2)`` of the distances; ``RBF`` has a width.

    >>> rbf(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0]]))
    tensor([1.])
    """
    return torch.exp(-((first - second) ** 2).sum(-1) / 2.0)


def euclidean(first: Tensor, second: Tensor) -> Tensor:
    """Return ``1 / (1 + d)`` of the distances. The distance of equal vectors has gradient zero.

    >>> euclidean(torch.tensor([[0.0, 3.0]]), torch.tensor([[4.0, 0.0]]))
    tensor([0.1667])
    """
    squared = ((first - second) ** 2).sum(-1)
    same = squared == 0.0
    distance = torch.where(same, torch.ones_like(squared), squared).sqrt().masked_fill(same, 0.0)
    return 1.0 / (1.0 + distance)


class RBF(nn.Module):
    """``exp(-d^2 / (2 width^2))`` with a width that is learned, from ``width`` on."""

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        self.log_width = nn.Parameter(torch.tensor(float(width)).log())

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the similarities (rows,) of vectors (rows, d)."""
        return rbf(first / self.log_width.exp(), second / self.log_width.exp())


__all__ = ["RBF", "cosine", "dot", "euclidean", "rbf"]
