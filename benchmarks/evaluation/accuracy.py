"""How well networks learn to read digits from nothing but the sums of numbers of N digits, beside networks that are told the digits.

python -m benchmarks.evaluation.accuracy [--digits 1 2 4 15] [--seeds 5] [--epochs 20] [--write]

The images are those of scikit-learn, with the split of the example in examples/addition. Both networks of a seed see the same images in the
same steps. The sum of two numbers counts as right if all digits that are read lead to it; pairs are held-out ones.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

import nesylang as nesy
from benchmarks import results
from benchmarks.compilation.measure import commit, versions
from benchmarks.evaluation.steps import EXAMPLE, program

sys.path.insert(0, str(EXAMPLE))
from images import DigitNetwork, Images, Pairs, held_out_pairs, load_images, training_batches

IMAGES_OF_A_STEP = 128
TEST_PAIRS = 2000
LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-2


def sum_digits(first: Tensor, second: Tensor) -> Tensor:
    """Return the digits (pairs, N + 1) of sums, the least significant first, from those (pairs, N) of numbers in the same order."""
    total = torch.zeros(len(first), first.shape[1] + 1, dtype=torch.long)
    for place in range(first.shape[1]):
        here = first[:, place] + second[:, place] + total[:, place]
        total[:, place], total[:, place + 1] = here % 10, here // 10
    return total


def trained(digits: int, seed: int, epochs: int, training: Images, from_sums: bool) -> DigitNetwork:
    """Return a network after its training."""
    torch.manual_seed(1000 * digits + seed)
    network = DigitNetwork()
    model = program(digits, "argument").module({"read": nesy.logits(network)})
    batch = max(1, IMAGES_OF_A_STEP // (2 * digits))
    steps = epochs * (len(training.digits) // digits // batch)
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=0.2)

    def of_sums(pairs: Pairs) -> Tensor:
        target = sum_digits(pairs.x_digits.flip(1), pairs.y_digits.flip(1))
        return -model(x=pairs.x.flip(1), y=pairs.y.flip(1), target=target)["correct"].mean()

    def of_digits(pairs: Pairs) -> Tensor:
        return F.cross_entropy(network(torch.cat([pairs.x, pairs.y]).flatten(0, 1)), torch.cat([pairs.x_digits, pairs.y_digits]).flatten())

    loss: Callable[[Pairs], Tensor] = of_sums if from_sums else of_digits
    network.train()
    for _ in range(epochs):
        for pairs in training_batches(training, digits, batch):
            optimiser.zero_grad()
            loss(pairs).backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def accuracy(network: DigitNetwork, pairs: Pairs) -> float:
    """Return the percentage of sums that are right."""
    with torch.no_grad():
        first, second = (network(images.flatten(0, 1)).argmax(1).view(images.shape[:2]).flip(1) for images in (pairs.x, pairs.y))
    right = sum_digits(first, second) == sum_digits(pairs.x_digits.flip(1), pairs.y_digits.flip(1))
    return 100.0 * right.all(1).float().mean().item()


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation.accuracy", description="Learn digits from sums.")
    parser.add_argument("--digits", type=int, nargs="+", default=[1, 2, 4, 15], metavar="N", help="(default 1 2 4 15)")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each kind (default 5)")
    parser.add_argument("--epochs", type=int, default=20, help="(default 20)")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/RESULTS.md")
    given = parser.parse_args()
    torch.set_num_threads(1)
    training, held_out = load_images()
    lines = ["| digits | from sums % | median | told the digits % | median | behind |", "|---:|---|---:|---|---:|---:|"]
    print("\n".join(lines), flush=True)
    for digits in given.digits:
        pairs = held_out_pairs(held_out, digits, TEST_PAIRS)
        found = [
            [accuracy(trained(digits, seed, given.epochs, training, from_sums), pairs) for seed in range(given.seeds)]
            for from_sums in (True, False)
        ]
        cells = [cell for column in found for cell in (" ".join(f"{value:.1f}" for value in column), f"{statistics.median(column):.1f}")]
        behind = statistics.median(found[1]) - statistics.median(found[0])
        lines.append(f"| {digits} | {' | '.join(cells)} | {behind:.1f} |")
        print(lines[-1], flush=True)
    if given.write:
        about = f"{results.machine()}; python {versions()['python']}, torch {torch.__version__}; nesylang at {commit()}"
        what = f"Percentage of right sums of {TEST_PAIRS:,} held-out pairs of numbers, by seed, after {given.epochs} epochs. {about}."
        words = " ".join(["python", "-m", "benchmarks.evaluation.accuracy", *sys.argv[1:]])
        results.write_section("accuracy", f"## Digits learnt from sums\n\n`{words}`\n\n{what}\n\n" + "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
