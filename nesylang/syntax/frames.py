"""Open brackets while a term is being parsed, and the terms that they become."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from lark import Token

from nesylang.source import Source, Span
from nesylang.syntax.operators import TERM_PRIORITY, Operator
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, Term
from nesylang.syntax.tokens import read_integer, unquote

CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(slots=True)
class Frame:
    """What stands between an opening bracket and its partner.

    An operand comes with its priority and its extent, parentheses included; ``comparisons`` counts the arithmetic comparisons that wait
    for their right argument, ``commas`` has the identities of the conjunctions made here.
    """

    opener: Token | None
    functor: str | None = None
    start: int = 0
    maximum: int = TERM_PRIORITY
    quantifier: bool = False
    arithmetic: bool = False
    arguments: list[Term] | deque[Term] = field(default_factory=list)
    operands: list[tuple[Term, int, int, int]] = field(default_factory=list)
    operators: list[tuple[Operator, Token]] = field(default_factory=list)
    commas: set[int] = field(default_factory=set)
    comparisons: int = 0
    tail: bool = False
    expecting: bool = True


def number_term(token: Token, span: Span) -> Integer | Float:
    """Return the number that a token spells."""
    text = str(token.value)
    if token.type == "CHARACTER_CODE":
        return Integer(ord("'" if text == "0'''" else unquote("'" + text[2:] + "'")), span)
    if token.type == "FLOAT":
        return Float(float(text), span)
    return Integer(int(text, 16) if text.startswith("0x") else read_integer(text), span)


def fact_term(token: Token, source: Source) -> Compound:
    """Return the term of a FACT token."""
    text, start = str(token.value), token.start_pos or 0
    opening = text.index("(")
    arguments: list[Term] = []
    offset = opening + 1
    for part in text[offset:-2].split(","):
        end = offset + len(part)
        if part[0] == " ":
            part = part[1:]
        span = Span(source, start + end - len(part), start + end)
        if part[0].isalpha():
            arguments.append(Atom(part, span))
        elif "." in part:
            arguments.append(Float(float(part), span))
        else:
            arguments.append(Integer(read_integer(part) if part[0] != "-" else -read_integer(part[1:]), span))
        offset = end + 1
    return Compound(text[:opening], tuple(arguments), Span(source, start, start + len(text) - 1))


def atom_term(name: str, span: Span) -> Term:
    """Return the atom of a name; the one named ``[]`` is the empty list."""
    return ListTerm((), None, span) if name == "[]" else Atom(name, span)


def bracketed_term(frame: Frame, term: Term, span: Span) -> Term:
    """Return the term of a closed bracket whose last element is ``term``."""
    assert frame.opener is not None
    if frame.functor is not None and frame.quantifier:
        is_quantified = isinstance(term, Compound) and term.functor == ":" and len(term.args) == 2
        arguments = [term] if frame.opener.value == "{" or is_quantified else _separated(term, frame.commas)
        return Compound(frame.functor, tuple(arguments), span)
    if frame.functor is not None:
        return Compound(frame.functor, (*frame.arguments, term), span)
    if frame.opener.value == "(":
        return term
    if frame.opener.value == "{":
        return Compound("{}", (term,), span)
    if frame.tail:
        if isinstance(term, ListTerm):
            return ListTerm((*frame.arguments, *term.items), term.tail, span)
        return ListTerm(tuple(frame.arguments), term, span)
    return ListTerm((*frame.arguments, term), None, span)


def is_tail(parent: Frame, following: Token | None) -> bool:
    """Return whether a list that is closed inside ``parent``, with ``following`` behind it, is the tail of the list there."""
    is_whole = not parent.operands and not parent.operators
    return parent.tail and is_whole and following is not None and following.type == "PUNCTUATION" and following.value == "]"


def join_tail(frame: Frame, parent: Frame) -> None:
    """Make ``parent`` the frame of one list, of its elements and those of its tail ``frame``, in time linear in its own elements."""
    elements = frame.arguments if isinstance(frame.arguments, deque) else deque(frame.arguments)
    elements.extendleft(reversed(parent.arguments))
    parent.arguments = elements
    parent.tail = frame.tail


def _separated(term: Term, commas: set[int]) -> list[Term]:
    """Split at the commas of one bracket, not at those of a conjunction in parentheses inside it."""
    arguments = []
    while id(term) in commas and isinstance(term, Compound):
        arguments.append(term.args[0])
        term = term.args[1]
    return [*arguments, term]
