"""Goals that are terms until a clause calls them: call/N, and the connectives and builtins inside of it."""

from __future__ import annotations

from nesylang.analysis.builtins import BUILTINS
from nesylang.analysis.quantifiers import QUANTIFIERS
from nesylang.grounding.native.builtins import NATIVE_BUILTINS
from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.convert import TermWriter, show
from nesylang.grounding.native.engine import Engine
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.normalise import Normaliser
from nesylang.grounding.native.tables import Table
from nesylang.grounding.native.terms import Struct, Value, Var, is_ground
from nesylang.source import Span
from nesylang.syntax.terms import Atom, Compound, Term, Variable

CONNECTIVES = frozenset({(",", 2), (";", 2), ("|", 2), ("->", 2), ("\\+", 1), ("not", 1)})


class MetaCalls:
    """Finds the predicate that a goal is; connectives and builtins get a predicate of their own, one for each shape of goal."""

    def __init__(self, engine: Engine, normaliser: Normaliser, span: Span) -> None:
        self.engine = engine
        self.normaliser = normaliser
        self.span = span
        self.made: dict[Term, Signature] = {}

    def call(self, lenient: bool, bag: bool, goal: Value, *extra: Value) -> tuple[Table | None, tuple[Value, ...]]:
        """Return the table of a goal with further arguments, and all its arguments; None if it is unknown and the call lenient."""
        if isinstance(goal, str):
            name, arguments = goal, extra
        elif isinstance(goal, Struct):
            name, arguments = goal.name, (*goal.args, *extra)
        elif isinstance(goal, Var):
            message = "call/1 is called with arguments that it does not take: its goal is an unbound variable"
            raise GoalError("E302", message, "bind it in a goal before this one")
        else:
            raise GoalError("E302", f"{show(goal)} cannot be called", "expected an atom or a compound, bound by an earlier goal")
        signature = (name, len(arguments))
        definition = self.engine.definitions.get(signature)
        if definition is None or signature in CONNECTIVES:
            if not self._is_builtin(signature):
                if lenient or self.engine.unknown_fails:
                    return None, ()
                self.engine.machine.unknown(*signature)
            signature, arguments = self._wrapped(name, arguments)
        return self.engine.select(signature, arguments, bag), arguments

    def _is_builtin(self, signature: Signature) -> bool:
        normaliser = self.normaliser
        known = (BUILTINS, NATIVE_BUILTINS, normaliser.library, normaliser.engine_builtins)
        return any(signature in table for table in known)

    def _wrapped(self, name: str, arguments: tuple[Value, ...]) -> tuple[Signature, tuple[Value, ...]]:
        """Return the predicate of a goal's shape and the arguments that make it this goal."""
        values: list[Value] = []
        skeleton = self._skeleton(name, arguments, values)
        found = self.made.get(skeleton)
        if found is None:
            head = tuple(Variable(f"A{number}", self.span) for number in range(len(values)))
            found = self.made[skeleton] = self.engine.add_rule(self.normaliser, "call", head, skeleton, self.span)
        return found, tuple(values)

    def _skeleton(self, name: str, arguments: tuple[Value, ...], values: list[Value]) -> Term:
        """Return a goal with variables for all that its connectives do not need; their values are added to ``values``."""
        if (name, len(arguments)) in QUANTIFIERS and isinstance(arguments[0], Struct) and arguments[0].name == ":":
            sides = tuple(self._part(side, values) for side in arguments[0].args)
            return Compound(name, (Compound(":", sides, self.span),), self.span)
        if (name, len(arguments)) == ("in", 2) and is_ground(arguments[1]):
            return Compound(name, (self._variable(arguments[0], values), TermWriter(self.span).term(arguments[1])), self.span)
        builtin = BUILTINS.get((name, len(arguments)))
        goals = {position for position, extra in builtin.goals if extra == 0} if builtin is not None else set()
        parts: list[Term] = []
        for position, argument in enumerate(arguments):
            parts.append(self._part(argument, values) if position in goals else self._variable(argument, values))
        return Compound(name, tuple(parts), self.span) if parts else Atom(name, self.span)

    def _part(self, goal: Value, values: list[Value]) -> Term:
        """Return the skeleton of a goal inside of another one."""
        if isinstance(goal, str):
            return Atom(goal, self.span)
        return self._skeleton(goal.name, goal.args, values) if isinstance(goal, Struct) else self._variable(goal, values)

    def _variable(self, value: Value, values: list[Value]) -> Variable:
        """Return the variable for a value; an unbound variable has the same one wherever it occurs."""
        known = next((number for number, other in enumerate(values) if other is value), None) if isinstance(value, Var) else None
        if known is None:
            values.append(value)
        return Variable(f"A{len(values) - 1 if known is None else known}", self.span)
