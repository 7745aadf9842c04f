"""Forward and backward passes of circuits beside klay: the fused kernel and the layers of torch, on one thread.

python -m benchmarks.evaluation [--only NAME ...] [--batch 1 32 256] [--repeat 10] [--peer PYTHON] [--write]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from benchmarks import results
from benchmarks.compilation.measure import commit, versions
from benchmarks.evaluation.diagrams import DIAGRAMS, saved
from nesylang.circuit import Circuit
from nesylang.evaluation.torch_engine import ENGINES, TorchCircuit

HEADER = (
    "| diagram | elements | batch | fused ms | torch ms | klay ms | klay / fused | klay / torch |\n|---|---:|---:|---:|---:|---:|---:|---:|"
)
TOLERANCE = 1e-4
"""How far results may be apart, relative to the largest of them: klay's logarithms are those of float32."""


Pair = tuple[torch.Tensor, torch.Tensor]
"""Logarithms (batch, variables) of the probabilities of variables and of their negations."""

Measured = tuple[list[float], torch.Tensor, torch.Tensor]
"""Seconds of each repetition, the roots (batch,) and the gradients (batch, variables, 2)."""


def weights(variables: int, batch: int) -> Pair:
    """Return logarithms (batch, variables) of probabilities and of what they leave of one, in float32."""
    generator = torch.Generator().manual_seed(variables * 1000 + batch)
    chances = torch.rand(batch, variables, generator=generator) * 0.98 + 0.01
    return chances.log(), torch.log1p(-chances)


def ours(
    circuit: Circuit, engine: str, given: tuple[torch.Tensor, torch.Tensor], repeat: int
) -> tuple[list[float], torch.Tensor, torch.Tensor]:
    """Return seconds of each repetition, the roots (batch,) and the gradients (batch, variables, 2)."""
    module = TorchCircuit(circuit, "log", engine)
    pick = torch.tensor([2 * choice + value for choice, value in circuit.leaves])
    seconds = []
    for _ in range(repeat + 1):
        leaves = torch.stack(given, -1).flatten(1).requires_grad_()
        started = time.perf_counter()
        roots = module(leaves[:, pick])
        roots.sum().backward()
        seconds.append(time.perf_counter() - started)
    assert leaves.grad is not None
    return seconds[1:], roots.detach()[:, 0], leaves.grad.view(len(leaves), -1, 2)


def theirs(
    python: str, path: Path, given: tuple[torch.Tensor, torch.Tensor], repeat: int
) -> tuple[list[float], torch.Tensor, torch.Tensor]:
    """Return the same of klay."""
    with tempfile.TemporaryDirectory() as folder:
        sent, found = Path(folder) / "given.pt", Path(folder) / "found.pt"
        torch.save(given, sent)
        script = Path(__file__).with_name("peer_klay.py")
        subprocess.run([python, str(script), str(path), str(sent), str(found), str(repeat)], check=True, stdin=subprocess.DEVNULL)
        result = torch.load(found)
    return result["seconds"], result["roots"].flatten(), torch.stack(result["gradients"], -1)


def apart(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Return whether two results differ by more than rounding."""
    return bool(((one - other).abs().max() > TOLERANCE * other.abs().max().clamp(min=1.0)).item())


def main() -> int:
    """Print the table; return 1 if results differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description="Measure forward and backward passes.")
    parser.add_argument("--only", nargs="+", choices=tuple(DIAGRAMS), default=list(DIAGRAMS), metavar="NAME", help=", ".join(DIAGRAMS))
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 32, 256])
    parser.add_argument("--repeat", type=int, default=10, help="repetitions, of which the median is shown (default 10)")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python that has klaycircuits and torch")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/RESULTS.md")
    given = parser.parse_args()
    torch.set_num_threads(1)
    lines = [HEADER]
    problems = []
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, circuit, path, variables in saved(given.only, Path(folder)):
            for batch in given.batch:
                logarithms = weights(variables, batch)
                found = {engine: ours(circuit, engine, logarithms, given.repeat) for engine in ENGINES}
                if given.peer:
                    found["klay"] = theirs(given.peer, path, logarithms, given.repeat)
                median = {who: statistics.median(seconds) * 1e3 for who, (seconds, _, _) in found.items()}
                for who, (_, roots, gradients) in found.items():
                    if apart(roots, found["fused"][1]) or apart(gradients, found["fused"][2]):
                        problems.append(f"{name}, batch {batch}: results of {who} differ from those of the kernel")
                ratios = [f"{median['klay'] / median[engine]:.3g}" if "klay" in median else "-" for engine in ENGINES]
                times = [f"{median[who]:.3g}" if who in median else "-" for who in (*ENGINES, "klay")]
                lines.append(f"| {name} | {circuit.size:,} | {batch} | {' | '.join([*times, *ratios])} |")
                print(lines[-1], flush=True)
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.write:
        words = " ".join(["python", "-m", "benchmarks.evaluation", *("PYTHON" if word == given.peer else word for word in sys.argv[1:])])
        about = f"{results.machine()}; python {versions()['python']}, torch {torch.__version__}; nesylang at {commit()}"
        what = "Milliseconds of a forward and a backward pass in the log semiring from float32 on one thread"
        intro = f"{what}, medians of {given.repeat}. {about}."
        results.write_section("evaluation", f"## Evaluation of circuits\n\n`{words}`\n\n{intro}\n\n" + "\n".join(lines))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
