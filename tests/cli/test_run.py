"""``nesy run``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

ALARM_TABLE = """\
burglary:
  burglary  0.3571428571
calls(X):
  calls(john)  1
  calls(mary)  0.6
"""


def test_the_programs_queries_are_answered(nesy, alarm) -> None:
    assert nesy("run", "alarm.nesy") == (0, ALARM_TABLE, "")


def test_dash_is_standard_input(nesy, alarm) -> None:
    assert nesy("run", "-", given=alarm.read_bytes()) == (0, ALARM_TABLE, "")


def test_queries_that_are_their_own_answer_share_a_table(nesy) -> None:
    assert nesy("run", "-", given="0.25 :: rain. 0.5 :: wind. query rain. query wind.").output == "rain  0.25\nwind  0.5\n"


def test_one_query_needs_no_heading(nesy) -> None:
    ended = nesy("run", "-", given="0.25 :: p(1). 1/3 :: p(10). query p(X).")
    assert ended.output == "p(1)   0.25\np(10)  0.3333333333\n"


def test_queries_on_the_command_line_replace_those_of_the_file(nesy, alarm) -> None:
    ended = nesy("run", "alarm.nesy", "-q", "earthquake", "--query", "alarm.")
    assert ended == (0, "earthquake  0.7142857143\nalarm       1\n", "")


def test_a_query_may_have_a_condition(nesy, alarm) -> None:
    ended = nesy("run", "alarm.nesy", "-q", "burglary given not earthquake")
    assert ended.output == "burglary  1\n"


@pytest.mark.parametrize("evidence", ["not earthquake", "earthquake=false", "\\+ earthquake", "earthquake = false."])
def test_evidence_is_added_to_that_of_the_file(nesy, alarm, evidence: str) -> None:
    ended = nesy("run", "alarm.nesy", "-q", "burglary", "-e", evidence)
    assert ended == (0, "burglary  1\n", "")


@pytest.mark.parametrize("evidence", ["earthquake", "earthquake=true"])
def test_evidence_may_be_positive(nesy, alarm, evidence: str) -> None:
    ended = nesy("run", "alarm.nesy", "-q", "burglary", "-e", evidence, "--evidence", "hears(mary)")
    assert ended.output == "burglary  0.1\n"


def test_json_round_trips_every_digit_and_keeps_the_order(nesy) -> None:
    ended = nesy("run", "-", "--format", "json", given="1/3 :: p(2). 0.25 :: p(1). query p(X). query p(3).")
    assert ended.output == (
        '{"results": [{"query": "p(X)", "answers": [{"atom": "p(2)", "probability": 0.3333333333333333}, '
        '{"atom": "p(1)", "probability": 0.25}]}, {"query": "p(3)", "answers": [{"atom": "p(3)", "probability": 0.0}]}]}\n'
    )


def test_json_spells_atoms_canonically(nesy) -> None:
    ended = nesy("run", "-", "--format", "json", given="p( 'New York' , f(a,  [1, 2|[]]), ü ).\nquery p(X,  Y, Z).")
    assert json.loads(ended.output) == {
        "results": [{"query": "p(X,Y,Z)", "answers": [{"atom": "p('New York',f(a,[1,2]),ü)", "probability": 1.0}]}]
    }


def test_csv_quotes_what_has_commas(nesy) -> None:
    ended = nesy("run", "-", "--format", "csv", given="1/3 :: p(1, a). query p(X, Y).")
    assert ended.output.startswith("query,atom,probability\n")
    assert list(csv.reader(io.StringIO(ended.output)))[1:] == [["p(X,Y)", "p(1,a)", "0.3333333333333333"]]


def test_a_query_without_answers_says_so(nesy) -> None:
    program = "0.5 :: p(1). q(2) :- p(X), X > 1. query q(X)."
    assert nesy("run", "-", given=program) == (0, "no answers\n", "")
    assert nesy("run", "-", given=program + " query p(X).").output == "q(X):\n  no answers\np(X):\n  p(1)  0.5\n"
    assert nesy("run", "-", "--format", "csv", given=program).output == "query,atom,probability\n"


@pytest.mark.parametrize(("format_", "output"), [("table", ""), ("json", '{"results": []}\n'), ("csv", "query,atom,probability\n")])
def test_a_program_without_queries_says_so(nesy, format_: str, output: str) -> None:
    ended = nesy("run", "-", "--format", format_, given="0.5 :: p.")
    assert (ended.status, ended.output) == (0, output)
    assert "-q" in ended.errors
    assert ended.errors.startswith("<stdin> asks nothing")


def test_an_empty_program_asks_nothing(nesy) -> None:
    assert nesy("run", "-").status == 0


def test_warnings_go_to_standard_error(nesy) -> None:
    ended = nesy("run", "-", given="0.5 :: p(1).\nq :- p(Unused).\nquery q.")
    assert (ended.status, ended.output) == (0, "q  0.5\n")
    assert ended.errors.startswith("warning[W203]")


def test_all_mistakes_are_reported_at_once(nesy) -> None:
    ended = nesy("run", "-", "-q", "p(", "-e", ")", given="p(1) :- .")
    assert (ended.status, ended.output) == (1, "")
    assert [line for line in ended.errors.splitlines() if "-->" in line] == [" --> <stdin>:1:9", " --> query:1:2", " --> evidence:1:1"]


def test_unknown_predicates_of_queries_and_evidence_are_wrong(nesy, alarm) -> None:
    ended = nesy("run", "alarm.nesy", "-q", "burglar", "-e", "earthquak")
    assert (ended.status, ended.output) == (1, "")
    assert ended.errors.count("error[E201]") == 2
    assert "did you mean burglary/0?" in ended.errors


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("p :- q. query p.", "E201"),
        ("0.5 :: p. evidence p. evidence not p. query p.", "E501"),
        ("type image. neural d(image) -> 0..9. query d(x, 1).", "E505"),
    ],
)
def test_a_wrong_program_has_status_1(nesy, program: str, code: str) -> None:
    ended = nesy("run", "-", given=program)
    assert (ended.status, ended.output) == (1, "")
    assert f"error[{code}]" in ended.errors


def test_imports_are_relative_to_the_file(nesy, folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "rules.nesy").write_text("0.5 :: p.")
    (folder / "deep" / "main.nesy").write_text('import "rules.nesy". query p.')
    assert nesy("run", "deep/main.nesy").output == "p  0.5\n"
    assert nesy("run", "-", given='import "deep/rules.nesy". query p.').output == "p  0.5\n"


def test_a_missing_file_is_wrong_usage(nesy, alarm) -> None:
    ended = nesy("run", "alarn.nesy")
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors == "error[E701]: cannot read alarn.nesy: No such file or directory\n = hint: did you mean alarm.nesy?\n\n"


def test_a_folder_is_no_program(nesy, folder: Path) -> None:
    ended = nesy("run", str(folder))
    assert (ended.status, ended.output) == (2, "")
    assert "E701" in ended.errors


def test_text_that_is_not_utf_8_cannot_be_read(nesy, folder: Path) -> None:
    (folder / "latin.nesy").write_bytes("p(ü).".encode("latin-1"))
    for name, given in (("latin.nesy", b""), ("-", "p(ü).".encode("latin-1"))):
        ended = nesy("run", name, given=given)
        assert (ended.status, ended.output) == (2, "")
        assert "is not UTF-8 text: byte 2" in ended.errors


def test_the_budget_of_nodes_is_kept(nesy) -> None:
    heads = "".join(f"0.5 :: a({i}). " for i in range(12))
    pairs = " ; ".join(f"(a({i}), a({11 - i}))" for i in range(6))
    program = f"{heads} p :- {pairs}. query p."
    assert nesy("run", "-", given=program).status == 0
    ended = nesy("run", "-", "--nodes", "5", given=program)
    assert (ended.status, ended.output) == (1, "")
    assert "E401" in ended.errors


def test_the_budget_of_seconds_is_kept(nesy) -> None:
    ended = nesy("run", "-", "--seconds", "0.01", given="n(0). n(X) :- n(Y), X is Y + 1. query n(X).")
    assert (ended.status, ended.output) == (1, "")
    assert "0.01 seconds" in ended.errors


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--nodes", "0"], "'0' is not positive"),
        (["--nodes", "many"], "'many' is not an integer"),
        (["--seconds", "-1"], "'-1' is not positive"),
        (["--seconds", "nan"], "'nan' is not positive"),
        (["--seconds", "soon"], "'soon' is not a number"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["-q"], "expected one argument"),
        (["other.nesy"], "unrecognized arguments: other.nesy"),
    ],
)
def test_wrong_options_are_wrong_usage(nesy, alarm, arguments: list[str], complaint: str) -> None:
    ended = nesy("run", "alarm.nesy", *arguments)
    assert (ended.status, ended.output) == (2, "")
    assert complaint in ended.errors


def test_every_format_has_a_writer() -> None:
    from nesylang.cli import answers, run

    assert tuple(answers.FORMATS) == run.FORMATS


IMPOSSIBLE = "0.5 :: a. 0.4 :: b(1); 0.6 :: b(2). evidence b(1). query a. query a given b(2). query b(X) given a."


def test_an_impossible_condition_leaves_the_other_answers(nesy) -> None:
    ended = nesy("run", "-", given=IMPOSSIBLE)
    assert (ended.status, ended.output) == (
        1,
        "a:\n  a  0.5\na given b(2):\n  impossible condition\nb(X) given a:\n  b(1)  1\n  b(2)  0\n",
    )
    assert ended.errors.startswith("error[E503]: the condition of a given b(2) has probability zero\n --> <stdin>:1:")


def test_an_impossible_condition_in_json(nesy) -> None:
    ended = nesy("run", "-", "--format", "json", given=IMPOSSIBLE)
    assert ended.status == 1
    assert '{"query": "a given b(2)", "answers": [], "error": "E503"}' in ended.output
