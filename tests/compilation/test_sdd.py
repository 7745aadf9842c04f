"""The SDD compiler: every vtree gives the same probabilities, deep and wide formulas do not crash, budgets say what was tried."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings

import nesylang as nesy
from nesylang.circuit import TRUE
from nesylang.compilation import CompilationBudget, SddCompiler, compile_program
from nesylang.compilation.budget import running
from nesylang.compilation.sdd_ways import APART, JOINT, WAYS
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.formula import Formula, FormulaBuilder
from nesylang.grounding.program import GroundProgram
from nesylang.inference import Settings
from nesylang.source import NesyError
from tests.circuit.properties import assert_decomposable, assert_deterministic, assert_well_formed
from tests.reference.ground import aggregate_programs, choice, cyclic_programs, ground_program
from tests.reference.worlds import marginals

EVERY_WAY = pytest.mark.parametrize("name", WAYS)


def check(program: GroundProgram, compiler: SddCompiler) -> None:
    """Assert that Z and every answer are those of the world-by-world reference, and that the circuit is what it says."""
    compiled = compile_program(program, compiler, CompilationBudget())
    expected, evidence = marginals(program)
    found = evaluate(compiled.circuit, leaf_probabilities(program, compiled.circuit), SEMIRINGS["probability"])
    assert found[0] == pytest.approx(evidence, abs=1e-12)
    for roots, conditions, results in zip(compiled.answer_roots, compiled.condition_roots, expected, strict=True):
        for root, condition, result in zip(roots, conditions, results, strict=True):
            if math.isnan(result):
                assert found[condition] == pytest.approx(0, abs=1e-12)
            else:
                assert found[root] / found[condition] == pytest.approx(result, abs=1e-9)
    assert_well_formed(compiled.circuit)
    assert_decomposable(compiled.circuit)
    values = [ground.values for ground in program.choices]
    if math.prod(values) <= 300:
        assert_deterministic(compiled.circuit, values)


@EVERY_WAY
@settings(max_examples=100)
@given(program=cyclic_programs())
def test_every_vtree_gives_the_probabilities_of_the_reference(name: str, program: GroundProgram) -> None:
    check(program, SddCompiler([name, "structure"]))


@EVERY_WAY
@settings(max_examples=50)
@given(program=aggregate_programs())
def test_every_vtree_with_aggregates(name: str, program: GroundProgram) -> None:
    check(program, SddCompiler([name, "structure"]))


def random_program(width: int) -> GroundProgram:
    """Return a disjunction of random conjunctions of three of many coins."""
    generator = random.Random(width)
    choices = [choice(number, [0.5]) for number in range(2 * width)]
    goal = 2 * width + 1
    return ground_program(choices, [(goal, tuple(generator.sample(range(1, goal), 3))) for _ in range(4 * width)], [goal])


def test_vtrees_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the smallest of first rounds all of them are begun, the first that is through is taken, and the result is the same again."""
    program = random_program(8)
    monkeypatch.setattr("nesylang.compilation.sdd.FIRST_ROUND", 50)
    monkeypatch.setattr("nesylang.compilation.sdd_bottom_up.SMALL", 0)
    monkeypatch.setattr("nesylang.compilation.sdd_bottom_up.TINY", 0)
    monkeypatch.setattr("nesylang.compilation.sdd_bottom_up.STEPS", 10)
    budget = running(CompilationBudget())
    compiled = compile_program(program, SddCompiler(), budget)
    ways = {attempt.way: attempt for attempt in budget.watch.attempts}
    assert set(ways) == {f"by {name}" for name in WAYS if name not in (*JOINT, APART)}
    (finished,) = [attempt for attempt in ways.values() if attempt.finished]
    assert all(attempt.nodes > 0 for attempt in ways.values())
    again = running(CompilationBudget())
    assert compile_program(program, SddCompiler(), again) == compiled
    assert [attempt.way for attempt in again.watch.attempts if attempt.finished] == [finished.way]
    found = evaluate(compiled.circuit, leaf_probabilities(program, compiled.circuit), SEMIRINGS["probability"])
    assert found[1] == pytest.approx(probability_of_disjunction(program))


def test_garbage_is_freed_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    program = random_program(8)
    expected = compile_program(program, SddCompiler(["occurrence"]), CompilationBudget())
    monkeypatch.setattr("nesylang.compilation.sdd_bottom_up.GARBAGE", 1)
    collected = compile_program(program, SddCompiler(["occurrence"]), CompilationBudget())
    assert collected.circuit.size == expected.circuit.size
    for compiled in (expected, collected):
        found = evaluate(compiled.circuit, leaf_probabilities(program, compiled.circuit), SEMIRINGS["probability"])
        assert found[1] == pytest.approx(probability_of_disjunction(program), abs=1e-9)


