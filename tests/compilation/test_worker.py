"""What is sent to workers, and the process itself."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys

import nesylang as nesy
from nesylang.compilation import CompilationBudget
from nesylang.compilation.budget import BudgetSpent, Progress, WorkerDied, spent_nodes
from nesylang.compilation.sdd import SddCompiler
from nesylang.compilation.worker import LENGTH, START, PackedFormula, Request, Result
from nesylang.evaluation import SEMIRINGS, evaluate
from nesylang.formula import FormulaBuilder

SECONDS = 60


def two_coins() -> tuple[FormulaBuilder, int]:
    """Return a builder, and in it "one coin and not the other, or none of three"."""
    builder = FormulaBuilder()
    one, other, none = builder.leaf(0, 0), builder.leaf(1, 0), builder.leaf(2, 3)
    return builder, builder.disjunction([builder.conjunction([one, -other]), none])


def test_a_packed_formula_is_the_formula() -> None:
    builder, root = two_coins()
    for roots in ((root,), (-root, root, 1, -1), ()):
        formula = builder.formula(roots)
        packed = pickle.loads(pickle.dumps(PackedFormula.of(formula)))
        assert packed.formula() == formula


def test_the_errors_of_budgets_survive_pickling() -> None:
    spent = pickle.loads(pickle.dumps(spent_nodes(12, CompilationBudget(nodes=10))))
    assert isinstance(spent, BudgetSpent)
    assert (spent.what, spent.found) == ("nodes", "12 nodes of 10 allowed")
    died = pickle.loads(pickle.dumps(WorkerDied("it fell", "catch it")))
    assert isinstance(died, WorkerDied)
    assert died.diagnostics[0].message.endswith("died: it fell")


def messages_of(request: Request) -> list[object]:
    """Return what a worker says about a request."""
    given = pickle.dumps(sys.path) + pickle.dumps(request)
    ended = subprocess.run([sys.executable, "-S", "-P", "-c", START], input=given, capture_output=True, timeout=SECONDS, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    stream, found = io.BytesIO(ended.stdout), []
    while head := stream.read(LENGTH):
        found.append(pickle.loads(stream.read(int.from_bytes(head, "big"))))
    return found


def test_a_worker_compiles_and_ends() -> None:
    builder, root = two_coins()
    formula = builder.formula([root])
    values = [2, 2, 4]
    budget = CompilationBudget()
    (result,) = messages_of(Request(SddCompiler(), PackedFormula.of(formula), values, budget, None, None, os.getpid(), watched=False))
    assert isinstance(result, Result)
    assert result.circuit == SddCompiler().compile(formula, values, budget)
    assert result.nodes > 0
    assert result.peak > 0
    weights = [0.5 if choice < 2 else 0.25 for choice, _ in result.circuit.leaves]
    assert evaluate(result.circuit, weights, SEMIRINGS["probability"]) == [1 - 0.75 * 0.75]


def test_a_worker_whose_parent_is_gone_does_nothing() -> None:
    builder, root = two_coins()
    request = Request(
        SddCompiler(), PackedFormula.of(builder.formula([root])), [2, 2, 4], CompilationBudget(), None, None, 1 << 22, watched=False
    )
    given = pickle.dumps(sys.path) + pickle.dumps(request)
    ended = subprocess.run([sys.executable, "-S", "-P", "-c", START], input=given, capture_output=True, timeout=SECONDS, check=False)
    assert (ended.returncode, ended.stdout) == (-9, b"")


def test_a_worker_tells_its_progress_where_somebody_listens() -> None:
    builder, root = two_coins()
    request = Request(
        SddCompiler(), PackedFormula.of(builder.formula([root])), [2, 2, 4], CompilationBudget(nodes=1), None, None, os.getpid(), True
    )
    *progress, last = messages_of(request)
    assert all(isinstance(message, Progress) for message in progress)
    assert isinstance(last, nesy.NesyError)
    assert last.diagnostics[0].code == "E401"
