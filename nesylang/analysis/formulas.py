"""Implications, equivalences, exclusive ors and quantifiers, written out as conjunctions, disjunctions and negations.

``a => b`` is ``\\+ (a, \\+ b)``, ``a <=> b`` is both implications, ``a xor b`` the opposite, and ``forall(X in d : f)`` is
``\\+ (X in d, \\+ f)``. ``exists(X : f)`` becomes a call of a predicate of its own, so that X stays inside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nesylang.analysis import aggregates
from nesylang.analysis.aggregates import FORMULAS, with_conditions
from nesylang.analysis.builtins import LIBRARIES, Signature
from nesylang.analysis.goals import LOGICAL, called_arguments
from nesylang.analysis.grammars import PHRASES, phrase
from nesylang.analysis.quantifiers import QUANTIFIERS, free_names, misused, named_apart, occurrences, quantified
from nesylang.analysis.types import BUILTIN_TYPES, Type, TypeTable
from nesylang.source import Diagnostic, Span
from nesylang.syntax.statements import (
    Clause,
    Directive,
    Evidence,
    ExpectAnswers,
    ExpectProbability,
    FactTable,
    Head,
    Query,
    Statement,
    TypeDeclaration,
)
from nesylang.syntax.terms import Atom, Compound, Term, Variable, conjuncts, signature, subterms

_REWRITTEN = FORMULAS | PHRASES

MADE = "'"
"""What the names of predicates that are made for formulas have behind their first word; no program can write such a name bare."""


Asked = tuple[Term, Term | None]
"""A goal and the condition that it is asked under."""


def stands_for_formula(name: str) -> bool:
    """Return whether a predicate of this name was made for a formula."""
    return name.startswith((f"exists{MADE}", f"formula{MADE}"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a question asks: ``pattern`` is the goal as it is written, ``goal`` and ``condition`` are written out."""

    pattern: Term
    goal: Term
    condition: Term | None


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """A program without formulas.

    ``meanings`` has the questions that hold formulas; their statements stay as they are. ``written`` has the clauses that were changed,
    by their places.
    """

    statements: tuple[Statement, ...]
    meanings: Mapping[Asked, Meaning]
    written: Mapping[Span, Clause]
    problems: tuple[Diagnostic, ...]


def write_out(statements: tuple[Statement, ...]) -> WrittenOut:
    """Return a program whose bodies have neither implications nor quantifiers, with what is wrong with them."""
    if not any(_holds_formula(part) for statement in statements for part in _bodies(statement)):
        return WrittenOut(statements, {}, {}, ())
    table = TypeTable(statement for statement in statements if isinstance(statement, TypeDeclaration))
    writer = _Writer(_own(statements), {**BUILTIN_TYPES, **table.declared})
    rewritten: list[Statement] = []
    meanings: dict[Asked, Meaning] = {}
    written: dict[Span, Clause] = {}
    for statement in statements:
        match statement:
            case Clause(heads=heads, body=body) if body is not None and _holds_formula(body):
                outside = [term for head in heads for term in (head.atom, head.probability) if term is not None]
                changed = replace(statement, body=writer.goal(body, outside)[1])
                written[changed.span] = statement
                rewritten.append(changed)
            case Directive(goal=goal) if _holds_formula(goal):
                rewritten.append(replace(statement, goal=writer.goal(goal, ())[1]))
            case Evidence(atom=atom) if _holds_formula(atom):
                rewritten.append(replace(statement, atom=writer.observation(atom)))
            case Clause(heads=(Head(atom=Compound(functor="evidence", args=(goal, *rest))) as head,), body=None) if _holds_formula(goal):
                observed = Compound("evidence", (writer.observation(goal), *rest), head.atom.span)
                rewritten.append(replace(statement, heads=(replace(head, atom=observed),)))
            case _:
                rewritten.append(statement)
                for goal, condition in _questions(statement):
                    if _holds_formula(goal) or (condition is not None and _holds_formula(condition)):
                        meanings[goal, condition] = writer.question(goal, condition)
    return WrittenOut((*rewritten, *writer.made), meanings, written, tuple(dict.fromkeys(writer.problems)))


def as_test(term: Term) -> Term:
    """Return a formula that is known only when it is called, written out as a test, without new predicates."""
    return _Writer(frozenset(), {}, inline=True).goal(term, ())[1]


