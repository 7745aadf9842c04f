"""What the goals of a body say about the values of its variables, goal by goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nesylang.analysis.aggregates import compares_aggregates
from nesylang.analysis.arithmetic import NotConstant, NotNumeric, evaluate
from nesylang.analysis.builtin_values import BUILTIN_VALUES, COMPARISONS, COMPUTABLE, LIBRARY_VALUES, TEST_VALUES
from nesylang.analysis.builtins import BUILTINS, REDEFINABLE, Signature
from nesylang.analysis.columns import values_of
from nesylang.analysis.conflicts import Conflict, Environment, Use, either
from nesylang.analysis.program import Program
from nesylang.analysis.types import BUILTIN_TYPES
from nesylang.analysis.values import (
    ANY,
    FLOAT,
    INTEGER,
    LIST,
    NOTHING,
    NUMBER,
    Interval,
    Values,
    join_all,
    meet,
    of_type,
    some_integers,
)
from nesylang.source import Source, Span
from nesylang.syntax.printer import print_term
from nesylang.syntax.terms import (
    Atom,
    Compound,
    Float,
    Integer,
    ListTerm,
    String,
    Term,
    Variable,
    conjuncts,
    disjuncts,
    signature,
    subterms,
)

DEEPEST = 60
"""How deep formulas within formulas are looked at."""

_DEEPEST_LIST = 4
_INTEGER_RESULTS = frozenset({"+", "-", "*", "//", "mod", "rem", "div", "min", "max", "abs", "sign"})
"""Functions whose values are integers where their arguments are."""

_ALWAYS_INTEGER = frozenset({"floor", "ceiling", "round", "truncate", "integer", "/\\", "\\/", "<<", ">>", "xor"})
"""Functions whose values are integers."""


_OPERAND = Use(COMPUTABLE, Span(Source("<arithmetic>", ""), 0, 0), "arithmetic", "a number")


class Bodies:
    """Goes through bodies. ``uses`` has what each known predicate allows, None for what is not derivable so far."""

    def __init__(self, program: Program, uses: Mapping[Signature, tuple[Use, ...] | None]) -> None:
        self.program = program
        self.uses = uses
        self.conflicts: list[Conflict] = []
        self.calls: list[tuple[Compound, bool]] = []
        self.own = program.definitions.keys()
        self.libraries = program.library_predicates - self.own
        self._negations = 0

    def through(self, body: Term, environment: Environment, depth: int = 0) -> Environment | None:
        """Return what is known behind a body, None where it cannot hold; add to what is known before, and note the conflicts."""
        for goal in conjuncts(body):
            known = self._goal(goal, environment, depth)
            if known is None:
                return None
            environment = known
        return environment

    def _note(self, conflict: Conflict) -> None:
        """Note a conflict; behind a negation only what is no accident of the facts: constants in calls, and types."""
        in_call = conflict.use.home is not None
        if self._negations == 0 or (in_call and (conflict.is_error or not isinstance(conflict.term, Variable))):
            self.conflicts.append(conflict)

    def _goal(self, goal: Term, known: Environment, depth: int) -> Environment | None:
        found = signature(goal)
        if found is None or depth > DEEPEST:
            return known
        if not isinstance(goal, Compound):
            return known if self.uses.get(found, ()) is not None else None
        if found in self.own and (found not in BUILTINS or found in REDEFINABLE):
            return self._call(goal, found, known)
        if found in (("=", 2), ("in", 2)) and compares_aggregates(goal):
            return self._aggregated(goal, known)
        match found:
            case (";" | "|", 2):
                return self._alternatives(disjuncts(goal) if goal.functor == ";" else list(goal.args), known, depth)
            case ("->", 2):
                tested = self.through(goal.args[0], known, depth + 1)
                return None if tested is None else self.through(goal.args[1], tested, depth + 1)
            case ("\\+" | "not", 1):
                self._negations += 1
                self.through(goal.args[0], dict(known), depth + 1)
                self._negations -= 1
                return known
            case ("call" | "once", 1):
                return self.through(goal.args[0], known, depth + 1)
            case ("forall", 2):
                supposed = self.through(goal.args[0], dict(known), depth + 1)
                if supposed is not None:
                    self.through(goal.args[1], supposed, depth + 1)
                return known
            case ("findall", 3):
                inner = self.through(goal.args[1], dict(known), depth + 1)
                elements = ANY if inner is None else value(goal.args[0], inner)
                listed = replace(LIST, elements=None if elements == ANY else elements)
                return self._narrowed(goal.args[2], Use(listed, goal.args[2].span, "the result of findall"), known)
            case ("=" | "==", 2):
                return self._equal(goal.args[0], goal.args[1], known)
            case ("is", 2):
                return self._computed(goal.args[0], goal.args[1], known)
            case ("in", 2):
                return self._member(goal.args[0], goal.args[1], known)
            case _ if found in COMPARISONS:
                return self._operands(goal, known)
            case _:
                return self._call(goal, found, known)

    def _alternatives(self, alternatives: list[Term], known: Environment, depth: int) -> Environment | None:
        live = [behind for alternative in alternatives if (behind := self.through(alternative, dict(known), depth + 1)) is not None]
        return either(live) if live else None

    def _call(self, goal: Compound, found: Signature, known: Environment) -> Environment | None:
        if found in self.uses:
            uses = self.uses[found]
            if uses is None:
                return None
            behind = self.arguments(goal.args, uses, known)
            if behind is not None:
                self.calls.append((goal, self._negations > 0))
            return behind
        table = TEST_VALUES if found in TEST_VALUES else BUILTIN_VALUES if found in BUILTINS else LIBRARY_VALUES
        if found not in table or (table is LIBRARY_VALUES and found not in self.libraries):
            return known
        name = f"{found[0]}/{found[1]}"
        uses = tuple(
            Use(values, goal.span, f"argument {position} of {name}", test=table is TEST_VALUES)
            for position, values in enumerate(table[found], 1)
        )
        return self.arguments(goal.args, uses, known)

    def arguments(self, arguments: Iterable[Term], uses: tuple[Use, ...], known: Environment) -> Environment | None:
        """Return what is known where arguments have the values that their uses allow, None where they cannot."""
        behind: Environment | None = known
        for argument, use in zip(arguments, uses, strict=False):
            if use.values is not ANY and behind is not None:
                behind = self._narrowed(argument, use, behind)
        return behind

    def _narrowed(self, term: Term, use: Use, known: Environment, depth: int = 0) -> Environment | None:
        """Return what is known where a term has the values that a use allows, None where it cannot."""
        if isinstance(term, Variable):
            if term.name == "_":
                return known
            if term.name not in known:
                known[term.name] = use.values, ((use, term.span),)
                return known
            before, uses = known[term.name]
            values = meet(before, use.values)
            if values.is_empty:
                self._note(Conflict(term, replace(use, span=term.span), uses))
                return None
            if values != before:
                known[term.name] = values, (*uses, (use, term.span))
            return known
        if not use.values.accepts(term):
            self._note(Conflict(term, replace(use, span=term.span), ()))
            return None
        if isinstance(term, ListTerm) and use.values.elements is not None and depth < _DEEPEST_LIST:
            element = replace(use, values=use.values.elements, name="", what=f"an element of {use.what}")
            behind: Environment | None = known
            for item in term.items:
                behind = None if behind is None else self._narrowed(item, element, behind, depth + 1)
            if term.tail is not None and behind is not None:
                behind = self._narrowed(term.tail, replace(use, values=replace(use.values, atoms=frozenset({"[]"}))), behind, depth + 1)
            return behind
        return known

    def _equal(self, left: Term, right: Term, known: Environment) -> Environment | None:
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Variable) and one.name != "_":
                values = value(other, known)
                if values == ANY:
                    continue
                origin = known[other.name][1] if isinstance(other, Variable) and other.name in known else ()
                shown = print_term(other) if isinstance(other, Atom | Integer | Float | String) else ""
                if isinstance(other, Variable) and origin:
                    use = replace(origin[-1][0], values=values, span=one.span)
                else:
                    use = Use(values, one.span, "an equation", shown)
                if one.name in known and meet(known[one.name][0], values).is_empty and not isinstance(other, Variable):
                    self._note(Conflict(other, replace(use, span=other.span), known[one.name][1]))
                    return None
                behind = self._narrowed(one, use, known)
                if behind is None:
                    return None
        return known

    def _aggregated(self, goal: Compound, known: Environment) -> Environment | None:
        """Return what is known behind an equation or membership of numbers, one of which is an aggregate's."""
        behind: Environment | None = known
        for side in goal.args:
            if isinstance(side, Variable) and behind is not None:
                behind = self._narrowed(side, Use(NUMBER, side.span, "the value of an aggregate"), behind)
        return behind

    def _computed(self, result: Term, expression: Term, known: Environment) -> Environment | None:
        behind = self._computable(expression, known)
        if behind is None:
            return None
        values = _result(expression, behind)
        what = "a quotient" if isinstance(expression, Compound) and expression.functor == "/" else "the result of is"
        return self._narrowed(result, Use(values, result.span, what), behind)

    def _operands(self, goal: Compound, known: Environment) -> Environment | None:
        behind = self._computable(goal.args[0], known)
        return None if behind is None else self._computable(goal.args[1], behind)

    def _computable(self, expression: Term, known: Environment) -> Environment | None:
        """Return what is known where an expression has a value."""
        behind: Environment | None = known
        for part in subterms(expression):
            if isinstance(part, Variable) and behind is not None:
                behind = self._narrowed(part, _OPERAND, behind)
            elif isinstance(part, Compound) and part.functor.endswith("{}"):
                return known
        return behind

    def _member(self, term: Term, domain: Term, known: Environment) -> Environment | None:
        values, shown, declared, home = ANY, "", False, None
        match domain:
            case Atom(name=name) if name in self.program.types or name in BUILTIN_TYPES:
                declared = name in self.program.types
                values, shown = of_type(self.program.types[name] if declared else BUILTIN_TYPES[name]), name
                home = self._type_places.get(name)
            case Compound(functor="..", args=(low, high)):
                bounds = [bound.value if isinstance(bound, Integer) else None for bound in (low, high)]
                empty = None not in bounds and bounds[0] > bounds[1]  # type: ignore[operator]
                values = NOTHING if empty else Values(integers=Interval(*bounds))
                shown = print_term(domain) if None not in bounds else "int"
                behind = self._computable(domain, known)
                if behind is None or empty:
                    return behind
                known = behind
            case Compound(functor="{}", args=(members,)):
                values = join_all(value(member, known) for member in conjuncts(members))
                shown = print_term(domain)
            case ListTerm(items=items, tail=None):
                values, shown = join_all(value(item, known) for item in items), print_term(domain)
            case Variable(name=name) if name in known:
                values = known[name][0].elements or ANY
        if values in (ANY, NOTHING):
            return known
        return self._narrowed(term, Use(values, domain.span, "the domain of in", shown, declared, home), known)

    @property
    def _type_places(self) -> dict[str, Span]:
        return {declaration.name: declaration.span for declaration in self.program.declarations}


