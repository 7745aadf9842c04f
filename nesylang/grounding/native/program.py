"""From an analysed program to the definitions of its predicates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nesylang.analysis import Analysis
from nesylang.analysis.builtins import SPECIAL
from nesylang.analysis.program import library_name
from nesylang.grounding.choices import DECLARED, ChoiceTable, ChoiceTemplate, clause_template
from nesylang.grounding.native.builtins import NATIVE_LIBRARIES
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Signature
from nesylang.grounding.native.builtins.contract import Test as BuiltinTest
from nesylang.grounding.native.convert import read_term
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.goals import Check, Definition, FactBlock, Rule
from nesylang.grounding.native.libraries import library_clauses, loaded_libraries
from nesylang.grounding.native.normalise import Normaliser
from nesylang.grounding.native.terms import Store, Value
from nesylang.grounding.native.terms import is_ground as is_ground_value
from nesylang.grounding.stated import is_stated
from nesylang.source import Span, error
from nesylang.syntax.statements import Clause, Directive, FactTable
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable, is_ground, signature

Source = tuple[int, int, int]

REFUSED_LIBRARIES = frozenset({"nlp4plp"})
"""Libraries of ProbLog whose predicates are not there."""


class ProgramReader:
    """Reads the clauses of a program into ``definitions``."""

    def __init__(self, analysis: Analysis, table: ChoiceTable, store: Store, engine_builtins: Mapping[Signature, NativeBuiltin]) -> None:
        self.analysis = analysis
        self.table = table
        self.store = store
        self.definitions: dict[Signature, Definition] = {}
        natively = {
            found: builtin for name in loaded_libraries(analysis.libraries) for found, builtin in NATIVE_LIBRARIES.get(name, {}).items()
        }
        library = {found: builtin for found, builtin in natively.items() if found not in analysis.known}
        self.library = library
        self.normaliser = Normaliser(store, analysis.types, library, self.definitions, engine_builtins)

    def read(self) -> None:
        """Read all statements; library clauses come behind, for predicates that the program does not define itself."""
        for statement in self.analysis.statements:
            match statement:
                case Directive(goal=Compound(functor="use_module", args=(target, *_))) if library_name(target) in REFUSED_LIBRARIES:
                    message = f"the library {library_name(target)} is not supported"
                    hint = "write its clauses into the program"
                    raise error("E109", message, statement.span, "loaded here", hint)
        clauses = [(number, s) for number, s in enumerate(self.analysis.statements) if isinstance(s, Clause | FactTable)]
        extra = [clause for clause in library_clauses(self.analysis.libraries) if self._wanted(clause)]
        for _, clause in clauses:
            if isinstance(clause, FactTable):
                self._definition((clause.name, clause.arity))
            else:
                for head in clause.heads:
                    self._define(head.atom)
        for clause in extra:
            self._define(clause.heads[0].atom)
        for number, clause in clauses:
            if isinstance(clause, FactTable):
                self._read_table(number, clause)
            elif not is_stated(clause):
                self._read_clause(number, clause)
        for offset, clause in enumerate(extra):
            self._read_library_clause(-2 - offset, clause)
        for number, template in self.table.templates.items():
            if number >= DECLARED:
                self._read_choice(number, template, template.domain, template.span)
        for number, clause in self.table.tensor_clauses.items():
            if number >= DECLARED:
                self._read_naming(number, clause)

    def _wanted(self, clause: Clause) -> bool:
        return signature(clause.heads[0].atom) not in self.analysis.known

    def _define(self, atom: Term) -> None:
        found = signature(atom)
        assert found is not None, "the syntax lets only atoms be heads"
        self._definition(found)

    def _definition(self, found: Signature) -> Definition:
        definition = self.definitions.get(found)
        if definition is None:
            definition = self.definitions[found] = Definition(found)
        return definition

    def _read_table(self, number: int, table: FactTable) -> None:
        definition = self._definition((table.name, table.arity))
        simple = (int, str)
        rows: list[tuple[Value, ...]] = [
            row if all(type(cell) in simple for cell in row) else tuple([self._cell(cell) for cell in row])  # type: ignore[misc]
            for row in table.rows
        ]
        block = FactBlock(rows)
        if table.probabilities is not None:
            block.sources = [(number, row, 0) for row in range(len(rows))]
            block.uncertain = True
        definition.elements.append(block)

    def _cell(self, cell: object) -> Value:
        if isinstance(cell, float):
            return self.store.real(cell)
        if isinstance(cell, Atom | Integer | Float | String | Compound | ListTerm):
            return read_term(cell, self.store, _no_variables)
        assert isinstance(cell, int | str), "cells are numbers, names and terms"
        return cell

    def _read_clause(self, number: int, clause: Clause) -> None:
        clause = self.table.tensor_clauses.get(number, clause)
        template = self.table.templates.get(number)
        if template is not None:
            self._read_choice(number, template, clause.body, clause.span)
            return
        atom = clause.heads[0].atom
        found = signature(atom)
        assert found is not None
        if clause.body is None:
            if isinstance(atom, Atom):
                self._add_fact(found, (), None)
                return
            assert isinstance(atom, Compound)
            if all(type(argument) is Atom or type(argument) is Integer for argument in atom.args):
                self._add_fact(found, tuple([_plain(argument) for argument in atom.args]), None)
                return
            if is_ground(atom):
                self._add_fact(found, tuple([read_term(argument, self.store, _no_variables) for argument in atom.args]), None)
                return
        self._definition(found).elements.append(self.normaliser.rule(atom, clause.body, number, clause.span))

    def _read_library_clause(self, number: int, clause: Clause) -> None:
        """Read a clause of a library: it has a negative number, which is no statement's."""
        if any(head.probability is not None for head in clause.heads):
            self._read_choice(number, clause_template(number, clause, {}, []), clause.body, clause.span)
        else:
            self._read_clause(number, clause)

    def _read_choice(self, number: int, template: ChoiceTemplate, body: Term | None, span: Span) -> None:
        heads = list(template.heads)
        if body is None and not template.variables and all(_is_plain(head) or is_ground(head) for head in heads):
            for alternative, head in enumerate(heads):
                found = signature(head)
                assert found is not None
                arguments = head.args if isinstance(head, Compound) else ()
                self._add_fact(found, tuple(read_term(a, self.store, _no_variables) for a in arguments), (number, -1, alternative))
            return
        for head, rule in zip(heads, self.normaliser.rules(heads, body, number, span, template), strict=True):
            found = signature(head)
            assert found is not None
            self._definition(found).elements.append(rule)

    def _read_naming(self, number: int, clause: Clause) -> None:
        """Read the fact that names what a declared network returns; its inputs have to be ground."""
        atom = clause.heads[0].atom
        assert isinstance(atom, Compound), "networks have inputs"

        def holds(store: Store, *inputs: Value) -> bool:
            for position, value in enumerate(inputs, 1):
                if not is_ground_value(value):
                    hint = "the inputs of a network must be bound by the goals before it"
                    raise GoalError("E304", f"the network '{atom.functor}' is called with its argument {position} not ground", hint)
            return True

        rule = self.normaliser.rule(atom, None, number, clause.span)
        inputs = rule.head[:-1]
        body = (Check(BuiltinTest(f"${atom.functor}", len(inputs), holds), inputs, clause.span),)
        self._definition((atom.functor, len(atom.args))).elements.append(replace(rule, body=body))

    def _add_fact(self, found: Signature, row: tuple[Value, ...], source: Source | None) -> None:
        elements = self._definition(found).elements
        block = elements[-1] if elements else None
        if not isinstance(block, FactBlock) or (block.uncertain and not block.sources) or _is_table(block, source):
            block = FactBlock()
            elements.append(block)
        block.rows.append(row)
        block.sources.append(source)
        block.uncertain = block.uncertain or source is not None


def _is_table(block: FactBlock, source: Source | None) -> bool:
    """Return whether a block came from a table of certain facts, which have no sources."""
    return len(block.sources) != len(block.rows)


def _is_plain(head: Term) -> bool:
    """Return whether a head's arguments are atoms and integers, which is seen fastest."""
    return isinstance(head, Atom) or (
        isinstance(head, Compound) and all(type(argument) is Atom or type(argument) is Integer for argument in head.args)
    )


def _plain(term: Term) -> Value:
    """Return the value of an atom or integer."""
    assert isinstance(term, Atom | Integer), "the caller looked"
    return term.name if isinstance(term, Atom) else term.value


def _no_variables(name: str) -> Value:
    raise AssertionError(f"variable {name} in a ground term")


def derives_specially(analysis: Analysis) -> bool:
    """Return whether rules of the program ask or observe."""
    return any(isinstance(s, Clause) and signature(s.heads[0].atom) in SPECIAL and not is_stated(s) for s in analysis.statements)


__all__ = ["ProgramReader", "Rule", "Variable", "derives_specially"]
