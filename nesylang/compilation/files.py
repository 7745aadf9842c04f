"""Compiled programs in files: written whole or not at all, read with every part checked."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from nesylang.circuit import Properties
from nesylang.circuit.columns import circuit_columns, circuit_of_columns
from nesylang.compilation.compiled import CompiledProgram
from nesylang.compilation.container import DamagedFile, is_container, pack, unpack
from nesylang.compilation.saved_ground import GroundReader, GroundWriter
from nesylang.compilation.saved_terms import NUMBERS, TermReader
from nesylang.grounding.program import GroundProgram
from nesylang.source import NesyError, Source, error
from nesylang.source.collection import paused_collection

ENDING = ".nesyc"
"""How the names of files with compiled programs end; they are known by their first bytes."""

KIND = "compiled program"


def to_bytes(compiled: CompiledProgram) -> bytes:
    """Return a compiled program as the content of a file; raise NesyError E405 where Python holds a part of it."""
    written = GroundWriter(compiled.ground)
    document: dict[str, object] = {
        "kind": KIND,
        "compiler": compiled.circuit.compiler,
        "properties": asdict(compiled.circuit.properties),
        **written.document,
        **written.terms.document(),
    }
    columns: dict[str, Sequence[int] | Sequence[float]] = {
        **circuit_columns(compiled.circuit),
        "answer_root": [root for roots in compiled.answer_roots for root in roots],
        "condition_root": [root for roots in compiled.condition_roots for root in roots],
        "indicators": compiled.indicators,
        **written.columns,
        **written.terms.columns,
        "float_numbers": written.terms.floats,
    }
    return pack(document, columns)


def of_bytes(data: bytes, name: str, sources: Iterable[Source] = ()) -> CompiledProgram:
    """Return the compiled program that a file contains, ``name`` being what errors call it; its places are in ``sources`` equal to its own.

    Raise NesyError E404 for what is no such file, comes from another version of the format, or is damaged.
    """
    if not is_container(data):
        found = "it is empty" if not data else f"it begins with {data[:8]!r}"
        hint = "such files are written by  nesy compile PROGRAM -o FILE  and by compiled.save(FILE)"
        raise error("E404", f"{name} is no compiled program: {found}", hint=hint)
    try:
        with paused_collection():
            return _read(*unpack(data), sources)
    except KeyError as failure:
        raise _damaged(name, f"its column {failure} is missing") from None
    except (ValueError, TypeError, OverflowError) as failure:
        raise _damaged(name, str(failure)) from None


def _damaged(name: str, found: str) -> NesyError:
    return error("E404", f"{name} cannot be read as a compiled program: {found}", hint="compile the program again:  nesy compile PROGRAM")


def save(compiled: CompiledProgram, path: str | os.PathLike[str]) -> None:
    """Write a compiled program to a file, whole or not at all.

    Raise NesyError E405 where Python holds a part of it, E701 where the file cannot be written.
    """
    write_file(path, to_bytes(compiled))


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, whole or not at all; raise NesyError E701 where it cannot be written."""
    try:
        write_whole(Path(path), data)
    except OSError as failure:
        raise error("E701", f"cannot write {os.fspath(path)}: {failure.strerror or failure}") from None


def load(path: str | os.PathLike[str], sources: Iterable[Source] = ()) -> CompiledProgram:
    """Return the compiled program in a file; raise NesyError E701 where it cannot be read, E404 where it is none or damaged.

    Its places are in ``sources`` where these equal the texts that it was compiled from.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as failure:
        raise error("E701", f"cannot read {os.fspath(path)}: {failure.strerror or failure}") from None
    return of_bytes(data, os.fspath(path), sources)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file by way of another one beside it, so that nobody ever reads a part of it; raise OSError where that fails."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        # A pipe or a device is written to, not replaced.
        path.write_bytes(data)
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    finally:
        with suppress(OSError):
            os.unlink(name)


def _read(document: Mapping[str, object], found: Mapping[str, array[int] | array[float]], sources: Iterable[Source]) -> CompiledProgram:
    if document.get("kind") != KIND:
        raise DamagedFile("it holds something else")
    floats = found.get("float_numbers", array("d"))
    columns: dict[str, array[int]] = {name: column for name, column in found.items() if column.typecode != "d"}  # type: ignore[misc]
    terms = TermReader(document, {name: columns[name] for name in NUMBERS}, floats, sources)
    ground = GroundReader(terms, document, columns).read()
    indicators = tuple(columns["indicators"])
    brought = sum(piece.value is None for piece in ground.evidence)
    if indicators != tuple(range(len(ground.choices), len(ground.choices) + brought)):
        raise DamagedFile("the evidence of examples does not fit the circuit")
    properties, compiler = document.get("properties"), document.get("compiler")
    if not isinstance(properties, dict) or not isinstance(compiler, str) or not all(isinstance(v, bool) for v in properties.values()):
        raise DamagedFile("the circuit has no properties")
    values = [choice.values for choice in ground.choices] + [2] * len(indicators)
    circuit = circuit_of_columns(columns, values, Properties(**properties), compiler)
    answers = _roots(columns["answer_root"], ground, len(circuit.roots))
    conditions = _roots(columns["condition_root"], ground, len(circuit.roots))
    return CompiledProgram(ground, circuit, answers, conditions, indicators)


def _roots(column: Sequence[int], ground: GroundProgram, count: int) -> tuple[tuple[int, ...], ...]:
    """Return the positions of roots by query; raise DamagedFile where they are none or not one for each answer."""
    if len(column) != sum(len(query.answers) for query in ground.queries) or not all(0 <= position < count for position in column):
        raise DamagedFile("the answers do not fit the circuit")
    positions = iter(column)
    return tuple(tuple(islice(positions, len(query.answers))) for query in ground.queries)
