"""The ground program as an acyclic propositional formula over choices."""

from nesylang.formula.build import build_formula
from nesylang.formula.expansion import expanded
from nesylang.formula.formula import FALSE, TRUE, Formula, FormulaBuilder, Kind, Node

__all__ = ["FALSE", "TRUE", "Formula", "FormulaBuilder", "Kind", "Node", "build_formula", "expanded"]
