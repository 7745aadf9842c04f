"""Writes the sentences of the example: short ones from a small grammar, with words that have several parts of speech.

    python examples/tagging/sentences.py

Writes words.csv, a row for each word, and tags.csv, its part of speech. The grammar and the words are made up for this example.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SENTENCES = 150

WORDS = {
    "det": ["the", "a", "every", "this"],
    "noun": [
        "dog",
        "bird",
        "cook",
        "garden",
        "river",
        "boat",
        "watch",
        "light",
        "play",
        "plant",
        "paint",
        "cut",
        "rest",
        "fish",
        "walk",
        "saw",
    ],
    "verb": ["sees", "likes", "holds", "watch", "light", "play", "plant", "paint", "cut", "rest", "fish", "walk", "saw"],
    "adj": ["old", "green", "small", "light", "calm", "rest", "fish", "slow", "cut"],
    "prep": ["near", "by", "with", "on", "past"],
    "adv": ["often", "slowly", "past", "by", "now"],
    "pron": ["she", "he", "they", "it"],
}
"""Tag -> its words; many words have two or three tags."""


def noun_phrase(generator: random.Random) -> list[str]:
    """Return the tags of a noun phrase."""
    if generator.random() < 0.3:
        return ["pron"]
    return ["det", *(["adj"] if generator.random() < 0.4 else []), "noun"]


def sentence(generator: random.Random) -> list[str]:
    """Return the tags of a sentence."""
    tags = [*noun_phrase(generator), *(["adv"] if generator.random() < 0.2 else []), "verb"]
    if generator.random() < 0.6:
        tags += noun_phrase(generator)
    if generator.random() < 0.3:
        tags += ["prep", "det", "noun"]
    elif generator.random() < 0.3:
        tags += ["adv"]
    return tags


def main() -> None:
    """Write both files."""
    generator = random.Random(1)
    with (
        (FOLDER / "words.csv").open("w", encoding="utf-8", newline="") as words,
        (FOLDER / "tags.csv").open("w", encoding="utf-8", newline="") as tags,
    ):
        word_rows, tag_rows = csv.writer(words, lineterminator="\n"), csv.writer(tags, lineterminator="\n")
        word_rows.writerow(["sentence", "position", "word"])
        tag_rows.writerow(["sentence", "position", "tag"])
        for number in range(1, SENTENCES + 1):
            for position, tag in enumerate(sentence(generator), 1):
                word_rows.writerow([number, position, generator.choice(WORDS[tag])])
                tag_rows.writerow([number, position, tag])


if __name__ == "__main__":
    main()
