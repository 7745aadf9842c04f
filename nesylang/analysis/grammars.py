"""Grammar rules: ``s --> np, vp.`` is a clause over two more arguments, the input before the phrase and what is left behind it.

``s --> 0.3 :: a; 0.7 :: b.`` makes one choice for each place of the input where an s begins, so that the derivations of a sentence are
exclusive and the probability of the sentence is the sum of theirs, as in a stochastic context-free grammar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nesylang.analysis.builtins import Signature
from nesylang.analysis.left_corners import sharing_choices
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.statements import Clause, Head, Statement
from nesylang.syntax.terms import Atom, Compound, Integer, ListTerm, String, Term, Variable, conjuncts, disjuncts, signature, variables

ARROW = ("-->", 2)
PHRASES = frozenset({("phrase", 2), ("phrase", 3)})
PLACE = "S'"
"""How the variables that stand for places of the input are called."""


class _Malformed(Exception):
    def __init__(self, span: Span, message: str, note: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic("E223", message, (Label(span, note),), hint)


def without_grammar_rules(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return an equivalent program whose grammar rules are clauses; those that are malformed stay as they are."""
    if not any(isinstance(statement, Clause) and is_grammar_rule(statement) for statement in statements):
        return statements
    result: list[Statement] = []
    made = 0
    shared = _sharing(statements)
    for statement in statements:
        if isinstance(statement, Clause) and is_grammar_rule(statement):
            made += 1
            if shared and _is_random(statement) and left_sides(statement) & shared:
                result.append(statement)
                continue
            try:
                result.extend(_clauses(statement, made))
            except _Malformed:
                result.append(statement)
        else:
            result.append(statement)
    return tuple(result)


def is_grammar_rule(clause: Clause) -> bool:
    """Return whether a clause is a grammar rule."""
    return signature(clause.heads[0].atom) == ARROW


def malformed_rule(clause: Clause) -> Diagnostic:
    """Return what is wrong with a grammar rule that was left as it is, E223."""
    try:
        _clauses(clause, 0)
    except _Malformed as problem:
        return problem.diagnostic
    ((name, arity),) = left_sides(clause)
    message = f"{name}//{arity} can begin twice at one place of the input, where it would make a single choice"
    hint = "give the grammar as facts to  sentence_probability  of the library grammars, or begin its alternatives with different words"
    return Diagnostic("E223", message, (Label(clause.span, "a random rule"),), hint)


def _sharing(statements: tuple[Statement, ...]) -> frozenset[Signature]:
    """Return the nonterminals that can begin twice at one place; none where no rule is random on its right."""
    rules = [statement for statement in statements if isinstance(statement, Clause) and is_grammar_rule(statement)]
    if not any(_is_random(rule) for rule in rules):
        return frozenset()
    bodies: dict[Signature, list[Term]] = {}
    for rule in rules:
        for symbol in left_sides(rule):
            bodies.setdefault(symbol, []).append(_right(rule))
    return sharing_choices(bodies)


def _is_random(clause: Clause) -> bool:
    return any(signature(part) == ("::", 2) for part in disjuncts(_right(clause)))


def _right(clause: Clause) -> Term:
    rule = clause.heads[0].atom
    assert isinstance(rule, Compound), "the caller looked"
    return rule.args[1]


def left_sides(clause: Clause) -> set[Signature]:
    """Return the nonterminals that a rule is about."""
    rule = clause.heads[0].atom
    assert isinstance(rule, Compound), "the caller looked"
    found: set[Signature] = set()
    for part in disjuncts(rule.args[0]):
        inner = part.args[1] if isinstance(part, Compound) and signature(part) == ("::", 2) else part
        inner = inner.args[0] if isinstance(inner, Compound) and signature(inner) == (",", 2) else inner
        symbol = signature(inner)
        if symbol is not None:
            found.add(symbol)
    return found


