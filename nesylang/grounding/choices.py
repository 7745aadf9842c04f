"""Templates of choices: what each probabilistic clause and neural declaration offers, before its variables are bound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nesylang.analysis import Analysis, ResolvedInput
from nesylang.analysis.arithmetic import NotConstant, NotNumeric, evaluate
from nesylang.analysis.probabilities import is_learnable, is_network
from nesylang.analysis.types import EnumerationType, FiniteType, RangeType, Type
from nesylang.grounding.program import (
    Choice,
    FixedWeight,
    InputSignature,
    InputWeight,
    LearnableWeight,
    NetworkSignature,
    NeuralWeight,
    Weight,
)
from nesylang.source import Diagnostic, Label, NesyError, Span, error
from nesylang.syntax import print_term
from nesylang.syntax.statements import Clause, FactTable, Head
from nesylang.syntax.terms import Atom, Compound, Integer, ListTerm, Term, Variable, variables

TOLERANCE = 1e-8
"""By how much the probabilities of a disjunction may exceed 1, as decimals rarely sum to it exactly."""

ROUNDING = 4.5e-16
"""A remainder below this is rounding: the alternatives are exhaustive."""

DECLARED = 1_000_000_000
"""The number of the first declaration: what is asked along with a program may add statements, which must not change its numbers."""


@dataclass(frozen=True, slots=True)
class FixedTemplate:
    """A probability as an expression, evaluated when its variables are bound."""

    expression: Term


@dataclass(frozen=True, slots=True)
class LearnableTemplate:
    initial: float | None
    index: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class NeuralTemplate:
    network: str
    inputs: tuple[Term, ...]
    column: int


@dataclass(frozen=True, slots=True)
class InputTemplate:
    """An entry of an input tensor, in the row that the arguments decide."""

    signature: InputSignature
    arguments: tuple[Term, ...]
    column: int

    def weight(self, binding: Mapping[str, Term]) -> InputWeight:
        """Return the weight for values of the arguments, which are in their types."""
        row = 0
        for argument, values in zip(self.arguments, self.signature.arguments, strict=True):
            row = row * len(values) + position_of(values, substitute(argument, binding))
        return InputWeight(self.signature.name, row, self.column)


Template = FixedTemplate | LearnableTemplate | NeuralTemplate | InputTemplate


@dataclass(frozen=True, slots=True)
class ChoiceTemplate:
    """A clause with probabilities: the heads after expansion of networks, their weights, the variables that both use.

    ``domain`` is the body that a declaration has instead of a clause: it ranges over the values of an input's arguments.
    """

    number: int
    heads: tuple[Term, ...]
    weights: tuple[Template, ...]
    variables: tuple[str, ...]
    span: Span
    domain: Term | None = None

    def instantiate(self, binding: Mapping[str, Term], bindings: tuple[Term, ...], networks: Mapping[str, NetworkSignature]) -> Choice:
        """Return the choice for values of the variables; raise NesyError for a probability that is none."""
        weights = tuple(self._weight(template, binding, networks) for template in self.weights)
        atoms = tuple(substitute(head, binding) for head in self.heads)
        fixed = math.fsum(weight.probability for weight in weights if isinstance(weight, FixedWeight))
        initial = [weight.initial for weight in weights if isinstance(weight, LearnableWeight) and weight.initial is not None]
        stated = math.fsum([fixed, *initial])
        if stated > 1 + TOLERANCE:
            note = f"these sum to {stated:.10g}" + self._bound(binding)
            raise error("E308", f"the probabilities of a disjunction sum to {stated:.10g}, more than 1", self.span, note)
        is_distribution = any(isinstance(t, InputTemplate) and t.signature.outputs is not None for t in self.weights)
        return Choice(weights, _is_exhaustive(weights, fixed, networks, is_distribution), atoms, self.number, bindings, self.span)

    def _weight(
        self,
        template: Template,
        binding: Mapping[str, Term],
        networks: Mapping[str, NetworkSignature],
    ) -> Weight:
        match template:
            case InputTemplate():
                return template.weight(binding)
            case LearnableTemplate(initial=initial, index=index):
                return LearnableWeight(initial, tuple(substitute(term, binding) for term in index))
            case NeuralTemplate(network=network, inputs=inputs, column=column):
                ground = tuple(substitute(term, binding) for term in inputs)
                for term, domain in zip(ground, networks[network].inputs, strict=True):
                    if domain is not None and term not in domain:
                        message = f"{print_term(term)} is not a value that network '{network}' takes"
                        hint = f"the values are {', '.join(print_term(value) for value in domain[:8])}{', ...' if len(domain) > 8 else ''}"
                        raise error("E311", message, self.span, f"called with {print_term(term)}", hint)
                return NeuralWeight(network, ground, column)
            case FixedTemplate(expression=expression):
                return FixedWeight(self._probability(expression, binding))

    def _probability(self, expression: Term, binding: Mapping[str, Term]) -> float:
        try:
            value = evaluate(substitute(expression, binding))
        except NotConstant:
            raise error(
                "E304", "this probability is not ground when the clause is used", expression.span, "has an unbound variable"
            ) from None
        except NotNumeric as problem:
            message = f"this probability cannot be evaluated: {problem.reason}"
            raise error("E303", message, expression.span, "not a number" + self._bound(binding)) from None
        if not -TOLERANCE <= value <= 1 + TOLERANCE:
            note = f"is {value:.10g}{self._bound(binding)}"
            raise error("E307", f"a probability must lie in [0, 1], found {value:.10g}", expression.span, note)
        return min(1.0, max(0.0, float(value)))

    def _bound(self, binding: Mapping[str, Term]) -> str:
        values = ", ".join(f"{name} = {print_term(value)}" for name, value in binding.items())
        return f" for {values}" if values else ""


def position_of(values: tuple[Term, ...], value: Term) -> int:
    """Return the position of a value in its type."""
    first = values[0]
    if isinstance(first, Integer) and isinstance(value, Integer) and len(values) > 8:
        # Integers are mostly those of a range, whose positions need no search.
        offset = value.value - first.value
        if 0 <= offset < len(values) and values[offset] == value:
            return offset
    return values.index(value)


def _is_exhaustive(weights: tuple[Weight, ...], fixed: float, networks: Mapping[str, NetworkSignature], is_distribution: bool) -> bool:
    match weights:
        case (NeuralWeight(network=network),):
            return bool(networks[network].outputs)
        case (InputWeight(), *_):
            return is_distribution
        case (LearnableWeight(),):
            return False
    if all(isinstance(weight, NeuralWeight) for weight in weights):
        return True
    initial = [weight.initial for weight in weights if isinstance(weight, LearnableWeight)]
    if initial:
        known = [value for value in initial if value is not None]
        return len(initial) == len(weights) and (len(known) < len(initial) or math.fsum(known) > 1 - TOLERANCE)
    return 1 - fixed < ROUNDING


def initial_probability(choice: Choice, alternative: int) -> float:
    """Return the probability of an alternative as the program states it; raise NesyError E505 where a network or weight decides it."""
    match choice.weights[alternative]:
        case FixedWeight(probability=probability):
            return probability
        case LearnableWeight(initial=float(probability)):
            return probability
        case _:
            message = f"the probability of {print_term(choice.atoms[alternative])} is not known before training"
            raise error("E505", message, choice.span, "needed while the program is ground", "subquery/2 works on stated probabilities only")


def substitute(term: Term, binding: Mapping[str, Term]) -> Term:
    """Return the term with its variables replaced, spans kept where nothing changes."""
    if isinstance(term, Variable):
        return binding.get(term.name, term)
    if isinstance(term, Compound):
        args = tuple(substitute(argument, binding) for argument in term.args)
        return term if all(a is b for a, b in zip(args, term.args, strict=True)) else Compound(term.functor, args, term.span)
    if isinstance(term, ListTerm):
        items = tuple(substitute(item, binding) for item in term.items)
        tail = substitute(term.tail, binding) if term.tail is not None else None
        if isinstance(tail, ListTerm):
            return ListTerm((*items, *tail.items), tail.tail, term.span)
        return ListTerm(items, tail, term.span)
    return term


@dataclass(frozen=True, slots=True)
class ChoiceTable:
    """All templates by clause number, the tables of probabilistic facts likewise, and the networks that templates call.

    The facts of a table have no templates; each is its own choice, which ``fact_choice`` makes. ``tensor_clauses`` are the certain
    clauses that networks which return tensors stand for: what they return is named by the term ``network(input, ...)``.
    """

    templates: Mapping[int, ChoiceTemplate]
    networks: Mapping[str, NetworkSignature]
    tables: Mapping[int, FactTable]
    tensor_clauses: Mapping[int, Clause]
    inputs: Mapping[str, InputSignature] = field(default_factory=dict)

    def fact_choice(self, number: int, row: int) -> Choice:
        """Return the choice that a row of a table is; its bindings are the arguments. Equal rows are choices of their own."""
        table = self.tables[number]
        assert table.probabilities is not None, "certain facts are no choices"
        probability = float(table.probabilities[row])
        fact = table.fact(row)
        atom = fact.heads[0].atom
        bindings = atom.args if isinstance(atom, Compound) else ()
        return Choice((FixedWeight(probability),), 1 - probability < ROUNDING, (atom,), number, bindings, fact.span)


def choice_table(analysis: Analysis) -> ChoiceTable:
    """Return the templates of all probabilistic clauses (numbered as statements) and of declarations (numbered from DECLARED).

    Tables of probabilistic facts are numbered as statements too.
    """
    templates: dict[int, ChoiceTemplate] = {}
    networks: dict[str, NetworkSignature] = {}
    tables: dict[int, FactTable] = {}
    tensor_clauses: dict[int, Clause] = {}
    problems: list[Diagnostic] = []
    for number, statement in enumerate(analysis.statements):
        if isinstance(statement, FactTable) and statement.probabilities is not None:
            tables[number] = statement
        elif isinstance(statement, Clause) and returns_tensor(statement):
            tensor_clauses[number], signature = _tensor_clause(statement)
            _add_network(networks, signature, problems)
        elif isinstance(statement, Clause) and any(head.probability is not None for head in statement.heads):
            templates[number] = clause_template(number, statement, networks, problems)
    for offset, ((name, _), neural) in enumerate(analysis.neural.items()):
        number = DECLARED + offset
        if neural.returns_tensor:
            tensor_clauses[number] = _naming_clause(name, len(neural.inputs), neural.span)
        else:
            templates[number] = _neural_template(number, name, neural.inputs, neural.output, neural.span)
        inputs = tuple(_domain(type_) for type_ in neural.inputs)
        found = NetworkSignature(name, inputs, neural.output or (), neural.span, neural.returns_tensor, neural.is_foreign)
        _add_network(networks, found, problems)
    declared_inputs: dict[str, InputSignature] = {}
    for offset, declared in enumerate(analysis.inputs.values(), DECLARED + len(analysis.neural)):
        declared_inputs[declared.name] = expected = input_signature(declared)
        templates[offset] = _input_template(offset, expected, declared.arguments)
    if problems:
        raise NesyError(problems)
    return ChoiceTable(templates, networks, tables, tensor_clauses, declared_inputs)


def input_signature(declared: ResolvedInput) -> InputSignature:
    """Return what a declaration of an input expects of its tensor."""
    types = [*declared.arguments, *([declared.output] if declared.output is not None else [])]
    axes = tuple(type_.name for type_ in types)
    outputs = declared.output.values() if declared.output is not None else None
    return InputSignature(declared.name, tuple(type_.values() for type_ in declared.arguments), axes, outputs, declared.span)


def _input_template(number: int, signature: InputSignature, types: tuple[FiniteType, ...]) -> ChoiceTemplate:
    """Return the template of an input: its arguments range over their types."""
    span = signature.span
    names = tuple(f"X{position}" for position in range(len(signature.arguments)))
    arguments: tuple[Term, ...] = tuple(Variable(variable, span) for variable in names)
    domain: Term | None = None
    for argument, type_ in zip(reversed(arguments), reversed(types), strict=True):
        goal = Compound("in", (argument, _domain_term(type_, span)), span)
        domain = goal if domain is None else Compound(",", (goal, domain), span)
    extra: Sequence[tuple[Term, ...]] = [()] if signature.outputs is None else [(value,) for value in signature.outputs]
    heads = tuple(atom(signature.name, (*arguments, *values), span) for values in extra)
    weights = tuple(InputTemplate(signature, arguments, column) for column in range(len(extra)))
    return ChoiceTemplate(number, heads, weights, names, span, domain)


def _domain_term(type_: FiniteType, span: Span) -> Term:
    """Return what follows ``in`` for the values of a type."""
    if isinstance(type_, RangeType):
        return Compound("..", (Integer(type_.low, span), Integer(type_.high, span)), span)
    return ListTerm(type_.constants, None, span)


def atom(name: str, arguments: tuple[Term, ...], span: Span) -> Term:
    """Return an atom with or without arguments."""
    return Compound(name, arguments, span) if arguments else Atom(name, span)


def returns_tensor(clause: Clause) -> bool:
    """Return whether a clause is of the form ``nn(net, [X], Y) :: p(X, Y)``: the network returns a tensor."""
    probability = clause.heads[0].probability
    return isinstance(probability, Compound) and is_network(probability) and len(probability.args) == 3


def _tensor_clause(clause: Clause) -> tuple[Clause, NetworkSignature]:
    """Return ``p(X, net(X)) :- body`` for ``nn(net, [X], Y) :: p(X, Y) :- body``, and the network."""
    head = clause.heads[0]
    assert isinstance(head.probability, Compound), "the caller looked"
    name, inputs, output = head.probability.args
    assert isinstance(name, Atom), "analysis checks annotations"
    assert isinstance(inputs, ListTerm), "analysis checks annotations"
    assert isinstance(output, Variable), "analysis checks annotations"
    binding = {output.name: Compound(name.name, inputs.items, head.probability.span)}
    body = None if clause.body is None else substitute(clause.body, binding)
    signature = NetworkSignature(name.name, tuple(None for _ in inputs.items), (), head.probability.span, returns_tensor=True)
    return Clause((Head(None, substitute(head.atom, binding)),), body, clause.span), signature


def _naming_clause(name: str, inputs: int, span: Span) -> Clause:
    """Return ``encode(X, encode(X))``, which names what a declared network returns."""
    arguments: tuple[Term, ...] = tuple(Variable(f"X{position}", span) for position in range(inputs))
    return Clause((Head(None, Compound(name, (*arguments, Compound(name, arguments, span)), span)),), None, span)


def _add_network(networks: dict[str, NetworkSignature], found: NetworkSignature, problems: list[Diagnostic]) -> None:
    known = networks.setdefault(found.name, found)
    if (known.inputs, known.outputs, known.returns_tensor) != (found.inputs, found.outputs, found.returns_tensor):
        labels = (Label(found.span, "here"), Label(known.span, "used differently here"))
        message = f"network '{found.name}' is used with different inputs or outputs"
        problems.append(Diagnostic("E209", message, labels, "give the networks different names"))


def _domain(type_: Type) -> tuple[Term, ...] | None:
    return type_.values() if isinstance(type_, EnumerationType | RangeType) else None


def _neural_template(number: int, name: str, inputs: tuple[Type, ...], output: tuple[Term, ...] | None, span: Span) -> ChoiceTemplate:
    names = tuple(f"X{position}" for position in range(len(inputs)))
    arguments: tuple[Term, ...] = tuple(Variable(variable, span) for variable in names)
    if output is None:
        return ChoiceTemplate(number, (Compound(name, arguments, span),), (NeuralTemplate(name, arguments, 0),), names, span)
    heads = tuple(Compound(name, (*arguments, value), span) for value in output)
    weights = tuple(NeuralTemplate(name, arguments, column) for column in range(len(output)))
    return ChoiceTemplate(number, heads, weights, names, span)


def clause_template(number: int, clause: Clause, networks: dict[str, NetworkSignature], problems: list[Diagnostic]) -> ChoiceTemplate:
    """Return the template of a probabilistic clause; its networks are added to ``networks``, contradictions to ``problems``."""
    heads: list[Term] = []
    weights: list[Template] = []
    for head in clause.heads:
        probability = head.probability
        assert probability is not None, "the parser lets no certain head into a disjunction"
        if is_network(probability) and isinstance(probability, Compound):
            for column, (atom, weight, signature) in enumerate(_network_heads(head, probability)):
                heads.append(atom)
                weights.append(weight)
                if column == 0:
                    _add_network(networks, signature, problems)
        elif is_learnable(probability) and isinstance(probability, Compound):
            heads.append(head.atom)
            first, *index = probability.args
            initial = None if isinstance(first, Variable) else float(evaluate(first))
            weights.append(LearnableTemplate(initial, tuple(index)))
        else:
            heads.append(head.atom)
            weights.append(FixedTemplate(probability))
    used = dict.fromkeys(name for head in clause.heads for name in _variables_of(head))
    span = clause.heads[0].span.to(clause.heads[-1].span)
    return ChoiceTemplate(number, tuple(heads), tuple(weights), tuple(used), span)


def _variables_of(head: Head) -> list[str]:
    assert head.probability is not None
    names = variables(head.atom) + variables(head.probability)
    if is_network(head.probability) and isinstance(head.probability, Compound) and len(head.probability.args) == 4:
        output = head.probability.args[2]
        return [name for name in names if not isinstance(output, Variable) or name != output.name]
    return names


def _network_heads(head: Head, annotation: Compound) -> list[tuple[Term, NeuralTemplate, NetworkSignature]]:
    """Return the alternatives of ``nn(name, [inputs], Output, [values]) :: atom`` or ``nn(name, [inputs]) :: atom``."""
    name, inputs = annotation.args[0], annotation.args[1]
    assert isinstance(name, Atom), "analysis checks annotations"
    assert isinstance(inputs, ListTerm), "analysis checks annotations"
    no_domains = tuple(None for _ in inputs.items)
    if len(annotation.args) == 2:
        signature = NetworkSignature(name.name, no_domains, (), annotation.span)
        return [(head.atom, NeuralTemplate(name.name, inputs.items, 0), signature)]
    output, domain = annotation.args[2], annotation.args[3]
    assert isinstance(output, Variable), "analysis checks annotations"
    assert isinstance(domain, ListTerm), "analysis checks annotations"
    signature = NetworkSignature(name.name, no_domains, domain.items, annotation.span)
    return [
        (substitute(head.atom, {output.name: value}), NeuralTemplate(name.name, inputs.items, column), signature)
        for column, value in enumerate(domain.items)
    ]
