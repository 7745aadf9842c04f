"""Learn parts of speech from tagged and untagged sentences, and tag sentences that were held out.

python examples/tagging/train.py                120 sentences, of which 20 have tags, about a minute
python examples/tagging/train.py --tagged 120   all with tags
python examples/tagging/train.py --quick        30 sentences, of which 20 have tags
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import torch

import nesylang as nesy

FOLDER = Path(__file__).resolve().parent
SENTENCES = 150
HELD_OUT = 30

Place = tuple[int, int]


def main() -> int:
    """Return the exit status: 0 fine, 130 interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, metavar="N", help="sentences to learn from (default: 120)")
    parser.add_argument("--tagged", type=int, default=20, metavar="N", help="of these, how many have tags (default: 20)")
    parser.add_argument("--steps", type=int, default=80, metavar="N", help="steps of the optimiser (default: 80)")
    parser.add_argument("--seed", type=int, default=0, help="of the initial probabilities (default: 0)")
    parser.add_argument("--quick", action="store_true", help="learn from 30 sentences in 20 steps, tag 5")
    options = parser.parse_args()
    count = options.sentences or (30 if options.quick else SENTENCES - HELD_OUT)
    if not 1 <= count <= SENTENCES - HELD_OUT or not 0 <= options.tagged <= count or options.steps < 1:
        parser.error(f"there are {SENTENCES - HELD_OUT} sentences to learn from, and there must be at least one step")
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)  # a few hundred parameters
    words, tags = read("words.csv", "word"), read("tags.csv", "tag")
    held_out = range(SENTENCES - HELD_OUT + 1, SENTENCES - HELD_OUT + 1 + (5 if options.quick else HELD_OUT))
    try:
        found = learn(range(1, count + 1), options.tagged, held_out, tags, 20 if options.quick else options.steps)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    places = [place for place in words if place[0] in held_out]
    ambiguous = [place for place in places if len({tags[other] for other in words if words[other] == words[place]}) > 1]
    usual = most_frequent(words, tags, options.tagged)
    print(f"\n{count} sentences, {options.tagged} of them with tags; {len(places)} words of {len(held_out)} other sentences:")
    print(f"{'':28}  all words  words with several tags")
    for name, guesses in (("most frequent tag of a word", usual), ("the program", found)):
        right, right_ambiguous = (sum(guesses[place] == tags[place] for place in among) for among in (places, ambiguous))
        print(f"{name:28}  {right / len(places):9.1%}  {right_ambiguous / len(ambiguous):23.1%}")
    return 0


def learn(sentences: range, tagged: int, held_out: range, tags: dict[Place, str], steps: int) -> dict[Place, str]:
    """Return the most probable tag at each place of the held-out sentences, after training on the others."""
    known = [(*place, tag) for place, tag in tags.items() if place[0] in sentences and place[0] <= tagged]
    program = nesy.load(FOLDER / "tagging.nesy").with_facts("tagged", known)
    observed = [f"sentence({sentence})" for sentence in sentences]
    asked = [f"tag({sentence}, K, X)" for sentence in held_out]
    model = program.module(queries=[*observed, *asked])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.2)
    for step in range(1, steps + 1):
        result = model()
        loss = -torch.cat([result[query].flatten() for query in observed]).sum() / len(sentences)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 20 == 0 or step == steps:
            print(f"step {step:3}/{steps}  loss {loss.item():.3f}", flush=True)
    with torch.no_grad():
        result = model()
    best: dict[Place, tuple[float, str]] = {}
    for sentence, query in zip(held_out, asked, strict=True):
        for (position, tag), log_probability in zip(result[query].answers, result[query][0].tolist(), strict=True):
            place = (sentence, position)
            best[place] = max(best.get(place, (-float("inf"), "")), (log_probability, tag))
    return {place: tag for place, (_, tag) in best.items()}


def most_frequent(words: dict[Place, str], tags: dict[Place, str], tagged: int) -> dict[Place, str]:
    """Return the tag that each word has most often in the tagged sentences, that of all words for a word that is not there."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for place, word in words.items():
        if place[0] <= tagged:
            counts[word][tags[place]] += 1
            counts[""][tags[place]] += 1
    usual = counts[""].most_common(1)[0][0] if counts[""] else "noun"
    return {place: counts[word].most_common(1)[0][0] if word in counts else usual for place, word in words.items()}


def read(name: str, column: str) -> dict[Place, str]:
    """Return a column of a file by sentence and position."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return {(int(row["sentence"]), int(row["position"])): row[column] for row in csv.DictReader(file)}


if __name__ == "__main__":
    sys.exit(main())
