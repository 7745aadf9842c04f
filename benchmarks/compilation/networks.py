"""Networks of random variables: Bayesian networks, noisy-or models, hidden Markov models and naive Bayes, with their marginals."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from benchmarks.compilation.case import Case, program
from benchmarks.compilation.factors import Node, factors_of, marginal, sampled


@dataclass(frozen=True, slots=True)
class Network:
    """A network of truth values, with clauses that say the same, what is observed, and which nodes are asked."""

    nodes: tuple[Node, ...]
    clauses: tuple[str, ...]
    observed: tuple[tuple[int, int], ...]
    asked: tuple[int, ...]

    def text(self) -> str:
        """Return the program."""
        evidence = (f"evidence(x({node}),{'true' if value else 'false'})." for node, value in self.observed)
        return program(*self.clauses, *evidence, *(f"query(x({node}))." for node in self.asked))

    def expected(self) -> dict[str, float]:
        """Return the marginals by variable elimination."""
        factors, observed = factors_of(self.nodes), dict[Hashable, int](self.observed)
        return {f"x({node})": float(marginal(factors, node, observed)[1]) for node in self.asked}


def bayesian_network(seed: int, count: int, window: int) -> Network:
    """Return a network with at most 3 parents for each node, among the ``window`` nodes before it; four nodes are observed."""
    rng = random.Random(seed)
    nodes: list[Node] = []
    clauses = []
    for i in range(count):
        before = range(max(0, i - window), i)
        parents: tuple[int, ...] = tuple(sorted(rng.sample(before, min(len(before), rng.randint(0, 3)))))
        table = np.zeros((2,) * len(parents))
        for values in product((0, 1), repeat=len(parents)):
            weight = rng.randint(50, 950) / 1000
            table[values] = weight
            body = ", ".join(f"{'' if value else chr(92) + '+'}x({parent})" for parent, value in zip(parents, values, strict=True))
            clauses.append(f"{weight}::x({i}){' :- ' * bool(body)}{body}.")
        nodes.append(Node(parents, table))
    world = sampled(nodes, rng)
    observed = tuple((node, world[node]) for node in sorted(rng.sample(range(count), 4)))
    return Network(tuple(nodes), tuple(clauses), observed, tuple(range(count)))


def noisy_or(parents: tuple[int, ...], weights: list[float], leak: float) -> Node:
    """Return a node that each true parent makes true with its own probability, and that is true with ``leak`` without them."""
    table = np.zeros((2,) * len(parents))
    for values in product((0, 1), repeat=len(parents)):
        missing = 1 - leak
        for value, weight in zip(values, weights, strict=True):
            missing *= 1 - weight if value else 1.0
        table[values] = 1 - missing
    return Node(parents, table)


def layered(seed: int, layers: int, width: int) -> Network:
    """Return layers of noisy-or nodes, each with two or three parents in the layer before it; the last layer is asked."""
    rng = random.Random(seed)
    nodes: list[Node] = []
    clauses = []
    for i in range(layers * width):
        layer = i // width
        leak = rng.randint(1, 9) / 10 if layer == 0 else rng.randint(1, 9) / 100
        above = range((layer - 1) * width, layer * width)
        parents: tuple[int, ...] = tuple(sorted(rng.sample(above, rng.randint(2, 3)))) if layer else ()
        weights = [rng.randint(1, 9) / 10 for _ in parents]
        clauses += [f"{leak}::x({i}).", *(f"{weight}::x({i}) :- x({parent})." for parent, weight in zip(parents, weights, strict=True))]
        nodes.append(noisy_or(parents, weights, leak))
    return Network(tuple(nodes), tuple(clauses), (), tuple(range((layers - 1) * width, layers * width)))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Diseases that cause symptoms, each by a noisy-or; ``links`` has (disease, symptom, probability)."""

    priors: tuple[float, ...]
    leaks: tuple[float, ...]
    links: tuple[tuple[int, int, float], ...]
    findings: tuple[tuple[int, bool], ...]

    def text(self) -> str:
        """Return the program; it asks for the diseases where there are findings, for the symptoms otherwise."""
        return program(
            *(f"{prior}::disease({i})." for i, prior in enumerate(self.priors)),
            *(f"{leak}::symptom({j})." for j, leak in enumerate(self.leaks)),
            *(f"{weight}::symptom({j}) :- disease({i})." for i, j, weight in self.links),
            *(f"evidence(symptom({j}),{str(value).lower()})." for j, value in self.findings),
            "query(disease(_))." if self.findings else "query(symptom(_)).",
        )

    def expected(self) -> dict[str, float]:
        """Return the answers: symptoms by their closed form, diseases by going through all sets of them."""
        missing = np.array([1 - leak for leak in self.leaks])
        if not self.findings:
            for i, j, weight in self.links:
                missing[j] *= 1 - self.priors[i] * weight
            return {f"symptom({j})": float(1 - value) for j, value in enumerate(missing)}
        count = len(self.priors)
        sets = np.arange(2**count)
        present = [(sets >> i) & 1 == 1 for i in range(count)]
        weights = np.ones(2**count)
        for i, prior in enumerate(self.priors):
            weights *= np.where(present[i], prior, 1 - prior)
        for j, value in self.findings:
            absent = np.full(2**count, missing[j])
            for i, symptom, weight in self.links:
                if symptom == j:
                    absent *= np.where(present[i], 1 - weight, 1.0)
            weights *= 1 - absent if value else absent
        total = weights.sum()
        return {f"disease({i})": float(weights[present[i]].sum() / total) for i in range(count)}


