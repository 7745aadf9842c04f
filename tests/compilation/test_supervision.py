"""Compiling that can be stopped: by the budget, by an interruption, and by a worker that dies."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pysdd
import pytest

import nesylang as nesy
from nesylang.compilation import (
    COMPILERS,
    CompilationBudget,
    CompiledProgram,
    Compiler,
    SddCompiler,
    compile_program,
    direct,
    sdd_bottom_up,
    supervision,
)
from nesylang.compilation.budget import Paused, Progress, running
from nesylang.compilation.sdd import FACTOR, FIRST_ROUND
from nesylang.compilation.supervision import StoppableCompiler
from nesylang.formula import Formula, FormulaBuilder, build_formula
from nesylang.grounding.program import GroundProgram
from nesylang.inference import Settings, marginals
from tests.compilation import stubs
from tests.compilation.soundness import random_program
from tests.reference.ground import choice, ground_program

PROGRAM = "0.5 :: a(X) :- X in 1..3.\nb :- a(1), a(2).\nb :- a(3).\nquery b.\nquery a(X).\n"


def children() -> set[int]:
    """Return the processes that this one started and has not waited for."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False).stdout
    return {int(pid) for pid in listed.split() if Path(f"/proc/{pid}").exists() and "ps" not in Path(f"/proc/{pid}/comm").read_text()}


def compiled(compiler: Compiler, budget: CompilationBudget | None = None) -> CompiledProgram:
    """Return a small program, compiled by a stub that a worker runs."""
    settings = Settings(compiler=StoppableCompiler(compiler), compilation_budget=budget or CompilationBudget(seconds=30.0))
    return nesy.loads(PROGRAM, settings).compile()


def refused(compiler: Compiler, budget: CompilationBudget | None = None) -> nesy.NesyError:
    """Return the error with which that fails; no process is left."""
    with pytest.raises(nesy.NesyError) as failure:
        compiled(compiler, budget)
    assert children() == set()
    return failure.value


def layered(width: int) -> GroundProgram:
    """Return a program whose circuit is larger than what is compiled in this process, and small enough for a test."""
    generator = random.Random(width)
    choices = [choice(number, [0.5]) for number in range(2 * width)]
    goal = 2 * width + 1
    return ground_program(choices, [(goal, tuple(generator.sample(range(1, goal), 3))) for _ in range(4 * width)], [goal])


def formula_of_layers(width: int) -> tuple[Formula, list[int]]:
    """Return the formula of such a program, and how many values its choices have."""
    ground = layered(width)
    builder, literals = build_formula(ground, [answer.literal for query in ground.queries for answer in query.answers])
    return builder.formula(literals), [2] * len(ground.choices)


def test_what_is_small_starts_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    found = marginals(nesy.loads(PROGRAM, Settings(compiler=COMPILERS["sdd"])).compile())
    assert found[0].answers[0].probability == pytest.approx(0.625)


