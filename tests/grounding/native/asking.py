"""Builtins asked on their own: a goal as text, its solutions as text."""

from __future__ import annotations

from collections.abc import Mapping

from nesylang.grounding.native.builtins import NATIVE_BUILTINS, NATIVE_LIBRARIES
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Signature, Test
from nesylang.grounding.native.convert import TermWriter, read_term
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import InfiniteTerm, Store, Struct, Trail, Value, Var, undo, unify
from nesylang.source import Source
from nesylang.syntax import parse_term, print_term

MOST = 4
"""Solutions that are shown of those that do not end."""


def builtins(library: str) -> Mapping[Signature, NativeBuiltin]:
    """Return the builtins that a program with a library has."""
    return {**NATIVE_BUILTINS, **NATIVE_LIBRARIES.get(library, {})}


def read_goal(goal: str, store: Store) -> tuple[Signature, tuple[Value, ...], dict[str, Var]]:
    """Return the signature, the arguments and the variables of a goal."""
    variables: dict[str, Var] = {}

    def variable(name: str) -> Value:
        return Var() if name == "_" else variables.setdefault(name, Var())

    term = read_term(parse_term(Source("goal", goal)), store, variable)
    if isinstance(term, Struct):
        return (term.name, len(term.args)), term.args, variables
    assert isinstance(term, str)
    return (term, 0), (), variables


def solutions(goal: str, library: str = "lists", most: int = MOST) -> list[str]:
    """Return the solutions of a goal as ``X=a, Y=b``, ``true`` without variables; an error ends them as its code and message."""
    store = Store()
    called, arguments, variables = read_goal(goal, store)
    builtin = builtins(library)[called]
    found: list[str] = []
    try:
        if isinstance(builtin, Test):
            return ["true"] if builtin.holds(store, *arguments) else []
        for solution in builtin.solutions(store, *arguments):
            assert len(solution) == builtin.arity
            if len(found) == most:
                return [*found, "..."]
            shown = bindings(store, arguments, solution, variables)
            if shown is not None:
                found.append(shown)
    except GoalError as problem:
        return [*found, f"{problem.code} {problem.message}"]
    except InfiniteTerm:
        return [*found, "infinite"]
    assert all(variable.ref is None for variable in variables.values()), "a builtin must not bind"
    return found


def bindings(store: Store, arguments: tuple[Value, ...], solution: tuple[Value, ...], variables: dict[str, Var]) -> str | None:
    """Return what the variables of a goal are in one solution, None where the solution does not unify with the goal."""
    trail: Trail = []
    try:
        if not all(unify(argument, value, trail) for argument, value in zip(arguments, solution, strict=True)):
            return None
        writer = TermWriter()
        return ", ".join(f"{name}={print_term(writer.term(store.resolve(value)))}" for name, value in variables.items()) or "true"
    finally:
        undo(trail, 0)


def cases(table: str) -> list[tuple[str, list[str]]]:
    """Return the rows of a table ``goal ==> solution ; solution``; ``no`` stands for none."""
    rows = [row.split(" ==> ") for row in table.strip().splitlines()]
    return [(goal.strip(), [] if found.strip() == "no" else found.strip().split(" ; ")) for goal, found in rows]
