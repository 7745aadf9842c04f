"""Calls of the functions that Python binds: where a function stands, and its exceptions as diagnostics of the goal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

from nesylang.analysis import Analysis
from nesylang.analysis.builtins import Signature
from nesylang.analysis.suggestions import did_you_mean
from nesylang.source import Diagnostic, Label, Span

Functions = Mapping[str, Callable[..., object]]
"""Functions by the name of the foreign predicate, or by name/arity where several have the name."""


def bound_function(functions: Functions, name: str, arity: int) -> Callable[..., object] | None:
    """Return the function that a predicate is bound to, if there is one."""
    return functions.get(f"{name}/{arity}", functions.get(name))


def how_to_bind(name: str) -> str:
    """Return the hint for a foreign predicate without function."""
    return f"bind it: program.bind({name}=function) in Python, or --bind FILE.py with a function {name} marked @nesy.foreign"


def declared_foreign(analysis: Analysis) -> dict[Signature, Span]:
    """Return the foreign predicates of a program, those over tensors included, with their declarations."""
    over_tensors = {signature: neural.span for signature, neural in analysis.neural.items() if neural.is_foreign}
    return {**{signature: foreign.span for signature, foreign in analysis.foreign.items()}, **over_tensors}


def wrong_bindings(analysis: Analysis, functions: Mapping[str, object]) -> Iterator[Diagnostic]:
    """Yield E608 for each name that is no foreign predicate of a program, E606 for each that is bound to no function."""
    known = {name: None for found in declared_foreign(analysis) for name in (found[0], f"{found[0]}/{found[1]}")}
    for name, function in functions.items():
        if name not in known:
            neural = name in {found[0] for found in analysis.neural}
            listed = ", ".join(f"{found[0]}/{found[1]}" for found in declared_foreign(analysis)) or "none"
            hint = did_you_mean(name, known) or f"foreign predicates of the program: {listed}"
            hint = f'networks are bound by program.module({{"{name}": network}})' if neural else hint
            yield Diagnostic("E608", f"the program declares no foreign predicate '{name}'", (), hint)
        elif not callable(function):
            yield Diagnostic("E606", f"'{name}' is bound to what is no function: {type(function).__name__}")


def unbound(analysis: Analysis, functions: Functions) -> Iterator[Diagnostic]:
    """Yield E607 for each foreign predicate of a program without function."""
    for (name, arity), span in declared_foreign(analysis).items():
        if bound_function(functions, name, arity) is None:
            hint = did_you_mean(name, functions) or how_to_bind(name)
            yield Diagnostic(
                "E607", f"the foreign predicate {name}/{arity} is not bound to a function", (Label(span, "declared here"),), hint
            )


class HostFailure:
    """A context in which a user's function runs: exceptions other than interruptions are handed to ``failed``, which raises another.

    A class of its own, because whatever a function raises is the user's business, of which this package cannot know the names.
    """

    def __init__(self, failed: Callable[[Exception], Exception]) -> None:
        self.failed = failed

    def __enter__(self) -> HostFailure:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None) -> None:
        if isinstance(problem, Exception):
            raise self.failed(problem) from problem


def failure_message(what: str, problem: Exception) -> str:
    """Return what a function raised, and where."""
    text = str(problem)
    return f"{what} raised {type(problem).__name__}{f': {text}' if text else ''}{_place(problem)}"


def _place(problem: Exception) -> str:
    """Return the innermost place in the user's own files that an exception came from, as `` (file.py:3)``."""
    package = Path(__file__).resolve().parent.parent
    found = ""
    traceback = problem.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if not file.startswith("<") and not Path(file).is_relative_to(package) and "site-packages" not in Path(file).parts:
            found = f" ({_shown(file)}:{traceback.tb_lineno})"
        traceback = traceback.tb_next
    return found


def _shown(file: str) -> str:
    """Return a path as it is shortest: relative where it is below the current folder."""
    path, here = Path(file), Path.cwd()
    return os.path.relpath(path, here) if path.is_absolute() and path.is_relative_to(here) else file
