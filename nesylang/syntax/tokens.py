"""Tokens of a source, by lark from grammar/nesy.lark."""

from __future__ import annotations

import re
from functools import cache

from lark import Lark, Token

from nesylang.resources import grammar_path
from nesylang.source import Source

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
HEXADECIMAL_ESCAPE = re.compile(r"x(?!0*[dD][89a-fA-F][0-9a-fA-F]{2}\\)(0*(?:10[0-9a-fA-F]{4}|[0-9a-fA-F]{1,5}))\\")
"""What may stand behind a backslash: the code of a character, up to 10FFFF and no surrogate; the same as in the grammar."""

PIECE_DIGITS = 4000
"""Digits of an integer that are read or written at a time; Python limits how many one call converts."""


@cache
def _lexer() -> Lark:
    """Return the tokeniser; without a parser lark builds no parse tables."""
    return Lark(grammar_path().read_text(encoding="utf-8"), parser=None, lexer="basic")


def tokenise(source: Source, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens from ``start`` to ``end``, by default all.

    What no token starts with comes as UNKNOWN and UNFINISHED tokens, so that this never fails. A comment that does not end is the last
    token.
    """
    text = source.text[start:end]
    if start == 0 and text.startswith("#!"):
        text = "%!" + text[2:]
    tokens = []
    for token in _lexer().lex(text):
        if start:
            token.start_pos = start + (token.start_pos or 0)
            token.end_pos = start + (token.end_pos or 0)
        tokens.append(token)
        if token.type == "UNFINISHED" and token.value == "/*":
            break
    return tokens


def read_integer(digits: str) -> int:
    """Return the integer with these decimal digits, of which ``int`` takes some thousand at most."""
    if len(digits) <= PIECE_DIGITS:
        return int(digits)
    value = 0
    for start in range(0, len(digits), PIECE_DIGITS):
        piece = digits[start : start + PIECE_DIGITS]
        value = value * 10 ** len(piece) + int(piece)
    return value


def unquote(text: str) -> str:
    """Return the content of a quoted atom or string, quotes removed and escapes resolved."""
    quote, body = text[0], text[1:-1]
    if "\\" not in body and quote not in body:
        return body
    result = []
    position = 0
    while position < len(body):
        character = body[position]
        if character == "\\":
            position += 1
            following = body[position]
            code = HEXADECIMAL_ESCAPE.match(body, position)
            if code is not None:
                result.append(chr(int(code[1], 16)))
                position = code.end() - 1
            else:
                result.append(ESCAPES.get(following, following))
        elif character == quote:
            position += 1
            result.append(quote)
        else:
            result.append(character)
        position += 1
    return "".join(result)


def quote(text: str, mark: str) -> str:
    """Return the text between two quotation marks, escaped so that ``unquote`` gives it back."""
    escaped = text.replace("\\", "\\\\").replace(mark, "\\" + mark)
    for letter, character in (("n", "\n"), ("t", "\t"), ("r", "\r"), ("0", "\0")):
        escaped = escaped.replace(character, "\\" + letter)
    return mark + escaped + mark
