"""How much memory processes use."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def used_bytes() -> int:
    """Return the memory of this process: what it uses now where the system says so, else the most that it used."""
    used = process_bytes("self")
    return peak_bytes() if used is None else used


def process_bytes(process: int | str) -> int | None:
    """Return the memory that a process uses now; None where the system does not say so."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return None


def address_space_left() -> int | None:
    """Return how many bytes of address space this process may still ask for; None where there is no limit or nobody knows."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        return limit - int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return None


def peak_bytes() -> int:
    """Return the most memory that this process has used so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
