"""Terms taken apart, put together, copied and renamed."""

from __future__ import annotations

from collections.abc import Iterable

from nesylang.grounding.native.builtins.arguments import (
    BIND_FIRST,
    Solution,
    deterministic,
    integer,
    optional_integer,
    trial,
    wrong,
)
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import Store, Struct, Value, Var, deref, free_variables, is_ground, list_items

NUMBERED = "$Var"
"""Name of the compounds that stand for numbered variables."""

LARGEST_ARITY = 1 << 20


def _functor(store: Store, term: Value, name: Value, count: Value) -> Solution:
    if isinstance(term, Struct):
        return term, term.name, len(term.args)
    if type(term) is not Var:
        return term, term, 0
    arity = integer("functor/3", count)
    if arity < 0 or arity > LARGEST_ARITY:
        raise wrong("functor/3", count, f"a number of arguments, at most {LARGEST_ARITY:,}")
    if arity == 0 and type(name) is not Var and not isinstance(name, Struct):
        return name, name, 0
    if not isinstance(name, str):
        raise wrong("functor/3", name, "an atom")
    return store.make(name, tuple([Var() for _ in range(arity)])), name, arity


def _arg(store: Store, position: Value, term: Value, argument: Value) -> Iterable[Solution]:
    if type(term) is Var:
        raise wrong("arg/3", term, "a compound")
    wanted = optional_integer("arg/3", position)
    args = term.args if isinstance(term, Struct) else ()
    if wanted is None:
        return [(index, term, found) for index, found in enumerate(args, 1)]
    return [(wanted, term, args[wanted - 1])] if 1 <= wanted <= len(args) else []


def _univ(store: Store, term: Value, parts: Value) -> Solution | None:
    if isinstance(term, Struct):
        return term, store.list([term.name, *term.args])
    if type(term) is not Var:
        return term, store.list([term])
    items, tail = list_items(parts)
    if type(tail) is Var:
        raise GoalError("E302", "=../2 is called with a variable and an open list", BIND_FIRST)
    if tail != "[]" or not items:
        raise wrong("=../2", parts, "a list of a name and arguments")
    first = deref(items[0])
    if len(items) == 1:
        return first, parts
    if not isinstance(first, str):
        raise wrong("=../2", first, "an atom as the name of a compound")
    return store.make(first, tuple(items[1:])), parts


def _copy_term(store: Store, term: Value, copy: Value) -> Solution:
    return term, renamed(store, term)


def renamed(store: Store, term: Value) -> Value:
    """Return a term with new variables in the place of its own."""
    if is_ground(term):
        return term
    with trial() as trail:
        for variable in free_variables(term):
            variable.ref = Var()
            trail.append(variable)
        return store.resolve(term)


def _term_variables(store: Store, term: Value, variables: Value) -> Solution:
    return term, store.list(list(free_variables(term)))


def _numbered(store: Store, term: Value, start: int) -> Value:
    with trial() as trail:
        for number, variable in enumerate(free_variables(term), start):
            variable.ref = store.struct(NUMBERED, (number,))
            trail.append(variable)
        return store.resolve(term)


def _numbervars(store: Store, term: Value, numbered: Value) -> Solution:
    return term, _numbered(store, term, 0)


def _numbervars_from(store: Store, term: Value, start: Value, numbered: Value) -> Solution:
    return term, start, _numbered(store, term, integer("numbervars/3", start))


def _varnumbers(store: Store, term: Value, result: Value) -> Solution:
    if not isinstance(term, str | Struct):
        raise wrong("varnumbers/2", term, "an atom or compound")
    variables: dict[int, Var] = {}
    # A frame is a compound and those of its arguments that are rebuilt already.
    frames: list[tuple[Struct, list[Value]]] = [(store.make("", (term,)), [])]
    while True:
        current, done = frames[-1]
        if len(done) < len(current.args):
            argument = deref(current.args[len(done)])
            if isinstance(argument, Struct):
                number = argument.args[0] if argument.name == NUMBERED and len(argument.args) == 1 else None
                if isinstance(number, int):
                    done.append(variables.setdefault(number, Var()))
                else:
                    frames.append((argument, []))
            else:
                done.append(argument)
            continue
        frames.pop()
        if not frames:
            return term, done[0]
        frames[-1][1].append(store.make(current.name, tuple(done)))


STRUCTURE: tuple[NativeBuiltin, ...] = (
    Relation("functor", 3, deterministic(_functor), (((), (1, 2)),)),
    Relation("arg", 3, _arg, (((), (0,)), ((1,), (0, 1, 2)))),
    Relation("=..", 2, deterministic(_univ), (((0,), (0, 1)), ((1,), (0, 1)))),
    Relation("copy_term", 2, deterministic(_copy_term), (((0,), (0, 1)),)),
    Relation("term_variables", 2, deterministic(_term_variables), (((0,), (0, 1)),)),
    Relation("numbervars", 2, deterministic(_numbervars), (((), (1,)),)),
    Relation("numbervars", 3, deterministic(_numbervars_from), (((), (1, 2)),)),
    Relation("varnumbers", 2, deterministic(_varnumbers)),
)
"""The predicates of the structure of terms."""
