"""The direct compiler: what it takes itself, what it leaves to sdd, and aggregates beyond enumeration by their closed forms."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings

import nesylang as nesy
from nesylang.compilation import COMPILERS, CompilationBudget, CompiledProgram, allowance, compile_program, direct, emission, states
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.evaluation.torch_engine import TorchCircuit
from nesylang.grounding.program import GroundProgram
from nesylang.inference import Settings
from tests.circuit.properties import assert_properties
from tests.compilation.test_compile import check
from tests.reference.ground import aggregate_programs, choice, cyclic_programs, ground_program, with_aggregate


def compiled(program: GroundProgram, name: str = "direct") -> CompiledProgram:
    """Return a program compiled by a compiler."""
    return compile_program(program, COMPILERS[name], CompilationBudget())


def maker(text: str) -> str:
    """Return which compiler the circuit of a program comes from."""
    return nesy.loads(text).compile().circuit.compiler


@settings(max_examples=150)
@given(aggregate_programs())
def test_circuits_of_aggregates_are_what_they_claim(program: GroundProgram) -> None:
    assert_properties(compiled(program).circuit, [found.values for found in program.choices])


@pytest.mark.parametrize("limit", ["LOOKS_AT_STATES", "JOINT", "PAIRS"])
@settings(max_examples=80)
@given(program=aggregate_programs())
def test_whatever_the_limits(limit: str, program: GroundProgram) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr({"LOOKS_AT_STATES": allowance, "JOINT": states, "PAIRS": emission}[limit], limit, 3)
        check(compiled(program))


@settings(max_examples=60)
@given(cyclic_programs())
def test_gradients_are_those_of_sdd(program: GroundProgram) -> None:
    leaves = sorted({(number, value) for number, found in enumerate(program.choices) for value in range(found.values)})
    weights = torch.linspace(0.1, 0.9, len(leaves), dtype=torch.float64)
    table = {}
    for number, found in enumerate(program.choices):
        own = weights[[position for position, leaf in enumerate(leaves) if leaf[0] == number]]
        table.update({(number, value): share for value, share in enumerate(torch.log(own / own.sum()))} if found.values else {})
    gradients = []
    for name in ("direct", "sdd"):
        circuit = compiled(program, name).circuit
        if any(leaf not in table for leaf in circuit.leaves) or not circuit.leaves:
            return
        logits = torch.stack([table[leaf] for leaf in leaves]).requires_grad_()
        # The distributions of choices are normalised inside, so that what a circuit leaves out does not matter.
        parts = [torch.log_softmax(logits[[i for i, leaf in enumerate(leaves) if leaf[0] == n]], 0) for n in range(len(program.choices))]
        log_weights = torch.stack([parts[number][value] for number, value in circuit.leaves])
        roots = TorchCircuit(circuit, "probability")(log_weights.unsqueeze(0))[0]
        roots.sum().backward()
        gradients.append((roots.detach(), logits.grad))
    for one, other in zip(*gradients, strict=True):
        assert torch.allclose(one, other, atol=1e-10)


def test_what_is_taken_directly() -> None:
    assert maker("0.4 :: heads. query heads.") == "direct"
    assert maker("0.4 :: a. 0.3 :: b. c :- a. c :- b. d :- not c. query c. query d.") == "direct"
    digits = "; ".join(f"0.1 :: digit(I, {value})" for value in range(10)) + " :- I in 1..16. "
    adding = "carry(0, 0). carry(I, C) :- I > 0, J is I-2, carry(J, D), digit(I, A), K is I-1, digit(K, B), C is (A+B+D) // 10. "
    assert maker(digits + adding + "query carry(16, C).") == "direct"


def test_graphs_are_left_to_sdd() -> None:
    edges = "".join(f"0.5 :: edge({x}, {y}, {x + dx}, {y + dy}). " for x in range(4) for y in range(4) for dx, dy in ((0, 1), (1, 0)))
    rules = "next(A, B, C, D) :- edge(A, B, C, D). next(A, B, C, D) :- edge(C, D, A, B). "
    reach = "reach(0, 0). reach(C, D) :- reach(A, B), next(A, B, C, D). query reach(3, 3)."
    assert maker(edges + rules + reach).endswith("sdd")


COINS = "0.3 :: heads(C) :- C in 1..{}. "


def binomial(count: int, heads: int, probability: Fraction = Fraction(3, 10)) -> Fraction:
    """Return the probability of a number of heads."""
    return math.comb(count, heads) * probability**heads * (1 - probability) ** (count - heads)


def test_the_count_of_two_hundred_coins() -> None:
    program = nesy.loads(COINS.format(200) + "n(N) :- N = count{C : heads(C)}. query n(N).")
    assert program.compile().circuit.compiler == "direct"
    found = nesy.query(program)
    assert len(found) == 201
    for heads in range(201):
        assert found[f"n({heads})"] == pytest.approx(float(binomial(200, heads)), rel=1e-12)


def test_exactly_500_of_1000_rare_coins() -> None:
    compiled_program = nesy.loads("0.01 :: heads(C) :- C in 1..1000. n :- count{C : heads(C)} = 500. query n.").compile()
    circuit = compiled_program.circuit
    assert circuit.compiler == "direct"
    (root,) = compiled_program.answer_roots[0]
    found = evaluate(circuit, leaf_probabilities(compiled_program.ground, circuit), SEMIRINGS["log"])[root]
    exact = binomial(1000, 500, Fraction(1, 100))
    assert found == pytest.approx(math.log(exact.numerator) - math.log(exact.denominator), rel=1e-12)
    assert found == pytest.approx(-1618.142999, abs=1e-6)


@pytest.mark.parametrize("negated", [False, True])
def test_few_of_a_thousand(negated: bool) -> None:
    """Sets of states keep a bound small, and its negation as well."""
    goal = "not count{C : heads(C)} < 3" if negated else "count{C : heads(C)} >= 3"
    circuit = nesy.loads(COINS.format(1000) + f"n :- {goal}. query n.").compile().circuit
    assert circuit.compiler == "direct"
    assert circuit.size < 20_000


@pytest.mark.parametrize(("operator", "expected"), [("=", lambda heads: heads == 20), (">=", lambda heads: heads >= 20)])
def test_each_of_sixty_coins_given_their_count(operator: str, expected: object) -> None:
    assert callable(expected)
    program = nesy.loads(COINS.format(60) + f"evidence count{{C : heads(C)}} {operator} 20. query heads(C).")
    circuit = program.compile().circuit
    assert circuit.compiler == "direct"
    assert circuit.size < 10_000
    shares = {heads: binomial(60, heads) for heads in range(61) if expected(heads)}
    posterior = sum(share * heads for heads, share in shares.items()) / sum(shares.values()) / 60
    assert list(nesy.query(program).values()) == pytest.approx([float(posterior)] * 60, rel=1e-12)


def test_a_count_given_a_sum_over_the_same_choices() -> None:
    """Sixes among 12 dice given that their sum is 40: results of two aggregates are split together."""
    dice = "; ".join(f"1/6 :: die(I, {value})" for value in range(1, 7)) + " :- I in 1..12. "
    text = dice + "sixes(N) :- N = count{I : die(I, 6)}. evidence sum{V, I : die(I, V)} = 40. query sixes(N)."
    program = nesy.loads(text)
    assert program.compile().circuit.compiler == "direct"
    ways = {(0, 0): 1}
    for _ in range(12):
        following: dict[tuple[int, int], int] = {}
        for (total, sixes), number in ways.items():
            for value in range(1, 7):
                key = total + value, sixes + (value == 6)
                following[key] = following.get(key, 0) + number
        ways = following
    all_ways = sum(number for (total, _), number in ways.items() if total == 40)
    found = nesy.query(program)
    for sixes in range(13):
        assert found[f"sixes({sixes})"] == pytest.approx(ways.get((40, sixes), 0) / all_ways, abs=1e-12)


def test_elements_that_share_choices_in_a_chain() -> None:
    """The number of neighbours that are both heads, among 40 coins: deciding the coins in turn takes few situations."""
    text = "0.5 :: heads(C) :- C in 1..40. n(N) :- N = count{C : heads(C), D is C+1, heads(D)}. query n(N)."
    program = nesy.loads(text.replace("D is C+1, heads(D)", "C < 40, D is C+1, heads(D)"))
    assert program.compile().circuit.compiler == "direct"
    ways = {(0, 0): 1}
    for _ in range(40):
        following: dict[tuple[int, int], int] = {}
        for (last, pairs), number in ways.items():
            for side in (0, 1):
                key = side, pairs + last * side
                following[key] = following.get(key, 0) + number
        ways = following
    found = nesy.query(program)
    for pairs in range(40):
        expected = (ways.get((0, pairs), 0) + ways.get((1, pairs), 0)) / 2**40
        assert found[f"n({pairs})"] == pytest.approx(expected, rel=1e-12)


def test_sdd_agrees_beyond_enumeration() -> None:
    text = COINS.format(16) + "n(N) :- N = count{C : heads(C)}. e :- heads(3). e :- not n(5). evidence e. query n(N). query heads(1)."
    answers = [nesy.query(nesy.loads(text, Settings(compiler=COMPILERS[name]))) for name in COMPILERS]
    assert answers[0] == pytest.approx(answers[1], rel=1e-9)


def test_an_aggregate_over_blocks_that_share_choices() -> None:
    """Where nothing may be decided, blocks with common choices still give the right numbers."""
    rules = [(6, (1, 2)), (7, (2, 3)), (8, (3, 4)), (9, (4, 1)), (10, (1, -3))]
    program = ground_program([choice(number, [0.3 + number / 10]) for number in range(5)], rules, [1])
    program = with_aggregate(program, "sum", [(1, 6), (2, 7), (3, 8), (5, 9), (7, 10), (1, 5)])
    results = [atom for _, atom in program.aggregates[0].results]
    asked = ground_program(program.choices, rules, [*results, 5, 1], {results[2]: False}, aggregates=program.aggregates)
    for limit in (0, 100_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("nesylang.formula.aggregates.DECISIONS", limit)
            check(compiled(asked))
            check(compiled(asked, "sdd"))


def test_what_evidence_decides_counts_where_the_formula_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "is_too_large", lambda formula: True)
    program = nesy.loads("0.25 :: a. 0.5 :: b. c :- a, b. evidence a. query c.").compile()
    assert evaluate(program.circuit, leaf_probabilities(program.ground, program.circuit), SEMIRINGS["probability"])[0] == 0.25
