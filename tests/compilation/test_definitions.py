"""Joint formulas: all answers as one formula with names for them."""

from __future__ import annotations

from nesylang.compilation import CompilationBudget, SddCompiler
from nesylang.compilation.definitions import joined
from nesylang.compilation.sdd_ways import ANSWERS
from nesylang.formula import FALSE, TRUE, FormulaBuilder, Kind
from tests.circuit.properties import assert_properties


def test_answers_know_each_other_by_name() -> None:
    """Of the answers e and x, e and not x, and e, where x is b or c and e is x or d: two names, and e is defined by that of x."""
    builder = FormulaBuilder()
    b, c, d = (builder.leaf(number, 0) for number in range(3))
    x = builder.disjunction([b, c])
    e = builder.disjunction([x, d])
    roots = [builder.conjunction([x, e]), builder.conjunction([-x, e]), e, FALSE]
    found = joined(builder.formula(roots), [2, 2, 2], atoms=False)
    assert found.values == (2, 2, 2, 2)
    assert (found.first_name, found.count, found.answers) == (3, 1, 1)
    positive, negative, whole, never = found.names
    assert positive == -negative
    assert found.formula.node(positive).children == (3, 0)
    assert (whole, never) == (TRUE, FALSE)
    conjuncts = found.formula.node(found.formula.roots[0])
    assert conjuncts.kind is Kind.AND
    # e is what all have in common, and says: the name of x, or d.
    sides = [found.formula.node(literal) for literal in conjuncts.children]
    assert any({positive} < set(side.children) for side in sides if side.kind is Kind.OR)


def test_atoms_that_are_used_twice_have_names() -> None:
    builder = FormulaBuilder()
    leaves = [builder.leaf(number, 0) for number in range(4)]
    shared = builder.disjunction(leaves[:2])
    root = builder.disjunction([builder.conjunction([shared, leaves[2]]), builder.conjunction([-shared, leaves[3]])])
    formula = builder.formula([root])
    assert joined(formula, [2] * 4, atoms=False).count == 0, "the only root is the formula itself"
    found = joined(formula, [2] * 4, atoms=True)
    assert (found.count, found.answers, found.names) == (1, 0, (TRUE,))


def test_circuits_of_many_answers_under_evidence() -> None:
    """Along a chain every answer has its root; together they take a number of elements that grows with the chain, not with its square."""
    sizes = []
    for steps in (20, 40):
        builder = FormulaBuilder()
        on = builder.leaf(0, 0)
        states, seen = [on], []
        for step in range(1, steps):
            stays, comes, shows = (builder.leaf(3 * step + number, 0) for number in (-2, -1, 0))
            on = builder.disjunction([builder.conjunction([on, stays]), builder.conjunction([-on, comes])])
            states.append(on)
            seen.append(builder.disjunction([on, shows]))
        evidence = builder.conjunction(seen)
        roots = [builder.conjunction([state, evidence]) for state in states]
        values = [2] * (3 * steps)
        circuit = SddCompiler([ANSWERS]).compile(builder.formula(roots), values, CompilationBudget())
        assert len(circuit.roots) == steps
        sizes.append(circuit.size)
        if steps == 20:
            few = SddCompiler([ANSWERS]).compile(builder.formula(roots[:4]), values, CompilationBudget())
            plain = SddCompiler(["structure"]).compile(builder.formula(roots[:4]), values, CompilationBudget())
            assert few.size < plain.size * 3
    assert sizes[1] < 2.5 * sizes[0]


def test_small_circuits_are_deterministic() -> None:
    builder = FormulaBuilder()
    leaves = [builder.leaf(number, 0) for number in range(5)]
    one = builder.disjunction(leaves[:3])
    other = builder.disjunction([builder.conjunction([one, leaves[3]]), builder.conjunction([-one, leaves[4]])])
    both = builder.disjunction([one, other])
    roots = [both, *(builder.conjunction([literal, both]) for literal in (one, -one, other, -other))]
    circuit = SddCompiler([ANSWERS]).compile(builder.formula(roots), [2] * 5, CompilationBudget())
    assert_properties(circuit, [2] * 5)
