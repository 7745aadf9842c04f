"""Grounding by problog's engine: the reference that other grounders are compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from problog.clausedb import ClauseDB
from problog.formula import LogicFormula
from problog.logic import AnnotatedDisjunction, Var
from problog.logic import Clause as ProblogClause
from problog.logic import Constant as ProblogConstant
from problog.logic import Term as ProblogTerm

from nesylang.analysis import Analysis
from nesylang.analysis.aggregates import COLLECTORS, is_aggregate
from nesylang.analysis.builtins import DIRECTIVES
from nesylang.analysis.statement_terms import statement_terms
from nesylang.grounding.asking import first_span, free_variables
from nesylang.grounding.choices import (
    DECLARED,
    ChoiceTable,
    ChoiceTemplate,
    choice_table,
    initial_probability,
    returns_tensor,
    substitute,
)
from nesylang.grounding.instances import query_domains
from nesylang.grounding.problog_engine import Engine, new_database, reported
from nesylang.grounding.problog_library import library_clauses
from nesylang.grounding.problog_reader import FormulaReader
from nesylang.grounding.problog_terms import Place, TermWriter, read_term
from nesylang.grounding.program import GroundAnswer, GroundEvidence, GroundProgram, GroundQuery
from nesylang.grounding.request import AskedQuery, GroundingRequest, Observation
from nesylang.grounding.stated import is_stated, observation
from nesylang.source import Span, error
from nesylang.source.collection import paused_collection
from nesylang.syntax import print_term
from nesylang.syntax.statements import Clause, Directive, FactTable
from nesylang.syntax.terms import Atom, Compound, ListTerm, Term, Variable, is_ground, signature, subterms, variables

CHOICE = "$choice"
"""Functor of the annotation that marks a ground atom as an alternative: clause number, alternative, values of the variables.

For a fact of a table it is the table's number, 0 and the row.
"""

Results = Sequence[tuple[Sequence[ProblogTerm], int | None]]


class Formula(LogicFormula):  # type: ignore[misc]
    """Problog's ground program; mutual exclusion is ours to express, so problog adds no constraint nodes for it."""

    def _add_constraint_me(self, group: object, node: int, cr_extra: bool = True) -> int:
        return node


def annotation_type(table: ChoiceTable) -> type[ProblogTerm]:
    """Return the class of annotations of the templates and facts in ``table``.

    An annotation says which alternative of which template, or which fact, a ground atom is. It also has the value of its probability,
    for problog's own evaluation inside subquery/2,3.
    """

    class Annotation(ProblogTerm):  # type: ignore[misc]
        def compute_value(self, functions: object = None) -> float:
            number, alternative, *values = self.args
            if int(number) in table.tables:
                return initial_probability(table.fact_choice(int(number), int(values[0])), 0)
            template = table.templates[int(number)]
            binding = {name: read_term(value, template.span) for name, value in zip(template.variables, values, strict=True)}
            return initial_probability(template.instantiate(binding, (), table.networks), int(alternative))

    return Annotation


def ground_by_problog(request: GroundingRequest) -> GroundProgram:
    """Return the ground program of what is asked; raise NesyError for mistakes that show when the program is grounded."""
    refuse_host_functions(request.analysis)
    with paused_collection(), reported(first_span(request)):
        return _Grounding(request).run()


