"""``--stats``: what is said about stages, for people and for programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

from nesylang.cli.statistics import LISTED, statistics_document, statistics_table
from nesylang.compilation.budget import Attempt
from nesylang.compilation.statistics import Stage, Statistics

STAGES = ["parse", "analyse", "ground", "formula", "compile", "evaluate"]
SECONDS = re.compile(r"^(?P<name>[a-z ]*?) +(?P<seconds>\d+\.\d{3}) s(?:  (?P<rest>.*))?$")


def test_the_table_has_a_line_for_each_stage(nesy, alarm: Path) -> None:
    plain, ended = nesy("run", "alarm.nesy"), nesy("run", "alarm.nesy", "--stats")
    assert (ended.status, ended.output, plain.errors) == (0, plain.output, "")
    found = [SECONDS.match(line) for line in ended.errors.splitlines()]
    assert all(found)
    assert [line["name"] for line in found if line and line["name"] != "cache"] == [*STAGES, "in all"]
    rows = {line["name"]: line["rest"] for line in found if line}
    assert rows["parse"] == "statements 10"
    assert rows["ground"].startswith("choices 4, ")
    assert rows["compile"].startswith("compiler direct, certified yes, ")
    assert rows["in all"].startswith("most memory ")


def test_json_has_an_object(nesy, alarm: Path) -> None:
    ended = nesy("run", "alarm.nesy", "--stats", "--format", "json")
    document = json.loads(ended.output)
    assert ended.errors == ""
    assert document["results"] == json.loads(nesy("run", "alarm.nesy", "--format", "json").output)["results"]
    found = document["statistics"]
    assert [name for name in found["stages"] if name != "cache"] == STAGES
    assert found["stages"]["ground"]["choices"] == 4
    assert found["seconds"] > 0
    assert found["attempts"] == []


def test_csv_stays_as_it_is(nesy, alarm: Path) -> None:
    ended = nesy("run", "alarm.nesy", "--stats", "--format", "csv")
    assert ended.output == nesy("run", "alarm.nesy", "--format", "csv").output
    assert "in all" in ended.errors


def test_tests_have_statistics_for_each_program(nesy, folder: Path) -> None:
    (folder / "one.nesy").write_text("0.5 :: a. expect 0.5 :: a.")
    (folder / "two.nesy").write_text("0.5 :: a. 0.5 :: b. c :- a, b. expect 0.25 :: c. expect 0.75 :: not c.")
    ended = nesy("test", "--stats")
    assert ended.status == 0
    assert ended.errors.count("in all") == 2
    assert ended.output == nesy("test").output
    assert re.findall(r"choices (\d)", ended.errors) == ["1", "2"]


def test_attempts_are_listed_up_to_a_number() -> None:
    attempts = tuple(Attempt("in this process", 1.0, 1000 * number, False) for number in range(LISTED + 3))
    found = Statistics((Stage("ground", 0.5, {"rules": 1234}), Stage("compile", 12.0)), attempts, 5 << 20, 3 << 30)
    lines = statistics_table(found).splitlines()
    assert lines[0] == "ground      0.500 s  rules 1,234"
    assert lines[3] == "            1.000 s  of it in this process, nodes 1,000, given up"
    assert lines[-2] == "            3.000 s  of it 3 other attempts"
    assert lines[-1] == "in all     12.500 s  most memory 5 MiB, of the worker 3 GiB"
    assert len(statistics_document(found)["attempts"]) == LISTED + 3