def test_a_worker_returns_the_circuit_that_this_process_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on after the rounds that this process has done."""
    monkeypatch.setattr(supervision, "CAREFUL_NODES", FIRST_ROUND)
    ground = layered(15)
    here = compile_program(ground, SddCompiler(), CompilationBudget())
    there = compile_program(ground, StoppableCompiler(SddCompiler()), CompilationBudget())
    ways = {attempt.way: attempt for attempt in there.costs.attempts}
    first = {way: attempt for way, attempt in ways.items() if "worker" not in way}
    assert len(first) > 3
    assert not any(attempt.finished for attempt in first.values())
    (last,) = [attempt for attempt in ways.values() if attempt.finished]
    assert last.way.endswith(", in a worker")
    assert last.nodes > FIRST_ROUND
    assert [attempt.way for attempt in here.costs.attempts if attempt.finished] == [last.way.removesuffix(", in a worker")]
    assert there.costs.worker_bytes > 1 << 20
    assert there == here


def test_an_operation_that_may_be_large_is_left_to_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdd_bottom_up, "CAREFUL_PAIRS", 100)
    monkeypatch.setattr(sdd_bottom_up, "SMALL", 0)
    monkeypatch.setattr(sdd_bottom_up, "TINY", 0)
    ground = layered(15)
    there = compile_program(ground, StoppableCompiler(SddCompiler()), CompilationBudget())
    first = [attempt for attempt in there.costs.attempts if "worker" not in attempt.way]
    assert first
    assert not any(attempt.finished for attempt in first)
    assert max(attempt.nodes for attempt in first) < FIRST_ROUND
    assert there.costs.attempts[-1].way.endswith(", in a worker")


def test_the_first_attempt_ends_with_a_round_of_a_worker() -> None:
    # Otherwise a vtree could win here that comes behind another one in a worker, depending on the time.
    assert supervision.CAREFUL_NODES in [FIRST_ROUND * FACTOR**rounds for rounds in range(10)]


def test_what_recurses_deeply_is_left_to_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_CHOICES", 29)
    builder = FormulaBuilder()
    everything = builder.conjunction([builder.leaf(number, 0) for number in range(30)])
    budget = running(CompilationBudget())
    circuit = StoppableCompiler(SddCompiler()).compile(builder.formula([everything]), [2] * 30, budget)
    assert circuit.inner_count == 29
    assert all(attempt.way.endswith(", in a worker") for attempt in budget.watch.attempts)


def test_without_a_place_for_temporary_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    monkeypatch.setattr(supervision, "FIRST_CHOICES", 0)
    with pytest.raises(nesy.NesyError, match=r"E701.*temporary file: No such file") as failure:
        compiled(SddCompiler())
    assert "TMPDIR" in str(failure.value.diagnostics[0].hint)


def test_a_worker_without_a_place_for_temporary_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(nesy.NesyError, match=r"E701.*temporary file"):
        compiled(stubs.WithoutRoom(str(tmp_path / "missing")))


def test_a_worker_is_bounded_where_its_budget_has_no_end() -> None:
    """A worker that cannot bound itself would write a traceback where nobody looks, and go on without any of its bounds."""
    budget = CompilationBudget(seconds=math.inf, bytes=1 << 70)
    with pytest.raises(nesy.NesyError, match=r"E701.*CPU \d{15,}, DATA \d{15,}"):
        compiled(stubs.Bounded(), budget)


def test_the_time_is_up_in_the_middle_of_an_operation() -> None:
    began = time.monotonic()
    (found,) = refused(stubs.Stuck(), CompilationBudget(seconds=1.0)).diagnostics
    assert (found.code, "seconds of 1 allowed" in found.message) == ("E401", True)
    assert "--seconds" in (found.hint or "")
    assert time.monotonic() - began < 20
    assert found.span is not None
    assert found.span.source.text[found.span.start : found.span.end] in ("b", "a(X)")


def test_the_memory_of_a_worker_is_bounded() -> None:
    (found,) = refused(stubs.Greedy(), CompilationBudget(bytes=1 << 28)).diagnostics
    assert (found.code, "more than 0.25 GiB of memory" in found.message) == ("E401", True)
    assert "--memory" in (found.hint or "")


@pytest.mark.parametrize(
    ("number", "said", "hint"),
    [(signal.SIGKILL, "SIGKILL", "memory ran out"), (signal.SIGSEGV, "SIGSEGV", "crashed"), (signal.SIGABRT, "SIGABRT", "crashed")],
)
def test_a_worker_that_dies(number: int, said: str, hint: str) -> None:
    (found,) = refused(stubs.Killed(number)).diagnostics
    assert found.code == "E403"
    assert said in found.message
    assert hint in (found.hint or "")
    assert found.span is not None


def test_a_mistake_in_a_worker_is_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    (found,) = refused(stubs.Failing()).diagnostics
    assert found.code == "E403"
    assert "AssertionError: children are numbered before their parents" in found.message
    assert "Traceback" not in found.render()
    assert capfd.readouterr() == ("", "")


def test_what_libraries_print_in_a_worker_is_not_seen(capfd: pytest.CaptureFixture[str]) -> None:
    assert marginals(compiled(stubs.Noisy()))[0].answers[0].probability == pytest.approx(0.625)
    assert capfd.readouterr() == ("", "")


def test_a_worker_imports_little_and_ignores_interruptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONINSPECT", "1")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    notes = compiled(stubs.Importing()).costs.notes
    modules = set(str(notes["modules"]).split())
    assert "pysdd.sdd" in modules
    assert modules & {"torch", "lark", "problog", "networkx", "numpy", "nesylang.grounding", "nesylang.syntax"} == set()
    assert str(notes["path"]).splitlines() == [entry or os.getcwd() for entry in sys.path]
    assert notes["ignores interruptions"] == 1


def test_a_worker_finds_what_was_imported_in_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    packages = {str(Path(module.__file__).parent.parent) for module in (nesy, pysdd) if module.__file__}
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry and str(Path(entry).resolve()) not in packages])
    ended = subprocess.run([sys.executable, "-S", "-P", "-c", "import nesylang"], capture_output=True, check=False)
    assert ended.returncode != 0
    builder = FormulaBuilder()
    monkeypatch.setattr(supervision, "FIRST_CHOICES", 0)
    formula = builder.formula([builder.conjunction([builder.leaf(number, 0) for number in range(5)])])
    budget = running(CompilationBudget())
    assert StoppableCompiler(SddCompiler()).compile(formula, [2] * 5, budget).inner_count == 4
    assert budget.watch.attempts[0].way.endswith("in a worker")


def test_progress_comes_from_the_worker() -> None:
    told: list[Progress] = []
    settings = Settings(compiler=StoppableCompiler(stubs.Counting()), progress=told.append)
    assert nesy.query(nesy.loads(PROGRAM, settings), "b") == {"b": 0.625}
    assert [progress.stage for progress in told[:3]] == ["grounding", "building the formula", "compiling"]
    assert told[-1].stage == "end"
    counted = [progress for progress in told if progress.attempt == "counting"]
    assert counted
    assert all(progress.nodes == 10 * progress.done and progress.total == 100 for progress in counted)
    assert [progress.done for progress in counted] == sorted(progress.done for progress in counted)


def test_an_interruption_stays_one_and_leaves_no_worker() -> None:
    def interrupt() -> None:
        deadline = time.monotonic() + 20
        while not children() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    assert threading.current_thread() is threading.main_thread()
    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        compiled(stubs.Stuck())
    assert children() == set()


@pytest.mark.parametrize(("name", "value"), [("executable", "/nowhere/python"), ("executable", ""), ("frozen", True)])
def test_where_no_process_can_be_started_this_one_compiles(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    monkeypatch.setattr(sys, name, value, raising=False)
    monkeypatch.setattr(supervision, "CAREFUL_NODES", 100)
    compiled = compile_program(layered(10), StoppableCompiler(SddCompiler()), CompilationBudget())
    assert [attempt.finished for attempt in compiled.costs.attempts][-1]
    assert not any("worker" in attempt.way for attempt in compiled.costs.attempts)
    assert compiled == compile_program(layered(10), SddCompiler(), CompilationBudget())


def test_a_worker_ends_with_the_process_that_started_it(run_python, tmp_path: Path) -> None:
    code = f"""
