"""What a run of the example shows: progress, the table at its end, and the plot."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import matplotlib
import torch
from images import Images
from tqdm import tqdm
from training import Accuracy, Training

TITLES = {"sums": "trained on sums", "labels": "trained on digits"}

Rows = Sequence[tuple[Training, Training]]
"""For each seed the training from sums and the one from digit labels."""


class Progress:
    """A progress bar on a terminal, a line per epoch elsewhere."""

    def __init__(self, training: Training, described: str) -> None:
        self._epochs = training.recipe.epochs
        self._described = described
        self._bar = tqdm(
            total=self._epochs * training.steps_per_epoch,
            initial=training.epoch * training.steps_per_epoch,
            desc=described,
            unit="step",
            disable=not sys.stderr.isatty(),
            dynamic_ncols=True,
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self._bar.close()

    def step(self) -> None:
        """Count a step."""
        self._bar.update()

    def epoch(self, accuracy: Accuracy) -> None:
        """Show how accurate the network is after an epoch."""
        if self._bar.disable:
            position = f"epoch {accuracy.epoch:{len(str(self._epochs))}}/{self._epochs}"
            print(f"{self._described}  {position}  loss {accuracy.loss:6.3f}  sums right {percent(accuracy.sums)}", flush=True)
        else:
            self._bar.set_postfix_str(f"loss {accuracy.loss:.3f}, sums right {percent(accuracy.sums)}")


def percent(share: float) -> str:
    """Return a share as percents.

    >>> percent(0.9333), percent(1.0)
    (' 93.3 %', '100.0 %')
    """
    return f"{100 * share:5.1f} %"


def table(rows: Rows) -> str:
    """Return the accuracies on held-out images, a line per seed and their median, both ways of training side by side."""
    numbers = [[getattr(training.history[-1], kind) for kind in ("sums", "digits") for training in pair] for pair in rows]
    names = [f"seed {sums.recipe.seed}" for sums, _ in rows]
    if len(rows) > 1:
        numbers.append([statistics.median(column) for column in zip(*numbers, strict=True)])
        names.append("median")
    width = max(map(len, TITLES.values())) + 2
    lines = [
        " " * 8 + "sum accuracy".center(2 * width) + "digit accuracy".center(2 * width),
        " " * 8 + "".join(title.rjust(width) for _ in range(2) for title in TITLES.values()),
    ]
    lines += [name.ljust(8) + "".join(percent(number).rjust(width) for number in line) for name, line in zip(names, numbers, strict=True)]
    return "\n".join(line.rstrip() for line in lines)


def save_plot(rows: Rows, held_out: Images, path: Path) -> None:
    """Write a PNG: accuracies by epoch for all trainings, and what the first network trained on sums takes each digit for."""
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, (sums, digits, confusion) = plt.subplots(1, 3, figsize=(14, 4.4), layout="constrained")
    for axes, kind, title in ((sums, "sums", "Sums of held-out pairs"), (digits, "digits", "Digits of held-out images")):
        for number, pair in enumerate(rows):
            for training, colour, style in zip(pair, ("tab:blue", "tab:orange"), ("-", "--"), strict=True):
                epochs = [accuracy.epoch for accuracy in training.history]
                shares = [100 * getattr(accuracy, kind) for accuracy in training.history]
                label = TITLES[training.recipe.supervision] if number == 0 else None
                axes.plot(epochs, shares, style, color=colour, label=label, alpha=0.4 + 0.6 / len(rows))
        axes.set(title=title, xlabel="epoch", ylabel="right, in percent", ylim=(0, 102))
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right")
    counts = torch.zeros(10, 10, dtype=torch.long)
    counts.index_put_((held_out.digits, rows[0][0].digits(held_out)), torch.tensor(1), accumulate=True)
    confusion.imshow(counts, cmap="Blues")
    for row in range(10):
        for column in range(10):
            if counts[row, column]:
                colour = "white" if counts[row, column] > counts.max() / 2 else "black"
                confusion.text(column, row, str(counts[row, column].item()), ha="center", va="center", color=colour, fontsize=8)
    confusion.set(title="Digits learnt from sums alone", xlabel="read as", ylabel="digit shown", xticks=range(10), yticks=range(10))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        figure.savefig(temporary, dpi=130, format="png")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        plt.close(figure)