def phrase(term: Compound) -> Term:
    """Return the goal that ``phrase(Body, Input)`` or ``phrase(Body, Input, Rest)`` is; malformed bodies leave it as it is."""
    start = _characters(term.args[1])
    rest: Term = _characters(term.args[2]) if len(term.args) == 3 else ListTerm((), None, term.span)
    body = term.args[0]
    if _is_nonterminal(body):
        return _call(body, start, rest)
    try:
        translation = _Translation()
        goal = translation.body(body, start, rest)
    except _Malformed:
        return term
    if not translation.places:
        return goal
    own: Term = translation.places[-1]
    for place in reversed(translation.places[:-1]):
        own = Compound(",", (place, own), term.span)
    return Compound("exists", (Compound(":", (own, goal), term.span),), term.span)


def malformed_phrase(term: Compound) -> Diagnostic | None:
    """Return what is wrong with the body of ``phrase``, E223."""
    try:
        _Translation().body(term.args[0], term.args[1], term.args[1])
    except _Malformed as problem:
        return problem.diagnostic
    return None


def _characters(term: Term) -> Term:
    """Return the list of a string's characters, other terms as they are."""
    if isinstance(term, String):
        return ListTerm(tuple(Atom(character, term.span) for character in term.value), None, term.span)
    return term


def _is_nonterminal(term: Term) -> bool:
    found = signature(term)
    if found is None or isinstance(term, ListTerm | String):
        return False
    return found not in _CONTROL and found[0] != "call" and found != ("::", 2)


_CONTROL = frozenset({(",", 2), (";", 2), ("|", 2), ("->", 2), ("\\+", 1), ("not", 1), ("{}", 1), ("{}", 0), ("!", 0), ("-->", 2)})


def _call(term: Term, start: Term, end: Term) -> Term:
    """Return a goal for a nonterminal between two places."""
    if isinstance(term, Compound):
        return Compound(term.functor, (*term.args, start, end), term.span)
    assert isinstance(term, Atom), "a nonterminal has a name"
    return Compound(term.name, (start, end), term.span)


def _equal(left: Term, right: Term, span: Span) -> Term:
    return Compound("=", (left, right), span)


def _clauses(clause: Clause, number: int) -> list[Clause]:
    """Return the clauses of a grammar rule."""
    rule = clause.heads[0].atom
    assert isinstance(rule, Compound), "the caller looked"
    left, right = rule.args
    if clause.heads[0].probability is not None or clause.body is not None:
        raise _Malformed(clause.span, "a grammar rule is no head of another rule", "a grammar rule")
    span = clause.span
    start, end = Variable(f"{PLACE}0", span), Variable(PLACE, span)
    translation = _Translation()
    heads = [_head(part, translation) for part in disjuncts(left)]
    if len(heads) > 1 and any(head.probability is None for head in heads):
        raise _Malformed(left.span, "each of several heads needs a probability", "expected as in  0.5 :: a; 0.5 :: b --> c")
    alternatives = disjuncts(right)
    if any(signature(part) == ("::", 2) for part in alternatives):
        return list(_stochastic(clause, heads, alternatives, number))
    pushed = heads[0].pushed
    inner = end if pushed is None else translation.place(span)
    body = translation.body(right, start, inner)
    if pushed is not None:
        body = Compound(",", (body, translation.terminals(pushed, end, inner)), span)
    return [Clause(tuple(Head(head.probability, _call(head.nonterminal, start, end)) for head in heads), body, span)]


@dataclass(frozen=True, slots=True)
class _LeftSide:
    probability: Term | None
    nonterminal: Term
    pushed: ListTerm | None


def _head(term: Term, translation: _Translation) -> _LeftSide:
    probability: Term | None = None
    match term:
        case Compound(functor="::", args=(probability, inner)):
            term = inner
    pushed: ListTerm | None = None
    match term:
        case Compound(functor=",", args=(inner, back)):
            listed = _characters(back)
            if not isinstance(listed, ListTerm) or listed.tail is not None:
                raise _Malformed(back.span, "only a list of terminals may stand behind the head of a grammar rule", "expected a list")
            term, pushed = inner, listed
    if not _is_nonterminal(term):
        raise _Malformed(term.span, "the head of a grammar rule is a nonterminal", "expected a name", "as in  s --> np, vp.")
    return _LeftSide(probability, term, pushed)


