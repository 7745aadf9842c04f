"""Terms: atoms, numbers, strings, lists, calls, quantifiers, aggregates, and operators where they are not obvious."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import NesyError, Source
from nesylang.syntax import parse_term
from nesylang.syntax.parser import parse_sentences
from nesylang.syntax.terms import Atom, Compound, ListTerm, Term, subterms
from tests.syntax.terms import HERE, compound, items, string, term

Read = Callable[[str], Term]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red", term("red")),
        ("'two words'", term("two words")),
        ("X", term("X")),
        ("_", term("_")),
        ("_1", term("_1")),
        ("42", term(42)),
        ("-42", term(-42)),
        ("- 42", compound("-", 42)),
        ("-(42)", compound("-", 42)),
        ("- (42)", compound("-", 42)),
        ("+42", compound("+", 42)),
        ("2.50", term(2.5)),
        ("-1.5e-3", term(-0.0015)),
        ("1e3", term(1000.0)),
        (".5", term(0.5)),
        ("0x1F", term(31)),
        ("-0x10", term(-16)),
        ("0'a", term(97)),
        ("0'''", term(39)),
        ("0'\\n", term(10)),
        ("0'é", term(233)),
        ('"a \\"b\\""', string('a "b"')),
        ("[]", items()),
        ("'[]'", items()),
        ("[ ]", items()),
        ("[a]", items("a")),
        ("[a,B|T]", items("a", "B", tail="T")),
        ("[a|[b,c]]", items("a", "b", "c")),
        ("[a|[b|T]]", items("a", "b", tail="T")),
        ("[a|[]]", items("a")),
        ("[a|b]", items("a", tail="b")),
        ("[a,b|[c,d|[e|[]]]]", items("a", "b", "c", "d", "e")),
        ("[a|[b|c]:d]", items("a", tail=compound(":", items("b", tail="c"), "d"))),
        ("[a|- [b]]", items("a", tail=compound("-", items("b")))),
        ("[a|([b])]", items("a", "b")),
        ("[a|f([b])]", items("a", tail=compound("f", items("b")))),
        ("[a,[b]]", items("a", items("b"))),
        ("{}", term("{}")),
        ("{ }", term("{}")),
        ("{a}", compound("{}", "a")),
        ("{a,b}", compound("{}", compound(",", "a", "b"))),
        ("!", term("!")),
        ("f(a)", compound("f", "a")),
        ("f( a , B )", compound("f", "a", "B")),
        ("'two words'(a)", compound("two words", "a")),
        ("_private(a)", compound("_private", "a")),
        ("f(g(h(a)),[b],{c})", compound("f", compound("g", compound("h", "a")), items("b"), compound("{}", "c"))),
        ("f((a,b))", compound("f", compound(",", "a", "b"))),
        ("f((a:-b))", compound("f", compound(":-", "a", "b"))),
        ("f(-)", compound("f", "-")),
        ("f(-,(a,b))", compound("f", "-", compound(",", "a", "b"))),
        ("[-|(a)]", items("-", tail="a")),
        ("- (a)", compound("-", "a")),
        ("-(a)", compound("-", "a")),
        ("-(a,b)", compound("-", "a", "b")),
        ("- (a,b)", compound("-", compound(",", "a", "b"))),
        ("-a", compound("-", "a")),
        ("\\+ (a,b)", compound("\\+", compound(",", "a", "b"))),
        ("\\+(a,b)", compound("\\+", "a", "b")),
        ("(a)", term("a")),
        ("((a))", term("a")),
    ],
)
def test_terms(text: str, expected: Term, read: Read) -> None:
    assert read(text) == expected
    assert read(f"f({text},x)") == compound("f", expected, "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 -1", compound("-", 3, 1)),
        ("3-1", compound("-", 3, 1)),
        ("3 - 1", compound("-", 3, 1)),
        ("3 - -1", compound("-", 3, -1)),
        ("3*-1", compound("*", 3, -1)),
        ("-1+2", compound("+", -1, 2)),
        ("-1**2", compound("**", -1, 2)),
        ("- 1**2", compound("-", compound("**", 1, 2))),
        ("-a**2", compound("-", compound("**", "a", 2))),
        ("-a^2", compound("^", compound("-", "a"), 2)),
        ("2*3^2", compound("*", 2, compound("^", 3, 2))),
        ("X in 0..9", compound("in", "X", compound("..", 0, 9))),
        ("X in -1..N-1", compound("in", "X", compound("..", -1, compound("-", "N", 1)))),
        ("a:-b", compound(":-", "a", "b")),
        ("a:b:c", compound(":", "a", compound(":", "b", "c"))),
        ("a|b", compound(";", "a", "b")),
        ("a->b;c", compound(";", compound("->", "a", "b"), "c")),
        ("a=>b=>c", compound("=>", "a", compound("=>", "b", "c"))),
        ("a<=>b=>c", compound("<=>", "a", compound("=>", "b", "c"))),
        ("a,b;c", compound(";", compound(",", "a", "b"), "c")),
        ("not a,b", compound(",", compound("not", "a"), "b")),
        ("not a=b", compound("not", compound("=", "a", "b"))),
        ("not(a),b", compound(",", compound("not", "a"), "b")),
        ("X = f(Y), Z", compound(",", compound("=", "X", compound("f", "Y")), "Z")),
        ("0.5::a", compound("::", 0.5, "a")),
        ("1/6::die(1)", compound("::", compound("/", 1, 6), compound("die", 1))),
        ("p(X) given q(X),r", compound("given", compound("p", "X"), compound(",", compound("q", "X"), "r"))),
    ],
)
def test_operators_in_use(text: str, expected: Term, read: Read) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a xor b", compound("xor", "a", "b")),
        ("a xor b , c", compound("xor", "a", compound(",", "b", "c"))),
        ("a ; b xor c", compound(";", "a", compound("xor", "b", "c"))),
        ("X is 1 xor 2 + 3", compound("is", "X", compound("+", compound("xor", 1, 2), 3))),
        (
            "X is 1 + 2 xor 3, a xor b",
            compound("xor", compound(",", compound("is", "X", compound("xor", compound("+", 1, 2), 3)), "a"), "b"),
        ),
        ("X is (1 xor 2)*3", compound("is", "X", compound("*", compound("xor", 1, 2), 3))),
        ("X =:= 1 xor 2", compound("=:=", "X", compound("xor", 1, 2))),
        ("(1 xor 2) =:= X", compound("=:=", compound("xor", 1, 2), "X")),
        ("f(1 xor 2 + 3)", compound("f", compound("+", compound("xor", 1, 2), 3))),
        ("[a xor b]", items(compound("xor", "a", "b"))),
    ],
)
def test_xor_joins_goals_or_numbers(text: str, expected: Term, read: Read) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("forall(X in c : p(X))", compound("forall", compound(":", compound("in", "X", "c"), compound("p", "X")))),
        ("forall(X : p, q ; r)", compound("forall", compound(":", "X", compound(";", compound(",", "p", "q"), "r")))),
        ("forall(X, Y : p)", compound("forall", compound(":", compound(",", "X", "Y"), "p"))),
        ("forall(X : a => b)", compound("forall", compound(":", "X", compound("=>", "a", "b")))),
        ("exists(Y : q(X,Y))", compound("exists", compound(":", "Y", compound("q", "X", "Y")))),
        ("exists(X : (a:b))", compound("exists", compound(":", "X", compound(":", "a", "b")))),
        ("exists(X : forall(Y : p))", compound("exists", compound(":", "X", compound("forall", compound(":", "Y", "p"))))),
        ("forall(a,b)", compound("forall", "a", "b")),
        ("forall((a,b),c)", compound("forall", compound(",", "a", "b"), "c")),
        ("forall(a,(b,c))", compound("forall", "a", compound(",", "b", "c"))),
        ("forall(a,b,c)", compound("forall", "a", "b", "c")),
        ("forall(a)", compound("forall", "a")),
        ("forall((a:b),c)", compound("forall", compound(":", "a", "b"), "c")),
        ("f(a:b)", compound("f", compound(":", "a", "b"))),
        ("count{X : p(X)}", compound("count{}", compound(":", "X", compound("p", "X")))),
        ("count{p}", compound("count{}", "p")),
        (
            "S = sum{D, I : digit(I, D)}",
            compound("=", "S", compound("sum{}", compound(":", compound(",", "D", "I"), compound("digit", "I", "D")))),
        ),
        ("count{X : p(X)} >= 2", compound(">=", compound("count{}", compound(":", "X", compound("p", "X"))), 2)),
        (
            "max{X : p(X), q} + min{Y : r(Y)}",
            compound(
                "+",
                compound("max{}", compound(":", "X", compound(",", compound("p", "X"), "q"))),
                compound("min{}", compound(":", "Y", compound("r", "Y"))),
            ),
        ),
        ("avg{a : b}", compound("avg{}", compound(":", "a", "b"))),
    ],
)
def test_quantifiers_and_aggregates(text: str, expected: Term, read: Read) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("name", ["forall", "exists", "count", "sum", "min", "max", "avg"])
def test_their_names_are_ordinary_atoms_elsewhere(name: str, read: Read) -> None:
    assert read(name) == term(name)
    assert read(f"{name} = f({name})") == compound("=", name, compound("f", name))
    assert read(f"{name}(a, b)") == compound(name, "a", "b")


def test_spans_cover_what_was_read() -> None:
    text = "p :- q( X ), ( a ; b ), [1,2|T], - 3 + 'x y', {c}."
    (sentence,) = parse_sentences(Source("test", text))
    found = {part.span.text for part in subterms(sentence.term)}
    assert sentence.span.text == text.removesuffix(".")
    assert {"q( X )", "X", "a ; b", "[1,2|T]", "- 3 + 'x y'", "- 3", "3", "'x y'", "{c}"} <= found


@pytest.mark.parametrize("name", ["mod", "rem", "div", "rdiv", "xor"])
def test_an_infix_operator_may_touch_its_right_parenthesis(name: str, read: Read) -> None:
    assert read(f"X is 7 {name}(3).") == compound("is", "X", compound(name, 7, 3))


def test_the_span_of_an_operator_includes_the_parentheses_of_its_operands() -> None:
    found = parse_term(Source("test", "(a ; b) , (c)"))
    assert found.span.text == "(a ; b) , (c)"


@pytest.mark.parametrize("text", ["p(X)", "p(X).", " p(X) . ", "p(X) % all of them", "p(X)\n"])
def test_the_final_period_of_a_term_is_optional(text: str, read: Read) -> None:
    assert read(text) == compound("p", "X")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "E105"), ("p. q.", "E105"), ("query p.", "E105"), ("p(", "E104"), ("p q", "E106"), ("'p", "E102"), (".", "E105")],
)
def test_what_is_not_one_term(text: str, code: str, read: Read) -> None:
    with pytest.raises(NesyError) as failure:
        read(text)
    assert failure.value.diagnostics[0].code == code


def test_the_code_of_a_space(read: Read) -> None:
    assert read("f(0' , a)") == compound("f", 32, "a")


def test_quotes_make_an_atom_of_any_text(read: Read) -> None:
    found = read("['X', '_', '', 'New York', '0']")
    assert found == ListTerm(tuple(Atom(name, HERE) for name in ("X", "_", "", "New York", "0")), None, HERE)


def test_large_numbers(read: Read) -> None:
    assert read("9" * 5000) == term(10**5000 - 1)
    assert read("-" + "9" * 5000) == term(1 - 10**5000)
    assert read("0x" + "f" * 5000) == term(16**5000 - 1)
    with pytest.raises(NesyError, match="larger than any float"):
        read("1e999")
    with pytest.raises(NesyError, match="larger than any float"):
        read("f(-1e999)")


def test_aggregates_of_heads(read: Read) -> None:
    aggregate = compound("sum<>", "X")
    found = read("t(A, sum< X >, [sum<X>|sum<X>])")
    assert isinstance(found, Compound)
    assert found.args[1] == aggregate
    assert found.args[1].span.text == "sum< X >"
    assert found.args[2] == ListTerm((aggregate,), aggregate, HERE)
    assert read("X = sum<X>") == compound("=", "X", aggregate)
    assert read("a < X") == compound("<", "a", "X")


@pytest.mark.parametrize("text", ["t(sum<3>)", "t(sum<f(X)>)", "t(mod<X>)", "t(sum <X>)", "t(sum<X>b)", "t('sum'<X>)", "t(1<X>)"])
def test_what_is_no_aggregate(text: str, read: Read) -> None:
    with pytest.raises(NesyError, match="'>' cannot stand here"):
        read(text)
