"""One grounding's predicates, ready to be called: definitions, compiled procedures, and what compiled code needs from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nesylang.grounding.native.aggregates import Aggregates
from nesylang.grounding.native.builtins.arithmetic import evaluate
from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.callgraph import CallGraph
from nesylang.grounding.native.codegen import ClauseCompiler
from nesylang.grounding.native.collectors import gathered
from nesylang.grounding.native.compiled import CompiledClause
from nesylang.grounding.native.facts import Facts
from nesylang.grounding.native.goals import Definition, FactBlock, Name, Rule, Shape
from nesylang.grounding.native.literals import Choices
from nesylang.grounding.native.machine import Machine
from nesylang.grounding.native.modes import Modes
from nesylang.grounding.native.normalise import Normaliser
from nesylang.grounding.native.tables import Procedure, Table
from nesylang.grounding.native.terms import Store, Struct, Value, Var, free_variables, is_ground
from nesylang.source import Span
from nesylang.syntax.terms import Atom, Compound, Term, Variable

MetaCall = Callable[..., tuple[Table | None, tuple[Value, ...]]]


class Engine:
    """The predicates of ``definitions`` on a machine; unknown ones have no answers if ``unknown_fails``."""

    def __init__(
        self,
        store: Store,
        machine: Machine,
        choices: Choices,
        definitions: dict[Signature, Definition],
        unknown_fails: bool,
    ) -> None:
        self.store = store
        self.machine = machine
        self.choices = choices
        self.definitions = definitions
        self.unknown_fails = unknown_fails
        self.modes = Modes(definitions)
        self.graph = CallGraph(definitions, lambda signature: "$" not in signature[0])
        self.ordered = self.graph.collects
        self.procedures: dict[tuple[Signature, str, bool], Procedure] = {}
        self.facts: dict[Signature, Facts] = {}
        self.meta: MetaCall | None = None
        self.aggregates = Aggregates(machine, choices)
        self._runtime = self._functions()

    def announce(self, signatures: Iterable[Signature]) -> None:
        """Make predicates known that nothing may define: they have no answers."""
        for signature in signatures:
            self.definitions.setdefault(signature, Definition(signature))

    def add_rule(self, normaliser: Normaliser, name: str, head: tuple[Variable, ...], goal: Term, span: Span) -> Signature:
        """Add a predicate for a goal and return its signature."""
        before = len(self.definitions)
        number = before
        while (f"${name}-{number}", len(head)) in self.definitions:
            number += 1
        made = (f"${name}-{number}", len(head))
        self.definitions[made] = Definition(made, made=True)
        rule = normaliser.rule(Compound("$", head, span) if head else Atom("$", span), goal, -1, span)
        self.definitions[made].elements.append(rule)
        self.graph.add(list(self.definitions)[before:])
        return made

    # what the compiler asks

    def kind(self, signature: Signature) -> str:
        """Return ``facts``, ``plain`` (never waits), ``rules`` or ``unknown``."""
        definition = self.definitions.get(signature)
        if definition is None:
            if not self.unknown_fails:
                return "unknown"
            definition = self.definitions[signature] = Definition(signature)
        if definition.extensional:
            return "facts"
        return "plain" if signature in self.graph.plain else "rules"

    def same_component(self, first: Signature, second: Signature) -> bool:
        """Return whether two predicates may depend on each other."""
        components = self.graph.components
        return components.get(first) == components.get(second)

    def certain(self, signature: Signature) -> bool:
        """Return whether all answers of a predicate are certain."""
        if self.kind(signature) == "facts":
            return self.certain_facts(signature)
        return signature not in self.graph.uncertain

    def certain_facts(self, signature: Signature) -> bool:
        """Return whether a predicate of facts has certain ones only."""
        return not self._facts(signature).uncertain

    def index(self, signature: Signature, adornment: str) -> Callable[..., object]:
        """Return the look-up of facts by their bound arguments."""
        return self._facts(signature).by(adornment).get

    def number_index(self, signature: Signature, adornment: str, extra: int) -> Callable[..., object] | None:
        """Return the look-up of facts by their bound arguments and by one that is a number in all facts, None where it is not."""
        found = self._facts(signature).by_number(adornment, extra)
        return None if found is None else found.get

    def fact_literals(self, signature: Signature) -> list[int]:
        """Return the literals of the facts that were used so far, 0 for the others."""
        return self._facts(signature).literals

    def fact_literal(self, signature: Signature) -> Callable[[int], int]:
        """Return what makes the literal of a fact."""
        return self._facts(signature).literal

    def runtime(self) -> dict[str, object]:
        """Return the functions that compiled code calls."""
        return self._runtime

    def _facts(self, signature: Signature) -> Facts:
        found = self.facts.get(signature)
        if found is None:
            found = self.facts[signature] = Facts.of(self.definitions[signature], self.choices.fact)
        return found

    def release(self) -> None:
        """Let go of what only further calls would need: the ground program keeps some tables for the names of its atoms."""
        for procedure in self.procedures.values():
            procedure.choose = _released
            procedure.tables = {}

    # procedures

    def procedure(self, signature: Signature, adornment: str, bag: bool) -> Procedure:
        """Return the procedure of a predicate and adornment."""
        key = (signature, adornment, bag)
        found = self.procedures.get(key)
        if found is None:
            waits = self.kind(signature) == "rules"
            chooser = _Chooser(self, self.definitions[signature], adornment, bag)
            found = self.procedures[key] = Procedure(signature[0], adornment, bag, waits, chooser.choose)
        return found

    def select(self, signature: Signature, arguments: tuple[Value, ...], bag: bool) -> Table:
        """Return the table of a call whose adornment is known only now; evaluated where that needs no waiting."""
        if self.kind(signature) == "unknown":
            Machine.unknown(*signature)
        adornment = dynamic_adornment(arguments)
        procedure = self.procedure(signature, adornment, bag)
        inputs = [argument for argument, letter in zip(arguments, adornment, strict=True) if letter != "f"]
        key: object
        if "p" in adornment:
            key = self.store.canonical(inputs)
        else:
            key = inputs[0] if len(inputs) == 1 else tuple(inputs)
        table = procedure.tables.get(key)
        if table is None:
            table = self.machine.new(procedure, key)
            if not procedure.waits:
                self.machine.complete(table)
        return table

    def _functions(self) -> dict[str, object]:
        store, machine, choices = self.store, self.machine, self.choices

        def compute(term: Value) -> Value:
            return store.number(evaluate(store, store.resolve(term)))

        def compare(operator: str, left: Value, right: Value) -> bool:
            first, second = evaluate(store, store.resolve(left)), evaluate(store, store.resolve(right))
            match operator:
                case "<":
                    return first < second
                case ">":
                    return first > second
                case "=<":
                    return first <= second
                case ">=":
                    return first >= second
                case "=:=":
                    return first == second
                case _:
                    return first != second

        def meta(lenient: bool, bag: bool, goal: Value, *extra: Value) -> tuple[Table | None, tuple[Value, ...]]:
            assert self.meta is not None, "set before anything runs"
            return self.meta(lenient, bag, goal, *extra)

        def collected(_owner: Table, kind: str, table: Table) -> list[tuple[Value, int]]:
            return gathered(machine, self.aggregates.variable, kind, table)

        return {
            "store": store,
            "struct": store.struct,
            "make": store.make,
            "shared": store.structs.get,
            "resolve": store.resolve,
            "canonical": store.canonical,
            "instantiate": store.instantiate,
            "compute": compute,
            "compare": compare,
            "watched": machine.watched,
            "new": machine.new,
            "evaluate": machine.evaluate,
            "select": self.select,
            "meta": meta,
            "subscribe": machine.subscribe,
            "picked": machine.picked,
            "bind": machine.bind,
            "negated": machine.negated,
            "no_fact": machine.no_fact,
            "gathered": collected,
            "grouped": self.aggregates.grouped,
            "aggregated": self.aggregates.aggregated,
            "choice": choices.choice,
            "certain": machine.certain,
            "derive": machine.derive,
            "collect": machine.collect,
            "tick": machine.tick,
            "unknown": machine.unknown,
        }


def _released(table: Table) -> list[CompiledClause]:
    """Refuse to evaluate a call after the grounding."""
    raise AssertionError(f"{table.procedure.name} is called after the grounding")


class _Chooser:
    """The clauses of a predicate for one adornment: compiled when a call first needs them, chosen by one bound argument."""

    def __init__(self, engine: Engine, definition: Definition, adornment: str, bag: bool) -> None:
        self.engine = engine
        self.definition = definition
        self.adornment = adornment
        self.bag = bag
        self.compiled: dict[int, CompiledClause] = {}
        self.position = self._discriminating()
        self.by_key: dict[object, list[CompiledClause]] = {}

    def choose(self, table: Table) -> list[CompiledClause]:
        """Return the clauses whose head may match a call."""
        if self.position is None:
            key: object = None
        else:
            value = table.procedure.inputs(table.key)[self.adornment[: self.position].replace("f", "").__len__()]
            key = (value.name, len(value.args)) if type(value) is Struct else value
        found = self.by_key.get(key)
        if found is None:
            numbers = range(len(self.definition.elements))
            found = [self._compile(number) for number in numbers if self.position is None or self._may_match(number, key)]
            if len(self.by_key) < 10_000:
                self.by_key[key] = found
        return found

    def _discriminating(self) -> int | None:
        """Return the first bound argument that some clause has a constant or compound at."""
        rules = [element for element in self.definition.elements if isinstance(element, Rule)]
        if len(self.definition.elements) > 1:
            for position, letter in enumerate(self.adornment):
                if letter == "b" and any(not isinstance(rule.head[position], Name) for rule in rules):
                    return position
        return None

    def _may_match(self, number: int, key: object) -> bool:
        element = self.definition.elements[number]
        if isinstance(element, FactBlock):
            return True
        assert self.position is not None
        argument = element.head[self.position]
        if isinstance(argument, Name):
            return True
        if isinstance(argument, Shape | Struct):
            return key == (argument.name, len(argument.args))
        return key == argument

    def _compile(self, number: int) -> CompiledClause:
        found = self.compiled.get(number)
        if found is None:
            element = self.definition.elements[number]
            if isinstance(element, FactBlock):
                found = self._block(element)
            else:
                found = ClauseCompiler(self.engine, self.definition.signature, element, self.adornment, self.bag).compile()
            self.compiled[number] = found
        return found

    def _block(self, block: FactBlock) -> CompiledClause:
        """Return the clause that adds the facts of a block."""
        engine, adornment, bag = self.engine, self.adornment, self.bag
        facts = Facts([block], len(adornment), engine.choices.fact)
        machine, store = engine.machine, engine.store

        def add_facts(t: Table) -> None:
            for output, number in facts.answers(store, adornment, t.key, t.procedure.inputs(t.key)):
                literal = facts.literal(number)
                if bag:
                    machine.collect(t, output, (literal,))
                elif literal:
                    machine.derive(t, output, (literal,), None, ())
                else:
                    machine.certain(t, output)

        return CompiledClause(add_facts, False, None)


def dynamic_adornment(arguments: tuple[Value, ...]) -> str:
    """Return how resolved arguments are bound."""
    letters = ["b" if is_ground(argument) else "f" if type(argument) is Var else "p" for argument in arguments]
    if letters.count("b") < len(letters) - 1 and "f" in letters:
        counts: dict[Var, int] = {}
        for argument in arguments:
            for variable in free_variables(argument):
                counts[variable] = counts.get(variable, 0) + 1
        for position, argument in enumerate(arguments):
            if type(argument) is Var and counts[argument] > 1:
                letters[position] = "p"
    return "".join(letters)
