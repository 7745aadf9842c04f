"""How much of a training step is logic: adding numbers of N digits, with networks that read them, on one thread.

python -m benchmarks.evaluation.steps [--digits 1 2 4 15] [--batch 16] [--repeat 10] [--write]

The first table is about numbers of N images of 28 x 28 pixels, read by a LeNet, with the sum as input of each example. The second compares
a step on sums with a step on labels, with the network and the images of the example in examples/addition.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import nesylang as nesy
from benchmarks import results
from benchmarks.compilation.growth import WAYS
from benchmarks.compilation.measure import commit, versions

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "addition"


def program(digits: int, way: str) -> nesy.Program:
    """Return the program whether the digits that an example brings are those of the sum of two numbers of images."""
    agreements = ", ".join(f"agrees({place})" for place in range(digits))
    lines = [
        "type image.",
        f"type place = 0..{digits}.",
        "type digit = 0..9.",
        "input target(place) -> digit.",
        "neural read(image) -> digit.",
        "x(I, D) :- read(x(I), D).",
        "y(I, D) :- read(y(I), D).",
        *(rule.format(digits=digits, agreements=agreements) for rule in WAYS[way]),
        "query correct.",
    ]
    return nesy.loads("\n".join(lines) + "\n")


class LeNet(nn.Module):
    """Reads digits from images (batch, 1, 28, 28): two layers of convolutions and three of weights."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (batch, 10)."""
        found: Tensor = self.layers(images)
        return found


class Known(nn.Module):
    """Stands for a network whose logits are there already."""

    def forward(self, logits: Tensor) -> Tensor:
        """Return the logits (batch, 10)."""
        return logits


def milliseconds(step: Callable[[], object], repeat: int) -> float:
    """Return the median duration of a step, after two that do not count."""
    found = []
    for _ in range(repeat + 2):
        started = time.perf_counter()
        step()
        found.append(time.perf_counter() - started)
    return statistics.median(found[2:]) * 1e3


def shares(digits: int, way: str, batch: int, repeat: int) -> str:
    """Return the row of the first table for numbers of some digits."""
    torch.manual_seed(digits)
    values = torch.randint(0, 10, (2, batch, digits))
    target = torch.zeros(batch, digits + 1, dtype=torch.long)
    for place in range(digits):
        total = values[0, :, place] + values[1, :, place] + target[:, place]
        target[:, place], target[:, place + 1] = total % 10, total // 10
    compiled = program(digits, way).compile()
    logic = compiled.module({"read": nesy.logits(Known())})
    logits = torch.randn(2, batch, digits, 10)

    def only_logic() -> None:
        given = logits.clone().requires_grad_()
        (-logic(x=given[0], y=given[1], target=target)["correct"].sum()).backward()

    network = LeNet()
    model = compiled.module({"read": nesy.logits(network)})
    optimiser = torch.optim.Adam(network.parameters())
    images = torch.randn(2, batch, digits, 1, 28, 28)

    def whole() -> None:
        optimiser.zero_grad()
        (-model(x=images[0], y=images[1], target=target)["correct"].mean()).backward()
        optimiser.step()

    part, step = milliseconds(only_logic, repeat), milliseconds(whole, repeat)
    return f"| {digits} | {way} | {compiled.circuit.size:,} | {part:.3g} | {step:.3g} | {part / step:.1%} |"


def against_labels(repeat: int) -> str:
    """Return the row of the second table: a step of the example on sums, and one on the labels of the same images."""
    sys.path.insert(0, str(EXAMPLE))
    from images import DigitNetwork, load_images, training_batches
    from training import BATCH, LEARNING_RATE, SumModel

    torch.manual_seed(0)
    training, _ = load_images()
    pairs = next(iter(training_batches(training, 1, BATCH)))
    both = torch.cat([pairs.x, pairs.y]).flatten(0, 1)
    labels = torch.cat([pairs.x_digits, pairs.y_digits]).flatten()
    network = DigitNetwork()
    model = SumModel(network, 1)
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE)

    def step(loss: Callable[[], Tensor]) -> Callable[[], None]:
        def run() -> None:
            optimiser.zero_grad()
            loss().backward()
            optimiser.step()

        return run

    sums = step(lambda: model.loss(pairs))
    digits = step(lambda: F.cross_entropy(network(both), labels))
    rounds = [(milliseconds(sums, repeat), milliseconds(digits, repeat)) for _ in range(3)]
    found = [statistics.median(column) for column in zip(*rounds, strict=True)]
    return f"| {BATCH} | {found[0]:.3g} | {found[1]:.3g} | {found[0] / found[1]:.3g} |"


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation.steps", description="Measure the logic of training steps.")
    parser.add_argument("--digits", type=int, nargs="+", default=[1, 2, 4, 15], metavar="N", help="(default 1 2 4 15)")
    parser.add_argument("--batch", type=int, default=16, help="examples of a step (default 16)")
    parser.add_argument("--repeat", type=int, default=10, help="steps, of which the median is shown (default 10)")
    parser.add_argument("--write", action="store_true", help="write the tables to benchmarks/RESULTS.md")
    given = parser.parse_args()
    torch.set_num_threads(1)
    lines = ["| digits | carry as | elements | logic ms | step ms | share |", "|---:|---|---:|---:|---:|---:|"]
    lines += [shares(digits, way, given.batch, given.repeat) for digits in given.digits for way in WAYS]
    lines += ["", "| pairs | step on sums ms | step on labels ms | ratio |", "|---:|---:|---:|---:|", against_labels(given.repeat)]
    print("\n".join(lines))
    if given.write:
        about = f"{results.machine()}; python {versions()['python']}, torch {torch.__version__}; nesylang at {commit()}"
        what = f"Milliseconds on one thread, medians of {given.repeat}, with {given.batch} examples in a step. {about}."
        why = "Logic is the forward and backward pass from given logits, a step that with a LeNet on 28 x 28 pixels and its optimiser."
        words = " ".join(["python", "-m", "benchmarks.evaluation.steps", *sys.argv[1:]])
        results.write_section("steps", f"## Logic in a training step\n\n`{words}`\n\n{what} {why}\n\n" + "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
