"""The columns of a query's result: its answers, and where its types are known all its instances in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from nesylang.compilation.compiled import CompiledProgram
from nesylang.grounding.asking import free_variables
from nesylang.grounding.program import GroundQuery
from nesylang.learning.values import Value, answer_values, bindings, instance, python_value
from nesylang.source import error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Term, Variable, subterms


@dataclass(frozen=True, slots=True)
class QueryColumns:
    """The columns of a query: their values and atoms (``terms``), and for each the answer that it is, None where it has no proof.

    ``width`` is the number of answers with a proof, each of which has a root.
    """

    name: str
    values: list[Value]
    terms: list[Term]
    positions: list[int | None]
    width: int

    @property
    def atoms(self) -> list[str]:
        """The atoms, canonically spelled."""
        return list(map(print_term, self.terms))


def query_columns(compiled: CompiledProgram) -> Iterator[QueryColumns]:
    """Yield the columns of each query; raise NesyError E311 for an answer outside the declared types."""
    for query in compiled.ground.queries:
        width = len(query.answers)
        if not query.answers and _is_closed(query.goal):
            yield QueryColumns(query.name, [True], [query.goal], [None], 0)
        elif query.domains is None:
            yield QueryColumns(query.name, answer_values(query), [a.atom for a in query.answers], list(range(width)), width)
        else:
            yield _typed(query, query.domains)


def _is_closed(goal: Term) -> bool:
    """Return whether a goal has no variables but those that quantifiers and aggregates have to themselves."""
    return not free_variables(goal) and not any(part == Variable("_", part.span) for part in subterms(goal))


def _typed(query: GroundQuery, domains: tuple[tuple[Term, ...], ...]) -> QueryColumns:
    """Return a column for each instance that the types of a query's variables allow."""
    answers = {tuple(bindings(query.goal, answer.atom)): number for number, answer in enumerate(query.answers)}
    values: list[Value] = []
    atoms: list[Term] = []
    positions: list[int | None] = []
    for terms in product(*domains):
        scalars = tuple(python_value(term) for term in terms)
        values.append(scalars[0] if len(scalars) == 1 else scalars)
        atoms.append(instance(query.goal, terms))
        positions.append(answers.pop(terms, None))
    for terms, number in answers.items():
        atom = query.answers[number].atom
        outside = [term for term, domain in zip(terms, domains, strict=True) if term not in domain]
        message = f"the answer {print_term(atom)} is outside the declared types: {', '.join(map(print_term, outside or terms))}"
        hint = "a result has a column for each value of the declared types; widen them, or change the rules that answer"
        raise error("E311", message, query.goal.span, "asked here", hint)
    return QueryColumns(query.name, values, atoms, positions, len(query.answers))
