"""What a grounding found, as a ground program whose rules and names are made when somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import overload

from nesylang.grounding.native.callgraph import negated_goals
from nesylang.grounding.native.convert import TermWriter
from nesylang.grounding.native.goals import Rule
from nesylang.grounding.native.literals import Choices
from nesylang.grounding.native.tables import RuleLog, Table
from nesylang.grounding.program import GroundRule, RuleColumns
from nesylang.source import Span
from nesylang.syntax.terms import Atom, Compound, Term


class GroundRules(RuleColumns):
    """Ground rules by column."""

    def __init__(self, log: RuleLog, atoms: list[tuple[Table, object] | None]) -> None:
        self.log = log
        self.atoms = atoms

    def __reduce__(self) -> tuple[type, tuple[tuple[GroundRule, ...]]]:
        return tuple, (tuple(self),)

    def __len__(self) -> int:
        return len(self.log.heads)

    @overload
    def __getitem__(self, index: int) -> GroundRule: ...

    @overload
    def __getitem__(self, index: slice) -> list[GroundRule]: ...

    def __getitem__(self, index: int | slice) -> GroundRule | list[GroundRule]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        log = self.log
        head, body, origin = log.heads[index], log.bodies[index], log.origins[index]
        if origin is None:
            return GroundRule(head, body)
        rule = origin.rule
        negations = self._negations(rule, body)
        if rule.number < 0:
            return GroundRule(head, body, span=rule.span, negations=negations)
        writer = TermWriter(rule.span)
        bindings = tuple((name, writer.term(value)) for name, value in zip(origin.names, log.bindings[index], strict=True))
        return GroundRule(head, body, rule.number, bindings, rule.span, negations)

    def _negations(self, rule: Rule, body: tuple[int, ...]) -> tuple[Span, ...]:
        """Return the places of the goals that the negative literals of a body come from."""
        negative = [-literal for literal in body if literal < 0]
        if not negative:
            return ()
        goals = list(negated_goals(rule.body))
        spans = []
        for atom in negative:
            entry = self.atoms[atom]
            called = None if entry is None else (entry[0].procedure.name, len(entry[0].procedure.adornment))
            fitting = [span for signature, span in goals if signature == called] or [span for _, span in goals]
            if fitting:
                spans.append(fitting[0])
        return tuple(spans) if len(spans) == len(negative) else ()

    def pairs(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield head and body of all rules."""
        return zip(self.log.heads, self.log.bodies, strict=True)


class AtomNames(Mapping[int, Term]):
    """The source atoms of atom numbers."""

    def __init__(self, atoms: list[tuple[Table, object] | None], choices: Choices) -> None:
        self.atoms = atoms
        self.choices = choices
        self.writer = TermWriter()

    def __getitem__(self, atom: int) -> Term:
        choice = self.choices.atoms.get(atom)
        if choice is not None:
            return self.choices.made[choice[0]].atoms[choice[1]]
        entry = self._entry(atom)
        if entry is None:
            raise KeyError(atom)
        table, output = entry
        arguments = tuple(self.writer.term(argument) for argument in table.procedure.arguments(table.key, output))
        name = table.procedure.name
        return Compound(name, arguments, self.writer.span) if arguments else Atom(name, self.writer.span)

    def __iter__(self) -> Iterator[int]:
        return (atom for atom in range(1, len(self.atoms)) if atom in self)

    def __reduce__(self) -> tuple[type, tuple[dict[int, Term]]]:
        return dict, (dict(self),)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, atom: object) -> bool:
        return isinstance(atom, int) and (atom in self.choices.atoms or self._entry(atom) is not None)

    def _entry(self, atom: int) -> tuple[Table, object] | None:
        if not 0 < atom < len(self.atoms):
            return None
        entry = self.atoms[atom]
        return None if entry is None or entry[0].procedure.name.startswith("$") else entry


class AtomSpans(Mapping[int, Span]):
    """The clauses that atoms come from: the first one that derived each, or the choice that each is a value of."""

    def __init__(self, log: RuleLog, choices: Choices) -> None:
        self.log = log
        self.choices = choices
        self.known: dict[int, Span] | None = None

    def _spans(self) -> dict[int, Span]:
        if self.known is None:
            self.known = {atom: self.choices.made[choice].span for atom, (choice, _) in self.choices.atoms.items()}
            for head, origin in zip(self.log.heads, self.log.origins, strict=True):
                if origin is not None and origin.rule.number >= 0:
                    self.known.setdefault(head, origin.rule.span)
        return self.known

    def __getitem__(self, atom: int) -> Span:
        return self._spans()[atom]

    def __iter__(self) -> Iterator[int]:
        return iter(self._spans())

    def __reduce__(self) -> tuple[type, tuple[dict[int, Span]]]:
        return dict, (dict(self),)

    def __len__(self) -> int:
        return len(self._spans())
