"""The programs of the compilation benchmark: their exact answers hold for nesylang, and its bookkeeping notices what is wrong."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import nesylang as nesy
from benchmarks import results
from benchmarks.compilation import table
from benchmarks.compilation.__main__ import matches
from benchmarks.compilation.addition import (
    carry_as_argument,
    carry_as_predicate,
    distribution_of_sums,
    expected_of_argument,
    expected_of_predicate,
    probability_of_sum,
)
from benchmarks.compilation.case import Case
from benchmarks.compilation.cases import all_cases
from benchmarks.compilation.graphs import (
    Graph,
    all_targets,
    enumerated,
    grid,
    knows,
    one_target,
    random_graph,
    reachability,
    reached_target,
    reached_targets,
    start_of,
)
from benchmarks.compilation.growth import WAYS, labelled
from benchmarks.compilation.measure import Log, Outcome, difference, repetitions
from benchmarks.compilation.networks import bayesian_network, chain, diagnosis, documents, layered
from benchmarks.compilation.people import Strangers, friends
from benchmarks.processes import Limits, Running, measured
from nesylang.inference import marginals
from nesylang.syntax import print_term


def answers(text: str) -> dict[str, float]:
    """Return nesylang's answers as the benchmark names them."""
    found = marginals(nesy.loads(text).compile())
    return {print_term(answer.atom).replace(" ", ""): answer.probability for query in found for answer in query.answers}


def small_graphs() -> dict[str, Graph]:
    """Return graphs with few enough edges to go through all sets of them."""
    found = {f"{directed}-{seed}": random_graph(seed, 6, 9, directed) for directed in (True, False) for seed in (1, 2, 3, 4)}
    return {**found, "grid-directed": grid(3, directed=True), "grid-undirected": grid(3, directed=False)}


@pytest.mark.parametrize("graph", small_graphs().values(), ids=small_graphs())
def test_paths_are_as_probable_as_all_sets_of_edges_say(graph: Graph) -> None:
    for target in range(graph.nodes):
        if target != start_of(graph):
            assert reachability(graph, start_of(graph), target) == pytest.approx(enumerated(graph, start_of(graph), target), rel=1e-13)


def test_a_frontier_forgets_nodes_that_may_be_joined_later() -> None:
    detour = Graph(5, ((0, 1, 0.5), (2, 3, 0.5), (1, 2, 0.5), (3, 4, 0.5), (0, 4, 0.5)), directed=False)
    assert reachability(detour, 0, 4) == pytest.approx(0.5 + 0.5 * 0.5**4, rel=1e-14)


SMALL = {
    "addition-argument-1-one": (carry_as_argument(1, 9), expected_of_argument(1, 9)),
    "addition-argument-2-one": (carry_as_argument(2, 107), expected_of_argument(2, 107)),
    "addition-argument-1-all": (carry_as_argument(1, None), expected_of_argument(1, None)),
    "addition-predicate-1": (carry_as_predicate(1, 18), expected_of_predicate(1, 18)),
    "addition-predicate-2": (carry_as_predicate(2, 107), expected_of_predicate(2, 107)),
    **{f"path-one-{name}": (one_target(graph), reached_target(graph)) for name, graph in small_graphs().items()},
    **{f"path-all-{name}": (all_targets(graph), reached_targets(graph)) for name, graph in small_graphs().items()},
    "knows": (knows(random_graph(1, 5, 7, directed=False)), reached_target(random_graph(1, 5, 7, directed=False), "knows")),
    **{
        name: (model.text(), model.expected())
        for name, model in {
            "smokers": friends(6, evidence=False),
            "smokers-evidence": friends(6, evidence=True),
            "approaches": Strangers(3, 2),
            "symptoms": diagnosis(1, 5, 5, 0),
            "diseases": diagnosis(1, 5, 5, 3),
            "noisy-or-layers": layered(1, 3, 3),
            "bayes": bayesian_network(1, 8, 6),
            "hmm-last": chain(1, 3, all_steps=False),
            "hmm-all": chain(1, 3, all_steps=True),
            "naive-bayes": documents(1, 3, 4),
        }.items()
    },
}


@pytest.mark.parametrize(("text", "expected"), SMALL.values(), ids=SMALL)
def test_answers_are_exact(text: str, expected: dict[str, float]) -> None:
    assert expected
    assert difference(answers(text), expected, 1e-12) is None


