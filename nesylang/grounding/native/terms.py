"""Terms while a program is grounded: Python numbers and strings where possible, compounds shared by hash-consing.

| term | value |
|---|---|
| integer | ``int`` |
| atom, ``[]`` | ``str`` |
| float, string | ``Real``, ``Text``, one object for each value |
| compound, ``[H|T]`` (name ``.``) | ``Struct``; one object for each ground term |
| variable of a running clause | ``Var`` |
| variable of a call or answer in a table | ``Slot``, numbered by first occurrence |

Ground terms, and terms over slots, are equal if and only if ``==`` says so, which is identity for all but numbers and atoms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from nesylang.grounding.native.errors import GoalError


class Real:
    """A float. Not the Python number, as 1 and 1.0 are different terms."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value


class Text:
    """A string in double quotes."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value


class Slot:
    """A variable of a term in a table."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Var:
    """A variable of a running clause; ``ref`` is what it is bound to, None while it is free."""

    __slots__ = ("ref",)

    def __init__(self) -> None:
        self.ref: Value | None = None


class Struct:
    """A compound term. Those without ``Var`` come from ``Store.struct`` only, so that equal ones are identical."""

    __slots__ = ("args", "ground", "name")

    def __init__(self, name: str, args: tuple[Value, ...], ground: bool) -> None:
        self.name = name
        self.args = args
        self.ground = ground


Value = int | str | Real | Text | Struct | Slot | Var
Trail = list[Var]

NIL = "[]"
CONS = "."


class InfiniteTerm(Exception):
    """A variable would be bound to a term that contains it."""


def deref(term: Value) -> Value:
    """Return what a term is after following the bindings of variables at its top."""
    while type(term) is Var:
        bound = term.ref
        if bound is None:
            return term
        term = bound
    return term


def is_ground(term: Value) -> bool:
    """Return whether a resolved term has no variables."""
    kind = type(term)
    return term.ground if kind is Struct else kind is not Var and kind is not Slot  # type: ignore[union-attr]


class Store:
    """The hash-consed terms of one grounding."""

    __slots__ = ("reals", "sequence", "slots", "structs", "texts")

    def __init__(self) -> None:
        self.structs: dict[tuple[str, tuple[Value, ...]], Struct] = {}
        self.reals: dict[tuple[float, bool], Real] = {}
        self.texts: dict[str, Text] = {}
        self.slots: list[Slot] = []
        # The last number that seq/1 gave.
        self.sequence = 0

    def struct(self, name: str, args: tuple[Value, ...]) -> Struct:
        """Return the compound of arguments that have no ``Var`` in them."""
        key = (name, args)
        found = self.structs.get(key)
        if found is None:
            ground = True
            for argument in args:
                kind = type(argument)
                if kind is Slot or (kind is Struct and not argument.ground):  # type: ignore[union-attr]
                    ground = False
                    break
            found = self.structs[key] = Struct(name, args, ground)
        return found

    def make(self, name: str, args: tuple[Value, ...]) -> Struct:
        """Return the compound of any arguments."""
        for argument in args:
            kind = type(argument)
            if kind is Var or (kind is Struct and not argument.ground):  # type: ignore[union-attr]
                return Struct(name, args, False)
        return self.struct(name, args)

    def real(self, value: float) -> Real:
        """Return the term of a float; all NaN are one."""
        key = (0.0, math.copysign(1.0, value) < 0) if value == 0 else (value, False)
        if value != value:
            key = (math.inf, True)
        found = self.reals.get(key)
        if found is None:
            found = self.reals[key] = Real(value)
        return found

    def text(self, value: str) -> Text:
        """Return the term of a string."""
        found = self.texts.get(value)
        if found is None:
            found = self.texts[value] = Text(value)
        return found

    def number(self, value: int | float) -> Value:
        """Return the term of a number."""
        return self.real(value) if isinstance(value, float) else int(value)

    def list(self, items: Sequence[Value], tail: Value = NIL) -> Value:
        """Return the list of some items."""
        for item in reversed(items):
            tail = self.make(CONS, (item, tail))
        return tail

    def slot(self, number: int) -> Slot:
        """Return a numbered variable of tables."""
        while number >= len(self.slots):
            self.slots.append(Slot(len(self.slots)))
        return self.slots[number]

    def resolve(self, term: Value) -> Value:
        """Return a term with the bindings of its variables applied everywhere."""
        term = deref(term)
        if type(term) is not Struct or term.ground:
            return term
        return self._rebuilt(term, deref, self.make)

    def canonical(self, terms: Iterable[Value]) -> tuple[Value, ...]:
        """Return terms with their free variables replaced by slots, numbered over all of them in order of first occurrence."""
        slots: dict[Var, Slot] = {}

        def replaced(term: Value) -> Value:
            term = deref(term)
            if type(term) is not Var:
                return term
            found = slots.get(term)
            if found is None:
                found = slots[term] = self.slot(len(slots))
            return found

        return tuple([self._rebuilt(term, replaced, self.struct) for term in terms])

    def instantiate(self, terms: Iterable[Value], fresh: dict[Slot, Var] | None = None) -> tuple[Value, ...]:
        """Return terms with a new variable for each slot."""
        variables: dict[Slot, Var] = {} if fresh is None else fresh

        def replaced(term: Value) -> Value:
            if type(term) is not Slot:
                return term
            found = variables.get(term)
            if found is None:
                found = variables[term] = Var()
            return found

        return tuple([self._rebuilt(term, replaced, self.make) for term in terms])

    @staticmethod
    def _rebuilt(term: Value, leaf: Callable[[Value], Value], make: Callable[[str, tuple[Value, ...]], Struct]) -> Value:
        """Return a term with its variables and slots replaced, without recursion, from left to right."""
        term = leaf(term)
        if type(term) is not Struct or term.ground:
            return term
        # A frame is a compound and those of its arguments that are rebuilt already.
        frames: list[tuple[Struct, list[Value]]] = [(term, [])]
        while True:
            current, done = frames[-1]
            if len(done) < len(current.args):
                argument = leaf(current.args[len(done)])
                if type(argument) is Struct and not argument.ground:
                    frames.append((argument, []))
                else:
                    done.append(argument)
                continue
            frames.pop()
            rebuilt = make(current.name, tuple(done))
            if not frames:
                return rebuilt
            frames[-1][1].append(rebuilt)


