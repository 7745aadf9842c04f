"""All passes together."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nesylang.analysis import PASSES, analyse, diagnose
from nesylang.analysis.program import index
from nesylang.source import NesyError, Source
from nesylang.source.codes import CODES
from nesylang.syntax import load_program, parse

WRONG = """\
type color = {red, green}.
type color.
pred paint(node, color).
paint(a, blue).
1.5 :: broken.
0.7 :: heads; 0.7 :: tails.
length(a, b).
reach(X) :- raech(X), not zork(X, X).
constraint reach(1).
paint(X, red).
abc :: odd.
"""


def test_all_errors_of_a_file_come_at_once_in_order() -> None:
    with pytest.raises(NesyError) as failure:
        analyse(parse(Source("wrong.nesy", WRONG)))
    assert [(d.code, str(d.span)) for d in failure.value.diagnostics] == [
        ("E206", "wrong.nesy:2:1"),
        ("E207", "wrong.nesy:3:12"),
        ("E203", "wrong.nesy:4:10"),
        ("E204", "wrong.nesy:5:1"),
        ("E205", "wrong.nesy:6:1"),
        ("E208", "wrong.nesy:7:1"),
        ("E201", "wrong.nesy:8:13"),
        ("E201", "wrong.nesy:8:27"),
        ("E109", "wrong.nesy:9:1"),
        ("E215", "wrong.nesy:10:7"),
        ("E210", "wrong.nesy:11:1"),
    ]


def test_warnings_come_with_the_analysis() -> None:
    tree = parse(Source("test.nesy", "p(1).\nq(X) :- p(Y).\nr :- p(X), not r.\n"))
    analysis = analyse(tree)
    assert analysis.statements == tree.statements
    assert [(d.code, str(d.span)) for d in analysis.warnings] == [
        ("W203", "test.nesy:2:3"),
        ("W203", "test.nesy:2:11"),
        ("W203", "test.nesy:3:8"),
        ("W204", "test.nesy:3:16"),
    ]


def test_an_empty_program() -> None:
    analysis = analyse(parse(Source("empty.nesy", "% nothing\n")))
    assert (analysis.statements, analysis.warnings, analysis.neural) == ((), (), {})


def test_imported_files_come_with_their_own_places(tmp_path: Path) -> None:
    (tmp_path / "base.nesy").write_text("type color = {red}.\npred paint(color).\np :- zork.\n")
    (tmp_path / "old.pl").write_text("a :- other. b.\n")
    main = Source(str(tmp_path / "main.nesy"), 'import "base.nesy".\nimport "old.pl".\npaint(blue).\nq(X) :- b.\n')
    with pytest.raises(NesyError) as failure:
        analyse(load_program(main, tmp_path))
    assert [(d.code, Path(str(d.span)).name) for d in failure.value.diagnostics] == [("E201", "base.nesy:3:6"), ("E203", "main.nesy:3:7")]


def test_private_predicates_stay_in_their_file(tmp_path: Path) -> None:
    (tmp_path / "base.nesy").write_text("_step(1).\n_both(X) :- _step(X).\nnext(X) :- _step(X), _both(X).\n")
    main = Source(str(tmp_path / "main.nesy"), 'import "base.nesy".\nq(X) :- next(X), _step(X).\n_both(1).\n')
    with pytest.raises(NesyError) as failure:
        analyse(load_program(main, tmp_path))
    assert [(d.code, d.message, Path(str(d.span)).name) for d in failure.value.diagnostics] == [
        ("E201", "_step/1 is private to another file", "main.nesy:2:18"),
    ]


def test_passes_are_documented() -> None:
    for check in PASSES:
        assert check.__doc__
        assert [word.strip(",.") for word in check.__doc__.split() if word.strip(",.") in CODES]


FACTS = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"edge({i},{i + 1}).\n" for i in range(FACTS)),
        "pred edge(int, {a, b}).\n" + "".join(f"edge({i},a).\n" for i in range(FACTS)),
        "".join(f"0.3::edge({i},{i + 1}).\n" for i in range(FACTS)),
    ],
    ids=["facts", "declared", "probabilistic"],
)
def test_many_facts_are_quick(text: str) -> None:
    tree = parse(Source("facts.nesy", text))
    start = time.process_time()
    program = index(tree.statements)
    for check in PASSES:
        assert list(check(program)) == []
    assert time.process_time() - start < 1.0


def test_negated_heads_are_no_mistakes_for_diagnose() -> None:
    tree = parse(Source("birds.nesy", "flies(X) :- bird(X). \\+ flies(X) :- penguin(X). bird(tux). penguin(tux)."))
    assert diagnose(tree) == ()
    assert analyse(tree).warnings == ()
