"""A file of columns: raw arrays beside a JSON document, with a checksum over everything.

A file is a head of fixed size and a body. The head has the magic bytes, the version of the format, the SHA-256 of what follows it, whether
the body is compressed, and its size before. The body is the length of the document, the document, and the arrays back to back in
little-endian order, whose names, types and lengths the document has. Reading one runs nothing that is in it.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence

MAGIC = b"\x89NESYC\r\n"
"""How a file begins; the line end in it tells where something took the file for text."""

VERSION = 1
"""The version of the format; another one is not read."""

HIGHEST_RATIO = 100
"""Bodies that would shrink more than this are stored as they are, so that no small file needs much memory to be read."""

SIZES = {"b": 1, "h": 2, "i": 4, "q": 8, "d": 8}
"""The bytes of a number by the type of its array."""

_HEAD = struct.Struct("<8sI32s")
_STORED = struct.Struct("<BQ")
_LENGTH = struct.Struct("<Q")

Columns = Mapping[str, Sequence[int] | Sequence[float]]


class DamagedFile(ValueError):
    """What is wrong with a file that is no container."""


def is_container(data: bytes) -> bool:
    """Return whether bytes begin as a container does."""
    return data.startswith(MAGIC)


def pack(document: Mapping[str, object], columns: Columns) -> bytes:
    """Return the file of a JSON document, which has no key "columns", and columns; those named ``float_*`` have floats."""
    arrays = {name: _array(name, column) for name, column in columns.items()}
    described = [[name, values.typecode, len(values)] for name, values in arrays.items()]
    text = json.dumps({**document, "columns": described}, separators=(",", ":")).encode("ascii")
    body = b"".join([_LENGTH.pack(len(text)), text, *(_little_endian(values).tobytes() for values in arrays.values())])
    compressed = zlib.compress(body, 1)
    is_compressed = len(compressed) < len(body) <= HIGHEST_RATIO * len(compressed)
    rest = _STORED.pack(is_compressed, len(body)) + (compressed if is_compressed else body)
    return _HEAD.pack(MAGIC, VERSION, hashlib.sha256(rest).digest()) + rest


def unpack(data: bytes) -> tuple[dict[str, object], dict[str, array[int] | array[float]]]:
    """Return the document and the columns of a file; raise DamagedFile with what is wrong with it."""
    if not is_container(data):
        raise DamagedFile("it does not begin as one")
    if len(data) < _HEAD.size + _STORED.size:
        raise DamagedFile(f"it ends after {len(data)} bytes")
    _, version, digest = _HEAD.unpack_from(data)
    if version != VERSION:
        raise DamagedFile(f"its format has version {version}, and this version of nesylang reads version {VERSION}")
    if hashlib.sha256(memoryview(data)[_HEAD.size :]).digest() != digest:
        raise DamagedFile("its content does not match its checksum")
    is_compressed, size = _STORED.unpack_from(data, _HEAD.size)
    body = data[_HEAD.size + _STORED.size :]
    if is_compressed:
        body = _decompressed(body, size)
    if len(body) != size or size < _LENGTH.size:
        raise DamagedFile(f"it has {len(body)} bytes instead of {size}")
    return _read(body)


def _decompressed(body: bytes, size: int) -> bytes:
    if size > HIGHEST_RATIO * len(body):
        raise DamagedFile("it claims to be larger than it can be")
    try:
        return zlib.decompressobj().decompress(body, size + 1)
    except zlib.error as failure:
        raise DamagedFile(str(failure)) from None


def _read(body: bytes) -> tuple[dict[str, object], dict[str, array[int] | array[float]]]:
    (length,) = _LENGTH.unpack_from(body)
    position = _LENGTH.size + length
    if position > len(body):
        raise DamagedFile("its description is cut off")
    try:
        document = json.loads(body[_LENGTH.size : position])
    except (ValueError, RecursionError) as failure:
        raise DamagedFile(f"its description cannot be read: {failure}") from None
    if not isinstance(document, dict):
        raise DamagedFile("its description is no object")
    columns: dict[str, array[int] | array[float]] = {}
    described = document.pop("columns", None)
    for entry in described if isinstance(described, list) else ():
        match entry:
            case [str(name), str(kind), int(count)] if kind in SIZES and count >= 0 and (kind == "d") == name.startswith("float_"):
                end = position + SIZES[kind] * count
            case _:
                raise DamagedFile("it describes a column that is none")
        if end > len(body):
            raise DamagedFile(f"its column {name!r} is cut off")
        values: array[int] | array[float] = array(kind)
        values.frombytes(body[position:end])
        columns[name] = _little_endian(values)
        position = end
    if position != len(body):
        raise DamagedFile(f"{len(body) - position} bytes of it belong to nothing")
    return document, columns


def _array(name: str, column: Sequence[int] | Sequence[float]) -> array[int] | array[float]:
    """Return a column in the smallest type that has room for it."""
    if name.startswith("float_"):
        return array("d", column)
    low, high = min(column, default=0), max(column, default=0)
    kind = next(kind for kind in "bhiq" if -(2 ** (8 * SIZES[kind] - 1)) <= low and high < 2 ** (8 * SIZES[kind] - 1))
    return column if isinstance(column, array) and column.typecode == kind else array(kind, [int(value) for value in column])


def _little_endian(values: array[int] | array[float]) -> array[int] | array[float]:
    """Return an array in the order of bytes that files have, or back from it."""
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values
