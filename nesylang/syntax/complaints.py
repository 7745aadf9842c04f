"""What the parser says about text that is not nesylang."""

from __future__ import annotations

from difflib import get_close_matches

from lark import Token

from nesylang.source import Diagnostic, Label, Source, Span
from nesylang.syntax.frames import CLOSING, Frame
from nesylang.syntax.operators import AGGREGATES, KEYWORDS, NOT_AGGREGATES
from nesylang.syntax.tokens import tokenise

FOREIGN_STARTS = {
    "#": "a comment starts with %",
    "//": "a comment starts with %",
    "?": "a query is written  query goal.",
}
"""What other languages start with, and what is written instead."""

FOREIGN_OPERATORS = {"and": "'and' is written with a comma", "or": "'or' is written with a semicolon"}
"""What other languages put between terms."""


ENDS = frozenset({"END", "FACT", "TABLE"})
"""Types of the tokens that a statement ends with."""


class SyntaxProblem(Exception):
    """Ends the parsing of one statement, with what is wrong with it."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class TokenReader:
    """The tokens of a source with a position in them, and the complaints about what is found there."""

    def __init__(self, source: Source, tokens: list[Token] | None = None) -> None:
        self.source = source
        self.tokens = tokenise(source) if tokens is None else tokens
        self.position = 0
        self.frames: list[Frame] = []

    def peek(self, distance: int = 0) -> Token | None:
        position = self.position + distance
        return self.tokens[position] if 0 <= position < len(self.tokens) else None

    def error(self, code: str, message: str, token: Token, note: str = "", hint: str | None = None) -> SyntaxProblem:
        span = Span(self.source, token.start_pos or 0, token.end_pos or 0)
        return SyntaxProblem(Diagnostic(code, message, (Label(span, note),), hint))

    def unexpected(self, token: Token) -> SyntaxProblem:
        value = str(token.value)
        expecting = self.frames[-1].expecting
        previous = self.peek(-1)
        hint: str | None = None
        if token.type == "UNKNOWN":
            if value == ".":
                hint = "end the statement with a period and a space or line break; a float needs a digit after its period"
                return self.error("E101", "a period without white space behind it", token, "does not end the statement", hint)
            return self.error("E101", f"unexpected character {value!r}", token, "no token starts with it")
        if token.type == "UNFINISHED":
            what = {"/*": "block comment", "'": "quoted atom", '"': "string"}[value]
            closing = {"/*": "*/"}.get(value, value)
            hint = f"add the closing {closing}" + ("" if value == "/*" else "; a line break inside is written \\n")
            return self.error("E102", f"a {what} that does not end", token, "starts here", hint)
        if token.type == "END" and self.frames[-1].opener is not None:
            return self.unclosed(self.frames[-1].opener)
        if expecting:
            if token.type == "END" and (previous is None or previous.type in ENDS):
                hint = "remove this period"
            elif value in (")", "]", "}") and previous is not None and previous.value == ",":
                hint = "remove the comma before it"
            elif value == "=" and previous is not None and previous.value == "<":
                hint = "'=<' means at most"
            elif previous is not None and previous.value == ":" and value == "=":
                hint = "a rule is written  head :- body."
            elif self._starts_statement(0):
                hint = FOREIGN_STARTS.get(value)
            return self.error("E105", f"expected a term, found {_described(token)}", token, "expected a term", hint)
        if previous is not None and "\n" in self.source.text[previous.end_pos or 0 : token.start_pos or 0]:
            hint = "a statement ends with a period: is one missing at the end of the line before?"
        elif value == "!":
            following = self.peek(1)
            hint = "'\\=' means that terms differ, '=\\=' that numbers do" if following is not None and following.value == "=" else None
        elif value == "(" and previous is not None and previous.type == "VARIABLE" and previous.end_pos == token.start_pos:
            name = str(previous.value)
            hint = f"names that start with a capital letter are variables; a predicate is written  {name[0].lower()}{name[1:]}(...)"
        elif value == "(":
            hint = "write the name and '(' without a space between them"
        elif value == "{" and previous is not None and previous.type == "NAME":
            similar = get_close_matches(str(previous.value).lower(), sorted(AGGREGATES), 1)
            hint = f"did you mean {similar[0]}{{ ... }}?" if similar else "the aggregates are count, sum, min, max and avg"
        elif value in FOREIGN_OPERATORS:
            hint = FOREIGN_OPERATORS[value]
        elif previous is not None and previous.type in ("NAME", "VARIABLE") and self._starts_statement(-1):
            similar = get_close_matches(str(previous.value).lower(), KEYWORDS, 1)
            hint = f"did you mean the keyword '{similar[0]}'?" if similar else None
        return self.error("E106", f"expected an operator or '.', found {_described(token)}", token, "expected an operator or '.'", hint)

    def aggregates_variable(self, name: Token) -> bool:
        """Return whether ``<Variable>`` follows a name, and then what no right side of ``>`` starts with."""
        opening, variable, closing, following = (self.peek(distance) for distance in range(4))
        if opening is None or variable is None or closing is None or name.type != "NAME" or name.value in NOT_AGGREGATES:
            return False
        is_written = opening.value == "<" and opening.start_pos == name.end_pos and variable.type == "VARIABLE" and closing.value == ">"
        return is_written and _ends_term(following)

    def _starts_statement(self, distance: int) -> bool:
        """Return whether the token at a distance is the first of its statement."""
        before = self.peek(distance - 1)
        return before is None or before.type in ENDS

    def clash(self, token: Token, name: str) -> SyntaxProblem:
        frame = self.frames[-1]
        if name in (":-", "<-") and frame.opener is not None and not self._is_closed():
            return self.unclosed(frame.opener)
        hint = "put one of the two sides in parentheses"
        if name == "::":
            hint = "the alternatives of a disjunction are separated by ';', facts by periods"
        elif name == "," and any(operator.name == "::" for operator, _ in frame.operators):
            hint = "put the goals behind '::' in parentheses, or separate the alternatives of a disjunction by ';'"
        elif name == ">" and frame.operators and frame.operators[-1][0].name == "<" and _ends_term(self.peek(0)):
            hint = "an aggregate has one variable, which the body binds:  total(sum<X>) :- price(X)."
        return self.error("E106", f"operator '{name}' cannot stand here without parentheses", token, "binds too loosely here", hint)

    def _is_closed(self) -> bool:
        """Return whether the innermost open bracket is closed before the statement ends."""
        depth = 1
        for distance in range(len(self.tokens) - self.position):
            token = self.tokens[self.position + distance]
            if token.type in ("END", "FACT"):
                return False
            if token.type == "PUNCTUATION" and token.value != "!":
                depth += 1 if token.value in CLOSING else -1
                if depth == 0:
                    return True
        return False

    def unclosed(self, opener: Token) -> SyntaxProblem:
        return self.error(
            "E104", f"'{opener.value}' is never closed", opener, "opened here", f"add '{CLOSING[opener.value]}' before the period"
        )

    def mismatch(self, token: Token, opener: Token) -> SyntaxProblem:
        failure = self.error("E104", f"'{opener.value}' is closed by '{token.value}'", token, f"expected '{CLOSING[opener.value]}'")
        place = Span(self.source, opener.start_pos or 0, opener.end_pos or 0)
        labels = (*failure.diagnostic.labels, Label(place, "opened here"))
        return SyntaxProblem(Diagnostic("E104", failure.diagnostic.message, labels))

    def unfinished(self) -> SyntaxProblem:
        frame = self.frames[-1]
        last = self.tokens[-1]
        if frame.opener is not None:
            return self.unclosed(frame.opener)
        span = Span(self.source, last.start_pos or 0, last.end_pos or 0)
        if last.type in ("UNKNOWN", "UNFINISHED"):
            self.position = len(self.tokens) - 1
            return self.unexpected(last)
        message = "the last statement does not end with a period"
        return SyntaxProblem(Diagnostic("E103", message, (Label(span, "expected '.' after this"),), "add '.' followed by a line break"))


def _ends_term(token: Token | None) -> bool:
    """Return whether a token ends an argument, an element or a statement."""
    return token is None or token.type == "END" or token.value in (")", "]", "}", ",", "|")


def _described(token: Token) -> str:
    if token.type == "END":
        return "the end of the statement"
    if token.type == "FACT":
        return f"'{str(token.value)[:-1]}'"
    return f"'{token.value}'"
