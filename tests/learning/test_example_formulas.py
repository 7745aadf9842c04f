"""Examples whose questions hold formulas and aggregates, against the module that has them as its queries."""

import pytest
import torch
from torch import nn

import nesylang as nesy

PROGRAM = """
    import lists.
    type image. type digit = 0..2.
    neural digit(image) -> digit.
    foreign edge(int) -> int.
    0.3 :: rain. 0.6 :: wind. t(0.25) :: light.
    0.5 :: p(1). 0.4 :: p(2). t(0.7) :: p(3).
    odd(X) :- digit(X, 1).
    calm :- exists(X : p(X)), not wind.
    step :- edge(1, 2).
    before(X, Y) :- X @< Y.
    greeting --> [hello], name.
    name --> [X], {odd(X)}.
    query calm.
"""


@nesy.foreign
def edge(node: int) -> object:
    """Return the next node, with a probability that is learnt."""
    return nesy.answers([nesy.weighted(node + 1, nesy.learnable("step", 0.2))])


def items() -> torch.Tensor:
    return torch.randn(8, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64).softmax(1)


QUESTIONS = [
    "odd(x(0)) => rain",
    "odd(x(0)) <=> odd(x(1))",
    "(odd(x(1)), rain) <=> step",
    "odd(x(0)) xor light",
    "exists(D in digit : (digit(x(0), D), digit(x(1), D)))",
    "exists(X : (p(X), X > 1)), odd(x(1))",
    "forall(D in digit : (digit(x(0), D) => digit(x(1), D)))",
    "forall(X in [x(5), x(3)] : odd(X))",
    "exists(X in [x(5), x(3)] : (before(X, x(4)), odd(X)))",
    "forall(X in [x(5), x(3)] : (X @< x(4) => odd(X)))",
    "phrase(greeting, [hello, x(2)])",
    "count{X : p(X)} = 2, odd(x(1))",
    "count{X : (X in [x(0), x(1), x(2)], odd(X))} = N",
    "sum{D : digit(x(0), D)} = N",
    "max{D : (digit(x(0), D), D > 0)} = N",
    "odd(x(0)) given count{X : (X in [x(0), x(1)], odd(X))} = 1",
    "exists(X : p(X)) given odd(x(0)) => light",
    "member(X, [x(4), x(2)]), odd(X)",
]


@pytest.mark.parametrize("evidence", [{}, {"odd(x(2))": True, "rain": False}, {"odd(x(0))": False}], ids=["none", "two", "one"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_questions(question: str, evidence: dict[str, bool]) -> None:
    x = items()
    program = nesy.loads(PROGRAM).bind(edge)
    module = program.module({"digit": nn.Identity()}, ["light", "p(X)", "step"])
    found = module.ask([nesy.Example(question, evidence=evidence)], x=x)[0]
    direct = program.module({"digit": nn.Identity()}, [question, "odd(x(0))"])
    expected = next(iter(direct(x=x[None], evidence={atom: torch.tensor([seen]) for atom, seen in evidence.items()}).values()))
    assert found.atoms == expected.atoms
    assert found.answers == expected.answers
    torch.testing.assert_close(found.probability.as_subclass(torch.Tensor), expected.probability.as_subclass(torch.Tensor))


def test_closed_questions_have_truth_values() -> None:
    module = nesy.loads("0.3 :: p(1). 0.5 :: p(2).").module(queries=[])
    examples = [
        nesy.Example("exists(X : p(X))", True),
        nesy.Example("exists(X : p(X))", False),
        nesy.Example("count{X : p(X)} >= 2"),
        nesy.Example("exists(X : (p(X), X > 5))", False),
    ]
    assert module.log_probabilities(examples).exp().tolist() == pytest.approx([0.65, 0.35, 0.15, 1.0])


def test_answers_that_are_tensors_have_the_names_of_the_example() -> None:
    x = items()
    module = nesy.loads(PROGRAM).bind(edge).module({"digit": nn.Identity()}, [])
    questions = ["member(X, [x(4), x(2)]), odd(X)", "member(X, [x(1), x(7)]), odd(X)"]
    first, second = module.ask(questions, x=x)
    assert (first.answers, second.answers) == (["x(4)", "x(2)"], ["x(1)", "x(7)"])
    labelled = [nesy.Example(question, label) for question, label in zip(questions, ["x(2)", "x(1)"], strict=True)]
    assert module.log_probabilities(labelled, x=x).exp().tolist() == pytest.approx([x[2, 1].item(), x[1, 1].item()])
    assert len(module.structures) == 1


def test_functions_see_the_names_of_the_example() -> None:
    program = nesy.loads("foreign named(term) -> string. type image. neural hit(image). p(X, N) :- named(X, N), hit(X).")
    module = program.bind(named=lambda term: str(term)).module({"hit": nn.Identity()}, [])
    assert "tensor" not in module.ask(["p(x(1), N)"], x=torch.tensor([0.5, 0.25]))[0].atoms[0]
