"""Which calls match a clause of a predicate at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from nesylang.analysis.builtins import Signature
from nesylang.analysis.columns import is_data
from nesylang.analysis.program import Program, Rule
from nesylang.syntax.statements import Cell
from nesylang.syntax.terms import Atom, Compound, Float, Integer, Term, Variable, signature

MOST_FACTS = 20_000
"""Most facts of a predicate that its calls are compared with."""


class Clauses:
    """The clauses of a program's predicates, for comparing calls with them."""

    def __init__(self, program: Program, rules: Mapping[Signature, Sequence[Rule]]) -> None:
        self.program = program
        self.rules = rules
        self._rows: dict[tuple[Signature, tuple[int, ...]], frozenset[tuple[object, ...]] | None] = {}

    def excludes(self, found: Signature, goal: Compound) -> bool:
        """Return whether a call has several constants that no clause of its predicate has together, as far as that is certain."""
        if found not in self.program.facts and found not in self.program.tables:
            return False
        fixed = tuple(position for position, argument in enumerate(goal.args) if type(argument) is Atom or type(argument) is Integer)
        if not fixed:
            return False
        rows = self._facts(found, fixed)
        if rows is None or tuple(_key(goal.args[position]) for position in fixed) in rows:
            return False
        heads = [head.atom for rule in self.rules.get(found, ()) for head in rule.clause.heads if signature(head.atom) == found]
        return not any(_may_match(head, goal) for head in heads)

    def _facts(self, found: Signature, fixed: tuple[int, ...]) -> frozenset[tuple[object, ...]] | None:
        """Return the constants at some positions of a predicate's facts, None where there are too many or others may come."""
        key = found, fixed
        if key not in self._rows:
            self._rows[key] = self._collected(found, fixed)
        return self._rows[key]

    def _collected(self, found: Signature, fixed: tuple[int, ...]) -> frozenset[tuple[object, ...]] | None:
        clauses = self.program.facts.get(found, ())
        tables = self.program.tables.get(found, ())
        if len(clauses) + sum(len(table.rows) for table in tables) > MOST_FACTS or any(map(is_data, tables)):
            return None
        rows = {
            tuple(_key(clause.heads[0].atom.args[position]) for position in fixed)
            for clause in clauses
            if isinstance(clause.heads[0].atom, Compound)
        }
        picked = itemgetter(*fixed)
        for table in tables:
            if len(fixed) == 1:
                rows.update((_cell_key(picked(row)),) for row in table.rows)
            else:
                rows.update(tuple(map(_cell_key, picked(row))) for row in table.rows)
        return frozenset(rows)


def _key(term: Term) -> object:
    match term:
        case Atom(name=name):
            return name
        case Integer(value=value):
            return value
        case Float(value=value):
            return "float", value
        case _:
            return "term", term


def _cell_key(cell: Cell) -> object:
    return ("float", cell) if isinstance(cell, float) else cell if isinstance(cell, int | str) else ("term", cell)


def _may_match(head: Term, goal: Compound) -> bool:
    if not isinstance(head, Compound):
        return True
    constants = (Atom, Integer, Float)
    for own, given in zip(head.args, goal.args, strict=True):
        if isinstance(own, constants) and isinstance(given, constants) and (type(own) is not type(given) or own != given):
            return False
        if isinstance(given, constants) and not isinstance(own, constants) and not isinstance(own, Variable):
            return False
    return True
