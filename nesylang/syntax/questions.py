"""Queries, evidence and statements that are given as text: on the command line, at the prompt, from Python."""

from __future__ import annotations

from nesylang.source import NesyError, Source
from nesylang.syntax.classify import classify
from nesylang.syntax.operators import INFIX
from nesylang.syntax.parser import Parser, Sentence, parse_term
from nesylang.syntax.statements import Evidence, Query, Statement
from nesylang.syntax.terms import Compound, Term, disjuncts, signature
from nesylang.syntax.tokens import tokenise

CLAUSE_OPERATORS = frozenset({":-", "<-", "::", "-->"})
ENDS = ("END", "FACT")
PROMPT = "?-"


def parse_question(source: Source) -> Query:
    """Return the query in a text, ``goal`` or ``goal given condition``; raise NesyError where it is none."""
    return _query(parse_term(source))


def _query(term: Term) -> Query:
    match term:
        case Compound(functor="given", args=(goal, condition)):
            return Query(goal, condition, term.span)
        case _:
            return Query(term, None, term.span)


def parse_observation(source: Source) -> Evidence:
    """Return the evidence in a text: ``atom``, ``not atom``, ``atom=true`` or ``atom=false``."""
    term = parse_term(source)
    statement = classify(Sentence("evidence", term, term.span))
    assert isinstance(statement, Evidence), "that is what the keyword makes"
    return statement


def parse_input(source: Source) -> tuple[Statement, ...]:
    """Return what is typed at a prompt: plain goals, which are facts in a file, as queries; the final period is optional.

    Rules, probabilistic clauses, directives and everything with a keyword are the statements that they are in a file, and so is
    evidence as ProbLog spells it. Raise NesyError with all syntax errors.
    """
    if source.text.lstrip().startswith(PROMPT):
        # Prolog's way to ask; whoever copies it from somewhere means the goal.
        source = Source(source.name, source.text.replace(PROMPT, " " * len(PROMPT), 1))
    tokens = tokenise(source)
    complete = not tokens or tokens[-1].type in ENDS
    parser = Parser(source if complete else Source(source.name, source.text.rstrip() + "\n."))
    sentences = parser.sentences()
    if parser.diagnostics:
        raise NesyError(parser.diagnostics)
    return tuple(_asked(sentence.term) if _is_goal(sentence) else classify(sentence) for sentence in sentences)


def _is_goal(sentence: Sentence) -> bool:
    found = signature(sentence.term)
    if sentence.keyword is not None or found in (("evidence", 1), ("evidence", 2)):
        return False
    return not any(isinstance(part, Compound) and part.functor in CLAUSE_OPERATORS for part in disjuncts(sentence.term))


def _asked(term: Term) -> Query:
    """Return the query that a goal is; ``query(goal)`` asks the goal."""
    match term:
        case Compound(functor="query", args=(goal,)):
            return _query(goal)
        case _:
            return _query(term)


def needs_more(text: str, continued: bool) -> bool:
    """Return whether what is typed at a prompt goes on in the next line.

    A first line does if it ends in an operator such as ``:-`` or a comma, or leaves a bracket or comment open; once ``continued``,
    an input goes on until a period ends it.
    """
    tokens = tokenise(Source("input", text))
    if not tokens:
        return continued
    last = tokens[-1]
    if last.type in ENDS:
        return False
    unfinished = next((token for token in tokens if token.type == "UNFINISHED"), None)
    if unfinished is not None:
        return str(unfinished.value) == "/*"
    if continued:
        return True
    brackets = [token.value for token in tokens if token.type == "PUNCTUATION"]
    opened, closed = (sum(bracket in side for bracket in brackets) for side in ("([{", ")]}"))
    return opened > closed or (len(tokens) > 1 and last.type in ("OPERATOR", "NAME") and last.value in {*INFIX, ":-"})
