"""How the time of a forward and a backward pass of the kernel grows with the batch, the size of the circuit and the threads.

python -m benchmarks.evaluation.growth [--repeat 5] [--write]

``--write`` draws docs/step-time.svg. The dashed lines are the least time that memory takes if nothing stayed in a cache: 8 bytes for each
element and instance forward and 24 backward, at the speed of copying an array that is larger than the caches, on one thread.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.evaluation.__main__ import weights
from benchmarks.evaluation.diagrams import saved
from nesylang.circuit import Circuit
from nesylang.evaluation.torch_engine import TorchCircuit

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "step-time.svg"
NAMES = ["paths-4x4", "permutations-7", "v40", "r40-minimised", "v50", "r40"]
BATCHES = [1, 4, 16, 64, 256, 1024]
THREADS = [1, 2]
FORWARD_BYTES, BACKWARD_BYTES = 8, 24
COPIED = 1 << 28


def bandwidth() -> float:
    """Return the bytes a second that copying reads and writes."""
    source, target = np.ones(COPIED // 8), np.zeros(COPIED // 8)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        np.copyto(target, source)
        seconds.append(time.perf_counter() - started)
    return 2 * COPIED / statistics.median(seconds)


def step(circuit: Circuit, name: str, variables: int, batch: int, threads: int, repeat: int) -> float:
    """Return the median milliseconds of a forward and a backward pass."""
    torch.set_num_threads(threads)
    module = TorchCircuit(circuit, "log", "fused")
    pick = torch.tensor([2 * choice + value for choice, value in circuit.leaves])
    leaves = torch.stack(weights(name, variables, batch), -1).flatten(1).index_select(1, pick)
    seconds = []
    for _ in range(repeat + 2):
        given = leaves.clone().requires_grad_()
        started = time.perf_counter()
        module(given).sum().backward()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[2:]) * 1e3


def main() -> int:
    """Print the table and draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation.growth", description="Measure how evaluation grows.")
    parser.add_argument("--repeat", type=int, default=5, help="passes, of which the median is shown (default 5)")
    parser.add_argument("--write", action="store_true", help="draw docs/step-time.svg")
    given = parser.parse_args()
    speed = bandwidth()
    least = (FORWARD_BYTES + BACKWARD_BYTES) / speed * 1e3
    print(f"copying: {speed / 1e9:.1f} GB/s, so at least {least * 1e6:.2f} ns an element and instance without caches\n")
    print("| diagram | elements | batch | threads | ms | ns an element and instance |\n|---|---:|---:|---:|---:|---:|", flush=True)
    found: dict[tuple[str, int, int], float] = {}
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, circuit, _, variables in saved(NAMES, Path(folder)):
            sizes[name] = circuit.size
            for threads in THREADS:
                for batch in BATCHES:
                    took = found[name, batch, threads] = step(circuit, name, variables, batch, threads, given.repeat)
                    each = took * 1e6 / circuit.size / batch
                    print(f"| {name} | {circuit.size:,} | {batch} | {threads} | {took:.3g} | {each:.3g} |", flush=True)
    if given.write:
        draw(found, sizes, least)
    return 0


def draw(found: dict[tuple[str, int, int], float], sizes: dict[str, int], least: float) -> None:
    """Draw the picture: time by batch and by size, with the limit of ``least`` milliseconds for each element and instance."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "nesylang"
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.5))
    for number, name in enumerate(("permutations-7", "r40-minimised", "r40")):
        for threads, style in zip(THREADS, ("o-", "x:"), strict=True):
            label = f"{name}, {sizes[name]:,} elements" if threads == 1 else None
            left.loglog(BATCHES, [found[name, batch, threads] for batch in BATCHES], style, color=f"C{number}", label=label)
        left.loglog(BATCHES, [least * sizes[name] * batch for batch in BATCHES], "--", color=f"C{number}", linewidth=0.8)
    left.set(xlabel="batch", ylabel="milliseconds forward and backward", title="one thread (dots), two (crosses), memory alone (dashed)")
    left.legend()
    names = sorted(sizes, key=sizes.__getitem__)
    for number, batch in enumerate((1, 64, 1024)):
        right.loglog([sizes[n] for n in names], [found[n, batch, 1] for n in names], "o-", color=f"C{number}", label=f"batch {batch}")
        right.loglog([sizes[n] for n in names], [least * sizes[n] * batch for n in names], "--", color=f"C{number}", linewidth=0.8)
    right.set(xlabel="elements of the circuit", title="one thread, memory alone (dashed)")
    right.legend()
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