def diagnosis(seed: int, diseases: int, symptoms: int, findings: int) -> Diagnosis:
    """Return diseases with symptoms that have three to five causes each; ``findings`` symptoms are observed, two in three present."""
    rng = random.Random(seed)
    priors = tuple(rng.randint(1, 30) / 100 for _ in range(diseases))
    leaks = tuple(rng.randint(1, 9) / 100 for _ in range(symptoms))
    causes = [sorted(rng.sample(range(diseases), rng.randint(3, 5))) for _ in range(symptoms)]
    links = tuple((i, j, rng.randint(1, 9) / 10) for j, those in enumerate(causes) for i in those)
    seen = tuple((j, position % 3 != 2) for position, j in enumerate(sorted(rng.sample(range(symptoms), findings))))
    return Diagnosis(priors, leaks, links, seen)


@dataclass(frozen=True, slots=True)
class Chain:
    """A hidden Markov model with what was seen at steps 1, 2, ..."""

    first: tuple[float, ...]
    moves: tuple[tuple[float, ...], ...]
    shows: tuple[tuple[float, ...], ...]
    seen: tuple[int, ...]
    all_steps: bool

    def text(self) -> str:
        """Return the program; it asks for the state at the last step, or at all."""
        steps = len(self.seen)
        return program(
            f"{_heads(self.first, 'state(0,{})')}.",
            *(f"step({step})." for step in range(1, steps + 1)),
            *(f"{_heads(row, 'state(T,{})')} :- step(T), P is T - 1, state(P,{state})." for state, row in enumerate(self.moves)),
            *(f"{_heads(row, 'shows(T,{})')} :- step(T), state(T,{state})." for state, row in enumerate(self.shows)),
            *(f"evidence(shows({step},{sign}))." for step, sign in enumerate(self.seen, 1)),
            *(f"query(state({step},_))." for step in (range(steps + 1) if self.all_steps else (steps,))),
        )

    def expected(self) -> dict[str, float]:
        """Return the answers by the forward and backward algorithm."""
        moves, shows = np.array(self.moves), np.array(self.shows)
        forward = [np.array(self.first)]
        for sign in self.seen:
            now = (forward[-1] @ moves) * shows[:, sign]
            forward.append(now / now.sum())
        backward = [np.ones(len(self.first))]
        for sign in reversed(self.seen):
            now = moves @ (shows[:, sign] * backward[-1])
            backward.append(now / now.sum())
        found = {}
        for step, (before, after) in enumerate(zip(forward, reversed(backward), strict=True)):
            if self.all_steps or step == len(self.seen):
                joint = before * after
                found.update({f"state({step},{state})": float(value) for state, value in enumerate(joint / joint.sum())})
        return found