import os, pathlib, signal, subprocess, sys, threading, time
sys.path.insert(0, {str(Path(stubs.__file__).parents[2])!r})
import nesylang as nesy
from nesylang.compilation.sdd import FIRST_ROUND
from nesylang.compilation.supervision import StoppableCompiler
from tests.compilation import stubs

def workers():
    listed = subprocess.run(["ps", "-ww", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
    return [line.split()[0] for line in listed.splitlines() if "pickle.load" in line and "def watch" not in line]

def watch():
    while not workers():
        time.sleep(0.1)
    time.sleep(0.5)
    (pid,) = workers()
    pathlib.Path("pid").write_text(pid)
    os.kill(os.getpid(), signal.SIGKILL)

if os.fork() == 0:
    threading.Thread(target=watch, daemon=True).start()
    nesy.loads({PROGRAM!r}, nesy.Settings(compiler=StoppableCompiler(stubs.Stuck()))).compile()
os.wait()
print(open("pid").read())
"""
    pid = int(run_python(code))
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("executable", [sys.executable, "/nowhere/python"])
def test_what_is_tried_as_a_whole_does_not_depend_on_time(monkeypatch: pytest.MonkeyPatch, executable: str) -> None:
    """The whole of this program is compiled with few nodes; with more deciding it would be certified."""
    program = random_program(31)
    expected = compile_program(program, COMPILERS["direct"], CompilationBudget())
    assert expected.circuit.compiler == "sdd"
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(supervision, "FIRST_SECONDS", -1.0)
    assert compile_program(program, COMPILERS["direct"], CompilationBudget()).circuit == expected.circuit


def test_a_worker_says_what_it_has_tried_before_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    builder, values = formula_of_layers(15)
    here = StoppableCompiler(SddCompiler()).attempt(builder, values, running(CompilationBudget()), FIRST_ROUND)
    monkeypatch.setattr(supervision, "FIRST_SECONDS", -1.0)
    there = StoppableCompiler(SddCompiler()).attempt(builder, values, running(CompilationBudget()), FIRST_ROUND)
    assert here == there
    assert here[1] is not None
    assert here[1].nodes == FIRST_ROUND


def test_what_can_be_certified_needs_no_nodes_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "LITTLE", 0.0)
    found = compile_program(random_program(51), COMPILERS["direct"], CompilationBudget(nodes=5))
    assert found.circuit.compiler == "direct"


def test_only_ways_that_were_tried_are_gone_on_with() -> None:
    """Compiling each root on its own is no way where there is one root: that by structure is taken then."""
    formula, values = formula_of_layers(15)
    compiler = SddCompiler(("roots",))
    with pytest.raises(Paused) as pause:
        compiler.compile(formula, values, replace(running(CompilationBudget()), pause=FIRST_ROUND))
    assert list(pause.value.tried.ways) == ["structure"]
    budget = replace(running(CompilationBudget()), tried=pause.value.tried)
    assert compiler.compile(formula, values, budget) == compiler.compile(formula, values, CompilationBudget())
