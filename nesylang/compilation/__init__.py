"""From ground programs to circuits."""

from nesylang.compilation.budget import CompilationBudget
from nesylang.compilation.compile import Compiler, compile_program
from nesylang.compilation.compiled import CompiledProgram
from nesylang.compilation.sdd import SddCompiler

COMPILERS: dict[str, Compiler] = {"sdd": SddCompiler()}
"""Compilers by name."""

__all__ = ["COMPILERS", "CompilationBudget", "CompiledProgram", "Compiler", "SddCompiler", "compile_program"]
