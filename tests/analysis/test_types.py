"""Types: resolution, membership, and what networks can take and return."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.analysis import Analysis, EnumerationType, OpaqueType, RangeType, analyse
from nesylang.source import Diagnostic, Source, whole
from nesylang.syntax import parse
from nesylang.syntax.terms import Atom, Float, Integer, ListTerm, String

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]

HERE = whole("test", "here")


def analysed(text: str) -> Analysis:
    return analyse(parse(Source("test.nesy", text)))


def test_declared_types() -> None:
    types = analysed("type digit = 0..9. type color = {red, green}. type image. type shade = color. type age = int.").types
    assert types["digit"] == RangeType("digit", 0, 9, HERE)
    assert types["color"] == EnumerationType("color", (Atom("red", HERE), Atom("green", HERE)), HERE)
    assert types["image"] == OpaqueType("image", HERE)
    assert types["shade"].accepts(Atom("green", HERE))
    assert not types["shade"].accepts(Atom("blue", HERE))
    assert types["age"].accepts(Integer(200, HERE))
    assert "string" in types


def test_values_are_in_declaration_order() -> None:
    types = analysed("type digit = -1..2. type color = {red, 7, green}.").types
    digit, color = types["digit"], types["color"]
    assert isinstance(digit, RangeType)
    assert digit.values() == tuple(Integer(value, HERE) for value in (-1, 0, 1, 2))
    assert digit.size == 4
    assert isinstance(color, EnumerationType)
    assert color.values() == (Atom("red", HERE), Integer(7, HERE), Atom("green", HERE))


@pytest.mark.parametrize(
    ("type_", "accepted", "refused"),
    [
        ("int", Integer(10**30, HERE), Float(1.0, HERE)),
        ("integer", Integer(-1, HERE), Atom("a", HERE)),
        ("float", Float(0.5, HERE), Integer(1, HERE)),
        ("number", Integer(1, HERE), String("1", HERE)),
        ("string", String("a", HERE), Atom("a", HERE)),
        ("atom", Atom("a", HERE), String("a", HERE)),
        ("list", ListTerm((), None, HERE), Integer(0, HERE)),
        ("bool", Atom("true", HERE), Integer(1, HERE)),
    ],
)
def test_builtin_types(type_: str, accepted: Atom, refused: Atom) -> None:
    found = analysed("").types[type_]
    assert found.accepts(accepted)
    assert not found.accepts(refused)


def test_neural_declarations_are_resolved() -> None:
    analysis = analysed(
        "type digit = 0..2. type image. type person = {ann, bob}. neural digit(image) -> digit. neural smokes(person). "
        "neural relation(image, image) -> {left, right}. neural same(image, person) -> bool."
    )
    digit = analysis.neural["digit", 2]
    assert digit.inputs == (analysis.types["image"],)
    assert digit.output == tuple(Integer(value, HERE) for value in range(3))
    assert analysis.neural["smokes", 1].output is None
    assert analysis.neural["smokes", 1].inputs == (analysis.types["person"],)
    assert analysis.neural["relation", 3].output == (Atom("left", HERE), Atom("right", HERE))
    assert analysis.neural["same", 3].output == (Atom("false", HERE), Atom("true", HERE))


def test_predicates_are_resolved() -> None:
    analysis = analysed("type node. pred edge(node, 1..3). pred edge(node). edge(a, 2).")
    assert set(analysis.predicates) == {("edge", 2), ("edge", 1)}
    assert analysis.predicates["edge", 2].arguments == (OpaqueType("node", HERE), RangeType("1..3", 1, 3, HERE))


def test_unknown_types_are_reported_once_per_place_with_a_suggestion(diagnose: Diagnose) -> None:
    found = diagnose("type color = {red}.\npred paint(colour, zebra).")
    assert [(d.code, str(d.span), d.message) for d in found] == [
        ("E207", "test.nesy:2:12", "unknown type 'colour'"),
        ("E207", "test.nesy:2:20", "unknown type 'zebra'"),
    ]
    assert found[0].hint == "did you mean 'color'?"
    assert found[1].hint == "declare it, as in:  type zebra = {a, b}.  or  type zebra."


def test_builtin_types_are_suggested(diagnose: Diagnose) -> None:
    (found,) = diagnose("type name = strin.")
    assert (found.code, found.hint) == ("E207", "did you mean 'string'?")


def test_a_type_defined_by_itself(diagnose: Diagnose) -> None:
    found = diagnose("type a = b. type b = a. type c = a.")
    assert [(d.code, str(d.span), d.message) for d in found] == [
        ("E207", "test.nesy:1:10", "the type 'b' is defined by itself: b = a = b"),
        ("E207", "test.nesy:1:22", "the type 'a' is defined by itself: a = b = a"),
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("type image. neural f(image) -> int.", "int"),
        ("type image. neural f(image) -> any.", "any"),
        ("type image. neural f(image) -> 1..100000000.", "1..100000000"),
        ("neural f(int) -> bool.", "int"),
        ("neural f(string).", "string"),
    ],
)
def test_what_networks_cannot_take_or_return(codes: Codes, text: str, marked: str) -> None:
    assert codes(text) == [("E216", marked)]


def test_an_unknown_type_of_a_network_is_one_error(codes: Codes) -> None:
    assert codes("neural f(imag) -> digi.") == [("E207", "imag"), ("E207", "digi")]
