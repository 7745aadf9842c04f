"""Questions to a program that is analysed already: they are checked on their own, without going through the program again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import IntEnum
from functools import cached_property

from nesylang.analysis.aggregates import FORMULAS, FUNCTORS
from nesylang.analysis.builtins import Signature
from nesylang.analysis.check import PASSES, Analysis, analyse
from nesylang.analysis.formulas import as_test
from nesylang.analysis.goals import Goal, goals_of
from nesylang.analysis.grammars import PHRASES
from nesylang.analysis.program import Program, index
from nesylang.source import NesyError
from nesylang.syntax.statements import Clause, Evidence, FactTable, Query, Statement, SyntaxTree
from nesylang.syntax.terms import Atom, Compound, Integer, Term, signature, subterms

REWRITTEN = FORMULAS | PHRASES
"""Goals that analysis writes out, with clauses of their own if need be."""

COMPARED = frozenset({"min{}", "max{}"})
"""Aggregates that compare what they range over."""

_BLIND = """
, -> ; | \\+ not = \\= == \\== =:= =\\= < =< > >= is in all all_or_none findall forall between call call_nc once length is_list ground
var nonvar atom atomic compound callable integer number float fail false true plus succ error possible try_call subquery copy_term
subsumes_chk subsumes_term term_variables unify_with_occurs_check append delete flatten last max_list memberchk member min_list
nextto nth0 nth1 numlist pairs_keys pairs_keys_values pairs_values permutation prefix proper_length reverse same_length select
selectchk subset sum_list sumlist convlist exclude foldl include maplist partition scanl
"""
BLIND = frozenset(_BLIND.split())
"""Builtins that only tell apart whether constants are equal."""

_ORDERING = """
@< @=< @> @>= compare sort msort keysort max_member min_member enum_groups list_to_set is_set union subtract intersection
"""
ORDERING = frozenset(_ORDERING.split())
"""Builtins that compare constants by the standard order of terms."""


class Sight(IntEnum):
    """What a program can see of the constants in a question: whether they are equal, their order too, or everything."""

    EQUALITY = 0
    ORDER = 1
    EVERYTHING = 2


class Questions:
    """The questions to one program."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @cached_property
    def program(self) -> Program:
        """The program, indexed."""
        return index(self.analysis.statements)

    @cached_property
    def _bare(self) -> Program:
        """The program without what is checked already, but for private predicates, which questions must not call."""
        program = self.program
        private = tuple(r for r in program.rules if any(_is_private(head.atom) for head in r.clause.heads))
        return replace(
            program,
            facts={found: clauses for found, clauses in program.facts.items() if found[0].startswith("_")},
            tables={found: tables for found, tables in program.tables.items() if found[0].startswith("_")},
            rules=private,
            directives=(),
            declarations=(),
            type_problems=(),
        )

    def analysed(self, query: Query, evidence: tuple[Evidence, ...]) -> tuple[Analysis, Query, tuple[Evidence, ...]]:
        """Return the analysis that answers a query under evidence, with both as it reads them; raise NesyError where they are wrong."""
        asked: tuple[Statement, ...] = (query, *evidence)
        terms = [query.goal, *([query.condition] if query.condition is not None else []), *(piece.atom for piece in evidence)]
        if any(map(_is_rewritten, terms)):
            return self._analysed_whole(query, evidence)
        goals = tuple(goal for term in terms for goal in goals_of(term, self.program.definitions))
        program = replace(self._bare, statements=asked, asked=goals)
        errors = [found for check in PASSES for found in check(program) if found.severity == "error"]
        if errors:
            raise NesyError(dict.fromkeys(errors))
        return self.analysis, query, evidence

    def _analysed_whole(self, query: Query, evidence: tuple[Evidence, ...]) -> tuple[Analysis, Query, tuple[Evidence, ...]]:
        whole = analyse(SyntaxTree((*self.analysis.statements, query, *evidence)))
        (read,) = (s for s in whole.statements if isinstance(s, Query) and s.span is query.span)
        spans = {id(piece.span) for piece in evidence}
        observed = tuple(s for s in whole.statements if isinstance(s, Evidence) and id(s.span) in spans)
        kept = tuple(s for s in whole.statements if s is not read and not any(s is piece for piece in observed))
        return replace(whole, statements=kept), read, observed

    @cached_property
    def _constants(self) -> tuple[frozenset[Term], frozenset[Signature]]:
        """The terms that name tensors which the program itself mentions, and the functors that it mentions with other arguments."""
        exact: set[Term] = set()
        patterns: set[Signature] = set()
        for term in self._mentioned():
            for part in subterms(term):
                if isinstance(part, Atom) or (isinstance(part, Compound) and all(isinstance(index, Integer) for index in part.args)):
                    exact.add(part)
                elif isinstance(part, Compound):
                    patterns.add((part.functor, len(part.args)))
        return frozenset(exact), frozenset(patterns)

    @cached_property
    def _cells(self) -> frozenset[str]:
        """The names in tables of facts."""
        tables = (statement for statement in self.analysis.statements if isinstance(statement, FactTable))
        return frozenset(cell for table in tables for row in table.rows for cell in row if isinstance(cell, str))

    def mentions(self, term: Atom | Compound) -> bool:
        """Return whether the program itself mentions a term, or one of which it may be an instance, in clauses, evidence or types."""
        exact, patterns = self._constants
        if isinstance(term, Atom):
            return term in exact or term.name in self._cells
        return term in exact or (term.functor, len(term.args)) in patterns

    def mentions_functor(self, name: str, arity: int) -> bool:
        """Return whether the program itself mentions any term with this functor."""
        exact, patterns = self._constants
        return (name, arity) in patterns or any(signature(term) == (name, arity) for term in exact)

    def _mentioned(self) -> Iterator[Term]:
        for statement in self.analysis.statements:
            match statement:
                case Clause(heads=heads, body=body):
                    yield from (head.atom for head in heads)
                    yield from (head.probability for head in heads if head.probability is not None)
                    if body is not None:
                        yield body
                case Evidence(atom=atom):
                    yield atom
                case FactTable(rows=rows):
                    yield from (cell for row in rows for cell in row if not isinstance(cell, int | float | str))
        for type_ in self.analysis.types.values():
            yield from getattr(type_, "constants", ())

    @cached_property
    def _calls(self) -> dict[Signature, set[Signature]]:
        """What the clauses of each predicate call, with an aggregate that compares as a call of it."""
        calls: dict[Signature, set[Signature]] = {}
        for rule in self.program.rules:
            called = {found for goal in rule.goals for found in _called(goal)}
            for head in rule.clause.heads:
                found = signature(head.atom)
                if found is not None:
                    calls.setdefault(found, set()).update(called)
        return calls

    def sight(self, terms: Iterable[Term]) -> Sight:
        """Return what the clauses that goals rest on can see of the constants in them."""
        if self.program.is_open:
            return Sight.EVERYTHING
        asked = list(terms)
        if any(map(_is_rewritten, asked)):
            if not REWRITTEN.isdisjoint(self.program.definitions):
                return Sight.EVERYTHING
            asked = [as_test(term) for term in asked]
        observed = [s.atom for s in self.analysis.statements if isinstance(s, Evidence)]
        definitions = self.program.definitions
        pending = {found for term in (*asked, *observed) for goal in goals_of(term, definitions) for found in _called(goal)}
        seen: set[Signature] = set()
        sight = Sight.EQUALITY
        while pending:
            called = pending.pop()
            if called in seen:
                continue
            seen.add(called)
            if called in self.analysis.foreign:
                # Python sees the terms themselves.
                return Sight.EVERYTHING
            if called in self.program.definitions or called in self.program.declared:
                pending |= self._calls.get(called, set()) - seen
            elif called[0] in ORDERING or called[0] in COMPARED:
                sight = max(sight, Sight.ORDER)
            elif called[0] not in BLIND:
                return Sight.EVERYTHING
        return sight


def _is_private(atom: Term) -> bool:
    found = signature(atom)
    return found is not None and found[0].startswith("_")


def _is_rewritten(term: Term) -> bool:
    """Return whether a question has a part that analysis has to see the whole program for."""
    compounds = (part for part in subterms(term) if isinstance(part, Compound))
    return any(signature(part) in REWRITTEN or part.functor in FUNCTORS for part in compounds)


def _called(goal: Goal) -> Iterator[Signature]:
    """Yield what a goal calls, the aggregates that it compares included."""
    if goal.signature is not None:
        yield goal.signature
        yield from ((part.functor, 1) for part in subterms(goal.term) if isinstance(part, Compound) and part.functor in COMPARED)
