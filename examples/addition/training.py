"""One training of the digit network, epoch by epoch, and checkpoints that it can be continued from."""

from __future__ import annotations

import os
import pickle
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from images import DigitNetwork, Images, Pairs, training_batches
from torch import Tensor, nn
from torch.nn import functional as F

import nesylang as nesy
from nesylang.learning import Result

HERE = Path(__file__).resolve().parent
BATCH = 64
TEST_BATCH = 250
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-2

Supervision = Literal["sums", "labels"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training depends on, besides the images: the same recipe gives the same network."""

    supervision: Supervision
    seed: int
    epochs: int
    places: int

    @property
    def name(self) -> str:
        """The key of the training in a checkpoint."""
        return f"{self.supervision}, seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares in [0, 1] of right answers on held-out images after an epoch, and the mean loss in it."""

    epoch: int
    sums: float
    digits: float
    loss: float


class SumModel(nn.Module):
    """The program with the network: from pairs of numbers to log-probabilities (pairs, sums) of their sums."""

    def __init__(self, network: nn.Module, places: int) -> None:
        super().__init__()
        program = nesy.load(HERE / ("addition.nesy" if places == 1 else "multidigit.nesy"))
        self.query = "sum(a,b,S)" if places == 1 else f"prefix({places},S)"
        self.model = program.module({"digit": nesy.logits(network)}, queries=[self.query])

    def forward(self, pairs: Pairs) -> Result:
        """Return the result of the query for all pairs."""
        if pairs.x.shape[1] == 1:
            return self.model(a=pairs.x[:, 0], b=pairs.y[:, 0])
        return self.model(x=pairs.x, y=pairs.y)

    def loss(self, pairs: Pairs) -> Tensor:
        """Return the mean of -log P(sum): all that training from sums ever sees."""
        return self.model.nll(self(pairs), {self.query: pairs.sums})

    def predict(self, pairs: Pairs) -> Tensor:
        """Return the most probable sums (pairs,)."""
        return self(pairs)[self.query].argmax()


class Training:
    """A network with its optimiser and the accuracies after each epoch so far."""

    def __init__(self, recipe: Recipe, training: Images, held_out: Images, test_pairs: Pairs) -> None:
        self.recipe = recipe
        self.training, self.held_out, self.test_pairs = training, held_out, test_pairs
        self._reseed(0)
        self.network = DigitNetwork()
        self.sum_model = SumModel(self.network, recipe.places)
        self.steps_per_epoch = len(training.digits) // recipe.places // BATCH
        self.optimiser = torch.optim.AdamW(self.network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, LEARNING_RATE, total_steps=recipe.epochs * self.steps_per_epoch, pct_start=0.2
        )
        self.seconds = 0.0
        self.history = [self._measure(float("nan"))]

    @property
    def epoch(self) -> int:
        """How many epochs are behind it."""
        return self.history[-1].epoch

    def run_epoch(self, after_step: Callable[[], object]) -> Accuracy:
        """Return the accuracy after one more epoch."""
        self._reseed(self.epoch + 1)
        started = time.perf_counter()
        self.network.train()
        total = 0.0
        for pairs in training_batches(self.training, self.recipe.places, BATCH):
            loss = self.sum_model.loss(pairs) if self.recipe.supervision == "sums" else self._label_loss(pairs)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            self.schedule.step()
            total += loss.item()
            after_step()
        self.seconds += time.perf_counter() - started
        self.history.append(self._measure(total / self.steps_per_epoch, self.epoch + 1))
        return self.history[-1]

    def digits(self, images: Images) -> Tensor:
        """Return the digits (count,) that the network reads."""
        self.network.eval()
        with torch.no_grad():
            return self.network(images.pixels).argmax(1)

    def state(self) -> dict[str, Any]:
        """Return what ``restore`` needs to go on from here as if there had been no break."""
        return {
            "recipe": asdict(self.recipe),
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "history": [asdict(accuracy) for accuracy in self.history],
            "seconds": self.seconds,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what ``state`` returned for the same recipe."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.history = [Accuracy(**accuracy) for accuracy in state["history"]]
        self.seconds = state["seconds"]

    def _label_loss(self, pairs: Pairs) -> Tensor:
        """Return the loss of a network that is told every digit, on the same images."""
        images = torch.cat([pairs.x, pairs.y]).flatten(0, 1)
        return F.cross_entropy(self.network(images), torch.cat([pairs.x_digits, pairs.y_digits]).flatten())

    def _measure(self, loss: float, epoch: int = 0) -> Accuracy:
        self.network.eval()
        with torch.no_grad():
            sums = torch.cat([self.sum_model.predict(pairs) for pairs in self.test_pairs.split(TEST_BATCH)])
        return Accuracy(epoch, _share(sums == self.test_pairs.sums), _share(self.digits(self.held_out) == self.held_out.digits), loss)

    def _reseed(self, epoch: int) -> None:
        # Every epoch has a seed of its own, so that a checkpoint need not hold the state of a generator.
        torch.manual_seed(10_000 * self.recipe.seed + epoch)


def _share(right: Tensor) -> float:
    return right.float().mean().item()


class CheckpointError(Exception):
    """A file that training cannot be continued from, and why."""


class Checkpoint:
    """The states of all trainings of a run, in a file if there is one."""

    FORMAT = "addition checkpoint 1"

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._states: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            self._states = self._read(path)

    @property
    def epochs(self) -> int:
        """How many epochs, of all trainings together, the file holds."""
        return sum(state["history"][-1]["epoch"] for state in self._states.values())

    def restore(self, training: Training) -> None:
        """Bring a training to where the checkpoint left it, if it got that far; raises CheckpointError if it was another one."""
        state = self._states.get(training.recipe.name)
        if state is not None:
            if state["recipe"] != asdict(training.recipe):
                written = ", ".join(f"{name} {value}" for name, value in state["recipe"].items())
                raise CheckpointError(f"{self.path} was written with other options: {written}")
            training.restore(state)

    def write(self, training: Training) -> None:
        """Add the state of a training and write the file."""
        if self.path is not None:
            self._states[training.recipe.name] = training.state()
            save_atomically({"format": self.FORMAT, "trainings": self._states}, self.path)

    @property
    def described(self) -> str:
        """The path with the number of epochs, in words."""
        return f"{self.path} holds {self.epochs} complete epoch{'' if self.epochs == 1 else 's'}"

    def _read(self, path: Path) -> dict[str, dict[str, Any]]:
        try:
            content = torch.load(path, weights_only=True) if zipfile.is_zipfile(path) else None
        except (pickle.UnpicklingError, RuntimeError) as problem:
            raise CheckpointError(f"{path} is damaged: {problem}") from problem
        if not isinstance(content, dict) or content.get("format") != self.FORMAT:
            raise CheckpointError(f"{path} is no checkpoint of this example")
        return content["trainings"]


def save_atomically(value: object, path: Path) -> None:
    """Write a file with ``torch.save``; whoever reads it finds the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            torch.save(value, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
