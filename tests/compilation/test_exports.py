"""Exported programs: read back, or counted by other means, they give the probabilities that the program has."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

import nesylang as nesy
from nesylang.circuit.formats import parse_nnf
from nesylang.compilation import COMPILERS, CompilationBudget, CompiledProgram, compile_program
from nesylang.compilation.exports import EXPORTERS
from nesylang.compilation.roots import EVIDENCE, named_roots, value_names
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.grounding.program import GroundProgram
from nesylang.source import NesyError, Source
from nesylang.syntax.printer import print_term
from tests.circuit.cnf import parse_dimacs, weighted_count
from tests.reference.ground import aggregate_programs, cyclic_programs

TEXTS = {
    "rain": "0.3 :: rain. 0.5 :: sprinkler. wet :- rain. wet :- sprinkler. evidence wet. query rain. query sprinkler.",
    "colours": "0.3::red; 0.2::green; 0.1::blue. 0.4::dark. nice :- red, dark. nice :- green. nice :- blue, not dark. query nice.",
    "conditions": "0.3::a. 0.6::b. 0.2::c. s :- a, b. s :- c. evidence not b. query s. query s given (a ; c). query b given c.",
    "digits": "1/3::d(0); 1/3::d(1); 1/3::d(2). 0.25::e(0); 0.75::e(1). sum(S) :- d(X), e(Y), S is X + Y. query sum(S).",
    "path": "0.5::e(a,b). 0.4::e(b,c). 0.3::e(a,c). 0.9::e(c,a). p(X,Y) :- e(X,Y). p(X,Y) :- e(X,Z), p(Z,Y). query p(a,X).",
    "count": "0.2::on(1). 0.3::on(2). 0.4::on(3). 0.1::on(4). query count{ X : on(X) } >= 2.",
    "certain": "a. query a. query not a. 0.5::b. query b.",
    "same names": "0.3 :: a. 0.4 :: a. query a.",
}


def compiled_text(text: str, compiler: str = "direct") -> CompiledProgram:
    return nesy.loads(text, nesy.Settings(compiler=COMPILERS[compiler])).compile()


def root_values(compiled: CompiledProgram) -> dict[str, float]:
    """Return the probabilities of the roots by name."""
    values = evaluate(compiled.circuit, leaf_probabilities(compiled.ground, compiled.circuit), SEMIRINGS["probability"])
    return {root.name: values[root.position] for root in named_roots(compiled)}


def read_back(compiled: CompiledProgram, format_name: str) -> dict[str, float]:
    found = parse_nnf(Source("file", compiled.export(format_name)), deterministic=True)
    return {name: float(found.weighted_count(root=name)) for name in found.roots}


def close(found: Mapping[str, float], expected: Mapping[str, float]) -> bool:
    return found == pytest.approx(dict(expected), abs=1e-12) and list(found) == list(expected)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("name", TEXTS)
def test_circuits_of_texts(name: str, compiler: str) -> None:
    compiled = compiled_text(TEXTS[name], compiler)
    expected = root_values(compiled)
    for format_name in ("nnf", "d4"):
        assert close(read_back(compiled, format_name), expected)
        text = compiled.export(format_name)
        assert "\nc deterministic\n" in text
        found = parse_nnf(Source("file", text.replace("c deterministic\n", "")))
        assert found.undecided == (), "it is seen without being said"
        assert found.weighted_count() == pytest.approx(next(iter(expected.values())))


@pytest.mark.parametrize("name", TEXTS)
def test_cnfs_of_texts(name: str) -> None:
    compiled = compiled_text(TEXTS[name])
    for root, expected in root_values(compiled).items():
        cnf = parse_dimacs(compiled.export("dimacs", root))
        assert next(iter(cnf.roots)) == root
        assert pysdd_count(compiled.export("dimacs", root), cnf.variables, cnf.weights) == pytest.approx(expected, abs=1e-12)
        if cnf.variables <= 14:
            assert weighted_count(cnf, cnf.weights) == pytest.approx(expected, abs=1e-12)


def pysdd_count(text: str, variables: int, weights: Mapping[int, float]) -> float:
    """Return the weighted count of a CNF that pysdd's own compiler reads and compiles."""
    from pysdd.sdd import SddManager

    if variables == 0:
        return 1.0
    plain = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("c"))
    manager, node = SddManager.from_cnf_string(plain)
    counter = node.wmc(log_mode=False)
    for literal, weight in weights.items():
        counter.set_literal_weight(manager.literal(literal), weight)
    return counter.propagate()


