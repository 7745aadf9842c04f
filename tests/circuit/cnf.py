"""A reader of weighted CNFs and a counter that goes through all assignments, sharing no code with what writes them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Cnf:
    """A CNF with what its comments say."""

    variables: int = 0
    clauses: list[list[int]] = field(default_factory=list)
    weights: dict[int, float] = field(default_factory=dict)
    shown: list[int] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)
    task: str = ""


def parse_dimacs(text: str) -> Cnf:
    """Return the CNF in a text; fails on anything that the format does not have."""
    cnf = Cnf()
    declared = -1
    for line in text.splitlines():
        words = line.split()
        if words[:2] == ["c", "t"]:
            (cnf.task,) = words[2:]
        elif words[:3] == ["c", "p", "weight"]:
            literal, weight, end = words[3:]
            assert end == "0"
            assert int(literal) not in cnf.weights
            cnf.weights[int(literal)] = float(weight)
        elif words[:3] == ["c", "p", "show"]:
            *shown, end = map(int, words[3:])
            assert end == 0
            cnf.shown = shown
        elif words[:2] == ["c", "root"]:
            cnf.roots[" ".join(words[3:])] = words[2]
        elif words[0] == "p":
            assert words[1] == "cnf"
            assert declared < 0, "one header"
            cnf.variables, declared = int(words[2]), int(words[3])
        elif words[0] != "c":
            *literals, end = map(int, words)
            assert end == 0
            assert literals
            assert all(1 <= abs(literal) <= cnf.variables for literal in literals)
            cnf.clauses.append(literals)
    assert len(cnf.clauses) == declared
    return cnf


def weighted_count(cnf: Cnf, weights: Mapping[int, float]) -> float:
    """Return the sum of the weights of all models."""
    total = 0.0
    for assignment in itertools.product([True, False], repeat=cnf.variables):
        if all(any(assignment[abs(literal) - 1] is (literal > 0) for literal in clause) for clause in cnf.clauses):
            weight = 1.0
            for variable, value in enumerate(assignment, 1):
                weight *= weights.get(variable if value else -variable, 1.0)
            total += weight
    return total
