"""Tables and their scheduling: SLG resolution with local scheduling over approximate strongly connected components.

A call has one table, however often it is made. The agenda is a stack, so that the work of a table lies above its marker, and depth costs
memory instead of Python's stack. When the marker is on top again, all that the table can find without tables below it is found; if it
depends on none of those, it and all tables above it are complete. Which tables depend on lower ones is kept as a stack of leaders (the
path-based algorithm of Gabow, 2000): a use of an incomplete table merges all components above it. Whoever asked for a complete table
reads its answers; whoever asked for one that still depends on others becomes its consumer and gets further answers as they are found.

SLG resolution: Chen and Warren, Tabled evaluation with delaying for general logic programs, 1996. A negated goal whose table is not
complete yet is delayed: it becomes a negative literal, and whether it is part of a cycle is seen in the ground program.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from types import GeneratorType

from nesylang.grounding.native.budget import Meter
from nesylang.grounding.native.compiled import Origin
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.tables import Procedure, Row, RuleLog, Table, Task
from nesylang.grounding.native.terms import Real, Store, Struct, Value, Var, unify


class Machine:
    """Evaluates tables. ``atoms`` has for each atom the table and output that it answers, or None for an auxiliary one."""

    def __init__(self, store: Store, meter: Meter) -> None:
        self.store = store
        self.meter = meter
        self.agenda: list[object] = []
        self.incomplete: list[Table] = []
        self.leaders: list[int] = []
        self.rules = RuleLog()
        self.atoms: list[tuple[Table, object] | None] = [None, None]
        self.conjunctions: dict[tuple[int, ...], int] = {}

    # evaluation

    def solve(self, table: Table) -> None:
        """Evaluate a table to the end; the machine must be idle."""
        if table.done:
            return
        agenda = self.agenda
        meter = self.meter
        complete = False
        try:
            self._start(table)
            while agenda:
                meter.steps -= 1
                if meter.steps < 0:
                    meter.check(self)
                item = agenda.pop()
                kind = type(item)
                if kind is GeneratorType:
                    wanted = next(item, None)  # type: ignore[call-overload]
                    if wanted is not None:
                        agenda.append(item)
                        if wanted.waiting:
                            self._start(wanted)
                elif kind is Table:
                    self._finish(item)  # type: ignore[arg-type]
                else:
                    task: Task = item  # type: ignore[assignment]
                    waiting = task[0](*task[1], task[2], task[3])
                    if waiting is not None:
                        agenda.append(waiting)
            complete = True
        finally:
            if not complete:
                meter.path = [item for item in agenda if type(item) is Table]
                meter.clauses = [item for item in agenda if isinstance(item, GeneratorType)]
                self._abandon()

    def _start(self, table: Table) -> None:
        table.waiting = False
        table.depth = len(self.incomplete)
        self.incomplete.append(table)
        self.leaders.append(table.depth)
        agenda = self.agenda
        agenda.append(table)
        clauses = table.procedure.choose(table)
        pending: list[object] = []
        for clause in clauses:
            if clause.generator:
                pending.append(clause.function(table))
            elif pending:
                pending.append((_run, (clause.function, table), None, None))
            else:
                clause.function(table)
        if pending:
            pending.reverse()
            agenda.extend(pending)

    def _finish(self, table: Table) -> None:
        """Complete a table whose work is done, with all that depend on it, if it depends on none that is not."""
        if self.leaders[-1] != table.depth:
            return
        self.leaders.pop()
        incomplete = self.incomplete
        while len(incomplete) > table.depth:
            finished = incomplete.pop()
            finished.done = True
            finished.consumers = None
            finished.seen = None
            self.meter.answers += len(finished.answers)

    def _abandon(self) -> None:
        self.agenda.clear()
        self.incomplete.clear()
        self.leaders.clear()

    # calls

    def new(self, procedure: Procedure, key: object) -> Table:
        """Return the table of a call that is made for the first time."""
        table = procedure.tables[key] = Table(procedure, key)
        return table

    def evaluate(self, procedure: Procedure, key: object) -> Table:
        """Return the table of a first call whose clauses never wait, complete."""
        table = procedure.tables[key] = Table(procedure, key)
        self.complete(table)
        return table

    def complete(self, table: Table) -> None:
        """Run clauses that never wait."""
        table.waiting = False
        for clause in table.procedure.choose(table):
            clause.function(table)
        table.done = True
        self.meter.answers += len(table.answers)
        self.meter.steps -= 1
        if self.meter.steps < 0:
            self.meter.check(self)

    def subscribe(
        self, owner: Table, table: Table, function: Callable[..., object], environment: tuple[object, ...]
    ) -> list[tuple[object, int]]:
        """Make a continuation a consumer of an incomplete table that ``owner`` depends on; return the answers so far."""
        leaders = self.leaders
        while leaders[-1] > table.depth:
            leaders.pop()
        if table.consumers is None:
            table.consumers = []
        table.consumers.append((function, environment))
        answers = table.answers
        if isinstance(answers, list):
            if table.seen is None:
                table.seen = {output for output, _ in answers}
            return list(answers)
        return list(answers.items())

    @staticmethod
    def picked(table: Table, position: int, value: object) -> Iterable[tuple[object, int]]:
        """Return the answers of a complete table in which an output has a value or is no number; position -1 is the only output."""
        answers = table.answers
        assert isinstance(answers, dict), "bags are not looked up"
        if table.indexes is None:
            table.indexes = {}
        index = table.indexes.get(position)
        if index is None:
            index = table.indexes[position] = _by_number(answers, position)
        # Expressions have to be evaluated, or are errors; they stand under None.
        return (*index.get(value, ()), *index.get(None, ()))

    def bind(self, table: Table, arguments: Row, output: object, trail: list[Var]) -> bool:
        """Return whether the arguments of a call unify with an answer; binds them."""
        outputs = table.procedure.outputs
        values: Row = (output,) if len(outputs) == 1 else output  # type: ignore[assignment]
        for value in values:
            if type(value) not in (int, str) and not (type(value) is Struct and value.ground):
                values = self.store.instantiate(values)
                break
        return all(unify(arguments[position], value, trail) for position, value in zip(outputs, values, strict=True))

    # answers

    def certain(self, table: Table, output: object) -> None:
        """Add an answer that holds in all worlds."""
        answers = table.answers
        assert isinstance(answers, dict), "bags collect"
        known = answers.get(output)
        answers[output] = 0
        if known is None:
            if table.consumers is not None:
                self._notify(table, output, 0)
        elif known:
            self.rules.add(known, (), None, ())

    def derive(self, table: Table, output: object, body: tuple[int, ...], origin: Origin | None, bindings: tuple[Value, ...]) -> None:
        """Add an answer that holds where the literals of a body do."""
        answers = table.answers
        head = answers.get(output)  # type: ignore[union-attr]
        if head == 0:
            return
        if 0 in body:
            body = tuple([literal for literal in body if literal])
            if not body:
                self.certain(table, output)
                return
        if head is None:
            head = answers[output] = len(self.atoms)  # type: ignore[call-overload]
            self.atoms.append((table, output))
            if table.consumers is not None:
                self._notify(table, output, head)
        # RuleLog.add, written out: this is where grounding spends its time.
        rules = self.rules
        key = (head, body)
        if key not in rules.seen:
            rules.seen.add(key)
            rules.heads.append(head)
            rules.bodies.append(body)
            rules.origins.append(origin)
            rules.bindings.append(bindings)

    def collect(self, table: Table, output: object, body: tuple[int, ...]) -> None:
        """Add an answer to a bag: one for each proof, as long as the proofs do not depend on each other."""
        if table.seen is not None:
            if output in table.seen:
                return
            table.seen.add(output)
        literal = self.conjunction(body)
        if literal is None:
            return
        table.answers.append((output, literal))  # type: ignore[union-attr]
        if table.consumers is not None:
            self._notify(table, output, literal)

    def _notify(self, table: Table, output: object, literal: int) -> None:
        agenda = self.agenda
        assert table.consumers is not None
        for function, environment in reversed(table.consumers):
            agenda.append((function, environment, output, literal))

    # literals

    def auxiliary(self) -> int:
        """Return a new atom that answers no call."""
        self.atoms.append(None)
        return len(self.atoms) - 1

    def conjunction(self, body: tuple[int, ...]) -> int | None:
        """Return a literal for a conjunction, None where it has opposites."""
        literals = tuple(dict.fromkeys(literal for literal in body if literal))
        if len(literals) < 2:
            return literals[0] if literals else 0
        if any(-literal in literals for literal in literals):
            return None
        found = self.conjunctions.get(literals)
        if found is None:
            found = self.conjunctions[literals] = self.auxiliary()
            self.rules.add(found, literals, None, ())
        return found

    def negated(self, owner: Table, table: Table) -> int | None:
        """Return the literal of "the call has no answer": 0 where that is certain, None where it has a certain one."""
        answers = table.answers
        if table.exists is None:
            found = list(answers.values())  # type: ignore[union-attr]
            if 0 in found:
                return None
            if table.done:
                if not found:
                    return 0
                if len(found) == 1:
                    return -int(found[0])
            table.exists = self.auxiliary()
            for literal in found:
                self.rules.add(table.exists, (literal,), None, ())
            if not table.done:
                self.subscribe(owner, table, self._exists, (table.exists,))
        elif not table.done and 0 in answers.values():  # type: ignore[union-attr]
            return None
        return -table.exists

    def _exists(self, atom: int, _output: object, literal: int) -> None:
        self.rules.add(atom, (literal,) if literal else (), None, ())

    def no_fact(self, literal: Callable[[int], int], entries: Iterable[tuple[object, int]]) -> int | None:
        """Return the literal of "none of these facts holds", None where one is certain."""
        literals = []
        for _, row in entries:
            found = literal(row)
            if found == 0:
                return None
            literals.append(-found)
        return self.conjunction(tuple(literals))

    def watched(self, solutions: Iterable[Row]) -> Iterable[Row]:
        """Return solutions of a builtin; a generator of many is interrupted where the budget is spent."""
        return self._metered(solutions) if isinstance(solutions, Iterator | Generator) else solutions

    def _metered(self, solutions: Iterable[Row]) -> Iterator[Row]:
        meter = self.meter
        for row in solutions:
            meter.steps -= 1
            if meter.steps < 0:
                meter.check(self)
            yield row

    def tick(self) -> None:
        """Look at the budget; called in nested loops."""
        self.meter.steps -= 1
        if self.meter.steps < 0:
            self.meter.check(self)

    @staticmethod
    def unknown(name: str, arity: int) -> None:
        """Raise GoalError for a call of a predicate that nothing defines."""
        message = f"no clause or declaration defines {name}/{arity}"
        raise GoalError("E301", message, "define it, or load the library that does")


def _run(function: Callable[..., object], table: Table, _output: object, _literal: object) -> None:
    """Run a clause that never waits; takes its turn after clauses that do."""
    function(table)


def _by_number(answers: dict[object, int], position: int) -> dict[object, list[tuple[object, int]]]:
    """Return answers by an output that is a number, those in which it is none under None; position -1 is the only output."""
    index: dict[object, list[tuple[object, int]]] = {}
    for pair in answers.items():
        value = pair[0] if position < 0 else pair[0][position]  # type: ignore[index]
        index.setdefault(value if type(value) is int or type(value) is Real else None, []).append(pair)
    return index
