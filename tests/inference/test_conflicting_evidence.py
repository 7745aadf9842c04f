"""The pieces of evidence that exclude each other."""

from __future__ import annotations

import pytest

import nesylang as nesy
from nesylang.inference import conflicting_evidence

PROGRAM = "0.5 :: a. 0.5 :: b. 0.5 :: c. 0.3 :: d(1); 0.7 :: d(2). both :- a, b. never :- a, not a.\n"


def marked(text: str) -> list[str]:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.query(PROGRAM + text)
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == "E501"
    return [label.span.text for label in diagnostic.labels]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("evidence never. query a.", ["evidence never"]),
        ("evidence c. evidence never. query a.", ["evidence never"]),
        ("evidence c. evidence both. evidence not a. query c.", ["evidence both", "evidence not a"]),
        ("evidence d(1). evidence a. evidence d(2). query c.", ["evidence d(1)", "evidence d(2)"]),
        ("evidence a. evidence b. evidence c. evidence not both. query c.", ["evidence a", "evidence b", "evidence not both"]),
        ("evidence not d(1). evidence not d(2). evidence b. query c.", ["evidence not d(1)", "evidence not d(2)"]),
    ],
)
def test_only_what_excludes_each_other_is_marked(text: str, expected: list[str]) -> None:
    assert marked(text) == expected


def test_everything_is_marked_where_the_search_would_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "evidence c. evidence both. evidence not a. query c."
    monkeypatch.setattr(conflicting_evidence, "MOST_PIECES", 2)
    assert len(marked(text)) == 3
    monkeypatch.undo()
    monkeypatch.setattr(conflicting_evidence, "MOST_SECONDS", 0.0)
    assert len(marked(text)) == 3


def test_expectations_fail_one_by_one() -> None:
    from pathlib import Path

    from nesylang.inference import Settings, report_expectations
    from nesylang.source import Source

    text = PROGRAM + "expect 0.5 :: a. expect 0.5 :: a given never. expect 0.5 :: b."
    report = report_expectations(Source("test", text), Path(), Settings())
    assert (report.passed, report.failed, [d.code for d in report.diagnostics]) == (2, 1, ["E503"])
