"""The clauses of the libraries of ``use_module(library(name))``; other predicates of theirs are in ``NATIVE_LIBRARIES``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from nesylang.grounding.native.builtins.contract import Signature
from nesylang.resources import stdlib_directory
from nesylang.syntax import parse
from nesylang.syntax.files import read_source
from nesylang.syntax.statements import Clause, Directive
from nesylang.syntax.terms import Atom, Compound, signature

FOLDER = "library"
"""The folder of the standard library that holds these libraries, out of reach of ``import``."""

ARROWS: Mapping[Signature, str] = {("_collect_into", 2): "=>"}
"""Predicates of the files whose real name cannot stand in a head -> that name."""


def library_clauses(names: Collection[str]) -> tuple[Clause, ...]:
    """Return the clauses of libraries and of those that they use, each file once; libraries without clauses have none."""
    return tuple(clause for name in loaded_libraries(names) for clause in _read(_file(name))[0])


def loaded_libraries(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of libraries and of those that they use, each once."""
    found: dict[str, None] = {}
    pending = list(reversed(list(names)))
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = None
            pending.extend(reversed(_read(_file(name))[1]))
    return tuple(found)


def _file(name: str) -> Path:
    return stdlib_directory() / FOLDER / f"{name}.nesy"


@cache
def _read(path: Path) -> tuple[tuple[Clause, ...], tuple[str, ...]]:
    """Return the clauses of a file and the libraries that it uses, nothing where there is no file."""
    if not path.is_file():
        return (), ()
    statements = parse(read_source(path)).statements
    used = [_used(statement) for statement in statements if isinstance(statement, Directive)]
    return tuple(_named(statement) for statement in statements if isinstance(statement, Clause)), tuple(used)


def _named(clause: Clause) -> Clause:
    """Return a clause with the real name of its predicate."""
    head = clause.heads[0]
    name = ARROWS.get(signature(head.atom) or ("", 0))
    if name is None or not isinstance(head.atom, Compound):
        return clause
    return replace(clause, heads=(replace(head, atom=Compound(name, head.atom.args, head.atom.span)),))


def _used(directive: Directive) -> str:
    match directive.goal:
        case Compound(functor="use_module", args=(Compound(functor="library", args=(Atom(name=name),)),)):
            return name
    raise AssertionError(f"a library only uses libraries, not {directive.goal}")
