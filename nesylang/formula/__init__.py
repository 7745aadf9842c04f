"""The ground program as an acyclic propositional formula over choices.

What builds formulas is imported on first use: workers, which only compile them, start without grounders and parsers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesylang.formula.expansion import expanded
from nesylang.formula.formula import FALSE, TRUE, Formula, FormulaBuilder, Kind, Node

if TYPE_CHECKING:
    from nesylang.formula.build import build_formula

__all__ = ["FALSE", "TRUE", "Formula", "FormulaBuilder", "Kind", "Node", "build_formula", "expanded"]


def __getattr__(name: str) -> object:
    """Return ``build_formula``, imported on first use."""
    if name == "build_formula":
        from nesylang.formula.build import build_formula

        return build_formula
    raise AttributeError(f"module 'nesylang.formula' has no attribute {name!r}")
