"""Which arguments are ground after a call: an analysis of the clauses, over how the arguments of calls are bound.

An adornment has a letter for each argument of a call: ``b`` ground, ``f`` a variable that occurs nowhere else in the call, ``p``
anything else. The analysis is optimistic: all is ground until a clause shows otherwise, and callers are looked at again when that
changes, up to the greatest fixpoint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from nesylang.grounding.native.builtins.contract import Relation, Signature
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
    FactBlock,
    Fail,
    Gather,
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

Entry = tuple[Signature, str]


class Known:
    """What is known of variables at a point of a clause: those that occurred, and those of them that are ground."""

    __slots__ = ("ground", "seen")

    def __init__(self, seen: set[str], ground: set[str]) -> None:
        self.seen = seen
        self.ground = ground

    def copy(self) -> Known:
        """Return a state that changes by itself."""
        return Known(set(self.seen), set(self.ground))

    def is_ground(self, pattern: Pattern) -> bool:
        """Return whether all variables of a pattern are ground."""
        if isinstance(pattern, Name):
            return pattern.name in self.ground
        return not isinstance(pattern, Shape) or all(name in self.ground for name in names_of(pattern))

    def adornment(self, args: tuple[Pattern, ...]) -> str:
        """Return how the arguments of a call are bound."""
        counts: Counter[str] | None = None
        letters = []
        for argument in args:
            if self.is_ground(argument):
                letters.append("b")
            elif isinstance(argument, Name) and argument.name not in self.seen:
                if counts is None:
                    counts = occurrences(args)
                letters.append("f" if counts[argument.name] == 1 else "p")
            else:
                letters.append("p")
        return "".join(letters)

    def add(self, pattern: Pattern, ground: bool) -> None:
        """Record the variables of a pattern."""
        names = names_of(pattern)
        self.seen.update(names)
        if ground:
            self.ground.update(names)

    def equate(self, left: Pattern, right: Pattern) -> None:
        """Record that two patterns are the same."""
        pairs = [(left, right)]
        while pairs:
            first, second = pairs.pop()
            if isinstance(first, Shape) and isinstance(second, Shape):
                pairs.extend(zip(first.args, second.args, strict=False))
                continue
            ground = self.is_ground(first) or self.is_ground(second)
            self.add(first, ground)
            self.add(second, ground)


def occurrences(args: tuple[Pattern, ...]) -> Counter[str]:
    """Return how often each variable occurs in some patterns."""
    counts: Counter[str] = Counter()
    pending: list[Pattern] = list(args)
    while pending:
        current = pending.pop()
        if isinstance(current, Name):
            counts[current.name] += 1
        elif isinstance(current, Shape):
            pending.extend(current.args)
    return counts


def relation_grounds(builtin: Relation, ground: list[bool]) -> list[bool]:
    """Return which arguments of a builtin are ground after a call."""
    after = list(ground)
    changed = True
    while changed:
        changed = False
        for needed, given in builtin.grounds:
            if all(after[position] for position in needed) and not all(after[position] for position in given):
                for position in given:
                    after[position] = True
                changed = True
    return after


class Modes:
    """Groundness after calls of the predicates of ``definitions``."""

    def __init__(self, definitions: Mapping[Signature, Definition]) -> None:
        self.definitions = definitions
        self.results: dict[Entry, tuple[bool, ...]] = {}
        self.callers: dict[Entry, set[Entry]] = {}
        self.pending: dict[Entry, None] = {}

    def grounds(self, signature: Signature, adornment: str) -> tuple[bool, ...]:
        """Return for each argument whether it is ground after a call."""
        entry = (signature, adornment)
        if entry not in self.results:
            self._look_up(entry, None)
            while self.pending:
                current = next(iter(self.pending))
                del self.pending[current]
                found = self._evaluate(current)
                if found != self.results[current]:
                    self.results[current] = found
                    self.pending.update(dict.fromkeys(sorted(self.callers[current])))
        return self.results[entry]

    def _look_up(self, entry: Entry, caller: Entry | None) -> tuple[bool, ...]:
        if entry not in self.results:
            self.results[entry] = (True,) * len(entry[1])
            self.callers[entry] = set()
            definition = self.definitions.get(entry[0])
            if definition is not None and not definition.extensional:
                self.pending[entry] = None
        if caller is not None:
            self.callers[entry].add(caller)
        return self.results[entry]

    def _evaluate(self, entry: Entry) -> tuple[bool, ...]:
        (signature, adornment) = entry
        result = self.results[entry]
        for element in self.definitions[signature].elements:
            if isinstance(element, FactBlock) or element.template is not None:
                continue  # facts are ground, and so are all variables of a choice
            for known in self._final(element, adornment, entry):
                result = tuple(
                    before and (letter == "b" or known.is_ground(argument))
                    for before, letter, argument in zip(result, adornment, element.head, strict=True)
                )
        return result

    def _final(self, rule: Rule, adornment: str, entry: Entry) -> list[Known]:
        """Return what is known at the ends of a clause."""
        known = entry_state(rule, adornment)
        return self._run(rule.body, known, entry)

    def _run(self, goals: tuple[Goal, ...], known: Known, entry: Entry) -> list[Known]:
        for goal in goals:
            if isinstance(goal, Fail):
                return []
            if isinstance(goal, Either):
                return [final for branch in goal.branches for final in self._run(branch, known.copy(), entry)]
            self.advance(goal, known, entry)
        return [known]

    def advance(self, goal: Goal, known: Known, entry: Entry | None) -> None:
        """Change what is known to what is known after a goal."""
        match goal:
            case Call(signature=signature, args=args) | Possible(call=Call(signature=signature, args=args)):
                adornment = known.adornment(args)
                after = self._look_up((signature, adornment), entry) if entry else self.grounds(signature, adornment)
                for argument, ground in zip(args, after, strict=True):
                    known.add(argument, ground)
            case Relate(builtin=builtin, args=args):
                for argument, ground in zip(args, relation_grounds(builtin, [known.is_ground(a) for a in args]), strict=True):
                    known.add(argument, ground)
            case Equal(left=left, right=right):
                known.equate(left, right)
            case Compute(target=target, expression=expression):
                known.add(expression, False)
                known.add(target, True)
            case Collect(call=call, result=result):
                adornment = "f" + known.adornment(call.args[1:])
                after = self._look_up((call.signature, adornment), entry) if entry else self.grounds(call.signature, adornment)
                known.add(result, after[0])
            case Gather(call=call, shared=shared, target=target):
                for argument in (*call.args[:shared], target):
                    known.add(argument, True)  # groups are ground, or an error
            case Aggregate(result=result):
                known.add(result, True)
            case Meta(goal=term, extra=extra):
                for pattern in (term, *extra):
                    known.add(pattern, False)
            case Check() | Compare() | Not(goal=Check() | Compare()):
                for argument in patterns_of(goal):
                    known.add(argument, False)
            case Not() | Fail() | Either():
                pass


def entry_state(rule: Rule, adornment: str) -> Known:
    """Return what is known when a clause is entered."""
    known = Known(set(), set())
    for letter, argument in zip(adornment, rule.head, strict=True):
        if letter != "f":
            known.add(argument, letter == "b")
    return known
