"""Compiled programs on disk, found again by what they were compiled from."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nesylang.source import NesyError, Source

if TYPE_CHECKING:
    from nesylang.compilation import CompiledProgram

VARIABLE = "NESYLANG_CACHE"
"""The environment variable that names the folder; empty, it turns the cache off."""

SHORTEST_SECONDS = 0.1
"""What took less to ground and compile is not kept: to read it again would not be much faster."""

LIMIT = 2**30
"""Most bytes of all entries together; those that were used longest ago give way."""

LARGEST_SHARE = 0.25
"""Which share of the limit one entry may take."""

MOST_NUMBERS = 20_000_000
"""Most ground rules and elements of what is kept, so that writing it needs little memory and time beside making it."""

LEFT_OVER_SECONDS = 3600.0
"""How old a half-written file must be before it is taken for left over."""

ENTRY = r"[0-9a-f]{64}\.nesyc|\.[0-9a-f]{64}\.nesyc\..*\.part"
"""What the names of entries look like, and of those that are being written."""

TOO_LARGE = "not kept, as it is too large"

Place = bool | str | os.PathLike[str]
"""Where compiled programs are kept: True for the folder of the platform, or the one that the environment names; False for nowhere."""


class Entry(NamedTuple):
    """A file of the cache: its size in bytes, and when it was last used, in seconds since the epoch."""

    path: Path
    bytes: int
    used: float


class Lookup:
    """The look for one compiled program: ``find`` it, or ``keep`` it once it is made. ``key`` returns None for what must not be kept."""

    def __init__(self, place: Place, key: Callable[[], str | None]) -> None:
        self._folder = cache_folder(place)
        self._key = key
        self._known: tuple[str | None] | None = None

    def find(self, sources: Iterable[Source]) -> CompiledProgram | None:
        """Return the program as it was kept, with its places in ``sources``, None where it was not. A damaged entry is removed."""
        # Whoever has kept nothing so far does not pay for making keys.
        if self._folder is None or not os.path.isdir(self._folder):
            return None
        began = time.monotonic()
        path = self._path()
        if path is None or not os.path.isfile(path):
            return None
        from nesylang.compilation.files import load
        from nesylang.compilation.statistics import Costs

        try:
            found = load(path, sources)
        except NesyError:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return replace(found, costs=Costs(cache="found", cache_seconds=time.monotonic() - began))

    def keep(self, compiled: CompiledProgram, seconds: float) -> CompiledProgram:
        """Return the program, which took some seconds to ground and compile, after keeping it where that is worth it.

        What goes wrong is noted in the program's costs and does no harm otherwise.
        """
        if self._folder is None:
            return compiled
        if seconds < SHORTEST_SECONDS:
            return _noted(compiled, "not kept, as it is made quickly", 0.0)
        began = time.monotonic()
        path = self._path()
        note = "not kept, as it depends on what may change unseen" if path is None else _keep(path, compiled)
        return _noted(compiled, note, time.monotonic() - began)

    def _path(self) -> Path | None:
        if self._known is None:
            self._known = (self._key(),)
        (key,) = self._known
        return self._folder / f"{key}.nesyc" if self._folder is not None and key is not None else None


def _noted(compiled: CompiledProgram, note: str, seconds: float) -> CompiledProgram:
    return replace(compiled, costs=replace(compiled.costs, cache=note, cache_seconds=seconds))


def _keep(path: Path, compiled: CompiledProgram) -> str:
    """Write an entry and return what to say about it."""
    from nesylang.compilation.files import to_bytes, write_whole

    if len(compiled.ground.rules) + compiled.circuit.size > MOST_NUMBERS:
        return TOO_LARGE
    try:
        data = to_bytes(compiled)
    except NesyError as failure:
        return f"not kept, {failure.diagnostics[0].code}"
    if len(data) > LARGEST_SHARE * LIMIT:
        return TOO_LARGE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, data)
        make_room(path.parent, LIMIT)
    except OSError as failure:
        return f"not kept: {failure.strerror or failure}"
    return "kept"


def cache_folder(place: Place = True) -> Path | None:
    """Return the folder that compiled programs are kept in, None where there is none."""
    if not isinstance(place, bool):
        return Path(place)
    if not place:
        return None
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "nesylang"


def entries(folder: Path) -> list[Entry]:
    """Return the entries of a cache, those used longest ago first; files that are none are left alone."""
    return sorted(_entries(folder), key=lambda entry: (entry.used, entry.path))


def _entries(folder: Path) -> Iterator[Entry]:
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in found:
            if re.fullmatch(ENTRY, entry.name):
                # Somebody else may have removed it meanwhile.
                with suppress(FileNotFoundError):
                    state = entry.stat()
                    yield Entry(Path(entry.path), state.st_size, state.st_mtime)


def make_room(folder: Path, limit: int) -> int:
    """Remove the entries used longest ago until the others are within a limit in bytes; return how many are removed."""
    known = entries(folder)
    total = sum(entry.bytes for entry in known)
    now = time.time()
    removed = 0
    for entry in known:
        is_half = entry.path.name.endswith(".part")
        if is_half and limit and now - entry.used < LEFT_OVER_SECONDS:
            continue
        if total > limit or is_half:
            with suppress(FileNotFoundError):
                entry.path.unlink()
                removed += 1
            total -= entry.bytes
    return removed
