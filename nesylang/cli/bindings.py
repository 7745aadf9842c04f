"""The option that binds foreign predicates to the functions of a Python file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def add_bind(parser: ArgumentParser) -> None:
    """Add the option to a command."""
    parser.add_argument(
        "--bind",
        metavar="FILE",
        action="append",
        default=[],
        help="run a Python file and bind the functions in it that are marked @nesy.foreign; may be repeated",
    )


def bound_functions(files: Sequence[str]) -> dict[str, Callable[..., object]]:
    """Return the marked functions of Python files by the names that they are bound to; those of later files replace earlier ones.

    The files are run. Raise NesyError E701 for one that cannot be read or that fails, or in which no function is marked.
    """
    from nesylang.grounding.forms import marked_name
    from nesylang.grounding.hostcalls import HostFailure, failure_message
    from nesylang.source import error

    functions: dict[str, Callable[..., object]] = {}
    for number, file in enumerate(files):
        path = Path(file).resolve()
        if not path.is_file():
            raise error("E701", f"cannot read {file}: no such file", hint="--bind takes a Python file")
        name = f"nesy_bound_{number}_{path.stem}"
        loader = SourceFileLoader(name, str(path))
        spec = spec_from_file_location(name, path, loader=loader)
        assert spec is not None, "a loader makes a specification"
        module = module_from_spec(spec)
        # As for a script, so that it can import what is beside it, and for what looks its module up by name.
        sys.path.insert(0, str(path.parent))
        sys.modules[name] = module

        def failed(problem: Exception, file: str = file) -> Exception:
            return error("E701", failure_message(f"cannot bind {file}: it", problem), hint="the file is run when it is bound")

        with HostFailure(failed):
            loader.exec_module(module)
        marked = {found: value for value in vars(module).values() if (found := marked_name(value)) is not None}
        if not marked:
            hint = "put @nesy.foreign before the functions that the program may call"
            raise error("E701", f"{file} has no function that is marked @nesy.foreign", hint=hint)
        functions.update({found: function for found, function in marked.items() if callable(function)})
    return functions
