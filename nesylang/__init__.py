"""nesylang, a declarative probabilistic logic language that torch evaluates.

Words as they are used here:

atom          a predicate with its arguments, such as ``edge(a, b)``; ground where it has no variable
literal       an atom or its negation
clause        a fact, a rule, or an annotated disjunction
choice        independent random variable of a ground program: one of its alternatives, or its remainder, is taken
grounding     the ground rules and choices that the answers to some queries depend on
world         a value for every choice; it makes each ground atom true or false
evidence      literals that are known to hold; probabilities are conditioned on them
formula       the ground program as an acyclic propositional formula over choices
circuit       the formula compiled into sums of products: deterministic (the terms of a sum exclude each other) and
              decomposable (the factors of a product share no choice)
root          a node of the circuit that something is asked about: Z, the evidence, or an answer together with Z
vtree         the tree that says how a decision diagram splits its variables
semiring      what sums and products mean when a circuit is evaluated: probabilities, log-probabilities, ...
weight        the value of a choice's alternative in a semiring: fixed, learnable, or the output of a network

Nothing is imported before it is used, so that importing nesylang does not import torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nesylang.api import Compiled, Program, load, load_compiled, loads, query
    from nesylang.circuit.formats import Nnf, read_nnf
    from nesylang.compilation import CompilationBudget
    from nesylang.grounding import GroundingBudget
    from nesylang.grounding.forms import Compound, Text, answers, exclusive, foreign, learnable, probability, weighted
    from nesylang.inference import Settings
    from nesylang.learning import Example, LogicModule, NesyWarning, QueryResult, Result, logits, positions
    from nesylang.source import NesyError

__version__ = "0.1.0"

_HOMES = {
    "CompilationBudget": "nesylang.compilation",
    "Compiled": "nesylang.api",
    "Compound": "nesylang.grounding.forms",
    "Example": "nesylang.learning",
    "GroundingBudget": "nesylang.grounding",
    "LogicModule": "nesylang.learning",
    "NesyError": "nesylang.source",
    "NesyWarning": "nesylang.learning",
    "Nnf": "nesylang.circuit.formats",
    "Program": "nesylang.api",
    "QueryResult": "nesylang.learning",
    "Result": "nesylang.learning",
    "Settings": "nesylang.inference",
    "Text": "nesylang.grounding.forms",
    "answers": "nesylang.grounding.forms",
    "exclusive": "nesylang.grounding.forms",
    "foreign": "nesylang.grounding.forms",
    "learnable": "nesylang.grounding.forms",
    "load": "nesylang.api",
    "load_compiled": "nesylang.api",
    "loads": "nesylang.api",
    "logits": "nesylang.learning",
    "positions": "nesylang.learning",
    "probability": "nesylang.grounding.forms",
    "query": "nesylang.api",
    "read_nnf": "nesylang.circuit.formats",
    "weighted": "nesylang.grounding.forms",
}

__all__ = [
    "CompilationBudget",
    "Compiled",
    "Compound",
    "Example",
    "GroundingBudget",
    "LogicModule",
    "NesyError",
    "NesyWarning",
    "Nnf",
    "Program",
    "QueryResult",
    "Result",
    "Settings",
    "Text",
    "answers",
    "exclusive",
    "foreign",
    "learnable",
    "load",
    "load_compiled",
    "loads",
    "logits",
    "positions",
    "probability",
    "query",
    "read_nnf",
    "weighted",
]


def __getattr__(name: str) -> object:
    """Return a public name, imported from its home on first use."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'nesylang' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*globals(), *__all__])
