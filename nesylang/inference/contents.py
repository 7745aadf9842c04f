"""What a compiled program depends on, as one key: equal keys mean equal circuits, answers and places in errors."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from nesylang.analysis import Analysis
from nesylang.compilation.container import VERSION
from nesylang.grounding import AskedQuery, Observation
from nesylang.source import Source, Span
from nesylang.syntax.statements import FactTable
from nesylang.syntax.terms import Atom, Compound, Float, ListTerm, Term, Variable, children

READING = frozenset({"consult", "csv_load", "sqlite_load", "."})
"""Goals that read files when a program is ground."""

SPEAKING = frozenset(
    {"write", "writeln", "writenl", "print", "writeq", "write_canonical", "nl", "format", "debugprint"}
    | {"print_state", "dbg_printdb", "trace"}
)
"""Goals that write something when a program is ground, which they would not do where it is not."""

LIBRARIES = ("nesylang", "pysdd", "problog")
"""Packages whose code decides what a compiled program looks like."""


def content_key(
    analysis: Analysis,
    queries: Sequence[AskedQuery],
    observations: Sequence[Observation],
    settings: Iterable[str],
) -> str | None:
    """Return the key of a compiled program, None where some of what it depends on cannot be seen: Python functions, files read later.

    The key is made of the statements of the program, those of its imports and data files included, with the texts that places are marked
    in; of the queries, the observations and the ``settings``; and of the code of nesylang and its libraries.
    """
    if analysis.foreign or any(neural.is_foreign for neural in analysis.neural.values()):
        return None
    contents = _Contents()
    try:
        for part in (VERSION, *code_version(), *settings):
            contents.add(part)
        for statement in analysis.statements:
            contents.add(statement)
        for question in (*queries, None, *observations):
            contents.add(question)
    except RecursionError:
        return None
    if contents.names & (READING | SPEAKING):
        return None
    for source in contents.sources:
        contents.parts.append(repr(source.name))
        # Listings of tables are made of their rows, which are there already; writing them out would take long.
        if type(source) is Source:
            contents.parts.append(f"{len(source.text)} ")
            contents.parts.append(source.text)
    return hashlib.sha256("\0".join(contents.parts).encode("utf-8", "surrogatepass")).hexdigest()


def described(part: object) -> str | None:
    """Return what tells a grounder, a compiler or a budget apart from others, None for what is neither nesylang's own nor plain data."""
    if part is None or isinstance(part, str | int | float | bool):
        return repr(part)
    kind = type(part)
    if isinstance(part, tuple):
        names, values = [""] * len(part), list(part)
    elif not kind.__module__.startswith("nesylang."):
        return None
    elif is_dataclass(part):
        names = [field.name for field in fields(part)]
        values = [getattr(part, name) for name in names]
    elif hasattr(part, "__dict__"):
        names, values = list(vars(part)), list(vars(part).values())
    else:
        return None
    texts = [described(value) for value in values]
    if None in texts:
        return None
    return f"{kind.__module__}.{kind.__qualname__}({', '.join(f'{name}={text}' for name, text in zip(names, texts, strict=True))})"


class _Contents:
    """Collects the parts of a key. Every part says of what kind it is and how many follow below it, so that no two contents look alike."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.sources: dict[Source, int] = {}
        self.names: set[str] = set()

    def add(self, part: object) -> None:
        """Add a statement, a question, a number, a text, or None."""
        pending: list[object] = [part]
        while pending:
            current = pending.pop()
            if isinstance(current, Span):
                number = self.sources.setdefault(current.source, len(self.sources))
                self.parts.append(f"@{number}:{current.start}:{current.end}")
            elif isinstance(current, Atom | Compound | ListTerm | Variable | Float):
                self._term(current)
            elif isinstance(current, FactTable):
                self._table(current)
            elif isinstance(current, tuple):
                self.parts.append(f"({len(current)}")
                pending.extend(reversed(current))
            elif is_dataclass(current):
                self.parts.append(type(current).__name__)
                pending.extend([getattr(current, field.name) for field in fields(current)])
            else:
                assert current is None or isinstance(current, str | int | float | bool), f"{type(current).__name__} has no key"
                self.parts.append(repr(current))

    def _term(self, term: Term) -> None:
        """Add a term; its places follow from the text and from where its statement is."""
        parts, names = self.parts, self.names
        pending = [term]
        while pending:
            current = pending.pop()
            kind = type(current)
            if kind is Compound:
                assert isinstance(current, Compound)
                names.add(current.functor)
                parts.append(f"C{len(current.args)}:{len(current.functor)}:{current.functor}")
                pending.extend(reversed(current.args))
            elif kind is Atom or kind is Variable:
                assert isinstance(current, Atom | Variable)
                names.add(current.name)
                parts.append(f"{kind.__name__[0]}{len(current.name)}:{current.name}")
            elif isinstance(current, ListTerm):
                parts.append(f"L{len(current.items)}:{current.tail is not None}")
                pending.extend(reversed(children(current)))
            else:
                parts.append(repr(current))

    def _table(self, table: FactTable) -> None:
        self.names.add(table.name)
        self.parts.extend(("T", repr(table.name), str(table.arity), repr(table.rows), repr(table.probabilities)))
        self.add(table.span)
        self.add(table.stated)


@cache
def code_version() -> tuple[str, ...]:
    """Return what tells apart versions of the code: sizes and times of the files of nesylang and of the libraries that it compiles with."""
    found = [sys.implementation.cache_tag or "", sys.platform]
    for name in LIBRARIES:
        specification = find_spec(name)
        folders = specification.submodule_search_locations if specification is not None else None
        found += [line for folder in folders or () for line in _files(Path(folder), name == "nesylang")]
    return tuple(found)


def _files(folder: Path, with_folders: bool) -> Iterator[str]:
    """Yield a line for each file of code in a folder, those of the folders in it included if they are wanted."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            if with_folders and not entry.name.startswith(("_", ".")):
                yield from _files(Path(entry.path), True)
        elif entry.name.endswith((".py", ".so", ".pyd", ".lark")):
            state = entry.stat()
            yield f"{entry.path} {state.st_size} {state.st_mtime_ns}"