def probability_of_disjunction(program: GroundProgram) -> float:
    """Return the share of the assignments of its coins for which one of the rules' bodies is true."""
    bodies = [sum(1 << literal - 1 for literal in rule.body) for rule in program.rules]
    count = len(program.choices)
    return sum(any(world & body == body for body in bodies) for world in range(1 << count)) / (1 << count)


@EVERY_WAY
def test_a_disjunction_of_many_facts(name: str) -> None:
    count = 20_000 if name == "occurrence" else 5_000
    builder = FormulaBuilder()
    root = builder.disjunction([builder.leaf(number, 0) for number in range(count)])
    circuit = SddCompiler([name]).compile(builder.formula([root]), [2] * count, CompilationBudget())
    weights = [1e-4 if value == 0 else 1 - 1e-4 for _, value in circuit.leaves]
    (found,) = evaluate(circuit, weights, SEMIRINGS["probability"])
    assert found == pytest.approx(1 - (1 - 1e-4) ** count)


def chain(steps: int) -> Formula:
    """Return "the last step is on", where each step keeps what the one before was, or turns it round."""
    builder = FormulaBuilder()
    on = builder.leaf(0, 0)
    for step in range(1, steps + 1):
        keep = builder.leaf(step, 0)
        on = builder.disjunction([builder.conjunction([on, keep]), builder.conjunction([-on, -keep])])
    return builder.formula([on])


@pytest.mark.parametrize(("steps", "name"), [(1_000, "structure"), (5_000, "occurrence"), (300, "separation"), (300, "clauses")])
def test_long_chains(steps: int, name: str) -> None:
    """Along a chain the library of decision diagrams recurses once for each step: without room for that it crashes."""
    circuit = SddCompiler([name]).compile(chain(steps), [2] * (steps + 1), CompilationBudget())
    weights = [0.999 if value == 0 else 0.001 for _, value in circuit.leaves]
    (found,) = evaluate(circuit, weights, SEMIRINGS["probability"])
    assert found == pytest.approx(0.5 + 0.5 * 0.998 ** (steps + 1))


@pytest.mark.parametrize("values", [2, 3, 5, 64, 400])
def test_two_choices_with_equal_values(values: int) -> None:
    """Values need no variables of their own: 400 of them take nine."""
    builder = FormulaBuilder()
    same = builder.disjunction([builder.conjunction([builder.leaf(0, value), builder.leaf(1, value)]) for value in range(values)])
    circuit = SddCompiler().compile(builder.formula([same, -same]), [values] * 2, CompilationBudget())
    shares = [(1 + value % 3) / sum(1 + other % 3 for other in range(values)) for value in range(values)]
    found = evaluate(circuit, [shares[value] for _, value in circuit.leaves], SEMIRINGS["probability"])
    assert found[0] == pytest.approx(sum(share * share for share in shares))
    assert sum(found) == pytest.approx(1)
    assert circuit.size <= 25 * values


def test_constants() -> None:
    builder = FormulaBuilder()
    certain = builder.conjunction([])
    circuit = SddCompiler().compile(builder.formula([certain, -certain]), [], CompilationBudget())
    assert circuit.roots == (TRUE, 1 - TRUE)


def test_a_budget_says_what_was_tried() -> None:
    with pytest.raises(NesyError) as failure:
        compile_program(random_program(15), SddCompiler(), CompilationBudget(nodes=300))
    message = failure.value.diagnostics[0].message
    assert failure.value.diagnostics[0].code == "E401"
    assert "nodes of 300 allowed, with each of 4 vtrees" in message
    with pytest.raises(NesyError, match="nodes of 300 allowed, with one vtree"):
        compile_program(random_program(15), SddCompiler(["occurrence"]), CompilationBudget(nodes=300))


def test_evidence_that_is_seen_to_be_impossible_when_all_is_put_together() -> None:
    """The joint formula of all answers has no choices then: it is false."""
    text = """0.6::e(y, w). 0.5::e(w, x). 0.5::u(y).
    p(X, Y) :- e(X, Y).
    s(X) :- u(X), not p(X, _).
    b :- s(_), p(_, _).
    t(X) :- s(X), not u(X).
    t(Y) :- t(X), e(X, Y).
    evidence t(w). query p(X, Y). query b."""
    with pytest.raises(nesy.NesyError, match="E501"):
        nesy.query(nesy.loads(text, Settings(compiler=SddCompiler(), cache=False)))