def test_sums_are_distributed_as_their_carries_say() -> None:
    sums = distribution_of_sums(3)
    assert len(sums) == 1999
    assert math.fsum(sums) == pytest.approx(1, rel=1e-13)
    for total in (0, 8, 999, 1000, 1998):
        assert sums[total] == pytest.approx(probability_of_sum(3, total), rel=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_examples_bring_sums(way: str) -> None:
    module = nesy.loads(labelled(2, way)).module(dtype=torch.float64)
    for total in (0, 107, 198):
        target = [int(digit) for digit in reversed(f"{total:03}")]
        assert float(module(target=torch.tensor([target]))["correct"].exp()) == pytest.approx(probability_of_sum(2, total), rel=1e-12)


def test_a_difference_is_noticed() -> None:
    assert difference({"a": 0.5}, {"a": 0.5}, 1e-12) is None
    assert difference({"a": 0.5, "b": 0.0}, {"a": 0.5 * (1 + 1e-13), "c": 0.0}, 1e-12) is None
    assert difference({"a": 0.5 * (1 + 1e-11)}, {"a": 0.5}, 1e-12) is not None
    assert difference({}, {"a": 1e-300}, 1e-12) == "a is 0.0 instead of 1e-300"
    assert difference({"a": 0.5, "b": 0.1}, {"a": 0.5}, 1e-12) == "b is 0.1 instead of impossible"
    assert difference({"a": math.nan}, {"a": 0.5}, 1e-12) is not None


def test_cases_have_names_of_their_own_and_are_the_same_each_time() -> None:
    first, second = all_cases(), all_cases()
    assert len({case.name for case in first}) == len(first)
    assert [case.text() for case in first] == [case.text() for case in second]


def test_cases_are_chosen_by_words_and_patterns() -> None:
    assert matches("grid-directed-4", "grid")
    assert matches("grid-directed-4", "directed-4")
    assert matches("grid-directed-4", "grid-*")
    assert not matches("grid-undirected-4", "directed")


def test_what_is_not_finished_counts_as_the_cap() -> None:
    fast, slow = Outcome(runs=(1.0, 3.0, 2.0), answers=4, size=1234, compiler="sdd"), Outcome(failure="more than 300 s", over_cap=True)
    ahead, behind = table.Row("a", fast, slow, 300), table.Row("b", slow, fast, 300)
    assert (ahead.ratio, ahead.slower, ahead.problems()) == (150, False, [])
    assert (behind.ratio, behind.slower, behind.problems()) == (2 / 300, True, ["b: nesylang: more than 300 s"])
    assert ahead.line() == "| a | 2.00 | > 300 | > 150 | 4 | sdd | 1,234 | - |"
    assert table.Row("c", fast, None, 300).ratio is None
    assert "Geometric mean of 2 ratios: 1." in table.summary([ahead, behind])
    assert "20 ms longer: 1: b." in table.summary([ahead, behind])


def test_a_case_is_slower_by_a_factor_and_by_milliseconds() -> None:
    assert not table.Row("a", Outcome(runs=(0.030,)), Outcome(runs=(0.011,)), 300).slower
    assert not table.Row("a", Outcome(runs=(10.5,)), Outcome(runs=(10.0,)), 300).slower
    assert table.Row("a", Outcome(runs=(0.032,)), Outcome(runs=(0.011,)), 300).slower


def test_wrong_answers_are_problems_of_either_system() -> None:
    right, wrong = Outcome(runs=(1.0,)), Outcome(runs=(1.0,), wrong="a is 0.5 instead of 0.4")
    assert table.Row("a", wrong, right, 300).problems() == ["a: WRONG ANSWER of nesylang: a is 0.5 instead of 0.4"]
    assert table.Row("a", right, wrong, 300).problems() == ["a: WRONG ANSWER of ProbLog: a is 0.5 instead of 0.4"]


def test_slow_runs_are_repeated_less() -> None:
    assert [repetitions(seconds, 5) for seconds in (0.1, 3, 30)] == [5, 3, 1]


def test_a_log_goes_on_where_conditions_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    case, outcomes = Case("a", lambda: "p.", dict), {"nesylang": Outcome(runs=(1.0, 2.0), answers=1)}
    Log(path, {"cap": 300}, resume=False).add(case, outcomes)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"case": "b", "te')
    assert Log(path, {"cap": 300}, resume=True).known(case) == outcomes
    assert Log(path, {"cap": 300}, resume=True).known(replace(case, text=lambda: "q.")) is None
    assert Log(path, {"cap": 60}, resume=True).known(case) is None
    assert Log(path, {"cap": 300}, resume=False).known(case) is None


def test_sections_of_the_results_are_written_in_their_place(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    for name, text in (("first", "one"), ("second", "two"), ("first", "three")):
        results.write_section(name, text, page)
    assert page.read_text(encoding="utf-8") == (
        f"{results.TITLE}\n<!-- begin first -->\n\nthree\n\n<!-- end first -->\n\n<!-- begin second -->\n\ntwo\n\n<!-- end second -->\n"
    )


WORKER = """
import json, sys
with open(sys.argv[1], "w") as report:
    print(json.dumps({"started": 0.0}), file=report, flush=True)
    text = sys.stdin.read()
    if text == "fail":
        sys.exit("something is wrong")
    while text == "run":
        pass
    print(json.dumps({"text": text}), file=report)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the CPU time of processes from /proc")
def test_workers_report_fail_and_are_stopped() -> None:
    def outcome(text: str) -> dict[str, object]:
        return measured([sys.executable, "-c", WORKER], text, Limits(cap=0.2), Running())

    assert outcome("p.") == {"text": "p."}
    assert outcome("fail") == {"failure": "exit status 1: something is wrong", "over_cap": False}
    assert outcome("run") == {"failure": "more than 0.2 s", "over_cap": True}
    stopped = Running()
    stopped.stop()
    with pytest.raises(KeyboardInterrupt):
        measured([sys.executable, "-c", WORKER], "p.", Limits(), stopped)
