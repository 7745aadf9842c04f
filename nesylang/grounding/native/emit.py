"""Python source of a clause as it is written: lines, local names, constants, terms, matching and arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nesylang.grounding.native.goals import Name, Pattern, Shape, names_of
from nesylang.grounding.native.modes import Known

INTEGER_OPERATORS = {("+", 2): "({} + {})", ("-", 2): "({} - {})", ("*", 2): "({} * {})", ("-", 1): "(-{})", ("+", 1): "{}"}
"""Arithmetic on integers that is Python's own and always succeeds."""

INTEGER_DIVISIONS = {("mod", 2): "({} % {})", ("//", 2): "({} // {})"}
"""The same, where the second operand is an integer other than 0."""

LONGEST = 1000
"""Longest arithmetic expression that is written out: Python bounds the nesting of parentheses."""

DEEPEST = 80
"""Most parentheses of such an expression, for the same reason."""

LARGEST_PATTERN = 30
"""Parts of the largest pattern that is taken apart in the source; larger ones are unified, as Python bounds the nesting of blocks."""

COMPARISONS = {"<": "<", ">": ">", "=<": "<=", ">=": ">=", "=:=": "==", "=\\=": "!="}


class Lines:
    """The body of a function: its lines, and which goal each line belongs to."""

    def __init__(self, name: str, parameters: list[str]) -> None:
        self.name = name
        self.parameters = parameters
        self.lines: list[str] = []
        self.goals: list[int] = []
        self.indent = 1
        self.loops = 0
        self.goal = 0
        self.generator = False
        self.trail = False
        self.written = 0

    def add(self, line: str) -> None:
        """Write a line."""
        self.lines.append("    " * self.indent + line)
        self.goals.append(self.goal)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Write what is inside a compound statement."""
        self.add(header)
        self.indent += 1
        yield
        self.indent -= 1

    def text(self) -> Iterator[str]:
        """Yield the lines of the function."""
        yield f"def {self.name}({', '.join(self.parameters)}):"
        if self.trail:
            yield "    here; trail = []"
        else:
            yield "    here"
        yield from self.lines


class Frame:
    """What one path through a clause knows: the local names of variables, what is known of them, the tests that are decided already."""

    def __init__(self, known: Known, local: dict[str, str], literals: tuple[str, ...]) -> None:
        self.known = known
        self.local = local
        self.literals = literals
        self.decided: frozenset[int] = frozenset()

    def copy(self) -> Frame:
        """Return a frame that changes by itself."""
        copied = Frame(self.known.copy(), dict(self.local), self.literals)
        copied.decided = self.decided
        return copied

    def open_names(self) -> list[str]:
        """Return the variables that have a value which may not be ground."""
        return [name for name in self.local if name not in self.known.ground]


class TermEmitter:
    """Writes terms, matching and arithmetic; ``constants`` collects the objects that the source refers to."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self.names: dict[object, str] = {}
        self.fresh = 0

    def constant(self, value: object, prefix: str = "K") -> str:
        """Return the name of a constant."""
        key = (type(value), value) if isinstance(value, int | str) else id(value)
        found = self.names.get(key)
        if found is None:
            found = f"{prefix}{len(self.constants)}"
            self.names[key] = found
            self.constants[found] = value
        return found

    def local(self) -> str:
        """Return a new local name."""
        self.fresh += 1
        return f"v{self.fresh}"

    def build(self, out: Lines, pattern: Pattern, frame: Frame) -> str:
        """Return an expression for a term; its variables that have no value yet become free ones."""
        if not isinstance(pattern, Name | Shape):
            return self.constant(pattern)
        if isinstance(pattern, Name):
            return self._variable(out, pattern.name, frame)
        done: list[tuple[str, bool]] = []
        pending: list[tuple[Pattern, bool]] = [(pattern, False)]
        while pending:
            current, ready = pending.pop()
            if isinstance(current, Shape):
                if not ready:
                    pending.append((current, True))
                    pending.extend((argument, False) for argument in reversed(current.args))
                    continue
                parts = done[len(done) - len(current.args) :]
                del done[len(done) - len(current.args) :]
                arguments = "".join(f"{part}, " for part, _ in parts)
                ground = all(flag for _, flag in parts)
                name = self.constant(current.name)
                call = f"struct({name}, ({arguments}))" if ground else f"make({name}, ({arguments}))"
                if ground and all(part.isidentifier() for part, _ in parts):
                    call = f"(shared(({name}, ({arguments}))) or {call})"
                if len(call) > 160:
                    local = self.local()
                    out.add(f"{local} = {call}")
                    call = local
                done.append((call, ground))
            elif isinstance(current, Name):
                done.append((self._variable(out, current.name, frame), current.name in frame.known.ground))
            else:
                done.append((self.constant(current), True))
        return done[0][0]

    def _variable(self, out: Lines, name: str, frame: Frame) -> str:
        found = frame.local.get(name)
        if found is None:
            found = frame.local[name] = self.local()
            frame.known.seen.add(name)
            out.add(f"{found} = Var()")
        return found

    def match(self, out: Lines, pattern: Pattern, value: str, frame: Frame, ground: bool) -> list[str]:
        """Return headers of the nested conditions under which a local value matches a pattern.

        The caller opens them one after the other with ``open``; assignments are conditions too, written ``name = value``.
        """
        steps: list[str] = []
        pending: list[tuple[Pattern, str]] = [(pattern, value)]
        while pending:
            current, local = pending.pop()
            if not ground:
                if isinstance(current, Name) and current.name not in frame.local:
                    frame.local[current.name] = local
                    frame.known.seen.add(current.name)
                    continue
                out.trail = True
                inner = Lines("", [])
                built = self.build(inner, current, frame)
                steps.extend(line.strip() for line in inner.lines)
                steps.append(f"if unify({built}, {local}, trail):")
                continue
            if isinstance(current, Name):
                known = frame.local.get(current.name)
                if known is None:
                    frame.local[current.name] = local
                    frame.known.add(current, True)
                elif current.name in frame.known.ground:
                    steps.append(f"if {known} == {local}:")
                else:
                    out.trail = True
                    steps.append(f"if unify({known}, {local}, trail):")
                    frame.local[current.name] = local
                    frame.known.add(current, True)
            elif isinstance(current, Shape) and _is_large(current):
                out.trail = True
                inner = Lines("", [])
                built = self.build(inner, current, frame)
                steps.extend(line.strip() for line in inner.lines)
                steps.append(f"if unify({built}, {local}, trail):")
                for name in names_of(current):
                    if name not in frame.known.ground:
                        resolved = self.local()
                        steps.append(f"{resolved} = resolve({frame.local[name]})")
                        frame.local[name] = resolved
                frame.known.add(current, True)
            elif isinstance(current, Shape):
                name, count = self.constant(current.name), len(current.args)
                test = f"if type({local}) is Struct and {local}.name == {name} and len({local}.args) == {count}:"
                steps.append(test)
                parts = [self.local() for _ in current.args]
                steps.append(f"{', '.join(parts)}, = {local}.args")
                pending.extend(reversed(list(zip(current.args, parts, strict=True))))
            else:
                steps.append(f"if {local} == {self.constant(current)}:")
        return steps

    def named(self, out: Lines, expression: str) -> str:
        """Return a local name for an expression."""
        if expression.isidentifier():
            return expression
        local = self.local()
        out.add(f"{local} = {expression}")
        return local

    def arithmetic(self, out: Lines, pattern: Pattern, frame: Frame) -> str:
        """Return an expression for the term of the value of an arithmetic expression."""
        if isinstance(pattern, int):
            return self.constant(pattern)
        integer = self.integer_expression(pattern, frame)
        general = f"compute({self.build(out, pattern, frame)})"
        if integer is None:
            return general
        expression, guards = integer
        return f"({expression} if {guards} else {general})" if guards else expression

    def comparison(self, out: Lines, operator: str, left: Pattern, right: Pattern, frame: Frame) -> str:
        """Return a condition for an arithmetic comparison."""
        first, second = self.integer_expression(left, frame), self.integer_expression(right, frame)
        general = f"compare({operator!r}, {self.build(out, left, frame)}, {self.build(out, right, frame)})"
        if first is None or second is None:
            return general
        guards = " and ".join(dict.fromkeys(guard for guard in (*first[1].split(" and "), *second[1].split(" and ")) if guard))
        direct = f"{first[0]} {COMPARISONS[operator]} {second[0]}"
        return f"({direct} if {guards} else {general})" if guards else direct

    def integer_comparison(self, operator: str, left: Pattern, right: Pattern, frame: Frame) -> str | None:
        """Return a condition that is false only where the operands are integers that fail a comparison; None where it may not be one."""
        first, second = self.integer_expression(left, frame), self.integer_expression(right, frame)
        if first is None or second is None:
            return None
        guards = [guard for guard in (first[1], second[1]) if guard]
        direct = f"{first[0]} {COMPARISONS[operator]} {second[0]}"
        return f"not ({' and '.join(guards)}) or {direct}" if guards else direct

    def integer_expression(self, pattern: Pattern, frame: Frame) -> tuple[str, str] | None:
        """Return an expression for integers and the condition that all operands are, None where there is no such."""
        guards: dict[str, None] = {}
        done: list[str] = []
        pending: list[tuple[Pattern, bool]] = [(pattern, False)]
        while pending:
            current, ready = pending.pop()
            if isinstance(current, Name):
                if current.name not in frame.known.ground:
                    return None
                local = frame.local[current.name]
                guards.setdefault(f"type({local}) is int")
                done.append(local)
            elif isinstance(current, Shape):
                key = (current.name, len(current.args))
                form = INTEGER_OPERATORS.get(key)
                if form is None and key in INTEGER_DIVISIONS and type(current.args[1]) is int and current.args[1]:
                    form = INTEGER_DIVISIONS[key]
                if form is None:
                    return None
                if not ready:
                    pending.append((current, True))
                    pending.extend((argument, False) for argument in reversed(current.args))
                    continue
                operands = done[len(done) - len(current.args) :]
                del done[len(done) - len(current.args) :]
                done.append(form.format(*operands))
            elif type(current) is int:
                done.append(self.constant(current))
            else:
                return None
        return (done[0], " and ".join(guards)) if len(done[0]) < LONGEST and done[0].count("(") < DEEPEST else None

    def solved(self, target: Pattern, expression: Pattern, unknown: str, frame: Frame) -> tuple[str, str] | None:
        """Return what a variable must be so that ``target is expression``, with its condition, where sums determine it.

        Target and all other operands are integers then, and only an integer can be the unknown one.
        """
        goal = self.integer_expression(target, frame)
        if goal is None or unknown not in names_of(expression):
            return None
        value, guards = goal
        found = [guards] if guards else []
        current = expression
        while not (isinstance(current, Name) and current.name == unknown):
            if not isinstance(current, Shape) or (current.name, len(current.args)) not in (("+", 2), ("-", 2)):
                return None
            left, right = current.args
            inside, other = (left, right) if unknown in names_of(left) else (right, left)
            if unknown in names_of(other):
                return None
            operand = self.integer_expression(other, frame)
            if operand is None:
                return None
            if operand[1]:
                found.append(operand[1])
            if current.name == "+":
                value = f"({value} - {operand[0]})"
            else:
                value = f"({value} + {operand[0]})" if inside is left else f"({operand[0]} - {value})"
            if value.count("(") > DEEPEST:
                return None
            current = inside
        return value, " and ".join(dict.fromkeys(found)) or "True"


def _is_large(pattern: Pattern) -> bool:
    """Return whether a pattern has too many parts to be taken apart in the source."""
    count = 0
    pending: list[Pattern] = [pattern]
    while pending and count <= LARGEST_PATTERN:
        current = pending.pop()
        count += 1
        if isinstance(current, Shape):
            pending.extend(current.args)
    return count > LARGEST_PATTERN
