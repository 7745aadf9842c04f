"""Every compiler against the reference, on random ground programs and programs as text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

import nesylang as nesy
from nesylang.circuit import FALSE, TRUE
from nesylang.compilation import COMPILERS, CompilationBudget, CompiledProgram, compile_program
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.grounding.program import GroundProgram
from nesylang.inference import Settings
from tests.reference.ground import aggregate_programs, choice, cyclic_programs, ground_program
from tests.reference.programs import graph_programs, propositional_programs
from tests.reference.worlds import marginals

EVERY_COMPILER = pytest.mark.parametrize("name", COMPILERS)


def compiled_by(name: str, program: GroundProgram) -> CompiledProgram:
    return compile_program(program, COMPILERS[name], CompilationBudget())


def root_values(compiled: CompiledProgram, observations: dict[int, bool] | None = None) -> list[float]:
    """Return the probabilities of the roots."""
    weights = leaf_probabilities(compiled.ground, compiled.circuit, observations)
    return evaluate(compiled.circuit, weights, SEMIRINGS["probability"])


def check(compiled: CompiledProgram) -> None:
    """Assert that Z and every answer are those of the world-by-world reference."""
    expected, evidence = marginals(compiled.ground)
    values = root_values(compiled)
    assert values[0] == pytest.approx(evidence, abs=1e-12)
    for answers, conditions, results in zip(compiled.answer_roots, compiled.condition_roots, expected, strict=True):
        for root, condition, result in zip(answers, conditions, results, strict=True):
            if math.isnan(result):
                assert values[condition] == pytest.approx(0, abs=1e-12)
            else:
                assert values[root] / values[condition] == pytest.approx(result, abs=1e-9)


@EVERY_COMPILER
@settings(max_examples=200)
@given(program=cyclic_programs())
def test_ground_programs(name: str, program: GroundProgram) -> None:
    check(compiled_by(name, program))


@EVERY_COMPILER
@settings(max_examples=100)
@given(program=cyclic_programs(atoms=12, strata=1))
def test_large_loops(name: str, program: GroundProgram) -> None:
    check(compiled_by(name, program))


@EVERY_COMPILER
@settings(max_examples=200)
@given(program=aggregate_programs())
def test_aggregates(name: str, program: GroundProgram) -> None:
    check(compiled_by(name, program))


@EVERY_COMPILER
@settings(max_examples=40)
@given(text=propositional_programs())
def test_propositional_programs(name: str, text: str) -> None:
    check(nesy.loads(text, Settings(compiler=COMPILERS[name])).compile())


@EVERY_COMPILER
@settings(max_examples=40)
@given(text=graph_programs())
def test_graph_programs(name: str, text: str) -> None:
    check(nesy.loads(text, Settings(compiler=COMPILERS[name])).compile())


def uniform(number: int, values: int) -> list[float]:
    """Return different probabilities that sum to one."""
    shares = [1 + (7 * value + number) % 5 for value in range(values)]
    return [share / sum(shares) for share in shares]


@EVERY_COMPILER
@pytest.mark.parametrize("values", [1, 2, 3, 10, 100, 150])
@pytest.mark.parametrize("exhaustive", [True, False])
def test_alternatives_of_a_choice_exclude_each_other(name: str, values: int, exhaustive: bool) -> None:
    probabilities = uniform(0, values) if exhaustive else [p * 0.9 for p in uniform(0, values)]
    first, last, some, both, none = 1, values, values + 1, values + 2, values + 3
    rules = [(some, (value,)) for value in range(1, values + 1, 2)] + [
        (both, (first, last)),
        (none, tuple(-v for v in range(1, values + 1))),
    ]
    compiled = compiled_by(name, ground_program([choice(0, probabilities, exhaustive)], rules, [some, both, none, first, -first]))
    check(compiled)
    values_of = root_values(compiled)
    (found_both,), (found_none,) = compiled.answer_roots[1:3]
    assert values_of[found_both] == (0 if values > 1 else pytest.approx(probabilities[0]))
    assert values_of[found_none] == pytest.approx(0 if exhaustive else 0.1, abs=1e-12)
    if exhaustive:
        assert compiled.circuit.roots[found_none] == FALSE or values_of[found_none] == 0


@EVERY_COMPILER
@pytest.mark.parametrize("values", [2, 3, 30])
def test_two_choices_over_the_same_values(name: str, values: int) -> None:
    """P(equal) and P(first < second) of two draws, which no enumeration of 150 by 150 worlds is needed for."""
    first, second = uniform(1, values), uniform(2, values)
    equal, less = 2 * values + 1, 2 * values + 2
    rules = [(equal, (v, values + v)) for v in range(1, values + 1)]
    rules += [(less, (v, values + w)) for v in range(1, values + 1) for w in range(v + 1, values + 1)]
    program = ground_program([choice(0, first, True), choice(1, second, True)], rules, [equal, less], {less: False})
    compiled = compiled_by(name, program)
    found = root_values(compiled)
    probability_equal = math.fsum(p * q for p, q in zip(first, second, strict=True))
    probability_less = math.fsum(p * q for v, p in enumerate(first) for w, q in enumerate(second) if v < w)
    assert found[0] == pytest.approx(1 - probability_less, abs=1e-12)
    assert found[compiled.answer_roots[0][0]] == pytest.approx(probability_equal, abs=1e-12)
    assert found[compiled.answer_roots[1][0]] == 0.0


@EVERY_COMPILER
def test_two_draws_from_one_clause_are_independent(name: str) -> None:
    text = "ball(1). ball(2). "
    heads = "; ".join(f"{p!r}::draw(B,{value})" for value, p in enumerate(uniform(3, 150)))
    text += f"{heads} :- ball(B). same :- draw(1,V), draw(2,V). query same. query draw(1,7)."
    found = nesy.query(nesy.loads(text, Settings(compiler=COMPILERS[name])))
    shares = uniform(3, 150)
    assert found["same"] == pytest.approx(math.fsum(p * p for p in shares), abs=1e-12)
    assert found["draw(1,7)"] == pytest.approx(shares[7], abs=1e-12)


COINS = [choice(number, [0.5]) for number in range(3)]


@EVERY_COMPILER
def test_roots_are_shared(name: str) -> None:
    rules = [(4, (1, 2)), (5, (2, 1)), (6, ())]
    compiled = compiled_by(name, ground_program(COINS, rules, [4, 5, 6, 1, -6], {3: True}, {1: 6, 4: 2, 5: 2}))
    (four,), (five,), (six,), (one,), (never,) = compiled.answer_roots
    assert four == five
    assert six == 0, "what is certain is Z itself"
    assert compiled.condition_roots[2] == (0,)
    assert compiled.condition_roots[3] == (0,), "a condition that is certain is Z"
    assert compiled.condition_roots[0] == compiled.condition_roots[1] != (0,)
    assert one not in (0, four)
    assert compiled.circuit.roots[never] == FALSE
    assert len(compiled.circuit.roots) == 5


@EVERY_COMPILER
def test_without_evidence_z_is_true(name: str) -> None:
    compiled = compiled_by(name, ground_program(COINS, [], [1]))
    assert compiled.circuit.roots[0] == TRUE
    assert compiled.indicators == ()


@EVERY_COMPILER
def test_a_program_that_asks_nothing(name: str) -> None:
    compiled = compiled_by(name, ground_program(COINS, [], []))
    assert compiled.circuit.roots == (TRUE,)
    assert (compiled.answer_roots, compiled.condition_roots) == ((), ())


@EVERY_COMPILER
def test_contradictory_evidence_makes_z_false(name: str) -> None:
    compiled = compiled_by(name, ground_program(COINS, [(4, (1, 2))], [3], {4: True, 1: False}))
    assert compiled.circuit.roots[0] == FALSE
    assert set(root_values(compiled)) == {0.0}


@EVERY_COMPILER
@pytest.mark.parametrize("first", [None, True, False])
@pytest.mark.parametrize("second", [None, True, False])
def test_evidence_that_each_example_brings(name: str, first: bool | None, second: bool | None) -> None:
    """Indicators say the same as evidence that the program states."""
    rules = [(4, (1, 2)), (4, (3,)), (5, (1, -3))]
    compiled = compiled_by(name, ground_program(COINS, rules, [1, 2], {4: None, 5: None}))
    assert compiled.indicators == (3, 4)
    observations = {number: value for number, value in zip(compiled.indicators, (first, second), strict=True) if value is not None}
    stated = {literal: value for literal, value in ((4, first), (5, second)) if value is not None}
    reference, evidence = marginals(ground_program(COINS, rules, [1, 2], stated))
    values = root_values(compiled, observations)
    assert values[0] == pytest.approx(evidence)
    for (root,), (expected,) in zip(compiled.answer_roots, reference, strict=True):
        assert values[root] / values[0] == pytest.approx(expected)


@pytest.mark.parametrize("values", [200, 500, 1000])
def test_choices_of_many_values(values: int) -> None:
    """A right-linear vtree over the values of a choice overflows the stack of the SDD library from about 200 on."""
    alternatives = "; ".join(f"1/{values} :: value({value})" for value in range(values))
    text = f"{alternatives}. large :- value(X), X >= {values - 10}. query large."
    assert nesy.query(text) == {"large": pytest.approx(10 / values)}


def test_two_draws_of_many_values() -> None:
    alternatives = "; ".join(f"1/200 :: value(D, {value})" for value in range(200))
    text = f"{alternatives} :- draw(D). draw(a). draw(b). same :- value(a, X), value(b, X). query same."
    assert nesy.query(text) == {"same": pytest.approx(1 / 200)}
