"""The types of all predicates, inferred from their clauses, and the goals that these types make impossible.

What is inferred is the least set of values, by argument, that contains every atom that can be derived: clauses are gone through with what
is known of the predicates they call, components of the call graph first that others depend on, each until nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nesylang.analysis.arithmetic import NotConstant, NotNumeric, evaluate
from nesylang.analysis.bodies import Bodies, value
from nesylang.analysis.builtin_values import COMPUTABLE
from nesylang.analysis.builtins import NEGATIONS, Signature
from nesylang.analysis.calls import Clauses
from nesylang.analysis.columns import column_of_clauses, column_of_table
from nesylang.analysis.components import strong_components
from nesylang.analysis.conflicts import Conflict, Environment, Use, never_holds, no_clause, type_error
from nesylang.analysis.goals import indicators
from nesylang.analysis.negative_heads import NEGATIVE, POSITIVE
from nesylang.analysis.private_names import shown_name
from nesylang.analysis.probabilities import is_network
from nesylang.analysis.program import DeclaredPredicate, Program, Rule, references
from nesylang.analysis.types import Type
from nesylang.analysis.values import ANY, NOTHING, Values, is_exactly_within, join, join_all, of_type
from nesylang.analysis.variables import looks_computed
from nesylang.source import Diagnostic, Span
from nesylang.syntax.statements import Evidence, ExpectAnswers, ExpectProbability, PredicateDeclaration, Query
from nesylang.syntax.terms import Compound, ListTerm, Term, Variable, signature, subterms

WIDENED = 4
"""Rounds after which the constants of a component that still grows are taken for all of their kind."""

ABANDONED = 8
"""Rounds after which anything is taken for possible."""


@dataclass(frozen=True, slots=True)
class Inference:
    """The values of the arguments of each predicate, those declared included, and what cannot be.

    ``undecided`` has the arguments in the heads of declared predicates that may have values outside their types: for each predicate and
    position, their places.
    """

    values: Mapping[Signature, tuple[Values, ...]]
    diagnostics: tuple[Diagnostic, ...]
    undecided: Mapping[Signature, Mapping[int, tuple[Span, ...]]]


def infer(program: Program) -> Inference:
    """Return the types of a program's predicates with the errors (E227) and warnings (W208) that follow from them."""
    exact = _Inferring(program, by_kind=False)
    exact.run()
    found: list[Diagnostic] = []
    if program.declared and exact.noted:
        # Facts may be added later, from data and from Python, so that only the kinds of their constants make a type.
        by_kind = _Inferring(program, by_kind=True)
        by_kind.run()
        found.extend(type_error(conflict) for conflict in by_kind.conflicts() if conflict.is_error)
    places = {label.span for diagnostic in found for label in diagnostic.labels}
    for conflict in exact.conflicts():
        is_checked = conflict.use.declared and not isinstance(conflict.term, Variable)
        if conflict.use.span not in places and not is_checked and not _is_arithmetic(conflict.term):
            found.append(never_holds(conflict))
    known = {diagnostic.span for diagnostic in found} | places
    found.extend(diagnostic for diagnostic in exact.unmatched() if diagnostic.span not in known)
    values = {found: tuple(use.values for use in uses) for found, uses in sorted(exact.uses.items()) if uses is not None}
    return Inference(values, tuple(dict.fromkeys(found)), exact.undecided())


