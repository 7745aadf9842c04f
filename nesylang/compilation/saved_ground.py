"""Ground programs as columns: what is left to evaluate, ask, train and report errors once they are compiled."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice, pairwise
from typing import overload

from nesylang.compilation.container import DamagedFile
from nesylang.compilation.saved_terms import TermReader, TermWriter
from nesylang.grounding.program import (
    AggregateElement,
    Choice,
    FixedWeight,
    GroundAggregate,
    GroundAnswer,
    GroundEvidence,
    GroundProgram,
    GroundQuery,
    GroundRule,
    HostWeight,
    InputSignature,
    InputWeight,
    LearnableWeight,
    NetworkSignature,
    NeuralWeight,
    Number,
    RuleColumns,
    Weight,
)
from nesylang.source import Span, error
from nesylang.syntax.terms import Float, Integer, Term

FIXED, LEARNABLE, NEURAL, INPUT = range(4)
"""Kinds of weights."""

SLACK = 1e-6
"""How far a stored probability may lie outside of [0, 1], which rounding explains."""

NONE = -1

Columns = dict[str, list[int]]


class SavedRules(RuleColumns):
    """Ground rules by column: head and body. Where they come from is not kept, as it is of no use once a program is compiled."""

    def __init__(self, heads: Sequence[int], sizes: Sequence[int], literals: Sequence[int]) -> None:
        self.heads = heads
        self.ends = array("q", accumulate(sizes, initial=0))
        self.literals = literals

    def __len__(self) -> int:
        return len(self.heads)

    @overload
    def __getitem__(self, index: int) -> GroundRule: ...

    @overload
    def __getitem__(self, index: slice) -> list[GroundRule]: ...

    def __getitem__(self, index: int | slice) -> GroundRule | list[GroundRule]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return GroundRule(self.heads[place], tuple(self.literals[self.ends[place] : self.ends[place + 1]]))

    def pairs(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield head and body of all rules."""
        bodies = (tuple(self.literals[start:end]) for start, end in pairwise(self.ends))
        return zip(self.heads, bodies, strict=True)


