"""Random formulas with aggregates, in rules and in questions, against the enumeration of all worlds."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import nesylang as nesy

DOMAIN = (1, 2)
FACTS = {("a", (1,)): 0.5, ("a", (2,)): 0.25, ("r", (1, 1)): 0.5, ("r", (1, 2)): 0.5, ("r", (2, 1)): 0.75, ("b", (2,)): 1.0}
ARITIES = {"a": 1, "b": 1, "r": 2}
OPERATORS = {"and": ",", "or": ";", "implies": "=>", "iff": "<=>", "xor": "xor"}

Formula = tuple[Any, ...]
World = frozenset[tuple[str, tuple[int, ...]]]


def atom(source: random.Random, variables: list[str], own: str | None = None) -> Formula:
    name = source.choice(list(ARITIES))
    arguments = [source.choice([*variables, *variables, *DOMAIN]) for _ in range(ARITIES[name])]
    if own is not None:
        arguments[source.randrange(len(arguments))] = own
    return "atom", name, tuple(arguments)


def formula(source: random.Random, variables: list[str], depth: int) -> Formula:
    kind = source.choice(["atom", "not", *OPERATORS, "forall", "exists", "count", "count", "sum"]) if depth else "atom"
    if kind == "atom":
        return atom(source, variables)
    if kind == "not":
        return kind, formula(source, variables, depth - 1)
    if kind in OPERATORS:
        return kind, formula(source, variables, depth - 1), formula(source, variables, depth - 1)
    if kind in ("forall", "exists"):
        # The names of quantifiers are used again, also within each other and beside aggregates.
        variable = source.choice(["Q", "W"])
        return kind, variable, formula(source, [*variables, variable], depth - 1)
    own = source.choice(["U", "V"])
    condition = atom(source, [v for v in variables if v != own], own)
    if source.random() < 0.5:
        condition = "and", condition, formula(source, [*variables, own], depth - 1)
    return kind, own, condition, source.choice(["=", ">=", "<", "=\\="]), source.randrange(4)


def written(part: Formula) -> str:
    match part:
        case "atom", name, arguments:
            return f"{name}({', '.join(map(str, arguments))})"
        case "not", inner:
            return f"\\+ ({written(inner)})"
        case "forall" | "exists" as kind, variable, inner:
            return f"{kind}({variable} in 1..2 : {written(inner)})"
        case "count" | "sum" as kind, own, condition, comparison, bound:
            return f"{kind}{{ {own} : {written(condition)} }} {comparison} {bound}"
        case kind, left, right:
            return f"(({written(left)}) {OPERATORS[kind]} ({written(right)}))"
    raise AssertionError(part)


def holds(part: Formula, values: Mapping[str, int], world: World) -> bool:
    match part:
        case "atom", name, arguments:
            return (name, tuple(values.get(argument, argument) for argument in arguments)) in world
        case "not", inner:
            return not holds(inner, values, world)
        case "forall" | "exists" as kind, variable, inner:
            return (all if kind == "forall" else any)(holds(inner, {**values, variable: value}, world) for value in DOMAIN)
        case "count" | "sum" as kind, own, condition, comparison, bound:
            # An aggregate within another one shares the variables of the outer one.
            candidates = [values[own]] if own in values else DOMAIN
            found = [value for value in candidates if holds(condition, {**values, own: value}, world)]
            total = len(found) if kind == "count" else sum(found)
            return {"=": total == bound, ">=": total >= bound, "<": total < bound, "=\\=": total != bound}[comparison]
        case kind, left, right:
            first, second = holds(left, values, world), holds(right, values, world)
            cases = {"and": first and second, "or": first or second, "implies": not first or second}
            return {**cases, "iff": first == second, "xor": first != second}[kind]
    raise AssertionError(part)


def worlds() -> Iterator[tuple[float, World]]:
    for chosen in itertools.product((True, False), repeat=len(FACTS)):
        probability = 1.0
        for is_true, weight in zip(chosen, FACTS.values(), strict=True):
            probability *= weight if is_true else 1 - weight
        if probability:
            yield probability, frozenset(fact for fact, is_true in zip(FACTS, chosen, strict=True) if is_true)


@pytest.mark.parametrize("seed", range(150))
def test_rules_and_questions_are_right_in_every_world(seed: int) -> None:
    source = random.Random(seed)
    first, second = formula(source, ["X"], 2), formula(source, ["X"], 2)
    asked, given = formula(source, [], 2), formula(source, [], 1)
    text = "".join(f"{weight} :: {name}({', '.join(map(str, args))}).\n" for (name, args), weight in FACTS.items())
    text += f"h(X) :- X in 1..2, {written(first)}, {written(second)}.\n"
    text += f"0.5 :: c(X) :- X in 1..2, ({written(first)} ; {written(second)}), X > 0.\n"
    program = nesy.loads(text)

    def probability(*parts: Formula, values: Mapping[str, int]) -> float:
        return sum(weight for weight, world in worlds() if all(holds(part, values, world) for part in parts))

    for value in DOMAIN:
        values = {"X": value}
        assert sum(nesy.query(program, f"h({value})").values()) == pytest.approx(probability(first, second, values=values)), text
        assert sum(nesy.query(program, f"c({value})").values()) == pytest.approx(probability(("or", first, second), values=values) / 2), (
            text
        )
    question = f"({written(asked)})"
    assert list(nesy.query(program, question).values()) == [pytest.approx(probability(asked, values={}))], question
    if condition := probability(given, values={}):
        found = list(nesy.query(program, f"{question} given ({written(given)})").values())
        assert found == [pytest.approx(probability(asked, given, values={}) / condition)], question


@pytest.mark.parametrize(
    "text",
    [
        "e :- not (sum{ U : d(U) } < 3), count{ U : d(U) } >= 2.",
        "e :- exists(_W in 1..2 : count{ U : d(U) } >= 2), N = sum{ U : d(U) }, N > 0.",
        "e :- (count{ U : d(U) } >= 2 <=> sum{ U : d(U) } > 1), not count{ U : d(U) } < 1.",
    ],
)
def test_aggregates_with_variables_of_their_own_give_no_warnings(text: str) -> None:
    assert nesy.loads(f"d(1). d(2). {text}").warnings == ()


@pytest.mark.parametrize(
    ("condition", "is_known"),
    [
        ("not p(X)", False),
        ("(p(X) => q(X))", False),
        ("forall(Y in 1..2 : r(X, Y))", False),
        ("q(X), (p(X) => q(X))", True),
        ("exists(Y : r(X, Y))", True),
        ("count{ Y : r(X, Y) } >= 1", True),
        ("(not p(X) ; q(X))", True),
    ],
)
def test_a_condition_has_to_say_which_values_there_are(condition: str, is_known: bool) -> None:
    text = f"p(1). q(1). r(1, 2). e :- count{{ X : {condition} }} >= 0."
    if is_known:
        nesy.loads(text)
    else:
        with pytest.raises(nesy.NesyError, match="nothing says which values the variable X of the count has") as caught:
            nesy.loads(text)
        assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["E220"]


@pytest.mark.parametrize("observed", ["evidence {}.", "evidence({}).", "evidence({}, true)."])
def test_evidence_may_be_about_aggregates_over_formulas(observed: str) -> None:
    text = "0.5 :: r(1, 1). 0.5 :: r(1, 2). " + observed.format("count{ X : exists(Y : r(X, Y)) } >= 1")
    assert nesy.query(nesy.loads(text), "r(1, 1)") == {"r(1,1)": pytest.approx(2 / 3)}
