"""Learn to read family relations in sentences from nothing but who the last person of a story is to the first.

python examples/family/train.py            1000 stories of two and three sentences, tested on up to eight
python examples/family/train.py --quick    600 stories, fewer epochs
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import torch
from stories import Book, Story, Table, tell, vocabulary
from torch import nn

import nesylang as nesy

TRAINED, TESTED = (2, 3), (2, 3, 4, 5, 6, 7, 8)
TEST_STORIES = 100


def main() -> int:
    """Return the exit status: 0 fine, 130 interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="of the stories and the network (default: 0)")
    parser.add_argument("--stories", type=int, metavar="N", help="how many stories to train on (default: 1000)")
    parser.add_argument("--epochs", type=int, metavar="N", help="how often each of them is read (default: 25)")
    parser.add_argument("--quick", action="store_true", help="600 stories, 15 epochs")
    options = parser.parse_args()
    count = options.stories or (600 if options.quick else 1000)
    epochs = options.epochs or (15 if options.quick else 25)
    if count < len(TRAINED) or epochs < 1:
        parser.error(f"there must be at least {len(TRAINED)} stories and one epoch")
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    program = nesy.load(Path(__file__).with_name("family.nesy"))
    table = composition(program)
    training = tell(table, TRAINED, count // len(TRAINED), options.seed)
    test = tell(table, TESTED, TEST_STORIES, options.seed + 10_000)
    network = nn.Linear(len(vocabulary()), 8)
    model = program.module({"says": nesy.logits(network)}, queries=[])
    print(f"{len(training.stories)} stories to train on, such as: {'. '.join(training.texts[: len(training.stories[0].sentences)])}.")
    try:
        train(model, training, epochs, options.seed)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    report(model, network, test)
    return 0


def composition(program: nesy.Program) -> Table:
    """Return which relation two relations make, as the program knows it."""
    answers = program.marginals(["then(R, S, T)"])[0].answers
    return {(str(first), str(second)): str(third) for first, second, third in (arguments(answer.atom) for answer in answers)}


def arguments(atom: object) -> tuple[str, ...]:
    """Return the names of an atom's arguments."""
    return tuple(argument.name for argument in atom.args)  # type: ignore[attr-defined]


def example(story: Story) -> nesy.Example:
    """Return the question that a story asks: ``s(4)`` is sentence number 4."""
    return nesy.Example(f"kin([{', '.join(f's({number})' for number in story.sentences)}], R)", label=story.answer)


def train(model: nesy.LogicModule, book: Book, epochs: int, seed: int) -> None:
    """Train on the stories in batches, in which stories of all lengths are mixed."""
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    generator = random.Random(seed)
    examples = [example(story) for story in book.stories]
    for epoch in range(1, epochs + 1):
        generator.shuffle(examples)
        total = 0.0
        for start in range(0, len(examples), 32):
            batch = examples[start : start + 32]
            loss = model.nll_of(batch, s=book.sentences)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
        if epoch % 5 == 0 or epoch == epochs:
            print(f"epoch {epoch:2}/{epochs}  loss {total / len(examples):.4f}", flush=True)


def report(model: nesy.LogicModule, network: nn.Module, book: Book) -> None:
    """Print how many stories of each length are understood, and how many sentences are read right."""
    with torch.no_grad():
        results = model.ask([example(story) for story in book.stories], s=book.sentences)
        columns = network(book.sentences).argmax(1).tolist()
    relations = results[0].answers
    print("\nsentences   stories understood")
    for length in TESTED:
        pairs = [(story, result) for story, result in zip(book.stories, results, strict=True) if len(story.told) == length]
        right = sum(result.argmax() == [story.answer] for story, result in pairs)
        print(f"{length:9}   {100 * right / len(pairs):.1f} %{'   (trained on)' if length in TRAINED else ''}")
    told = [(number, relation) for story in book.stories for number, relation in zip(story.sentences, story.told, strict=True)]
    read = sum(relations[columns[number]] == relation for number, relation in told)
    print(f"\nsentences read right, which nobody ever labelled: {100 * read / len(told):.1f} %")
    print(f"{len(model.structures)} structures were compiled, one for each length")


if __name__ == "__main__":
    sys.exit(main())
