"""Grounding by tabled evaluation of compiled clauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nesylang.analysis.aggregates import outer_variables
from nesylang.analysis.builtins import DIRECTIVES, OPENING
from nesylang.grounding.asking import first_span, free_variables, is_closed
from nesylang.grounding.choices import DECLARED, choice_table, substitute
from nesylang.grounding.instances import query_domains
from nesylang.grounding.native.budget import Meter
from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.convert import NOWHERE, TermWriter, read_term, show
from nesylang.grounding.native.declared import check_declared
from nesylang.grounding.native.engine import Engine
from nesylang.grounding.native.enginebuiltins import clause_rows, engine_builtins, goal_term
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.foreign import foreign_definitions
from nesylang.grounding.native.goals import Definition, Rule
from nesylang.grounding.native.literals import Choices
from nesylang.grounding.native.machine import Machine
from nesylang.grounding.native.metacalls import MetaCalls
from nesylang.grounding.native.output import AtomNames, AtomSpans, GroundRules
from nesylang.grounding.native.program import ProgramReader, derives_specially
from nesylang.grounding.native.reported import reported
from nesylang.grounding.native.tables import Table
from nesylang.grounding.native.terms import Store, Struct, Value, Var, is_ground
from nesylang.grounding.program import GroundAnswer, GroundEvidence, GroundProgram, GroundQuery
from nesylang.grounding.request import AskedQuery, GroundingRequest, Observation
from nesylang.grounding.stated import is_stated, observation
from nesylang.source import NesyError, Span, error
from nesylang.source.collection import paused_collection
from nesylang.syntax import print_term
from nesylang.syntax.statements import Clause, Directive, without_tables
from nesylang.syntax.terms import Atom, Compound, ListTerm, Term, Variable, signature

TRUE = 1
"""The atom that always holds."""

DECLARATIVE = DIRECTIVES | OPENING | {("use_module", 1), ("use_module", 2), ("module", 2), ("unknown", 1), ("nocache", 2)}
"""Directives that are done with before a program is ground."""


class NativeGrounder:
    """Grounds by tabled evaluation of compiled clauses."""

    name = "native"

    def ground(self, request: GroundingRequest) -> GroundProgram:
        """Return the ground program of what is asked; raise NesyError for mistakes that show when the program is grounded."""
        with paused_collection():
            return Grounding(request).run()


class Grounding:
    """One request being answered."""

    def __init__(self, request: GroundingRequest) -> None:
        self.request = request
        self.nowhere = first_span(request)
        self.table = choice_table(request.analysis)
        self.store = Store()
        self.meter = Meter(request.budget)
        self.machine = Machine(self.store, self.meter)
        self.choices = Choices(self.table, self.machine.auxiliary)
        self.reader = ProgramReader(request.analysis, self.table, self.store, engine_builtins(self))
        self.definitions: dict[Signature, Definition] = self.reader.definitions
        self.false: int | None = None
        with reported(self.meter, self.nowhere):
            self.reader.read()
            first = DECLARED + len(request.analysis.neural) + len(request.analysis.inputs)
            self.definitions.update(foreign_definitions(request.analysis.foreign, request.functions, first))
        self.engine = Engine(self.store, self.machine, self.choices, self.definitions, request.analysis.unknown_fails)
        self.engine.meta = MetaCalls(self.engine, self.reader.normaliser, self.nowhere).call

    def run(self) -> GroundProgram:
        """Return the ground program."""
        self.machine.rules.add(TRUE, (), None, ())
        special = derives_specially(self.request.analysis)
        announced = [*self.request.analysis.predicates, *self.request.analysis.known]
        if special:
            announced.extend((("query", 1), ("evidence", 1), ("evidence", 2)))
        self.engine.announce(announced)
        self._run_directives()
        queries = [self._query(asked) for asked in self.request.queries]
        if special and self.request.program_queries:
            queries.extend(self._query(AskedQuery(arguments[0], None, span)) for arguments, span in self._derived("query", 1))
        observed = list(self.request.observations)
        if special and self.request.program_evidence:
            for arguments, span in self._derived("evidence", 1) + self._derived("evidence", 2):
                observed.append(observation(arguments[0], arguments[1] if len(arguments) == 2 else Atom("true", span), span))
        evidence = [found for piece in observed for found in self._observed(piece)]
        check_declared(self.request.analysis, self.engine)
        self.engine.release()
        used = {abs(answer.literal) for query in queries for answer in query.answers}
        used.update(abs(answer.condition) for query in queries for answer in query.answers if answer.condition is not None)
        used.update(abs(piece.literal) for piece in evidence)
        return GroundProgram(
            choices=tuple(self.choices.made),
            choice_atoms=self.choices.atoms,
            rules=GroundRules(self.machine.rules, self.machine.atoms),
            names=AtomNames(self.machine.atoms, self.choices),
            spans=AtomSpans(self.machine.rules, self.choices),
            queries=tuple(queries),
            evidence=tuple(evidence),
            networks=self.table.networks,
            inputs=self.table.inputs,
            aggregates=self.engine.aggregates.needed(used),
        )

    def _run_directives(self) -> None:
        """Run the goals of directives that do not just declare or load something."""
        for statement in self.request.analysis.statements:
            if isinstance(statement, Directive) and signature(statement.goal) not in DECLARATIVE:
                self._answers(statement.goal, Atom("$directive", statement.span), statement.span)

    # what is asked

    def _query(self, asked: AskedQuery) -> GroundQuery:
        if asked.condition is not None:
            return self._conditional(asked, asked.condition)
        meaning = self.request.analysis.meaning(asked.goal, None)
        answers = tuple(GroundAnswer(atom, literal) for atom, literal in self._answers(meaning.goal, meaning.pattern, asked.span))
        return GroundQuery(print_term(asked.goal), asked.goal, answers, query_domains(self.request.analysis, asked.goal))

    def _conditional(self, asked: AskedQuery, condition: Term) -> GroundQuery:
        """Return the answers of ``goal given condition``: joint literals with the literals of their conditions."""
        meaning = self.request.analysis.meaning(asked.goal, condition)
        goal, given = meaning.goal, meaning.condition or condition
        shared = [name for name in outer_variables(goal) if name in outer_variables(given)]
        for name in shared:
            if name not in free_variables(given):
                message = f"the condition {print_term(condition)} does not bind {name}, which the query asks for"
                raise error("E304", message, condition.span, "not ground when it is asked", "bind it by a goal in the condition")
        pattern = Compound("$given", tuple(Variable(name, asked.span) for name in shared), asked.span)
        conditions = dict(self._answers(given, pattern, asked.span))
        joint = Compound(",", (given, goal), asked.span)
        answers = []
        for atom, literal in self._answers(joint, meaning.pattern, asked.span):
            binding = match(meaning.pattern, atom)
            key = substitute(pattern, binding)
            answers.append(GroundAnswer(atom, literal, conditions.get(key, self._false())))
        if is_closed(meaning.pattern) and all(answer.atom != meaning.pattern for answer in answers):
            answers.append(GroundAnswer(asked.goal, self._false(), conditions.get(pattern, self._false())))
        return GroundQuery(f"{print_term(asked.goal)} given {print_term(condition)}", asked.goal, tuple(answers))

    def _observed(self, observed: Observation) -> list[GroundEvidence]:
        answers = self._answers(observed.atom, observed.atom, observed.span)
        if not answers:
            message = f"the evidence {print_term(observed.atom)} has no ground instance"
            raise error("E310", message, observed.span, "matches nothing", "evidence is about atoms that can be derived")
        return [GroundEvidence(atom, literal, observed.value, observed.span) for atom, literal in answers]

    def _derived(self, name: str, arity: int) -> list[tuple[tuple[Term, ...], Span]]:
        """Return the answers to query/1 or evidence/1,2 that rules derive."""
        definition = self.definitions.get((name, arity))
        if definition is None or not definition.elements:
            return []
        rule = next((element for element in definition.elements if isinstance(element, Rule)), None)
        span = rule.span if rule is not None else self.nowhere
        with reported(self.meter, span):
            table = self.engine.select((name, arity), tuple(Var() for _ in range(arity)), False)
            self.machine.solve(table)
        writer = TermWriter(span)
        return [(tuple(writer.term(value) for value in table.procedure.arguments(table.key, output)), span) for output in table.answers]

    def _answers(self, goal: Term, pattern: Term, span: Span) -> list[tuple[Term, int]]:
        """Return the instances of ``pattern`` for the solutions of a goal, each with its literal; a ground pattern always has one."""
        if signature(goal) is None:
            raise error("E310", f"{print_term(goal)} cannot be asked", span, "expected a goal")
        with reported(self.meter, span):
            table, order = self._table(goal, free_variables(goal), span)
            self.machine.solve(table)
            self.meter.count(self.machine)
        found: dict[Term, list[int]] = {}
        writer = TermWriter(span)
        procedure = table.procedure
        literals = table.answers
        assert isinstance(literals, dict), "queries are no bags"
        for output, literal in literals.items():
            values = procedure.arguments(table.key, output)
            terms = [writer.term(value) for value in values]
            if pattern is goal and order is None:
                answer: Term = Compound(goal.functor, tuple(terms), span) if isinstance(goal, Compound) else goal
            else:
                answer = substitute(
                    pattern, match_all(goal_arguments(goal), terms) if order is None else dict(zip(order, terms, strict=True))
                )
            if not all(is_ground(value) for value in values):
                hint = "bind its variables in the rules that answer it"
                raise error("E304", f"the answer {print_term(answer)} is not ground", span, "asked here", hint)
            found.setdefault(answer, []).append(literal or TRUE)
        if not found and (is_closed(pattern) or (pattern is not goal and not free_variables(goal))):
            return [(pattern, self._false())]
        return [(answer, self._either(several)) for answer, several in found.items()]

    def _table(self, goal: Term, names: list[str], span: Span) -> tuple[Table, list[str] | None]:
        """Return the table of a goal and the variables that its arguments are; None where they are the goal's own arguments."""
        found = signature(goal)
        assert found is not None
        if found in self.definitions:
            variables_: dict[str, Value] = {}

            def variable(name: str) -> Value:
                return Var() if name == "_" else variables_.setdefault(name, Var())

            values = tuple(read_term(argument, self.store, variable) for argument in goal_arguments(goal))
            return self.engine.select(found, values, False), None
        head = tuple(Variable(name, span) for name in names)
        made = self.engine.add_rule(self.reader.normaliser, "query", head, goal, span)
        return self.engine.select(made, tuple(Var() for _ in names), False), names

    def _either(self, literals: list[int]) -> int:
        """Return the literal of a disjunction."""
        if len(literals) == 1:
            return literals[0]
        made = self.machine.auxiliary()
        for literal in literals:
            self.machine.rules.add(made, (literal,), None, ())
        return made

    def _false(self) -> int:
        if self.false is None:
            self.false = self.machine.auxiliary()
        return self.false

    # what builtins ask

    def clauses(self, head: Value) -> Iterator[tuple[Value, ...]]:
        """Return the clauses that may match a head: head, body, probability."""
        if not isinstance(head, str | Struct):
            raise GoalError("E302", f"clause/2 needs a head that is known, found {show(head)}", "bind the head in a goal before this one")
        wanted = (head, 0) if isinstance(head, str) else (head.name, len(head.args))
        found: list[tuple[Term, Term | None, Term | None]] = []
        for statement in without_tables(self.request.analysis.statements):
            if isinstance(statement, Clause) and not is_stated(statement):
                found.extend((h.atom, statement.body, h.probability) for h in statement.heads if signature(h.atom) == wanted)
        return clause_rows(self.store, found)

    def subquery(self, goal: Value, evidence: list[Value]) -> Iterator[tuple[Value, Value]]:
        """Return the ground instances of a goal with their probabilities, given evidence; the program's own evidence does not count."""
        if self.request.probabilities is None:
            raise GoalError("E505", "subquery/2 needs probabilities, which are not at hand here")
        span = self.nowhere
        observations = tuple(
            observation(goal_term(piece), Atom("true", span), span) if is_ground(piece) else _refuse_open(piece) for piece in evidence
        )
        request = replace(
            self.request,
            queries=(AskedQuery(goal_term(goal), None, span),),
            observations=observations,
            program_queries=False,
            program_evidence=False,
        )
        try:
            ground = NativeGrounder().ground(request)
            found = list(zip(ground.queries[0].answers, self.request.probabilities(ground), strict=True))
        except NesyError as problem:
            first = problem.diagnostics[0]
            if first.span is not None and first.span.source is not NOWHERE.source and first.span != span:
                raise
            raise GoalError(first.code, first.message, first.hint) from problem
        for answer, probability in found:
            own: dict[str, Value] = {}  # the variables of its aggregates

            def variable(name: str, own: dict[str, Value] = own) -> Value:
                return own.setdefault(name, Var())

            yield read_term(answer.atom, self.store, variable), self.store.real(probability)


