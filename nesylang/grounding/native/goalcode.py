"""Python source of goals that call no predicate: tests, unification, arithmetic, builtins, loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.compiled import Surroundings
from nesylang.grounding.native.emit import Frame, Lines, TermEmitter
from nesylang.grounding.native.goals import Check, Goal, Name, Pattern, Relate, Rule, Shape
from nesylang.source import Span


class GoalEmitter:
    """Writes goals of one clause; ``emit_goals`` of a subclass writes what comes behind a goal."""

    def __init__(self, surroundings: Surroundings, signature: Signature, rule: Rule, adornment: str, bag: bool) -> None:
        self.surroundings = surroundings
        self.signature = signature
        self.rule = rule
        self.adornment = adornment
        self.bag = bag
        self.terms = TermEmitter()
        self.functions: list[Lines] = []
        self.objects: dict[str, object] = {}
        self.object_names: dict[object, str] = {}
        self.counter = 0
        template = rule.template
        self.spans: list[Span] = [rule.span if template is None else template.heads[rule.alternative].span]
        self.values: list[dict[str, str]] = [{}]
        self.later: list[Callable[[], object]] = []

    def emit_goals(self, out: Lines, goals: tuple[Goal, ...], position: int, frame: Frame) -> None:
        """Write the goals from a position on, and the derivation behind them; the indentation is left as it was."""
        raise AssertionError("a subclass writes goals")

    def _function(self, name: str, parameters: list[str]) -> Lines:
        out = Lines(name, parameters)
        self.functions.append(out)
        return out

    def _object(self, value: object, prefix: str) -> str:
        found = self.object_names.get(id(value))
        if found is None:
            found = f"{prefix}{len(self.objects)}"
            self.object_names[id(value)] = found
            self.objects[found] = value
        return found

    def _number(self) -> int:
        self.counter += 1
        return self.counter

    # heads

    def _open_steps(self, out: Lines, steps: Sequence[str]) -> None:
        """Write conditions and assignments; the conditions are left open, those that follow each other as one."""
        conditions: list[str] = []
        for step in steps:
            if step.startswith("if "):
                conditions.append(step[3:-1])
            else:
                self._open_conditions(out, conditions)
                conditions = []
                out.add(step)
        self._open_conditions(out, conditions)

    @staticmethod
    def _open_conditions(out: Lines, conditions: list[str]) -> None:
        if conditions:
            joined = conditions[0] if len(conditions) == 1 else " and ".join(f"({condition})" for condition in conditions)
            out.add(f"if {joined}:")
            out.indent += 1

    def _if(self, out: Lines, condition: str, goals: tuple[Goal, ...], following: int, frame: Frame) -> None:
        with out.block(f"if {condition}:"):
            self.emit_goals(out, goals, following, frame)

    def _advance(self, out: Lines, goal: Goal, frame: Frame) -> None:
        """Make the variables that a goal has bound to ground terms plain values."""
        known = frame.known.copy()
        # Names with a local that the analysis thinks unseen (made for a test) stay seen.
        self.surroundings.modes.advance(goal, known, None)
        self.resolve(out, frame, known.ground)

    def resolve(self, out: Lines, frame: Frame, ground: Iterable[str]) -> None:
        """Give variables that are ground now new local names: the old ones are needed as they are in the next round of a loop."""
        for name in sorted(ground):
            if name in frame.local and name not in frame.known.ground:
                local = self.terms.local()
                out.add(f"{local} = resolve({frame.local[name]})")
                frame.local[name] = local
                frame.known.ground.add(name)

    def _check(self, out: Lines, goal: Check, frame: Frame) -> str:
        args = goal.args
        if len(args) == 2 and all(frame.known.is_ground(argument) for argument in args):
            operator = {"==": "==", "\\==": "!=", "\\=": "!="}.get(goal.builtin.name)
            if operator is not None:
                return f"({self.terms.build(out, args[0], frame)} {operator} {self.terms.build(out, args[1], frame)})"
        holds = self._object(goal.builtin.holds, "holds")
        return f"{holds}(store, {', '.join(self._resolved(out, argument, frame) for argument in args)})"

    def _resolved(self, out: Lines, pattern: Pattern, frame: Frame) -> str:
        """Return an expression for a term with its bindings applied."""
        ground = frame.known.is_ground(pattern)
        built = self.terms.build(out, pattern, frame)
        return built if ground else f"resolve({built})"

    def _equal(self, out: Lines, left: Pattern, right: Pattern, frame: Frame) -> None:
        """Write a unification; its conditions are left open."""
        pairs = [(left, right)]
        while pairs:
            first, second = pairs.pop()
            if isinstance(first, Shape) and isinstance(second, Shape):
                if first.name != second.name or len(first.args) != len(second.args):
                    out.add("if False:")
                    out.indent += 1
                    return
                pairs.extend(reversed(list(zip(first.args, second.args, strict=True))))
                continue
            if frame.known.is_ground(first) and frame.known.is_ground(second):
                steps = [f"if {self.terms.build(out, first, frame)} == {self.terms.build(out, second, frame)}:"]
                self._open_steps(out, steps)
                continue
            if frame.known.is_ground(first) or (isinstance(second, Name) and second.name not in frame.local):
                first, second = second, first
            if frame.known.is_ground(second):
                value = self.terms.named(out, self.terms.build(out, second, frame))
                steps = self.terms.match(out, first, value, frame, True)
            elif isinstance(first, Name) and first.name not in frame.local:
                value = self.terms.named(out, self.terms.build(out, second, frame))
                if first.name in frame.local:  # the other side has the variable itself
                    steps = self._unification(out, frame.local[first.name], value)
                else:
                    frame.local[first.name] = value
                    frame.known.seen.add(first.name)
                    steps = []
            else:
                value = self.terms.named(out, self.terms.build(out, second, frame))
                other = self.terms.build(out, first, frame)
                steps = self._unification(out, other, value)
            self._open_steps(out, steps)

    def _unification(self, out: Lines, first: str, second: str) -> list[str]:
        out.trail = True
        return [f"if unify({first}, {second}, trail):"]

    def _loop(self, out: Lines, header: str, body: Callable[[], None]) -> None:
        """Write a loop; bindings made in one iteration are undone at its end."""
        with out.block(header):
            out.loops += 1
            self._undone(out, body)
            out.loops -= 1

    def _undone(self, out: Lines, body: Callable[[], None]) -> None:
        """Write something after which the bindings that it made are undone."""
        at, indent, had = len(out.lines), out.indent, out.trail
        out.trail = False
        body()
        out.indent = indent
        if out.trail:
            mark = f"m{self._number()}"
            out.lines.insert(at, "    " * indent + f"{mark} = len(trail)")
            out.goals.insert(at, out.goal)
            out.add(f"undo(trail, {mark})")
        out.trail = out.trail or had
        if len(out.lines) == at:
            out.add("pass")

    def _relate(self, out: Lines, goal: Relate, goals: tuple[Goal, ...], following: int, frame: Frame) -> None:
        expressions: list[str] = []
        plan: list[tuple[int, str, str]] = []
        args = goal.args
        fresh = frame.known.adornment(args)
        for position, argument in enumerate(args):
            if fresh[position] == "f":
                assert isinstance(argument, Name)
                expressions.append("Var()")
                plan.append((position, "take", argument.name))
                continue
            ground = frame.known.is_ground(argument)
            built = self.terms.named(out, self._resolved(out, argument, frame))
            expressions.append(built)
            plan.append((position, "same" if ground else "unify", built))
        solutions = self._object(goal.builtin.solutions, "solutions")
        row = [self.terms.local() for _ in args]
        before = frame.known.copy()

        def body() -> None:
            inner = frame
            for position, action, what in plan:
                match action:
                    case "take":
                        inner.local[what] = row[position]
                        inner.known.seen.add(what)
                    case "same":
                        out.trail = True
                        self._open_steps(out, [f"if {row[position]} == {what} or unify({row[position]}, {what}, trail):"])
                    case _:
                        self._open_steps(out, self._unification(out, what, row[position]))
            after = before.copy()
            self.surroundings.modes.advance(goal, after, None)
            self.resolve(out, inner, after.ground)
            self.emit_goals(out, goals, following, inner)

        self._loop(out, f"for {', '.join(row)}, in watched({solutions}(store, {', '.join(expressions)})):", body)
