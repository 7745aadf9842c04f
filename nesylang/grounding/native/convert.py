"""Between terms of the syntax tree and terms while grounding."""

from __future__ import annotations

from collections.abc import Callable

from nesylang.grounding.native.terms import CONS, NIL, Real, Slot, Store, Struct, Text, Value, Var, deref, list_items
from nesylang.source import Source, Span
from nesylang.syntax import print_term
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable

SHOWN_ITEMS = 30
"""Most arguments of a compound or items of a list that messages spell."""

NOWHERE = Span(Source("term", ""), 0, 0)


def read_term(term: Term, store: Store, variable: Callable[[str], Value]) -> Value:
    """Return a term of the syntax tree as a value; ``variable`` gives the values of variables. Deep terms are no problem."""
    done: list[Value] = []
    pending: list[tuple[Term, bool]] = [(term, False)]
    while pending:
        current, ready = pending.pop()
        match current:
            case Atom(name=name):
                done.append(name)
            case Integer(value=integer):
                done.append(integer)
            case Float(value=real):
                done.append(store.real(real))
            case String(value=text):
                done.append(store.text(text))
            case Variable(name=name):
                done.append(variable(name))
            case Compound(functor=functor, args=args) if ready:
                values = tuple(done[len(done) - len(args) :])
                del done[len(done) - len(args) :]
                done.append(store.make(functor, values))
            case ListTerm(items=items, tail=tail) if ready:
                end = done.pop() if tail is not None else NIL
                values = tuple(done[len(done) - len(items) :])
                del done[len(done) - len(items) :]
                done.append(store.list(values, end))
            case Compound(args=args):
                pending.append((current, True))
                pending.extend((argument, False) for argument in reversed(args))
            case ListTerm(items=items, tail=tail):
                pending.append((current, True))
                if tail is not None:
                    pending.append((tail, False))
                pending.extend((item, False) for item in reversed(items))
    return done[0]


class TermWriter:
    """Turns values back into terms of the syntax tree, each compound once; ``span`` is the place that they get."""

    def __init__(self, span: Span = NOWHERE) -> None:
        self.span = span
        self.written: dict[Struct, Term] = {}
        self.variables: dict[Value, Variable] = {}

    def term(self, value: Value) -> Term:
        """Return a value as a term."""
        value = deref(value)
        if type(value) is not Struct:
            return self._leaf(value)
        pending = [value]
        while pending:
            current = pending[-1]
            if current in self.written:
                pending.pop()
                continue
            if current.name == CONS and len(current.args) == 2:
                items, tail = list_items(current)
                parts = [deref(item) for item in items]
                end = None if tail == NIL else tail
            else:
                parts, end = [deref(argument) for argument in current.args], None
            missing = [part for part in (parts if end is None else [*parts, end]) if type(part) is Struct and part not in self.written]
            if missing:
                pending.extend(reversed(missing))
                continue
            pending.pop()
            terms = tuple(self._leaf(part) for part in parts)
            if current.name == CONS and len(current.args) == 2:
                self.written[current] = ListTerm(terms, None if end is None else self._leaf(end), self.span)
            else:
                self.written[current] = Compound(current.name, terms, self.span)
        return self.written[value]

    def _leaf(self, value: Value) -> Term:
        match value:
            case Struct():
                return self.written[value]
            case int():
                return Integer(value, self.span)
            case str():
                return ListTerm((), None, self.span) if value == NIL else Atom(value, self.span)
            case Real(value=real):
                return Float(real, self.span)
            case Text(value=text):
                return String(text, self.span)
            case Slot() | Var():
                found = self.variables.get(value)
                if found is None:
                    found = self.variables[value] = Variable(f"_{len(self.variables) + 1}", self.span)
                return found


def clipped(value: Value, depth: int = 12) -> Value:
    """Return a value with everything below a depth, and the items of a list behind the first ones, replaced by ``...``."""
    value = deref(value)
    if type(value) is not Struct:
        return value
    if depth == 0:
        return "..."
    if value.name == CONS and len(value.args) == 2:
        items: list[Value] = []
        rest: Value = value
        while type(rest) is Struct and rest.name == CONS and len(items) < SHOWN_ITEMS:
            items.append(clipped(rest.args[0], depth - 1))
            rest = deref(rest.args[1])
        end: Value = "..." if type(rest) is Struct else rest
        for item in reversed(items):
            end = Struct(CONS, (item, end), False)
        return end
    shown = [clipped(argument, depth - 1) for argument in value.args[:SHOWN_ITEMS]]
    return Struct(value.name, (*shown, "...") if len(value.args) > SHOWN_ITEMS else tuple(shown), False)


def show(value: Value) -> str:
    """Return a value as it is spelled in messages, cut where it is long."""
    text = print_term(TermWriter().term(clipped(value))).replace("'...'", "...")
    return text if len(text) <= 60 else text[:57] + "..."


def show_goal(name: str, arguments: tuple[Value, ...]) -> str:
    """Return a call as it is spelled in messages."""
    if not arguments:
        return print_term(Atom(name, NOWHERE))
    writer = TermWriter()
    text = print_term(Compound(name, tuple(writer.term(clipped(argument)) for argument in arguments), NOWHERE)).replace("'...'", "...")
    return text if len(text) <= 120 else text[:117] + "..."
