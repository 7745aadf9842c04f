"""The logic of a training step on sums of numbers, from logits to losses and back, beside DeepLog and DeepProbLog, on one thread.

python -m benchmarks.evaluation.sums [--digits 1 2 3] [--batch 32] [--repeat 10] [--deeplog PYTHON] [--deepproblog PYTHON] [--write]

nesylang and DeepLog evaluate all sums, of which the losses take one for each example; DeepProbLog evaluates those asked for, one by one.
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
from torch import Tensor

import nesylang as nesy
from benchmarks import results
from benchmarks.compilation.measure import commit, versions
from benchmarks.evaluation.steps import Known

RULES = """
type image.
type digit = 0..9.
neural read(image) -> digit.
add(N, N, 0, 0).
add(I, N, E, T) :- I < N, J is I + 1, add(J, N, C, R), read(x(I), A), read(y(I), B), S is A + B + C,
    E is S // 10, P is N - I - 1, T is R + S mod 10 * 10 ** P.
sum(N, Z) :- add(0, N, C, T), Z is C * 10 ** N + T.
"""
"""Images x(0) and y(0) show the most significant digits; carries are an argument."""

SYSTEMS = {"deeplog": 1000, "deepproblog": 3}
"""The other systems, with the most steps that are measured of them."""

Step = tuple[float, Tensor, Tensor]
"""Median milliseconds, losses (batch,), and the gradients of their sum."""


def ours(digits: int, logits: Tensor, sums: Tensor, repeat: int) -> Step:
    """Return what a step takes and finds."""
    model = nesy.loads(f"{RULES}query sum({digits}, Z).").module({"read": nesy.logits(Known())})
    query = f"sum({digits},Z)"
    seconds = []
    for _ in range(repeat + 2):
        leaves = logits.clone().requires_grad_()
        started = time.perf_counter()
        found = model(x=leaves[:, :digits], y=leaves[:, digits:])
        loss = model.nll(found, {query: sums}) * len(sums)
        loss.backward()
        seconds.append(time.perf_counter() - started)
    answers = found[query].answers
    losses = -found[query].detach()[torch.arange(len(sums)), torch.tensor([answers.index(total) for total in sums.tolist()])]
    assert leaves.grad is not None
    return statistics.median(seconds[2:]) * 1e3, losses, leaves.grad


def theirs(system: str, python: str, digits: int, logits: Tensor, sums: Tensor, repeat: int) -> Step:
    """Return the same of another system."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.pt", Path(folder) / "found.pt"
        torch.save((logits, sums), given)
        script = Path(__file__).with_name(f"peer_{system}.py")
        command = [python, "-W", "ignore", str(script), str(given), str(found), str(digits), str(repeat)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        result = torch.load(found)
    return statistics.median(result["seconds"]) * 1e3, result["losses"], result["gradients"]


def main() -> int:
    """Print the table; return 1 if results differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation.sums", description="Measure the logic of sums.")
    parser.add_argument("--digits", type=int, nargs="+", default=[1, 2, 3], metavar="N", help="(default 1 2 3)")
    parser.add_argument("--batch", type=int, default=32, help="examples of a step (default 32)")
    parser.add_argument("--repeat", type=int, default=10, help="steps, of which the median is shown (default 10)")
    parser.add_argument("--deeplog", metavar="PYTHON", help="a Python that has DeepLog")
    parser.add_argument("--deepproblog", metavar="PYTHON", help="a Python that has DeepProbLog; three steps are measured")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/RESULTS.md")
    given = parser.parse_args()
    torch.set_num_threads(1)
    peers: dict[str, str] = {system: python for system in SYSTEMS if (python := getattr(given, system))}
    lines = ["| digits | sums | nesylang ms | DeepLog ms | ratio | DeepProbLog ms | ratio |", "|---:|---:|---:|---:|---:|---:|---:|"]
    print("\n".join(lines), flush=True)
    problems = []
    for digits in given.digits:
        generator = torch.Generator().manual_seed(digits)
        logits = torch.randn(given.batch, 2 * digits, 10, generator=generator)
        sums = torch.randint(2 * 10**digits - 1, (given.batch,), generator=generator)
        milliseconds, *mine = ours(digits, logits, sums, given.repeat)
        cells = [f"{digits}", f"{2 * 10**digits - 1:,}", f"{milliseconds:.3g}"]
        for system, most in SYSTEMS.items():
            if system not in peers:
                cells += ["-", "-"]
                continue
            their_milliseconds, *found = theirs(system, peers[system], digits, logits, sums, min(most, given.repeat))
            cells += [f"{their_milliseconds:.3g}", f"{their_milliseconds / milliseconds:.3g}"]
            if not all(torch.allclose(one, other, rtol=1e-4, atol=1e-5) for one, other in zip(mine, found, strict=True)):
                problems.append(f"{digits} digits: losses or gradients of {system} differ")
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.write:
        options = ["PYTHON" if word in peers.values() else word for word in sys.argv[1:]]
        words = " ".join(["python", "-m", "benchmarks.evaluation.sums", *options])
        about = f"{results.machine()}; python {versions()['python']}, torch {torch.__version__}; nesylang at {commit()}"
        what = f"Milliseconds of logic in a step of {given.batch} examples on one thread, medians of up to {given.repeat}. {about}."
        results.write_section("sums", f"## Sums of digits beside DeepLog and DeepProbLog\n\n`{words}`\n\n{what}\n\n" + "\n".join(lines))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