class _Inferring:
    def __init__(self, program: Program, by_kind: bool) -> None:
        self.program = program
        self.by_kind = by_kind
        self.uses: dict[Signature, tuple[Use, ...] | None] = {}
        self.rules: dict[Signature, list[Rule]] = {}
        self.bodies = Bodies(program, self.uses)
        self.noted: dict[tuple[Span, bool], Conflict] = {}
        self.called: list[tuple[Compound, bool]] = []
        self.open = _open_predicates(program)
        self.names = type_names(program.types)
        for found, predicate in program.declared.items():
            self.uses[found] = tuple(_declared_uses(predicate))
        for rule in program.rules:
            if not rule.is_special:
                for head in rule.clause.heads:
                    name, arity = signature(head.atom) or ("", 0)
                    own = self.rules.setdefault((name, arity), [])
                    if not own or own[-1] is not rule:
                        own.append(rule)

    def run(self) -> None:
        """Infer the values of all predicates, then look at what is asked."""
        definitions = self.program.definitions
        closed = {} if self.program.is_open else {found: None for found in definitions if found not in self.uses and found not in self.open}
        for found in closed:
            self._set(found, self._facts(found))
        edges = {found: list(self._called(own)) for found, own in self.rules.items()}
        for component in strong_components(edges):
            inferred = [found for found in component if found in closed]
            is_cyclic = len(component) > 1 or component[0] in edges[component[0]]
            if inferred:
                self._settle(inferred, is_cyclic)
            if is_cyclic or not inferred:
                self._report(component)
        self._asked()

    def _called(self, rules: Iterable[Rule]) -> dict[Signature, None]:
        """Return the predicates with rules that rules call."""
        called = (goal.signature for rule in rules for goal in rule.goals)
        return {found: None for found in called if found is not None and found in self.rules}

    def _settle(self, component: list[Signature], is_cyclic: bool) -> None:
        """Find the values of the predicates of a component, and keep what cannot be where one round finds them."""
        rounds = 0
        changed = True
        while changed:
            changed = False
            rounds += 1
            for found in component:
                for rule in self.rules.get(found, ()):
                    changed = self._derive(found, rule, rounds) or changed
            if not is_cyclic:
                self._keep()
                break
            self.bodies.conflicts.clear()
            self.bodies.calls.clear()
        for found in component:
            if self.uses[found] is None:
                # Nothing is derived: either a conflict says why, or the predicate only calls itself.
                self.uses[found] = tuple(self._use(found, position, ANY) for position in range(found[1]))

    def _derive(self, found: Signature, rule: Rule, rounds: int) -> bool:
        """Add what a rule derives to the values of a predicate; return whether that is more than before."""
        behind = self._behind(rule)
        if behind is None:
            return False
        before = self.uses[found]
        values = None if before is None else tuple(use.values for use in before)
        for head in rule.clause.heads:
            if signature(head.atom) == found:
                arguments = head.atom.args if isinstance(head.atom, Compound) else ()
                derived = tuple(self._head_value(argument, behind) for argument in arguments)
                values = derived if values is None else tuple(map(join, values, derived))
        assert values is not None
        if before is not None and values == tuple(use.values for use in before):
            return False
        if rounds > ABANDONED:
            values = tuple(ANY for _ in values)
        elif rounds > WIDENED:
            values = tuple(each.kinds() for each in values)
        changed = before is None or values != tuple(use.values for use in before)
        self._set(found, values)
        return changed

    def _head_value(self, argument: Term, known: Environment) -> Values:
        found = value(argument, known)
        return found.kinds() if self.by_kind and not isinstance(argument, Variable) else found

    def _behind(self, rule: Rule) -> Environment | None:
        """Return what is known of the variables of a rule where its body holds and its heads have their declared types."""
        known: Environment | None = {}
        for head in rule.clause.heads:
            declared = self.program.declared.get(signature(head.atom) or ("", 0))
            if declared is not None and isinstance(head.atom, Compound) and known is not None:
                uses = self.uses[signature(head.atom) or ("", 0)]
                known = self.bodies.arguments(head.atom.args, uses or (), known)
        if known is None:
            return None
        for head in rule.clause.heads:
            output = _network_output(head.probability)
            if output is not None:
                name, values = output
                known[name] = values, ()
        return known if rule.clause.body is None else self.bodies.through(rule.clause.body, known)

    def undecided(self) -> dict[Signature, dict[int, tuple[Span, ...]]]:
        """Return the places in the heads of predicates declared with ``pred`` whose values may be outside the declared types."""
        found: dict[Signature, dict[int, tuple[Span, ...]]] = {}
        for declared, predicate in self.program.declared.items():
            if not isinstance(predicate.declaration, PredicateDeclaration):
                continue
            for rule in self.rules.get(declared, ()):
                known = {} if rule.clause.body is None else self.bodies.through(rule.clause.body, {})
                for head in rule.clause.heads:
                    if known is None or signature(head.atom) != declared or not isinstance(head.atom, Compound):
                        continue
                    for position, (argument, type_) in enumerate(zip(head.atom.args, predicate.arguments, strict=True)):
                        if not is_exactly_within(value(argument, known), type_):
                            places = found.setdefault(declared, {})
                            places[position] = (*places.get(position, ()), argument.span)
        self.bodies.conflicts.clear()
        return found

    def _report(self, component: Iterable[Signature]) -> None:
        """Go through the rules of a component once more and keep what cannot be."""
        for found in component:
            for rule in self.rules.get(found, ()):
                self._behind(rule)
        self._keep()

    def _keep(self) -> None:
        for conflict in self.bodies.conflicts:
            self.noted.setdefault((conflict.use.span, conflict.is_error), conflict)
        self.called.extend(self.bodies.calls)
        self.bodies.conflicts.clear()
        self.bodies.calls.clear()

    def _asked(self) -> None:
        for statement in self.program.statements:
            goals: tuple[Term | None, ...]
            match statement:
                case Query(goal=goal, condition=condition):
                    goals = (condition, goal)
                case ExpectProbability(probability=probability, goal=goal, condition=condition) if not _states_absence(probability, goal):
                    goals = (condition, goal)
                case ExpectAnswers(goal=goal, answers=answers) if answers:
                    goals = (goal,)
                case Evidence(atom=atom):
                    goals = (atom,)
                case _:
                    continue
            self._ask(goals)
        for rule in self.program.rules:
            if rule.is_special and isinstance(rule.clause.heads[0].atom, Compound):
                self._ask((rule.clause.body, rule.clause.heads[0].atom.args[0]))

    def _ask(self, goals: Iterable[Term | None]) -> None:
        """Go through what is asked together; a question may well be a test that fails, so that only calls of predicates are looked at."""
        known: Environment | None = {}
        for goal in goals:
            if goal is not None and known is not None:
                known = self.bodies.through(goal, known)
        self.bodies.conflicts[:] = [c for c in self.bodies.conflicts if c.use.home is not None or c.is_error]
        self.bodies.calls.clear()
        self._keep()

    def conflicts(self) -> list[Conflict]:
        """Return the conflicts that were found, one for each place."""
        return [conflict for conflict in self.noted.values() if not _is_made(conflict.use)]

    def unmatched(self) -> Iterator[Diagnostic]:
        """Yield W208 for the calls of rules whose arguments fit one by one but occur in no clause together."""
        clauses = Clauses(self.program, self.rules)
        for goal, negated in self.called:
            found = goal.functor, len(goal.args)
            if negated or found in self.program.declared or not clauses.excludes(found, goal):
                continue
            yield no_clause(goal, self.program.definitions[found], f"{shown_name(found[0])}/{found[1]}")

    def _facts(self, found: Signature) -> tuple[Values, ...] | None:
        """Return the values of a predicate's facts, None where it has none."""
        clauses = self.program.facts.get(found, ())
        tables = self.program.tables.get(found, ())
        if not clauses and not any(table.rows for table in tables):
            # An empty table says that there is a predicate, whose facts may come another time.
            return tuple(ANY for _ in range(found[1])) if tables else None
        columns = []
        for position in range(found[1]):
            column = column_of_clauses(clauses, position) if clauses else NOTHING
            column = join(column, join_all(column_of_table(table, position) for table in tables))
            columns.append(column.kinds() if self.by_kind else column)
        return tuple(columns)

    def _set(self, found: Signature, values: tuple[Values, ...] | None) -> None:
        self.uses[found] = None if values is None else tuple(self._use(found, position, each) for position, each in enumerate(values))

    def _use(self, found: Signature, position: int, values: Values) -> Use:
        home = self.program.definitions[found]
        return Use(values, home, f"argument {position + 1} of {shown_name(found[0])}/{found[1]}", self.names.get(values, ""), False, home)


