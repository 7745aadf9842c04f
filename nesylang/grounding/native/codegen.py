"""Clauses compiled to Python, one function for each clause and adornment.

A function gets a table and adds the clause's answers for the call that the table is for. Goals become nested loops and conditions. A call
of a predicate that may depend on the clause's own predicate is followed by a continuation, a function of its own, which also gets the
answers that the called table finds later. A function that may have to wait for a table is a generator: it yields the table, and is
resumed when that table has all answers that it can have by then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from nesylang.grounding.native.aggregatecode import AggregateEmitter
from nesylang.grounding.native.compiled import CompiledClause, Here, Origin
from nesylang.grounding.native.emit import Frame, Lines
from nesylang.grounding.native.goals import (
    Aggregate,
    Call,
    Check,
    Collect,
    Compare,
    Compute,
    Either,
    Equal,
    Fail,
    Gather,
    Goal,
    Meta,
    Not,
    Possible,
    Relate,
)
from nesylang.grounding.native.modes import Known
from nesylang.grounding.native.terms import Struct, Var, undo, unify
from nesylang.source import error

MOST_LOOPS = 8
"""Loops in one function before the rest of the clause goes to a continuation; Python nests at most 20 blocks."""

DEEPEST = 60
"""Indentation before the rest of the clause goes to a continuation; Python indents at most 100 times."""


MOST_GOALS = 40
"""Goals in one function before the rest of the clause goes to a continuation."""


class ClauseCompiler(AggregateEmitter):
    """Compiles one clause for one adornment. A ``bag`` keeps an answer for each proof."""

    def compile(self) -> CompiledClause:
        """Return the clause's function."""
        out = self._function("clause", ["t"])
        frame = Frame(Known(set(), set()), {}, ())
        self._head(out, frame)
        while self.later:
            self.later.pop()()
        lines: list[str] = []
        goals: list[int] = [0]
        for function in reversed(self.functions):
            text = list(function.text())
            lines.extend("    " + line for line in text)
            extra = len(text) - len(function.goals)
            goals.extend([0] * extra + function.goals)
        here = Here(self.rule, goals, self.spans, self.values)
        body = "\n".join(lines)
        runtime = self.surroundings.runtime()
        used = [name for name in RUNTIME if name in body]
        arguments = [*used, "here", *self.terms.constants, *self.objects]
        try:
            factory = _factory(f"def factory({', '.join(arguments)}):\n{body}\n    return clause\n")
        except (SyntaxError, MemoryError, RecursionError):
            hint = "split it into several rules"
            raise error("E306", "a clause is nested too deeply for this grounder", self.rule.span, "this clause", hint) from None
        clause = factory(*(runtime[name] for name in used), here, *self.terms.constants.values(), *self.objects.values())
        return CompiledClause(clause, self.functions[0].generator, here)

    def _head(self, out: Lines, frame: Frame) -> None:
        inputs = [position for position, letter in enumerate(self.adornment) if letter != "f"]
        names = {position: f"i{position}" for position in inputs}
        if inputs:
            joined = ", ".join(names.values())
            if "p" in self.adornment:
                out.add(f"{joined}, = instantiate(t.key)")
            else:
                out.add(f"{joined} = t.key")
        # Ground arguments first: what they bind makes the others simpler.
        steps: list[str] = []
        for position in sorted(inputs, key=lambda position: self.adornment[position] == "p"):
            ground = self.adornment[position] == "b"
            steps.extend(self.terms.match(out, self.rule.head[position], names[position], frame, ground))
        self._open_steps(out, steps)
        self.emit_goals(out, self.rule.body, 0, frame)
        out.indent = 1

    def emit_goals(self, out: Lines, goals: tuple[Goal, ...], position: int, frame: Frame) -> None:
        """Write the goals from a position on, and the derivation behind them; the indentation is left as it was."""
        indent, loops = out.indent, out.loops
        if position == len(goals):
            out.goal = 0
            self._derive(out, frame)
        else:
            goals = self._reordered(goals, position, frame)
            goal = goals[position]
            if isinstance(goal, Call | Relate | Meta | Collect | Gather | Possible | Not):
                self._decide_early(out, goals, position, frame)
            self.spans.append(goal.span)
            self.values.append(dict(frame.local))
            out.goal = len(self.spans) - 1
            out.written += 1
            if out.indent > DEEPEST or out.loops > MOST_LOOPS or out.written > MOST_GOALS:
                self._continue(out, goals, position, frame)
            else:
                self._goal(out, goal, goals, position, frame)
        out.indent, out.loops = indent, loops

    def _reordered(self, goals: tuple[Goal, ...], position: int, frame: Frame) -> tuple[Goal, ...]:
        """Return the goals with the next call of facts exchanged, if it has nothing bound, for the first one behind it that has."""
        if self.bag or self.surroundings.ordered or not self._is_unbound_join(goals[position], frame):
            return goals
        for other in range(position + 1, len(goals)):
            goal = goals[other]
            if not isinstance(goal, Call) or self.surroundings.kind(goal.signature) != "facts":
                break
            adornment = frame.known.adornment(goal.args)
            if "b" in adornment and "p" not in adornment:
                return (*goals[:position], goal, *goals[position:other], *goals[other + 1 :])
        return goals

    def _is_unbound_join(self, goal: Goal, frame: Frame) -> bool:
        if not isinstance(goal, Call) or self.surroundings.kind(goal.signature) != "facts":
            return False
        return bool(goal.args) and set(frame.known.adornment(goal.args)) == {"f"}

    def _decide_early(self, out: Lines, goals: tuple[Goal, ...], position: int, frame: Frame) -> None:
        """Write tests that stand behind the next goal and can be decided before it; their conditions are left open.

        A test whose operands are no integers is left to its place, where it may be an error.
        """
        for goal in goals[position + 1 :]:
            if id(goal) in frame.decided:
                continue
            match goal:
                case Compare(operator=operator, left=left, right=right):
                    condition = self.terms.integer_comparison(operator, left, right, frame)
                case Check(builtin=builtin, args=(left, right)) if builtin.name in IDENTITY:
                    ground = frame.known.is_ground(left) and frame.known.is_ground(right)
                    condition = self._check(out, goal, frame) if ground else None
                case _:
                    condition = None
            if condition is not None:
                frame.decided |= {id(goal)}
                self._open_steps(out, [f"if {condition}:"])

    def _goal(self, out: Lines, goal: Goal, goals: tuple[Goal, ...], position: int, frame: Frame) -> None:
        following = position + 1
        match goal:
            case Fail():
                out.add("pass")
            case Check():
                self._if(out, self._check(out, goal, frame), goals, following, frame)
            case Compare(operator=operator, left=left, right=right):
                self._if(out, self.terms.comparison(out, operator, left, right, frame), goals, following, frame)
            case Equal(left=left, right=right):
                self._equal(out, left, right, frame)
                self._advance(out, goal, frame)
                self.emit_goals(out, goals, following, frame)
            case Compute(target=target, expression=expression):
                value = self.terms.named(out, self.terms.arithmetic(out, expression, frame))
                self._open_steps(out, self.terms.match(out, target, value, frame, True))
                self._advance(out, goal, frame)
                self.emit_goals(out, goals, following, frame)
            case Relate():
                self._relate(out, goal, goals, following, frame)
            case Not(goal=Call() as call):
                self._not_call(out, call, goals, following, frame)
            case Not(goal=Check() as check):
                self._if(out, f"not {self._check(out, check, frame)}", goals, following, frame)
            case Not(goal=Compare(operator=operator, left=left, right=right)):
                self._if(out, f"not {self.terms.comparison(out, operator, left, right, frame)}", goals, following, frame)
            case Either(branches=branches):
                for branch in branches:
                    self._undone(out, lambda branch=branch: self.emit_goals(out, branch, 0, frame.copy()))  # type: ignore[misc]
            case Call() as call:
                self._call(out, call, goals, following, frame, possible=False)
            case Possible(call=call):
                self._call(out, call, goals, following, frame, possible=True)
            case Collect():
                self._collect(out, goal, goals, following, frame)
            case Gather():
                self._gather(out, goal, goals, following, frame)
            case Aggregate():
                self._aggregate(out, goal, goals, following, frame)
            case Meta():
                self._meta(out, goal, goals, following, frame)

    def _derive(self, out: Lines, frame: Frame) -> None:
        rule = self.rule
        self.values[0] = dict(frame.local)
        literals = list(frame.literals)
        known = frame.known
        if rule.template is not None:
            values = []
            for name in rule.coin:
                if name in known.ground:
                    values.append(frame.local[name])
                elif name in frame.local:
                    values.append(f"resolve({frame.local[name]})")
                else:
                    values.append("None")
            choice = f"l{self._number()}"
            coin = self._object(rule, "rule")
            out.add(f"{choice} = choice({coin}, ({''.join(value + ', ' for value in values)}))")
            literals.append(choice)
        outputs = [argument for argument, letter in zip(rule.head, self.adornment, strict=True) if letter != "b"]
        ground = all(known.is_ground(argument) for argument in outputs)
        expressions = [self.terms.build(out, argument, frame) for argument in outputs]
        if ground:
            answer = expressions[0] if len(expressions) == 1 else f"({', '.join(expressions)})"
            answer = self.terms.named(out, answer)
        else:
            answer = self.terms.local()
            out.add(
                f"{answer} = canonical(({''.join(expression + ', ' for expression in expressions)}))"
                + ("[0]" if len(expressions) == 1 else "")
            )
        if self.bag:
            out.add(f"collect(t, {answer}, ({''.join(literal + ', ' for literal in literals)}))")
        elif not literals:
            out.add(f"if t.answers.get({answer}) != 0: certain(t, {answer})")
        else:
            names = tuple(name for name in frame.local if name in known.ground and not name.startswith(("_", "$")))
            origin = self._object(Origin(rule, names), "origin")
            bindings = "".join(f"{frame.local[name]}, " for name in names)
            body = "".join(f"{literal}, " for literal in literals)
            out.add(f"derive(t, {answer}, ({body}), {origin}, ({bindings}))")


RUNTIME = (
    "store",
    "struct",
    "make",
    "shared",
    "resolve",
    "canonical",
    "instantiate",
    "compute",
    "compare",
    "watched",
    "new",
    "evaluate",
    "select",
    "meta",
    "subscribe",
    "picked",
    "bind",
    "negated",
    "no_fact",
    "gathered",
    "grouped",
    "aggregated",
    "choice",
    "certain",
    "derive",
    "collect",
    "tick",
    "unknown",
)
"""The functions of the machine that compiled code calls."""


IDENTITY = frozenset({"==", "\\==", "\\="})
"""Tests of two terms that are never an error."""


@lru_cache(maxsize=4096)
def _factory(source: str) -> Callable[..., Callable[..., object]]:
    """Return the function that makes compiled clauses of one shape."""
    scope: dict[str, object] = {"Struct": Struct, "Var": Var, "unify": unify, "undo": undo}
    exec(compile(source, "<clause>", "exec"), scope)
    return scope["factory"]  # type: ignore[return-value]
