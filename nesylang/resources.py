"""Where the grammar and the standard library are found: inside an installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from nesylang.source import error

PACKAGE = Path(__file__).resolve().parent
"""The folder of the package."""


def grammar_path(package: Path = PACKAGE) -> Path:
    """Return the file of the token grammar; NesyError E701 if the installation lacks it."""
    return _resource("_grammar", "grammar", package) / "nesy.lark"


def stdlib_directory(package: Path = PACKAGE) -> Path:
    """Return the folder whose files ``import NAME.`` reads; NesyError E701 if the installation lacks it."""
    return _resource("_stdlib", "stdlib", package)


def _resource(packaged: str, checked_out: str, package: Path) -> Path:
    """Return the first of the two folders that exists: a wheel has the one inside, a checkout the one beside the package."""
    candidates = (package / packaged, package.parent / checked_out)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise error(
        "E701",
        f"the installation of nesylang is incomplete: no folder {candidates[0]} and no folder {candidates[1]}",
        hint="install nesylang again, from a wheel or with `pip install .` in its checkout",
    )
