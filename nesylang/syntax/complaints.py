"""What the parser says about text that is not nesylang."""

from __future__ import annotations

from lark import Token

from nesylang.source import Diagnostic, Label, Source, Span
from nesylang.syntax.frames import CLOSING, Frame
from nesylang.syntax.tokens import tokenise


class SyntaxProblem(Exception):
    """Ends the parsing of one statement, with what is wrong with it."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class TokenReader:
    """The tokens of a source with a position in them, and the complaints about what is found there."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = tokenise(source)
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
            if token.type == "END" and (previous is None or previous.type == "END"):
                hint = "remove this period"
            elif value in (")", "]", "}") and previous is not None and previous.value == ",":
                hint = "remove the comma before it"
            elif value == "=" and previous is not None and previous.value == "<":
                hint = "'=<' means at most"
            return self.error("E105", f"expected a term, found {_described(token)}", token, "expected a term", hint)
        if previous is not None and "\n" in self.source.text[previous.end_pos or 0 : token.start_pos or 0]:
            hint = "a statement ends with a period: is one missing at the end of the line before?"
        elif value == "!":
            following = self.peek(1)
            hint = "'\\=' means that terms differ, '=\\=' that numbers do" if following is not None and following.value == "=" else None
        elif value == "(":
            hint = "write the name and '(' without a space between them"
        return self.error("E106", f"expected an operator or '.', found {_described(token)}", token, "expected an operator or '.'", hint)

    def clash(self, token: Token, name: str) -> SyntaxProblem:
        return self.error(
            "E106",
            f"operator '{name}' cannot stand here without parentheses",
            token,
            "binds too loosely here",
            "put one of the two sides in parentheses",
        )

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


def _described(token: Token) -> str:
    if token.type == "END":
        return "the end of the statement"
    if token.type == "FACT":
        return f"'{str(token.value)[:-1]}'"
    return f"'{token.value}'"
