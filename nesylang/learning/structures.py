"""The structures of examples: questions that differ in nothing but the tensors they name, compiled once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from nesylang.analysis import Analysis
from nesylang.analysis.questions import Questions, Sight
from nesylang.compilation.compiled import CompiledProgram
from nesylang.grounding import Observation
from nesylang.inference import Settings, compile_analysis
from nesylang.learning.inputs import tensor_name
from nesylang.syntax import print_term
from nesylang.syntax.statements import Evidence, Query
from nesylang.syntax.terms import Atom, Compound, Integer, ListTerm, Term, signature, subterms

Key = TypeVar("Key")
Value = TypeVar("Value")

LARGEST_CACHE = 256
"""How many structures are kept compiled unless something else is said."""


class Cache(Generic[Key, Value]):
    """The values made last, at most ``bound`` of them; ``hits`` and ``misses`` count the look-ups. A copy or pickle of it is empty."""

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.hits = 0
        self.misses = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made where it is not there; the one that was used longest ago gives way."""
        if key in self._values:
            self.hits += 1
            self._values.move_to_end(key)
            return self._values[key]
        self.misses += 1
        value = self._values[key] = make()
        while len(self._values) > max(1, self.bound):
            self._values.popitem(last=False)
        return value

    def __len__(self) -> int:
        return len(self._values)

    def __reduce__(self) -> tuple[type[Cache[Key, Value]], tuple[int]]:
        return type(self), (self.bound,)

    def __deepcopy__(self, memo: dict[int, object]) -> Cache[Key, Value]:
        return type(self)(self.bound)


class Analysed(Protocol):
    """A program that has been analysed."""

    @property
    def analysis(self) -> Analysis: ...

    @property
    def settings(self) -> Settings: ...


Part = tuple[int, str, tuple[int, ...]]
"""A part of a tensor: the number of the example that brought it or SHARED, its name, indices along its first axes."""

SHARED = -1


@dataclass(frozen=True, slots=True)
class Structure:
    """A question with placeholders for the tensors it names: ``key`` is the same for equal structures.

    ``terms`` stand in the places of ``placeholders``, ``parts`` are the parts of tensors that they name. ``observed`` maps the atoms of
    the evidence, canonically spelled, to the positions of their values.
    """

    key: tuple[str, ...]
    query: Query
    evidence: tuple[Evidence, ...]
    placeholders: tuple[Term, ...]
    terms: tuple[Term, ...]
    parts: tuple[Part, ...]
    observed: Mapping[str, int]


class StructureReader:
    """Finds the structures of questions to one program, and compiles them."""

    def __init__(self, source: Analysed) -> None:
        self.source = source

    @cached_property
    def questions(self) -> Questions:
        """The program's questions."""
        return Questions(self.source.analysis)

    def structure(self, query: Query, evidence: Sequence[Evidence], names: frozenset[str]) -> Structure:
        """Return the structure of a question; ``names`` are those of tensors.

        Constants that the program mentions itself, and those whose looks matter to it, are no placeholders.
        """
        condition = () if query.condition is None else (query.condition,)
        terms = [query.goal, *condition, *(piece.atom for piece in evidence)]
        found: dict[Atom | Compound, None] = {}
        for term in terms:
            _collect(term, names, found)
        renamed = self._placeholders([term for term in found if not self.questions.mentions(term)], terms)
        goal, *others = [replaced(term, renamed) for term in terms]
        asked = Query(goal, others.pop(0) if condition else None, query.span)
        observed = tuple(Evidence(atom, True, piece.span) for atom, piece in zip(others, evidence, strict=True))
        positions: dict[str, int] = {}
        for number, piece in enumerate(observed):
            positions.setdefault(print_term(piece.atom), number)
        key = (print_term(goal), "" if asked.condition is None else print_term(asked.condition), *sorted(positions))
        distinct = tuple(observed[number] for number in positions.values())
        return Structure(key, asked, distinct, tuple(renamed.values()), tuple(renamed), tuple(map(part, renamed)), positions)

    def _placeholders(self, terms: list[Atom | Compound], question: Sequence[Term]) -> dict[Term, Term]:
        if not terms:
            return {}
        sight = self.questions.sight(question)
        if sight is Sight.EVERYTHING:
            return {}
        renamed: dict[Term, Term] = {}
        if sight is Sight.ORDER:
            # The names stay, as they are compared too, so that a number must not be one that the program mentions.
            compounds = [t for t in terms if isinstance(t, Compound) and not self.questions.mentions_functor(t.functor, len(t.args))]
            for found in sorted(compounds, key=lambda term: (term.functor, len(term.args), indices(term))):
                rank = sum(signature(other) == signature(found) for other in renamed)
                rest = tuple(Integer(0, found.span) for _ in found.args[1:])
                renamed[found] = Compound(found.functor, (Integer(rank, found.span), *rest), found.span)
            return renamed
        name = "tensor"
        mentioned = {part.functor for term in question for part in subterms(term) if isinstance(part, Compound)}
        while name in mentioned or self.questions.mentions_functor(name, 1):
            name += "_"
        for number, term in enumerate(terms):
            if isinstance(term, Compound):
                renamed[term] = Compound(name, (Integer(number, term.span),), term.span)
            else:
                renamed[term] = Atom(f"tensor {number}", term.span)
        return renamed

    def compile(self, structure: Structure) -> CompiledProgram:
        """Return the compiled program of a structure; its evidence has no value yet. Raise NesyError for every mistake in it."""
        analysis, query, evidence = self.questions.analysed(structure.query, structure.evidence)
        observed = [Observation(piece.atom, None, piece.span) for piece in evidence]
        return compile_analysis(analysis, self.source.settings, [query], observed)


def holds_some(term: Term, terms: Collection[Term]) -> bool:
    """Return whether some of the terms are inside of a term."""
    return any(inner in terms for inner in subterms(term))


def indices(term: Term) -> tuple[int, ...]:
    """Return the indices of a term that names a tensor."""
    return tuple(index.value for index in term.args if isinstance(index, Integer)) if isinstance(term, Compound) else ()


def part(term: Term) -> Part:
    """Return the part of a shared tensor that a term names; raises E602 where it names none."""
    return SHARED, tensor_name(term), indices(term)


def _collect(term: Term, names: frozenset[str], found: dict[Atom | Compound, None]) -> None:
    """Add the terms inside a term that name tensors, from left to right."""
    pending = [term]
    while pending:
        current = pending.pop()
        match current:
            case Compound(functor=functor, args=args):
                if functor in names and current is not term and all(isinstance(index, Integer) for index in args):
                    found[current] = None
                else:
                    pending.extend(reversed(args))
            case ListTerm(items=items, tail=tail):
                if tail is not None:
                    pending.append(tail)
                pending.extend(reversed(items))
            case Atom(name=name):
                if name in names and current is not term:
                    found[current] = None


def replaced(term: Term, renamed: Mapping[Term, Term]) -> Term:
    """Return a term with other terms in place of some: placeholders for the terms that name tensors, or the other way round."""
    if not renamed:
        return term
    if term in renamed:
        return renamed[term]
    match term:
        case Compound(functor=functor, args=args, span=span):
            return Compound(functor, tuple([replaced(argument, renamed) for argument in args]), span)
        case ListTerm(items=items, tail=tail, span=span):
            return ListTerm(tuple([replaced(item, renamed) for item in items]), None if tail is None else replaced(tail, renamed), span)
        case _:
            return term