def _heads(weights: tuple[float, ...], atom: str) -> str:
    return "; ".join(f"{weight}::{atom.format(value)}" for value, weight in enumerate(weights))


def _distribution(rng: random.Random, values: int) -> tuple[float, ...]:
    cuts = [0, *sorted(rng.sample(range(1, 1000), values - 1)), 1000]
    return tuple((high - low) / 1000 for low, high in pairwise(cuts))


def chain(seed: int, steps: int, all_steps: bool) -> Chain:
    """Return a hidden Markov model of three states and three signs, and signs at each step."""
    rng = random.Random(seed)
    first = _distribution(rng, 3)
    moves, shows = (tuple(_distribution(rng, 3) for _ in range(3)) for _ in range(2))
    return Chain(first, moves, shows, tuple(rng.randrange(3) for _ in range(steps)), all_steps)


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents with topics, and words that depend on the topic alone; ``words[d][w]`` says whether document d has word w."""

    topics: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    words: tuple[tuple[bool, ...], ...]

    def text(self) -> str:
        """Return the program, which asks for the topics of all documents."""
        return program(
            *(f"document({d})." for d in range(len(self.words))),
            f"{_heads(self.topics, 'topic(D,t{})')} :- document(D).",
            *(f"{weight}::word(D,w{w}) :- topic(D,t{t})." for t, row in enumerate(self.weights) for w, weight in enumerate(row)),
            *(f"evidence(word({d},w{w}),{str(has).lower()})." for d, row in enumerate(self.words) for w, has in enumerate(row)),
            "query(topic(_,_)).",
        )

    def expected(self) -> dict[str, float]:
        """Return the answers by Bayes' rule."""
        found = {}
        for d, row in enumerate(self.words):
            joint = np.array(self.topics)
            for w, has in enumerate(row):
                joint *= np.array([weights[w] if has else 1 - weights[w] for weights in self.weights])
            found.update({f"topic({d},t{t})": float(value) for t, value in enumerate(joint / joint.sum())})
        return found


def documents(seed: int, count: int, words: int) -> Documents:
    """Return documents of four topics."""
    rng = random.Random(seed)
    topics = _distribution(rng, 4)
    weights = tuple(tuple(rng.randint(5, 95) / 100 for _ in range(words)) for _ in range(4))
    return Documents(topics, weights, tuple(tuple(rng.random() < 0.5 for _ in range(words)) for _ in range(count)))


def network_cases() -> Iterator[Case]:
    """Yield the cases of networks."""
    for diseases in (10, 15, 20):
        for findings, kind in ((0, "symptoms"), (diseases // 2, "diseases")):
            model = diagnosis(diseases, diseases, diseases, findings)
            yield Case(f"noisy-or-{kind}-{diseases}", model.text, model.expected, quick=diseases == 10)
    for layers, width in ((3, 5), (4, 6), (6, 6)):
        network = layered(layers, layers, width)
        yield Case(f"noisy-or-layers-{layers}-{width}", network.text, network.expected, quick=layers == 3)
    for count in (20, 30, 40):
        for window, kind in ((6, "near"), (count, "any")):
            network = bayesian_network(count, count, window)
            yield Case(f"bayes-{kind}-{count}", network.text, network.expected, quick=count == 20)
    for steps, all_steps in ((10, False), (20, False), (30, False), (50, False), (10, True), (30, True)):
        model_of_steps = chain(steps, steps, all_steps)
        name = f"hmm-{steps}-{'all' if all_steps else 'last'}"
        yield Case(name, model_of_steps.text, model_of_steps.expected, quick=steps == 10)
    for count, words in ((5, 10), (20, 10), (50, 20), (200, 20)):
        collection = documents(count, count, words)
        yield Case(f"naive-bayes-{count}-{words}", collection.text, collection.expected, quick=count == 5)
