"""What nodes of a formula are called in the program that it was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from nesylang.formula import FormulaBuilder, Kind
from nesylang.formula.substitution import meanings
from nesylang.grounding.exclusion import Exclusion
from nesylang.grounding.program import FixedWeight, GroundProgram, GroundRule, LearnableWeight
from nesylang.syntax.printer import print_term

SHOWN = 3
"""Most things of one kind that are named."""

DEPTH = 2
"""How deep conditions without a name are described by their parts."""


class Names:
    """Names of the literals of a builder, which may be another one than the formula's, where the values of some choices are known."""

    def __init__(
        self, ground: GroundProgram, source: FormulaBuilder, builder: FormulaBuilder, exclusion: Exclusion, forced: Mapping[int, int]
    ) -> None:
        self.ground = ground
        self.builder = builder
        self.exclusion = exclusion
        self.atoms = self._meant(source, forced)
        self._atoms_of: dict[int, list[int]] = defaultdict(list)
        for atom, literal in self.atoms.items():
            if atom in ground.names and abs(literal) != 1:
                self._atoms_of[literal].append(atom)
        self._rules: dict[int, list[int]] | None = None

    def _meant(self, source: FormulaBuilder, forced: Mapping[int, int]) -> Mapping[int, int]:
        if not forced:
            return source.atoms
        known: dict[int, tuple[int, int] | bool] = {}
        for number, node in enumerate(source.nodes, 1):
            if node.kind is Kind.LEAF and node.children[0] in forced:
                known[number] = forced[node.children[0]] == node.children[1]
        literals = meanings(source, self.builder, list(dict.fromkeys(source.atoms.values())), known)
        return {atom: literals[literal] for atom, literal in source.atoms.items()}

    def atom(self, literal: int) -> str | None:
        """Return the atom, or the negated atom, that means the same as a literal; None if there is none with a name."""
        for sign in (1, -1):
            if sign * literal in self._atoms_of:
                name = print_term(self.ground.names[self._atoms_of[sign * literal][0]])
                return name if sign > 0 else f"not {name}"
        return None

    def described(self, literal: int, depth: int = DEPTH) -> str:
        """Return a literal in words, by the names of its parts where it has none itself."""
        name = self.atom(literal)
        if name is not None:
            return name
        values = self.exclusion.values(literal)
        if values is not None:
            return self.value(*values)
        gate = self.exclusion.conjuncts(literal)
        if gate is None:
            return "an aggregate"
        if not depth:
            return "..."
        parts = list(dict.fromkeys(self.described(child, depth - 1) for child in gate.children[: SHOWN + 1]))
        shown = [part for part in parts if part != "..."][:SHOWN]
        if len(shown) < len(gate.children):
            shown.append("...")
        return (", " if gate.conjunction else " or ").join(shown)

    def value(self, choice: int, values: int) -> str:
        """Return that a choice has one of some values."""
        if choice >= len(self.ground.choices):
            return "what an example observes"
        found = self.ground.choices[choice]
        named = [print_term(atom) for position, atom in enumerate(found.atoms) if values >> position & 1]
        if (values >> len(found.atoms) & 1 and values.bit_count() > 1) or not named:
            excluded = [print_term(atom) for position, atom in enumerate(found.atoms) if not values >> position & 1]
            return " and ".join(f"not {atom}" for atom in excluded[:SHOWN])
        return " or ".join(named[:SHOWN])

    def choice(self, choice: int) -> str:
        """Return a choice as the program states it, with its place."""
        if choice >= len(self.ground.choices):
            return "evidence that each example brings"
        found = self.ground.choices[choice]
        shown = []
        for weight, atom in list(zip(found.weights, found.atoms, strict=True))[:SHOWN]:
            match weight:
                case FixedWeight(probability):
                    shown.append(f"{probability:g}::{print_term(atom)}")
                case LearnableWeight():
                    shown.append(f"t(_)::{print_term(atom)}")
                case _:
                    shown.append(print_term(atom))
        if len(found.atoms) > SHOWN:
            shown.append("...")
        return f"{'; '.join(shown)} at {found.span}"

    def place(self, literal: int) -> str | None:
        """Return the place of a rule or choice that an atom which means the same comes from."""
        values = self.exclusion.values(literal)
        if values is not None and values[0] < len(self.ground.choices):
            return str(self.ground.choices[values[0]].span)
        for sign in (1, -1):
            for atom in self._atoms_of.get(sign * literal, ()):
                for rule in self._rules_of(atom):
                    if rule.span is not None:
                        return str(rule.span)
        return None

    def rule(self, literal: int, gates: Sequence[int]) -> tuple[str, str] | None:
        """Return a rule whose body means the same as a literal, of the atoms of some gates, and its place."""
        for gate in gates:
            for atom in self._atoms_of.get(gate, ()):
                for rule in self._rules_of(atom):
                    if rule.span is not None and self._body(rule.body) == literal:
                        return self._text(rule), str(rule.span)
        return None

    def _body(self, body: Sequence[int]) -> int | None:
        literals = []
        for literal in body:
            if abs(literal) not in self.atoms:
                return None
            literals.append(self.atoms[abs(literal)] if literal > 0 else -self.atoms[abs(literal)])
        return self.builder.conjunction(literals)

    def _text(self, rule: GroundRule) -> str:
        named = []
        for literal in rule.body:
            term = self.ground.names.get(abs(literal))
            if term is not None:
                named.append(print_term(term) if literal > 0 else f"not {print_term(term)}")
            else:
                named.append("...")
        head = print_term(self.ground.names[rule.head])
        return f"{head} :- {', '.join(dict.fromkeys(named))}." if named else f"{head}."

    def _rules_of(self, atom: int) -> Sequence[GroundRule]:
        if self._rules is None:
            self._rules = defaultdict(list)
            for position, (head, _) in enumerate(self.ground.pairs()):
                if head in self.ground.names:
                    self._rules[head].append(position)
        return [self.ground.rules[position] for position in self._rules.get(atom, ())]
