"""An operator-precedence parser: tokens to terms, without recursion.

One ``Frame`` per open bracket holds operands and operators that are still to be combined (Dijkstra's shunting yard, with Prolog's
priorities). All syntax errors of a source are reported: after an error the parser goes on behind the next period.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lark import Token

from nesylang.source import Diagnostic, Label, NesyError, Source, Span
from nesylang.source.collection import paused_collection
from nesylang.syntax.complaints import SyntaxProblem, TokenReader
from nesylang.syntax.frames import CLOSING, Frame, atom_term, bracketed_term, fact_term, is_tail, join_tail, number_term
from nesylang.syntax.operators import (
    AGGREGATES,
    ARGUMENT_PRIORITY,
    ARITHMETIC_COMPARISONS,
    ARITHMETIC_XOR,
    BODY_XOR,
    DIRECTIVE_WORDS,
    INFIX,
    KEYWORDS,
    PREFIX,
    QUANTIFIER_COLON,
    QUANTIFIERS,
    TERM_PRIORITY,
    Operator,
)
from nesylang.syntax.terms import HEAD_AGGREGATE, Atom, Compound, Float, Integer, ListTerm, String, Term, Variable
from nesylang.syntax.tokens import unquote


@dataclass(frozen=True, slots=True)
class Sentence:
    """A statement before classification: its keyword, if it starts with one, and the term that follows."""

    keyword: str | None
    term: Term
    span: Span


class Parser(TokenReader):
    """Parses the sentences of one source; ``diagnostics`` collects the errors.

    ``tokens`` are the source's, if they are known; facts that were read before stand there as one token TABLE.
    """

    def __init__(self, source: Source, tokens: list[Token] | None = None) -> None:
        super().__init__(source, tokens)
        self.diagnostics: list[Diagnostic] = []

    def sentences(self) -> list[Sentence]:
        """Return the sentences of the source, those with errors left out."""
        sentences = []
        tokens, count = self.tokens, len(self.tokens)
        while self.position < count:
            start = self.position
            token = tokens[self.position]
            if token.type == "FACT":
                self.position += 1
                fact = fact_term(token, self.source)
                sentences.append(Sentence(None, fact, fact.span))
                continue
            if token.type == "TABLE":
                self.position += 1
                continue
            try:
                sentences.append(self._sentence())
            except SyntaxProblem as failure:
                self.diagnostics.append(failure.diagnostic)
                self._skip(start)
        return sentences

    def _skip(self, start: int) -> None:
        """Move behind the end of the sentence that began at ``start``, unless its error was found there."""
        if self.position > start and self.tokens[self.position - 1].type in ("END", "FACT"):
            return
        while self.position < len(self.tokens):
            self.position += 1
            if self.tokens[self.position - 1].type in ("END", "FACT"):
                return

    def _sentence(self) -> Sentence:
        first = self.tokens[self.position]
        keyword = self._keyword(first)
        if keyword is not None:
            self.position += len(keyword.split())
        colon = keyword in ("constraint", "loss")
        term, end = self._term(colon)
        return Sentence(keyword, term, Span(self.source, first.start_pos or 0, end))

    def _keyword(self, token: Token) -> str | None:
        """Return the keyword if the token is one here: followed by the start of a term, not by ``(``, an operator or the end."""
        if token.type != "NAME" or token.value not in KEYWORDS:
            return None
        following = self.peek(1)
        if following is None or following.type in ("END", "DOT") or self._opens(following, token):
            return None
        second = self.peek(2)
        if following.type in ("OPERATOR", "NAME") and following.value in INFIX and not self._starts_keyword_term(token, following, second):
            return None
        ends = second is None or second.type in ("END", "DOT") or (second.type == "OPERATOR" and second.value in INFIX)
        if token.value == "expect" and following.value in ("answers", "error") and not ends and not self._opens(second, following):
            return f"expect {following.value}"
        return str(token.value)

    def _starts_keyword_term(self, token: Token, operator: Token, second: Token | None) -> bool:
        """Return whether an operator's name starts a term behind a keyword: ``query as(X).``, ``constraint -1 :: ...``."""
        if operator.type == "NAME":
            return self._opens(second, operator)
        is_sign = operator.value == "-" and second is not None and second.type in ("INTEGER", "FLOAT")
        return is_sign and token.end_pos != operator.start_pos and second is not None and operator.end_pos == second.start_pos

    @staticmethod
    def _opens(token: Token | None, previous: Token, bracket: str = "(") -> bool:
        return token is not None and token.value == bracket and token.start_pos == previous.end_pos and token.type == "PUNCTUATION"

    def _term(self, colon: bool) -> tuple[Term, int]:
        """Parse up to and including the period; return the term and where it ends."""
        self.frames = [Frame(None, quantifier=colon)]
        while True:
            token = self.peek(0)
            if token is None:
                raise self.unfinished()
            frame = self.frames[-1]
            if frame.expecting:
                if self._operand(token, frame):
                    return self._finish()
            elif token.type == "END":
                self.position += 1
                return self._finish()
            else:
                self._continuation(token, frame)

    # operands

    def _operand(self, token: Token, frame: Frame) -> bool:
        """Read what may stand where an operand is expected; return whether it ended the sentence (a fact brings its period)."""
        kind, start, end = token.type, token.start_pos or 0, token.end_pos or 0
        following = self.peek(1)
        self.position += 1
        span = Span(self.source, start, end)
        match kind:
            case "FACT":
                self._push(frame, fact_term(token, self.source))
                return True
            case "INTEGER" | "CHARACTER_CODE" | "FLOAT":
                self._push(frame, self._number(token, span))
            case "STRING":
                self._push(frame, String(unquote(token.value), span))
            case "VARIABLE" if token.value[0] == "_" and token.value != "_" and self._opens(following, token):
                self._open_call(token, str(token.value), frame)
            case "VARIABLE":
                self._push(frame, Variable(str(token.value), span))
            case "PUNCTUATION" if token.value in CLOSING:
                self._open(token, frame)
            case "PUNCTUATION" if token.value == "!":
                self._push(frame, Atom("!", span))
            case "PUNCTUATION":
                self._close_empty(token, frame)
            case "NAME" | "QUOTED" | "OPERATOR" | "DOT":
                self._name(token, frame, following, span)
            case _:
                self.position -= 1
                raise self.unexpected(token)
        return False

    def _name(self, token: Token, frame: Frame, following: Token | None, span: Span) -> None:
        """Read an atom, the functor of a call or aggregate, a prefix operator or the sign of a number."""
        name = unquote(token.value) if token.type == "QUOTED" else str(token.value)
        if self._opens(following, token) and token.value not in (",", "|"):
            self._open_call(token, name, frame)
        elif token.type == "NAME" and name in AGGREGATES and self._opens(following, token, "{"):
            self.position += 1
            self.frames.append(self._nested(frame, following, name + "{}", span.start, quantifier=True))
        elif self.aggregates_variable(token):
            self.position += 3
            self._push(frame, self._aggregate(token))
        elif name == "-" and following is not None and following.type in ("INTEGER", "FLOAT") and following.start_pos == token.end_pos:
            self.position += 1
            number = self._number(following, Span(self.source, span.start, following.end_pos or 0))
            number.value = -number.value
            self._push(frame, number)
        elif token.type != "QUOTED" and name in PREFIX and self._starts_operand(following):
            operator = PREFIX[name]
            self._check_prefix(operator, token, frame)
            frame.operators.append((operator, token))
        elif name in DIRECTIVE_WORDS and self._starts_directive(following):
            frame.operators.append((DIRECTIVE_WORDS[name], token))
        elif token.type in ("QUOTED", "NAME") or (name not in (",", "|", "::", ":-") and not self._starts_operand(following)):
            self._push(frame, atom_term(name, span))
        else:
            self.position -= 1
            raise self.unexpected(token)

    def _starts_directive(self, following: Token | None) -> bool:
        """Return whether the last token is the first behind the ``:-`` of a directive, with a name or parenthesis after it."""
        before = self.peek(-2)
        if before is None or before.value != ":-" or not self._starts_statement(-2) or following is None:
            return False
        return following.value == "(" or (following.type in ("NAME", "QUOTED") and following.value not in INFIX)

    def _aggregate(self, name: Token) -> Compound:
        """Return ``name<Variable>``, of which the last token is the one before."""
        variable, closing = self.tokens[self.position - 2], self.tokens[self.position - 1]
        inner = Variable(str(variable.value), Span(self.source, variable.start_pos or 0, variable.end_pos or 0))
        span = Span(self.source, name.start_pos or 0, closing.end_pos or 0)
        return Compound(str(name.value) + HEAD_AGGREGATE, (inner,), span)

    def _number(self, token: Token, span: Span) -> Integer | Float:
        number = number_term(token, span)
        if isinstance(number, Float) and math.isinf(number.value):
            raise self.error(
                "E105", f"{token.value} is larger than any float", token, "too large", "in arithmetic, infinity is written inf"
            )
        return number

    def _starts_operand(self, token: Token | None) -> bool:
        """Return whether a term can start with this token, given that a prefix operator stands before it."""
        if token is None or token.type in ("END", "UNKNOWN", "UNFINISHED"):
            return False
        if token.type == "PUNCTUATION":
            return token.value in CLOSING or token.value == "!"
        if token.type in ("OPERATOR", "NAME") and token.value in INFIX:
            return token.value in PREFIX or (token.value not in (",", "|") and self._opens(self._after(token), token))
        return True

    def _after(self, token: Token) -> Token | None:
        """Return the token behind the next one."""
        following = self.peek(0)
        return self.peek(1) if following is token else None

    def _check_prefix(self, operator: Operator, token: Token, frame: Frame) -> None:
        """Refuse ``a = not b``, which needs parentheses; arithmetic signs bind tightly enough to be clear anywhere."""
        limit = frame.operators[-1][0].right if frame.operators else frame.maximum
        if operator.priority > max(limit, 200):
            raise self.clash(token, operator.name)

    def _push(self, frame: Frame, term: Term, span: Span | None = None) -> None:
        """Add an operand; ``span`` is its extent where parentheses make it larger than the term's."""
        extent = span or term.span
        frame.operands.append((term, 0, extent.start, extent.end))
        frame.expecting = False

    # brackets

    def _nested(self, frame: Frame, opener: Token | None, functor: str | None, start: int, quantifier: bool = False) -> Frame:
        arithmetic = frame.arithmetic or frame.comparisons > 0
        return Frame(opener, functor, start, TERM_PRIORITY, quantifier, arithmetic)

    def _open_call(self, token: Token, name: str, frame: Frame) -> None:
        quantifier = token.type == "NAME" and name in QUANTIFIERS
        opener = self.peek(0)
        self.position += 1
        nested = self._nested(frame, opener, name, token.start_pos or 0, quantifier)
        if not quantifier:
            nested.maximum = ARGUMENT_PRIORITY
        self.frames.append(nested)

    def _open(self, token: Token, frame: Frame) -> None:
        nested = self._nested(frame, token, None, token.start_pos or 0)
        if token.value == "[":
            nested.maximum = ARGUMENT_PRIORITY
        self.frames.append(nested)

    def _close_empty(self, token: Token, frame: Frame) -> None:
        """Close a bracket with nothing in it: ``[]``, ``{}``, ``a()``."""
        opener = frame.opener
        empty = opener is not None and not frame.operands and not frame.operators and not frame.arguments
        if not empty or opener is None or CLOSING[opener.value] != token.value or opener.value == "(" or frame.functor is not None:
            self.position -= 1
            raise self.unexpected(token)
        self.frames.pop()
        span = Span(self.source, opener.start_pos or 0, token.end_pos or 0)
        self._push(self.frames[-1], ListTerm((), None, span) if token.value == "]" else Atom("{}", span))

    def _close(self, token: Token, frame: Frame) -> None:
        opener = frame.opener
        if opener is None:
            raise self.error("E104", f"no bracket is open that '{token.value}' could close", token, "closes nothing")
        if CLOSING[opener.value] != token.value:
            raise self.mismatch(token, opener)
        self.position += 1
        self._reduce_all(frame)
        term = frame.operands.pop()[0]
        self.frames.pop()
        span = Span(self.source, frame.start, token.end_pos or 0)
        if frame.functor is None and opener.value == "[" and is_tail(self.frames[-1], self.peek(0)):
            join_tail(frame, self.frames[-1])
            self._push(self.frames[-1], term)
        else:
            self._push(self.frames[-1], bracketed_term(frame, term, span), span)

    # operators

    def _continuation(self, token: Token, frame: Frame) -> None:
        """Read what may follow an operand: an infix operator, a separator or a closing bracket."""
        kind, value = token.type, str(token.value)
        in_call = frame.opener is not None and frame.maximum == ARGUMENT_PRIORITY
        if kind == "PUNCTUATION" and value in (")", "]", "}"):
            self._close(token, frame)
        elif in_call and value == "," and kind == "OPERATOR":
            if frame.tail:
                raise self.error("E106", "a list ends with the one term after '|'", token, "expected ']'")
            self.position += 1
            self._reduce_all(frame)
            frame.arguments.append(frame.operands.pop()[0])
            frame.expecting = True
        elif in_call and value == "|" and kind == "OPERATOR" and frame.opener is not None and frame.opener.value == "[":
            if frame.tail:
                raise self.error("E106", "a list has at most one '|'", token, "second '|'")
            self.position += 1
            self._reduce_all(frame)
            frame.arguments.append(frame.operands.pop()[0])
            frame.tail = frame.expecting = True
        else:
            operator = self._infix(token, frame)
            if operator is None:
                raise self.unexpected(token)
            self.position += 1
            self._shift(operator, token, frame)

    def _infix(self, token: Token, frame: Frame) -> Operator | None:
        if token.type not in ("OPERATOR", "NAME"):
            return None
        name = str(token.value)
        if name == "xor":
            return ARITHMETIC_XOR if frame.arithmetic or frame.comparisons or frame.maximum == ARGUMENT_PRIORITY else BODY_XOR
        if name == ":" and frame.quantifier:
            return QUANTIFIER_COLON
        return INFIX.get(name)

    def _shift(self, operator: Operator, token: Token, frame: Frame) -> None:
        """Combine what binds tighter than the operator, then wait for its right argument."""
        while frame.operators and frame.operators[-1][0].priority <= operator.left:
            self._reduce(frame)
        limit = frame.operators[-1][0].right if frame.operators else frame.maximum
        if operator.priority > limit or frame.operands[-1][1] > operator.left:
            raise self.clash(token, operator.name)
        frame.operators.append((operator, token))
        frame.comparisons += operator.name in ARITHMETIC_COMPARISONS
        frame.expecting = True

    def _reduce(self, frame: Frame) -> None:
        operator, token = frame.operators.pop()
        frame.comparisons -= operator.name in ARITHMETIC_COMPARISONS
        right, _, start, end = frame.operands.pop()
        name = ";" if operator.name == "|" else operator.name
        if operator.is_prefix:
            start = token.start_pos or 0
            frame.operands.append((Compound(name, (right,), Span(self.source, start, end)), operator.priority, start, end))
            return
        left, _, start, _ = frame.operands.pop()
        term = Compound(name, (left, right), Span(self.source, start, end))
        if name == ",":
            frame.commas.add(id(term))
        frame.operands.append((term, operator.priority, start, end))

    def _reduce_all(self, frame: Frame) -> None:
        while frame.operators:
            self._reduce(frame)

    def _finish(self) -> tuple[Term, int]:
        frame = self.frames[-1]
        if frame.opener is not None:
            raise self.unclosed(frame.opener)
        self._reduce_all(frame)
        term, _, _, end = frame.operands.pop()
        return term, end


def parse_sentences(source: Source) -> list[Sentence]:
    """Return the sentences of a source; raise NesyError with all its syntax errors."""
    parser = Parser(source)
    with paused_collection():
        sentences = parser.sentences()
    if parser.diagnostics:
        raise NesyError(parser.diagnostics)
    return sentences


def parse_term(source: Source) -> Term:
    """Return the one term of a source, its final period optional; raise NesyError where it is anything else."""
    text = source.text.rstrip()
    complete = source if text.endswith(".") else Source(source.name, text + "\n.")
    sentences = parse_sentences(complete)
    if len(sentences) != 1 or sentences[0].keyword is not None:
        span = sentences[1].span if len(sentences) > 1 else Span(complete, 0, len(text))
        raise NesyError([Diagnostic("E105", "expected exactly one term", (Label(span),))])
    return sentences[0].term
