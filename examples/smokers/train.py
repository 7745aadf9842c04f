"""Learn the three probabilities of smokers.nesy from simulated groups of people, and compare them with those of the simulation.

python examples/smokers/train.py            2000 groups, a few seconds
python examples/smokers/train.py --quick    500 groups
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

import torch

import nesylang as nesy

PEOPLE = ("ann", "bob", "cleo", "dan")
FRIENDS = (("ann", "bob"), ("bob", "cleo"), ("cleo", "ann"), ("cleo", "dan"))
TRUTH = {"stressed(ann)": 0.2, "persuades(ann,bob)": 0.4, "asthma(ann) given smokes(ann)": 0.3}

Group = tuple[str, ...]


def main() -> int:
    """Return the exit status: 0 fine, 130 interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="of the simulation (default: 0)")
    parser.add_argument("--groups", type=int, metavar="N", help="how many groups are observed (default: 2000)")
    parser.add_argument("--steps", type=int, default=200, metavar="N", help="steps of the optimiser (default: 200)")
    parser.add_argument("--quick", action="store_true", help="observe 500 groups")
    options = parser.parse_args()
    count = options.groups or (500 if options.quick else 2000)
    if count < 1 or options.steps < 1:
        parser.error("there must be at least one group and one step")
    torch.set_num_threads(1)  # three parameters
    try:
        learnt = learn(simulate(count, options.seed), options.steps)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    print(f"\n{'probability':30}  {'true':>6}  {'learnt':>6}")
    for query, probability in learnt.items():
        print(f"{query:30}  {TRUTH[query]:6.3f}  {probability:6.3f}")
    return 0


def learn(groups: list[Group], steps: int) -> dict[str, float]:
    """Return the probabilities under which the observed groups are most likely, by the queries that read them back."""
    model = nesy.load(Path(__file__).with_name("smokers.nesy")).module()
    query = "group(A,B,C,D)"
    # Without input tensors the result is the same for all examples, and how often each group occurs is all there is to know.
    observed = Counter(groups)
    counts = torch.tensor([float(observed[group]) for group in model().answers[query]])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.1)
    for step in range(1, steps + 1):
        loss = -(counts * model()[query][0]).sum() / len(groups)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 50 == 0 or step == steps:
            print(f"step {step:4}/{steps}  loss {loss.item():.4f}", flush=True)
    with torch.no_grad():
        result = model()
    return {name: result[name].probability.item() for name in TRUTH}


def simulate(count: int, seed: int) -> list[Group]:
    """Return what is observed of groups that live by TRUTH, simulated in plain Python."""
    generator = random.Random(seed)
    stressed, persuades, asthma = TRUTH.values()
    acquaintances = [*FRIENDS, *((second, first) for first, second in FRIENDS)]

    def group() -> Group:
        smokers = {person for person in PEOPLE if generator.random() < stressed}
        influences = [pair for pair in acquaintances if generator.random() < persuades]
        while new := {second for first, second in influences if first in smokers} - smokers:
            smokers |= new
        ill = {person for person in PEOPLE if generator.random() < asthma} & smokers
        return tuple("ill" if person in ill else "smoker" if person in smokers else "well" for person in PEOPLE)

    return [group() for _ in range(count)]


if __name__ == "__main__":
    sys.exit(main())
