"""From ground programs to circuits.

Everything but budgets is imported on first use: workers, which only compile formulas, start without grounders and parsers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesylang.compilation.budget import CompilationBudget

if TYPE_CHECKING:
    from nesylang.compilation.compile import Compiler, compile_program
    from nesylang.compilation.compiled import CompiledProgram
    from nesylang.compilation.compilers import COMPILERS
    from nesylang.compilation.direct import DirectCompiler
    from nesylang.compilation.sdd import SddCompiler

_HOMES = {
    "COMPILERS": "nesylang.compilation.compilers",
    "CompiledProgram": "nesylang.compilation.compiled",
    "Compiler": "nesylang.compilation.compile",
    "DirectCompiler": "nesylang.compilation.direct",
    "SddCompiler": "nesylang.compilation.sdd",
    "compile_program": "nesylang.compilation.compile",
}

__all__ = ["COMPILERS", "CompilationBudget", "CompiledProgram", "Compiler", "DirectCompiler", "SddCompiler", "compile_program"]


def __getattr__(name: str) -> object:
    """Return a name of this stage, imported from its home on first use."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'nesylang.compilation' has no attribute {name!r}")
