"""Declarations of inputs, and values of inputs as facts."""

from pathlib import Path

import pytest

import nesylang as nesy
from nesylang.cli.main import main

COLORS = "type color = {red, green, blue}. input paint(0..1) -> color. input seen(color). input flag. query paint(0, C). query seen(C)."


def codes(text: str) -> list[str]:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads(text)
    return [diagnostic.code for diagnostic in failure.value.diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("input t(int).", ["E225"]),
        ("type image. input t(image).", ["E225"]),
        ("input t -> list.", ["E225"]),
        ("input t(0..999999, bool).", ["E225"]),
        ("input t(colour).", ["E207"]),
        ("input evidence.", ["E226"]),
        ("input self(bool).", ["E226"]),
        ("input t(0..3). input t(0..3) -> bool.", ["E226"]),
        ("input t(0..3). input t(0..3).", ["E206"]),
        ("input t(0..3). t(1).", ["E209"]),
        ("input t(0..3). query t(7).", ["E203"]),
        ("input t(0..3). p :- t(a). query p.", ["E203"]),
    ],
)
def test_mistakes(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_values_are_facts() -> None:
    program = nesy.loads(COLORS).with_inputs(paint=["red", [0.2, 0.3, 0.5]], seen=[0, 0.25, True])
    assert nesy.query(program) == {"paint(0,red)": 1.0, "seen(green)": 0.25, "seen(blue)": 1.0}
    assert nesy.query(program, "paint(1, C)") == pytest.approx({"paint(1,red)": 0.2, "paint(1,green)": 0.3, "paint(1,blue)": 0.5})


def test_inputs_that_are_not_given_stay_inputs() -> None:
    program = nesy.loads(COLORS).with_inputs(paint=["red", "blue"])
    with pytest.raises(nesy.NesyError, match=r"E505.*the program needs the input 'seen'"):
        nesy.query(program)
    assert nesy.query(program, "paint(0, C)", inputs={}) == {"paint(0,red)": 1.0}


def test_distributions_are_scaled_to_one() -> None:
    assert nesy.query(nesy.loads("input t -> 0..2. query t(X)."), inputs={"t": [0.333, 0.333, 0.333]}) == pytest.approx(
        {"t(0)": 1 / 3, "t(1)": 1 / 3, "t(2)": 1 / 3}
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pain": 1}, "E602.*no input 'pain'"),
        ({"paint": ["red"]}, r"E603.*shape \(2 for 0..1, 3 for color\), found 1 elements instead of 2 along axis 0"),
        ({"paint": ["red", "pink"]}, r"E609.*paint\(1\) is 'pink', expected a value of color: red, green, blue"),
        ({"paint": ["red", 1]}, r"E609.*paint\(1\) is 1, expected a value"),
        ({"paint": ["red", [0.5, 0.5, 0.5]]}, r"E609.*the distribution paint\(1\) sums to 1.5"),
        ({"paint": ["red", [0.5, 0.5]]}, r"E603.*found 2 elements instead of 3 along axis 1"),
        ({"seen": [0, 0, 2]}, r"E609.*seen\(blue\) is 2, which is not a probability"),
        ({"seen": [0, 0, float("nan")]}, r"E609.*seen\(blue\) is nan"),
        ({"seen": [0, 0, "x"]}, r"E609.*seen\(blue\) is 'x'"),
        ({"seen": "abc"}, r"E603.*found 'abc' instead of 3 along axis 0"),
        ({"flag": [1]}, r"E609.*flag is a list"),
    ],
)
def test_wrong_values(given: dict[str, object], message: str) -> None:
    with pytest.raises(nesy.NesyError, match=message):
        nesy.loads(COLORS).with_inputs(**given)


def test_bools_and_strings_as_values() -> None:
    program = nesy.loads('input b -> bool. input s -> {"red", red}. query b(X). query s(X).')
    assert nesy.query(program, inputs={"b": True, "s": [0.25, 0.75]}) == {"b(true)": 1.0, 's("red")': 0.25, "s(red)": 0.75}


def test_arrays_are_nested_sequences() -> None:
    numpy = pytest.importorskip("numpy")
    assert nesy.query("input t(0..1). query t(X).", inputs={"t": numpy.array([0.5, 1.0])}) == {"t(0)": 0.5, "t(1)": 1.0}


def test_values_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.nesy").write_text(COLORS)
    (tmp_path / "v.json").write_text('{"paint": ["red", "blue"], "seen": [0.5, 0, true]}')
    arguments = ["run", str(tmp_path / "p.nesy"), "--inputs", str(tmp_path / "v.json"), "--format", "csv"]
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        '"paint(0,C)","paint(0,red)",1.0',
        "seen(C),seen(red),0.5",
        "seen(C),seen(blue),1.0",
    ]
    for text, code in (("[1]", "E606"), ("{", "E606"), ('{"a": 1}', "E602")):
        (tmp_path / "v.json").write_text(text)
        assert main(arguments) == 1
        assert code in capsys.readouterr().err
