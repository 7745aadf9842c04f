"""What the module says about networks, tensors and evidence that do not fit."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from nesylang.learning import LogicModule, logits
from nesylang.source import NesyError
from tests.learning.programs import AskedQuery, HandmadeProgram, Recorder, addition, neural, signature, value_is

GOOD = torch.tensor([[0.2, 0.3, 0.5]] * 2)


def module(network: Callable[..., object] = lambda x: x, names: tuple[str, str] = ("a", "b")) -> LogicModule:
    return LogicModule(addition(names), {"digit": Recorder(network)})


def fails(code: str, *parts: str) -> pytest.RaisesExc[NesyError]:
    """Return a context that expects one diagnostic with a code whose rendering has all of the parts."""

    def matches(caught: NesyError) -> bool:
        (diagnostic,) = caught.diagnostics
        rendered = diagnostic.render()
        assert diagnostic.code == code, rendered
        for part in parts:
            assert part in rendered, rendered
        return True

    return pytest.RaisesExc(NesyError, check=matches)


def test_missing_network() -> None:
    with fails("E601", "no network is bound to 'digit'", "neural digit.", '{"digit": net}'):
        LogicModule(addition(), {})


def test_unknown_network() -> None:
    with fails("E601", "no neural predicate 'digits'", "did you mean 'digit'?"):
        LogicModule(addition(), {"digit": nn.Identity(), "digits": nn.Identity()})


def test_a_network_that_is_none() -> None:
    with fails("E606", "'digit'", "torch.nn.Module", "function"):
        LogicModule(addition(), {"digit": lambda x: x})  # type: ignore[dict-item]


def test_missing_tensor() -> None:
    with fails("E602", "the tensor 'b' is missing", "test.nesy:1:1", "b=..."):
        module()(a=GOOD)


def test_unknown_tensor() -> None:
    with fails("E602", "no tensor 'image_c'", "'a', 'b'"):
        module()(a=GOOD, b=GOOD, image_c=GOOD)
    with fails("E602", "no tensor 'imag'", "did you mean 'image'?"):
        module(names=("image", "b"))(image=GOOD, b=GOOD, imag=GOOD)


def test_all_mistakes_at_once() -> None:
    with pytest.raises(NesyError) as caught:
        module()(a=[1.0], c=GOOD)  # type: ignore[arg-type]
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["E602", "E606", "E602"]


def test_no_tensor() -> None:
    with fails("E606", "'a' must be a torch.Tensor, found list"):
        module()(a=GOOD.tolist(), b=GOOD)  # type: ignore[arg-type]


def test_a_scalar() -> None:
    with fails("E603", "'a'", "(batch, ...)", "()"):
        module()(a=torch.tensor(1.0), b=GOOD)


def test_batch_sizes() -> None:
    with fails("E603", "'a' has 2", "'b' has 1"):
        module()(a=GOOD, b=GOOD[:1])


def test_shapes_that_cannot_be_stacked() -> None:
    with fails("E603", "'digit'", "a has (2, 3)", "b has (2, 4)"):
        module()(a=GOOD, b=torch.rand(2, 4))


@pytest.mark.parametrize("shape", [(2, 3, 3), (2,)])
def test_index_out_of_range(shape: tuple[int, ...]) -> None:
    with fails("E603", "'digit' is applied to x(3)", f"shape {shape}", "(batch, at least 4, ...)"):
        module(names=("x(3)", "b"))(x=torch.rand(shape), b=GOOD)


def test_a_negative_index() -> None:
    with fails("E603", "x(-1)"):
        module(names=("x(-1)", "b"))(x=torch.rand(2, 4, 3), b=GOOD)


@pytest.mark.parametrize("name", ["3", "x(left)", '"text"', "x(1.5)"])
def test_terms_that_name_no_tensor(name: str) -> None:
    with fails("E602", f"{name} names no tensor"):
        module(names=(name, "b"))


@pytest.mark.parametrize("width", [2, 4])
def test_output_width(width: int) -> None:
    with fails("E603", "'digit'", f"shape (4, {width})", "shape (4, 3)", "0, 1, 2", "neural digit."):
        module(lambda x: torch.full((len(x), width), 1 / width))(a=GOOD, b=GOOD)


def test_output_rows() -> None:
    with fails("E603", "shape (1, 3)", "shape (4, 3)"):
        module(lambda x: x.mean(0, keepdim=True))(a=GOOD, b=GOOD)


def test_output_type() -> None:
    with fails("E603", "torch.int64", "floating-point"):
        module(lambda x: torch.nn.functional.one_hot(x.argmax(1), 3))(a=GOOD, b=GOOD)
    with fails("E603", "a tuple"):
        module(lambda x: (x, x))(a=GOOD, b=GOOD)


def test_bernoulli_output_width() -> None:
    program = HandmadeProgram(
        [neural("edge", ["a"], 1, exhaustive=False)], [AskedQuery("edge(a)", [("edge(a)", value_is(0, 0))])], [signature("edge", [None])]
    )
    with fails("E603", "'edge'", "(2, 3)", "(2,) or (2, 1)"):
        LogicModule(program, {"edge": nn.Identity()})(a=GOOD)


def test_logits_without_their_mark() -> None:
    with fails("E604", "'digit'", "-3", "nesy.logits(net)", "neural digit."):
        module()(a=torch.tensor([[0.0, -3.0, 1.0]] * 2), b=GOOD)


def test_rows_that_do_not_sum_to_one() -> None:
    with fails("E604", "'digit'", "sum to 1.4", "nesy.logits(net)"):
        module()(a=torch.tensor([[0.4, 0.5, 0.5]] * 2), b=GOOD)


def test_deviations_within_the_tolerance_pass() -> None:
    result = module()(a=torch.tensor([[0.2005, 0.3, 0.5], [1.0002, -0.0002, 0.0]]), b=GOOD)["sum(a,b,S)"]
    assert (result <= 0).all()
    assert not result.isnan().any()


def test_nan() -> None:
    bad = torch.tensor([[float("nan"), 0.5, 0.5]] * 2)
    with fails("E604", "nan"):
        module()(a=bad, b=GOOD)
    with fails("E604", "NaN"):
        LogicModule(addition(), {"digit": logits(nn.Identity())})(a=bad, b=GOOD)


def test_evidence() -> None:
    held = torch.tensor([True, False])
    with fails("E605", "unknown evidence odd(c)"):
        module()(a=GOOD, b=GOOD, evidence={"odd(c)": held})
    with fails("E605", "odd(a) is given twice"):
        module()(a=GOOD, b=GOOD, evidence={"odd(a)": held, "odd( a )": held})
    for wrong in ("not odd(a)", "\\+ odd(a)", "odd(X)", "odd(a), odd(b)", "3"):
        with fails("E605", "ground atom", wrong.split()[0]):
            module()(a=GOOD, b=GOOD, evidence={wrong: held})
    with fails("E606", "odd(a)", "found list"):
        module()(a=GOOD, b=GOOD, evidence={"odd(a)": [True, False]})  # type: ignore[dict-item]
    with fails("E606", "evidence must map", "found str"):
        module()(a=GOOD, b=GOOD, evidence="odd(a)")  # type: ignore[arg-type]
    for misfit in (held[:1], held.unsqueeze(1), held.long()):
        with fails("E603", "odd(a)", str(tuple(misfit.shape))):
            module()(a=GOOD, b=GOOD, evidence={"odd(a)": misfit})


@pytest.mark.parametrize("name", ["self", "evidence"])
def test_tensors_that_cannot_be_passed_by_their_names(name: str) -> None:
    with fails("E602", f"no tensor can be named '{name}'", "test.nesy:1:1", "another name"):
        module(names=(name, "b"))


def test_unknown_semirings_and_engines() -> None:
    with fails("E606", "no semiring 'probabilty'", "did you mean 'probability'?"):
        LogicModule(addition(), {"digit": Recorder(lambda x: x)}, semiring="probabilty")
    with fails("E606", "no semiring 'x'", "the semirings are probability, log"):
        LogicModule(addition(), {"digit": Recorder(lambda x: x)}, semiring="x")
    with fails("E606", "no engine 'fast'", "the engines are fused and torch"):
        LogicModule(addition(), {"digit": Recorder(lambda x: x)}, engine="fast")


def test_a_network_for_inputs_of_another_width() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Softmax(1))
    with fails("E603", "network 'digit' failed on input of shape (4, 3)", "Linear(in_features=4, out_features=3", "neural digit."):
        LogicModule(addition(), {"digit": network})(a=GOOD, b=GOOD)


def test_a_network_that_fails_on_its_own_account() -> None:
    def refuse(_: object) -> torch.Tensor:
        raise RuntimeError("not today")

    with fails("E603", "network 'digit' failed on input of shape (4, 3): not today") as caught:
        module(refuse)(a=GOOD, b=GOOD)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_network_that_needs_too_much_memory() -> None:
    def exhaust(_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("no memory left")

    with pytest.raises(torch.OutOfMemoryError):
        module(exhaust)(a=GOOD, b=GOOD)
