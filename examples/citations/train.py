"""Learn the topics of papers from few labels: by a network alone, and by the network within citations.nesy.

python examples/citations/train.py            five generated citation networks, a minute or two
python examples/citations/train.py --quick    one of them
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import torch
from torch import Tensor, nn

import nesylang as nesy

TOPICS = ("logic", "learning", "vision", "language")
WORDS = 60
CITED = 3
QUERY = "topic(p(0),T) given observed"


@dataclass(frozen=True, slots=True)
class Citations:
    """Papers with their words (papers, words), their topics (papers,) as numbers, and those that each cites (papers, 3)."""

    words: Tensor
    topics: Tensor
    cited: Tensor


def main() -> int:
    """Return the exit status: 0 fine, 130 interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="how many networks of papers are generated (default: 5)")
    parser.add_argument("--papers", type=int, default=400, metavar="N", help="papers in each (default: 400)")
    parser.add_argument("--labels", type=int, default=40, metavar="N", help="papers whose topic is known (default: 40)")
    parser.add_argument("--steps", type=int, default=60, metavar="N", help="steps of the optimiser (default: 60)")
    parser.add_argument("--quick", action="store_true", help="one network of papers")
    options = parser.parse_args()
    if min(options.seeds, options.steps, options.labels) < 1 or options.papers <= options.labels + CITED:
        parser.error("there must be a seed, a step, a label, and more papers than labels")
    torch.set_num_threads(1)  # small tensors
    program = nesy.load(Path(__file__).with_name("citations.nesy"))
    results = []
    try:
        for seed in range(1 if options.quick else options.seeds):
            results.append(compare(program, generate(options.papers, seed), options.labels, options.steps, seed))
            alone, rules, ratio = results[-1]
            print(f"seed {seed}: network alone {alone:6.1%}, with the rules {rules:6.1%}, within / across {ratio:.1f}", flush=True)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    print(f"mean:   network alone {mean(r[0] for r in results):6.1%}, with the rules {mean(r[1] for r in results):6.1%}")
    return 0


def compare(program: nesy.Program, papers: Citations, labels: int, steps: int, seed: int) -> tuple[float, float, float]:
    """Return the accuracy on unlabelled papers of a network alone and of the same one with rules, and the ratio that the rules learnt."""
    train, test = torch.arange(labels), torch.arange(labels, len(papers.topics))
    torch.manual_seed(seed)
    alone = network()
    fit(alone.parameters(), lambda: nn.functional.cross_entropy(alone(papers.words[train]), papers.topics[train]), steps)
    with torch.no_grad():
        alone_right = (alone(papers.words[test]).argmax(1) == papers.topics[test]).float().mean().item()

    torch.manual_seed(seed)
    model = program.module({"topic": nesy.logits(network())})
    targets = [TOPICS[topic] for topic in papers.topics[train].tolist()]
    fit(model.parameters(), lambda: model.nll(model(p=neighbourhoods(papers, train)), {QUERY: targets}), steps)
    with torch.no_grad():
        guessed = model(p=neighbourhoods(papers, test))[QUERY].argmax()
        shares = {name: torch.sigmoid(logit).item() for name, logit in model.weights.logits.items()}
    right = [TOPICS[topic] == guess for topic, guess in zip(papers.topics[test].tolist(), guessed, strict=True)]
    return alone_right, sum(right) / len(right), shares["within"] / shares["across"]


def network() -> nn.Module:
    """Return a network from the words of a paper to logits of its topic."""
    return nn.Sequential(nn.Linear(WORDS, 16), nn.ReLU(), nn.Linear(16, len(TOPICS)))


def fit(parameters: Iterable[nn.Parameter], loss: Callable[[], Tensor], steps: int) -> None:
    """Minimise a loss over all labelled papers at once."""
    optimiser = torch.optim.Adam(parameters, lr=0.02, weight_decay=1e-3)
    for _ in range(steps):
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()


def neighbourhoods(papers: Citations, numbers: Tensor) -> Tensor:
    """Return the words (papers, 13, words) of papers, of those that they cite, and of those that these cite."""
    cited = papers.cited[numbers]
    around = torch.cat([numbers.unsqueeze(1), cited, papers.cited[cited].flatten(1)], 1)
    return papers.words[around]


def generate(count: int, seed: int) -> Citations:
    """Return papers whose words say a little about their topics, and which cite four times out of five papers of their own topic."""
    generator = random.Random(seed)
    topics = [generator.randrange(len(TOPICS)) for _ in range(count)]
    own = len(TOPICS)
    words = [[float(generator.random() < (0.3 if word % own == topic else 0.12)) for word in range(WORDS)] for topic in topics]
    same = [[other for other in range(count) if topics[other] == topic] for topic in range(own)]
    others = [[other for other in range(count) if topics[other] != topic] for topic in range(own)]
    cited = []
    for paper, topic in enumerate(topics):
        chosen: list[int] = []
        while len(chosen) < CITED:
            other = generator.choice(same[topic] if generator.random() < 0.8 else others[topic])
            if other != paper and other not in chosen:
                chosen.append(other)
        cited.append(chosen)
    return Citations(torch.tensor(words), torch.tensor(topics), torch.tensor(cited))


if __name__ == "__main__":
    sys.exit(main())
