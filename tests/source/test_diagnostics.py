"""What is said to users, to the character."""

from __future__ import annotations

import gc
import pickle
import re
from pathlib import Path

import pytest

from nesylang.source import Diagnostic, Label, NesyError, Source, Span, error
from nesylang.source.codes import CODES
from nesylang.source.collection import paused_collection
from nesylang.source.diagnostics import MARK_WIDTH


def at(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(Source("test.nesy", text), start, start + len(part))


def test_a_diagnostic_with_everything() -> None:
    text = "p(a).\nq(X) :- r(X), s(X).\n"
    source = Source("test.nesy", text)
    labels = (Label(Span(source, 14, 18), "unknown"), Label(Span(source, 0, 4), "like this"))
    rendered = Diagnostic("E201", "unknown predicate r/1", labels, "define it").render()
    assert rendered == (
        "error[E201]: unknown predicate r/1\n"
        " --> test.nesy:2:9\n"
        "  |\n"
        "2 | q(X) :- r(X), s(X).\n"
        "  |         ^^^^ unknown\n"
        " ::: test.nesy:1:1\n"
        "  |\n"
        "1 | p(a).\n"
        "  | ---- like this\n"
        "  = hint: define it"
    )


def test_without_a_place() -> None:
    assert Diagnostic("E701", "cannot read x").render() == "error[E701]: cannot read x"


def test_warnings_are_called_so() -> None:
    diagnostic = Diagnostic("W203", "odd")
    assert diagnostic.severity == "warning"
    assert diagnostic.render() == "warning[W203]: odd"


def test_labels_in_another_file_have_an_arrow_of_their_own() -> None:
    labels = (Label(at("a b", "b")), Label(Span(Source("other.nesy", "c"), 0, 1)))
    assert " --> other.nesy:1:1" in Diagnostic("E206", "twice", labels).render().splitlines()


def test_line_numbers_are_aligned() -> None:
    text = "\n" * 99 + "p."
    lines = Diagnostic("E201", "m", (Label(at(text, "p")),)).render().splitlines()
    assert lines[1:] == ["   --> test.nesy:100:1", "    |", "100 | p.", "    | ^"]


@pytest.mark.parametrize(
    ("text", "part", "underlined"),
    [
        ("\tp(a).", "p(a)", "  | \t^^^^"),
        ("漢字(b).", "b", "  |      ^"),
        ("p(漢字).", "漢字", "  |   ^^^^"),
        ("p(e\u0301x).", "x", "  |    ^"),
        ("p(a,\nb)", "p(a,\nb)", "  | ^^^^"),
    ],
)
def test_marks_stand_below_what_they_mark(text: str, part: str, underlined: str) -> None:
    assert Diagnostic("E201", "m", (Label(at(text, part)),)).render().splitlines()[4] == underlined


def test_an_empty_span_gets_one_mark() -> None:
    text = "p"
    lines = Diagnostic("E103", "m", (Label(Span(Source("f", text), 1, 1)),)).render().splitlines()
    assert lines[4] == "  |  ^"


@pytest.mark.parametrize("position", [0, 50, 5000, 99_999])
def test_long_lines_are_cut_around_the_mark(position: int) -> None:
    text = "a" * position + "X" + "b" * (100_000 - position)
    lines = Diagnostic("E201", "m", (Label(at(text, "X")),)).render().splitlines()
    shown, marks = lines[3][4:], lines[4][4:]
    assert len(shown) <= MARK_WIDTH
    assert shown[marks.index("^")] == "X"
    assert marks.count("^") == 1


def test_an_error_holds_all_diagnostics() -> None:
    failure = NesyError([Diagnostic("E201", "one"), Diagnostic("E202", "two")])
    assert [diagnostic.code for diagnostic in failure.diagnostics] == ["E201", "E202"]
    assert str(failure) == "error[E201]: one\n\nerror[E202]: two"


def test_an_error_needs_a_diagnostic() -> None:
    with pytest.raises(AssertionError):
        NesyError([])


def test_codes_must_be_documented() -> None:
    with pytest.raises(AssertionError, match="E999"):
        Diagnostic("E999", "m")


def test_the_short_way_to_an_error() -> None:
    span = at("p(a).", "a")
    (diagnostic,) = error("E203", "m", span, "note", "hint").diagnostics
    assert diagnostic == Diagnostic("E203", "m", (Label(span, "note"),), "hint")
    assert error("E203", "m").diagnostics[0].span is None


def test_errors_pickle() -> None:
    failure = pickle.loads(pickle.dumps(error("E203", "m", at("p(a).", "a"), "note", "hint")))
    assert isinstance(failure, NesyError)
    assert failure.render() == error("E203", "m", at("p(a).", "a"), "note", "hint").render()


def test_codes_are_well_formed_and_sorted_by_stage() -> None:
    assert all(re.fullmatch(r"[EW]\d{3}", code) for code in CODES)
    stages = [code[1] for code in CODES]
    assert stages == sorted(stages)
    assert len(set(CODES.values())) == len(CODES), "every code says something of its own"


def test_every_code_is_listed_once_in_its_file() -> None:
    text = (Path(__file__).resolve().parents[2] / "nesylang" / "source" / "codes.py").read_text(encoding="utf-8")
    listed = re.findall(r'^    "([EW]\d{3})":', text, re.MULTILINE)
    assert listed == list(CODES), "a key that is repeated silently replaces the one before"


@pytest.mark.parametrize("enabled", [True, False])
def test_collection_is_paused_and_restored(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with paused_collection():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
        with pytest.raises(NesyError), paused_collection():
            raise error("E203", "m")
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
