"""Circuits in the formats of other tools."""

from nesylang.circuit.formats.nnf import Nnf, parse_nnf, read_nnf
from nesylang.circuit.formats.variables import Variables

__all__ = ["Nnf", "Variables", "parse_nnf", "read_nnf"]
