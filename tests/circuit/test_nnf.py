"""Files in nnf: what we write is read back, what others write has the counts that it should have, and malformed files are refused."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesylang
from nesylang.circuit import FIRST_LEAF, TRUE, Properties, build_circuit
from nesylang.circuit.formats import Nnf, Variables, parse_nnf, read_nnf
from nesylang.circuit.formats.c2d import write_c2d
from nesylang.circuit.formats.d4 import write_d4
from nesylang.circuit.formats.variables import literal_gates
from nesylang.circuit.gates import Gates
from nesylang.evaluation import SEMIRINGS, evaluate
from nesylang.source import NesyError, Source
from tests.circuit.files import assignments, deterministic_gates, holds, literal_weights, weight
from tests.circuit.properties import truth

GOOD = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)

Writer = Callable[[Gates, list[str]], str]

WRITERS: dict[str, Writer] = {
    "c2d": lambda gates, names: write_c2d(gates, 4, names, ["c nesylang"]),
    "d4": lambda gates, names: write_d4(gates, names, ["c nesylang", "c variables 4"]),
}


def parse(text: str, variables: int | None = None, deterministic: bool = False) -> Nnf:
    return parse_nnf(Source("circuit.nnf", text), variables=variables, deterministic=deterministic)


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
@settings(max_examples=60)
@given(deterministic_gates(), literal_weights(4))
def test_what_is_written_is_read_back(writer: Writer, gates: Gates, weights: dict[int, Fraction]) -> None:
    names = [f"root {position}" for position in range(len(gates.roots))]
    found = parse(writer(gates, names))
    assert found.variables == 4
    assert found.circuit.properties == GOOD
    for name, root in zip([None, *names], [gates.roots[0], *gates.roots], strict=True):
        models = [assignment for assignment in assignments(4) if holds(gates, assignment)[root]]
        assert found.count(name) == len(models)
        expected = sum((weight(model, weights) for model in models), Fraction(0))
        assert found.weighted_count(weights, name) == expected
        assert found.smoothed().weighted_count(weights, name) == expected


CARRY = """\
c a decides, as c2d writes it: (a and b) or (not a and (c or not c and b))
nnf 13 13 3
L 1
L 2
A 2 0 1
L -1
L 3
L -3
A 2 5 1
O 3 2 4 6
A 2 3 7
O 1 2 2 8
A 0
A 2 9 10
A 1 11
"""


def test_a_file_of_c2d() -> None:
    found = parse(CARRY)
    assert (found.variables, found.count()) == (3, 5)
    assert found.weighted_count({1: Fraction(1, 2), -1: Fraction(1, 2), 2: Fraction(1, 3), -2: Fraction(2, 3), 3: 1, -3: 0}) == Fraction(
        2, 3
    )
    assert found.weighted_count({-3: 0}) == 3


CHOICE = "o 1 0\na 2 0\no 3 0\nt 4 0\no 5 0\n3 4 1 0\n3 4 -1 2 0\n5 4 3 0\n5 4 -3 4 0\n2 3 0\n2 5 0\n1 2 5 0\n"
"""(1 or 2) and (3 or 4), as d4 writes it, with a unit literal 5 on the arc from the root."""


def test_a_file_of_d4() -> None:
    found = parse(CHOICE)
    assert (found.variables, found.count()) == (5, 9)
    assert parse(CHOICE, variables=7).count() == 9 * 4


def test_a_file_of_d4_with_the_nodes_first_and_false() -> None:
    found = parse("o 1 0\nf 2 0\nt 3 0\n1 2 1 0\n1 3 -1 -2 0\n")
    assert (found.variables, found.count()) == (2, 1)


def test_a_smooth_file_with_large_counts_is_exact() -> None:
    lines = [line for variable in range(1, 101) for line in (f"L {variable}", f"L -{variable}")]
    sums = [f"O {variable} 2 {2 * variable - 2} {2 * variable - 1}" for variable in range(1, 101)]
    text = f"nnf 301 300 100\n{chr(10).join(lines + sums)}\nA 100 {' '.join(str(200 + index) for index in range(100))}\n"
    assert parse(text).count() == 2**100


@pytest.mark.parametrize(("text", "count"), [("nnf 1 0 3\nA 0\n", 8), ("nnf 1 0 3\nO 0 0\n", 0), ("nnf 1 0 0\nA 0\n", 1), ("t 1 0\n", 1)])
def test_constant_circuits(text: str, count: int) -> None:
    assert parse(text).count() == count
    assert parse(text).weighted_count() == count


def test_weights_of_the_file() -> None:
    found = parse("c p weight 1 0.25 0\nc p weight -1 3/4 0\nc p weight 2 1e-3 0\nc p weight -2 0 0\n" + CARRY)
    assert found.weights == {1: 0.25, -1: 0.75, 2: 1e-3, -2: 0.0}
    # b: .001 * (1/4 * 2 + 3/4 * 2), not b: 0
    assert found.weighted_count() == pytest.approx(0.002)


def test_the_circuit_in_the_engines() -> None:
    import torch

    from nesylang.evaluation.torch_engine import TorchCircuit

    found = parse(CARRY)
    chances = {1: 0.5, -1: 0.5, 2: 0.25, -2: 0.75, 3: 0.1, -3: 0.9}
    expected = found.weighted_count(chances)
    assert evaluate(found.circuit, found.leaf_weights(chances), SEMIRINGS["probability"]) == [pytest.approx(expected)]
    logarithms = torch.tensor([found.leaf_weights(chances)], dtype=torch.float64).log()
    assert TorchCircuit(found.circuit)(logarithms).exp().item() == pytest.approx(expected)
    raw = {1: 2.0, -1: 3.0, 2: 0.5, -2: 7.0}
    smooth = found.smoothed()
    assert smooth.circuit.properties.smooth
    assert evaluate(smooth.circuit, smooth.leaf_weights(raw), SEMIRINGS["probability"]) == [pytest.approx(found.weighted_count(raw))]
    assert [abs(literal) - 1 for literal in smooth.literals] == [choice for choice, _ in smooth.circuit.leaves]


def test_choices_with_many_values_have_a_variable_each() -> None:
    # Choice 0 has values 0 to 2, choice 1 two; the sum leaves choice 0 out on one side.
    leaves = [(0, 0), (0, 2), (1, 0), (1, 1)]
    first, last, yes, no = range(FIRST_LEAF, FIRST_LEAF + 4)
    sums = [[(first, TRUE), (last, TRUE)], [(yes, FIRST_LEAF + 4), (no, TRUE)]]
    circuit = build_circuit(leaves, sums, [FIRST_LEAF + 5], GOOD)
    variables = Variables({0: 3, 1: 2}, {(0, 0): "red"}, {(0, 0): 0.5, (0, 1): 0.2, (0, 2): 0.3, (1, 0): 0.25, (1, 1): 0.75})
    assert variables.of_choice == {0: (1, 2, 3), 1: (4,)}
    assert variables.literal_weights() == {1: 0.5, -1: 1.0, 2: 0.2, -2: 1.0, 3: 0.3, -3: 1.0, 4: 0.25, -4: 0.75}
    gates = literal_gates(circuit, circuit.roots, variables)
    for text in (write_c2d(gates, 4, ["r"], ["c nesylang", *variables.comments()]), write_d4(gates, ["r"], variables.comments())):
        found = parse(text, variables=4)
        # yes with two of three colours, no with any of them
        assert found.count() == 5
        assert found.weighted_count() == pytest.approx(0.25 * 0.8 + 0.75)
    assert parse(write_c2d(gates, 4, ["r"], ["c nesylang", *variables.comments()])).names == {1: "red"}


def test_comments_of_others_mean_nothing() -> None:
    found = parse("c root nowhere\nc value 99 x\nc variables 1\nc\nc p show 1 0\n" + CARRY)
    assert (found.roots, found.names, found.variables) == ({}, {}, 3)


UNDECIDED = "nnf 3 2 2\nL 1\nL 2\nO 0 2 0 1\n"


def test_sums_that_are_not_known_to_be_deterministic() -> None:
    found = parse(UNDECIDED)
    assert not found.circuit.properties.deterministic
    assert [span.text for span in found.undecided] == ["O 0 2 0 1"]
    for ask in (found.count, found.weighted_count):
        with pytest.raises(NesyError) as caught:
            ask()
        assert caught.value.diagnostics[0].code == "E409"
        assert caught.value.diagnostics[0].span == found.undecided[0]
    with pytest.raises(NesyError) as caught:
        evaluate(found.circuit, found.leaf_weights(), SEMIRINGS["probability"])
    assert caught.value.diagnostics[0].code == "E606"
    # On trust: 01, 10 and 11 count twice, which is why it is asked for.
    assert parse(UNDECIDED, deterministic=True).count() == 4


def test_files_of_ours_say_that_they_are_deterministic() -> None:
    assert parse("c nesylang\nc deterministic\n" + UNDECIDED).undecided == ()
    assert parse("c deterministic\n" + UNDECIDED).undecided != (), "a comment of another tool says nothing"


def test_a_decision_that_does_not_decide_is_not_believed() -> None:
    assert parse("nnf 3 2 2\nL 1\nL 2\nO 1 2 0 1\n").undecided != ()


def test_terms_that_exclude_each_other_through_their_parts() -> None:
    # xor(1, 2) or (xnor(1, 2) and 3): no literal is implied by either term.
    lines = [
        "L 1",
        "L -1",
        "L 2",
        "L -2",
        "L 3",
        "A 2 0 3",
        "A 2 1 2",
        "O 0 2 5 6",
        "A 2 0 2",
        "A 2 1 3",
        "O 0 2 8 9",
        "A 2 10 4",
        "O 0 2 7 11",
    ]
    found = parse(f"nnf {len(lines)} 16 3\n" + "\n".join(lines) + "\n")
    assert found.undecided == ()
    assert found.count() == 6


def test_unknown_roots_are_named() -> None:
    with pytest.raises(NesyError) as caught:
        parse("c nesylang\nc root 2 rain\n" + CARRY).count("snow")
    assert caught.value.diagnostics[0].code == "E605"
    assert caught.value.diagnostics[0].hint == "its roots are rain"
    assert parse("c nesylang\nc root 2 rain\n" + CARRY).count("rain") == 2


MALFORMED = {
    "": ("the file has no node", 1, 1),
    "c nothing\n": ("the file has no node", 1, 10),
    "p cnf 2 1\n1 2 0\n": ("the file is no circuit", 1, 1),
    "sdd 3\n": ("the file starts with 'sdd', which is no circuit in nnf", 1, 1),
    "0 2 3\n": ("the file starts with '0', which is no circuit in nnf", 1, 1),
    "nnf\n": ("the number of nodes is missing", 1, 3),
    "nnf 1 0\nA 0\n": ("the number of variables is missing", 1, 7),
    "nnf one 0 1\nL 1\n": ("expected the number of nodes, found 'one'", 1, 5),
    "nnf 0 0 1\n": ("the number of nodes is 0", 1, 5),
    "nnf 1 -1 1\nL 1\n": ("the number of arcs is -1", 1, 7),
    "nnf 1 0 1 7\nL 1\n": ("'7' is one too many", 1, 11),
    "nnf 2 0 1\nL 1\n": ("the file declares 2 nodes and has 1", 1, 5),
    "nnf 1 0 1\nL 1\n\nL -1\n": ("the file declares 1 nodes, and here is one more", 4, 1),
    "nnf 3 1 1\nL 1\nL -1\nO 1 2 0 1\n": ("the file declares 1 arcs and has 2", 1, 7),
    "nnf 1 0 1\nL\n": ("a literal is missing", 2, 1),
    "nnf 1 0 1\nL 0\n": ("0 is no literal", 2, 3),
    "nnf 1 0 1\nL 2\n": ("a literal is 2", 2, 3),
    "nnf 1 0 1\nL -2\n": ("a literal is -2", 2, 3),
    "nnf 1 0 1\nL x\n": ("expected a literal, found 'x'", 2, 3),
    "nnf 1 0 1\nL 1.0\n": ("expected a literal, found '1.0'", 2, 3),
    "nnf 1 0 1\nL ١\n": ("expected a literal, found '١'", 2, 3),
    "nnf 1 0 1\nL 1 1\n": ("'1' is one too many", 2, 5),
    "nnf 1 0 1\nX 1\n": ("a node of a file in nnf is L, A or O, found 'X'", 2, 1),
    "nnf 1 0 1\nl 1\n": ("a node of a file in nnf is L, A or O, found 'l'", 2, 1),
    "nnf 2 1 1\nL 1\nA\n": ("the number of children is missing", 3, 1),
    "nnf 2 1 1\nL 1\nA 2 0\n": ("the node declares 2 children and has 1", 3, 3),
    "nnf 2 1 1\nL 1\nA 1 0 0\n": ("'0' is one too many", 3, 7),
    "nnf 2 1 1\nL 1\nA 1 1\n": ("node 1 has node 1 as child", 3, 5),
    "nnf 2 1 1\nL 1\nA 1 5\n": ("node 1 has node 5 as child", 3, 5),
    "nnf 2 1 1\nL 1\nA 1 -1\n": ("a child is -1", 3, 5),
    "nnf 2 1 1\nL 1\nO 1\n": ("the number of children is missing", 3, 3),
    "nnf 2 1 1\nL 1\nO 2 1 0\n": ("the decision variable is 2", 3, 3),
    "nnf 2 1 1\nL 1\nO 1 1 0\n": ("a node that decides variable 1 has 1 children", 3, 5),
    "nnf 3 2 1\nL 1\nL 1\nA 2 0 1\n": ("children of an 'and' share variable 1, so that it is not decomposable", 4, 1),
    "nnf 5 4 2\nL 1\nL -1\nO 1 2 0 1\nL 2\nA 2 2 0\n": ("children of an 'and' share variable 1, so that it is not decomposable", 6, 1),
    "o 1\n": ("the declaration of a node ends with 0", 1, 3),
    "o 1 0 0\n": ("the declaration of a node ends with 0", 1, 5),
    "o 0 0\n": ("the number of the node is 0", 1, 3),
    "o x 0\n": ("expected the number of the node, found 'x'", 1, 3),
    "o 1 0\no 1 0\n": ("node 1 is declared twice", 2, 3),
    "o 1 0\nx 2 0\n": ("a node of a file of d4 is o, a, t or f, found 'x'", 2, 1),
    "o 1 0\n1 2 1 0\n": ("there is no node 2", 2, 3),
    "o 1 0\n3 1 1 0\n": ("there is no node 3", 2, 1),
    "o 1 0\nt 2 0\n1 2 1\n": ("an arc ends with 0", 3, 5),
    "o 1 0\nt 2 0\n1 2\n": ("an arc ends with 0", 3, 3),
    "o 1 0\nt 2 0\n1\n": ("the number of a node is missing", 3, 1),
    "o 1 0\nt 2 0\n1 2 0 0\n": ("0 is no literal", 3, 5),
    "o 1 0\nt 2 0\n1 2 y 0\n": ("expected a literal, found 'y'", 3, 5),
    "o 1 0\nt 2 0\n1 2 3 -3 0\n": ("variable 3 is twice on an arc", 3, 7),
    "t 1 0\nt 2 0\n1 2 0\n": ("node 1 is true and has no arcs", 3, 1),
    "f 1 0\nt 2 0\n1 2 0\n": ("node 1 is false and has no arcs", 3, 1),
    "o 1 0\no 2 0\n1 2 0\n2 1 0\n": ("node 1 is below itself", 4, 3),
    "o 1 0\n1 1 0\n": ("node 1 is below itself", 2, 3),
    "a 1 0\no 2 0\no 3 0\nt 4 0\n2 4 1 0\n3 4 1 0\n1 2 0\n1 3 0\n": (
        "children of an 'and' share variable 1, so that it is not decomposable",
        1,
        1,
    ),
    "o 1 0\no 2 0\nt 3 0\n1 2 4 0\n2 3 -4 0\n": ("children of an 'and' share variable 4, so that it is not decomposable", 4, 1),
    "c p weight 1 0.5 0\nnnf 1 0 1\nL 1\n": ("literal 1 has a weight and -1 has none", 1, 12),
    "c p weight 2 0.5 0\nc p weight -2 0.5 0\nnnf 1 0 1\nL 1\n": ("variable 2 is beyond the 1 that there are", 1, 12),
    "c p weight 1 0.5 0\nc p weight 1 0.5 0\nnnf 1 0 1\nL 1\n": ("literal 1 has two weights", 2, 12),
    "c p weight 1 half 0\nnnf 1 0 1\nL 1\n": ("expected a weight, found 'half'", 1, 14),
    "c p weight 1 -0.5 0\nnnf 1 0 1\nL 1\n": ("expected a weight, found '-0.5'", 1, 14),
    "c p weight 1 nan 0\nnnf 1 0 1\nL 1\n": ("expected a weight, found 'nan'", 1, 14),
    "c p weight 1 1/0 0\nnnf 1 0 1\nL 1\n": ("expected a weight, found '1/0'", 1, 14),
    "c p weight 1 0.5\nnnf 1 0 1\nL 1\n": ("the line of a weight ends with 0", 1, 16),
    "c p weight 1\nnnf 1 0 1\nL 1\n": ("a weight is missing", 1, 12),
    "c p weight 0 1 0\nnnf 1 0 1\nL 1\n": ("0 is no literal", 1, 12),
    "c nesylang\nc root 7 rain\nnnf 1 0 1\nL 1\n": ("there is no node 7", 2, 8),
    "c nesylang\nc root 0 a\nc root 0 a\nnnf 1 0 1\nL 1\n": ("the file has two roots 'a'", 3, 10),
    "c nesylang\nc variables 1\no 1 0\nt 2 0\n1 2 3 0\n": ("variable 3 is beyond the 1 that there are", 5, 1),
}


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_files_are_refused_with_their_place(text: str) -> None:
    message, line, column = MALFORMED[text]
    with pytest.raises(NesyError) as caught:
        parse(text)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("E407", message)
    assert diagnostic.span is not None
    assert (diagnostic.span.line, diagnostic.span.column) == (line, column)
    assert diagnostic.labels[0].message or diagnostic.hint, "it says what was expected"


@settings(max_examples=150)
@given(st.sampled_from([CARRY, CHOICE]), st.data())
def test_damaged_files_are_refused_or_read(text: str, data: st.DataObject) -> None:
    words = text.split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(words) - 1))
        change = data.draw(st.sampled_from(["0", "1", "-1", "2", "9", "A", "o", "\n", "\nL 1\n", "", "x", "1e9", "99999999999999999999"]))
        words[position : position + data.draw(st.integers(0, 2))] = [change]
    found, problem = attempt(" ".join(words))
    if problem is not None:
        assert all(diagnostic.code == "E407" and diagnostic.labels for diagnostic in problem.diagnostics)
        assert problem.render()
    elif found is not None and not found.undecided and found.variables < 8:
        worlds = itertools.product(range(2), repeat=found.variables)
        assert found.count() == sum(truth(found.circuit, dict(enumerate(world)))[found.circuit.roots[0]] for world in worlds)


def attempt(text: str) -> tuple[Nnf | None, NesyError | None]:
    try:
        return parse(text), None
    except NesyError as problem:
        return None, problem


def test_many_variables_that_do_not_occur() -> None:
    found = parse("nnf 1 0 100000\nL 7\n")
    assert found.count() == 2**99_999
    assert found.weighted_count({8: 5, -8: 2, 7: 3}) == 3 * 7 * 2**99_998
    assert found.weighted_count({7: 0.5}) == math.inf
    assert parse("nnf 1 0 3\nL 1\n").weighted_count({1: 0.25}) == 1.0
    assert parse("nnf 1 0 3\nL 1\n").weighted_count({9: 5}) == 4, "there is no variable 9"
    with pytest.raises(NesyError):
        parse("nnf 1 0 100000000000\nL 7\n")
    # Numbers of variables cost nothing.
    high = parse("o 1 0\nt 2 0\n1 2 9999999 0\n1 2 -9999999 9999998 0\n")
    assert (high.variables, high.undecided) == (9_999_999, ())


def test_a_number_of_variables_that_contradicts_the_file() -> None:
    with pytest.raises(NesyError) as caught:
        parse(CARRY, variables=4)
    assert caught.value.diagnostics[0].code == "E407"
    assert parse(CARRY, variables=3).count() == 5
    with pytest.raises(NesyError):
        parse("o 1 0\nt 2 0\n1 2 3 0\n", variables=2)


def test_files_are_read_from_python(tmp_path: Path) -> None:
    path = tmp_path / "carry.nnf"
    path.write_text(CARRY, encoding="ascii")
    assert nesylang.read_nnf(path).count() == read_nnf(str(path)).count() == 5
    with pytest.raises(NesyError) as caught:
        nesylang.read_nnf(tmp_path / "carry.nff")
    assert caught.value.diagnostics[0].code == "E701"
