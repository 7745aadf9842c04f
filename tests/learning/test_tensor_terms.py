"""Networks that return tensors, networks applied to their results, and functions over tensors, against what torch computes directly."""

from __future__ import annotations

import copy
import math
import pickle

import pytest
import torch
from torch import Tensor, nn

import nesylang as nesy
from nesylang import tensors
from nesylang.source import NesyError

COMPOSED = """
type image. type vector. type digit = 0..2.
neural encode(image) -> vector.
neural classify(vector) -> digit.
digit(I, D) :- encode(I, V), classify(V, D).
sum([], 0).
sum([I|T], S) :- digit(I, D), sum(T, R), S is D + R.
"""


class Counted(nn.Module):
    """A linear layer that counts its calls and their rows."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layer = nn.Linear(inputs, outputs)
        self.rows: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.rows.append(x.shape[0])
        return self.layer(x)


class Product(nn.Module):
    """The sigmoid of the dot product of two inputs."""

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return tensors.dot(first, second)


def scaled(x: Tensor, y: Tensor) -> Tensor:
    """Return the second input scaled by the mean of the first."""
    return x.mean(1, keepdim=True) * y


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def composed(*queries: str) -> tuple[nn.Module, Counted, Counted]:
    encoder, classifier = Counted(4, 3), Counted(3, 3)
    model = nesy.loads(COMPOSED).module({"encode": encoder, "classify": nesy.logits(classifier)}, queries)
    return model, encoder, classifier


def test_networks_are_composed() -> None:
    model, encoder, classifier = composed("digit(x, D)")
    x = torch.rand(5, 4)
    expected = classifier.layer(encoder.layer(x)).log_softmax(1)
    torch.testing.assert_close(model(x=x)["digit(x,D)"].as_subclass(Tensor), expected)


def test_each_distinct_term_is_computed_once_per_step() -> None:
    model, encoder, classifier = composed("sum([x(0), x(1), x(0)], S)", "digit(x(1), D)")
    model(x=torch.rand(5, 2, 4))
    assert encoder.rows == [10]
    assert classifier.rows == [10]


def test_lists_of_images_by_recursion() -> None:
    model, encoder, classifier = composed("sum([x(0), x(1)], S)")
    x = torch.rand(3, 2, 4)
    p = classifier.layer(encoder.layer(x)).softmax(2)
    expected = torch.stack([sum(p[:, 0, d] * p[:, 1, s - d] for d in range(3) if 0 <= s - d < 3) for s in range(5)], 1)
    torch.testing.assert_close(model(x=x)["sum([x(0),x(1)],S)"].probability, expected)


ANNOTATED = {
    "declared": "type image. neural hit(image). neural digit(image) -> {0, 1, 2}.",
    "annotated": "nn(digit, [X], D, [0, 1, 2]) :: digit(X, D). nn(hit, [X]) :: hit(X).",
    "with bodies": """nn(digit, [X], D, [0, 1, 2]) :: digit(X, D) :- good(X). nn(hit, [X]) :: hit(X) :- good(X).
        good(x(0)). good(x(1)). good(y).""",
    "through a tensor": """nn(encode, [X], V) :: code(X, V). digit(X, D) :- code(X, V), digit_of(V, D). hit(X) :- code(X, V), hit_of(V).
        nn(digit, [V], D, [0, 1, 2]) :: digit_of(V, D). nn(hit, [V]) :: hit_of(V).""",
    "through a tensor with bodies": """nn(encode, [X], V) :: code(X, V) :- good(X). good(x(0)). good(x(1)). good(y).
        digit(X, D) :- code(X, V), digit_of(V, D). hit(X) :- code(X, V), hit_of(V).
        nn(digit, [V], D, [0, 1, 2]) :: digit_of(V, D) :- V = encode(_). nn(hit, [V]) :: hit_of(V) :- code(X, V), good(X).""",
}


@pytest.mark.parametrize("form", ANNOTATED)
def test_every_form_inside_list_walking_clauses(form: str) -> None:
    program = nesy.loads(
        ANNOTATED[form]
        + """
        sum([], 0).
        sum([I|T], S) :- digit(I, D), sum(T, R), S is D + R.
        any([I|_]) :- hit(I).
        any([_|T]) :- any(T).
        number([], N, N).
        number([I|T], A, N) :- digit(I, D), B is 3 * A + D, number(T, B, N).
        query sum([x(0), x(1), y], S).
        query any([x(0), x(1), y]).
        query any([]).
        query number([x(0), y], 0, N).
        """
    )
    digit, hit = nn.Linear(4, 3), nn.Linear(4, 1)
    networks = {"digit": nesy.logits(digit), "hit": nesy.logits(hit)}
    model = program.module({**networks, "encode": nn.Identity()} if "tensor" in form else networks)
    x, y = torch.rand(2, 2, 4), torch.rand(2, 4)
    result = model(x=x, y=y)
    images = [x[:, 0], x[:, 1], y]
    p = [digit(image).softmax(1) for image in images]
    total = torch.stack(
        [sum(p[0][:, a] * p[1][:, b] * p[2][:, s - a - b] for a in range(3) for b in range(3) if 0 <= s - a - b < 3) for s in range(7)], 1
    )
    torch.testing.assert_close(result["sum([x(0),x(1),y],S)"].probability, total)
    none = torch.stack([1 - torch.sigmoid(hit(image)[:, 0]) for image in images]).prod(0)
    torch.testing.assert_close(result["any([x(0),x(1),y])"].probability[:, 0], 1 - none)
    assert result["any([])"].probability.tolist() == [[0.0], [0.0]]
    torch.testing.assert_close(result["number([x(0),y],0,N)"].probability, (p[0].unsqueeze(2) * p[2].unsqueeze(1)).flatten(1))


def test_symbols_and_several_inputs_inside_recursion() -> None:
    program = nesy.loads("""
        type image. type person = {ann, bob, carl}.
        neural knows(person, image).
        all([], _).
        all([P|T], I) :- knows(P, I), all(T, I).
        query all([ann, carl], x).
        query all([ann, ann], x).
    """)

    class Knows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.people = nn.Embedding(3, 4)

        def forward(self, person: Tensor, image: Tensor) -> Tensor:
            return tensors.dot(self.people(person), image)

    network = Knows()
    x = torch.rand(2, 4)
    result = program.module({"knows": network})(x=x)
    ann, carl = (torch.sigmoid(x @ network.people.weight[i]) for i in (0, 2))
    torch.testing.assert_close(result["all([ann,carl],x)"].probability[:, 0], ann * carl)
    torch.testing.assert_close(result["all([ann,ann],x)"].probability[:, 0], ann)


def test_a_missing_tensor_is_marked_where_it_is_used() -> None:
    model, _, _ = composed("digit(x, D)")
    with pytest.raises(NesyError) as failure:
        model()
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == "E602"
    assert diagnostic.span is not None
    assert diagnostic.span.text == "neural encode(image) -> vector"


def test_evidence_of_examples_on_tensor_terms() -> None:
    model, encoder, classifier = composed("digit(x, D)")
    x = torch.rand(3, 4)
    seen = torch.tensor([True, False, True])
    found = model(x=x, evidence={"digit(x, 1)": seen})["digit(x,D)"].probability
    p = classifier.layer(encoder.layer(x)).softmax(1)
    assert found[0].tolist() == pytest.approx([0.0, 1.0, 0.0])
    torch.testing.assert_close(found[1], torch.stack([p[1, 0], torch.tensor(0.0), p[1, 2]]) / (1 - p[1, 1]))


def test_gradients_flow_through_terms() -> None:
    encoder, classifier = nn.Linear(2, 2).double(), nn.Linear(2, 3).double()
    model = nesy.loads(COMPOSED).module({"encode": encoder, "classify": nesy.logits(classifier)}, ["sum([x(0), x(1)], S)"])
    weight = encoder.weight.detach().clone().requires_grad_()

    def answers(x: Tensor, weight: Tensor) -> Tensor:
        replaced = {"networks.encode.weight": weight}
        return torch.func.functional_call(model, replaced, kwargs={"x": x})["sum([x(0),x(1)],S)"].as_subclass(Tensor)

    assert torch.autograd.gradcheck(answers, (torch.rand(2, 2, 2, dtype=torch.float64, requires_grad=True), weight))


def test_problogs_annotations() -> None:
    program = nesy.loads("""
        nn(encoder, [X], V) :: encoded(X, V) :- wanted(X).
        nn(classifier, [V], D, [0, 1, 2]) :: class(V, D).
        nn(close, [V, W]) :: close(V, W).
        wanted(a). wanted(b).
        digit(X, D) :- encoded(X, V), class(V, D).
        same(X, Y) :- encoded(X, V), encoded(Y, W), close(V, W).
        query digit(X, D).
        query same(a, b).
        query same(a, c).
    """)
    encoder, classifier = nn.Linear(4, 3), nn.Linear(3, 3)
    model = program.module({"encoder": encoder, "classifier": nesy.logits(classifier), "close": Product()})
    a, b = torch.rand(2, 4), torch.rand(2, 4)
    result = model(a=a, b=b)
    assert result.answers["digit(X,D)"] == [(x, d) for x in "ab" for d in range(3)]
    expected = torch.cat([classifier(encoder(x)).softmax(1) for x in (a, b)], 1)
    torch.testing.assert_close(result["digit(X,D)"].probability, expected)
    torch.testing.assert_close(result["same(a,b)"].probability[:, 0], tensors.dot(encoder(a), encoder(b)))
    assert result["same(a,c)"].probability.tolist() == [[0.0], [0.0]]


EMBEDDED = """
type vector. type person = {ann, bob, carl}.
neural embed(person) -> vector.
foreign close(vector, vector).
alike(P, Q) :- embed(P, V), embed(Q, W), close(V, W).
"""


def test_embeddings_of_symbols() -> None:
    embedding = nn.Embedding(3, 4)
    program = nesy.loads(EMBEDDED + "query alike(ann, bob). query alike(carl, carl).").bind(close=tensors.rbf)
    result = program.module({"embed": embedding})()
    distance = ((embedding.weight[0] - embedding.weight[1]) ** 2).sum().item()
    assert result["alike(ann,bob)"].probability.item() == pytest.approx(math.exp(-distance / 2), rel=1e-5)
    assert result["alike(carl,carl)"].probability.item() == 1.0
    result["alike(ann,bob)"].sum().backward()
    assert embedding.weight.grad is not None
    torch.testing.assert_close(embedding.weight.grad[0], embedding.weight.detach()[1] - embedding.weight.detach()[0])
    assert not embedding.weight.grad[2].any()


def test_terms_of_symbols_meet_terms_of_examples() -> None:
    program = nesy.loads("""
        type image. type vector. type person = {ann, bob}.
        neural embed(person) -> vector.
        neural encode(image) -> vector.
        foreign scaled(vector, vector) -> vector.
        neural close(vector, vector).
        match(P, I, J) :- encode(I, V), embed(P, W), scaled(V, W, U), encode(J, X), close(U, X).
        query match(bob, x(0), x(1)).
    """).bind(scaled=scaled)
    embedding, encoder = nn.Embedding(2, 3), nn.Linear(4, 3)
    model = program.module({"embed": embedding, "encode": encoder, "close": Product()})
    x = torch.rand(5, 2, 4)
    expected = tensors.dot(scaled(encoder(x[:, 0]), embedding.weight[1].expand(5, 3)), encoder(x[:, 1]))
    torch.testing.assert_close(model(x=x)["match(bob,x(0),x(1))"].probability[:, 0], expected)
    assert pickle.loads(pickle.dumps(model))(x=x)["match(bob,x(0),x(1))"].equal(model(x=x)["match(bob,x(0),x(1))"])


def test_functions_over_tensors_may_be_modules() -> None:
    program = nesy.loads("type vector. foreign close(vector, vector). query close(x, y).")
    model = program.bind(close=tensors.RBF(2.0)).module()
    assert [name for name, _ in model.named_parameters()] == ["networks.close.log_width"]
    result = model(x=torch.zeros(1, 2), y=torch.tensor([[2.0, 0.0]]))
    assert result["close(x,y)"].probability.item() == pytest.approx(math.exp(-0.5))


def test_distributions_from_functions() -> None:
    program = nesy.loads("type vector. foreign sign(vector) -> {minus, plus}. query sign(x, S).")
    model = program.bind(sign=lambda x: torch.stack([1 - x, x], 1)).module()
    assert model(x=torch.tensor([0.0, 0.25]))["sign(x,S)"].probability.tolist() == [[1.0, 0.0], [0.75, 0.25]]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (tensors.dot, [0.5, 1 / (1 + math.exp(-2.0))]),
        (tensors.cosine, [0.5, 1.0]),
        (tensors.rbf, [math.exp(-1.0), 1.0]),
        (tensors.euclidean, [1 / (1 + math.sqrt(2.0)), 1.0]),
        (tensors.RBF(2.0), [math.exp(-0.25), 1.0]),
    ],
)
def test_similarities(function: nn.Module, expected: list[float]) -> None:
    first = torch.tensor([[1.0, 0.0], [1.0, 1.0]], requires_grad=True)
    found = function(first, torch.tensor([[0.0, 1.0], [1.0, 1.0]]))
    assert found.tolist() == pytest.approx(expected, abs=1e-6)
    found.sum().backward()
    assert first.grad is not None
    assert first.grad.isfinite().all()


@pytest.mark.parametrize("function", [tensors.dot, tensors.cosine, tensors.rbf, tensors.euclidean])
def test_gradients_of_similarities(function: nn.Module) -> None:
    first, second = (torch.rand(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(function, (first, second))


def code_of(action: object) -> str:
    with pytest.raises(NesyError) as failure:
        action()  # type: ignore[operator]
    (diagnostic,) = failure.value.diagnostics
    return f"{diagnostic.code}: {diagnostic.message}"


def test_mistakes_are_named() -> None:
    program = nesy.loads(EMBEDDED + "query alike(ann, bob).")
    embed = {"embed": nn.Embedding(3, 4)}
    assert code_of(lambda: program.module(embed)) == "E607: the foreign predicate close is not bound to a function"
    assert code_of(lambda: program.bind(close=tensors.rbf).module()) == "E601: no network is bound to 'embed'"
    outside = program.bind(close=lambda a, b: torch.full((1,), 2.5)).module(embed)
    assert code_of(outside).startswith("E604: the function 'close' returned 2.5, which is not a probability")
    assert code_of(program.bind(close=lambda a, b: 1.0).module(embed)).startswith("E603: the function 'close' returned a float")
    failing = program.bind(close=lambda a, b: a.nonsense).module(embed)
    assert code_of(failing).startswith("E320: the function of 'close' raised AttributeError: 'Tensor' object has no attribute 'nonsense'")
    flat = program.bind(close=tensors.rbf).module({"embed": nn.Sequential(nn.Embedding(3, 4), nn.Flatten(0))})
    assert code_of(flat) == "E603: the network 'embed' returned a tensor of shape (8,), expected a tensor of shape (2, ...)"
    wrong = EMBEDDED.replace("embed(Q, W)", "W = embed(dora)")
    assert code_of(lambda: nesy.loads(wrong + "query alike(ann, bob).").bind(close=tensors.rbf).module(embed)).startswith("E311: dora")


def test_a_program_over_tensors_is_not_run_without_them() -> None:
    program = nesy.loads(EMBEDDED + "query alike(ann, bob).").bind(close=tensors.rbf)
    assert code_of(lambda: nesy.query(program)) == "E505: the program needs tensors for the function 'close'"


def test_the_reference_grounder_refuses() -> None:
    from nesylang.grounding import GROUNDERS

    for text in ("foreign f(int). query f(1).", COMPOSED + "query digit(x, D).", "nn(n, [X], Y) :: p(X, Y). query p(x, Y)."):
        program = nesy.loads(text, nesy.Settings(grounder=GROUNDERS["problog"]))
        assert code_of(program.compile).startswith("E109: the grounder 'problog' knows neither foreign predicates")


def edges(node: int) -> object:
    """Return the next two nodes: with a probability that is learnt by name, and with one that is fixed."""
    return nesy.answers([nesy.weighted(node + 1, nesy.learnable("step", 0.5)), nesy.weighted(node + 2, 0.25)])


GRAPH = "foreign edge(int) -> int. path(X, X). path(X, Y) :- edge(X, Z), Z =< Y, path(Z, Y). query path(0, 3)."


def test_learnable_probabilities_of_answers() -> None:
    model = nesy.loads(GRAPH).bind(edge=edges).module()
    assert [(name, tuple(p.shape)) for name, p in model.named_parameters()] == [("weights.logits.edge", (1, 1))]
    s, q = 0.5, 0.25
    worlds = 0.0
    # All worlds of the edges 0-1, 1-2, 2-3 with probability s and 0-2, 1-3 with probability q.
    for mask in range(32):
        e01, e12, e23, e02, e13 = (bool(mask >> bit & 1) for bit in range(5))
        weight = math.prod(p if e else 1 - p for e, p in zip((e01, e12, e23, e02, e13), (s, s, s, q, q), strict=True))
        worlds += weight * ((e01 and e12 and e23) or (e02 and e23) or (e01 and e13))
    assert model()["path(0,3)"].probability.item() == pytest.approx(worlds, abs=1e-6)
    assert nesy.query(nesy.loads(GRAPH).bind(edge=edges)) == pytest.approx({"path(0,3)": worlds})


def test_parameters_as_probabilities() -> None:
    parameter = nn.Parameter(torch.tensor(0.25, dtype=torch.float64))
    logit = nn.Parameter(torch.tensor(0.0, dtype=torch.float64))
    program = nesy.loads("foreign f(int). p :- f(1), f(2). query p. query f(1).").bind(
        f=lambda n: nesy.probability(parameter if n == 1 else lambda: torch.sigmoid(logit))
    )
    assert nesy.query(program) == pytest.approx({"p": 0.125, "f(1)": 0.25})
    model = program.module(dtype=torch.float64)
    assert [name for name, _ in model.named_parameters()] == ["held.0"]
    model()["p"].probability.sum().backward()
    assert parameter.grad is not None
    assert logit.grad is not None
    assert (parameter.grad.item(), logit.grad.item()) == pytest.approx((0.5, 0.25 * 0.25))
    with torch.no_grad():
        parameter.fill_(0.75)
    assert model()["f(1)"].probability.item() == pytest.approx(0.75)
    model.load_state_dict({"held.0": torch.tensor(0.5)})
    assert model()["p"].probability.item() == pytest.approx(0.25)
    copied = copy.deepcopy(program.bind(f=constant).module())
    assert copied()["p"].probability.item() == pytest.approx(0.25)
    with torch.no_grad():
        parameter.fill_(1.5)
    assert code_of(model).startswith("E307: the probability of an answer to f(1) must be a number in [0, 1], found 1.5")
    assert code_of(lambda: nesy.query(program)).startswith("E307")


def constant(number: int) -> object:
    """Return a probability of one half."""
    return nesy.probability(0.5)


def test_probabilities_of_zero_and_one_have_finite_gradients() -> None:
    parameter = nn.Parameter(torch.tensor(0.0))
    model = (
        nesy.loads("foreign f(int). p :- f(1). query p. query not_p. not_p :- not p.")
        .bind(f=lambda n: nesy.probability(parameter))
        .module()
    )
    result = model()
    assert (result["p"].probability.item(), result["not_p"].probability.item()) == (0.0, 1.0)
    result["not_p"].sum().backward()
    assert parameter.grad is not None
    assert parameter.grad.isfinite()


def test_a_computed_tensor_is_refused() -> None:
    parameter = nn.Parameter(torch.tensor(0.0))
    program = nesy.loads("foreign f(int). query f(1).").bind(f=lambda n: nesy.probability(torch.sigmoid(parameter)))
    assert code_of(program.compile).startswith("E319: the probability of an answer to f(1) is a tensor that was computed from others")
