"""Builtins that look at the program itself, or that no table of plain builtins has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from nesylang.grounding.native.builtins.arithmetic import evaluate
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation, Signature
from nesylang.grounding.native.builtins.contract import Test as BuiltinTest
from nesylang.grounding.native.convert import TermWriter, read_term, show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import Store, Value, Var, deref, list_items
from nesylang.syntax.terms import Term

if TYPE_CHECKING:
    from nesylang.grounding.native.grounder import Grounding

Rows = Iterator[tuple[Value, ...]]


def engine_builtins(grounding: Grounding) -> Mapping[Signature, NativeBuiltin]:
    """Return the builtins of one grounding."""

    def member(store: Store, element: Value, domain: Value) -> Rows:
        items, tail = list_items(domain)
        for item in items:
            yield item, domain
        if tail != "[]":
            raise GoalError("E302", f"'in' needs a list that is known, found {show(domain)}", "bind the list in a goal before this one")

    def between(store: Store, low: Value, high: Value, value: Value) -> Rows:
        if not isinstance(low, int) or not isinstance(high, int):
            raise GoalError("E302", f"a range needs integers, found {show(low)}..{show(high)}")
        if isinstance(value, Var):
            return ((low, high, number) for number in range(low, high + 1))
        return iter([(low, high, value)] if isinstance(value, int) and low <= value <= high else [])

    def equals(store: Store, term: Value, value: Value) -> Rows:
        if isinstance(term, Var):
            return iter([(value, value)])
        return iter([(term, value)] if evaluate(store, term) == evaluate(store, value) else [])

    def clause2(store: Store, head: Value, body: Value) -> Rows:
        return ((found, goal) for found, goal, _ in grounding.clauses(head))

    def clause3(store: Store, head: Value, body: Value, probability: Value) -> Rows:
        return grounding.clauses(head)

    def subquery2(store: Store, goal: Value, probability: Value) -> Rows:
        return ((found, value) for found, value in grounding.subquery(goal, []))

    def subquery3(store: Store, goal: Value, probability: Value, evidence: Value) -> Rows:
        items, tail = list_items(evidence)
        if tail != "[]":
            raise GoalError("E302", f"the evidence of subquery/3 is a list, found {show(evidence)}")
        return ((found, value, evidence) for found, value in grounding.subquery(goal, [deref(item) for item in items]))

    def load(store: Store, *target: Value) -> bool:
        message = f"a goal cannot load files, found {show(target[0])}"
        raise GoalError("E212", message, "load it by a directive: files are read before the program is ground")

    rows: list[NativeBuiltin] = [
        BuiltinTest("consult", 1, load),
        BuiltinTest("use_module", 1, load),
        BuiltinTest("use_module", 2, load),
        BuiltinTest("csv_load", 2, load),
        BuiltinTest("csv_load", 3, load),
        BuiltinTest("sqlite_load", 1, load),
        Relation("$member", 2, member, (((1,), (0,)),)),
        Relation("$range", 3, between, (((0, 1), (2,)),)),
        Relation("$equals", 2, equals, (((1,), (0,)),)),
        Relation("clause", 2, clause2),
        Relation("clause", 3, clause3),
        Relation("subquery", 2, subquery2, (((), (0, 1)),)),
        Relation("subquery", 3, subquery3, (((), (0, 1)),)),
        BuiltinTest("nocache", 2, lambda store, *_: True),
    ]
    return {(row.name, row.arity): row for row in rows}


def clause_rows(store: Store, clauses: list[tuple[Term, Term | None, Term | None]]) -> Rows:
    """Yield clauses as terms: head, body (``true`` for facts), probability (1.0 where certain); variables are new in each."""
    for head, body, probability in clauses:
        names: dict[str, Value] = {}

        def variable(name: str, names: dict[str, Value] = names) -> Value:
            if name == "_":
                return Var()
            return names.setdefault(name, Var())

        yield (
            read_term(head, store, variable),
            "true" if body is None else read_term(body, store, variable),
            store.real(1.0) if probability is None else read_term(probability, store, variable),
        )


def goal_term(value: Value) -> Term:
    """Return a goal as a term, with a name for each of its variables."""
    return TermWriter().term(value)
