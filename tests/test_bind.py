"""Python functions bound to foreign predicates: how they are bound, when they are called, and what goes wrong."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

import nesylang as nesy
from nesylang.source import NesyError

TEXT = """
foreign twice(int) -> int.
foreign even(int).
query twice(3, X).
query even(4).
"""


@nesy.foreign
def twice(number: int) -> object:
    """Return the double."""
    return 2 * number


@nesy.foreign("even")
def is_even(number: int) -> object:
    """Return whether a number is even."""
    return number % 2 == 0


def codes(action: Callable[[], object]) -> list[str]:
    with pytest.raises(NesyError) as failure:
        action()
    return [f"{diagnostic.code} {diagnostic.message} | {diagnostic.hint}" for diagnostic in failure.value.diagnostics]


@pytest.mark.parametrize(
    "bind",
    [
        lambda program: program.bind(twice, is_even),
        lambda program: program.bind(twice=twice, even=is_even),
        lambda program: program.bind({"twice": twice, "even": is_even}),
        lambda program: program.bind({"twice/2": twice}, is_even),
        lambda program: program.bind(even=lambda n: False, twice=twice).bind(even=is_even),
    ],
)
def test_ways_to_bind(bind: Callable[[nesy.Program], nesy.Program]) -> None:
    program = nesy.loads(TEXT)
    assert nesy.query(bind(program)) == {"twice(3,6)": 1.0, "even(4)": 1.0}
    assert codes(lambda: nesy.query(program))[0].startswith("E607 the foreign predicate twice/2 is not bound to a function | bind it:")


def test_a_mark_binds_nothing_and_changes_nothing() -> None:
    assert twice(4) == 8
    assert pickle.loads(pickle.dumps(nesy.loads(TEXT).bind(twice, is_even))).analysis.foreign


def test_a_bound_program_keeps_its_functions() -> None:
    program = nesy.loads(TEXT + "pred given(int).").bind(twice, is_even)
    assert nesy.query(program.with_facts("given", [(1,), (2,)]), "given(X), even(X)") == {"given(2),even(2)": 1.0}
    assert program.module()()["twice(3,X)"].answers == [6]


def test_wrong_bindings() -> None:
    program = nesy.loads("type t. neural net(t) -> {a, b}. foreign distance(int) -> int.")
    assert codes(lambda: program.bind(distanc=twice)) == [
        "E608 the program declares no foreign predicate 'distanc' | did you mean 'distance'?"
    ]
    assert codes(lambda: program.bind(other=twice)) == [
        "E608 the program declares no foreign predicate 'other' | foreign predicates of the program: distance/2"
    ]
    assert "networks are bound by program.module" in codes(lambda: program.bind(net=twice))[0]
    assert codes(lambda: program.bind(twice))[0].startswith("E608")
    assert codes(lambda: program.bind(lambda n: n))[0].startswith("E606 bind takes functions with their names")
    assert codes(lambda: program.bind(distance=3))[0].startswith("E606 'distance' is bound to what is no function: int")  # type: ignore[arg-type]


def test_functions_are_called_once_for_each_inputs() -> None:
    calls: list[int] = []

    def counted(number: int) -> object:
        calls.append(number)
        return 2 * number

    program = nesy.loads("""
        foreign twice(int) -> int.
        p(X) :- twice(1, X). p(X) :- twice(1, X), twice(2, _). q :- twice(1, 2), not twice(1, 3), call(twice, 2, 4).
        query p(X). query q.
    """).bind(twice=counted)
    assert nesy.query(program) == {"p(2)": 1.0, "q": 1.0}
    assert sorted(calls) == [1, 2]


def test_functions_that_are_not_needed_are_not_called() -> None:
    program = nesy.loads("foreign f(int). 0.5 :: a. p :- f(1). query a.")
    assert nesy.query(program) == {"a": 0.5}


def test_the_exception_of_a_function_is_the_cause() -> None:
    def fails(number: int) -> object:
        raise LookupError(f"no {number}")

    with pytest.raises(NesyError) as failure:
        nesy.query(nesy.loads("foreign f(int). query f(1).").bind(f=fails))
    assert isinstance(failure.value.__cause__, LookupError)
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == "E320"
    assert "the function of f(1) raised LookupError: no 1 (" in diagnostic.message
    assert "test_bind.py:" in diagnostic.message


def test_interruptions_pass() -> None:
    def interrupted(number: int) -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nesy.query(nesy.loads("foreign f(int). query f(1).").bind(f=interrupted))


@pytest.mark.parametrize(
    ("declaration", "returned", "expected"),
    [
        ("f -> int", 3.0, "E319"),
        ("f -> int", True, "E319"),
        ("f -> int", "3", "E319"),
        ("f -> float", 2, 2.0),
        ("f -> float", float("nan"), "E319"),
        ("f -> float", float("inf"), "E319"),
        ("f -> number", 2, 2),
        ("f -> string", "a b", '"a b"'),
        ("f -> atom", "a b", "'a b'"),
        ("f -> atom", nesy.Text("a"), "E319"),
        ("f -> any", nesy.Text("a"), '"a"'),
        ("f -> bool", True, "true"),
        ("f -> bool", "true", "true"),
        ("f -> bool", 1, "E319"),
        ("f -> 0..9", 9, 9),
        ("f -> 0..9", 10, "E319"),
        ("f -> {red, 1}", "red", "red"),
        ("f -> {red, 1}", 1, 1),
        ("f -> {red, 1}", 2, "E319"),
        ('f -> {"a b"}', "a b", '"a b"'),
        ("f -> list", [], "[]"),
        ("f -> list", (1, [2, "x"]), "[1,[2,x]]"),
        ("f -> list", "ab", "E319"),
        ("f -> list", [object()], "E319"),
        ("f -> term", nesy.Compound("p", (1, nesy.Compound("q", ([],)))), "p(1,q([]))"),
        ("f -> term", {1: 2}, "E319"),
        ("f -> (int, atom)", (1, "a"), "1,a"),
        ("f -> (int, atom)", [1, "a"], "E319"),
        ("f -> (int, atom)", (1, "a", 2), "E319"),
        ("f -> int", nesy.weighted(1, "x"), "E319"),
        ("f -> int", nesy.weighted(1, 1.5), "E307"),
        ("f -> int", nesy.weighted(1, -0.5), "E307"),
        ("f -> int", nesy.exclusive({1: nesy.learnable("a")}), "E319"),
        ("f", None, "E319"),
        ("f", 1, "E319"),
        ("f", 0.5, "E319"),
        ("f", nesy.weighted(1, 0.5), "E319"),
    ],
)
def test_values(declaration: str, returned: object, expected: object) -> None:
    arity = declaration.partition("->")[2].count(",") + 1 if "(" in declaration else 1
    goal = "f" if "->" not in declaration else f"f({', '.join('XYZ'[:arity])})"
    program = nesy.loads(f"foreign {declaration}. query {goal}.").bind(f=lambda: returned)
    if isinstance(expected, str) and expected.startswith("E3"):
        assert [text[:4] for text in codes(lambda: nesy.query(program))] == [expected]
    else:
        assert nesy.query(program) == {f"f({expected})": 1.0}


def test_numpy_numbers_and_arrays_are_values() -> None:
    numpy = pytest.importorskip("numpy")
    program = nesy.loads(
        "foreign f(int) -> int. foreign g(int) -> list. foreign h(int). query f(1, X). query g(1, X). query h(1). query h(2)."
    )
    bound = program.bind(
        f=lambda n: nesy.weighted(numpy.int64(n), numpy.float64(0.5)), g=lambda n: numpy.arange(2) + n, h=lambda n: numpy.bool_(n == 1)
    )
    assert nesy.query(bound) == {"f(1,1)": 0.5, "g(1,[1,2])": 1.0, "h(1)": 1.0, "h(2)": 0.0}


def test_no_answers_and_probability_zero() -> None:
    program = nesy.loads("foreign f(int) -> int. query f(1, X). query f(2, X). query f(3, X). query f(4, 7).")
    returned = {1: None, 2: nesy.answers([]), 3: nesy.weighted(5, 0.0), 4: nesy.exclusive({})}
    assert nesy.query(program.bind(f=returned.__getitem__)) == {"f(3,5)": 0.0, "f(4,7)": 0.0}


def test_the_same_answer_twice_is_two_coins() -> None:
    program = nesy.loads("foreign f(int) -> int. query f(1, X).")
    bound = program.bind(f=lambda n: nesy.answers([nesy.weighted(n, 0.5), nesy.weighted(n, 0.5)]))
    assert nesy.query(bound) == {"f(1,1)": 0.75}


def test_evidence_and_learning_on_answers() -> None:
    program = nesy.loads("foreign road(atom) -> atom. reach(X, Y) :- road(X, Y). reach(X, Y) :- road(X, Z), reach(Z, Y). query road(a, b).")
    roads = {"a": nesy.answers([nesy.weighted("b", 0.5), nesy.weighted("c", 0.25)]), "b": "d", "c": "d"}
    bound = program.bind(road=roads.get).with_evidence("reach(a, d)")
    # P(a-b) / (1 - 1/2 * 3/4)
    assert nesy.query(bound) == pytest.approx({"road(a,b)": 0.8})


def test_subqueries_see_functions() -> None:
    program = nesy.loads("foreign f(int). p(P) :- subquery(f(1), P). query p(P).")
    assert nesy.query(program.bind(f=lambda n: nesy.probability(0.25))) == {"p(0.25)": 1.0}
