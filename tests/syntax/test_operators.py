"""How operators bind: every row of the table, by itself and against its neighbours."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from nesylang.source import NesyError
from nesylang.syntax import print_term
from nesylang.syntax.operators import ARITHMETIC_XOR, BODY_XOR, INFIX, PREFIX, Operator
from nesylang.syntax.terms import Atom, Compound, Term
from tests.syntax.terms import HERE, compound, items

Read = Callable[[str], Term]

EXPECTED = {
    (1200, "xfx"): {":-", "<-", "-->"},
    (1170, "xfx"): {"given"},
    (1160, "xfx"): {"<=>"},
    (1150, "xfy"): {"=>"},
    (1100, "xfy"): {";", "|"},
    (1050, "xfy"): {"->", "*->"},
    (1000, "xfy"): {",", "&"},
    (1000, "xfx"): {"::"},
    (700, "xfx"): {
        "=",
        "\\=",
        "==",
        "\\==",
        "=@=",
        "is",
        "as",
        "in",
        "<",
        ">",
        "=<",
        ">=",
        "=:=",
        "=\\=",
        "=..",
        "@<",
        "@>",
        "@=<",
        "@>=",
        "~=",
        "~==",
        "~=/=",
        "~<",
        "~>",
        "~=<",
        "~>=",
        "?",
    },
    (600, "xfy"): {":"},
    (600, "xfx"): {".."},
    (500, "yfx"): {"+", "-", "/\\", "\\/", "><", "#"},
    (400, "yfx"): {"*", "/", "//", "mod", "rem", "div", "rdiv", "<<", ">>"},
    (300, "xfy"): {"^"},
    (200, "xfx"): {"**"},
}
"""The table as the language has it: priority and type of each infix operator."""

SPELLED = sorted(set(INFIX) - {"|"})


def name_of(functor: str) -> str:
    return ";" if functor == "|" else functor


def test_the_infix_table() -> None:
    assert {name: (operator.priority, operator.type) for name, operator in INFIX.items()} == {
        name: row for row, names in EXPECTED.items() for name in names
    }


def test_the_prefix_table() -> None:
    assert {name: (operator.priority, operator.type) for name, operator in PREFIX.items()} == {
        ":-": (1200, "fx"),
        "not": (900, "fy"),
        "\\+": (900, "fy"),
        "~": (900, "fy"),
        "-": (200, "fy"),
        "+": (200, "fy"),
        "\\": (200, "fy"),
        "\\\\": (200, "fy"),
    }
    assert (BODY_XOR.priority, BODY_XOR.type) == (1100, "xfy")
    assert (ARITHMETIC_XOR.priority, ARITHMETIC_XOR.type) == (500, "yfx")


@pytest.mark.parametrize("name", sorted(INFIX))
def test_an_operator_makes_a_compound(name: str, read: Read) -> None:
    assert read(f"(a {name} b)") == compound(name_of(name), "a", "b")


@pytest.mark.parametrize("name", sorted(INFIX))
def test_associativity(name: str, read: Read) -> None:
    functor = name_of(name)
    match INFIX[name].type:
        case "xfy":
            assert read(f"(a {name} b {name} c)") == compound(functor, "a", compound(functor, "b", "c"))
        case "yfx":
            assert read(f"(a {name} b {name} c)") == compound(functor, compound(functor, "a", "b"), "c")
        case _:
            with pytest.raises(NesyError, match="E106"):
                read(f"(a {name} b {name} c)")


@pytest.mark.parametrize("left", SPELLED)
def test_two_operators(left: str, read: Read) -> None:
    first = INFIX[left]
    for right in (name for name in SPELLED if name != left):
        second = INFIX[right]
        text = f"(a {left} b {right} c)"
        if first.priority <= second.left:
            assert read(text) == compound(right, compound(left, "a", "b"), "c"), text
        elif second.priority <= first.right:
            assert read(text) == compound(left, "a", compound(right, "b", "c")), text
        else:
            with pytest.raises(NesyError, match="E106"):
                read(text)


@pytest.mark.parametrize("sign", sorted(set(PREFIX) - {":-"}))
def test_a_prefix_operator_before_an_infix_one(sign: str, read: Read) -> None:
    for name in SPELLED:
        text = f"({sign} a {name} b)"
        if PREFIX[sign].priority <= INFIX[name].left:
            assert read(text) == compound(name, compound(sign, "a"), "b"), text
        else:
            assert read(text) == compound(sign, compound(name, "a", "b")), text


@pytest.mark.parametrize("sign", ["not", "\\+", "~"])
def test_negation_behind_an_infix_operator(sign: str, read: Read) -> None:
    for name in SPELLED:
        text = f"(a {name} {sign} b)"
        if PREFIX[sign].priority <= INFIX[name].right:
            assert read(text) == compound(name, "a", compound(sign, "b")), text
        else:
            with pytest.raises(NesyError, match="E106"):
                read(text)


@pytest.mark.parametrize("sign", ["-", "+", "\\"])
def test_signs_stand_behind_any_operator(sign: str, read: Read) -> None:
    for name in SPELLED:
        assert read(f"(a {name} {sign} b)") == compound(name, "a", compound(sign, "b")), name


@pytest.mark.parametrize("sign", sorted(set(PREFIX) - {":-"}))
def test_prefix_operators_repeat(sign: str, read: Read) -> None:
    assert read(f"{sign} {sign} a") == compound(sign, compound(sign, "a"))


@pytest.mark.parametrize("name", sorted({*INFIX, *PREFIX} - {",", "|"}))
def test_an_operator_is_an_atom_between_brackets_and_commas(name: str, read: Read) -> None:
    quoted = name in (":-", "::")
    atom = f"'{name}'" if quoted else name
    assert read(f"f({atom}, [{atom}], ({atom}))") == compound("f", name, items(name), name)


@pytest.mark.parametrize("name", sorted({*INFIX, *PREFIX} - {",", "|"}))
def test_an_operator_is_a_functor_before_a_parenthesis(name: str, read: Read) -> None:
    assert read(f"{name}(a, b, c)") == compound(name, "a", "b", "c")
    assert read(f"f({name}(a))") == compound("f", compound(name, "a"))


@pytest.mark.parametrize("operators", list(EXPECTED), ids=str)
def test_left_and_right_limits(operators: tuple[int, str]) -> None:
    priority, kind = operators
    operator = Operator("x", priority, kind)
    assert operator.left == priority - (kind[0] == "x")
    assert operator.right == priority - (kind[-1] == "x")
    assert not operator.is_prefix


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1+2*3-4", "1+2*3-4"),
        ("(1+2)*3", "(1+2)*3"),
        ("1-(2-3)", "1-(2-3)"),
        ("2**(-1)", "2** -1"),
        ("-(2)**2", "-(2)**2"),
        ("-(2**2)", "-(2**2)"),
        ("- (a+b)", "- (a+b)"),
        ("a:-b,c;d->e", "a :- b,c;d->e"),
        ("\\+a,not b", "\\+a,not b"),
        ("X is Y mod 2", "X is Y mod 2"),
        ("1 - -1", "1- -1"),
        ("- - a", "- -a"),
        ("a= \\+", "a='\\\\+'"),
        ("f(+)", "f(+)"),
        ("f(a:-b)", None),
        ("f((a:-b))", "f((a :- b))"),
        ("[(a,b)|(c;d)]", "[(a,b)|(c;d)]"),
        ("{a,b}", "{a,b}"),
    ],
)
def test_how_operators_are_spelled(text: str, shown: str | None, read: Read) -> None:
    if shown is None:
        with pytest.raises(NesyError):
            read(text)
    else:
        assert print_term(read(text)) == shown
        assert read(shown) == read(text)


def test_every_operand_of_every_operator_may_be_any_other(read: Read) -> None:
    """Terms of two operators, built in all ways, are printed with the parentheses that they need."""
    inner = [*(compound(name, "a", "b") for name in SPELLED), *(compound(name, "a") for name in PREFIX), compound("xor", "a", "b")]
    for name, argument in itertools.product([*SPELLED, "xor"], inner):
        for built in (Compound(name, (argument, Atom("c", HERE)), HERE), Compound(name, (Atom("c", HERE), argument), HERE)):
            assert read(print_term(built)) == built, print_term(built)
    for name, argument in itertools.product(PREFIX, inner):
        built = Compound(name, (argument,), HERE)
        assert read(f"({print_term(built)})") == built, print_term(built)
