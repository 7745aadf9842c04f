"""Declarations of facts in data files, ``data road(from, to : atom) = "roads.csv".``, from terms and to terms."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from nesylang.source import Span
from nesylang.syntax.statements import (
    ColumnKey,
    DataColumn,
    DataDeclaration,
    EnumerationDomain,
    ListDomain,
    NamedType,
    RangeDomain,
    TypeReference,
)
from nesylang.syntax.terms import Atom, Compound, Integer, String, Term, Variable


class MisformedData(Exception):
    """A term that is no such declaration, the part of it that is wrong, and what was expected."""

    def __init__(self, span: Span, note: str) -> None:
        super().__init__(note)
        self.span = span
        self.note = note


def data_declaration(term: Term, span: Span, read_type: Callable[[Term], TypeReference]) -> DataDeclaration:
    """Return the declaration that a term is; raise MisformedData where it is none."""
    probability = None
    match term:
        case Compound(functor="::", args=(column, term)):
            probability = _column(column, read_type)
            if probability.type is not None:
                raise MisformedData(column.span, "the column of the probabilities has no type")
    match term:
        case Compound(functor="=", args=(table, (Atom() | String()) as file)):
            name = file.name if isinstance(file, Atom) else file.value
        case Compound(functor="=", args=(_, file)):
            raise MisformedData(file.span, 'expected a file name, as in "roads.csv"')
        case _:
            raise MisformedData(term.span, 'expected name(column, ...) = "file.csv"')
    match table:
        case Compound(functor="/", args=(Atom(name=predicate), Integer(value=arity))):
            if arity < 1:
                raise MisformedData(table.span, "a fact from a file has at least one argument")
            return DataDeclaration(predicate, arity, None, probability, name, file.span, span)
        case Atom(name=predicate):
            raise MisformedData(table.span, f"expected the columns, {predicate}(column, ...), or their number, as in {predicate}/2")
        case Compound(functor=predicate, args=args):
            columns = tuple(_column(argument, read_type) for argument in args)
            _check_keys(columns if probability is None else (probability, *columns))
            return DataDeclaration(predicate, len(columns), columns, probability, name, file.span, span)
        case _:
            raise MisformedData(table.span, "expected name(column, ...)")


def _column(term: Term, read_type: Callable[[Term], TypeReference]) -> DataColumn:
    match term:
        case Compound(functor=":", args=(name, type_)):
            return DataColumn(_key(name), read_type(type_), term.span)
        case _:
            return DataColumn(_key(term), None, term.span)


def _key(term: Term) -> ColumnKey:
    match term:
        case Atom(name=name) | String(value=name):
            return name
        case Integer(value=position) if position >= 1:
            return position
        case Integer():
            raise MisformedData(term.span, "columns are counted from 1")
        case Variable(name=name):
            raise MisformedData(term.span, f"a column whose name starts with a capital or with _ is quoted: '{name}'")
        case _:
            raise MisformedData(term.span, "expected the name of a column, or its position")


def _check_keys(columns: tuple[DataColumn, ...]) -> None:
    """Refuse columns of which some have names and some positions."""
    for column in columns:
        if type(column.key) is not type(columns[0].key):
            raise MisformedData(column.span, "name all columns, or give the positions of all in a file whose first line is data")


def data_term(declaration: DataDeclaration) -> Term:
    """Return the term that a declaration is written as."""
    span = declaration.span
    if declaration.columns is None:
        table: Term = Compound("/", (Atom(declaration.name, span), Integer(declaration.arity, span)), span)
    else:
        table = Compound(declaration.name, tuple(map(_column_term, declaration.columns)), span)
    equation = Compound("=", (table, String(declaration.file, span)), span)
    if declaration.probability is None:
        return equation
    return Compound("::", (_column_term(declaration.probability), equation), span)


def _column_term(column: DataColumn) -> Term:
    key = Integer(column.key, column.span) if isinstance(column.key, int) else Atom(column.key, column.span)
    return key if column.type is None else Compound(":", (key, _type_term(column.type)), column.span)


def _type_term(reference: TypeReference) -> Term:
    span = reference.span
    match reference:
        case NamedType(name=name):
            return Atom(name, span)
        case RangeDomain(low=low, high=high):
            return Compound("..", (Integer(low, span), Integer(high, span)), span)
        case EnumerationDomain(values=values):
            return Compound("{}", (reduce(lambda rest, value: Compound(",", (value, rest), span), reversed(values)),), span)
        case ListDomain(element=element):
            return Compound("list", (_type_term(element),), span)