def goal_arguments(goal: Term) -> tuple[Term, ...]:
    """Return the arguments of a goal."""
    return goal.args if isinstance(goal, Compound) else ()


def _refuse_open(piece: Value) -> Observation:
    raise GoalError("E302", f"the evidence of subquery/3 is ground, found {show(piece)}")


def match(pattern: Term, instance: Term) -> dict[str, Term]:
    """Return the variables of a pattern with their values in an instance."""
    return match_all((pattern,), (instance,))


def match_all(patterns: Sequence[Term], instances: Sequence[Term]) -> dict[str, Term]:
    """Return the variables of patterns with their values in instances of them."""
    binding: dict[str, Term] = {}
    pairs = list(zip(patterns, instances, strict=True))
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, Variable):
            binding[left.name] = right
        elif isinstance(left, Compound) and isinstance(right, Compound):
            pairs.extend(zip(left.args, right.args, strict=True))
        elif isinstance(left, ListTerm) and isinstance(right, ListTerm):
            count = min(len(left.items), len(right.items))
            pairs.extend(zip(left.items[:count], right.items[:count], strict=True))
            if left.tail is not None:
                rest = ListTerm(right.items[count:], right.tail, right.span)
                pairs.append((left.tail, rest if rest.items or rest.tail is None else rest.tail))
    return binding
