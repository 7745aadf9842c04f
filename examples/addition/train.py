"""Train a digit classifier on nothing but the sums of pairs of images, and compare it with one that is told the digits.

python examples/addition/train.py                 the whole comparison, well under a minute
python examples/addition/train.py --seeds 3       the same for seeds 0, 1, 2, and the median
python examples/addition/train.py --digits 2      sums of two-digit numbers, by multidigit.nesy
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from images import held_out_pairs, load_images
from report import TITLES, Progress, save_plot, table
from training import Checkpoint, CheckpointError, Recipe, Supervision, Training, save_atomically

OUTPUT = Path(__file__).resolve().parent / "output" / "addition.png"
EPOCHS, QUICK_EPOCHS = 12, 3
TEST_PAIRS = 2000
EXIT_FAILED, EXIT_INTERRUPTED = 1, 130


def main() -> int:
    """Return the exit status: 0 fine, 1 a file cannot be used, 2 wrong usage, 130 interrupted."""
    options = read_options()
    checkpoint = None
    # One thread is nearly as fast as two for a network of this size, and far faster on a busy machine;
    # and the numbers do not depend on how many cores there are.
    torch.set_num_threads(1)
    try:
        checkpoint = Checkpoint(options.resume)
        run(options, checkpoint)
    except KeyboardInterrupt:
        kept = f"; {checkpoint.described}" if checkpoint and checkpoint.epochs else ""
        print(f"interrupted{kept}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except (OSError, CheckpointError) as problem:
        print(f"train.py: error: {problem}", file=sys.stderr)
        return EXIT_FAILED
    return 0


def run(options: argparse.Namespace, checkpoint: Checkpoint) -> None:
    """Train, print the table and write the files that the options ask for."""
    training_images, held_out = load_images()
    test_pairs = held_out_pairs(held_out, options.digits, TEST_PAIRS)
    print(f"{len(training_images.digits)} images to train on, {len(held_out.digits)} held out and made into {TEST_PAIRS} pairs to test on")
    if checkpoint.epochs:
        print(f"{checkpoint.described}; going on from there")

    def train(supervision: Supervision, seed: int) -> Training:
        training = Training(Recipe(supervision, seed, options.epochs, options.digits), training_images, held_out, test_pairs)
        checkpoint.restore(training)
        described = TITLES[supervision] + (f", seed {seed}" if options.seeds > 1 else "")
        with Progress(training, described) as progress:
            while training.epoch < options.epochs:
                progress.epoch(training.run_epoch(progress.step))
                checkpoint.write(training)
        return training

    seeds = range(options.seed, options.seed + options.seeds)
    rows = [(train("sums", seed), train("labels", seed)) for seed in seeds]
    print(f"\n{table(rows)}\n")
    seconds = sum(training.seconds for pair in rows for training in pair)
    print(f"trained for {seconds:.0f} seconds in all")
    if options.save is not None:
        save_atomically(rows[0][0].network.state_dict(), options.save)
        print(f"weights of the network trained on sums: {options.save}")
    save_plot(rows, held_out, options.plot)
    print(f"plot: {options.plot}")


def read_options() -> argparse.Namespace:
    """Return the options of the command line; exits with status 2 if they are wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=at_least(0), default=0, help="the first seed (default: 0)")
    parser.add_argument("--seeds", type=at_least(1), default=1, metavar="N", help="run N seeds and report their median (default: 1)")
    parser.add_argument("--epochs", type=at_least(1), metavar="N", help=f"epochs of every training (default: {EPOCHS})")
    parser.add_argument("--quick", action="store_true", help=f"stop after {QUICK_EPOCHS} epochs: a few seconds, and worse numbers")
    parser.add_argument("--digits", type=int, choices=(1, 2, 3), default=1, help="digits of each number (default: 1)")
    parser.add_argument("--plot", type=Path, default=OUTPUT, metavar="PATH", help="where the plot goes (default: output/addition.png here)")
    parser.add_argument("--save", type=Path, metavar="PATH", help="write the weights of the network trained on sums, a state_dict")
    parser.add_argument(
        "--resume", type=Path, metavar="PATH", help="a checkpoint, written after each epoch and gone on from if it is there"
    )
    options = parser.parse_args()
    options.epochs = options.epochs or (QUICK_EPOCHS if options.quick else EPOCHS)
    return options


def at_least(minimum: int) -> Callable[[str], int]:
    """Return a type of option: an integer that is not too small."""

    def read(text: str) -> int:
        number = int(text)
        if number < minimum:
            raise argparse.ArgumentTypeError(f"must be at least {minimum}")
        return number

    read.__name__ = "integer"
    return read


if __name__ == "__main__":
    sys.exit(main())
