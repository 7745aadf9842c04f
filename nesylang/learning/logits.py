"""The mark of networks that return logits instead of probabilities."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn


class Logits(nn.Module):
    """A network whose outputs are logits: of a softmax for a categorical predicate, of a sigmoid for a Bernoulli one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the network's own output, logits (rows, columns)."""
        return cast(Tensor, self.network(*inputs))


def logits(network: nn.Module) -> Logits:
    """Return the network marked as one that returns logits. Without this mark a network returns probabilities; it is never guessed."""
    return Logits(network)
