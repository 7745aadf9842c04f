"""Values of circuits: semirings and the engines that evaluate in them. The torch engine is in ``nesylang.evaluation.torch_engine``."""

from nesylang.evaluation.python_engine import evaluate
from nesylang.evaluation.semirings import SEMIRINGS, DifferentiableSemiring, LogProbability, Probability, Semiring
from nesylang.evaluation.weights import leaf_probabilities

__all__ = ["SEMIRINGS", "DifferentiableSemiring", "LogProbability", "Probability", "Semiring", "evaluate", "leaf_probabilities"]
