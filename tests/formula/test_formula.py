"""The formula builder: sharing, simplification, and walks of formulas."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from nesylang.formula import FALSE, TRUE, FormulaBuilder, Kind
from tests.formula.meaning import holds


def test_constants() -> None:
    builder = FormulaBuilder()
    assert builder.conjunction([]) == TRUE
    assert builder.disjunction([]) == FALSE
    assert TRUE == -FALSE
    assert builder.formula([TRUE]).node(FALSE).kind is Kind.CONSTANT


def test_simplification() -> None:
    builder = FormulaBuilder()
    a, b = builder.leaf(0, 0), builder.leaf(1, 0)
    assert builder.conjunction([a]) == a
    assert builder.disjunction([-a]) == -a
    assert builder.conjunction([a, TRUE, a]) == a
    assert builder.disjunction([a, FALSE, a]) == a
    assert builder.conjunction([a, FALSE, b]) == FALSE
    assert builder.disjunction([a, TRUE, b]) == TRUE
    assert builder.conjunction([a, b, -a]) == FALSE
    assert builder.disjunction([-b, a, b]) == TRUE
    assert len(builder.nodes) == 3, "nothing of this needs a node"


def test_equal_nodes_are_shared() -> None:
    builder = FormulaBuilder()
    a, b = builder.leaf(0, 0), builder.leaf(0, 1)
    assert builder.leaf(0, 0) == a
    assert a != b
    both = builder.conjunction([a, b])
    assert builder.conjunction([b, a, b]) == both
    assert builder.disjunction([a, b]) != both
    assert builder.conjunction([a, -b]) != both
    assert len(builder.nodes) == 1 + 2 + 3


def test_a_leaf_is_no_gate_with_the_same_numbers() -> None:
    builder = FormulaBuilder()
    a, b = builder.leaf(0, 0), builder.leaf(0, 1)
    assert builder.leaf(a, b) not in (builder.conjunction([a, b]), builder.disjunction([a, b]))
    assert builder.leaf(3, 2) != builder.leaf(2, 3)


def test_reachable_nodes_come_children_first() -> None:
    builder = FormulaBuilder()
    a, b, c = (builder.leaf(number, 0) for number in range(3))
    low = builder.disjunction([a, -b])
    high = builder.conjunction([low, c])
    formula = builder.formula([-high])
    assert formula.reachable([-high]) == [a, b, c, low, high]
    assert formula.reachable([low]) == [a, b, low]
    assert formula.reachable([]) == []


def test_choices_come_depth_first() -> None:
    builder = FormulaBuilder()
    a, b, c = (builder.leaf(number, 0) for number in (5, 3, 4))
    other = builder.leaf(5, 1)
    root = builder.conjunction([builder.disjunction([c, b]), builder.disjunction([other, a, -b])])
    assert builder.formula([root]).choices([root, a]) == [4, 3, 5]


def test_choices_wait_for_all_that_depend_on_them() -> None:
    """Both ways through a diamond come before what is behind it."""
    builder = FormulaBuilder()
    up, down, behind, last = (builder.leaf(number, 0) for number in range(4))
    rest = builder.conjunction([behind, last])
    root = builder.disjunction([builder.conjunction([up, rest]), builder.conjunction([down, rest])])
    formula = builder.formula([root])
    assert formula.choices([root]) == [0, 1, 2, 3]
    assert formula.choices([rest, root]) == [0, 1, 2, 3]
    assert formula.choices([rest]) == [2, 3]


def test_a_deep_formula_is_walked() -> None:
    builder = FormulaBuilder()
    literal = builder.leaf(0, 0)
    for number in range(1, 50_001):
        literal = builder.conjunction([-literal, builder.leaf(number, 0)])
    formula = builder.formula([literal])
    assert len(formula.reachable([literal])) == 100_001
    assert sorted(formula.choices([literal])) == list(range(50_001))


@st.composite
def gates(draw: st.DrawFn) -> list[tuple[bool, list[int]]]:
    """Draw gates over three choices of two values: their kind, and their children as positions, negative where negated."""
    return [
        (draw(st.booleans()), [draw(st.sampled_from([1, -1])) * draw(st.integers(1, 8 + count)) for _ in range(draw(st.integers(0, 4)))])
        for count in range(draw(st.integers(1, 8)))
    ]


@given(gates())
def test_simplification_keeps_the_meaning(built: list[tuple[bool, list[int]]]) -> None:
    builder = FormulaBuilder()
    literals = [TRUE, FALSE, *(builder.leaf(number, value) for number in range(3) for value in range(2))]
    for is_conjunction, children in built:
        signed = [literals[abs(child) - 1] * (1 if child > 0 else -1) for child in children]
        literals.append(builder.conjunction(signed) if is_conjunction else builder.disjunction(signed))
    formula = builder.formula(literals)
    for values in itertools.product(range(2), repeat=3):
        world = dict(enumerate(values))
        expected = [True, False, *(world[number] == value for number in range(3) for value in range(2))]
        for is_conjunction, children in built:
            states = [expected[abs(child) - 1] == (child > 0) for child in children]
            expected.append(all(states) if is_conjunction else any(states))
        assert [holds(formula, literal, world) for literal in literals] == expected
    for number, node in enumerate(formula.nodes, start=1):
        assert node.kind is Kind.LEAF or all(abs(child) < number for child in node.children)
