"""The comments of files that mean something: weights as in the Model Counting Competition, and names of literals and roots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from nesylang.circuit.formats.tokens import MOST_VARIABLES, Line, plain_integer

MARK = "c nesylang"
"""How the first line of a file starts that nesylang wrote."""


@dataclass(slots=True)
class Comments:
    """What the comments of a file say; each weight and root with its line."""

    weights: dict[int, tuple[float, Line]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    roots: dict[str, tuple[int, Line]] = field(default_factory=dict)
    variables: int | None = None
    ours: bool = False
    deterministic: bool = False
    """Whether the file states that the terms of its sums exclude each other."""

    def literal_weights(self) -> Mapping[int, float]:
        """Return the weights by literal."""
        return {literal: weight for literal, (weight, _) in self.weights.items()}

    def check(self, variables: int) -> None:
        """Raise E407 where a weight is of no variable, or only one of a variable's two weights is given."""
        for literal, (_, line) in self.weights.items():
            if abs(literal) > variables:
                raise line.wrong(f"variable {abs(literal):,} is beyond the {variables:,} that there are", 3, "expected a literal")
            if -literal not in self.weights:
                hint = "write both weights of a variable, or none: then both are 1"
                raise line.wrong(f"literal {literal} has a weight and {-literal} has none", 3, "expected a weight of the other one", hint)


def read_comment(line: Line, comments: Comments) -> None:
    """Add what a comment says; raise E407 where a weight is malformed. Comments of other tools say nothing."""
    match line.words[1:3]:
        case ("p", "weight"):
            _weight(line, comments)
        case ("nesylang", *_):
            comments.ours = True
        case ("deterministic",) if comments.ours:
            comments.deterministic = True
        case ("variables", _) if comments.ours:
            comments.variables = line.integer(2, "the number of variables", 0, MOST_VARIABLES)
        case ("value", _) if comments.ours:
            comments.names[line.literal(2)] = line.rest(3)
        case ("root", _) if comments.ours:
            name = line.rest(3)
            if name in comments.roots:
                raise line.wrong(f"the file has two roots '{name}'", 3, "expected a name of its own")
            comments.roots[name] = line.integer(2, "the number of a node", 0), line


def _weight(line: Line, comments: Comments) -> None:
    """Add the weight in a line ``c p weight LITERAL WEIGHT 0``."""
    literal = line.literal(3)
    if len(line.words) < 5:
        raise line.wrong("a weight is missing", 4, "expected a number after this", "c p weight LITERAL WEIGHT 0")
    weight = _number(line.words[4])
    if weight is None or not isfinite(weight) or weight < 0.0:
        hint = "such as 0.25, 1e-3 or 1/3"
        raise line.wrong(f"expected a weight, found '{line.words[4]}'", 4, "expected a number that is not negative", hint)
    if line.words[5:] != ("0",):
        raise line.wrong("the line of a weight ends with 0", 5, "expected 0 here, and nothing after it", "c p weight LITERAL WEIGHT 0")
    if literal in comments.weights:
        hint = f"it has one on line {comments.weights[literal][1].whole.line:,}"
        raise line.wrong(f"literal {literal} has two weights", 3, "expected a literal without weight", hint)
    comments.weights[literal] = weight, line


def _number(word: str) -> float | None:
    """Return the number that a word stands for, also a quotient of integers; None for another word."""
    numerator, slash, denominator = word.partition("/")
    if slash:
        above, below = plain_integer(numerator), plain_integer(denominator)
        return above / below if above is not None and below else None
    try:
        return float(word) if "_" not in word else None
    except ValueError:
        return None
