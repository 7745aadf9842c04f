"""What is written in a statement, as terms."""

from __future__ import annotations

from collections.abc import Iterator

from nesylang.syntax.statements import Clause, Evidence, ExpectAnswers, ExpectProbability, Query, Statement
from nesylang.syntax.terms import Term


def statement_terms(statement: Statement) -> Iterator[Term]:
    """Yield the heads and the body of a clause, the goals and answers of a question, the atom of evidence."""
    match statement:
        case Clause(heads=heads, body=body):
            yield from (head.atom for head in heads)
            if body is not None:
                yield body
        case Query(goal=goal, condition=condition) | ExpectProbability(goal=goal, condition=condition):
            yield goal
            if condition is not None:
                yield condition
        case ExpectAnswers(goal=goal, answers=answers):
            yield goal
            yield from answers
        case Evidence(atom=atom):
            yield atom
        case _:
            return
