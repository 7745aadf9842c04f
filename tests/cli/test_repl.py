"""``nesy repl`` with lines from a pipe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nesylang.cli.conversation import ALIASES, COMMANDS


def lines(*typed: str) -> str:
    return "".join(f"{line}\n" for line in typed)


def test_a_pipe_gets_answers_only(nesy) -> None:
    assert nesy("repl", given="0.5 :: heads(1).\nheads(X)\nheads(1).\n") == (0, "heads(1)  0.5\nheads(1)  0.5\n", "")


def test_nothing_is_typed(nesy) -> None:
    assert nesy("repl") == (0, "", "")
    assert nesy("repl", given="\n  \n% a comment\n/* another\nof two lines */\n") == (0, "", "")


def test_the_last_line_may_lack_its_end(nesy) -> None:
    assert nesy("repl", given="0.5 :: a.\na").output == "a  0.5\n"
    assert nesy("repl", given="0.5 :: a.\nb :-\n  a").errors == ""


def test_a_file_is_loaded(nesy, alarm) -> None:
    assert nesy("repl", "alarm.nesy", given="burglary\n") == (0, "burglary  0.3571428571\n", "")


def test_conditions(nesy, alarm) -> None:
    assert nesy("repl", "alarm.nesy", given="burglary given not earthquake.\n").output == "burglary  1\n"


@pytest.mark.parametrize(
    "statement",
    [
        "b :- a.",
        "b :-\n  a.",
        "b :- (\n  a\n).",
        "b :- a,\n  a.",
        "b\n  :- a.",
        "1 :: b :- a.",
        "1 :: b; 0 :: c :- a.",
        "b <- a.",
        ":add b :- a.",
        ":add b :-\n a.",
        "b :- a",
        ":add b :- a",
        "pred c. b :- a.",
        "type t = 0..9. pred c(t). b :- a.",
    ],
)
def test_what_is_a_statement_is_added(nesy, statement: str) -> None:
    if statement.startswith("b\n"):
        # The first line is complete in itself: a goal, and an unknown one.
        assert nesy("repl", given=lines("0.5 :: a.", statement, "b")).errors.startswith("error[E201]")
    else:
        assert nesy("repl", given=lines("0.5 :: a.", statement, "b")) == (0, "b  0.5\n", "")


def test_facts_are_added_with_add(nesy) -> None:
    assert nesy("repl", given=lines(":add a(1). a(2).", ":add a(3)", "a(X)")).output == "a(1)  1\na(2)  1\na(3)  1\n"


def test_a_plain_fact_is_asked_and_adding_it_is_suggested(nesy) -> None:
    ended = nesy("repl", given=lines("a(1)."))
    assert (ended.status, ended.output) == (0, "")
    assert "error[E201]" in ended.errors
    assert ended.errors.endswith("A goal is asked. To add it as a fact, type  :add a(1).\n")


def test_statements_between_questions_are_added_as_a_whole(nesy) -> None:
    ended = nesy("repl", given=lines("0.5 :: a. b :- a. b. c :- b. d :- nowhere. a.", ":list"))
    assert ended.output == "b  0.5\n0.5::a.\nb :- a.\n"
    assert "E201" in ended.errors


def test_several_statements_in_one_line(nesy) -> None:
    assert nesy("repl", given="0.5 :: a. b :- a. a. b.\n").output == "a  0.5\nb  0.5\n"


@pytest.mark.parametrize("text", ["query a.", "query(a).", "query a given b."])
def test_queries_are_asked(nesy, text: str) -> None:
    assert nesy("repl", given=lines("0.5 :: a. 0.5 :: b.", text, ":list")).output == "a  0.5\n0.5::a.\n0.5::b.\n"


def test_expectations_are_checked(nesy) -> None:
    ended = nesy("repl", given=lines("0.5 :: a.", "expect 0.5 :: a.", "expect answers a = {}.", ":list"))
    assert (ended.status, ended.output) == (0, "it holds\n0.5::a.\n")
    assert "error[E504]" in ended.errors


def test_the_expectations_of_the_file_are_left_alone(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("0.5 :: a. expect 0.1 :: a.")
    assert nesy("repl", "program.nesy", given="expect 0.5 :: a.\n") == (0, "it holds\n", "")


def test_no_answers(nesy) -> None:
    assert nesy("repl", given=lines("0.5 :: a(1).", "a(X), X > 1")).output == "no answers\n"


def test_directives_load_libraries(nesy) -> None:
    given = lines(":- use_module(library(lists)).", "import lists.", "0.5 :: a.", "a, member(X, [1])")
    assert nesy("repl", given=given) == (0, "a,member(1,[1])  0.5\n", "")


def test_an_import_brings_its_statements_once(nesy, folder: Path) -> None:
    (folder / "rules.nesy").write_text("0.5 :: a.")
    given = lines('import "rules.nesy".', 'import "rules.nesy".', "b :- a.", "b")
    assert nesy("repl", given=given) == (0, "b  0.5\n", "")


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ("b :- c.", "E201"),
        ("1.5 :: b.", "E204"),
        ("b :- a. c :- d.", "E201"),
        (":add b. c :- d.", "E201"),
        (":add b. X.", "E108"),
        ("b :- ).", "E105"),
        ("neural b.", "E107"),
        ("type t = 0..9. type t = 1..2.", "E206"),
        ('import "missing.nesy".', "E212"),
        ("evidence nowhere.", "E201"),
        ("X is 1 / 0", "E303"),
        ("nowhere", "E201"),
        (":evidence nowhere", "E201"),
        (":evidence (", "E104"),
        (":retract b", "there is no such evidence: evidence b."),
        (":clear everything", "the command is :clear evidence"),
        (":clear", "the command is :clear evidence"),
        (":load missing.nesy", "E701"),
        (":load", "the command is :load FILE"),
        (":load a\x00b", "no control characters"),
        (":reload", "no file is loaded"),
        (":save", "the command is :save FILE"),
        (":save missing/program.nesy", "E701"),
        (":save .", "E701"),
        (":run", "the program has no query"),
        (":list everything", ":list takes nothing behind it"),
        (":lst", "did you mean 'list'?"),
        (":xyzzy", ":help lists them"),
        (":add", "the command is :add CLAUSE."),
    ],
)
def test_a_failed_input_changes_nothing_and_ends_nothing(nesy, folder: Path, failing: str, said: str) -> None:
    before = lines("0.5 :: a.", ":list", "a")
    expected = nesy("repl", given=before + lines(":list", "a"))
    ended = nesy("repl", given=before + lines(failing, ":list", "a"))
    assert ended.status == 0
    assert said in ended.errors
    assert ended.output == expected.output
    assert sorted(path.name for path in folder.iterdir()) == []


def test_bytes_that_are_no_utf_8_fail_alone(nesy) -> None:
    ended = nesy("repl", given=b"0.5 :: a.\n\xff\na\n")
    assert (ended.status, ended.output) == (0, "a  0.5\n")
    assert "E101" in ended.errors


def test_warnings_are_about_what_is_typed(nesy) -> None:
    ended = nesy("repl", given=lines("a(1).", ":add a(1). b :- a(X).", "b", "c :- b.", ":add d :- a(Y)."))
    assert ended.output == "b  1\n"
    assert ended.errors.count("warning[W203]") == 2


def test_evidence(nesy, alarm) -> None:
    typed = lines(
        ":evidence",
        ":evidence not earthquake",
        ":evidence hears(mary)=true",
        ":evidence",
        "burglary",
        ":retract earthquake=false",
        ":retract calls(john)",
        ":evidence",
        "burglary",
        ":clear evidence",
        ":evidence",
        "burglary",
    )
    ended = nesy("repl", "alarm.nesy", given=typed)
    assert ended.output.splitlines() == [
        "evidence calls(john).",
        "evidence calls(john).",
        "evidence not earthquake.",
        "evidence hears(mary).",
        "burglary  1",
        "evidence hears(mary).",
        "burglary  0.1",
        "burglary  0.1",
    ]
    assert ended.errors == "there is no evidence\n"


def test_evidence_as_problog_spells_it(nesy) -> None:
    typed = lines("0.5 :: a. 0.5 :: b. 0.5 :: c.", "evidence(a).", "evidence(b, false).", "evidence(\\+ c).", ":evidence", "a")
    retracted = lines(":retract a", ":retract not b", ":retract not c", ":evidence", "a")
    ended = nesy("repl", given=typed + retracted)
    assert ended.output == "evidence(a).\nevidence(b,false).\nevidence(\\+c).\na  1\na  0.5\n"
    assert ended.errors == "there is no evidence\n"


def test_impossible_evidence_can_be_taken_back(nesy) -> None:
    ended = nesy("repl", given=lines("0.5 :: a.", ":evidence a", ":evidence not a", "a", ":retract not a", "a"))
    assert ended.output == "a  1\n"
    assert ended.errors.count("error[E501]") == 1


def test_the_program_is_listed(nesy, alarm) -> None:
    ended = nesy("repl", "alarm.nesy", given=lines("x :- alarm.", ":list"))
    assert ended.output.splitlines()[-4:] == ["evidence calls(john).", "query burglary.", "query calls(X).", "x :- alarm."]


def test_an_empty_program_is_listed(nesy) -> None:
    assert nesy("repl", given=":list\n") == (0, "", "the program is empty\n")


@pytest.mark.parametrize("command", [":run", ":queries"])
def test_the_queries_of_the_program_are_answered(nesy, alarm, command: str) -> None:
    ended = nesy("repl", "alarm.nesy", given=lines(command))
    assert ended == (0, nesy("run", "alarm.nesy").output, "")


def test_loading_starts_over(nesy, alarm) -> None:
    ended = nesy("repl", given=lines("0.5 :: a.", ":load alarm.nesy", "burglary", "a"))
    assert ended.output == "burglary  0.3571428571\n"
    assert "unknown predicate a/0" in ended.errors


def test_a_wrong_file_leaves_the_session_as_it_was(nesy, alarm, folder: Path) -> None:
    (folder / "wrong.nesy").write_text("p :- q.")
    ended = nesy("repl", "alarm.nesy", given=lines(":load wrong.nesy", "burglary", ":reload", "burglary"))
    assert ended.output == "burglary  0.3571428571\n" * 2
    assert ended.errors.count("error[") == 1


def test_reloading_keeps_what_was_added(nesy, folder: Path) -> None:
    path = folder / "program.nesy"
    path.write_text("0.5 :: a.")
    (folder / "other.nesy").write_text("0.25 :: a.")
    given = lines("b :- a.", "b", ":save copy.nesy", ":load other.nesy", "c :- a.", ":reload", "c", ":list")
    assert nesy("repl", "program.nesy", given=given).output == "b  0.5\nc  0.25\n0.25::a.\nc :- a.\n"


def test_saving_keeps_the_text_of_the_file(nesy, folder: Path) -> None:
    text = "% Coins.\n0.5 :: a.   % the first\nevidence a.\nevidence(b,false).\n\n0.5 :: b. evidence b. c."
    (folder / "program.nesy").write_text(text)
    given = lines("0.125 :: d.", ":retract a", ":retract b", ":save copy.nesy", "d", ":list")
    ended = nesy("repl", "program.nesy", given=given)
    assert ended.errors == ""
    saved = "% Coins.\n0.5 :: a.   % the first\nevidence(b,false).\n\n0.5 :: b.  c.\n0.125::d.\n"
    assert (folder / "copy.nesy").read_text() == saved
    assert (folder / "program.nesy").read_text() == text
    assert ended.output.splitlines() == ["d  0.125", "0.5::a.", "evidence(b,false).", "0.5::b.", "c.", "0.125::d."]


def test_retracted_facts_of_the_short_form_leave_no_period(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("0.5 :: a.\nevidence(a,true).\n0.5 :: b.\n")
    nesy("repl", "program.nesy", given=lines(":clear evidence", ":save program.nesy"))
    assert (folder / "program.nesy").read_text() == "0.5 :: a.\n0.5 :: b.\n"


def test_saving_makes_the_file_the_one_that_is_loaded(nesy, folder: Path) -> None:
    assert nesy("repl", given=lines("0.5 :: a.", ":save p.nesy", ":save p.nesy", ":reload", ":list")) == (0, "0.5::a.\n", "")
    assert (folder / "p.nesy").read_text() == "0.5::a.\n"


def test_saved_imports_stay_relative(nesy, folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "rules.nesy").write_text("0.5 :: a.")
    (folder / "deep" / "program.nesy").write_text('import "rules.nesy". % rules\nimport lists.\nb :- a.\n')
    ended = nesy("repl", "deep/program.nesy", given=lines(":save program.nesy", "b"))
    assert (ended.output, ended.errors) == ("b  0.5\n", "")
    assert (folder / "program.nesy").read_text() == 'import "deep/rules.nesy". % rules\nimport lists.\nb :- a.\n'


def test_saving_is_whole_or_not_at_all(nesy, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "program.nesy").write_text("0.5 :: a.\n")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    ended = nesy("repl", "program.nesy", given=lines("0.5 :: b.", ":save program.nesy", "b"))
    assert (ended.status, ended.output) == (0, "b  0.5\n")
    assert "cannot write program.nesy: No space left on device" in ended.errors
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"program.nesy": "0.5 :: a.\n"}


def test_saving_follows_links_and_keeps_permissions(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("0.5 :: a.\n")
    (folder / "program.nesy").chmod(0o640)
    (folder / "link.nesy").symlink_to("program.nesy")
    nesy("repl", "link.nesy", given=lines("0.5 :: b.", ":save link.nesy"))
    assert (folder / "link.nesy").is_symlink()
    assert (folder / "program.nesy").read_text() == "0.5 :: a.\n0.5::b.\n"
    assert (folder / "program.nesy").stat().st_mode & 0o777 == 0o640


def test_help_lists_every_command(nesy) -> None:
    ended = nesy("repl", given=":help\n")
    assert ended.errors == ""
    listed = {line.split()[0].removeprefix(":") for line in ended.output.splitlines() if line.startswith(":")}
    assert listed == COMMANDS.keys() - ALIASES


@pytest.mark.parametrize("command", [":quit", ":q"])
def test_quit_ends_the_session(nesy, command: str) -> None:
    assert nesy("repl", given=lines("0.5 :: a.", command, "a")) == (0, "", "")


@pytest.mark.parametrize(("program", "status"), [(None, 2), ("p :- q.", 1)])
def test_a_file_that_cannot_be_loaded_ends_it_at_once(nesy, folder: Path, program: str | None, status: int) -> None:
    if program is not None:
        (folder / "program.nesy").write_text(program)
    ended = nesy("repl", "program.nesy", given=":help\n")
    assert (ended.status, ended.output) == (status, "")
    assert ended.errors.startswith("error[")


def test_standard_input_is_no_file(nesy) -> None:
    ended = nesy("repl", "-", given="0.5 :: a.\n")
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors.startswith("nesy repl: error: standard input")


def test_the_budget_is_kept(nesy) -> None:
    ended = nesy("repl", "--seconds", "0.01", given=lines(":add n(0). n(X) :- n(Y), X is Y + 1.", "n(X)", "n(0), 1 > 2"))
    assert ended.status == 0
    assert "0.01 seconds" in ended.errors


def test_a_command_ends_an_unfinished_input(nesy) -> None:
    ended = nesy("repl", given="0.5 :: a.\nb :- a,\n:quit\na\n")
    assert (ended.status, ended.output) == (0, "")
    assert "it is dropped" in ended.errors


def test_what_follows_a_failure_in_one_input_is_left_out(nesy) -> None:
    ended = nesy("repl", given="n(0). m(Y) :- Y = 1.\n:list\n")
    assert ended.output == ""
    assert "unknown predicate n/1" in ended.errors


def test_the_commands_of_other_prompts_are_recognised(nesy) -> None:
    assert "The command is  :quit" in nesy("repl", given="halt.\n").errors


def test_programs_with_tables_of_data(nesy, folder: Path) -> None:
    (folder / "edges.csv").write_text("from,to\na,b\nb,c\n")
    facts = "".join(f"p({number}).\n" for number in range(100))
    text = f":- use_module(library(db)).\n:- csv_load('edges.csv', edge).\n{facts}evidence(e,true).\n0.5 :: e.\n"
    (folder / "program.nesy").write_text(text)
    given = lines("edge(a, X), p(7)", ":clear evidence", ":add q(1).", ":save copy.nesy", ":reload", "edge(b, X)", "e")
    ended = nesy("repl", "program.nesy", given=given)
    assert [line.split() for line in ended.output.splitlines() if line.startswith(("edge", "e"))] == [
        ["edge(a,b),p(7)", "1"],
        ["edge(b,c)", "1"],
        ["e", "0.5"],
    ]
    assert (folder / "copy.nesy").read_text() == text.replace("evidence(e,true).\n", "") + "q(1).\n"


def test_many_facts_are_added_one_by_one(nesy) -> None:
    facts = " ".join(f"p({number})." for number in range(100))
    assert nesy("repl", given=lines(f":add {facts}", "p(99)", ":list")).output.splitlines()[-1] == "p(99)."


def test_goals_as_prolog_asks_them(nesy) -> None:
    assert nesy("repl", given="0.5 :: p(1).\n?- p(X).\n?- p(1)\n ?-p(X)\n") == (0, "p(1)  0.5\n" * 3, "")


def test_what_is_typed_may_add_to_an_import(nesy, folder: Path) -> None:
    (folder / "base.nesy").write_text("p(1).\n")
    (folder / "main.nesy").write_text('import "base.nesy".\n')
    assert nesy("repl", "main.nesy", given=":add p(2).\np(X)\n") == (0, "p(1)  1\np(2)  1\n", "")


def test_an_impossible_condition_leaves_the_other_queries(nesy, folder: Path) -> None:
    (folder / "main.nesy").write_text("0.5 :: a. query a given (a, not a). query a.")
    ended = nesy("repl", "main.nesy", given=":run\n")
    assert ended.output == "a given a,not a:\n  impossible condition\na:\n  a  0.5\n"
    assert ended.errors.startswith("error[E503]")
