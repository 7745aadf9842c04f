"""Texts from templates: the directives of format/2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nesylang.grounding.native.builtins.arithmetic import evaluate
from nesylang.grounding.native.builtins.spelling import spelled, text_of
from nesylang.grounding.native.convert import TermWriter, show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import Store, Value, deref
from nesylang.syntax.printer import print_integer

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
COLUMN = 8
"""Distance of a column stop ``~+`` from the one before."""
WIDEST = 10_000
"""Largest number of columns, digits or repetitions that a directive may ask for."""


@dataclass(slots=True)
class _Line:
    """What is formatted so far; ``pending`` is the part behind the last column stop, ``fills`` the places in it that take the space."""

    done: list[str] = field(default_factory=list)
    stop: int = 0
    pending: str = ""
    fills: list[tuple[int, str]] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Add a text; columns are counted anew after a line end."""
        head, newline, tail = text.rpartition("\n")
        if newline:
            self.done.append(self.pending + head + newline)
            self.stop, self.pending, self.fills = 0, "", []
        self.pending += tail

    def column(self, target: int) -> None:
        """End the part at a column, its missing characters spread over the fill points."""
        missing = target - self.stop - len(self.pending)
        if missing > 0:
            fills = self.fills or [(len(self.pending), " ")]
            share, left = divmod(missing, len(fills))
            pieces, start = [], 0
            for index, (place, character) in enumerate(fills):
                pieces += [self.pending[start:place], character * (share + (left if index == len(fills) - 1 else 0))]
                start = place
            self.pending = "".join([*pieces, self.pending[start:]])
        self.done.append(self.pending)
        self.stop += len(self.pending)
        self.pending, self.fills = "", []

    def text(self) -> str:
        """Return all that was formatted."""
        return "".join([*self.done, self.pending])


def formatted(store: Store, template: str, arguments: Sequence[Value]) -> str:
    """Return a template with its directives replaced by arguments; GoalError E302 where they do not fit."""
    line = _Line()
    remaining = [deref(argument) for argument in reversed(arguments)]
    writer = TermWriter()

    def take(directive: str) -> Value:
        if not remaining:
            raise GoalError("E302", f"format has no argument left for ~{directive}", f"the template is {show(template)}")
        return remaining.pop()

    position = 0
    while position < len(template):
        character = template[position]
        position += 1
        if character != "~":
            line.write(character)
            continue
        count, fill, position = _modifier(template, position, take)
        directive = template[position : position + 1]
        position += 1
        match directive:
            case "~":
                line.write("~")
            case "n":
                line.write("\n" * (1 if count is None else count))
            case "i":
                take("i")
            case "t":
                line.fills.append((len(line.pending), fill))
            case "|" | "+":
                start = line.stop if directive == "+" else 0
                default = COLUMN if directive == "+" else line.stop + len(line.pending)
                line.column(start + (default if count is None else count))
            case "w":
                line.write(spelled(take("w"), writer=writer))
            case "p" | "q":
                line.write(spelled(take(directive), quoted=True, writer=writer))
            case _ if directive in DIRECTIVES:
                line.write(DIRECTIVES[directive](store, take(directive), count))
            case _:
                raise GoalError("E302", f"format knows no directive ~{directive}", f"the template is {show(template)}")
    if remaining:
        more = f"{len(remaining)} argument{'s' * (len(remaining) > 1)}"
        raise GoalError("E302", f"format has {more} more than its template uses", f"the template is {show(template)}")
    return line.text()


def _modifier(template: str, position: int, take: Callable[[str], Value]) -> tuple[int | None, str, int]:
    """Return the number and the fill character that stand before a directive, and where it starts."""
    if template[position : position + 1] == "*":
        return _count("*", take("*")), " ", position + 1
    if template[position : position + 1] == "`" and position + 1 < len(template):
        return None, template[position + 1], position + 2
    start = position
    while position < len(template) and template[position] in "0123456789":
        position += 1
    return (_count("~", int(template[start:position][:9])) if position > start else None), " ", position


def _count(directive: str, term: Value) -> int:
    number = _integer(directive, term)
    if not 0 <= number <= WIDEST:
        raise GoalError("E302", f"format takes numbers up to {WIDEST:,} in directives, not {show(term)}")
    return number


def _integer(directive: str, term: Value) -> int:
    if isinstance(term, int):
        return term
    raise GoalError("E302", f"format's ~{directive} takes an integer, not {show(term)}", "~w writes any term")


def _decimal(separator: str) -> Callable[[Store, Value, int | None], str]:
    """Return the directive that writes an integer, with a point before its last digits and a separator between thousands."""

    def write(store: Store, term: Value, count: int | None) -> str:
        number = _integer("D" if separator else "d", term)
        digits = print_integer(abs(number))
        whole, fraction = digits, ""
        if count:
            digits = digits.rjust(count + 1, "0")
            whole, fraction = digits[:-count], "." + digits[-count:]
        if separator:
            first = len(whole) % 3 or 3
            whole = separator.join([whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))])
        return ("-" if number < 0 else "") + whole + fraction

    return write


def _float(style: str) -> Callable[[Store, Value, int | None], str]:
    def write(store: Store, term: Value, count: int | None) -> str:
        value = evaluate(store, term)
        try:
            return f"{value:.{6 if count is None else count}{style}}"
        except OverflowError:
            raise GoalError("E303", f"arithmetic fails: the value of {show(term)} is too large") from None

    return write


def _radix(directive: str) -> Callable[[Store, Value, int | None], str]:
    def write(store: Store, term: Value, count: int | None) -> str:
        number, base = _integer(directive, term), 8 if count is None else count
        if not 2 <= base <= len(DIGITS):
            raise GoalError("E302", f"format's ~{directive} takes a base from 2 to {len(DIGITS)}, as in ~16{directive}")
        digits, rest = "", abs(number)
        while rest or not digits:
            rest, digit = divmod(rest, base)
            digits = DIGITS[digit] + digits
        return ("-" if number < 0 else "") + (digits.upper() if directive == "R" else digits)

    return write


def _code(store: Store, term: Value, count: int | None) -> str:
    code = _integer("c", term)
    if not 0 <= code <= 0x10FFFF:
        raise GoalError("E302", f"format's ~c takes a character code, not {code}")
    return chr(code) * (1 if count is None else count)


DIRECTIVES: Mapping[str, Callable[[Store, Value, int | None], str]] = {
    "a": lambda store, term, count: spelled(term),
    "d": _decimal(""),
    "D": _decimal(","),
    "s": lambda store, term, count: text_of("format's ~s", term),
    "e": _float("e"),
    "f": _float("f"),
    "g": _float("g"),
    "c": _code,
    "r": _radix("r"),
    "R": _radix("R"),
}
"""Letter -> how an argument and the number before the letter are written."""
