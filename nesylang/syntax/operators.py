"""The operator table: the one place that says how operators bind.

Priorities and types are Prolog's: a smaller number binds tighter; ``x`` stands for an argument of smaller priority, ``y`` for one of at
most the operator's. They are ProbLog's but for the logical connectives ``=>``, ``<=>`` and the body's ``xor``, and for ``^``, which has
priority 400 in ProbLog: ``2*3^2`` is an error there, and everything that is none reads the same here.
"""

from __future__ import annotations

from dataclasses import dataclass

ARGUMENT_PRIORITY = 999
"""Most that an argument of a term or an element of a list may bind at."""

TERM_PRIORITY = 1200
"""Most that a statement or a term in parentheses may bind at."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator with the most that its arguments may bind at."""

    name: str
    priority: int
    type: str

    @property
    def is_prefix(self) -> bool:
        return self.type in ("fy", "fx")

    @property
    def left(self) -> int:
        return self.priority if self.type[0] == "y" else self.priority - 1

    @property
    def right(self) -> int:
        return self.priority if self.type[-1] == "y" else self.priority - 1


def _table(rows: str) -> dict[str, Operator]:
    table = {}
    for row in rows.strip().splitlines():
        priority, kind, *names = row.split()
        for name in names:
            table[name] = Operator(name, int(priority), kind)
    return table


INFIX: dict[str, Operator] = _table(
    """
    1200 xfx :- <- -->
    1170 xfx given
    1160 xfx <=>
    1150 xfy =>
    1100 xfy ; |
    1050 xfy -> *->
    1000 xfy , &
    1000 xfx ::
    700 xfx = \\= == \\== =@= is as in < > =< >= =:= =\\= =.. @< @> @=< @>= ~= ~== ~=/= ~< ~> ~=< ~>= ?
    600 xfy :
    600 xfx ..
    500 yfx + - /\\ \\/ >< #
    400 yfx * / // mod rem div rdiv << >>
    300 xfy ^
    200 xfx **
    """
)

PREFIX: dict[str, Operator] = _table(
    """
    1200 fx :-
    900 fy not \\+ ~
    200 fy - + \\ \\\\
    """
)

DIRECTIVE_WORDS: dict[str, Operator] = _table("1150 fx dynamic discontiguous multifile table")
"""Prefix operators directly behind the ``:-`` of a directive, as in ``:- table path/2.``; names everywhere else."""

BODY_XOR = Operator("xor", 1100, "xfy")
"""``a xor b`` as a goal: exactly one of them (parity)."""

ARITHMETIC_XOR = Operator("xor", 500, "yfx")
"""``X is A xor B``: bitwise, inside arguments and on the right of an arithmetic comparison; on the left it needs parentheses."""

ARITHMETIC_COMPARISONS = frozenset({"is", "<", ">", "=<", ">=", "=:=", "=\\="})

QUANTIFIER_COLON = Operator(":", 1175, "xfx")
"""The ``:`` of a quantifier, an aggregate or a named constraint: its formula runs to the closing bracket."""

QUANTIFIERS = frozenset({"forall", "exists"})
AGGREGATES = frozenset({"count", "sum", "min", "max", "avg"})

NOT_AGGREGATES = frozenset({*INFIX, *PREFIX, "xor"})
"""Names that ``<Variable>`` does not make aggregates of."""

KEYWORDS = frozenset({"type", "pred", "neural", "input", "foreign", "data", "evidence", "constraint", "loss", "query", "expect", "import"})
"""Prefix operators of the statements that they start."""
