"""The values in the columns of facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import itemgetter

from nesylang.analysis.values import FLOAT, LARGEST_SET, NOTHING, Interval, Values, join, join_all, of_constant, some_atoms, some_integers
from nesylang.source import Source, Span
from nesylang.syntax.csv_files import CsvPlaces
from nesylang.syntax.rows import FactListing
from nesylang.syntax.statements import Clause, FactTable, cell_term
from nesylang.syntax.terms import Atom, Compound, Integer, ListTerm, Term

_NOWHERE = Span(Source("<facts>", ""), 0, 0)

_DEEPEST = 4


def values_of(term: Term, depth: int = 0) -> Values:
    """Return the values of a term; those of its variables are anything."""
    if isinstance(term, ListTerm) and term.items and depth < _DEEPEST:
        if term.tail is not None:
            return Values(lists=True)
        elements = join_all(values_of(item, depth + 1) for item in term.items[:LARGEST_SET])
        return Values(lists=True, elements=elements if len(term.items) <= LARGEST_SET else None)
    return of_constant(term)


def column_of_clauses(clauses: Collection[Clause], position: int) -> Values:
    """Return the values of an argument in facts."""
    return _constants(clause.heads[0].atom.args[position] for clause in clauses if type(clause.heads[0].atom) is Compound)


def column_of_table(table: FactTable, position: int) -> Values:
    """Return the values of an argument in a table; of data from elsewhere only the kinds, as there may be more of it another time."""
    if not table.rows:
        return NOTHING
    column = list(map(itemgetter(position), table.rows))
    kinds = set(map(type, column))
    if kinds == {int} or kinds == {str}:
        # Most columns show at their beginning that they have more values than are told apart.
        few = len(set(column[: 2 * LARGEST_SET])) <= LARGEST_SET
        distinct = set(column) if few else set(column[: 2 * LARGEST_SET])
        if kinds == {int}:
            integers = frozenset(cell for cell in distinct if isinstance(cell, int))
            found = Values(integers=some_integers(integers)) if few else _range([cell for cell in column if isinstance(cell, int)])
        else:
            found = Values(atoms=some_atoms(frozenset(cell for cell in distinct if isinstance(cell, str))))
    elif kinds == {float}:
        found = FLOAT
    else:
        found = _constants(cell_term(cell, _NOWHERE) for cell in column)
    return found.kinds() if is_data(table) else found


def _range(column: list[int]) -> Values:
    return Values(integers=Interval(min(column), max(column)))


def _constants(terms: Iterable[Term]) -> Values:
    integers: set[int] = set()
    atoms: set[str] = set()
    others = NOTHING
    for term in terms:
        if type(term) is Atom:
            atoms.add(term.name)
        elif type(term) is Integer:
            integers.add(term.value)
        else:
            others = join(others, values_of(term))
    return join(Values(integers=some_integers(frozenset(integers)), atoms=some_atoms(frozenset(atoms))), others)


def is_data(table: FactTable) -> bool:
    """Return whether the facts of a table come from Python or from a data file, not from the text of a program."""
    return isinstance(table.places, FactListing | CsvPlaces)
