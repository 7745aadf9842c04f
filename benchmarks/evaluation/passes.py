"""Milliseconds, memory and results of the passes of one engine through a diagram, in a process of its own.

python -m benchmarks.evaluation.passes ENGINE CIRCUIT LOGARITHMS RESULTS REPEAT

CIRCUIT is a pickled circuit, LOGARITHMS a file of torch with pairs of logarithms (batch, variables), positive and negative, smallest batch
first. RESULTS gets for each pair the root values, the gradients, the seconds, and the most bytes that were in use beyond those before.
"""

from __future__ import annotations

import ctypes
import gc
import pickle
import sys
import time
from pathlib import Path

import torch

from nesylang.evaluation.torch_engine import TorchCircuit


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


def main(engine: str, path: str, logarithms: str, results: str, repeat: int) -> None:
    """Write the results."""
    torch.set_num_threads(1)
    circuit = pickle.loads(Path(path).read_bytes())
    module = TorchCircuit(circuit, "log", engine)
    pick = torch.tensor([2 * choice + value for choice, value in circuit.leaves])
    found = []
    for positive, negative in torch.load(logarithms):
        seconds = []
        before = at_rest()
        for _ in range(repeat + 1):
            leaves = torch.stack((positive, negative), -1).flatten(1).requires_grad_()
            started = time.perf_counter()
            roots = module(leaves.index_select(1, pick))
            roots.sum().backward()
            seconds.append(time.perf_counter() - started)
        assert leaves.grad is not None
        gradients = leaves.grad.view(len(leaves), -1, 2).unbind(-1)
        grown = resident("VmHWM") - before
        found.append({"roots": roots.detach(), "gradients": list(gradients), "seconds": seconds[1:], "bytes": grown})
    torch.save(found, results)


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
