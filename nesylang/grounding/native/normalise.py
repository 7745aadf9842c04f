"""From clauses of the program to definitions: control constructs become goals and predicates of the grounder's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nesylang.analysis.aggregates import compares_aggregates, named_apart, visible_variables
from nesylang.analysis.formulas import as_test, stands_for_formula
from nesylang.analysis.types import EnumerationType, RangeType, Type
from nesylang.grounding.choices import ChoiceTemplate
from nesylang.grounding.native.aggregategoals import aggregate_goals
from nesylang.grounding.native.builtins import NATIVE_BUILTINS
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Signature
from nesylang.grounding.native.builtins.contract import Test as BuiltinTest
from nesylang.grounding.native.convert import read_term
from nesylang.grounding.native.goals import (
    Aggregate,
    Call,
    Check,
    Collect,
    Compare,
    Compute,
    Definition,
    Either,
    Equal,
    Fail,
    Goal,
    Meta,
    Name,
    Not,
    Pattern,
    Possible,
    Relate,
    Rule,
    Shape,
    names_of,
    patterns_of,
)
from nesylang.grounding.native.refused import REFUSED_BUILTINS
from nesylang.grounding.native.terms import CONS, NIL, Store, Value
from nesylang.source import Span, error
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
    is_ground,
    signature,
    variables,
)

MADE = "$"
"""How the variables start that stand for no variable of the program and have one value in each world: those of aggregates."""

COMPARISONS = frozenset({"<", ">", "=<", ">=", "=:=", "=\\="})


class Normaliser:
    """Turns terms into goals; what it makes itself is added to ``definitions``.

    ``overridden`` are the builtins that the program defines itself (forall/2).
    """

    def __init__(
        self,
        store: Store,
        types: Mapping[str, Type],
        library: Mapping[Signature, NativeBuiltin],
        definitions: dict[Signature, Definition],
        engine_builtins: Mapping[Signature, NativeBuiltin],
    ) -> None:
        self.store = store
        self.types = types
        self.library = library
        self.definitions = definitions
        self.engine_builtins = engine_builtins
        self.made = 0
        self.anonymous = 0
        self.preceding: frozenset[str] = frozenset()
        """The variables that goals before the current one bind, as far as the text says."""

    def pattern(self, term: Term) -> Pattern:
        """Return a term as a pattern; every ``_`` is a variable of its own."""
        match term:
            case Variable(name=name):
                return self.name(name)
            case Atom(name=name):
                return name
            case Integer(value=integer):
                return integer
            case Float(value=real):
                return self.store.real(real)
            case String(value=text):
                return self.store.text(text)
        if is_ground(term):
            return read_term(term, self.store, self._unbound)
        return self._open(term)

    def _open(self, term: Term) -> Pattern:
        """Return a term with variables as a pattern, without recursion."""
        done: list[Pattern] = []
        pending: list[tuple[Term, bool]] = [(term, False)]
        while pending:
            current, ready = pending.pop()
            match current:
                case Compound(functor=functor, args=args) if ready:
                    values = tuple(done[len(done) - len(args) :])
                    del done[len(done) - len(args) :]
                    done.append(self.shape(functor, values))
                case ListTerm(items=items, tail=tail) if ready:
                    end = done.pop() if tail is not None else NIL
                    for item in reversed(done[len(done) - len(items) :]):
                        end = self.shape(CONS, (item, end))
                    del done[len(done) - len(items) :]
                    done.append(end)
                case Compound(args=args):
                    pending.append((current, True))
                    pending.extend((argument, False) for argument in reversed(args))
                case ListTerm(items=items, tail=tail):
                    pending.append((current, True))
                    if tail is not None:
                        pending.append((tail, False))
                    pending.extend((item, False) for item in reversed(items))
                case _:
                    done.append(self.pattern(current))
        return done[0]

    def shape(self, name: str, args: tuple[Pattern, ...]) -> Pattern:
        """Return a compound pattern: a value where it has no variables."""
        if any(isinstance(argument, Name | Shape) for argument in args):
            return Shape(name, args)
        return self.store.struct(name, args)  # type: ignore[arg-type]

    def name(self, name: str) -> Name:
        """Return a clause variable."""
        if name == "_":
            self.anonymous += 1
            return Name(f"_{self.anonymous}")
        return Name(name)

    def _unbound(self, name: str) -> Value:
        raise AssertionError(f"{name} in a ground term")

    def rule(self, head: Term, body: Term | None, number: int, span: Span) -> Rule:
        """Return a certain clause as a rule."""
        arguments = tuple(self.pattern(argument) for argument in head.args) if isinstance(head, Compound) else ()
        known = names_of(*arguments)
        # What stands for a goal of the program has as arguments the variables that the goals before it bind.
        self.preceding = (
            frozenset(known) if number < 0 or (isinstance(head, Compound) and stands_for_formula(head.functor)) else frozenset()
        )
        goals = self.sequence(named_apart(body, known), known) if body is not None else ()
        return Rule(arguments, goals, number, span)

    def rules(self, heads: list[Term], body: Term | None, number: int, span: Span, template: ChoiceTemplate) -> list[Rule]:
        """Return the alternatives of a choice as rules that share the choice's variables and body.

        All variables of the body that it may bind are the coin's, so that none stays local to a disjunction; those that occur only in
        negations and collected goals are no variables of the coin, wherever these stand.
        """
        patterns = [tuple(self.pattern(a) for a in head.args) if isinstance(head, Compound) else () for head in heads]
        coin = names_of(*(pattern for head in patterns for pattern in head))
        coin.update(dict.fromkeys(template.variables))
        goals: tuple[Goal, ...] = ()
        if body is not None:
            self.preceding = frozenset()
            named = named_apart(self._named_apart(body), coin)
            visible = set(visible_variables(named))
            goals = self.sequence(named, {*coin, *visible})
            for goal in goals:
                coin.update((name, None) for name in _binding_names(goal) if name in visible)
        return [Rule(head, goals, number, span, template, alternative, tuple(coin)) for alternative, head in enumerate(patterns)]

    def _named_apart(self, term: Term) -> Term:
        """Return a term with every ``_`` as a variable with a name of its own."""
        match term:
            case Variable(name="_"):
                return Variable(self.name("_").name, term.span)
            case Compound(functor=functor, args=args):
                return Compound(functor, tuple(self._named_apart(argument) for argument in args), term.span)
            case ListTerm(items=items, tail=tail) if not is_ground(term):
                rest = None if tail is None else self._named_apart(tail)
                return ListTerm(tuple(self._named_apart(item) for item in items), rest, term.span)
            case _:
                return term

    def define(self, name: str, head: tuple[Pattern, ...], bodies: list[tuple[Goal, ...]], span: Span) -> Signature:
        """Add a predicate of the grounder's own and return its signature."""
        self.made += 1
        while (f"${name}{self.made}", len(head)) in self.definitions:
            self.made += 1
        made = (f"${name}{self.made}", len(head))
        self.definitions[made] = Definition(made, [Rule(head, body, -1, span) for body in bodies], made=True)
        return made

    def sequence(self, term: Term, outside: Collection[str]) -> tuple[Goal, ...]:
        """Return the goals of a body; ``outside`` are the variables used outside of it."""
        members = conjuncts(term)
        used = [set(variables(member)) for member in members]
        before = self.preceding
        goals: list[Goal] = []
        for position, member in enumerate(members):
            elsewhere = set(outside).union(*used[:position], *used[position + 1 :])
            goals.extend(self._goal(member, elsewhere, last=position == len(members) - 1))
            before = (self.preceding if compares_aggregates(member) else before).union(visible_variables(member))
            self.preceding = before
        return tuple(goals)

    def _goal(self, term: Term, elsewhere: Collection[str], last: bool) -> list[Goal]:
        """Return the goals of one member of a conjunction; ``elsewhere`` are the variables used outside of it."""
        span = term.span
        if isinstance(term, Variable):
            return [Meta(self.pattern(term), (), False, span)]
        found = signature(term)
        if found is None:
            raise error("E302", "this cannot be called", span, "expected a goal")
        if found in self.definitions and not self.definitions[found].made:
            return [Call(found, self._arguments(term), span)]
        name, arity = found
        args = term.args if isinstance(term, Compound) else ()
        if compares_aggregates(term):
            return aggregate_goals(self, term, elsewhere)
        match name, arity:
            case "true", 0:
                return []
            case (("fail" | "false"), 0):
                return [Fail(span)]
            case ((";" | "|" | "->"), 2):
                return self._disjunction(term, elsewhere, last)
            case (("\\+" | "not"), _):
                inner = args[0]
                for other in args[1:]:
                    inner = Compound(",", (inner, other), span)
                return self._negation(inner, elsewhere, span)
            case (("=>" | "<=>" | "xor"), 2) | (("forall" | "exists"), 1) | ("phrase", 2 | 3):
                return self._called("call", (as_test(term),), elsewhere, last, span)
            case "forall", 2:
                negated = Compound("\\+", (args[1],), span)
                return self._negation(Compound(",", (args[0], negated), span), elsewhere, span)
            case "in", 2:
                return self.membership(args[0], args[1], span)
            case "=", 2:
                return [Equal(self.pattern(args[0]), self.pattern(args[1]), span)]
            case "is", 2:
                return [Compute(self.pattern(args[0]), self.pattern(args[1]), span)]
            case "possible", 1:
                return [Possible(self._lifted("possible", args[0], (), elsewhere, span), span)]
            case (("findall" | "all" | "all_or_none"), 3):
                template = self.pattern(args[0])
                call = self._lifted("instances", args[1], (template,), elsewhere, span)
                return [Collect(name, call, self.pattern(args[2]), span)]
            case (("call" | "call_nc" | "once" | "try_call"), _) if arity >= 1:
                return self._called(name, args, elsewhere, last, span)
        if arity == 2 and name in COMPARISONS:
            return [Compare(name, self.pattern(args[0]), self.pattern(args[1]), span)]
        builtin = self.engine_builtins.get(found) or NATIVE_BUILTINS.get(found) or self.library.get(found) or REFUSED_BUILTINS.get(found)
        if builtin is not None:
            arguments = self._arguments(term)
            return [Check(builtin, arguments, span)] if isinstance(builtin, BuiltinTest) else [Relate(builtin, arguments, span)]
        return [Call(found, self._arguments(term), span)]

    def _arguments(self, term: Term) -> tuple[Pattern, ...]:
        return tuple(self.pattern(argument) for argument in term.args) if isinstance(term, Compound) else ()

    def _called(self, name: str, args: tuple[Term, ...], elsewhere: Collection[str], last: bool, span: Span) -> list[Goal]:
        """Return call/N: the goal itself where it is known."""
        goal, extra = args[0], args[1:]
        known = signature(goal)
        if known is None or name == "try_call":
            return [Meta(self.pattern(goal), tuple(self.pattern(argument) for argument in extra), name == "try_call", span)]
        if extra:
            inner = goal.args if isinstance(goal, Compound) else ()
            goal = Compound(known[0], (*inner, *extra), goal.span)
        if signature(goal) == (",", 2):
            return list(self.sequence(goal, elsewhere)) if last else [self._lifted("call", goal, (), elsewhere, span)]
        return self._goal(goal, elsewhere, last)

    def _disjunction(self, term: Term, elsewhere: Collection[str], last: bool) -> list[Goal]:
        """Return a disjunction or if-then-else: its branches where nothing follows, a predicate of its own otherwise."""
        branches = _branches(term)
        if last:
            goals = tuple(self._branch(branch, elsewhere, self.preceding) for branch in branches)
            return list(goals[0]) if len(goals) == 1 else [Either(goals, term.span)]
        shared = [name for name in dict.fromkeys([*variables(term)]) if name in elsewhere]
        head = tuple(Name(name) for name in shared)
        bodies = [self._branch(branch, shared, self.preceding) for branch in branches]
        return [Call(self.define("or", head, bodies, term.span), head, term.span)]

    def _branch(self, branch: Term, outside: Collection[str], preceding: frozenset[str]) -> tuple[Goal, ...]:
        goals = self.sequence(branch, outside)
        self.preceding = preceding
        return goals

    def _negation(self, inner: Term, elsewhere: Collection[str], span: Span) -> list[Goal]:
        goals = self.sequence(inner, elsewhere)
        if not goals:
            return [Fail(span)]
        if len(goals) == 1 and isinstance(goals[0], Call | Check | Compare):
            return [Not(goals[0], span)]
        head = tuple(Name(name) for name in names_of(*(p for goal in goals for p in patterns_of(goal))) if name in elsewhere)
        return [Not(Call(self.define("not", head, [goals], span), head, span), span)]

    def _lifted(self, name: str, goal: Term, first: tuple[Pattern, ...], elsewhere: Collection[str], span: Span) -> Call:
        """Return a call of a predicate for a goal: its arguments are ``first``, then the variables that the goal binds or is given."""
        inner = self.sequence(goal, {*elsewhere, *names_of(*first)})
        binding = names_of(*first)
        for member in inner:
            binding.update(_binding_names(member))
        used = names_of(*first, *(p for member in inner for p in patterns_of(member)))
        head = (*first, *(Name(variable) for variable in used if variable in binding or variable in elsewhere))
        return Call(self.define(name, head, [inner], span), head, span)

    def membership(self, element: Term, domain: Term, span: Span) -> list[Goal]:
        """Return ``element in domain``."""
        subject = self.pattern(element)
        match domain:
            case Compound(functor="..", args=(Integer(value=lowest), Integer(value=highest))):
                return [self.engine_goal("$range", (lowest, highest, subject), span)]
            case Compound(functor="..", args=(low, high)):
                bounds = self.name("_"), self.name("_")
                computed: list[Goal] = [Compute(bounds[0], self.pattern(low), span), Compute(bounds[1], self.pattern(high), span)]
                return [*computed, self.engine_goal("$range", (*bounds, subject), span)]
            case Compound(functor="{}", args=(members,)):
                values: list[Term] = []
                while isinstance(members, Compound) and members.functor == ",":
                    values.append(members.args[0])
                    members = members.args[1]
                return [self.engine_goal("$member", (subject, self.pattern(ListTerm((*values, members), None, domain.span))), span)]
            case Atom(name=name) if name in self.types:
                match self.types[name]:
                    case RangeType(low=lowest, high=highest):
                        return [self.engine_goal("$range", (lowest, highest, subject), span)]
                    case EnumerationType(constants=constants):
                        return [self.engine_goal("$member", (subject, self.pattern(ListTerm(constants, None, domain.span))), span)]
                    case _:
                        raise error("E302", "'in' needs a type with finitely many values", domain.span, "this type cannot be enumerated")
            case ListTerm() | Variable():
                return [self.engine_goal("$member", (subject, self.pattern(domain)), span)]
            case _:
                message = "'in' ranges over low..high, {value, ...}, a list or a declared type"
                raise error("E302", message, domain.span, "none of these")

    def engine_goal(self, name: str, args: tuple[Pattern, ...], span: Span) -> Goal:
        builtin = self.engine_builtins[name, len(args)]
        assert not isinstance(builtin, BuiltinTest), "ranges and members bind"
        return Relate(builtin, args, span)


