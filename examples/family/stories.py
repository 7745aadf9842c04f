"""Stories about families: sentences made from templates, as bags of words, and who the last person is to the first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

WORDS = {
    "parent": ("mother", "father", "mom", "dad"),
    "child": ("son", "daughter", "boy", "girl"),
    "sibling": ("brother", "sister", "twin"),
    "grandparent": ("grandmother", "grandfather", "grandma", "grandpa"),
    "grandchild": ("grandson", "granddaughter"),
    "uncle": ("uncle", "aunt", "auntie"),
    "nephew": ("nephew", "niece"),
    "cousin": ("cousin",),
}
NAMES = ("ann", "bob", "cleo", "dan", "eve", "finn", "gail", "hugo", "ida", "jack", "kim", "leo", "mia", "ned", "olga", "paul")
TEMPLATES = (
    "{a} went to the {place} with the {word} {b}",
    "{b} is the {word} of {a}",
    "{a} has a {word} who is called {b}",
    "at the {place} {a} met {b} the {word} everybody likes",
    "{a} baked a cake for {b} because a {word} deserves one",
    "{b} and {a} talked about the {place} like any {word} would",
)
PLACES = ("park", "market", "school", "zoo", "church", "beach")


@dataclass(frozen=True, slots=True)
class Story:
    """Numbers of sentences, the relations that they tell, and the relation of the last person to the first."""

    sentences: tuple[int, ...]
    told: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Book:
    """Stories and all their sentences as bags of words (sentences, words)."""

    stories: list[Story]
    sentences: Tensor
    texts: list[str]


Table = dict[tuple[str, str], str]


def tell(table: Table, lengths: Sequence[int], count: int, seed: int) -> Book:
    """Return a book of ``count`` stories of each length; ``table`` says which relation two relations make."""
    generator = random.Random(seed)
    stories: list[Story] = []
    texts: list[str] = []
    for length in lengths:
        for _ in range(count):
            told, answer = chain(table, length, generator)
            people = generator.sample(NAMES, length + 1)
            numbers = tuple(range(len(texts), len(texts) + length))
            texts.extend(sentence(*people[i : i + 2], relation, generator) for i, relation in enumerate(told))
            stories.append(Story(numbers, told, answer))
    return Book(stories, bags(texts), texts)


def chain(table: Table, length: int, generator: random.Random) -> tuple[tuple[str, ...], str]:
    """Return relations that can follow each other, and what they make."""
    while True:
        told = [generator.choice(list(WORDS))]
        made = told[0]
        while len(told) < length:
            following = [second for first, second in table if first == made]
            if not following:
                break
            told.append(generator.choice(following))
            made = table[made, told[-1]]
        if len(told) == length:
            return tuple(told), made


def sentence(first: str, second: str, relation: str, generator: random.Random) -> str:
    """Return a sentence that tells that the second person is the first one's relation."""
    template = generator.choice(TEMPLATES)
    return template.format(a=first, b=second, word=generator.choice(WORDS[relation]), place=generator.choice(PLACES))


def vocabulary() -> dict[str, int]:
    """Return all words with their numbers."""
    words = " ".join((*TEMPLATES, *NAMES, *PLACES, *(word for group in WORDS.values() for word in group))).split()
    return {word: number for number, word in enumerate(sorted({word for word in words if "{" not in word}))}


def bags(texts: Sequence[str]) -> Tensor:
    """Return how often each word occurs in each text (texts, words)."""
    numbers = vocabulary()
    counted = torch.zeros(len(texts), len(numbers))
    for row, text in enumerate(texts):
        for word in text.split():
            counted[row, numbers[word]] += 1
    return counted