def value(term: Term, known: Environment, depth: int = 0) -> Values:
    """Return the values that a term may have."""
    if isinstance(term, Variable):
        return known[term.name][0] if term.name in known else ANY
    if isinstance(term, ListTerm) and term.items and depth < _DEEPEST_LIST:
        elements = join_all(value(item, known, depth + 1) for item in term.items)
        if term.tail is not None:
            tail = value(term.tail, known, depth + 1)
            if tail.elements is None and tail.lists:
                return Values(lists=True)
            elements = elements if tail.elements is None else join_all((elements, tail.elements))
        return Values(lists=True, elements=None if elements == ANY else elements)
    return values_of(term)


def _result(expression: Term, known: Environment) -> Values:
    """Return the values of an arithmetic expression."""
    if any(isinstance(part, Compound) and part.functor.endswith("{}") for part in subterms(expression)):
        return ANY
    try:
        number = evaluate(expression)
    except (NotConstant, NotNumeric):
        return _kind_of_result(expression, known)
    return Values(integers=some_integers(frozenset((number,)))) if isinstance(number, int) else FLOAT


def _kind_of_result(expression: Term, known: Environment) -> Values:
    """Return integers or floats where that is certain, else numbers."""
    match expression:
        case Variable():
            values = meet(value(expression, known), COMPUTABLE)
            return values if values.atoms == frozenset() and values.compounds == frozenset() and not values.lists else NUMBER
        case Compound(functor="/", args=(_, _)):
            return FLOAT
        case Compound(functor=functor) if functor in _ALWAYS_INTEGER:
            return INTEGER
        case Compound() if _are_integers(expression, known):
            return INTEGER
        case _:
            return NUMBER


def _are_integers(expression: Term, known: Environment) -> bool:
    """Return whether an expression surely combines integers by what gives integers."""
    for part in subterms(expression):
        match part:
            case Variable():
                values = value(part, known)
                if meet(values, COMPUTABLE) != meet(values, INTEGER):
                    return False
            case Integer():
                continue
            case Compound(functor=functor) if functor in _INTEGER_RESULTS or functor in _ALWAYS_INTEGER:
                continue
            case _:
                return False
    return True