def sdd_count(compiled: CompiledProgram, root: str) -> tuple[float, int]:
    """Return the weighted count and the number of models of the files of a root, as the SDD library reads them."""
    from pysdd.sdd import SddManager, Vtree

    with tempfile.TemporaryDirectory() as directory:
        for name in ("sdd", "vtree"):
            (Path(directory) / f"program.{name}").write_text(compiled.export(name, root), encoding="utf-8")
        manager = SddManager.from_vtree(Vtree.from_file(f"{directory}/program.vtree"))
        node = manager.read_sdd_file(f"{directory}/program.sdd".encode())
    weights = {}
    for line in compiled.export("sdd", root).splitlines():
        match line.split():
            case ["c", "p", "weight", literal, weight, "0"]:
                weights[int(literal)] = float(weight)
    counter = node.wmc(log_mode=False)
    for literal, weight in weights.items():
        counter.set_literal_weight(manager.literal(literal), weight)
    return counter.propagate(), node.global_model_count()


@pytest.mark.parametrize("name", TEXTS)
def test_diagrams_of_texts(name: str) -> None:
    compiled = compiled_text(TEXTS[name])
    trees = set()
    for root, expected in root_values(compiled).items():
        count, models = sdd_count(compiled, root)
        assert count == pytest.approx(expected, abs=1e-12)
        assert models >= (expected > 0)
        trees.add("".join(line for line in compiled.export("vtree", root).splitlines() if not line.startswith("c")))
    assert len(trees) == 1, "all diagrams of a program have one vtree"


def test_models_of_diagrams_are_worlds() -> None:
    assert sdd_count(compiled_text(TEXTS["colours"]), "nice")[1] == 4


def test_diagrams_of_constants() -> None:
    certain, impossible = compiled_text("a. query a."), compiled_text("a :- fail. query a.")
    assert sdd_count(certain, "a")[0] == 1.0
    assert sdd_count(impossible, "a")[0] == 0.0
    assert certain.export("vtree").endswith("vtree 1\nL 0 1\n")


def test_a_budget_bounds_what_is_compiled_anew_for_a_diagram() -> None:
    compiled = nesy.loads("0.5 :: a(X) :- X in 1..20. b :- a(X), a(Y), X < Y, Z is X * Y mod 7, Z > 3. query b.").compile()
    assert compiled.export("sdd", budget=CompilationBudget()).startswith("c ")
    with pytest.raises(NesyError, match="E401"):
        compiled.export("sdd", budget=CompilationBudget(nodes=20))


@settings(max_examples=50)
@given(cyclic_programs())
def test_circuits_of_ground_programs(program: GroundProgram) -> None:
    for compiler in COMPILERS.values():
        compiled = compile_program(program, compiler, CompilationBudget())
        values = evaluate(compiled.circuit, leaf_probabilities(program, compiled.circuit), SEMIRINGS["probability"])
        expected = {root.name: values[root.position] for root in named_roots(compiled)}
        assert close(read_back(compiled, "nnf"), expected)
        assert close(read_back(compiled, "d4"), expected)


@settings(max_examples=30)
@given(aggregate_programs())
def test_ground_programs_with_aggregates(program: GroundProgram) -> None:
    compiled = compile_program(program, COMPILERS["direct"], CompilationBudget())
    values = evaluate(compiled.circuit, leaf_probabilities(program, compiled.circuit), SEMIRINGS["probability"])
    expected = {root.name: values[root.position] for root in named_roots(compiled)}
    assert close(read_back(compiled, "nnf"), expected)
    first = named_roots(compiled)[0]
    cnf = parse_dimacs(compiled.export("dimacs-projected", first.name))
    assert pysdd_count(compiled.export("dimacs", first.name), cnf.variables, cnf.weights) == pytest.approx(expected[first.name], abs=1e-9)


def test_models_are_worlds() -> None:
    compiled = compiled_text(TEXTS["colours"])
    # dark: red, green; not dark: green, blue
    assert parse_nnf(Source("file", compiled.export("nnf"))).count() == 4
    cnf = parse_dimacs(compiled.export("dimacs"))
    assert weighted_count(cnf, {}) == 4


def test_the_roots_of_a_file() -> None:
    compiled = compiled_text(TEXTS["conditions"])
    names = [root.name for root in named_roots(compiled)]
    assert names == [
        "s",
        "s given a;c",
        "b given c",
        "condition of s given a;c",
        "condition of b given c",
        EVIDENCE,
    ]
    assert [root.name for root in named_roots(compiled, "s")] == ["s", EVIDENCE]
    assert [root.name for root in named_roots(compiled, "s given a; c")] == ["s given a;c", "condition of s given a;c"]
    assert [root.name for root in named_roots(compiled, EVIDENCE)] == [EVIDENCE]
    assert [root.name for root in named_roots(compiled_text(TEXTS["colours"]))] == ["nice"]
    assert [root.name for root in named_roots(compiled_text("0.5::a."))] == [EVIDENCE]
    found = parse_nnf(Source("file", compiled.export("d4", "s")))
    assert list(found.roots) == ["s", EVIDENCE]
    assert found.weighted_count() == found.weighted_count(root="s")


