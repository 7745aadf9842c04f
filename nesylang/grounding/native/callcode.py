"""Python source of calls: of facts, of complete tables, of predicates that may depend on the caller, negated and collected ones."""

from __future__ import annotations

from collections.abc import Callable

from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.emit import Frame, Lines
from nesylang.grounding.native.goalcode import GoalEmitter
from nesylang.grounding.native.goals import Call, Collect, Compute, Either, Gather, Goal, Meta, Name, Not, Possible, Relate, names_of


class CallEmitter(GoalEmitter):
    """Writes calls."""

    def _call(self, out: Lines, call: Call, goals: tuple[Goal, ...], following: int, frame: Frame, possible: bool) -> None:
        surroundings = self.surroundings
        adornment = frame.known.adornment(call.args)
        kind = surroundings.kind(call.signature)
        if kind == "unknown":
            out.add(f"unknown({self.terms.constant(call.signature[0])}, {call.signature[1]})")
            return
        if "p" not in adornment and kind == "facts":
            self._facts(out, call, adornment, goals, following, frame, possible)
        elif kind != "rules" or not surroundings.same_component(self.signature, call.signature):
            table = self._table(out, call, adornment, frame, self.bag)
            self._answers(out, call, adornment, table, goals, following, frame, possible)
        else:
            self._recursive(out, call, adornment, goals, following, frame, possible)

    def _key(self, out: Lines, call: Call, adornment: str, frame: Frame) -> str:
        inputs = [self.terms.build(out, a, frame) for a, letter in zip(call.args, adornment, strict=True) if letter != "f"]
        return inputs[0] if len(inputs) == 1 else f"({', '.join(inputs)})"

    def _table(self, out: Lines, call: Call, adornment: str, frame: Frame, bag: bool) -> tuple[str, str]:
        """Write the look-up of a call's table, evaluated as far as it can be; return the names of the table and of the arguments."""
        number = self._number()
        table, arguments = f"s{number}", f"a{number}"
        if "p" in adornment:
            signature = self._object(call.signature, "signature")
            expressions = [self._resolved(out, argument, frame) for argument in call.args]
            out.add(f"{arguments} = ({''.join(expression + ', ' for expression in expressions)})")
            out.add(f"{table} = select({signature}, {arguments}, {bag})")
            if self.surroundings.kind(call.signature) == "rules":
                out.generator = True
                out.add(f"if {table}.waiting: yield {table}")
            return table, arguments
        procedure = self.surroundings.procedure(call.signature, adornment, bag)
        name = self._object(procedure, "p")
        tables = self._object(procedure.tables, "tables")
        key = self.terms.named(out, self._key(out, call, adornment, frame))
        out.add(f"{table} = {tables}.get({key})")
        if self.surroundings.kind(call.signature) == "rules":
            out.generator = True
            out.add(f"if {table} is None: {table} = new({name}, {key}); yield {table}")
        else:
            out.add(f"if {table} is None: {table} = evaluate({name}, {key})")
        return table, arguments

    def _literal(self, signature: Signature, possible: bool) -> bool:
        """Return whether answers of a predicate come with literals that count."""
        return not possible and not self.surroundings.certain(signature)

    def _answers(
        self,
        out: Lines,
        call: Call,
        adornment: str,
        table: tuple[str, str],
        goals: tuple[Goal, ...],
        following: int,
        frame: Frame,
        possible: bool,
    ) -> None:
        """Write the loop over the answers of a complete table."""
        name, arguments = table
        literal = f"l{self._number()}"
        counts = self._literal(call.signature, possible)
        if "f" not in adornment and "p" not in adornment and not self.bag:
            # At most one answer.
            out.add(f"{literal} = {name}.answers.get(())")
            if counts:
                frame.literals = (*frame.literals, literal)
            with out.block(f"if {literal} is not None:"):
                self.emit_goals(out, goals, following, frame)
            return
        pairs = f"{name}.answers" if self.bag else f"{name}.answers.items()"
        wanted = self._wanted(call, adornment, goals, following, frame) if not self.bag and "p" not in adornment else None
        if wanted is not None:
            which, value, condition = wanted
            pairs = f"picked({name}, {which}, {value}) if {condition} else {pairs}"
        row = self.terms.local()

        def body() -> None:
            if counts:
                frame.literals = (*frame.literals, literal)
            self._tick(out, goals, following)
            self._bind(out, call, adornment, row, name, arguments, frame)
            self.emit_goals(out, goals, following, frame)

        self._loop(out, f"for {row}, {literal} in {pairs}:", body)

    @staticmethod
    def _tick(out: Lines, goals: tuple[Goal, ...], following: int) -> None:
        """Have the budget looked at in a loop that has a further one in it."""
        if any(isinstance(goal, Call | Relate) for goal in goals[following:]):
            out.add("tick()")

    def _bind(self, out: Lines, call: Call, adornment: str, row: str, table: str, arguments: str, frame: Frame) -> None:
        """Write what gives a call's variables their values in an answer; conditions are left open."""
        after = self.surroundings.modes.grounds(call.signature, adornment)
        if "p" in adornment:
            out.trail = True
            self._open_steps(out, [f"if bind({table}, {arguments}, {row}, trail):"])
            names = names_of(*(a for a, ground in zip(call.args, after, strict=True) if ground))
            self.resolve(out, frame, names)
            return
        outputs = [position for position, letter in enumerate(adornment) if letter == "f"]
        if not outputs:
            return
        grounds = [after[position] for position in outputs]
        names_: list[str] = []
        for position in outputs:
            argument = call.args[position]
            assert isinstance(argument, Name)
            local = row if len(outputs) == 1 and all(grounds) else self.terms.local()
            names_.append(local)
            frame.local[argument.name] = local
            frame.known.add(argument, after[position])
        if not all(grounds):
            out.add(f"{', '.join(names_)}, = instantiate(({row},))" if len(outputs) == 1 else f"{', '.join(names_)} = instantiate({row})")
        elif len(outputs) > 1:
            out.add(f"{', '.join(names_)} = {row}")

    def _wanted(self, call: Call, adornment: str, goals: tuple[Goal, ...], following: int, frame: Frame) -> tuple[int, str, str] | None:
        """Return which output of a call the test behind it determines: its position among the outputs, its value, on which condition."""
        if following >= len(goals):
            return None
        goal = goals[following]
        if not isinstance(goal, Compute) or not frame.known.is_ground(goal.target):
            return None
        outputs = [argument for argument, letter in zip(call.args, adornment, strict=True) if letter == "f"]
        for position, argument in enumerate(outputs):
            assert isinstance(argument, Name)
            solved = self.terms.solved(goal.target, goal.expression, argument.name, frame)
            if solved is not None:
                return (-1 if len(outputs) == 1 else position), solved[0], solved[1]
        return None

    def _facts(self, out: Lines, call: Call, adornment: str, goals: tuple[Goal, ...], following: int, frame: Frame, possible: bool) -> None:
        """Write the loop over matching facts."""
        surroundings = self.surroundings
        certain = surroundings.certain_facts(call.signature)
        look_up = self._object(surroundings.index(call.signature, adornment), "facts")
        key = self._key(out, call, adornment, frame)
        outputs = [argument for argument, letter in zip(call.args, adornment, strict=True) if letter == "f"]
        if certain and not outputs and not self.bag:
            with out.block(f"if {look_up}({key}):"):
                self.emit_goals(out, goals, following, frame)
            return
        entries = f"{look_up}({key}, ())"
        wanted = self._wanted(call, adornment, goals, following, frame) if outputs else None
        if wanted is not None:
            which, value, condition = wanted
            positions = [position for position, letter in enumerate(adornment) if letter == "f"]
            extra = positions[max(which, 0)]
            narrow = surroundings.number_index(call.signature, adornment, extra)
            if narrow is not None:
                entries = f"{self._object(narrow, 'facts')}(({key}, {value}), ()) if {condition} else {entries}"
        locals_: list[str] = []
        for argument in outputs:
            assert isinstance(argument, Name)
            local = self.terms.local()
            locals_.append(local)
            frame.local[argument.name] = local
            frame.known.add(argument, True)
        target = locals_[0] if len(locals_) == 1 else f"({', '.join(locals_)})" if locals_ else "_"
        number = self._number()

        def body() -> None:
            if not certain and not possible:
                literals = self._object(surroundings.fact_literals(call.signature), "literals")
                make = self._object(surroundings.fact_literal(call.signature), "literal")
                out.add(f"l{number} = {literals}[r{number}] or {make}(r{number})")
                frame.literals = (*frame.literals, f"l{number}")
            self._tick(out, goals, following)
            self.emit_goals(out, goals, following, frame)

        self._loop(out, f"for {target} in {entries}:" if certain else f"for {target}, r{number} in {entries}:", body)

    def _recursive(
        self, out: Lines, call: Call, adornment: str, goals: tuple[Goal, ...], following: int, frame: Frame, possible: bool
    ) -> None:
        """Write a call of a predicate that may depend on this one: the rest of the clause is a continuation."""
        table, arguments = self._table(out, call, adornment, frame, self.bag)
        if "p" not in adornment:
            arguments = ""
        function, environment = self._continuation(out, frame, arguments, [table] if arguments else [])
        row, literal = self.terms.local(), f"l{self._number()}"
        rest = self._rest(out, function, environment, arguments, [row, literal], frame)

        def bind(target: Lines, state: Frame) -> None:
            if self._literal(call.signature, possible):
                state.literals = (*state.literals, literal)
            self._bind(target, call, adornment, row, table, arguments, state)

        generator = rest(bind, goals, following)
        subscribed = f"subscribe(t, {table}, {function}, ({''.join(value + ', ' for value in environment)}))"
        complete = f"{table}.answers" if self.bag else f"{table}.answers.items()"

        def invoke() -> None:
            call_text = f"{function}({', '.join([*environment, row, literal])})"
            if generator:
                out.generator = True
            out.add(f"yield from {call_text}" if generator else call_text)

        self._loop(out, f"for {row}, {literal} in ({complete} if {table}.done else {subscribed}):", invoke)

    def _continuation(self, out: Lines, frame: Frame, arguments: str, extra: list[str]) -> tuple[str, list[str]]:
        """Return the name of a new function, and the values that it is given: tables, ground values, literals, open terms as one tuple."""
        name = f"k{self._number()}"
        ground = [local for variable, local in frame.local.items() if variable in frame.known.ground]
        environment = list(dict.fromkeys(["t", *extra, *ground, *frame.literals]))
        frozen = [frame.local[variable] for variable in frame.open_names()]
        if frozen or arguments:
            number = self._number()
            parts = "".join(f"{local}, " for local in dict.fromkeys(frozen))
            out.add(f"z{number} = canonical(({parts}{'*' + arguments + ',' if arguments else ''}))")
            environment.append(f"z{number}")
        return name, environment

    def _rest(
        self, out: Lines, name: str, environment: list[str], arguments: str, extra: list[str], frame: Frame, generator: bool = False
    ) -> Callable[[Callable[[Lines, Frame], None], tuple[Goal, ...], int], bool]:
        """Return what writes a continuation: it gets what binds the answer, and the goals; returns whether it is a generator."""

        def write(bind: Callable[[Lines, Frame], None], goals: tuple[Goal, ...], following: int) -> bool:
            function = self._function(name, [*environment, *extra])
            state = frame.copy()
            if generator:
                function.add("if False: yield")
                function.generator = True
            opened = list(dict.fromkeys(frame.local[variable] for variable in frame.open_names()))
            if opened or arguments:
                frozen = environment[-1]
                targets = "".join(f"{local}, " for local in opened)
                function.add(f"{targets}{'*' + arguments + ',' if arguments else ''} = instantiate({frozen})".replace(", ,", ","))
            bind(function, state)
            self.emit_goals(function, goals, following, state)
            return function.generator

        return write

    def _continue(self, out: Lines, goals: tuple[Goal, ...], position: int, frame: Frame) -> None:
        """Write the rest of a long or deeply nested clause as a function of its own, later."""
        function, environment = self._continuation(out, frame, "", [])
        generator = any(self._may_wait(goal) for goal in goals[position:])
        rest = self._rest(out, function, environment, "", [], frame.copy(), generator)
        self.later.append(lambda: rest(_nothing, goals, position))
        out.generator = out.generator or generator
        text = f"{function}({', '.join(environment)})"
        out.add(f"yield from {text}" if generator else text)

    def _may_wait(self, goal: Goal) -> bool:
        """Return whether a goal may have to wait for a table."""
        match goal:
            case Call(signature=signature) | Possible(call=Call(signature=signature)) | Collect(call=Call(signature=signature)):
                return self.surroundings.kind(signature) == "rules"
            case Not(goal=Call(signature=signature)) | Gather(call=Call(signature=signature)):
                return self.surroundings.kind(signature) == "rules"
            case Either(branches=branches):
                return any(self._may_wait(member) for branch in branches for member in branch)
            case _:
                return isinstance(goal, Meta)

    def _not_call(self, out: Lines, call: Call, goals: tuple[Goal, ...], following: int, frame: Frame) -> None:
        surroundings = self.surroundings
        state = frame.copy()  # variables of the negated goal stay as they are
        adornment = state.known.adornment(call.args)
        kind = surroundings.kind(call.signature)
        if kind == "unknown":
            out.add(f"unknown({self.terms.constant(call.signature[0])}, {call.signature[1]})")
            self.emit_goals(out, goals, following, frame)
            return
        literal = f"l{self._number()}"
        if "p" not in adornment and kind == "facts":
            look_up = self._object(surroundings.index(call.signature, adornment), "facts")
            key = self._key(out, call, adornment, state)
            if surroundings.certain_facts(call.signature):
                self._if(out, f"not {look_up}({key})", goals, following, frame)
                return
            make = self._object(surroundings.fact_literal(call.signature), "literal")
            out.add(f"{literal} = no_fact({make}, {look_up}({key}, ()))")
        else:
            table, _ = self._table(out, call, adornment, state, False)
            out.add(f"{literal} = negated(t, {table})")
        frame.literals = (*frame.literals, literal)
        self._if(out, f"{literal} is not None", goals, following, frame)

    def _collect(self, out: Lines, goal: Collect, goals: tuple[Goal, ...], following: int, frame: Frame) -> None:
        state = frame.copy()
        made = Name(f"$template{self._number()}")
        call = Call(goal.call.signature, (made, *goal.call.args[1:]), goal.span)
        adornment = state.known.adornment(call.args)
        bag = goal.kind == "findall"
        table, _ = self._table(out, call, adornment, state, bag)
        row, literal = self.terms.local(), f"l{self._number()}"
        ground = self.surroundings.modes.grounds(call.signature, adornment)[0]

        def body() -> None:
            frame.literals = (*frame.literals, literal)
            if not ground:
                out.add(f"{row}, = instantiate(({row},))")
            self._open_steps(out, self.terms.match(out, goal.result, row, frame, ground))
            self._advance(out, goal, frame)
            self.emit_goals(out, goals, following, frame)

        self._loop(out, f"for {row}, {literal} in gathered(t, {goal.kind!r}, {table}):", body)

    def _meta(self, out: Lines, goal: Meta, goals: tuple[Goal, ...], following: int, frame: Frame) -> None:
        expressions = [self._resolved(out, pattern, frame) for pattern in (goal.goal, *goal.extra)]
        number = self._number()
        table, arguments = f"s{number}", f"a{number}"
        out.generator = True
        out.add(f"{table}, {arguments} = meta({goal.lenient}, {self.bag}, {', '.join(expressions)})")
        with out.block(f"if {table} is not None:"):
            out.add(f"if {table}.waiting: yield {table}")
            function, environment = self._continuation(out, frame, arguments, [table])
            row, literal = self.terms.local(), f"l{self._number()}"
            rest = self._rest(out, function, environment, arguments, [row, literal], frame)

            def bind(target: Lines, state: Frame) -> None:
                state.literals = (*state.literals, literal)
                target.trail = True
                self._open_steps(target, [f"if bind({table}, {arguments}, {row}, trail):"])
                self._advance(target, goal, state)

            generator = rest(bind, goals, following)
            subscribed = f"subscribe(t, {table}, {function}, ({''.join(value + ', ' for value in environment)}))"
            complete = f"{table}.answers" if self.bag else f"{table}.answers.items()"

            def invoke() -> None:
                text = f"{function}({', '.join([*environment, row, literal])})"
                out.add(f"yield from {text}" if generator else text)

            self._loop(out, f"for {row}, {literal} in ({complete} if {table}.done else {subscribed}):", invoke)


def _nothing(_lines: Lines, _frame: Frame) -> None:
    """Bind nothing."""
