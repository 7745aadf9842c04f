"""Seconds, losses and gradients of DeepProbLog for the sums of numbers, run by the Python that has it: it imports nothing of this project.

python peer_deepproblog.py GIVEN RESULTS DIGITS REPEAT < /dev/null

GIVEN is a file of torch with logits (batch, 2 * DIGITS, 10) of the digits, those of the first number first, most significant first, and the
sums (batch,). RESULTS gets the losses (batch,), the gradients of their sum, and the seconds of each step after two that do not count. It
keeps the circuits of queries that it has seen, so that these steps ground and compile nothing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import torch
from deepproblog.engines import ExactEngine
from deepproblog.model import Model
from deepproblog.network import Network
from deepproblog.query import Query
from problog.logic import Constant, Term
from torch import Tensor, nn

RULES = """
nn(net, [X], Y, [0,1,2,3,4,5,6,7,8,9]) :: digit(X,Y).
pair(X, Y, C, D, E) :- digit(X, A), digit(Y, B), T is A + B + C, D is T mod 10, E is T // 10.
"""


class Softmax(nn.Module):
    """Stands for a network whose logits are there already."""

    def forward(self, logits: Tensor) -> Tensor:
        """Return probabilities (batch, 10)."""
        return logits.softmax(1)


def rule(digits: int) -> str:
    """Return the rule of sums: images of both numbers and digits of the sum, each the most significant first."""
    images = [f"{number}{place}" for number in "XY" for place in range(digits)]
    goals = [f"pair(X{i}, Y{i}, C{i + 1}, D{i}, C{i})" for i in reversed(range(digits))]
    body = ", ".join(goals).replace(f"C{digits},", "0,")
    return f"addition({', '.join([*images, 'C0', *(f'D{place}' for place in range(digits))])}) :- {body}.\n"


def main(given: str, results: str, digits: int, repeat: int) -> None:
    """Write the results."""
    torch.set_num_threads(1)
    logits, sums = torch.load(given)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "sums.pl"
        program.write_text(RULES + rule(digits))
        model = Model(str(program), [Network(Softmax(), "net", batching=True)])
    model.set_engine(ExactEngine(model), cache=True)
    names = [Term(f"i{place}") for place in range(2 * digits)]
    queries = []
    for number, total in enumerate(sums.tolist()):
        wanted = [Constant(int(digit)) for digit in f"{total:0{digits + 1}}"]
        tensors = [Term("tensor", Term("given", Constant(number * 2 * digits + place))) for place in range(2 * digits)]
        queries.append(Query(Term("addition", *names, *wanted), dict(zip(names, tensors, strict=True))))
    seconds = []
    for _ in range(repeat + 2):
        leaves = logits.clone().requires_grad_()
        rows = leaves.flatten(0, 1)
        started = time.perf_counter()
        model.add_tensor_source("given", {(Constant(place),): row for place, row in enumerate(rows)})
        losses = torch.stack([-next(iter(found.result.values())).log() for found in model.solve(queries)])
        losses.sum().backward()
        seconds.append(time.perf_counter() - started)
    torch.save({"losses": losses.detach(), "gradients": leaves.grad, "seconds": seconds[2:]}, results)


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:5]))
