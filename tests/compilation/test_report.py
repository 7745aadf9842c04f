"""What is said of how programs are compiled: which rules forced it, and where they are."""

from __future__ import annotations

import json

import nesylang as nesy
from nesylang.compilation import COMPILERS, CompilationBudget, DirectCompiler, SddCompiler
from nesylang.compilation.report import CompilationReport
from nesylang.inference import Settings
from nesylang.source import Source

SPLIT = Settings(compiler=DirectCompiler(SddCompiler()))

GRAPH = """0.5 :: edge(a, b). 0.6 :: edge(a, c). 0.7 :: edge(b, c). 0.4 :: edge(b, d). 0.3 :: edge(c, d).
0.2 :: edge(c, e). 0.8 :: edge(d, e). 0.1 :: edge(d, f). 0.9 :: edge(e, f). 0.5 :: edge(f, b).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
"""


def report(text: str, settings: Settings = SPLIT) -> CompilationReport:
    """Return the report of a program."""
    found = nesy.loads(text, settings).compile().report
    assert found is not None
    assert json.loads(json.dumps(found.as_dict()))["compiler"] == found.compiler
    return found


def test_a_certified_program() -> None:
    found = report("0.3 :: rain. 0.4 :: sprinkler. wet :- rain. wet :- sprinkler. evidence wet. query rain.")
    assert found.lines()[1:] == ["evidence: certified", "query rain: certified"]


def test_what_no_compiler_certifies() -> None:
    found = report("0.3 :: rain. query rain.", Settings(compiler=COMPILERS["sdd"]))
    assert found.lines() == [f"compiled by sdd to {found.elements} elements"]


def test_rules_that_can_both_be_true(monkeypatch) -> None:
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS", 0)
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS_PER_NODE", 0)
    found = report(GRAPH + "0.5 :: late. arrives :- path(a, f), not late. query arrives. query late.")
    assert found.degrees == (("query arrives", "certified in part"), ("query late", "certified"))
    (part,) = found.parts
    assert part.conditions == ("path(a,f)",)
    assert part.gates > 0
    assert part.elements > 0
    cause = part.causes[0]
    assert cause.rules
    assert [condition.text for condition in cause.conditions] == [
        "path(a,f) :- edge(a,b), path(b,f).",
        "path(a,f) :- edge(a,c), path(c,f).",
    ]
    assert all(condition.place == "<text>:4:1" for condition in cause.conditions)
    assert any("::edge(" in choice and " at <text>:1:" in choice for choice in cause.choices)
    text = "\n".join(found.lines())
    assert "these two can both be true" in text
    assert "  what may help: if they never hold together" in text


def test_conditions_that_have_to_hold_together(monkeypatch) -> None:
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS", 0)
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS_PER_NODE", 0)
    text = "0.5 :: a. 0.4 :: b. 0.3 :: c. 0.2 :: d. x :- a, b. x :- c. y :- b, d. y :- a. evidence d. evidence x. query y."
    found = report(text)
    cause = next(cause for part in found.parts for cause in part.causes if not cause.rules)
    assert {condition.text for condition in cause.conditions} == {"x", "y"}
    assert "have to hold together" in "\n".join(found.lines())


def test_what_is_compiled_as_a_whole(monkeypatch) -> None:
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS", 0)
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS_PER_NODE", 0)
    found = report(GRAPH + "query path(a, f).", Settings())
    assert found.compiler == "sdd"
    assert found.degrees == (("all", "compiled as a whole"),)
    assert found.parts[0].causes


def test_many_parts_are_counted(monkeypatch) -> None:
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS", 0)
    monkeypatch.setattr("nesylang.compilation.allowance.LOOKS_PER_NODE", 0)
    rules = "x(N) :- a(N), b(N). x(N) :- b(N), c(N). x(N) :- c(N), a(N). query x(N)."
    found = report("0.5 :: a(N) :- N in 1..12. 0.4 :: b(N) :- N in 1..12. 0.3 :: c(N) :- N in 1..12. " + rules)
    assert len(found.parts) == 8
    assert found.further_parts == 4
    assert found.lines()[-1] == "and 4 more parts"


def test_files_know_their_places(tmp_path) -> None:
    path = tmp_path / "graph.nesy"
    path.write_text(GRAPH + "query path(a, f).")
    found = nesy.load(path).compile().report
    assert found is not None
    assert Source
    assert CompilationBudget
