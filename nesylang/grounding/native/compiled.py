"""What the compiler of clauses knows of its surroundings, and what compiled clauses are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.goals import Rule
from nesylang.grounding.native.modes import Modes
from nesylang.source import Span

if TYPE_CHECKING:
    from nesylang.grounding.native.tables import Procedure


@dataclass(frozen=True, slots=True)
class Origin:
    """Where ground rules come from: a rule, and the variables whose values they name."""

    rule: Rule
    names: tuple[str, ...]


@dataclass(slots=True)
class Here:
    """What the lines of a clause's source do: the number of each line's goal, and the spans of goals; goal 0 is the clause.

    ``values`` has for each goal the local names of the variables that have a value before it.
    """

    rule: Rule
    goals: list[int]
    spans: list[Span]
    values: list[dict[str, str]]

    def span(self, line: int) -> Span:
        """Return the place of what a line does, counted from 1."""
        return self.spans[self.goals[line - 1]]

    def names(self, line: int) -> dict[str, str]:
        """Return the local names of the variables that have a value before what a line does."""
        return self.values[self.goals[line - 1]]


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """A clause's function; a ``generator`` may have to wait. ``here`` tells what its lines do."""

    function: Callable[..., object]
    generator: bool
    here: Here | None


class Surroundings(Protocol):
    """What the compiler must know of the program, and the objects that compiled code works with."""

    modes: Modes
    ordered: bool
    """Whether the order of answers is seen by the program: it collects lists of them."""

    def kind(self, signature: Signature) -> str:
        """Return ``facts``, ``plain`` (never waits), ``rules`` or ``unknown``."""

    def same_component(self, first: Signature, second: Signature) -> bool:
        """Return whether two predicates may depend on each other."""

    def certain(self, signature: Signature) -> bool:
        """Return whether all answers of a predicate are certain."""

    def certain_facts(self, signature: Signature) -> bool:
        """Return whether a predicate of facts has certain ones only."""

    def procedure(self, signature: Signature, adornment: str, bag: bool) -> Procedure:
        """Return the procedure of a predicate and adornment."""

    def index(self, signature: Signature, adornment: str) -> Callable[..., object]:
        """Return the look-up of facts by their bound arguments."""

    def number_index(self, signature: Signature, adornment: str, extra: int) -> Callable[..., object] | None:
        """Return the look-up of facts by their bound arguments and by one that is a number in all facts, None where it is not."""

    def fact_literals(self, signature: Signature) -> list[int]:
        """Return the literals of the facts that were used so far, 0 for the others."""

    def fact_literal(self, signature: Signature) -> Callable[[int], int]:
        """Return what makes the literal of a fact."""

    def runtime(self) -> dict[str, object]:
        """Return the functions that compiled code calls."""
