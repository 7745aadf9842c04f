"""Forward and backward passes of circuits beside klay: the fused kernel and the layers of torch, on one thread.

python -m benchmarks.evaluation [--only NAME ...] [--batch 1 32 256] [--repeat 10] [--peer PYTHON] [--write]
"""

from __future__ import annotations

import argparse
import math
import pickle
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks import results
from benchmarks.compilation.measure import commit, versions
from benchmarks.evaluation.diagrams import DIAGRAMS, UNIFORM, saved
from nesylang.evaluation.torch_engine import ENGINES

HEADER = (
    "| diagram | elements | batch | fused ms | torch ms | klay ms | klay / fused | klay / torch | fused MiB | torch MiB | klay MiB |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
)
TOLERANCE = 1e-4
"""How far results may be apart, relative to the largest of them: klay's logarithms are those of float32."""


def weights(name: str, variables: int, batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logarithms (batch, variables) of probabilities and of what they leave of one, in float32."""
    generator = torch.Generator().manual_seed(variables * 1000 + batch)
    chances = torch.rand(batch, variables, generator=generator) * 0.98 + 0.01
    if name in UNIFORM:
        chances = torch.full((batch, variables), UNIFORM[name])
    return chances.log(), torch.log1p(-chances)


def of_process(command: list[str], path: Path, given: Path, repeat: int) -> list[dict[str, Any]]:
    """Return what a process found out for each batch."""
    found = given.with_name("found.pt")
    subprocess.run([*command, str(path), str(given), str(found), str(repeat)], check=True, stdin=subprocess.DEVNULL)
    return list(torch.load(found))


def numbers(row: dict[str, Any]) -> list[torch.Tensor]:
    """Return the roots and the gradients that a process found."""
    return [row["roots"].flatten(), *row["gradients"]]


def apart(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Return whether two results differ by more than rounding."""
    return not (one - other).abs().max().item() <= TOLERANCE * max(1.0, other.abs().max().item())


def main() -> int:
    """Print the table; return 1 if results differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description="Measure forward and backward passes.")
    parser.add_argument("--only", nargs="+", choices=tuple(DIAGRAMS), default=list(DIAGRAMS), metavar="NAME", help=", ".join(DIAGRAMS))
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 32, 256])
    parser.add_argument("--repeat", type=int, default=10, help="repetitions, of which the median is shown (default 10)")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python that has klaycircuits and torch")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/RESULTS.md")
    given = parser.parse_args()
    batches = sorted(given.batch)
    ours = {engine: [sys.executable, "-m", "benchmarks.evaluation.passes", engine] for engine in ENGINES}
    lines, problems = [HEADER], []
    ratios: dict[tuple[str, int], list[float]] = {}
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, circuit, diagram, variables in saved(given.only, Path(folder)):
            sent, path = Path(folder) / "given.pt", Path(folder) / "circuit"
            torch.save([weights(name, variables, batch) for batch in batches], sent)
            path.write_bytes(pickle.dumps(circuit))
            found = {who: of_process(command, path, sent, given.repeat) for who, command in ours.items()}
            if given.peer:
                command = [given.peer, str(Path(__file__).with_name("peer_klay.py"))]
                found["klay"] = of_process(command, diagram, sent, given.repeat)
            for position, batch in enumerate(batches):
                here = {who: rows[position] for who, rows in found.items()}
                median = {who: statistics.median(row["seconds"]) * 1e3 for who, row in here.items()}
                for who, row in here.items():
                    if any(apart(one, other) for one, other in zip(numbers(row), numbers(here["fused"]), strict=True)):
                        problems.append(f"{name}, batch {batch}: results of {who} differ from those of the kernel")
                shares = {engine: median["klay"] / median[engine] for engine in ENGINES} if given.peer else {}
                for engine, share in shares.items():
                    ratios.setdefault((engine, batch), []).append(share)
                cells = [f"{median[who]:.3g}" if who in median else "-" for who in (*ENGINES, "klay")]
                cells += [f"{shares[engine]:.3g}" if shares else "-" for engine in ENGINES]
                cells += [f"{here[who]['bytes'] / 2**20:.3g}" if position and who in here else "-" for who in (*ENGINES, "klay")]
                lines.append(f"| {name} | {circuit.size:,} | {batch} | {' | '.join(cells)} |")
                print(lines[-1], flush=True)
    means = [
        f"{engine} at batch {batch}: {math.exp(statistics.fmean(map(math.log, found))):.3g} (least {min(found):.3g})"
        for (engine, batch), found in sorted(ratios.items())
    ]
    summary = f"\nGeometric means of klay's time by ours: {'; '.join(means)}." if means else ""
    print(summary)
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.write:
        words = " ".join(["python", "-m", "benchmarks.evaluation", *("PYTHON" if word == given.peer else word for word in sys.argv[1:])])
        about = f"{results.machine()}; python {versions()['python']}, torch {torch.__version__}; nesylang at {commit()}"
        what = "Milliseconds of a forward and a backward pass in the log semiring from float32 on one thread"
        grown = "the most MiB in use beyond those before"
        intro = f"{what}, medians of {given.repeat}, and {grown}. {about}."
        results.write_section("evaluation", f"## Evaluation of circuits\n\n`{words}`\n\n{intro}\n\n" + "\n".join(lines) + f"\n{summary}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
