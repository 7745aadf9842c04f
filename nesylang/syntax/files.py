"""Files that are read, and what is said where they cannot be."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from nesylang.source import Diagnostic, Label, NesyError, Source, Span


def read_source(path: Path, span: Span | None = None, note: str = "imported here") -> Source:
    """Return the source in a file; raise NesyError E701 where it cannot be read (E212 with ``span``, the import that asks for it)."""
    labels = (Label(span, note),) if span is not None else ()
    code = "E701" if span is None else "E212"
    try:
        return Source(str(path), path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as failure:
        message = f"{path} is not UTF-8 text: byte {failure.start} cannot be decoded"
        raise NesyError([Diagnostic(code, message, labels, "save the file as UTF-8")]) from None
    except OSError as failure:
        raise unreadable(path, failure, span, note) from None


def unreadable(path: Path, failure: OSError, span: Span | None, note: str) -> NesyError:
    """Return E701 for a file that cannot be read, E212 with ``span``, the place that asks for it."""
    labels = (Label(span, note),) if span is not None else ()
    hint = _files_like(path) if isinstance(failure, FileNotFoundError) else None
    message = f"cannot read {path}: {os.strerror(failure.errno) if failure.errno else failure}"
    return NesyError([Diagnostic("E701" if span is None else "E212", message, labels, hint)])


def _files_like(path: Path) -> str:
    """Return a hint about the files of the same kind in the folder of a file that there is not."""
    suffix = path.suffix if path.suffix in (".pl", ".csv", ".tsv", ".parquet", ".nnf", ".ddnnf") else ".nesy"
    names = sorted(p.name for p in path.parent.glob(f"*{suffix}")) if path.parent.is_dir() else []
    similar = get_close_matches(path.stem, [Path(name).stem for name in names], n=1, cutoff=0.7)
    if similar:
        return f"did you mean {similar[0]}{suffix}?"
    if not names:
        return f"there is no {suffix} file in {path.parent}"
    return f"its folder has {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
