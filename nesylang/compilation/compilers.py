"""The table of compilers."""

from __future__ import annotations

from nesylang.compilation.compile import Compiler
from nesylang.compilation.direct import DirectCompiler
from nesylang.compilation.sdd import SddCompiler
from nesylang.compilation.supervision import StoppableCompiler

_SDD = StoppableCompiler(SddCompiler())

COMPILERS: dict[str, Compiler] = {"direct": DirectCompiler(_SDD), "sdd": _SDD}
"""Compilers by name."""