def _bodies(statement: Statement) -> Iterator[Term]:
    match statement:
        case Clause(body=body):
            if body is not None:
                yield body
        case Directive(goal=goal):
            yield goal
        case Evidence(atom=atom):
            yield atom
    match statement:
        case Clause(heads=(Head(atom=Compound(functor="evidence", args=(goal, *_))),), body=None):
            yield goal
    for goal, condition in _questions(statement):
        yield goal
        if condition is not None:
            yield condition


def _questions(statement: Statement) -> Iterator[Asked]:
    match statement:
        case Query(goal=goal, condition=condition) | ExpectProbability(goal=goal, condition=condition):
            yield goal, condition
        case ExpectAnswers(goal=goal):
            yield goal, None
        case Clause(heads=(Head(probability=None, atom=Compound(functor="query", args=(goal,))),), body=None):
            yield goal, None


def _holds_formula(term: Term) -> bool:
    if type(term) is not Compound:
        return False
    return any(type(part) is Compound and (part.functor, len(part.args)) in _REWRITTEN for part in subterms(term))


def _own(statements: Iterable[Statement]) -> frozenset[Signature]:
    """Return the predicates that the program has itself, or from libraries that it may load: they are no formulas."""
    own: set[Signature] = set()
    for statement in statements:
        match statement:
            case Clause(heads=heads):
                own.update(found for head in heads if (found := signature(head.atom)) is not None)
            case FactTable(name=name, arity=arity):
                own.add((name, arity))
            case Directive(goal=Compound(functor="use_module", args=(Compound(functor="library", args=(Atom(name=name),)), *_))):
                own.update(LIBRARIES.get(name, ()))
    return frozenset(own)


