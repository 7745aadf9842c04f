"""Values of circuits: semirings and the engines that evaluate in them. The torch engine is in ``nesylang.evaluation.torch_engine``."""

from nesylang.evaluation.python_engine import evaluate
from nesylang.evaluation.rows import EXACT, SEMIRINGS
from nesylang.evaluation.semirings import DifferentiableSemiring, LogProbability, Probability, Semiring
from nesylang.evaluation.weights import leaf_probabilities
from nesylang.evaluation.worlds import Boolean, Counting, MaxProduct

__all__ = [
    "EXACT",
    "SEMIRINGS",
    "Boolean",
    "Counting",
    "DifferentiableSemiring",
    "LogProbability",
    "MaxProduct",
    "Probability",
    "Semiring",
    "evaluate",
    "leaf_probabilities",
]