def _branches(term: Term) -> list[Term]:
    """Return the branches of a disjunction as conjunctions; ``c -> t ; e`` means ``c, t ; \\+ c, e``."""
    found: list[Term] = []
    # With each alternative go the tests that have to fail before it.
    pending: list[tuple[Term, tuple[Term, ...]]] = [(term, ())]
    while pending:
        current, refused = pending.pop()
        match current:
            case Compound(functor=";" | "|", args=(Compound(functor="->", args=(test, then)), otherwise)):
                found.append(_conjunction([*refused, test, then]))
                pending.append((otherwise, (*refused, Compound("\\+", (test,), test.span))))
            case Compound(functor=";" | "|", args=(left, right)):
                pending.extend(((right, refused), (left, refused)))
            case Compound(functor="->", args=(test, then)):
                found.append(_conjunction([*refused, test, then]))
            case _:
                found.append(_conjunction([*refused, current]))
    return found


def _conjunction(members: list[Term]) -> Term:
    result = members[-1]
    for member in reversed(members[:-1]):
        result = Compound(",", (member, result), member.span)
    return result


def _binding_names(goal: Goal) -> dict[str, None]:
    """Return the variables of a goal that it may bind: all but those that are local to a negation or a collected goal."""
    match goal:
        case Not() | Aggregate():
            return {}
        case Collect(result=result):
            return names_of(result)
        case Either(branches=branches):
            found: dict[str, None] = {}
            for branch in branches:
                for member in branch:
                    found.update(_binding_names(member))
            return found
        case _:
            return {name: None for name in names_of(*patterns_of(goal)) if not name.startswith(MADE)}