@dataclass(slots=True)
class _Writer:
    """Writes formulas out; what it needs is added to ``made``, mistakes to ``problems``. ``inline`` makes no predicates."""

    own: Collection[Signature]
    types: Mapping[str, Type]
    inline: bool = False
    made: list[Clause] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    taken: int = 0

    def question(self, goal: Term, condition: Term | None) -> Meaning:
        """Return what a question means, its condition included; variables that both have are the same."""
        # Joined by what is taken apart again below, and not by a comma, which conjunctions are flattened at.
        both = goal if condition is None else Compound("->", (goal, condition), goal.span)
        # What is asked for are the variables that no quantifier has.
        asked = [Variable(name, goal.span) for name in sorted(free_names(both, self.positions))]
        apart, meant = self.goal(both, asked)
        if condition is None:
            return Meaning(apart, meant, None)
        assert isinstance(apart, Compound), "a connective stays one"
        assert isinstance(meant, Compound), "a connective stays one"
        return Meaning(apart.args[0], meant.args[0], meant.args[1])

    def observation(self, goal: Term) -> Term:
        """Return what evidence observes, written out."""
        return self.goal(goal, [Variable(name, goal.span) for name in sorted(free_names(goal, self.positions))])[1]

    def goal(self, body: Term, outside: Iterable[Term]) -> tuple[Term, Term]:
        """Return a body with the variables of its quantifiers named apart, and the same written out."""
        around = list(outside)
        self.problems.extend(misused(body, around, self.positions, self.own, self.types))
        apart = named_apart(body, around, self.positions)
        called = named_apart(self._with_phrases(apart), around, self.positions)
        if not self.inline:
            called = aggregates.named_apart(called, {name for term in around for name in aggregates.outer_variables(term)})
        self.counts = occurrences([called, *around])
        return apart, self._written_out(called)

    def positions(self, term: Term, inside: bool = False) -> tuple[int, ...]:
        """Return which arguments of a goal are goals; ``inside`` a quantifier they stand around its colon."""
        found = signature(term)
        if inside:
            return 0, 1
        if found is None or found in self.own:
            return ()
        if found in LOGICAL or (found in FORMULAS and found not in QUANTIFIERS):
            return tuple(range(found[1]))
        if found in QUANTIFIERS:
            return (0,) if quantified(term) is not None else ()
        return tuple(position for position, extra in called_arguments(found, self.own) if extra == 0)

    def _with_phrases(self, body: Term) -> Term:
        """Return a body whose calls of phrase are calls of nonterminals; what is inside of grammar rules stays."""
        found = signature(body)
        if found in PHRASES and found not in self.own:
            assert isinstance(body, Compound), "phrase has arguments"
            changed = phrase(body)
            return changed if changed is body else self._with_phrases(changed)
        if found == (",", 2):
            return conjunction([self._with_phrases(member) for member in conjuncts(body)], body.span)
        places = (0, 1) if found == (":", 2) else self.positions(body)
        if not places:
            return with_conditions(body, self._with_phrases)
        if not isinstance(body, Compound) or not _holds_formula(body):
            return body
        args = tuple(self._with_phrases(part) if place in places else part for place, part in enumerate(body.args))
        return Compound(body.functor, args, body.span)

    def _written_out(self, body: Term) -> Term:
        """Return a goal without formulas, from the inside out and without recursion."""
        done: list[Term] = []
        pending: list[tuple[Term, bool, bool]] = [(body, False, False)]
        while pending:
            term, ready, inside = pending.pop()
            positions = self.positions(term, inside)
            if not positions:
                done.append(with_conditions(term, self._written_out))
            elif not ready:
                assert isinstance(term, Compound), "others call nothing"
                pending.append((term, True, inside))
                within = not inside and signature(term) in QUANTIFIERS
                pending.extend((term.args[position], False, within) for position in reversed(positions))
            else:
                assert isinstance(term, Compound), "others call nothing"
                parts = done[len(done) - len(positions) :]
                del done[len(done) - len(positions) :]
                done.append(Compound(":", tuple(parts), term.span) if inside else self._node(term, positions, parts))
        return done[0]

    def _node(self, term: Compound, positions: tuple[int, ...], parts: list[Term]) -> Term:
        """Return a goal whose own goals are written out already."""
        span = term.span
        match term.functor, len(term.args):
            case "=>", 2:
                return implication(parts[0], parts[1], span)
            case (("<=>" | "xor"), 2):
                left, right = (self._once(part, written) for part, written in zip(term.args, parts, strict=True))
                both = Compound(",", (implication(left, right, span), implication(right, left, span)), span)
                return both if term.functor == "<=>" else Compound("\\+", (both,), span)
            case (("forall" | "exists"), 1):
                inner = parts[0]
                assert isinstance(inner, Compound), "a quantifier has a colon"
                members = [goal for goal in conjuncts(inner.args[0]) if not isinstance(goal, Variable)]
                if term.functor == "forall":
                    return negation(conjunction([*members, negation(inner.args[1], span)], span), span)
                return self._lifted("exists", term, conjunction([*members, inner.args[1]], span))
        args = list(term.args)
        for position, part in zip(positions, parts, strict=True):
            args[position] = part
        return term if all(map(_is, args, term.args)) else Compound(term.functor, tuple(args), span)

    def _once(self, term: Term, written: Term) -> Term:
        """Return a goal that may stand in two places: an atom, where the goal is none a call of a new predicate."""
        simple = isinstance(written, Variable) or not self.positions(written)
        return written if simple or self.inline else self._lifted("formula", term, written)

    def _lifted(self, name: str, term: Term, body: Term) -> Term:
        """Return a call of a new predicate with this body; its arguments are the variables that occur outside of ``term`` too."""
        span = term.span
        if self.inline:
            return negation(Compound("\\+", (body,), span), span) if name != "exists" else Compound("\\+", (negation(body, span),), span)
        inside = occurrences([term])
        arguments = tuple(Variable(found, span) for found, count in inside.items() if self.counts[found] > count)
        head: Term
        while True:
            self.taken += 1
            made = f"{name}{MADE}{self.taken}"
            if (made, len(arguments)) not in self.own:
                break
        head = Compound(made, arguments, span) if arguments else Atom(made, span)
        self.made.append(Clause((Head(None, head),), body, span))
        return head


def _is(first: object, second: object) -> bool:
    return first is second


def negation(term: Term, span: Span) -> Term:
    """Return the negation of a goal, inside of another negation: there a double negation is the goal itself."""
    match term:
        case Compound(functor="\\+" | "not", args=(inner,)):
            return inner
        case _:
            return Compound("\\+", (term,), span)


def conjunction(members: list[Term], span: Span) -> Term:
    """Return the conjunction of goals."""
    result = members[-1]
    for member in reversed(members[:-1]):
        result = Compound(",", (member, result), span)
    return result


def implication(left: Term, right: Term, span: Span) -> Term:
    """Return ``\\+ (left, \\+ right)``."""
    return Compound("\\+", (Compound(",", (left, negation(right, span)), span),), span)
