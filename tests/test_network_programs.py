"""Programs with networks and ``expect`` lines, bound to the networks beside them."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import nesylang as nesy
from nesylang.analysis.arithmetic import evaluate
from nesylang.source import Source
from nesylang.syntax import parse, print_statement, print_tree
from nesylang.syntax.files import read_source
from nesylang.syntax.statements import ExpectProbability, NeuralDeclaration, Query, SyntaxTree
from nesylang.syntax.terms import Atom, Compound

FOLDER = Path(__file__).resolve().parent / "programs_networks"

PROGRAMS = sorted(FOLDER.glob("*.nesy"))

BOUND = runpy.run_path(str(FOLDER / "networks.py"))


def asked(tree: SyntaxTree) -> tuple[list[ExpectProbability], str]:
    """Return the expected probabilities of a program, and the program with a query for each of them."""
    expected = [statement for statement in tree.statements if isinstance(statement, ExpectProbability)]
    others = [statement for statement in tree.statements if not isinstance(statement, ExpectProbability)]
    queries = [Query(statement.goal, statement.condition, statement.span) for statement in expected]
    return expected, print_tree(replace(tree, statements=(*others, *queries)))


def networks_of(tree: SyntaxTree) -> set[str]:
    """Return the names of the networks of a program."""
    names = {statement.name for statement in tree.statements if isinstance(statement, NeuralDeclaration)}
    for statement in tree.statements:
        for head in getattr(statement, "heads", ()):
            match head.probability:
                case Compound(functor="nn", args=(Atom(name=name), *_)):
                    names.add(name)
    return names


def answer(result: nesy.Result, statement: ExpectProbability) -> float:
    """Return the probability that a model gives to an expectation's goal."""
    query = Query(statement.goal, statement.condition, statement.span)
    name = print_statement(query).removeprefix("query ").removesuffix(".")
    return float(result[name].probability.detach().sum())


def test_the_programs_are_found() -> None:
    assert len(PROGRAMS) >= 3


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_expectations_hold(path: Path) -> None:
    tree = parse(read_source(path))
    expected, text = asked(tree)
    assert expected
    model = nesy.loads(text).module({name: BOUND["NETWORKS"][name] for name in networks_of(tree)}, dtype=torch.float64)
    result = model(**BOUND["INPUTS"])
    for statement in expected:
        assert answer(result, statement) == pytest.approx(float(evaluate(statement.probability)), abs=1e-6), print_statement(statement)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_printing_keeps_the_program(path: Path) -> None:
    tree = parse(read_source(path))
    assert parse(Source("printed", print_tree(tree))) == tree
