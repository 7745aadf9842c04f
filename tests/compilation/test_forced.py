"""Values that all roots of a formula agree on."""

from __future__ import annotations

from nesylang.compilation.forced import without_forced
from nesylang.formula import FALSE, TRUE, FormulaBuilder, Kind

VALUES = [2, 2, 3, 2]


def test_values_that_evidence_decides_are_put_in() -> None:
    builder = FormulaBuilder()
    a, b, d = builder.leaf(0, 0), builder.leaf(1, 0), builder.leaf(3, 0)
    evidence = builder.conjunction([a, builder.disjunction([-a, b, d])])
    formula, forced = without_forced(builder.formula([evidence, builder.conjunction([b, evidence])]), VALUES)
    assert forced == {0: 0}
    rest = formula.node(formula.roots[0])
    assert rest.kind is Kind.OR
    assert [formula.node(child).children for child in rest.children] == [(1, 0), (3, 0)]


def test_what_follows_from_them_is_put_in_too() -> None:
    builder = FormulaBuilder()
    a, b, d = builder.leaf(0, 0), builder.leaf(1, 0), builder.leaf(3, 0)
    evidence = builder.conjunction([-a, -builder.conjunction([-builder.disjunction([a, b]), d]), -builder.disjunction([b, a])])
    formula, forced = without_forced(builder.formula([evidence]), VALUES)
    assert forced == {0: 1, 1: 1, 3: 1}
    assert formula.roots == (TRUE,)


def test_values_that_are_left_after_others_are_excluded() -> None:
    builder = FormulaBuilder()
    first, second = builder.leaf(2, 0), builder.leaf(2, 1)
    assert without_forced(builder.formula([-first]), VALUES)[1] == {}
    formula, forced = without_forced(builder.formula([builder.conjunction([-first, -second])]), VALUES)
    assert forced == {2: 2}
    assert formula.roots == (TRUE,)


def test_only_what_all_roots_say() -> None:
    builder = FormulaBuilder()
    a, b, d = builder.leaf(0, 0), builder.leaf(1, 0), builder.leaf(3, 0)
    roots = [builder.conjunction([a, b]), builder.conjunction([-a, b, d]), FALSE]
    formula, forced = without_forced(builder.formula(roots), VALUES)
    assert forced == {1: 0}
    assert formula.roots[2] == FALSE
    assert [formula.node(root).kind for root in formula.roots[:2]] == [Kind.LEAF, Kind.AND]


def test_contradictions_become_false() -> None:
    builder = FormulaBuilder()
    a, b = builder.leaf(0, 0), builder.leaf(1, 0)
    root = builder.conjunction([a, builder.conjunction([-a, b])])
    formula, _ = without_forced(builder.formula([root]), VALUES)
    assert formula.roots == (FALSE,)


def test_nothing_to_do() -> None:
    builder = FormulaBuilder()
    formula = builder.formula([builder.disjunction([builder.leaf(0, 0), builder.leaf(1, 0)]), TRUE])
    assert without_forced(formula, VALUES) == (formula, {})
    assert without_forced(builder.formula([FALSE]), VALUES)[1] == {}
