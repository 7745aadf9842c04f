"""From ground programs to circuits."""

from nesylang.compilation.budget import CompilationBudget
from nesylang.compilation.compile import Compiler, compile_program
from nesylang.compilation.compiled import CompiledProgram
from nesylang.compilation.direct import DirectCompiler
from nesylang.compilation.sdd import SddCompiler

COMPILERS: dict[str, Compiler] = {"direct": DirectCompiler(), "sdd": SddCompiler()}
"""Compilers by name."""

__all__ = ["COMPILERS", "CompilationBudget", "CompiledProgram", "Compiler", "DirectCompiler", "SddCompiler", "compile_program"]
