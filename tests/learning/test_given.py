"""Inputs: tensors of facts that examples bring, against the same facts written out and against closed forms."""

import pickle

import pytest
import torch
from torch import Tensor, nn

import nesylang as nesy
from nesylang.grounding import GROUNDERS
from nesylang.inference import Settings

PROGRAM = """
    type position = 0..2.
    type color = {red, green, blue}.
    input mark(position, color).
    input paint(position) -> color.
    input label -> 0..2.
    input flag.

    fits(P) :- paint(P, C), mark(P, C).
    count(N) :- findall(P, fits(P), L), length(L, N).
    right(X) :- label(X), count(X).
    right(X) :- flag, label(X).
    both :- flag, not fits(0).

    query fits(P).
    query count(N).
    query right(X).
    query both.
    query mark(1, C).
    query paint(2, C).
"""


def values(batch: int, seed: int = 0) -> dict[str, Tensor]:
    """Return tensors for the inputs of PROGRAM, soft ones."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    return {
        "mark": uniform(batch, 3, 3),
        "paint": uniform(batch, 3, 3).softmax(2),
        "label": uniform(batch, 3).softmax(1),
        "flag": uniform(batch),
    }


def written_out(program: nesy.Program, given: dict[str, Tensor], example: int) -> dict[str, float]:
    """Return what the program answers with the facts of one example in it."""
    facts = {name: tensor[example].tolist() for name, tensor in given.items()}
    return nesy.query(program, inputs=facts)


def assert_equal_to_facts(program: nesy.Program, result: nesy.Result, given: dict[str, Tensor]) -> None:
    for example in range(len(given["flag"])):
        expected = written_out(program, given, example)
        for query in result.values():
            for column, atom in enumerate(query.atoms):
                assert query.probability[example, column].item() == pytest.approx(expected.get(atom, 0.0), abs=1e-9), atom


@pytest.mark.parametrize("grounder", GROUNDERS)
def test_tensors_mean_the_facts_written_out(grounder: str) -> None:
    program = nesy.loads(PROGRAM, Settings(grounder=GROUNDERS[grounder]))
    given = values(3)
    assert_equal_to_facts(program, program.module()(**given), given)


def test_hard_values_give_exact_zeros_and_ones() -> None:
    program = nesy.loads(PROGRAM)
    paint, label = torch.tensor([[0, 1, 2], [2, 2, 0]]), torch.tensor([2, 0])
    mark = torch.zeros(2, 3, 3, dtype=torch.bool)
    mark[0, 0, 0] = mark[0, 1, 2] = mark[1, 1, 2] = True
    result = program.module()(mark=mark, paint=nesy.positions(paint), label=label, flag=torch.tensor([True, False]))
    assert result["fits(P)"].answers == [0, 1, 2]
    assert result["fits(P)"].probability.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert result["right(X)"].probability.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert result["both"].probability.tolist() == [[0], [0]]
    assert result["paint(2,C)"].argmax() == ["blue", "red"]


def test_distributions_may_be_one_hot_of_any_type() -> None:
    program = nesy.loads("input label -> 5..7. query label(D).")
    hot = torch.eye(3, dtype=torch.long)
    for given in (hot, hot.bool(), hot.float(), torch.tensor([5, 6, 7]), nesy.positions(torch.tensor([0, 1, 2]))):
        assert torch.equal(program.module()(label=given)["label(D)"].probability, torch.eye(3))


def test_hard_inputs_have_gradients_without_nan() -> None:
    given = {name: tensor.requires_grad_() for name, tensor in values(2).items()}
    hard = {name: tensor.detach().round().requires_grad_() for name, tensor in given.items() if name in ("mark", "flag")}
    result = nesy.loads(PROGRAM).module()(**{**given, **hard})
    sum(query.probability.sum() for query in result.values()).backward()
    for tensor in (*hard.values(), given["paint"], given["label"]):
        assert tensor.grad is not None
        assert not tensor.grad.isnan().any()


def test_gradients() -> None:
    module = nesy.loads(PROGRAM).module(queries=["count(N)", "right(X)"])
    logits = {name: tensor.logit().requires_grad_() for name, tensor in values(2).items()}

    def outputs(mark: Tensor, paint: Tensor, label: Tensor, flag: Tensor) -> tuple[Tensor, ...]:
        result = module(mark=mark.sigmoid(), paint=paint.softmax(2), label=label.softmax(1), flag=flag.sigmoid())
        return tuple(query.probability for query in result.values())

    assert torch.autograd.gradcheck(outputs, tuple(logits.values()))


def test_inputs_beside_networks_and_evidence() -> None:
    program = nesy.loads("""
        type image. type digit = 0..2.
        neural digit(image) -> digit.
        input target -> digit.
        same :- digit(x, D), target(D).
        query same.
        query digit(x, D).
    """)
    module = program.module({"digit": nn.Identity()})
    x = torch.tensor([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]], dtype=torch.float64)
    result = module(x=x, target=torch.tensor([2, 0]), evidence={"same": torch.tensor([True, False])})
    torch.testing.assert_close(result["digit(x,D)"].probability, torch.tensor([[0, 0, 1], [0, 0.75, 0.25]], dtype=torch.float64))
    torch.testing.assert_close(module(x=x, target=torch.tensor([2, 0]))["same"].probability[:, 0], torch.tensor([0.5, 0.6]).double())


def test_inputs_that_no_query_rests_on_need_not_be_there() -> None:
    module = nesy.loads("input a. input b. query a.").module()
    assert module(a=torch.tensor([0.25]))["a"].probability.item() == 0.25
    assert module(a=torch.tensor([0.25]), b=torch.tensor([0.5]))["a"].probability.item() == 0.25


def test_calls_outside_the_types_fail() -> None:
    program = nesy.loads("input t(0..3). next(X) :- t(X), Y is X + 1, t(Y). query next(X).")
    given = torch.full((1, 4), 0.5)
    assert program.module()(t=given)["next(X)"].answers == [0, 1, 2]
    assert nesy.query(program, inputs={"t": [0.5] * 4}) == {"next(0)": 0.25, "next(1)": 0.25, "next(2)": 0.25}


def test_enumerations_with_equal_looking_values_keep_their_positions() -> None:
    module = nesy.loads("input t({1, 1.0, \"1\", '1'}). query t(1.0). query t(1). query t('1').").module()
    result = module(t=torch.tensor([[0.1, 0.2, 0.3, 0.4]], dtype=torch.float64))
    assert [round(query.probability.item(), 6) for query in result.values()] == [0.2, 0.1, 0.4]


def test_a_sum_of_fifteen_digits_is_a_polynomial_circuit() -> None:
    def edges(digits: int) -> int:
        xs, ys = (",".join(f"{name}({i})" for i in range(digits)) for name in "xy")
        program = nesy.loads(
            f"""
            type image. type digit = 0..9.
            neural digit(image) -> digit.
            input target(0..{digits}) -> digit.
            sum([], [], {digits}, 0).
            sum([X|Xs], [Y|Ys], P, E) :-
                Q is P + 1, sum(Xs, Ys, Q, C), digit(X, A), digit(Y, B), T is A + B + C, D is T mod 10, E is T // 10, target(Q, D).
            right :- sum([{xs}], [{ys}], 0, C), target(0, C).
            query right.
        """
        )
        return program.compile().circuit.size

    sizes = [edges(digits) for digits in (2, 3, 15)]
    assert sizes[2] <= sizes[1] + 13 * (sizes[1] - sizes[0])


def test_models_with_inputs_can_be_pickled() -> None:
    module = nesy.loads(PROGRAM).module()
    given = values(2)
    assert torch.equal(pickle.loads(pickle.dumps(module))(**given)["count(N)"], module(**given)["count(N)"])


WRONG = [
    ({"label": torch.tensor([0, 7])}, "E609", "label of example 1 is 7, expected values of 0..2: 0, 1, 2"),
    ({"label": torch.full((2, 3), 0.5)}, "E609", "the distribution label of example 0 sums to 1.5 instead of 1"),
    ({"flag": torch.tensor([0.5, float("nan")])}, "E609", "flag of example 1 is nan, which is not a probability"),
    ({"flag": torch.tensor([0.5, 1.1])}, "E609", "flag of example 1 is 1.1, which is not a probability"),
    ({"flag": torch.tensor([0, 2])}, "E609", "flag of example 1 is 2, which is not a probability"),
    ({"paint": torch.zeros(2, 3, dtype=torch.long)}, "E606", "the values of the input 'paint' are no integers, so that"),
    ({"paint": nesy.positions(torch.full((2, 3), 3))}, "E609", "paint(0) of example 0 is 3, expected positions from 0 to 2"),
    ({"flag": nesy.positions(torch.tensor([0, 1]))}, "E606", "the input 'flag' has no value that positions could stand for"),
    ({"mark": torch.zeros(2, 3)}, "E603", "the input 'mark' must have shape (batch, 3 for position, 3 for color), found (2, 3)"),
    ({"label": torch.zeros(2, 4)}, "E603", "the input 'label' must have shape (batch, 3 for 0..2), found (2, 4)"),
    ({"flag": torch.tensor(0.5)}, "E603", "the input 'flag' must have shape (batch,), found ()"),
    ({"flag": torch.zeros(3)}, "E603", "the tensors differ in batch size: 'mark' has 2, 'flag' has 3"),
    ({"flag": [0.5, 0.5]}, "E606", "the input 'flag' must be a torch.Tensor, found list"),
    ({"flags": torch.zeros(2)}, "E602", "the program uses no tensor 'flags'"),
    ({"flag": None}, "E606", "the input 'flag' must be a torch.Tensor, found NoneType"),
]


@pytest.mark.parametrize(("change", "code", "message"), WRONG, ids=[message[:40] for _, _, message in WRONG])
def test_mistakes(change: dict[str, Tensor], code: str, message: str) -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads(PROGRAM).module()(**{**values(2), **change})
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == code
    assert diagnostic.message.startswith(message)


def test_a_missing_input() -> None:
    given = values(2)
    del given["mark"]
    with pytest.raises(nesy.NesyError, match=r"E602.*the tensor of the input 'mark' is missing"):
        nesy.loads(PROGRAM).module()(**given)


def test_an_input_and_a_tensor_of_one_name() -> None:
    program = nesy.loads("type image. neural cat(image). input x. p :- cat(x), x. query p.")
    with pytest.raises(nesy.NesyError, match="E610"):
        program.module({"cat": nn.Identity()})


def test_positions_are_integers() -> None:
    with pytest.raises(nesy.NesyError, match=r"E606.*found a tensor of type torch.float32"):
        nesy.positions(torch.zeros(2))
