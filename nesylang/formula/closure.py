"""Rules with two atoms of their component made linear, where that is shown to change nothing.

``path(X,Y) :- path(X,Z), path(Z,Y)`` finds what ``path(X,Y) :- edge(X,Z), path(Z,Y)`` finds, and the latter is solved by elimination
without iteration. In general: let the equations be linear but for products ``(c and u and w)`` in that of ``v``, and put for ``u`` what
it is without atoms of the component, ``b(u)``. The solution of these linear equations is never greater than the least solution of the
original ones. It is the same if it satisfies them, that is, if for all these products ``v >= c and u and w`` holds of the linear
solution. This is shown by induction on the way in which ``u`` is derived by linear equations. Where it is ``b(u)``, the linear equation
of ``v`` says so. Where it comes by a term ``(d and t)``, one of the following has to hold, of which the last three rest on the same claim
for ``t``, derived in fewer steps:

* ``v`` has the constant ``c and d``, or a term ``(c and d and w)`` or ``(c and d and t)``;
* ``v`` has a term ``(d and y)``, and ``y >= c and t and w`` is another claim;
* ``w'`` has a term ``(d and w)``, and ``v >= c and t and w'`` is another claim;
* ``v >= c and t and w`` is another claim.

Where there are linear rules as well, ``path(X,Y) :- path(Y,X)``, the same is tried with ``b(u)`` being the least solution of the linear
rules alone, first without these rules as terms, then with them. Where they are left out, ``v >= c and u`` has to hold for all of them,
which is shown after the claims above, and likewise: where ``u`` is ``b(u)`` it holds, and where it comes by ``(d and t)``, it is enough
that

* ``v`` has a term ``(d and y)``, and ``y`` is ``t`` or ``y >= c and t`` is a rule;
* ``t' >= c and t`` is a rule, ``v`` has a product ``(c and t' and q)`` in the original equations, and ``d`` implies ``b(q)``.

Claims that are not products of the equations are pursued like these. Those that are left when all that fail are struck out are true, by
induction on the number of steps. For the closure of a relation the second case always holds: composition is associative. All of it is
seen on literals alone; what is not seen is not taken for granted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nesylang.analysis.components import strong_components
from nesylang.formula.elimination import eliminate
from nesylang.formula.equations import Equations, conjuncts
from nesylang.formula.formula import FALSE, TRUE, FormulaBuilder

CLAIMS_PER_RULE, STEPS_PER_RULE = 4, 400
"""Most claims that are pursued, and most cases that are looked at, for each rule of a component."""


class Rule(NamedTuple):
    """The head holds where all atoms of the body do, which belong to its component, and the condition, which does not."""

    head: int
    body: tuple[int, ...]
    condition: int


class _Claim(NamedTuple):
    """In the linear solution, ``head`` holds where ``first``, ``second`` and the literal ``condition`` do."""

    head: int
    first: int
    second: int
    condition: int


class _ExhaustedError(RuntimeError):
    """Showing the claims would take more steps than allowed."""


def linearised(builder: FormulaBuilder, component: Collection[int], rules: Sequence[Rule], asked: Iterable[int]) -> Equations | None:
    """Return linear equations with the same least solution as some rules, that of ``asked`` atoms at least; None if none were found.

    Of the two ways, putting in the first atoms or the second ones, that is taken in which the fewest atoms are needed.
    """
    rules = [rule for rule in rules if rule.condition != FALSE and rule.head not in rule.body]
    longest = max((len(rule.body) for rule in rules), default=0)
    if longest != 2:
        return None
    mirrored = [rule._replace(body=rule.body[::-1]) for rule in rules]
    for constants, keep in _starts(builder, component, rules):
        ways = [_Linear(builder, constants, ordered, keep) for ordered in (rules, mirrored)]
        for way in sorted(ways, key=lambda way: way.needed(asked)):
            if way.complete():
                return way.equations
    return None


def _starts(builder: FormulaBuilder, component: Collection[int], rules: Sequence[Rule]) -> Iterator[tuple[dict[int, int], bool]]:
    """Yield what to put in for atoms, and whether linear rules are kept as terms then."""
    equations = Equations(builder)
    for atom in component:
        equations.declare(atom)
    for rule in rules:
        if len(rule.body) < 2:
            equations.add(rule.head, rule.body, rule.condition)
    yield {atom: equations.constant(atom) for atom in component}, True
    if any(len(rule.body) == 1 for rule in rules):
        values: dict[int, int] = {}
        for part in strong_components(equations.edges()):
            eliminate(equations.part(part, values), part, values)
        yield values, False
        yield values, True


class _Linear:
    """The linear equations in which the first atoms of products of two have been replaced."""

    def __init__(self, builder: FormulaBuilder, constant: Mapping[int, int], rules: Sequence[Rule], keep: bool) -> None:
        self.builder = builder
        self.rules = rules
        self.constant = constant
        self.left_out = [] if keep else [rule for rule in rules if len(rule.body) == 1]
        self.equations = Equations(builder)
        for atom, literal in constant.items():
            self.equations.declare(atom)
            self.equations.add(atom, (), literal)
        # Terms of each atom: what they count with, and their atom; and the other way round, where each atom is used.
        self.terms: dict[int, dict[tuple[int, int], None]] = defaultdict(dict)
        self.uses: dict[int, dict[int, dict[int, None]]] = defaultdict(dict)
        self.by_condition: dict[int, dict[int, dict[int, None]]] = defaultdict(dict)
        for rule in rules:
            condition = rule.condition
            if len(rule.body) == 2:
                condition = builder.conjunction([condition, constant[rule.body[0]]])
            if len(rule.body) == 2 or (keep and rule.body):
                self.equations.add(rule.head, rule.body[-1:], condition)
                if condition != FALSE:
                    self._term(rule.head, condition, rule.body[-1])
        self.parts: dict[int, set[int]] = {}
        self.steps = STEPS_PER_RULE * len(rules)

    def _term(self, atom: int, condition: int, factor: int) -> None:
        self.terms[atom].setdefault((condition, factor))
        self.by_condition[atom].setdefault(condition, {}).setdefault(factor)
        self.uses[factor].setdefault(condition, {}).setdefault(atom)

    def needed(self, asked: Iterable[int]) -> int:
        """Return how many atoms some atoms depend on."""
        return sum(len(component) for component in strong_components(self.equations.edges(), asked))

    def complete(self) -> bool:
        """Return whether the least solution is shown to be that of the rules."""
        given: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        claims = [_Claim(rule.head, *rule.body, rule.condition) for rule in self.rules if len(rule.body) == 2]
        for claim in claims:
            given[claim[:3]].append(claim.condition)
        try:
            return self._shown(claims, given) and self._linear_rules_hold()
        except _ExhaustedError:
            return False

    def _shown(self, given: Sequence[_Claim], conditions: dict[tuple[int, int, int], list[int]]) -> bool:
        """Return whether all given claims are true, as far as that is seen, by striking out those that have a step without any way on."""
        ways: dict[_Claim, list[set[_Claim]]] = {}
        rests_on: dict[_Claim, set[_Claim]] = defaultdict(set)
        first = set(given)
        pending = list(first)
        most = CLAIMS_PER_RULE * len(self.rules)
        failed: list[_Claim] = []
        while pending:
            claim = pending.pop()
            if claim in ways:
                continue
            if len(ways) > most:
                raise _ExhaustedError
            found = self._ways(claim, conditions)
            ways[claim] = found
            if any(not options for options in found):
                failed.append(claim)
                if claim in first:
                    return False
                continue
            for options in found:
                for option in options:
                    rests_on[option].add(claim)
                    pending.append(option)
        struck = set(failed)
        while failed:
            lost = failed.pop()
            for claim in rests_on[lost]:
                for options in ways[claim]:
                    options.discard(lost)
                if claim not in struck and not all(ways[claim]):
                    if claim in first:
                        return False
                    struck.add(claim)
                    failed.append(claim)
        return True

    def _linear_rules_hold(self) -> bool:
        """Return whether the linear rules that were left out are shown to hold, given that all products do."""
        follows: dict[int, list[Rule]] = defaultdict(list)
        for rule in self.left_out:
            follows[rule.body[0]].append(rule)
        products: dict[tuple[int, int], list[Rule]] = defaultdict(list)
        for rule in self.rules if self.left_out else ():
            if len(rule.body) == 2:
                products[rule.head, rule.body[0]].append(rule)
        return all(
            self._linear_step(rule.head, factor, self.builder.conjunction([rule.condition, coefficient]), coefficient, follows, products)
            for rule in self.left_out
            for coefficient, factor in self.terms[rule.body[0]]
        )

    def _linear_step(
        self,
        head: int,
        factor: int,
        step: int,
        coefficient: int,
        follows: Mapping[int, Sequence[Rule]],
        products: Mapping[tuple[int, int], Sequence[Rule]],
    ) -> bool:
        """Return whether an atom is seen to hold where a literal and another atom do, which was derived in fewer steps."""
        self.steps -= 1 + len(follows[factor])
        if self.steps < 0:
            raise _ExhaustedError
        parts = self._parts(step) | {coefficient}
        if head == factor or self._direct(head, factor, None, step, parts):
            return True
        for rule in follows[factor]:
            if not self._parts(rule.condition) <= parts:
                continue
            if rule.head == head or self._direct(head, rule.head, None, step, parts):
                return True
            for product in products.get((head, rule.head), ()):
                constant = self.constant[product.body[1]]
                if self._parts(product.condition) <= parts and any(self.builder.implies(part, constant) for part in parts):
                    return True
        return False

    def _ways(self, claim: _Claim, given: dict[tuple[int, int, int], list[int]]) -> list[set[_Claim]]:
        """Return for each step of the induction, unless it is trivial, the claims of which one has to be true."""
        head, first, second, condition = claim
        base = self.builder.conjunction([condition, self.constant[first]])
        ways: list[set[_Claim]] = []
        if head != second and not self._direct(head, second, None, base, self._parts(base)):
            return [set()]
        for coefficient, factor in self.terms[first]:
            step = self.builder.conjunction([condition, coefficient])
            parts = self._parts(step) | {coefficient, condition}
            if head in (factor, second) or self._direct(head, second, factor, step, parts):
                continue
            options = self._options(claim, factor, parts, given)
            if options is not None:
                ways.append(options)
        return ways

    def _direct(self, head: int, one: int, other: int | None, literal: int, parts: set[int]) -> bool:
        """Return whether the equation of an atom says that it holds where a literal does and two atoms do."""
        if self.builder.implies(literal, self.constant[head]) or any(self.builder.implies(part, self.constant[head]) for part in parts):
            return True
        return any(one in found or other in found for found in self._found(self.by_condition[head], parts))

    def _options(self, claim: _Claim, factor: int, parts: set[int], given: dict[tuple[int, int, int], list[int]]) -> set[_Claim] | None:
        """Return claims of which one is enough for one step; None where one of those that are to be shown anyway is."""
        head, _, second, condition = claim
        options = []
        for found in self._found(self.by_condition[head], parts):
            options += [(following, factor, second) for following in found]
        for found in self._found(self.uses[second], parts):
            options += [(head, factor, following) for following in found]
        options.append((head, factor, second))
        self.steps -= len(options)
        if self.steps < 0:
            raise _ExhaustedError
        for option in options:
            if option[0] in option[1:] or any(self._parts(needed) <= parts for needed in given.get(option, ())):
                return None
        return {_Claim(*option, condition) for option in options}

    def _found(self, table: dict[int, dict[int, None]], parts: set[int]) -> Iterable[dict[int, None]]:
        """Yield the entries of a table whose literal is one of some."""
        if len(table) < len(parts):
            return (found for literal, found in table.items() if literal in parts)
        return (table[part] for part in parts if part in table)

    def _parts(self, literal: int) -> set[int]:
        if literal not in self.parts:
            self.parts[literal] = {TRUE} if literal == TRUE else conjuncts(self.builder, literal)
        return self.parts[literal]
