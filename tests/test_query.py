"""What Python gets back: dictionaries of answers, programs that print shortly, modules with their options."""

from collections.abc import Callable

import pytest
import torch

import nesylang as nesy

PROGRAM = nesy.loads("0.5 :: b. 0.5 :: c. a :- b, c. query a.")


def test_a_program_prints_on_one_line() -> None:
    assert repr(PROGRAM) == "<nesylang program of 4 statements>"


def test_the_same_answer_twice_is_one_entry() -> None:
    assert nesy.query(PROGRAM, "a", "a", "b") == {"a": 0.25, "b": 0.5}


def test_conditions_that_make_no_difference_do_no_harm() -> None:
    assert nesy.query("0.1 :: a. 0.7 :: b.", "a", "a given b") == {"a": pytest.approx(0.1, abs=1e-15)}


def test_one_atom_with_two_probabilities_is_refused() -> None:
    with pytest.raises(nesy.NesyError, match=r"E606.*two queries give a different probabilities"):
        nesy.query(PROGRAM, "a given b", "a")
    assert [result.answers[0].probability for result in PROGRAM.marginals(["a given b", "a"])] == [0.5, 0.25]


@pytest.mark.parametrize("semiring", ["log", "probability"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_modules_take_a_semiring_and_a_type(semiring: str, dtype: torch.dtype) -> None:
    result = PROGRAM.module(semiring=semiring, dtype=dtype)()["a"]
    assert result.dtype == dtype
    assert result.exp().item() == pytest.approx(0.25)


@pytest.mark.parametrize(
    "use",
    [
        lambda program: nesy.query(program, ["a", "b"]),
        lambda program: program.with_evidence(["a"]),
        lambda program: program.marginals([1]),
        lambda program: program.module([]),
        lambda program: program.module().nll(program.module()(), [True]),
        lambda program: program.module().nll([0.5], {"a": [True]}),
        lambda program: program.module()(0.5),
    ],
)
def test_arguments_of_the_wrong_kind_are_named(use: Callable[[nesy.Program], object]) -> None:
    with pytest.raises(nesy.NesyError, match="E606"):
        use(nesy.loads("0.5 :: a. 0.5 :: b. query a."))


def test_one_text_is_not_taken_letter_by_letter() -> None:
    program = nesy.loads("0.5 :: alarm. b :- alarm. query b.")
    assert nesy.query(program, evidence="alarm") == {"b": 1.0}
    assert [result.name for result in program.marginals("alarm")] == ["alarm"]