def _stochastic(clause: Clause, heads: list[_LeftSide], alternatives: list[Term], number: int) -> Iterator[Clause]:
    """Yield the clauses of ``s --> 0.3 :: a; 0.7 :: b.``: the choice, and a clause for each of its alternatives."""
    span = clause.span
    head = heads[0]
    if len(heads) > 1 or head.probability is not None or head.pushed is not None:
        message = "a grammar rule has probabilities on one side of the arrow only"
        raise _Malformed(clause.span, message, "probabilities on both sides")
    start, end = Variable(f"{PLACE}0", span), Variable(PLACE, span)
    found = signature(head.nonterminal)
    assert found is not None, "a nonterminal has a name"
    weights: list[Term] = []
    bodies: list[Term] = []
    for part in alternatives:
        match part:
            case Compound(functor="::", args=(weight, body)):
                weights.append(weight)
                bodies.append(body)
            case _:
                message = "each alternative of this grammar rule needs a probability"
                raise _Malformed(part.span, message, "has none", "as in  s --> 0.3 :: [a]; 0.7 :: ([a], s).")
    own = tuple(Variable(name, span) for name in dict.fromkeys(name for weight in weights for name in variables(weight)))
    name = f"{found[0]}{number}"
    choices = [Compound(name, (Integer(index, span), *own, start), part.span) for index, part in enumerate(alternatives, 1)]
    yield Clause(tuple(Head(weight, choice) for weight, choice in zip(weights, choices, strict=True)), None, span)
    for choice, body in zip(choices, bodies, strict=True):
        goal = _Translation().body(body, start, end)
        yield Clause((Head(None, _call(head.nonterminal, start, end)),), Compound(",", (choice, goal), body.span), body.span)


@dataclass(slots=True)
class _Translation:
    """Translates bodies of grammar rules; ``places`` are the variables that it made."""

    places: list[Variable] = field(default_factory=list)

    def place(self, span: Span) -> Variable:
        """Return a new variable for a place of the input."""
        made = Variable(f"{PLACE}{len(self.places) + 1}", span)
        self.places.append(made)
        return made

    def body(self, term: Term, start: Term, end: Term) -> Term:
        """Return the goal that holds if the input between two places is what a body describes."""
        span = term.span
        match term:
            case Compound(functor=",", args=(_, _)):
                members = conjuncts(term)
                ends = [self.place(member.span) for member in members[:-1]]
                starts: list[Term] = [start, *ends]
                goals = [self.body(*piece) for piece in zip(members, starts, [*ends, end], strict=True)]
                result = goals[-1]
                for goal in reversed(goals[:-1]):
                    result = Compound(",", (goal, result), span)
                return result
            case Compound(functor=";" | "|", args=(left, right)):
                return Compound(";", (self.body(left, start, end), self.body(right, start, end)), span)
            case Compound(functor="->", args=(test, then)):
                between = self.place(span)
                return Compound("->", (self.body(test, start, between), self.body(then, between, end)), span)
            case Compound(functor="\\+" | "not", args=(inner,)):
                nowhere = self.body(inner, start, Variable("_", span))
                return Compound(",", (Compound("\\+", (nowhere,), span), _equal(start, end, span)), span)
            case Compound(functor="{}", args=(goal,)):
                return Compound(",", (goal, _equal(start, end, span)), span)
            case Atom(name="{}"):
                return _equal(start, end, span)
            case Compound(functor="call", args=(called, *extra)):
                return Compound("call", (called, *extra, start, end), span)
            case ListTerm() | String():
                listed = _characters(term)
                assert isinstance(listed, ListTerm), "characters are a list"
                return self.terminals(listed, start, end)
            case Variable():
                return Compound("call", (term, start, end), span)
            case Atom(name="!"):
                return term
        if not _is_nonterminal(term):
            what = "a probability" if signature(term) == ("::", 2) else "this"
            hint = "probabilities stand before the alternatives of the whole rule" if what != "this" else None
            raise _Malformed(span, f"{what} cannot stand in a grammar rule here", "expected a nonterminal, a list or {goal}", hint)
        return _call(term, start, end)

    @staticmethod
    def terminals(listed: ListTerm, start: Term, end: Term) -> Term:
        """Return the goal that terminals are what stands between two places."""
        if listed.tail is not None:
            raise _Malformed(listed.span, "a list of terminals has no tail", "a list with a bar", "call a nonterminal for the rest")
        return _equal(start, ListTerm(listed.items, end, listed.span) if listed.items else end, listed.span)
