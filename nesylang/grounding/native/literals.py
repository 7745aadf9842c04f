"""Choices while a program is grounded: made when a clause or fact is used for the first time with some values."""

from __future__ import annotations

from collections.abc import Callable

from nesylang.grounding.choices import ChoiceTable, ChoiceTemplate
from nesylang.grounding.native.convert import TermWriter
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.goals import CERTAIN, ForeignTemplate, Rule
from nesylang.grounding.native.terms import Value, is_ground
from nesylang.grounding.program import Choice

Row = tuple[Value | None, ...]


class Choices:
    """The choices made so far and the atoms of their alternatives; ``new_atom`` numbers atoms."""

    def __init__(self, table: ChoiceTable, new_atom: Callable[[], int]) -> None:
        self.table = table
        self.new_atom = new_atom
        self.made: list[Choice] = []
        self.numbers: dict[tuple[int, Row], int] = {}
        self.atoms: dict[int, tuple[int, int]] = {}
        self.literals: dict[tuple[int, int], int] = {}
        self.writer = TermWriter()

    def choice(self, rule: Rule, values: Row) -> int:
        """Return the literal of a rule's alternative; raise GoalError E304 where a value is not ground."""
        template = rule.template
        if isinstance(template, ForeignTemplate):
            return self._foreign(rule.number, template, values[0])
        key = (rule.number, values)
        number = self.numbers.get(key)
        if number is None:
            number = self._make(rule, key)
        return self._literal(number, rule.alternative)

    def fact(self, source: tuple[int, int, int]) -> int:
        """Return the literal of a fact: (statement, row of a table or -1, alternative)."""
        statement, row, alternative = source
        key = (statement, () if row < 0 else (row,))
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.made)
            if row < 0:
                self.made.append(self.table.templates[statement].instantiate({}, (), self.table.networks))
            else:
                self.made.append(self.table.fact_choice(statement, row))
        return self._literal(number, alternative)

    def _foreign(self, clause: int, template: ForeignTemplate, answer: Value | None) -> int:
        """Return the literal of an answer of a foreign predicate, by its number; 0 where it is certain."""
        assert isinstance(answer, int), "foreign predicates number their answers"
        if answer == CERTAIN:
            return 0
        found, alternative = template.places[answer]
        number = self.numbers.get((clause, (found,)))
        if number is None:
            number = self.numbers[clause, (found,)] = len(self.made)
            self.made.append(template.choices[found])
        return self._literal(number, alternative)

    def _make(self, rule: Rule, key: tuple[int, Row]) -> int:
        template = rule.template
        assert isinstance(template, ChoiceTemplate), "only clauses of a choice have coins"
        terms = []
        for name, value in zip(rule.coin, key[1], strict=True):
            if value is None or not is_ground(value):
                shown = "a variable" if name.startswith("_") else name
                message = f"a probabilistic clause is used while {shown} is unbound"
                hint = "every variable of a probabilistic clause or a network's input must be bound by the body or by the call"
                raise GoalError("E304", message, hint)
            terms.append(self.writer.term(value))
        binding = dict(zip(rule.coin, terms, strict=True))
        choice = template.instantiate(binding, tuple(terms), self.table.networks)
        number = self.numbers[key] = len(self.made)
        self.made.append(choice)
        return number

    def _literal(self, number: int, alternative: int) -> int:
        found = self.literals.get((number, alternative))
        if found is None:
            found = self.literals[number, alternative] = self.new_atom()
            self.atoms[found] = (number, alternative)
        return found
