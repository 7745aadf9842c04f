"""The table of compilers."""

from __future__ import annotations

from nesylang.compilation.compile import Compiler
from nesylang.compilation.direct import DirectCompiler
from nesylang.compilation.sdd import SddCompiler

COMPILERS: dict[str, Compiler] = {"direct": DirectCompiler(), "sdd": SddCompiler()}
"""Compilers by name."""
