"""Train a network to read symbols from nothing but whether sequences of six images belong to a language.

python examples/grammars/train.py                       both languages, about half a minute
python examples/grammars/train.py --language brackets   one of them
python examples/grammars/train.py --quick               a few seconds, and worse numbers
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

import nesylang as nesy

HERE = Path(__file__).resolve().parent
LENGTH = 6
STEPS, QUICK_STEPS = 600, 120
BATCH = 64
TEST_SEQUENCES = 2000
TEST_SEED = 0
HELD_OUT_SHARE = 0.2

Word = tuple[int, ...]


def is_triple(word: Word) -> bool:
    """Return whether a word is a^n b^n c^n; symbols are numbers."""
    third = len(word) // 3
    return word == tuple(sorted(word)) and [word.count(symbol) for symbol in range(3)] == [third] * 3


def is_balanced(word: Word) -> bool:
    """Return whether brackets match; 0 opens, 1 closes."""
    depths = list(itertools.accumulate(1 if symbol == 0 else -1 for symbol in word))
    return min(depths) >= 0 and depths[-1] == 0


LANGUAGES = {"triples": (3, is_triple), "brackets": (2, is_balanced)}


@dataclass(frozen=True, slots=True)
class Sequences:
    """Images (count, 6, 1, 8, 8), the symbols (count, 6) that they show, and whether each sequence is in the language."""

    x: Tensor
    symbols: Tensor
    accepted: Tensor


class Digits:
    """The images of a few digits, which stand for the symbols."""

    def __init__(self, pixels: Tensor, digits: Tensor) -> None:
        self.pixels, self.digits = pixels, digits

    def sequences(self, language: str, count: int, generator: torch.Generator) -> Sequences:
        """Return random sequences: half are in the language, and half of the others differ from one that is by one symbol."""
        size, contains = LANGUAGES[language]
        words = list(itertools.product(range(size), repeat=LENGTH))
        inside = [word for word in words if contains(word)]
        outside = [word for word in words if not contains(word)]
        near = [word for word in outside if any(sum(a != b for a, b in zip(word, other, strict=True)) == 1 for other in inside)]
        groups = (inside, inside, outside, near)
        picks = torch.randint(1 << 30, (count,), generator=generator).tolist()
        chosen = [groups[number % 4][pick % len(groups[number % 4])] for number, pick in enumerate(picks)]
        symbols = torch.tensor(chosen)
        images = torch.empty_like(symbols)
        for symbol in range(size):
            candidates = (self.digits == symbol).nonzero().flatten()
            here = symbols == symbol
            images[here] = candidates[torch.randint(len(candidates), (int(here.sum()),), generator=generator)]
        accepted = torch.tensor([contains(word) for word in chosen])
        return Sequences(self.pixels[images], symbols, accepted)


def load() -> tuple[Digits, Digits]:
    """Return the images to train on and the held-out ones, the same at every call."""
    data = load_digits(n_class=3)
    training, held_out = train_test_split(range(len(data.target)), test_size=HELD_OUT_SHARE, random_state=0, stratify=data.target)
    pixels = torch.tensor(data.images, dtype=torch.float32).unsqueeze(1) / 16
    digits = torch.tensor(data.target)
    return Digits(pixels[training], digits[training]), Digits(pixels[held_out], digits[held_out])


def symbol_network(size: int) -> nn.Sequential:
    """Return a small convolutional network from images (count, 1, 8, 8) to logits (count, size)."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(128, size)),
    )


def train(language: str, seed: int, steps: int) -> tuple[float, float]:
    """Return the shares of held-out sequences that are judged right, and of their symbols that are read right."""
    training, held_out = load()
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed + 1)
    network = symbol_network(LANGUAGES[language][0])
    model = nesy.load(HERE / f"{language}.nesy").module({"reads": nesy.logits(network)})
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(steps):
        batch = training.sequences(language, BATCH, generator)
        loss = model.nll(model(x=batch.x), {"accepted": batch.accepted})
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    test = held_out.sequences(language, TEST_SEQUENCES, torch.Generator().manual_seed(TEST_SEED))
    with torch.no_grad():
        judged = model(x=test.x)["accepted"].argmax()
        read = network(test.x.flatten(0, 1)).argmax(1).view(test.symbols.shape)
    return _share(judged == test.accepted), _share(read == test.symbols)


def _share(right: Tensor) -> float:
    return right.float().mean().item()


def main() -> int:
    """Return the exit status: 0 fine, 130 interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=tuple(LANGUAGES), action="append", help="a language to train on (default: both)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default: 0)")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many seeds (default: 1)")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_STEPS} steps of the optimiser instead of {STEPS}")
    options = parser.parse_args()
    torch.set_num_threads(1)  # as fast as several for a network of this size, and the same numbers on every machine
    print(f"{'':20}  sequences    symbols")
    try:
        for language in options.language or LANGUAGES:
            for seed in range(options.seed, options.seed + options.seeds):
                started = time.perf_counter()
                sequences, symbols = train(language, seed, QUICK_STEPS if options.quick else STEPS)
                seconds = time.perf_counter() - started
                print(f"{f'{language}, seed {seed}':20}    {sequences:5.1%}     {symbols:6.1%}    ({seconds:.0f} s)", flush=True)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