class GroundWriter:
    """Writes a ground program: its terms to ``terms``, everything else to ``columns`` and ``document``."""

    def __init__(self, ground: GroundProgram) -> None:
        self.terms = TermWriter()
        self.columns: Columns = {}
        self.document: dict[str, object] = {}
        self._choices(ground.choices)
        self._rules(ground)
        self._questions(ground)
        self._aggregates(ground.aggregates)
        self.document["networks"] = [self._network(network) for network in ground.networks.values()]
        self.document["inputs"] = [self._input(given) for given in ground.inputs.values()]

    def _column(self, *names: str) -> list[list[int]]:
        return [self.columns.setdefault(name, []) for name in names]

    def _choices(self, choices: Sequence[Choice]) -> None:
        names = ("choice_weights", "choice_exhaustive", "choice_atoms", "choice_clause", "choice_bindings", "choice_span", "choice_terms")
        weights, exhaustive, atoms, clause, bindings, span, terms = self._column(*names)
        kinds, first, second, third, sizes, arguments = self._column(
            "weight_kind", "weight_first", "weight_second", "weight_third", "weight_size", "weight_terms"
        )
        for choice in choices:
            weights.append(len(choice.weights))
            exhaustive.append(choice.exhaustive)
            atoms.append(len(choice.atoms))
            clause.append(choice.clause)
            bindings.append(len(choice.bindings))
            span.append(self.terms.span(choice.span))
            terms.extend(self.terms.terms((*choice.atoms, *choice.bindings)))
            for weight in choice.weights:
                kind, numbers, below = self._weight(weight)
                kinds.append(kind)
                for column, number in zip((first, second, third), numbers, strict=True):
                    column.append(number)
                sizes.append(len(below))
                arguments.extend(self.terms.terms(below))

    def _weight(self, weight: Weight) -> tuple[int, tuple[int, int, int], tuple[Term, ...]]:
        match weight:
            case FixedWeight(probability=probability):
                return FIXED, (self.terms.number(probability), 0, 0), ()
            case LearnableWeight(initial=initial, index=index):
                return LEARNABLE, (NONE if initial is None else self.terms.number(initial), 0, 0), index
            case NeuralWeight(network=network, inputs=inputs, column=column):
                return NEURAL, (self.terms.text(network), column, 0), inputs
            case InputWeight(name=name, row=row, column=column):
                return INPUT, (self.terms.text(name), row, column), ()
            case HostWeight(function=function, span=span):
                message = f"the program cannot be saved: Python holds the probability of an answer to {function}"
                hint = "save programs whose functions return numbers or nesy.learnable(name); this one is compiled where it is used"
                raise error("E405", message, span, "declared here", hint)

    def _rules(self, ground: GroundProgram) -> None:
        heads, sizes, literals = self._column("rule_head", "rule_size", "rule_literals")
        for head, body in ground.pairs():
            heads.append(head)
            sizes.append(len(body))
            literals.extend(body)
        atoms, choices, values = self._column("atom", "atom_choice", "atom_value")
        for atom, (choice, value) in ground.choice_atoms.items():
            atoms.append(atom)
            choices.append(choice)
            values.append(value)

    def _questions(self, ground: GroundProgram) -> None:
        names, goals, sizes, spellings, literals, conditions = self._column(
            "query_name", "query_goal", "query_size", "answer_atom", "answer_literal", "answer_condition"
        )
        for query in ground.queries:
            names.append(self.terms.text(query.name))
            goals.append(self.terms.term(query.goal))
            sizes.append(len(query.answers))
            for answer in query.answers:
                spellings.append(self.terms.term(answer.atom))
                literals.append(answer.literal)
                conditions.append(0 if answer.condition is None else answer.condition)
        self.document["domains"] = [
            None if query.domains is None else [self.terms.terms(domain) for domain in query.domains] for query in ground.queries
        ]
        observed, truths, values, spans = self._column("evidence_atom", "evidence_literal", "evidence_value", "evidence_span")
        for piece in ground.evidence:
            observed.append(self.terms.term(piece.atom))
            truths.append(piece.literal)
            values.append(NONE if piece.value is None else piece.value)
            spans.append(self.terms.span(piece.span))

    def _aggregates(self, aggregates: Sequence[GroundAggregate]) -> None:
        written = []
        for aggregate in aggregates:
            span = aggregate.span
            certain = [self._number(value, span) for value in aggregate.certain]
            elements = [[self._number(element.value, span), element.literal] for element in aggregate.elements]
            results = [[self._number(value, span), atom] for value, atom in aggregate.results]
            written.append([aggregate.operation, certain, elements, results, self.terms.span(span)])
        self.document["aggregates"] = written

    def _number(self, value: Number, span: Span) -> int:
        return self.terms.term(Float(value, span) if isinstance(value, float) else Integer(value, span))

    def _network(self, network: NetworkSignature) -> list[object]:
        inputs = [None if values is None else self.terms.terms(values) for values in network.inputs]
        outputs, span = self.terms.terms(network.outputs), self.terms.span(network.span)
        return [network.name, inputs, outputs, span, network.returns_tensor, network.is_foreign]

    def _input(self, given: InputSignature) -> list[object]:
        arguments = [self.terms.terms(values) for values in given.arguments]
        outputs = None if given.outputs is None else self.terms.terms(given.outputs)
        return [given.name, arguments, list(given.axes), outputs, self.terms.span(given.span)]


