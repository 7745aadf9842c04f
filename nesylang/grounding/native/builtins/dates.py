"""Dates, times and durations: which there are, their numbers, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from nesylang.grounding.native.builtins.arguments import Solution, deterministic, wrong
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation, Test
from nesylang.grounding.native.builtins.spelling import constant_text, text_of_constant
from nesylang.grounding.native.convert import show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import NIL, Store, Struct, Value, Var, deref, is_ground, list_items

DATE = "date"
DATETIME = "datetime"

WRITTEN_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
WRITTEN_DATETIME = re.compile(WRITTEN_DATE.pattern + r"[T ](\d{2}):(\d{2}):(\d{2})", re.ASCII)
WRITTEN_PART = re.compile(r"([+-]?\d+)\s*([a-z]+)\s*", re.ASCII)

UNITS = {
    "year": (12, 0, 0),
    "month": (1, 0, 0),
    "week": (0, 7, 0),
    "day": (0, 1, 0),
    "hour": (0, 0, 3600),
    "minute": (0, 0, 60),
    "second": (0, 0, 1),
}
"""Unit -> its months, days and seconds."""

START = date(1970, 1, 1).toordinal()
MIDNIGHT = datetime(1970, 1, 1)

DATE_HINT = "a date is date(2019, 1, 4), with a year from 1 to 9999; date_string/2 reads a text such as 2019-01-04"
DATETIME_HINT = "a time is datetime(2019, 1, 4, 10, 30, 0); datetime_string/2 reads a text such as 2019-01-04T10:30:00"
DURATION_HINT = 'a duration is days(3), a list such as [years(1), months(-2)], or a text such as "1 year 3 days"'


def _no(what: str, term: Value, problem: str, hint: str) -> GoalError:
    return GoalError("E322", f"{show(term)} is no {what}{problem and ': '}{problem}", hint)


def _numbers(term: Value, name: str, count: int) -> tuple[int, ...] | None:
    """Return the arguments of a ground compound ``name/count`` of integers, None for other terms."""
    if not isinstance(term, Struct) or term.name != name or len(term.args) != count:
        return None
    numbers = [argument for argument in map(deref, term.args) if isinstance(argument, int)]
    return tuple(numbers) if len(numbers) == count else None


def _date(term: Value) -> date:
    """Return the date of a term ``date(Year, Month, Day)``; GoalError E322 where there is none."""
    numbers = _numbers(term, DATE, 3)
    if numbers is None:
        raise _no("date", term, "", DATE_HINT)
    try:
        return date(*numbers)
    except (ValueError, OverflowError) as problem:
        raise _no("date", term, str(problem), DATE_HINT) from None


def _made(numbers: Sequence[int]) -> datetime:
    """Return the time of a year, month, day, hour, minute and second; ValueError where there is none."""
    year, month, day, hour, minute, second = numbers
    return datetime(year, month, day, hour, minute, second)


def _datetime(term: Value) -> datetime:
    """Return the time of a term ``datetime/6``; GoalError E322 where there is none."""
    numbers = _numbers(term, DATETIME, 6)
    if numbers is None:
        raise _no("time", term, "", DATETIME_HINT)
    try:
        return _made(numbers)
    except (ValueError, OverflowError) as problem:
        raise _no("time", term, str(problem), DATETIME_HINT) from None


def _date_term(store: Store, found: date) -> Value:
    return store.struct(DATE, (found.year, found.month, found.day))


def _datetime_term(store: Store, found: datetime) -> Value:
    return store.struct(DATETIME, (found.year, found.month, found.day, found.hour, found.minute, found.second))


def _is(name: str, count: int, make: Callable[..., object]) -> Callable[[Store, Value], bool]:
    """Return the test whether a term ``name/count`` is a date or time that there is."""

    def holds(store: Store, term: Value) -> bool:
        numbers = _numbers(term, name, count)
        if numbers is None:
            return False
        try:
            make(*numbers)
        except (ValueError, OverflowError):
            return False
        return True

    return holds


def _date_number(store: Store, term: Value, number: Value) -> Solution:
    if is_ground(term):
        return term, _date(term).toordinal() - START
    if not isinstance(number, int):
        raise wrong("date_number/2", number if type(term) is Var else term, "a date, or the number of a day")
    try:
        return _date_term(store, date.fromordinal(number + START)), number
    except (ValueError, OverflowError):
        raise _no("day of a year from 1 to 9999", number, "", DATE_HINT) from None


def _datetime_number(store: Store, term: Value, number: Value) -> Solution:
    if is_ground(term):
        return term, (_datetime(term) - MIDNIGHT) // timedelta(seconds=1)
    if not isinstance(number, int):
        raise wrong("datetime_number/2", number if type(term) is Var else term, "a time, or the number of a second")
    try:
        return _datetime_term(store, MIDNIGHT + timedelta(seconds=number)), number
    except (ValueError, OverflowError):
        raise _no("second of a year from 1 to 9999", number, "", DATETIME_HINT) from None


def _date_string(store: Store, term: Value, text: Value) -> Solution:
    if is_ground(term):
        return term, store.text(_date(term).isoformat()) if type(text) is Var else _same(text, _date(term).isoformat(), store)
    written = constant_text("date_string/2", text)
    found = WRITTEN_DATE.fullmatch(written)
    if found is None:
        raise _no("date", text, "", DATE_HINT)
    try:
        return _date_term(store, date(*map(int, found.groups()))), text
    except ValueError as problem:
        raise _no("date", text, str(problem), DATE_HINT) from None


def _datetime_string(store: Store, term: Value, text: Value) -> Solution:
    if is_ground(term):
        written = _datetime(term).isoformat()
        return term, store.text(written) if type(text) is Var else _same(text, written, store)
    found = WRITTEN_DATETIME.fullmatch(constant_text("datetime_string/2", text))
    if found is None:
        raise _no("time", text, "", DATETIME_HINT)
    try:
        return _datetime_term(store, _made([int(number) for number in found.groups()])), text
    except ValueError as problem:
        raise _no("time", text, str(problem), DATETIME_HINT) from None


def _same(text: Value, written: str, store: Store) -> Value:
    """Return a text that is an atom or a string as it is where it says ``written``, else a string that it is not."""
    return text if text_of_constant(text) == written else store.text(written)


def _duration_parts(store: Store, term: Value, months: Value, days: Value, seconds: Value) -> Solution:
    items, tail = list_items(term)
    parts = items if tail == NIL else [term]
    totals = [0, 0, 0]
    for part in map(deref, parts):
        for count, unit in _counts(part):
            totals = [total + count * size for total, size in zip(totals, UNITS[unit], strict=True)]
    return term, *totals


def _counts(part: Value) -> list[tuple[int, str]]:
    """Return the numbers and units of a part of a duration; GoalError E322 for what is none."""
    if type(part) is Var:
        raise wrong("duration_parts/4", part, "a duration")
    if isinstance(part, Struct) and len(part.args) == 1:
        count = deref(part.args[0])
        if isinstance(count, int) and part.name.removesuffix("s") in UNITS and part.name.endswith("s"):
            return [(count, part.name.removesuffix("s"))]
    text = text_of_constant(part)
    if text is None:
        raise _no("duration", part, "", DURATION_HINT)
    counts: list[tuple[int, str]] = []
    position = 0
    while position < len(text) or not counts:
        found = WRITTEN_PART.match(text, position)
        if found is None or found[2].removesuffix("s") not in UNITS:
            raise _no("duration", part, "", DURATION_HINT)
        counts.append((int(found[1]), found[2].removesuffix("s")))
        position = found.end()
    return counts


DATES: tuple[NativeBuiltin, ...] = (
    Test("is_date", 1, _is(DATE, 3, date)),
    Test("is_datetime", 1, _is(DATETIME, 6, datetime)),
    Relation("date_number", 2, deterministic(_date_number), (((), (0, 1)),)),
    Relation("datetime_number", 2, deterministic(_datetime_number), (((), (0, 1)),)),
    Relation("date_string", 2, deterministic(_date_string), (((), (0, 1)),)),
    Relation("datetime_string", 2, deterministic(_datetime_string), (((), (0, 1)),)),
    Relation("duration_parts", 4, deterministic(_duration_parts), (((), (0, 1, 2, 3)),)),
)
"""The predicates of dates and times."""
