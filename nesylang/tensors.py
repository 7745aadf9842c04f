"""Functions over tensors for programs: similarities of vectors, to bind to foreign or neural predicates. Importing this imports torch."""

from __future__ import annotations

from nesylang.learning.similarity import RBF, cosine, dot, euclidean, rbf

__all__ = ["RBF", "cosine", "dot", "euclidean", "rbf"]