def type_names(types: Mapping[str, Type]) -> dict[Values, str]:
    """Return the names of declared types by their values, and that of what arithmetic computes with."""
    declared = {of_type(type_): name for name, type_ in reversed(list(types.items())) if of_type(type_) != ANY}
    return {COMPUTABLE: "number", **declared}


def _declared_uses(predicate: DeclaredPredicate) -> Iterator[Use]:
    name = f"{predicate.name}/{len(predicate.arguments)}"
    for position, (type_, reference) in enumerate(zip(predicate.arguments, references(predicate.declaration), strict=True), 1):
        yield Use(of_type(type_), predicate.span, f"argument {position} of {name}", type_.name, True, reference.span)


def _open_predicates(program: Program) -> frozenset[Signature]:
    """Return the predicates that may have more clauses than the program shows."""
    own = {*program.facts, *program.tables, *(signature(atom) for atom in program.heads())}
    opened = {found for found in program.definitions if found not in own}
    for _, goals in program.directives:
        for goal in goals:
            if goal.signature == ("dynamic", 1):
                opened.update(indicators(goal.term))
    for goal in program.goals() if "assert" in program.libraries else ():
        if goal.signature is not None and goal.signature[0] == "assertz":
            asserted = goal.arguments[0]
            found = signature(asserted.args[0] if isinstance(asserted, Compound) and asserted.functor == ":-" else asserted)
            if found is not None:
                opened.add(found)
    return frozenset(opened)


def _network_output(probability: Term | None) -> tuple[str, Values] | None:
    """Return the output variable of ``nn(net, [X], Y, [a, b])`` with its values."""
    if probability is None or not is_network(probability):
        return None
    match probability:
        case Compound(args=(_, _, Variable(name=name), ListTerm(items=items, tail=None))):
            return name, join_all(value(item, {}) for item in items)
        case _:
            return None


def _is_made(use: Use) -> bool:
    """Return whether a use stands in a clause that was made for negated heads, and not written."""
    return POSITIVE in use.what or NEGATIVE in use.what


def _is_arithmetic(term: Term) -> bool:
    """Return whether another pass says of an argument that it looks as if it were to be computed."""
    return isinstance(term, Compound) and looks_computed(term, in_head=False)


def _states_absence(probability: Term, goal: Term) -> bool:
    """Return whether an expectation says on purpose that something never holds."""
    if any(signature(part) in NEGATIONS for part in subterms(goal)):
        return True
    try:
        return evaluate(probability) == 0
    except (NotConstant, NotNumeric):
        return False