def unify(first: Value, second: Value, trail: Trail) -> bool:
    """Return whether two terms unify; variables are bound and put on the trail. Raises InfiniteTerm."""
    if first is second:
        return True
    pairs = [(first, second)]
    while pairs:
        left, right = pairs.pop()
        left, right = deref(left), deref(right)
        if left is right:
            continue
        if type(left) is Var:
            _bind(left, right, trail)
        elif type(right) is Var:
            _bind(right, left, trail)
        elif type(left) is Struct and type(right) is Struct:
            if (left.ground and right.ground) or left.name != right.name or len(left.args) != len(right.args):
                return False
            pairs.extend(zip(reversed(left.args), reversed(right.args), strict=True))
        elif left != right:
            return False
    return True


def _bind(variable: Var, term: Value, trail: Trail) -> None:
    if type(term) is Struct and not term.ground and variable in free_variables(term):
        raise InfiniteTerm
    variable.ref = term
    trail.append(variable)


def undo(trail: Trail, length: int) -> None:
    """Free the variables that were bound since the trail had a length."""
    while len(trail) > length:
        trail.pop().ref = None


def free_variables(term: Value) -> dict[Var, None]:
    """Return the free variables of a term in order of first occurrence."""
    found: dict[Var, None] = {}
    pending = [term]
    while pending:
        current = deref(pending.pop())
        if type(current) is Var:
            found.setdefault(current)
        elif type(current) is Struct and not current.ground:
            pending.extend(reversed(current.args))
    return found


def list_items(term: Value) -> tuple[list[Value], Value]:
    """Return the items of a list and its tail: ``[]`` where the list is closed, otherwise what ends it."""
    items: list[Value] = []
    term = deref(term)
    while type(term) is Struct and term.name == CONS and len(term.args) == 2:
        items.append(term.args[0])
        term = deref(term.args[1])
    return items, term


def compare(first: Value, second: Value) -> int:
    """Return -1, 0 or 1 as the first term comes before the second in the standard order, is the same, or comes after it.

    Variables come first, then numbers by value (a float before the equal integer), strings, and atoms and compounds by number of
    arguments, name and arguments. Raises GoalError where the order of two different variables decides: it is not defined.
    """
    pending = [(first, second)]
    while pending:
        left, right = pending.pop()
        left, right = deref(left), deref(right)
        if left is right:
            continue
        if type(left) is Var and type(right) is Var:
            raise GoalError("E302", "the order of two different unbound variables is not defined", "bind them in a goal before this one")
        left_key, right_key = _order(left), _order(right)
        if left_key != right_key:
            return -1 if left_key < right_key else 1
        if type(left) is Struct and type(right) is Struct:
            pending.extend(zip(reversed(left.args), reversed(right.args), strict=True))
    return 0


def identical(first: Value, second: Value) -> bool:
    """Return whether two terms are the same, variables included."""
    pending = [(first, second)]
    while pending:
        left, right = pending.pop()
        left, right = deref(left), deref(right)
        if left is right:
            continue
        if type(left) is Struct and type(right) is Struct:
            if (left.ground and right.ground) or left.name != right.name or len(left.args) != len(right.args):
                return False
            pending.extend(zip(left.args, right.args, strict=True))
        elif left != right:
            return False
    return True


def _order(term: Value) -> tuple[int, int | float, int | str]:
    """Return what terms are compared by before their arguments."""
    match term:
        case int():
            return 1, term, 1
        case Real(value=value):
            return 1, value, 0
        case Text(value=text):
            return 2, 0, text
        case str():
            return 3, 0, term
        case Struct(name=name, args=args):
            return 3, len(args), name
        case _:
            return 0, 0, 0
