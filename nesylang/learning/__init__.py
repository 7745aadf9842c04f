"""Programs as torch modules: networks, learnable weights, per-example evidence, results and losses. Importing this imports torch."""

from nesylang.learning.examples import Example
from nesylang.learning.given import Positions, positions
from nesylang.learning.logits import Logits, logits
from nesylang.learning.losses import NesyWarning, nll
from nesylang.learning.module import Compilable, LogicModule
from nesylang.learning.result import QueryResult, Result

__all__ = [
    "Compilable",
    "Example",
    "LogicModule",
    "Logits",
    "NesyWarning",
    "Positions",
    "QueryResult",
    "Result",
    "logits",
    "nll",
    "positions",
]
