"""Handwritten digits of scikit-learn, pairs of numbers made of them, and a small network that reads them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional as F

HELD_OUT = 360
SPLIT_SEED = 0
PAIRS_SEED = 0
SIDE = 8


@dataclass(frozen=True, slots=True)
class Images:
    """Images (count, 1, 8, 8) with values in [0, 1] and the digits (count,) that they show."""

    pixels: Tensor
    digits: Tensor


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of numbers: images (pairs, places, 1, 8, 8) and digits (pairs, places) of both, the most significant place first."""

    x: Tensor
    y: Tensor
    x_digits: Tensor
    y_digits: Tensor

    @property
    def sums(self) -> Tensor:
        """The sums (pairs,) of the numbers."""
        powers = 10 ** torch.arange(self.x_digits.shape[1]).flip(0)
        return ((self.x_digits + self.y_digits) * powers).sum(1)

    def split(self, size: int) -> list[Pairs]:
        """Return the pairs in batches of at most this size."""
        parts = (tensor.split(size) for tensor in (self.x, self.y, self.x_digits, self.y_digits))
        return [Pairs(*batch) for batch in zip(*parts, strict=True)]


def load_images() -> tuple[Images, Images]:
    """Return 1437 images to train on and 360 held-out ones, the same at every call and with all digits in both."""
    data = load_digits()
    training, held_out = train_test_split(range(len(data.target)), test_size=HELD_OUT, random_state=SPLIT_SEED, stratify=data.target)
    pixels = torch.tensor(data.images, dtype=torch.float32).unsqueeze(1) / 16
    digits = torch.tensor(data.target, dtype=torch.long)
    return Images(pixels[training], digits[training]), Images(pixels[held_out], digits[held_out])


def pair_up(images: Images, first: Tensor, second: Tensor) -> Pairs:
    """Return the pairs of the images with these numbers (pairs, places)."""
    return Pairs(images.pixels[first], images.pixels[second], images.digits[first], images.digits[second])


def training_batches(images: Images, places: int, batch: int) -> list[Pairs]:
    """Return the batches of an epoch: every image is once in the first and once in the second number of a pair, in new company.

    Images that do not fill up a number, or a number that does not fill up a batch, wait for the next epoch. Uses torch's global generator.
    """
    count = len(images.digits)
    numbers = count // places
    rows = [torch.randperm(count)[: numbers * places].view(numbers, places).split(batch) for _ in range(2)]
    return [shifted(pair_up(images, first, second)) for first, second in zip(*rows, strict=True) if len(first) == batch]


def held_out_pairs(images: Images, places: int, count: int) -> Pairs:
    """Return pairs of held-out images, the same at every call."""
    generator = torch.Generator().manual_seed(PAIRS_SEED)
    first, second = torch.randint(len(images.digits), (2, count, places), generator=generator)
    return pair_up(images, first, second)


def shifted(pairs: Pairs) -> Pairs:
    """Return the pairs with every image moved by at most one pixel in each direction; uses torch's global generator."""
    return Pairs(_shift(pairs.x), _shift(pairs.y), pairs.x_digits, pairs.y_digits)


def _shift(images: Tensor) -> Tensor:
    """Return images (..., 1, 8, 8), each moved by -1, 0 or 1 pixels along both axes, with empty pixels moving in."""
    flat = F.pad(images.reshape(-1, SIDE, SIDE), (1, 1, 1, 1))
    top, left = torch.randint(3, (2, len(flat), 1))
    rows, columns = top + torch.arange(SIDE), left + torch.arange(SIDE)
    moved = flat[torch.arange(len(flat))[:, None, None], rows[:, :, None], columns[:, None, :]]
    return moved.view(images.shape)


class DigitNetwork(nn.Sequential):
    """A convolutional network from images (count, 1, 8, 8) to logits (count, 10), with about 60,000 weights."""

    def __init__(self, width: int = 32) -> None:
        super().__init__(
            *_convolution(1, width),
            *_convolution(width, 2 * width),
            nn.MaxPool2d(2),
            *_convolution(2 * width, 2 * width),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(2 * width * (SIDE // 4) ** 2, 10),
        )


def _convolution(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