def refuse_host_functions(analysis: Analysis) -> None:
    """Raise E109 for programs that need Python functions or networks that return tensors: only the native grounder calls them."""
    spans = [found.span for found in analysis.foreign.values()]
    spans += [found.span for found in analysis.neural.values() if found.is_foreign or found.returns_tensor]
    spans += [statement.span for statement in analysis.statements if isinstance(statement, Clause) and returns_tensor(statement)]
    if spans:
        message = "the grounder 'problog' knows neither foreign predicates nor networks that return tensors"
        raise error("E109", message, spans[0], "declared here", "use the grounder 'native', which is the default")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A goal as the engine is asked it: an atom of the program, or of a rule made for the goal."""

    atom: Term
    goal: Term
    negated: bool


class _Grounding:
    def __init__(self, request: GroundingRequest) -> None:
        self.request = request
        self.analysis: Analysis = request.analysis
        self.table: ChoiceTable = choice_table(self.analysis)
        self.writer = TermWriter(self.analysis.types)
        self.nowhere = first_span(request)
        self.engine = Engine(request.budget)
        with reported(self.nowhere):
            self.database: ClauseDB = new_database(self.engine, self.nowhere.source.name)
        self.formula = Formula()
        self.reader = FormulaReader(self.formula, self.table, self.nowhere, CHOICE)
        self.annotation = annotation_type(self.table)
        self.made_rules = 0

    def run(self) -> GroundProgram:
        self._refuse_aggregates()
        self._write_program()
        with reported(self.nowhere):
            self.engine._process_directives(self.database)
        queries = [query for asked in self._queries() for query in self._ground_query(asked)]
        evidence = [piece for observed in self._observations() for piece in self._ground_observation(observed)]
        return self.reader.program(tuple(queries), tuple(evidence))

    def _refuse_aggregates(self) -> None:
        asked = [term for query in self.request.queries for term in (query.goal, query.condition) if term is not None]
        asked += [piece.atom for piece in self.request.observations]
        written = [term for statement in self.analysis.statements for term in statement_terms(statement)]
        for term in (*asked, *written):
            for part in subterms(term):
                if is_aggregate(part):
                    raise error("E312", "the grounder problog has no aggregates", part.span, "an aggregate", "use the grounder native")

    # the program

    def _write_program(self) -> None:
        write = self.writer.term
        for number, statement in enumerate(self.analysis.statements):
            if isinstance(statement, Clause) and not is_stated(statement):
                with reported(statement.span):
                    self._write_clause(number, statement)
            elif isinstance(statement, FactTable):
                with reported(statement.span):
                    self._write_table(number, statement)
            elif isinstance(statement, Directive) and signature(statement.goal) not in DIRECTIVES:
                with reported(statement.span):
                    self.database.add_statement(ProblogClause(ProblogTerm("_directive"), write(statement.goal)))
        for number, template in self.table.templates.items():
            if number >= DECLARED:
                with reported(template.span):
                    body = ProblogTerm("true") if template.domain is None else write(template.domain)
                    self.database.add_statement(AnnotatedDisjunction(self._heads(template), body))
        self._declare()
        for clause in library_clauses():
            self.database.add_statement(clause)

    def _write_clause(self, number: int, clause: Clause) -> None:
        template = self.table.templates.get(number)
        body = self.writer.term(clause.body) if clause.body is not None else None
        if template is None:
            head = self.writer.term(clause.heads[0].atom)
            self.database.add_statement(head if body is None else ProblogClause(head, body))
            return
        heads = self._heads(template)
        if body is None and len(heads) == 1 and not template.variables:
            self.database.add_statement(heads[0])
        else:
            self.database.add_statement(AnnotatedDisjunction(heads, ProblogTerm("true") if body is None else body))

    def _write_table(self, number: int, table: FactTable) -> None:
        for row, fact in enumerate(table.facts()):
            head = self.writer.term(fact.heads[0].atom)
            if table.probabilities is not None:
                head = head.with_probability(self.annotation(CHOICE, *map(ProblogConstant, (number, 0, row))))
            self.database.add_statement(head)

    def _declare(self) -> None:
        """Let declared predicates and those of tables fail where they have no clauses."""
        defined = {signature(head.atom) for s in self.analysis.statements if isinstance(s, Clause) for head in s.heads}
        tables = [s for s in self.analysis.statements if isinstance(s, FactTable)]
        defined.update((table.name, table.arity) for table in tables if table.rows)
        for name, arity in dict.fromkeys([*self.analysis.predicates, *((table.name, table.arity) for table in tables)]):
            if (name, arity) not in defined:
                self.database.add_statement(ProblogClause(self.writer.head(name, arity), ProblogTerm("fail")))

    def _heads(self, template: ChoiceTemplate) -> list[ProblogTerm]:
        values = [Var(name) for name in template.variables]
        number = ProblogConstant(template.number)
        return [
            self.writer.term(head).with_probability(self.annotation(CHOICE, number, ProblogConstant(alternative), *values))
            for alternative, head in enumerate(template.heads)
        ]

    # what is asked

    def _queries(self) -> list[AskedQuery]:
        """Return the queries asked for, then those that query/1 derives."""
        asked = list(self.request.queries)
        if self.request.program_queries:
            asked.extend(AskedQuery(arguments[0], None, span) for arguments, span in self._derived("query", 1))
        return asked

    def _observations(self) -> list[Observation]:
        observed = list(self.request.observations)
        for arguments, span in self._derived("evidence", 1) + self._derived("evidence", 2):
            observed.append(observation(arguments[0], arguments[1] if len(arguments) == 2 else Atom("true", span), span))
        return observed

    def _derived(self, name: str, arity: int) -> list[tuple[tuple[Term, ...], Span]]:
        """Return the answers to query/1 or evidence/1,2 that rules derive."""
        rules = [s for s in self.analysis.statements if isinstance(s, Clause) and signature(s.heads[0].atom) == (name, arity)]
        span = next((rule.span for rule in rules if not is_stated(rule)), None)
        if span is None:
            return []
        with reported(span):
            found = self.engine.query(self.database, ProblogTerm(name, *([None] * arity)))
        return [(tuple(read_term(argument, span) for argument in arguments), span) for arguments in found]

    def _ground_query(self, asked: AskedQuery) -> list[GroundQuery]:
        if asked.condition is not None:
            return [self._ground_conditional(asked, asked.condition)]
        meaning = self.analysis.meaning(asked.goal, None)
        target = self._target(meaning.goal, asked.span)
        if meaning.pattern is not meaning.goal:
            target = replace(self._rule(meaning.goal, free_variables(meaning.goal), asked.span), goal=meaning.pattern)
        answers = tuple(GroundAnswer(atom, literal) for atom, literal in self._answers(target, asked.span))
        return [GroundQuery(print_term(asked.goal), asked.goal, answers, query_domains(self.analysis, asked.goal))]

    def _ground_conditional(self, asked: AskedQuery, condition: Term) -> GroundQuery:
        """Return the answers of ``goal given condition``: joint literals with the literals of their conditions."""
        meaning = self.analysis.meaning(asked.goal, condition)
        shared = [name for name in variables(meaning.goal) if name in variables(meaning.condition or condition)]
        bound = {*shared, *free_variables(meaning.goal)}
        names = [name for name in variables(meaning.goal) if name in bound]
        given = self._rule(meaning.condition or condition, shared, asked.span)
        joint_goal = Compound(",", (given.atom, meaning.goal), asked.span)
        joint = self._rule(joint_goal, names, asked.span)
        conditions = dict(self._answers(_Asked(given.atom, given.atom, False), asked.span))
        answers = []
        for atom, literal in self._answers(_Asked(joint.atom, meaning.pattern, False), asked.span):
            key = _instance(given.atom, meaning.pattern, atom, asked.span)
            answers.append(GroundAnswer(atom, literal, conditions.get(key, self.reader.false())))
        if not answers and is_ground(asked.goal):
            literal = conditions.get(given.atom, self.reader.false())
            answers.append(GroundAnswer(asked.goal, self.reader.false(), literal))
        return GroundQuery(f"{print_term(asked.goal)} given {print_term(condition)}", asked.goal, tuple(answers))

    def _ground_observation(self, observed: Observation) -> list[GroundEvidence]:
        target = self._target(observed.atom, observed.span)
        answers = self._answers(target, observed.span)
        if not answers:
            message = f"the evidence {print_term(observed.atom)} has no ground instance"
            raise error("E310", message, observed.span, "matches nothing", "evidence is about atoms that can be derived")
        return [GroundEvidence(atom, literal, observed.value, observed.span) for atom, literal in answers]

    def _target(self, goal: Term, span: Span) -> _Asked:
        """Return how to ask for a goal: as it is if it is an atom, through a rule of its own otherwise."""
        found = signature(goal)
        if found in ((",", 2), (";", 2), ("->", 2), ("in", 2)) or found in COLLECTORS:
            return self._rule(goal, free_variables(goal), span)
        if found == ("forall", 2):
            return self._rule(goal, [], span)
        if isinstance(goal, Compound) and found in (("not", 1), ("\\+", 1)):
            inner = self._target(goal.args[0], span)
            if not inner.negated and is_ground(goal.args[0]):
                return _Asked(inner.atom, goal, True)
            return self._rule(goal, [], span)
        if found is None:
            raise error("E310", f"{print_term(goal)} cannot be asked", span, "expected a goal")
        if any(count > 1 for name, count in _occurrences(goal).items() if name != "_"):
            # The engine answers such a goal as if its variables were different ones.
            return self._rule(goal, variables(goal), span)
        return _Asked(goal, goal, False)

    def _rule(self, goal: Term, names: list[str], span: Span) -> _Asked:
        """Add a rule for a goal, over the named variables."""
        name = f"$goal{self.made_rules}"
        self.made_rules += 1
        arguments = tuple(Variable(variable, span) for variable in names)
        head: Term = Compound(name, arguments, span) if arguments else Atom(name, span)
        with reported(span):
            self.database.add_statement(ProblogClause(self.writer.term(head), self.writer.term(goal)))
        return _Asked(head, goal, False)

    def _answers(self, asked: _Asked, span: Span) -> list[tuple[Term, int]]:
        """Return the answers as instances of the goal, each with its literal; a ground goal always has one."""
        with reported(span):
            query = self.writer.term(_named_apart(asked.atom))
            query.location = Place(span)
            _, results = self.engine._ground(self.database, query, self.formula, silent_fail=False, assume_prepared=True)
        literals: dict[Term, list[int | None]] = {}
        for arguments, node in results:
            terms = tuple(read_term(argument, span) for argument in arguments)
            atom = Compound(asked.atom.functor, terms, span) if isinstance(asked.atom, Compound) else asked.atom
            answer = atom if asked.goal is asked.atom else _instance(asked.goal, asked.atom, atom, span)
            if not is_ground(atom):
                hint = "bind its variables in the rules that answer it"
                raise error("E304", f"the answer {print_term(answer)} is not ground", span, "asked here", hint)
            literals.setdefault(answer, []).append(node)
        if not literals and is_ground(asked.atom):
            literals[asked.goal] = [None]
        sign = -1 if asked.negated else 1
        return [(answer, sign * self.reader.either(nodes)) for answer, nodes in literals.items()]


def _occurrences(term: Term) -> Counter[str]:
    return Counter(part.name for part in subterms(term) if isinstance(part, Variable))


def _named_apart(term: Term) -> Term:
    """Return the term with every ``_`` as a variable of its own, which problog would take for one."""
    if isinstance(term, Variable) and term.name == "_":
        return Variable(f"_{term.span.start}_{id(term)}", term.span)
    if isinstance(term, Compound):
        return Compound(term.functor, tuple(_named_apart(argument) for argument in term.args), term.span)
    if isinstance(term, ListTerm):
        tail = None if term.tail is None else _named_apart(term.tail)
        return ListTerm(tuple(_named_apart(item) for item in term.items), tail, term.span)
    return term


def _instance(pattern: Term, general: Term, specific: Term, span: Span) -> Term:
    """Return ``pattern`` with the variables of ``general`` as they are in its instance ``specific``."""
    binding: dict[str, Term] = {}
    pairs = [(general, specific)]
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, Variable):
            binding[left.name] = right
        elif isinstance(left, Compound) and isinstance(right, Compound):
            pairs.extend(zip(left.args, right.args, strict=False))
    return substitute(pattern, binding)
