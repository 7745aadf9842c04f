"""What compiled programs say they took."""

from __future__ import annotations

import pickle

import pytest

import nesylang as nesy
from nesylang.compilation.budget import Attempt
from nesylang.compilation.statistics import Stage, Statistics, summed
from nesylang.inference import Settings

PROGRAM = """
0.1 :: burglary.
0.2 :: earthquake.
0.5 :: hears(X) :- X in 1..3.
alarm :- burglary.
alarm :- earthquake.
calls(X) :- alarm, hears(X).
evidence calls(1).
query burglary.
query calls(X).
"""


def test_sizes_are_those_of_the_program() -> None:
    compiled = nesy.loads(PROGRAM).compile()
    statistics = compiled.statistics
    ground = statistics.stage("ground").sizes
    assert (ground["choices"], ground["evidence"], ground["queries"], ground["answers"]) == (5, 1, 2, 4)
    assert ground["rules"] == len(compiled.ground.rules)
    circuit = statistics.stage("compile").sizes
    assert circuit["compiler"] == compiled.circuit.compiler == "direct"
    assert circuit["certified"] == "yes"
    assert (circuit["elements"], circuit["nodes"]) == (compiled.circuit.size, compiled.circuit.inner_count)
    assert circuit["depth"] == len(compiled.circuit.levels) > 1
    assert statistics.seconds == pytest.approx(sum(stage.seconds for stage in statistics.stages))
    assert all(stage.seconds >= 0 for stage in statistics.stages)
    assert statistics.peak_bytes > 1 << 20
    with pytest.raises(KeyError):
        statistics.stage("brew")


def test_costs_do_not_tell_programs_apart() -> None:
    first, second = nesy.loads(PROGRAM).compile(), nesy.loads(PROGRAM).compile()
    assert first.costs != second.costs
    assert first.circuit == second.circuit
    assert pickle.loads(pickle.dumps(first)).statistics.stages == first.statistics.stages


def test_an_empty_program() -> None:
    statistics = nesy.loads("").compile().statistics
    assert statistics.stage("ground").sizes["answers"] == 0
    assert statistics.stage("compile").sizes["elements"] == 0


def test_settings_hear_of_every_compilation() -> None:
    found: list[Statistics] = []
    program = nesy.loads("0.5 :: a. p(X) :- subquery(a, X). query p(X). query a.", Settings(measured=found.append))
    nesy.query(program)
    nesy.query(program, "a")
    assert [statistics.stage("ground").sizes["queries"] for statistics in found] == [2, 1]


def test_sums() -> None:
    first = Statistics((Stage("compile", 1.0, {"nodes": 3, "compiler": "sdd"}),), (Attempt("here", 1.0, 3, True),), 10, 0)
    second = Statistics((Stage("ground", 0.5, {"rules": 2}), Stage("compile", 2.0, {"nodes": 4, "compiler": "direct"})), (), 20, 5)
    both = summed([first, second, second])
    assert both.stage("compile") == Stage("compile", 5.0, {"nodes": 11, "compiler": "sdd and direct"})
    assert both.stage("ground") == Stage("ground", 1.0, {"rules": 4})
    assert (len(both.attempts), both.peak_bytes, both.worker_bytes) == (1, 20, 5)
    assert both.seconds == 6.0
    more = both.between((Stage("parse", 0.25),), (Stage("evaluate", 0.25),))
    assert [stage.name for stage in more.stages] == ["parse", "compile", "ground", "evaluate"]
    assert more.seconds == 6.5
