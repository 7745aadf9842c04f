"""Milliseconds, memory and results of klay for a diagram, run by the Python that has klay: it imports nothing of this project.

python peer_klay.py DIAGRAM LOGARITHMS RESULTS REPEAT < /dev/null

LOGARITHMS is a file of torch with pairs of logarithms (batch, variables), positive and negative, smallest batch first. RESULTS gets for
each pair the root values, the gradients, the seconds, and the most bytes that were in use beyond those before.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from pathlib import Path

import klay
import torch


def at_rest() -> int:
    """Return the bytes that are resident once free memory is given back, and have the most that are resident counted from there."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return resident("VmRSS")


def resident(name: str) -> int:
    """Return the bytes that are resident, or the most that have been (VmHWM), on Linux."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def main(diagram: str, logarithms: str, results: str, repeat: int) -> None:
    """Write the results."""
    torch.set_num_threads(1)
    circuit = klay.Circuit()
    circuit.add_sdd_from_file(diagram, [], [])
    module = circuit.to_torch_module(semiring="log", compile=False)
    found = []
    for positive, negative in torch.load(logarithms):
        seconds = []
        before = at_rest()
        for _ in range(repeat + 1):
            leaves = [positive.clone().requires_grad_(), negative.clone().requires_grad_()]
            started = time.perf_counter()
            roots = module(*leaves)
            roots.sum().backward()
            seconds.append(time.perf_counter() - started)
        grown = resident("VmHWM") - before
        gradients = [leaf.grad for leaf in leaves]
        found.append({"roots": roots.detach(), "gradients": gradients, "seconds": seconds[1:], "bytes": grown})
    torch.save(found, results)


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
