"""From problog's ground formula to our ground program."""

from __future__ import annotations

from collections.abc import Sequence

from problog.formula import LogicFormula
from problog.logic import Term as ProblogTerm

from nesylang.grounding.choices import ChoiceTable, ChoiceTemplate, FixedTemplate, LearnableTemplate
from nesylang.grounding.problog_terms import read_term
from nesylang.grounding.program import Choice, GroundEvidence, GroundProgram, GroundQuery, GroundRule
from nesylang.source import Span
from nesylang.syntax.terms import Compound, Term, Variable

TRUE = 1
FALSE = 2
SHIFT = 2
"""Problog's node ``n`` is atom ``n + SHIFT``, behind the atoms that are always true and always false."""


class FormulaReader:
    """Reads one formula; ``marker`` is the functor of annotations that stand for our choice templates."""

    def __init__(self, formula: LogicFormula, table: ChoiceTable, nowhere: Span, marker: str) -> None:
        self.formula = formula
        self.table = table
        self.nowhere = nowhere
        self.marker = marker
        self.choices: list[Choice] = []
        self.choice_numbers: dict[object, int] = {}
        self.foreign: dict[object, list[tuple[int, ProblogTerm, Term]]] = {}
        self.choice_atoms: dict[int, tuple[int, int]] = {}
        self.spans: dict[int, Span] = {}

    def literal(self, node: int | None) -> int:
        """Return the literal of a problog node: 0 is true, None false, negative negated."""
        if node is None:
            return FALSE
        if node == 0:
            return TRUE
        return node + SHIFT if node > 0 else node - SHIFT

    def either(self, nodes: Sequence[int | None]) -> int:
        """Return the literal of the disjunction of problog nodes."""
        return self.literal(nodes[0] if len(nodes) == 1 else self.formula.add_or(list(nodes)))

    def false(self) -> int:
        """Return the literal that is always false."""
        return FALSE

    def program(self, queries: tuple[GroundQuery, ...], evidence: tuple[GroundEvidence, ...]) -> GroundProgram:
        """Return the ground program of everything that was grounded."""
        rules = [GroundRule(TRUE, ())]
        names: dict[int, Term] = {}
        for index, node, kind in self.formula:
            atom = index + SHIFT
            if kind == "atom":
                self._read_atom(atom, node.identifier, node.probability, node.group, node.name)
                continue
            if isinstance(node.name, ProblogTerm):
                names[atom] = read_term(node.name, self.nowhere)
            literals = [self.literal(child) for child in node.children]
            if kind == "conj":
                rules.append(GroundRule(atom, tuple(literals)))
            else:
                rules.extend(GroundRule(atom, (literal,)) for literal in literals)
        self._read_foreign()
        for atom, (number, value) in self.choice_atoms.items():
            names[atom] = self.choices[number].atoms[value]
        return GroundProgram(
            choices=tuple(self.choices),
            choice_atoms=self.choice_atoms,
            rules=tuple(rules),
            names=names,
            spans=self.spans,
            queries=queries,
            evidence=evidence,
            networks=self.table.networks,
            inputs=self.table.inputs,
        )

    def _read_atom(
        self, atom: int, identifier: object, probability: ProblogTerm, group: tuple[object, object] | None, name: object
    ) -> None:
        """Read a probabilistic atom: an alternative of a choice of ours, or a fact that problog loaded from elsewhere."""
        key = group if group is not None else ("fact", identifier)
        if not isinstance(probability, ProblogTerm) or probability.functor != self.marker:
            label = read_term(name, self.nowhere) if isinstance(name, ProblogTerm) else Compound("fact", (), self.nowhere)
            self.foreign.setdefault(key, []).append((atom, probability, label))
            return
        number, alternative, *values = probability.args
        if int(number) in self.table.tables:
            (row,) = values
            self.choice_atoms[atom] = (len(self.choices), 0)
            self.choices.append(self.table.fact_choice(int(number), int(row)))
            self.spans[atom] = self.choices[-1].span
            return
        template = self.table.templates[int(number)]
        if key not in self.choice_numbers:
            binding = {name: read_term(value, template.span) for name, value in zip(template.variables, values, strict=True)}
            bindings = tuple(read_term(value, template.span) for value in (group[1] if group is not None else ()))  # type: ignore[attr-defined]
            self.choice_numbers[key] = len(self.choices)
            self.choices.append(template.instantiate(binding, bindings, self.table.networks))
        self.choice_atoms[atom] = (self.choice_numbers[key], int(alternative))
        self.spans[atom] = template.span

    def _read_foreign(self) -> None:
        """Make choices of facts and disjunctions that came from files and libraries that problog loaded."""
        for members in self.foreign.values():
            weights = tuple(_weight(read_term(probability, self.nowhere)) for _, probability, _ in members)
            heads = tuple(label for _, _, label in members)
            template = ChoiceTemplate(-1, heads, weights, (), self.nowhere)
            number = len(self.choices)
            self.choices.append(template.instantiate({}, (), self.table.networks))
            for value, (atom, _, _) in enumerate(members):
                self.choice_atoms[atom] = (number, value)


def _weight(probability: Term) -> FixedTemplate | LearnableTemplate:
    match probability:
        case Compound(functor="t", args=(first, *index)):
            value = None if isinstance(first, Variable) else getattr(first, "value", None)
            return LearnableTemplate(float(value) if value is not None else None, tuple(index))
        case _:
            return FixedTemplate(probability)