class GroundReader:
    """Reads the ground program that was written; raises DamagedFile where there is none."""

    def __init__(self, terms: TermReader, document: Mapping[str, object], columns: Mapping[str, Sequence[int]]) -> None:
        self.terms = terms
        self.document = document
        self.columns = columns

    def read(self) -> GroundProgram:
        """Return the ground program. Its rules do not know where they come from, and its atoms have no names."""
        networks = [self._network(entry) for entry in _list(self.document.get("networks"))]
        inputs = [self._input(entry) for entry in _list(self.document.get("inputs"))]
        given = {signature.name: signature for signature in inputs}
        choices = tuple(self._choices({network.name: network for network in networks}, given))
        columns = self.columns
        values = zip(columns["atom"], columns["atom_choice"], columns["atom_value"], strict=True)
        choice_atoms = {atom: (choice, value) for atom, choice, value in values}
        for choice, value in choice_atoms.values():
            if not 0 <= choice < len(choices) or not 0 <= value < choices[choice].values:
                raise DamagedFile("an atom is the value of no choice")
        sizes, literals = columns["rule_size"], columns["rule_literals"]
        if len(columns["rule_head"]) != len(sizes) or min(sizes, default=0) < 0 or sum(sizes) != len(literals):
            raise DamagedFile("the rules do not add up")
        if min(columns["rule_head"], default=1) < 1 or 0 in literals:
            raise DamagedFile("a rule is about no atom")
        return GroundProgram(
            choices=choices,
            choice_atoms=choice_atoms,
            rules=SavedRules(columns["rule_head"], sizes, literals),
            names={},
            spans={},
            queries=tuple(self._queries()),
            evidence=tuple(self._evidence()),
            networks={network.name: network for network in networks},
            aggregates=tuple(self._aggregate(entry) for entry in _list(self.document.get("aggregates"))),
            inputs=given,
        )

    def _choices(self, networks: Mapping[str, NetworkSignature], inputs: Mapping[str, InputSignature]) -> Iterator[Choice]:
        columns = self.columns
        weights = self._weights(networks, inputs)
        terms = iter(columns["choice_terms"])
        names = ("choice_weights", "choice_exhaustive", "choice_atoms", "choice_clause", "choice_bindings", "choice_span")
        for alternatives, exhaustive, atoms, clause, bindings, span in zip(*(columns[name] for name in names), strict=True):
            if min(alternatives, atoms, bindings) < 0 or alternatives < 1:
                raise DamagedFile("a choice has no alternatives")
            taken = tuple(islice(weights, alternatives))
            own = self._taken(terms, atoms), self._taken(terms, bindings)
            if len(taken) < alternatives or atoms < alternatives:
                raise DamagedFile("an alternative is missing")
            choice = Choice(taken, bool(exhaustive), own[0], clause, own[1], self.terms.span(span))
            if not _is_whole(choice, networks, inputs):
                raise DamagedFile("a choice has a part of a distribution")
            yield choice
        if next(weights, None) is not None or next(terms, None) is not None:
            raise DamagedFile("an alternative belongs to no choice")

    def _taken(self, positions: Iterator[int], count: int) -> tuple[Term, ...]:
        found = tuple([self.terms.term(position) for position in islice(positions, count)])
        if len(found) < count:
            raise DamagedFile("a term is missing")
        return found

    def _weights(self, networks: Mapping[str, NetworkSignature], inputs: Mapping[str, InputSignature]) -> Iterator[Weight]:
        names = ("weight_kind", "weight_first", "weight_second", "weight_third", "weight_size")
        terms = iter(self.columns["weight_terms"])
        for kind, first, second, third, size in zip(*(self.columns[name] for name in names), strict=True):
            below = self._taken(terms, size) if size > 0 else ()
            if kind == FIXED:
                yield FixedWeight(self._probability(first))
            elif kind == LEARNABLE:
                yield LearnableWeight(None if first == NONE else self._probability(first), below)
            elif kind == NEURAL and (network := networks.get(self.terms.text(first))) is not None:
                if not 0 <= second < max(1, len(network.outputs)) or size != len(network.inputs):
                    raise DamagedFile("a network has no such output")
                yield NeuralWeight(network.name, below, second)
            elif kind == INPUT and (given := inputs.get(self.terms.text(first))) is not None:
                if not 0 <= second < given.rows or not 0 <= third < given.width:
                    raise DamagedFile("an input has no such entry")
                yield InputWeight(given.name, second, third)
            else:
                raise DamagedFile("a weight is of no kind")
        if next(terms, None) is not None:
            raise DamagedFile("a term belongs to no weight")

    def _probability(self, position: int) -> float:
        probability = self.terms.number(position)
        if not -SLACK <= probability <= 1.0 + SLACK:
            raise DamagedFile(f"{probability} is no probability")
        return probability

    def _queries(self) -> Iterator[GroundQuery]:
        columns = self.columns
        answers = zip(columns["answer_atom"], columns["answer_literal"], columns["answer_condition"], strict=True)
        domains = _list(self.document.get("domains"))
        for name, goal, size, allowed in zip(columns["query_name"], columns["query_goal"], columns["query_size"], domains, strict=True):
            found = tuple([GroundAnswer(self.terms.term(a), literal, c or None) for a, literal, c in islice(answers, max(0, size))])
            if len(found) != size or not all(answer.literal for answer in found):
                raise DamagedFile("an answer is missing")
            values = None if allowed is None else tuple(self.terms.terms(domain) for domain in _list(allowed))
            yield GroundQuery(self.terms.text(name), self.terms.term(goal), found, values)
        if next(answers, None) is not None:
            raise DamagedFile("an answer belongs to no query")

    def _evidence(self) -> Iterator[GroundEvidence]:
        names = ("evidence_atom", "evidence_literal", "evidence_value", "evidence_span")
        for atom, literal, value, span in zip(*(self.columns[name] for name in names), strict=True):
            if not literal or value not in (NONE, 0, 1):
                raise DamagedFile("a piece of evidence observes nothing")
            yield GroundEvidence(self.terms.term(atom), literal, None if value == NONE else bool(value), self.terms.span(span))

    def _aggregate(self, entry: object) -> GroundAggregate:
        match entry:
            case [str(operation), list(certain), list(elements), list(results), span] if operation in ("sum", "min", "max", "avg"):
                return GroundAggregate(
                    operation,
                    tuple(self._number(value) for value in certain),
                    tuple(AggregateElement(self._number(value), _integer(literal)) for value, literal in map(_pair, elements)),
                    tuple((self._number(value), _integer(atom)) for value, atom in map(_pair, results)),
                    self.terms.span(_integer(span)),
                )
        raise DamagedFile("an aggregate is of no kind")

    def _number(self, position: object) -> Number:
        term = self.terms.term(_integer(position))
        if not isinstance(term, Integer | Float):
            raise DamagedFile("a number is none")
        return term.value

    def _network(self, entry: object) -> NetworkSignature:
        match entry:
            case [str(name), list(inputs), outputs, int(span), bool(returns_tensor), bool(is_foreign)]:
                symbols = tuple(None if values is None else self.terms.terms(values) for values in inputs)
                return NetworkSignature(name, symbols, self.terms.terms(outputs), self.terms.span(span), returns_tensor, is_foreign)
        raise DamagedFile("a network has no signature")

    def _input(self, entry: object) -> InputSignature:
        match entry:
            case [str(name), list(arguments), list(axes), outputs, int(span)] if all(isinstance(axis, str) for axis in axes):
                values = None if outputs is None else self.terms.terms(outputs)
                return InputSignature(name, tuple(map(self.terms.terms, arguments)), tuple(axes), values, self.terms.span(span))
        raise DamagedFile("an input has no signature")


def _is_whole(choice: Choice, networks: Mapping[str, NetworkSignature], inputs: Mapping[str, InputSignature]) -> bool:
    """Return whether the distribution of a network or of an input is a choice of its own, with all its columns in order."""
    match choice.weights[0]:
        case NeuralWeight(network=network, inputs=terms):
            count = len(networks[network].outputs) or 1
            return choice.weights == tuple(NeuralWeight(network, terms, column) for column in range(count))
        case InputWeight(name=name, row=row):
            columns = tuple(InputWeight(name, row, column) for column in range(len(choice.weights)))
            return choice.weights == columns and choice.values == inputs[name].width
    return not any(isinstance(weight, NeuralWeight | InputWeight) for weight in choice.weights)


def _list(found: object) -> list[object]:
    if not isinstance(found, list):
        raise DamagedFile("a list is missing")
    return found


def _pair(found: object) -> tuple[object, object]:
    match found:
        case [first, second]:
            return first, second
    raise DamagedFile("a pair is missing")


def _integer(found: object) -> int:
    if not isinstance(found, int):
        raise DamagedFile("a number is missing")
    return found
