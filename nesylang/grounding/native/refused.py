"""Predicates that other grounders may have and this one has not, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.builtins.contract import Test as BuiltinTest
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import Store, Value


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a predicate is part of, and what to write in its place."""

    feature: str
    hint: str


def _rows(names: str, arities: Iterable[int], refusal: Refusal) -> dict[Signature, Refusal]:
    return {(name, arity): refusal for name in names.split() for arity in arities}


_SCOPES = Refusal("scopes", "give the predicates of a scope one more argument, which names it:  a(s)  for  s:a")
_CHANGES = Refusal(
    "changing the program while it is ground", "state the facts in the program, load them from a file, or add them from Python"
)
_RECORDS = Refusal("recorded terms", "keep what is recorded in the arguments of predicates")
_SEMIRINGS = Refusal("semirings that a program defines", "compile the program and evaluate its circuit in a semiring from Python")
_STATE = Refusal("the state of ProbLog's engine", "pass the state as an argument")
_QUERIES = Refusal("queries that are asked while a program is ground", "ask with  query goal.  or  query goal given condition.")
_SUBQUERY = Refusal("subqueries in another semiring", "subquery/2 and subquery/3 give probabilities")
_TRACES = Refusal("tracing ProbLog's engine", "leave it out: it changes no answer")
_DIRECTIVE = Refusal("a directive as a goal", "write it as a directive, with  :-  in front of it")

REFUSED: Mapping[Signature, Refusal] = {
    **_rows("create_scope find_scope :", (2,), _SCOPES),
    **_rows("call_in_scope", range(2, 11), _SCOPES),
    **_rows("subquery_in_scope", (3, 4, 6), _SCOPES),
    **_rows("assertz retract retractall", (1,), _CHANGES),
    **_rows("recorda recordz recorded", (2, 3), _RECORDS),
    **_rows("current_key erase", (1,), _RECORDS),
    **_rows("instance", (2,), _RECORDS),
    **_rows("use_semiring", (7, 8, 9), _SEMIRINGS),
    **_rows("set_state check_state", (1,), _STATE),
    **_rows("reset_state print_state", (0,), _STATE),
    **_rows("condition probabilityX", (1,), _QUERIES),
    **_rows("subquery", (5,), _SUBQUERY),
    **_rows("trace notrace dbg_printdb", (0,), _TRACES),
    **_rows("module .", (2,), _DIRECTIVE),
    **_rows("unknown", (1,), _DIRECTIVE),
}
"""Signature -> why calls of the predicate are refused, unless the program defines it."""


def _refused(found: Signature, refusal: Refusal) -> BuiltinTest:
    """Return a builtin that is an error once it is called: a clause that is never called does no harm."""
    name, arity = found

    def holds(store: Store, *arguments: Value) -> bool:
        raise GoalError("E109", f"{name}/{arity} is not supported: {refusal.feature}", refusal.hint)

    return BuiltinTest(name, arity, holds)


REFUSED_BUILTINS: Mapping[Signature, BuiltinTest] = {found: _refused(found, refusal) for found, refusal in REFUSED.items()}
