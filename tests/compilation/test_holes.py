"""The parts of a circuit that the direct compiler leaves to another one."""

from __future__ import annotations

import itertools

import pytest

from nesylang.compilation import CompilationBudget, DirectCompiler, SddCompiler, allowance, compile_program, holes
from nesylang.compilation.sdd_ways import ANSWERS
from tests.circuit.properties import assert_properties
from tests.compilation.test_compile import check
from tests.reference.ground import choice, ground_program


@pytest.mark.parametrize("groups", [1, 100])
def test_parts_that_were_compiled_together_mention_their_own_choices_only(monkeypatch: pytest.MonkeyPatch, groups: int) -> None:
    """Two votes over coins of their own are two holes, and their conjunction is a product of these."""
    monkeypatch.setattr(holes, "GROUPS", groups)
    for name in ("LOOKS", "LOOKS_PER_NODE", "CASES", "CASES_PER_VALUE"):
        monkeypatch.setattr(allowance, name, 0)
    choices = [choice(number, [0.1 * (number + 1)]) for number in range(6)]
    rules = [(7, pair) for pair in itertools.combinations((1, 2, 3), 2)] + [(8, pair) for pair in itertools.combinations((4, 5, 6), 2)]
    program = ground_program(choices, [*rules, (9, (7, 8))], [9, 7, 8])
    compiled = compile_program(program, DirectCompiler(SddCompiler((ANSWERS,))), CompilationBudget())
    assert compiled.circuit.compiler == "direct+sdd"
    assert_properties(compiled.circuit, [found.values for found in choices])
    check(compiled)
