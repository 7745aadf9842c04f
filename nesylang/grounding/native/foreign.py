"""Foreign predicates while a program is ground: their functions are called once for each tuple of inputs, their answers become choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from nesylang.analysis.check import ResolvedForeign
from nesylang.grounding.choices import ROUNDING, TOLERANCE
from nesylang.grounding.forms import Answers, Exclusive, Learnable, Weighted
from nesylang.grounding.hostcalls import Functions, HostFailure, bound_function, failure_message, how_to_bind
from nesylang.grounding.hostvalues import Unfit, host_term, host_value
from nesylang.grounding.native.builtins.contract import Relation, Signature
from nesylang.grounding.native.convert import TermWriter, read_term, show_goal
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.goals import CERTAIN, Definition, ForeignTemplate, Name, Relate, Rule
from nesylang.grounding.native.terms import Store, Value, Var, is_ground
from nesylang.grounding.program import Choice, FixedWeight, HostWeight, LearnableWeight, Weight
from nesylang.syntax.terms import Atom, Compound, Term, Variable

Row = tuple[Value, ...]


def foreign_definitions(
    declared: Mapping[Signature, ResolvedForeign], functions: Functions, first_number: int
) -> dict[Signature, Definition]:
    """Return the definitions of all foreign predicates; their clauses are numbered from ``first_number``."""
    return {
        signature: _ForeignPredicate(predicate, bound_function(functions, *signature), first_number + offset).definition()
        for offset, (signature, predicate) in enumerate(declared.items())
    }


class _Goal:
    """A call; it is spelled only where something has to be said about it."""

    __slots__ = ("arguments", "name")

    def __init__(self, name: str, arguments: Row) -> None:
        self.name = name
        self.arguments = arguments

    def __str__(self) -> str:
        shown = tuple("_" if type(argument) is Var else argument for argument in self.arguments)
        return show_goal(self.name, shown).replace("'_'", "_")


class _ForeignPredicate:
    """A foreign predicate in one grounding: the rows of the calls so far, the choices among them in ``template``."""

    def __init__(self, declared: ResolvedForeign, function: Callable[..., object] | None, number: int) -> None:
        self.declared = declared
        self.function = function
        self.number = number
        self.types = (*declared.inputs, *declared.outputs)
        names = tuple(Variable(f"X{position}", declared.span) for position in range(len(self.types)))
        head: Term = Compound(declared.name, names, declared.span) if names else Atom(declared.name, declared.span)
        self.template = ForeignTemplate((head,), declared.span)
        self.initial: dict[str, float] = {}
        self.rows: dict[Row, list[Row]] = {}

    def definition(self) -> Definition:
        """Return the predicate as one rule: its answers with their numbers, and the choice that a number belongs to."""
        arguments = tuple(Name(f"X{position}") for position in range(len(self.types)))
        builtin = Relation(self.declared.name, len(arguments) + 1, self.solutions, (((), tuple(range(len(arguments) + 1))),))
        body = (Relate(builtin, (*arguments, Name("_answer")), self.declared.span),)
        rule = Rule(arguments, body, self.number, self.declared.span, self.template, 0, ("_answer",))
        return Definition((self.declared.name, len(arguments)), [rule])

    def solutions(self, store: Store, *arguments: Value) -> list[Row]:
        """Return the answers to a call, each with its number behind it."""
        inputs = arguments[: len(self.declared.inputs)]
        found = self.rows.get(inputs)
        if found is None:
            found = self.rows[inputs] = self._called(store, inputs, _Goal(self.declared.name, arguments[:-1]))
        return found

    def _called(self, store: Store, inputs: Row, goal: _Goal) -> list[Row]:
        if self.function is None:
            message = f"the foreign predicate {self.declared.name}/{len(self.types)} is not bound to a function"
            raise GoalError("E607", message, how_to_bind(self.declared.name))
        writer = TermWriter(self.declared.span)
        terms = []
        for position, (value, type_) in enumerate(zip(inputs, self.declared.inputs, strict=True), 1):
            if not is_ground(value):
                message = f"the foreign predicate {self.declared.name} is called as {goal}, with its argument {position} not ground"
                raise GoalError("E304", message, "the inputs of a Python function must be bound by the goals before it")
            term = writer.term(value)
            if not type_.accepts(term):
                message = f"argument {position} of {goal} is not a value of the type {type_.name}"
                raise GoalError("E311", message, f"expected {type_.expectation()}")
            terms.append(term)
        values = [host_value(term, type_) for term, type_ in zip(terms, self.declared.inputs, strict=True)]

        def failed(problem: Exception) -> Exception:
            return GoalError("E320", failure_message(f"the function of {goal}", problem), _with(values), problem)

        with HostFailure(failed):
            returned = self.function(*values)
            if isinstance(returned, Answers | Exclusive | Weighted):
                returned = _with_plain_probabilities(returned)
        rows = [(outputs, number) for outputs, number in self._answers(tuple(terms), returned, goal)]
        return [(*inputs, *(read_term(output, store, _no_variable) for output in outputs), number) for outputs, number in rows]

    # what a function returned

    def _answers(self, inputs: tuple[Term, ...], returned: object, goal: _Goal) -> Iterable[tuple[tuple[Term, ...], int]]:
        """Yield the outputs of each answer with its number."""
        match returned:
            case Answers(values=values):
                for value in values:
                    yield from self._answer(inputs, value, goal)
            case Exclusive(alternatives=alternatives):
                outputs = [self._outputs(value, goal) for value, _ in alternatives]
                weights = tuple(FixedWeight(self._number(probability, goal)) for _, probability in alternatives)
                total = math.fsum(weight.probability for weight in weights)
                if total > 1 + TOLERANCE:
                    hint = "answers that are independent of each other are nesy.answers([nesy.weighted(value, probability), ...])"
                    raise GoalError("E308", f"the probabilities of the answers to {goal} sum to {total:.10g}, more than 1", hint)
                if weights:
                    yield from self._choice(inputs, outputs, weights, 1 - total < ROUNDING)
            case _:
                yield from self._answer(inputs, returned, goal)

    def _answer(self, inputs: tuple[Term, ...], value: object, goal: _Goal) -> Iterable[tuple[tuple[Term, ...], int]]:
        if isinstance(value, Weighted):
            if value.value is False and not self.declared.outputs:
                raise self._unfit(value.value, "True with a probability", goal)
            weight = self._weight(value.probability, goal)
            exhaustive = isinstance(weight, FixedWeight) and 1 - weight.probability < ROUNDING
            yield from self._choice(inputs, [self._outputs(value.value, goal)], (weight,), exhaustive)
        elif not self.declared.outputs:
            held = value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value  # a bool of NumPy's or torch's
            if not isinstance(held, bool):
                raise self._unfit(value, "True, False or nesy.probability(p)", goal)
            if held:
                yield (), CERTAIN
        elif value is not None:
            yield self._outputs(value, goal), CERTAIN

    def _choice(
        self, inputs: tuple[Term, ...], outputs: list[tuple[Term, ...]], weights: tuple[Weight, ...], exhaustive: bool
    ) -> Iterable[tuple[tuple[Term, ...], int]]:
        """Yield the alternatives of a choice, which is added to the template."""
        template = self.template
        atoms = tuple(self._atom((*inputs, *found)) for found in outputs)
        made = len(template.choices)
        template.choices.append(Choice(weights, exhaustive, atoms, self.number, inputs, self.declared.span))
        for alternative, found in enumerate(outputs):
            template.places.append((made, alternative))
            yield found, len(template.places) - 1

    def _atom(self, arguments: tuple[Term, ...]) -> Term:
        span = self.declared.span
        return Compound(self.declared.name, arguments, span) if arguments else Atom(self.declared.name, span)

    def _outputs(self, value: object, goal: _Goal) -> tuple[Term, ...]:
        """Return the outputs that a value is: several of them are a tuple."""
        types = self.declared.outputs
        if not types:
            if value is not True:
                raise self._unfit(value, "True with a probability", goal)
            return ()
        values: tuple[object, ...] = (value,)
        if len(types) > 1:
            if not isinstance(value, tuple) or len(value) != len(types):
                raise self._unfit(value, f"a tuple of {len(types)} values", goal)
            values = value
        terms = []
        for part, type_ in zip(values, types, strict=True):
            try:
                terms.append(host_term(part, type_, self.declared.span))
            except Unfit as problem:
                raise self._unfit(part, f"{problem.expected} ({type_.name})", goal) from None
        return tuple(terms)

    def _weight(self, probability: object, goal: _Goal) -> Weight:
        """Return the weight of an answer with a coin of its own."""
        if isinstance(probability, Learnable):
            initial = None if probability.initial is None else self._number(probability.initial, goal)
            name = str(probability.name)
            if initial is not None and self.initial.setdefault(name, initial) != initial:
                message = f"the learnable probability {name!r} of an answer to {goal} starts from {initial} and {self.initial[name]}"
                raise GoalError("E319", message, "answers that share a name share its probability: give others another name")
            return LearnableWeight(self.initial.get(name), (Atom(name, self.declared.span),))
        if getattr(probability, "grad_fn", None) is not None:
            hint = "give the parameter itself, or a function without arguments that computes the probability anew in each step"
            message = f"the probability of an answer to {goal} is a tensor that was computed from others"
            raise GoalError("E319", message, hint)
        if callable(probability) or (hasattr(probability, "requires_grad") and getattr(probability, "numel", lambda: 0)() == 1):
            return HostWeight(probability, str(goal), self.declared.span)
        return FixedWeight(self._number(probability, goal))

    def _number(self, probability: object, goal: _Goal) -> float:
        if isinstance(probability, bool) or not isinstance(probability, int | float):
            found = type(probability).__name__
            message = f"the probability of an answer to {goal} must be a number, found {found}"
            raise GoalError("E319", message, "nesy.learnable(name), tensors with one element and functions are for single answers")
        if not -TOLERANCE <= probability <= 1 + TOLERANCE:
            raise GoalError("E307", f"the probability of an answer to {goal} must lie in [0, 1], found {probability:.10g}")
        return min(1.0, max(0.0, float(probability)))

    def _unfit(self, value: object, expected: str, goal: _Goal) -> GoalError:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        hint = f"expected {expected}"
        if isinstance(value, list | set | frozenset) and self.declared.outputs:
            hint += "; several answers are nesy.answers([...])"
        elif value is None:
            hint += "; the function may lack a return"
        return GoalError("E319", f"the function of {goal} returned {shown}", hint)


def _with_plain_probabilities(returned: Answers | Exclusive | Weighted) -> Answers | Exclusive | Weighted:
    """Return answers with NumPy's numbers as Python's."""
    match returned:
        case Weighted(value=value, probability=probability):
            return Weighted(value, _plain(probability))
        case Answers(values=values):
            return Answers(tuple(Weighted(v.value, _plain(v.probability)) if isinstance(v, Weighted) else v for v in values))
        case Exclusive(alternatives=alternatives):
            return Exclusive(tuple((value, _plain(probability, tensors=True)) for value, probability in alternatives))


def _plain(probability: object, tensors: bool = False) -> object:
    if hasattr(probability, "dtype") and (tensors or not hasattr(probability, "requires_grad")):
        return probability.item()  # type: ignore[attr-defined]
    return probability


def _with(values: list[object]) -> str:
    return f"it was called with {', '.join(map(repr, values))}" if values else "it was called without arguments"


def _no_variable(name: str) -> Value:
    raise AssertionError(f"variable {name} in an answer")
