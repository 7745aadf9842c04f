"""Texts matched by regular expressions, which are those of Python's ``re``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from nesylang.grounding.native.builtins.arguments import Solution, deterministic
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation
from nesylang.grounding.native.builtins.spelling import constant_text
from nesylang.grounding.native.convert import show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import Store, Value

UNUSED = "none"
"""The atom that stands for a group which takes no part in a match."""

HINT = 'regular expressions are those of Python\'s re; in a string a backslash is written twice, as in "\\\\d+"'


def _wrong(what: str, text: str, problem: str) -> GoalError:
    return GoalError("E321", f"{show(text)} is no {what}: {problem}", HINT)


def _pattern(name: str, term: Value) -> re.Pattern[str]:
    """Return the regular expression that a text spells; GoalError E321 for one that is none."""
    text = constant_text(name, term)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return re.compile(text)
        except (re.error, FutureWarning, DeprecationWarning) as problem:
            raise _wrong("regular expression", text, str(problem)) from None
        except (OverflowError, RecursionError):
            raise _wrong("regular expression", text, "it is too large") from None


def _groups(store: Store, found: re.Match[str]) -> Value:
    """Return the list of the texts of a match's groups."""
    return store.list([UNUSED if group is None else store.text(group) for group in found.groups()])


def _match(store: Store, text: Value, pattern: Value, groups: Value) -> Solution | None:
    found = _pattern("regex_match/3", pattern).fullmatch(constant_text("regex_match/3", text))
    return None if found is None else (text, pattern, _groups(store, found))


def _search(store: Store, text: Value, pattern: Value, start: Value, end: Value, groups: Value) -> Iterator[Solution]:
    """Yield the matches within a text that do not overlap, from left to right."""
    for found in _pattern("regex_search/5", pattern).finditer(constant_text("regex_search/5", text)):
        yield text, pattern, found.start(), found.end(), _groups(store, found)


def _replace(store: Store, text: Value, pattern: Value, replacement: Value, result: Value) -> Solution:
    name = "regex_replace/4"
    template = constant_text(name, replacement)
    try:
        changed = _pattern(name, pattern).sub(template, constant_text(name, text))
    except (re.error, IndexError) as problem:
        raise _wrong("replacement for this regular expression", template, str(problem)) from None
    return text, pattern, replacement, store.text(changed)


REGULAR: tuple[NativeBuiltin, ...] = (
    Relation("regex_match", 3, deterministic(_match), (((), (0, 1, 2)),)),
    Relation("regex_search", 5, _search, (((), (0, 1, 2, 3, 4)),)),
    Relation("regex_replace", 4, deterministic(_replace), (((), (0, 1, 2, 3)),)),
)
"""The predicates of regular expressions."""
