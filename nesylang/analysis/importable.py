"""Which libraries of nesylang bring a predicate, for hints; they are read only when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from nesylang.analysis.builtins import Signature
from nesylang.analysis.grammars import is_grammar_rule, left_sides
from nesylang.resources import stdlib_directory
from nesylang.source import Source
from nesylang.syntax import parse
from nesylang.syntax.statements import Clause
from nesylang.syntax.terms import signature


def libraries_with(called: Signature) -> tuple[str, ...]:
    """Return the libraries of nesylang that define a predicate."""
    return tuple(library for library, defined in _defined().items() if called in defined)


@cache
def _defined() -> Mapping[str, frozenset[Signature]]:
    libraries = {}
    for path in sorted(stdlib_directory().glob("*.nesy")):
        found: set[Signature] = set()
        for statement in parse(Source(path.name, path.read_text(encoding="utf-8"))).statements:
            if isinstance(statement, Clause):
                if is_grammar_rule(statement):
                    found.update((name, arity + 2) for name, arity in left_sides(statement))
                else:
                    found.update(defined for head in statement.heads if (defined := signature(head.atom)) is not None)
        libraries[path.stem] = frozenset(defined for defined in found if not defined[0].startswith("_"))
    return libraries