def test_unknown_names_are_refused() -> None:
    compiled = compiled_text(TEXTS["rain"])
    with pytest.raises(NesyError) as caught:
        compiled.export("nnf", "snow")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.hint) == ("E605", "it has 'rain', 'sprinkler', 'evidence'")
    with pytest.raises(NesyError) as caught:
        compiled.export("png")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E606"
    assert "svg" in (diagnostic.hint or "")


def test_leaves_are_named_by_their_atoms() -> None:
    compiled = compiled_text(TEXTS["colours"])
    assert list(value_names(compiled, [0, 1]).values()) == ["red", "green", "blue", "none of red, green, blue", "dark", "not dark"]
    compiled = compiled_text("0.3 :: a.\n0.4 :: a. 0.1 :: a.\nquery a.")
    names = list(value_names(compiled, range(3)).values())
    assert names == ["a (line 1)", "not a (line 1)", "a (line 2) #1", "not a (line 2) #1", "a (line 2) #2", "not a (line 2) #2"]
    compiled = nesy.loads("0.1::p(1); 0.2::p(2); 0.2::p(3); 0.2::p(4). query p(X).").compile()
    assert value_names(compiled, [0])[0, 4] == "none of p(1), p(2), ..., p(4)"
    compiled = nesy.loads("0.4 :: a. 0.5 :: b. c :- a, b. query a.").compile(evidence=["c"])
    assert set(value_names(compiled, compiled.indicators).values()) == {"observed c", "observed not c"}


def test_weights_that_only_a_network_knows_are_left_out() -> None:
    text = """
    type image. type digit = 0..2. neural digit(image) -> digit.
    0.25 :: lucky. win :- digit(x, 2). win :- lucky. query win.
    """
    compiled = nesy.loads(text).compile()
    found = parse_nnf(Source("file", compiled.export("nnf")))
    assert sorted(found.names.values()) == ["digit(x,0)", "digit(x,1)", "digit(x,2)", "lucky", "not lucky"]
    literal = {name: number for number, name in found.names.items()}
    assert found.weights == {literal["lucky"]: 0.25, literal["not lucky"]: 0.75}
    weights = {**found.weights, literal["digit(x,0)"]: 0.5, literal["digit(x,1)"]: 0.3, literal["digit(x,2)"]: 0.2}
    assert found.weighted_count(weights) == pytest.approx(0.2 + 0.8 * 0.25)


def test_evidence_that_examples_bring() -> None:
    compiled = nesy.loads("0.4 :: a. 0.5 :: b. c :- a, b. query a.").compile(evidence=["c"])
    found = parse_nnf(Source("file", compiled.export("nnf")))
    literal = {name: number for number, name in found.names.items()}
    # Without an observation both weigh 1; an observation makes the other one weigh 0.
    assert found.weighted_count(root="a") == pytest.approx(0.4)
    observed = {**found.weights, literal["observed c"]: 0.0}
    assert found.weighted_count(observed, "a") == pytest.approx(0.2)
    assert found.weighted_count(observed, EVIDENCE) == pytest.approx(0.8)


def test_learnable_weights_have_their_initial_values() -> None:
    text = compiled_text("t(0.3) :: a. t(_) :: b. c :- a, b. query c.").export("nnf")
    found = parse_nnf(Source("file", text))
    assert {found.names[literal]: weight for literal, weight in found.weights.items()} == {"a": 0.3, "not a": 0.7}


@pytest.mark.parametrize("name", EXPORTERS)
@pytest.mark.parametrize("text", TEXTS)
def test_every_format_of_every_program(name: str, text: str) -> None:
    exporter = EXPORTERS[name]
    assert exporter.description
    assert exporter.suffix.startswith(".")
    compiled = compiled_text(TEXTS[text])
    found = exporter.write(compiled)
    assert found.endswith("\n")
    assert found == exporter.write(compiled), "the same each time"
    for query in compiled.ground.queries:
        for answer in query.answers:
            if name in ("sdd", "vtree"):
                continue
            assert print_term(answer.atom) in found or json.dumps(print_term(answer.atom)) in found or "&gt;" in found
    if name == "svg":
        ElementTree.fromstring(found)


def test_the_picture_in_the_documentation() -> None:
    folder = Path(__file__).resolve().parents[2] / "docs"
    page = (folder / "certified-circuits.md").read_text(encoding="utf-8")
    program = page.split("% file: carry.nesy\n")[1].split("```")[0]
    assert (folder / "carry.svg").read_text(encoding="utf-8") == nesy.loads(program).compile().export("svg")
    assert "](carry.svg)" in page
