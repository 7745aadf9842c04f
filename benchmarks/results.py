"""The page of all results, RESULTS.md, of which each benchmark writes its own sections."""

from __future__ import annotations

import os
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "RESULTS.md"
TITLE = "# Results of the benchmarks\n\nEach section is written by the command that it names.\n"


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put a section in place of the one of the same name, or at the end of the page."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    old = page.read_text(encoding="utf-8") if page.exists() else TITLE
    section = f"{begin}\n\n{text.strip()}\n\n{end}"
    before, found, rest = old.partition(begin)
    if found:
        _, closed, after = rest.partition(end)
        if not closed:
            raise ValueError(f"{page} has no line {end}")
        new = f"{before}{section}{after}"
    else:
        new = f"{old.rstrip()}\n\n{section}\n"
    page.write_text(new, encoding="utf-8")


def machine() -> str:
    """Return a description of the machine that says nothing of its name and the day."""
    return f"{os.cpu_count()} cores, CPU time"
