"""nesylang from Python: loading, asking, and programs that are extended with facts and evidence."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import nesylang as nesy
from nesylang.compilation import CompilationBudget
from nesylang.grounding import GroundingBudget
from nesylang.inference import Settings
from nesylang.syntax import print_statement
from nesylang.syntax.statements import FactTable

BURGLARY = """
0.1::burglary. 0.2::earthquake.
alarm :- burglary. alarm :- earthquake.
query burglary. query alarm.
"""

GRAPH = nesy.loads("path(X,Y) :- edge(X,Y). path(X,Y) :- edge(X,Z), path(Z,Y). pred edge(any,any). query edge(X,Y).")


def codes(action: Callable[[], object]) -> list[str]:
    with pytest.raises(nesy.NesyError) as failure:
        action()
    return [diagnostic.code for diagnostic in failure.value.diagnostics]


# loading and asking


def test_a_program_given_as_text() -> None:
    assert nesy.query(BURGLARY) == pytest.approx({"burglary": 0.1, "alarm": 0.28})


def test_other_queries_and_more_evidence() -> None:
    program = nesy.loads(BURGLARY)
    assert nesy.query(program, "earthquake") == pytest.approx({"earthquake": 0.2})
    assert nesy.query(program, "burglary", evidence=["alarm"]) == pytest.approx({"burglary": 0.1 / 0.28})
    assert nesy.query(program, "burglary", evidence=["alarm", "not earthquake"]) == {"burglary": 1.0}
    assert nesy.query(program, "burglary", evidence="alarm") == pytest.approx({"burglary": 0.1 / 0.28}), "one text is one piece of evidence"
    assert nesy.query(program) == pytest.approx({"burglary": 0.1, "alarm": 0.28}), "asking changes nothing"


def test_a_program_without_queries() -> None:
    assert nesy.query("0.5::a.") == {}
    assert nesy.query("") == {}
    assert nesy.query("0.5::a.", "a") == {"a": 0.5}


def test_load(tmp_path: Path) -> None:
    (tmp_path / "base.nesy").write_text("0.5::a.", encoding="utf-8")
    (tmp_path / "main.nesy").write_text('import "base.nesy". query a.', encoding="utf-8")
    assert nesy.query(nesy.load(tmp_path / "main.nesy")) == {"a": 0.5}
    assert nesy.query(nesy.load(str(tmp_path / "main.nesy"))) == {"a": 0.5}
    assert nesy.query(nesy.loads('import "base.nesy". query a.', directory=tmp_path)) == {"a": 0.5}


def test_what_cannot_be_loaded(tmp_path: Path) -> None:
    assert codes(lambda: nesy.load(tmp_path / "none.nesy")) == ["E701"]
    assert codes(lambda: nesy.load(tmp_path)) == ["E701"]
    (tmp_path / "wrong.nesy").write_text("a b.\nc(.\n", encoding="utf-8")
    assert codes(lambda: nesy.load(tmp_path / "wrong.nesy")) == ["E106", "E104"]
    assert codes(lambda: nesy.loads("a :- b, c. 1.5::d.")) == ["E201", "E201", "E204"]


@pytest.mark.parametrize(
    ("query", "code"), [("path(a", "E104"), ("nowhere(X)", "E201"), ("path(X)", "E202"), ("X", "E310"), ("", "E105"), ("a. b", "E105")]
)
def test_wrong_queries(query: str, code: str) -> None:
    assert codes(lambda: nesy.query(GRAPH, query)) == [code]


def test_evidence_must_be_possible() -> None:
    assert codes(lambda: nesy.query(BURGLARY, evidence=["alarm", "not burglary", "not earthquake"])) == ["E501"]
    assert codes(lambda: nesy.query(BURGLARY, evidence=["fire"])) == ["E201"]


def test_warnings_are_there_to_be_read() -> None:
    assert [diagnostic.code for diagnostic in nesy.loads("p(X) :- q(Y). q(1). query p(1).").warnings][:1] == ["W203"]
    assert nesy.loads(BURGLARY).warnings == ()


def test_settings() -> None:
    tight = Settings(compilation_budget=CompilationBudget(nodes=1), grounding_budget=GroundingBudget())
    assert codes(lambda: nesy.query(nesy.loads("0.5::a. 0.5::b. 0.5::c. d :- a, b. d :- b, c. query d.", tight))) == ["E401"]
    assert codes(lambda: nesy.query(nesy.loads("p(X) :- p(f(X)). query p(a).", Settings(grounding_budget=GroundingBudget(1000, 5.0))))) == [
        "E306"
    ]
    assert nesy.loads("", tight).with_evidence().settings is tight


def test_marginals_keep_queries_apart() -> None:
    found = nesy.loads("0.5::a(1). 0.25::a(2). query a(X). query a(2).").marginals()
    assert [(result.name, [answer.probability for answer in result.answers]) for result in found] == [
        ("a(X)", [0.5, 0.25]),
        ("a(2)", [0.25]),
    ]


# facts from rows


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        ([("a", "b"), ("b", "c")], ["edge(a,b)", "edge(b,c)"]),
        ([["a", 1], ["b", 2.5]], ["edge(a,1)", "edge(b,2.5)"]),
        ([], []),
        ((row for row in [("a", "b")]), ["edge(a,b)"]),
        ([("a", "b")] * 3, ["edge(a,b)"]),
        ([("New York", "it's")], ["edge('New York','it\\'s')"]),
        ([("X", "")], ["edge('X','')"]),
        ([(True, False)], ["edge(true,false)"]),
        ([(-1, 10**30)], ["edge(-1,1000000000000000000000000000000)"]),
        ([([1, [2, "x"]], ())], ["edge([1,[2,x]],[])"]),
        (np.array([[1, 2], [3, 4]]), ["edge(1,2)", "edge(3,4)"]),
        (np.array([[0.5, 1.0]]), ["edge(0.5,1.0)"]),
        (np.array([[0.5, 1.0]], dtype=np.float32), ["edge(0.5,1.0)"]),
        (np.array([["x", "Y"]]), ["edge(x,'Y')"]),
        (np.array([[True, False]]), ["edge(true,false)"]),
        (np.array([["a", 1]], dtype=object), ["edge(a,1)"]),
        ([(np.int64(1), np.float64(0.1))], ["edge(1,0.1)"]),
        ([(np.str_("a"), np.bool_(True))], ["edge(a,true)"]),
        (np.zeros((1, 2, 2), dtype=int), ["edge([0,0],[0,0])"]),
    ],
)
def test_rows(rows: object, facts: list[str]) -> None:
    extended = GRAPH.with_facts("edge", rows)  # type: ignore[arg-type]
    assert nesy.query(extended) == dict.fromkeys(facts, 1.0)


def test_values_become_plain_terms() -> None:
    """NumPy's scalars are subclasses of Python's, and print differently."""
    for statement in GRAPH.with_facts("edge", np.array([[0.5, 1.0]])).statements[-1:]:
        assert print_statement(statement) == "edge(0.5,1.0)."
    assert type(pickle.loads(pickle.dumps(GRAPH.with_facts("edge", [(np.float64(1), np.str_("a"))])))) is nesy.Program


def test_tables() -> None:
    frame = SimpleNamespace(itertuples=lambda index, name: iter([("a", "b"), ("b", "c")]))
    arrow = SimpleNamespace(to_pylist=lambda: [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}])
    for table in (frame, arrow):
        assert nesy.query(GRAPH.with_facts("edge", table), "path(a,c)") == {"path(a,c)": 1.0}  # type: ignore[arg-type]


def test_probabilities() -> None:
    rows = [("a", "b"), ("b", "c")]
    extended = GRAPH.with_facts("edge", rows, [0.5, 0.25])
    assert nesy.query(extended, "path(a,c)") == {"path(a,c)": 0.125}
    assert nesy.query(GRAPH.with_facts("edge", rows, np.array([0.5, 0.25], dtype=np.float32)), "path(a,c)") == {"path(a,c)": 0.125}
    assert nesy.query(GRAPH.with_facts("edge", [("a", "b")] * 2, [0.5, 0.5]), "edge(a,b)") == {"edge(a,b)": 0.75}


def test_one_argument() -> None:
    program = nesy.loads("pred person(any). query person(X).")
    assert list(nesy.query(program.with_facts("person", ["ann", "bob"]))) == ["person(ann)", "person(bob)"]
    assert list(nesy.query(program.with_facts("person", [1, 2]))) == ["person(1)", "person(2)"]
    assert list(nesy.query(program.with_facts("person", np.arange(2)))) == ["person(0)", "person(1)"]


@pytest.mark.parametrize(
    ("rows", "probabilities"),
    [
        ([()], None),
        ([("a", "b"), ("c",)], None),
        ([("a", None)], None),
        ([("a", float("nan"))], None),
        ([("a", {1})], None),
        ([("a", b"x")], None),
        ([("a", 1j)], None),
        ([("a", [None])], None),
        ("ab", None),
        (5, None),
        (None, None),
        ({"a": "b"}, None),
        ({"a": [1], "b": [1, 2]}, None),
        ({"a": [1], "b": np.zeros((1, 1))}, None),
        ([{"a": 1, "b": 2}, {"a": 1}], None),
        ([{"a": 1}, {"a": 1, "b": 2}], None),
        (np.zeros((2, 0)), None),
        (np.array(1), None),
        ([("a", "b")], [0.5, 0.5]),
        ([("a", "b")], []),
        ([("a", "b")], ["x"]),
        ([("a", "b")], [None]),
        ([("a", "b")], 0.5),
    ],
)
def test_rows_that_make_no_facts(rows: object, probabilities: object) -> None:
    assert codes(lambda: GRAPH.with_facts("edge", rows, probabilities)) == ["E606"]  # type: ignore[arg-type]


def test_rows_are_checked_and_shown() -> None:
    typed = nesy.loads("type node = {a, b}. pred edge(node, node).")
    with pytest.raises(nesy.NesyError) as failure:
        typed.with_facts("edge", [("a", "b"), ("b", "c")])
    (found,) = failure.value.diagnostics
    assert found.code == "E203"
    assert str(found.span) == "facts of edge:2:1"
    assert "edge(b,c)" in found.render()
    assert codes(lambda: typed.with_facts("edge", [("a",)])) == ["E209"]
    assert codes(lambda: typed.with_facts("edge", [("a", "b")], [1.5])) == ["E204"]
    assert codes(lambda: typed.with_facts("edge", [("a", "b")], [float("nan")])) == ["E204"]


def test_many_rows() -> None:
    program = GRAPH.with_facts("edge", np.stack([np.arange(20_000), np.arange(1, 20_001)], 1))
    (table,) = program.statements[len(GRAPH.statements) :]
    assert isinstance(table, FactTable)
    assert len(table.rows) == 20_000
    assert nesy.query(program, "path(19990,20000)") == {"path(19990,20000)": 1.0}


def test_facts_of_a_predicate_that_the_program_does_not_know() -> None:
    with pytest.raises(nesy.NesyError, match=r"E606.*neither declares nor uses egde/2") as failure:
        GRAPH.with_facts("egde", [("a", "b")])
    assert failure.value.diagnostics[0].hint == "did you mean 'edge'?"
    assert codes(lambda: nesy.loads("edge(a,b).").with_facts("edge", [("a", "b", 1)])) == ["E606"]
    assert codes(lambda: GRAPH.with_facts(5, [("a", "b")])) == ["E606"]  # type: ignore[arg-type]
    assert nesy.query(nesy.loads("coin(0). query coin(X).").with_facts("coin", [1], [0.25])) == {"coin(0)": 1.0, "coin(1)": 0.25}


def test_evidence_from_rows() -> None:
    program = nesy.loads("0.5 :: a(1). 0.5 :: a(2). b :- a(_). query b.")
    assert nesy.query(program.with_facts("evidence", [("b",)])) == {"b": 1.0}


def test_programs_with_tables_of_data(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("from,to,p\na,b,0.5\nb,c,0.5\n", encoding="utf-8")
    (tmp_path / "rules.pl").write_text("path(X,Y) :- edge(X,Y). path(X,Y) :- edge(X,Z), path(Z,Y). query(path(a,X)).", encoding="utf-8")
    text = ":- use_module(library(db)). :- csv_load('edges.csv', edge, [probability(p)]). :- [rules]."
    (tmp_path / "main.pl").write_text(text, encoding="utf-8")
    for program in (nesy.load(tmp_path / "main.pl"), nesy.loads(text, directory=tmp_path)):
        assert nesy.query(program) == {"path(a,b)": 0.5, "path(a,c)": 0.25}


def test_a_table_without_rows_has_no_answers(tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("a,b\n", encoding="utf-8")
    program = nesy.loads(
        ":- use_module(library(db)). :- csv_load('none.csv', p). 0.5 :: q. r :- q, not p(_, _). query r.", directory=tmp_path
    )
    assert nesy.query(program, "r") == {"r": 0.5}
    assert nesy.query(program, "p(X, Y)") == {}


# evidence and compiling


def test_with_evidence() -> None:
    program = nesy.loads(BURGLARY)
    assert nesy.query(program.with_evidence("alarm", "earthquake=false"))["burglary"] == 1.0
    assert nesy.query(program.with_evidence("alarm").with_evidence("not burglary"), "earthquake") == {"earthquake": 1.0}
    assert nesy.query(program.with_evidence()) == nesy.query(program)
    assert codes(lambda: program.with_evidence("alarm(", "b c")) == ["E104"]


def test_compiling_with_evidence_that_examples_bring() -> None:
    compiled = nesy.loads(BURGLARY).compile(evidence=["alarm", "burglary"], queries=["earthquake"])
    assert [(piece.value, piece.span.text) for piece in compiled.ground.evidence] == [(None, "alarm"), (None, "burglary")]
    assert compiled.indicators == (2, 3)
    assert [query.name for query in compiled.ground.queries] == ["earthquake"]


def test_evidence_that_examples_bring_is_about_known_ground_atoms() -> None:
    program = nesy.loads("0.5::p(1). 0.5::p(2). query p(X).")
    assert codes(lambda: program.compile(evidence=["q"])) == ["E201"]
    assert codes(lambda: program.compile(evidence=["not p(1)"])) == ["E605"]


def test_compiled_programs_pickle() -> None:
    compiled = nesy.loads(BURGLARY).compile()
    copied = pickle.loads(pickle.dumps(compiled))
    assert copied.circuit == compiled.circuit
    assert copied.answer_roots == compiled.answer_roots


# programs are values


def test_programs_never_change() -> None:
    program = nesy.loads(f"{BURGLARY} pred edge(any, any).")
    before = program.statements
    program.with_facts("edge", [("a", "b")])
    program.with_evidence("alarm")
    program.compile(evidence=["alarm"], queries=["burglary"])
    assert program.statements == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        program.settings = Settings()  # type: ignore[misc]


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda program: pickle.loads(pickle.dumps(program))])
def test_programs_are_copied(copier: Callable[[nesy.Program], nesy.Program]) -> None:
    program = nesy.loads("type d = 0..2. 0.3::p(1); 0.7::p(2). q(X) :- p(X), X in d. evidence not p(1). query q(X).")
    copied = copier(program)
    assert copied.statements == program.statements
    assert nesy.query(copied) == nesy.query(program) == {"q(1)": 0.0, "q(2)": 1.0}
    assert nesy.query(copied.with_evidence("q(2)")) == {"q(1)": 0.0, "q(2)": 1.0}


def test_errors_can_be_caught_and_read() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads("p :- q.")
    assert "error[E201]: unknown predicate q/0" in str(failure.value)
    assert failure.value.diagnostics[0].severity == "error"


# importing


def test_importing_is_lazy(run_python: Callable[[str], str]) -> None:
    loaded = "[name for name in ('torch', 'problog', 'lark', 'pysdd', 'networkx', 'numpy') if name in sys.modules]"
    assert run_python(f"import sys, nesylang; print({loaded})").strip() == "[]"
    assert run_python(f"import sys, nesylang as n; n.NesyError; print({loaded})").strip() == "[]"
    assert "torch" not in run_python(f"import sys, nesylang as n; n.query('0.5::a. query a.'); print({loaded})")


def test_public_names() -> None:
    for name in nesy.__all__:
        assert getattr(nesy, name) is not None
        assert name in dir(nesy)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        nesy.nothing  # noqa: B018
    assert not hasattr(nesy, "print_term")


def test_a_name_is_not_imported_twice() -> None:
    assert nesy.loads is nesy.loads
    assert nesy.NesyError is sys.modules["nesylang.source"].NesyError


def test_loading_warns_nobody(subprocess_environment: dict[str, str]) -> None:
    code = "import nesylang as n; print(n.query('0.5::a. query a.'))"
    completed = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=subprocess_environment, capture_output=True, text=True, check=False
    )
    assert completed.stdout == "{'a': 0.5}\n", completed.stderr
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nesy.query("0.5::a. query a.") == {"a": 0.5}
