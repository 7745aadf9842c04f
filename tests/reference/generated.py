"""Generated first-order programs, the same for the same seed, that both problog and nesylang read.

A program has layers of predicates: negation, if-then-else, findall and the like reach into lower layers only, positive goals also into
their own, so that there is recursion and no cycle through negation. Arguments are typed (symbols, small integers, pairs, lists of
symbols, lists of integers), goals bind their variables before they need them, and arithmetic stays within a few integers, so that
grounding ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

SYMBOLS = ("a", "b", "c")
LARGEST = 3
"""Integers go from 0 to this."""

NUMBER_TESTS = ("<", "=<", ">", ">=", "=:=", "=\\=")
TERM_TESTS = ("=", "\\=", "==", "\\==", "@<", "@>=")
NEGATIONS = ("\\+ ", "\\+", "not ")

KINDS = ("sym", "int")
PREFIX = {"sym": "S", "int": "I", "pair": "P", "syms": "L", "ints": "N"}


@dataclass(frozen=True, slots=True)
class GeneratedClause:
    """A clause: its head with annotation, and its goals; a directive, a query and evidence have a head only."""

    head: str
    goals: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.head} :- {', '.join(self.goals)}." if self.goals else f"{self.head}."


@dataclass(frozen=True, slots=True)
class GeneratedProgram:
    """A program as clauses, so that it can be made smaller."""

    clauses: tuple[GeneratedClause, ...]

    @property
    def text(self) -> str:
        """The program's text, a clause on each line."""
        return "".join(f"{clause}\n" for clause in self.clauses)

    @property
    def problog_text(self) -> str:
        """The program without if-then-else, which problog lacks: ``(C, A ; \\+ C, B)`` for ``(C -> A ; B)``."""
        return "".join(f"{replace(clause, goals=tuple(map(_without_conditional, clause.goals)))}\n" for clause in self.clauses)

    def smaller(self) -> Iterator[GeneratedProgram]:
        """Yield the programs with a few clauses less, then those with one goal less."""
        size = len(self.clauses)
        width = size // 2
        while width >= 1:
            for start in range(0, size, width):
                yield GeneratedProgram(self.clauses[:start] + self.clauses[start + width :])
            width //= 2
        for number, clause in enumerate(self.clauses):
            for position in range(len(clause.goals)):
                fewer = replace(clause, goals=clause.goals[:position] + clause.goals[position + 1 :])
                yield GeneratedProgram((*self.clauses[:number], fewer, *self.clauses[number + 1 :]))


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate with the types of its arguments; ``certain`` if no probability is involved, ``cyclic`` if it may call itself."""

    name: str
    types: tuple[str, ...]
    layer: int
    certain: bool
    cyclic: bool = False


@dataclass(slots=True)
class Scope:
    """What is known at some place of a body: the bound variables by type, and what may be called there."""

    layer: int
    recursive: bool
    coins: bool
    """Whether the clause is probabilistic: it may have no variable that its body leaves unbound."""

    bound: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in PREFIX})

    def branch(self) -> Scope:
        """Return a copy, for goals that may fail to bind."""
        return Scope(self.layer, False, self.coins, {kind: list(names) for kind, names in self.bound.items()})


Drawer = Callable[[Scope], list[str]]

LIBRARY = """
    :- use_module(library(lists))
    :- use_module(library(apply))
    id(X,X)
    wrap(X,f(X))
    same(pair(X,Y),pair(X,Y))
    swap(X-Y,Y-X)
    double(X,Y) :- Y is 2*X
    small(X) :- X < 2
    weight(a,0.3)
    weight(b,0.6)
    weight(c,1/4)
    link(X,Y,X-Y)
"""
"""What every generated program has."""

STRUCTURES = (
    """
    nat(z)
    nat(s(X)) :- nat(X)
    query(nat(s(s(z))))
    """,
    """
    num(0)
    num(X) :- num(Y), Y < 3, X is Y+1
    0.5::lit(X) :- num(X)
    query(lit(_))
    """,
    """
    even([])
    even([_|T]) :- odd(T)
    odd([_|T]) :- even(T)
    query(even([a,b]))
    """,
    """
    0.6::keep(X) :- member(X,[a,b])
    kept([],[])
    kept([X|T],[X|R]) :- keep(X), kept(T,R)
    kept([X|T],R) :- \\+ keep(X), kept(T,R)
    query(kept([a,b],_))
    """,
    """
    total([],0)
    total([X|T],S) :- total(T,R), S is R+X
    0.5::die(1); 0.5::die(2)
    rolled(S) :- die(X), total([X,1,X],S)
    query(rolled(_))
    """,
    """
    tree(t(a,nil,t(b,nil,nil)))
    inside(X,t(X,_,_))
    inside(X,t(_,L,_)) :- inside(X,L)
    inside(X,t(_,_,R)) :- inside(X,R)
    0.4::leaf(X) :- tree(T), inside(X,T)
    query(leaf(_))
    """,
    """
    fib(0,1)
    fib(1,1)
    fib(N,F) :- N > 1, A is N-1, B is N-2, fib(A,X), fib(B,Y), F is X+Y
    query(fib(6,_))
    """,
    """
    0.7::up(N) :- member(N,[1,2,3])
    count(0,0)
    count(N,C) :- N > 0, M is N-1, count(M,D), (up(N) -> C is D+1 ; C = D)
    query(count(3,_))
    """,
    """
    holds(X) :- X = p(_), X = p(Y), member(Y,[a,b])
    0.5::seen(X) :- holds(p(X))
    open(f(X,_),X)
    closed(Y) :- open(F,a), F = f(_,Y), seen(Y)
    query(closed(_))
    """,
    """
    both(X,Y) :- pair(X-Y)
    pair(X-Y) :- open(X), open(Y), X = a, Y = b
    open(_)
    0.4::open(c)
    query(both(_,_))
    """,
)
"""Programs over terms that recur on their arguments."""


def generate(source: Random) -> GeneratedProgram:
    """Return a program that ``source`` determines."""
    return _Generator(source).program()


class _Generator:
    def __init__(self, source: Random) -> None:
        self.source = source
        self.clauses: list[GeneratedClause] = []
        self.predicates: list[Predicate] = []
        self.variables = 0
        self.coins = 0
        self.collections = 0
        self.drawers: list[tuple[int, Drawer]] = [
            (14, self.call),
            (5, self.denied),
            (3, self.denied_conjunction),
            (4, self.conditional),
            (4, self.disjunction),
            (6, self.arithmetic),
            (4, self.compared),
            (3, self.pair),
            (6, self.listed),
            (3, self.unified),
            (4, self.open_answer),
            (5, self.called),
            (4, self.collected),
            (2, self.universal),
            (2, self.weighed),
            (4, self.taken_apart),
            (2, self.mapped),
        ]

    # small choices

    def chance(self, probability: float) -> bool:
        return self.source.random() < probability

    def pick(self, items: Sequence[str]) -> str:
        return self.source.choice(items)

    def fresh(self, kind: str) -> str:
        self.variables += 1
        return f"{PREFIX[kind]}{self.variables}"

    def constant(self, kind: str) -> str:
        match kind:
            case "sym":
                return self.pick(SYMBOLS)
            case "int":
                return str(self.source.randint(0, LARGEST))
            case "pair":
                return f"{self.constant('sym')}-{self.constant('int')}"
            case "syms":
                return f"[{','.join(self.constant('sym') for _ in range(self.source.randint(0, 3)))}]"
        return f"[{','.join(self.constant('int') for _ in range(self.source.randint(0, 3)))}]"

    def value(self, scope: Scope, kind: str) -> str:
        """Return a bound variable, or a constant."""
        return self.pick(scope.bound[kind]) if scope.bound[kind] and self.chance(0.8) else self.constant(kind)

    def bind(self, scope: Scope, kind: str) -> str:
        name = self.fresh(kind)
        scope.bound[kind].append(name)
        return name

    def needed(self, scope: Scope, kind: str) -> tuple[list[str], str]:
        """Return a bound variable, and the goals that bind it where there is none yet."""
        if scope.bound[kind] and self.chance(0.8):
            return [], self.pick(scope.bound[kind])
        callable_here = [p for p in self.lower(scope) if kind in p.types]
        name = self.fresh(kind)
        if callable_here and self.chance(0.6):
            predicate = self.source.choice(callable_here)
            position = predicate.types.index(kind)
            arguments = [name if i == position else self.value(scope, t) for i, t in enumerate(predicate.types)]
            goal = _atom(predicate.name, arguments)
        elif kind == "int":
            goal = f"between(0,{self.source.randint(1, 2)},{name})"
        elif kind in ("syms", "ints", "pair"):
            goal = f"{name} = {self.constant(kind)}"
        else:
            goal = f"member({name},[{','.join(self.source.sample(SYMBOLS, 2))}])"
        scope.bound[kind].append(name)
        return [goal], name

    def lower(self, scope: Scope) -> list[Predicate]:
        return [p for p in self.predicates if p.layer < scope.layer]

    def arguments(self, scope: Scope, predicate: Predicate, new: float) -> list[str]:
        """Return arguments for a call; ``new`` is how often one is an unbound variable, which the call binds."""
        result: list[str] = []
        for kind in predicate.types:
            if self.chance(new):
                result.append("_" if self.chance(0.15) else self.fresh(kind))
            else:
                result.append(self.value(scope, kind))
        if len(result) == 2 and predicate.types[0] == predicate.types[1] and result[0] not in scope.bound[predicate.types[0]]:
            if result[0][0].isupper() and self.chance(0.15):
                result[1] = result[0]
        for kind, name in zip(predicate.types, result, strict=True):
            if name[0].isupper() and name not in scope.bound[kind]:
                scope.bound[kind].append(name)
        return result

    # goals

    def goals(self, scope: Scope, count: int) -> list[str]:
        """Return some goals, about ``count`` of them."""
        found: list[str] = []
        while len(found) < count:
            (drawer,) = self.source.choices([d for _, d in self.drawers], [w for w, _ in self.drawers])
            found += drawer(scope)
        return found

    def call(self, scope: Scope) -> list[str]:
        own = [p for p in self.predicates if p.layer <= scope.layer] if scope.recursive else self.lower(scope)
        if not own:
            return []
        predicate = self.source.choice(own)
        return [_atom(predicate.name, self.arguments(scope, predicate, 0.5))]

    def test(self, scope: Scope) -> str:
        """Return a goal that binds nothing."""
        if scope.bound["int"] and self.chance(0.3):
            return f"{self.pick(scope.bound['int'])} {self.pick(NUMBER_TESTS)} {self.source.randint(0, LARGEST)}"
        if scope.bound["sym"] and self.chance(0.3):
            return f"{self.pick(scope.bound['sym'])} {self.pick(TERM_TESTS)} {self.constant('sym')}"
        predicate = self.source.choice(self.lower(scope))
        return _atom(predicate.name, [self.value(scope, kind) for kind in predicate.types])

    def denied(self, scope: Scope) -> list[str]:
        predicate = self.source.choice(self.lower(scope))
        arguments = ["_" if self.chance(0.2) else self.value(scope, kind) for kind in predicate.types]
        return [f"{self.pick(NEGATIONS)}{_atom(predicate.name, arguments)}"]

    def denied_conjunction(self, scope: Scope) -> list[str]:
        inner = scope.branch()
        if scope.coins:
            return [f"\\+ ({self.test(inner)}, {self.test(inner)})"]
        if self.chance(0.3):
            return [f"\\+ ({self.test(inner)} ; {self.test(inner)})"]
        return [f"\\+ ({', '.join([*self.call(inner), self.test(inner)])})"]

    def alternatives(self, scope: Scope) -> tuple[str, str]:
        """Return two goals that bind the same new variable, or none."""
        kind = self.pick(KINDS)
        if self.chance(0.4):
            return self.test(scope), self.pick(("true", "fail", self.test(scope)))
        name = self.fresh(kind)
        sides = []
        for _ in range(2):
            having = [p for p in self.lower(scope) if kind in p.types]
            if having and self.chance(0.6):
                predicate = self.source.choice(having)
                position = predicate.types.index(kind)
                arguments = [name if i == position else self.value(scope, t) for i, t in enumerate(predicate.types)]
                sides.append(_atom(predicate.name, arguments))
            elif scope.bound[kind] and self.chance(0.5):
                sides.append(f"{name} = {self.pick(scope.bound[kind])}")
            else:
                sides.append(f"{self.test(scope)}, {name} = {self.constant(kind)}")
        scope.bound[kind].append(name)
        return sides[0], sides[1]

    def conditional(self, scope: Scope) -> list[str]:
        condition = self.test(scope)
        if self.chance(0.25):
            return [f"({condition} -> {self.test(scope)})"]
        if self.chance(0.25):
            second = self.test(scope)
            first, last = self.alternatives(scope)
            return [f"({condition} -> {first} ; {second} -> {last} ; fail)"]
        first, last = self.alternatives(scope)
        return [f"({condition} -> {first} ; {last})"]

    def disjunction(self, scope: Scope) -> list[str]:
        first, last = self.alternatives(scope)
        return [f"({first} ; {last})"]

    def arithmetic(self, scope: Scope) -> list[str]:
        before, known = self.needed(scope, "int")
        other = self.value(scope, "int")
        form = self.source.randrange(9)
        if form >= 7:
            return [*before, f"{known} {self.pick(NUMBER_TESTS)} {other}"]
        name = self.bind(scope, "int")
        expressions = (
            f"{name} is ({known}+{other}) mod 4",
            f"{name} is abs({known}-{other})",
            f"{name} is max({known},{other})-min({known},{other})//2",
            f"{name} is {known}*{other} mod 3",
            f"between(0,{known},{name})",
            f"succ({known},{name}), {name} =< {LARGEST}",
            f"plus({known},{other},{name}), {name} =< {LARGEST}",
        )
        return [*before, expressions[form]]

    def compared(self, scope: Scope) -> list[str]:
        kind = self.pick(KINDS)
        before, known = self.needed(scope, kind)
        other = self.value(scope, kind)
        if self.chance(0.2):
            return [*before, f"compare(O{known},{known},{other})", f"compare(O{known},{self.value(scope, kind)},{known})"]
        return [*before, f"{known} {self.pick(TERM_TESTS)} {other}"]

    def pair(self, scope: Scope) -> list[str]:
        if scope.bound["pair"] and self.chance(0.6):
            known = self.pick(scope.bound["pair"])
            left = self.value(scope, "sym") if self.chance(0.4) else self.bind(scope, "sym")
            right = "_" if self.chance(0.3) else self.bind(scope, "int")
            return [f"{known} = {left}-{right}"]
        if scope.recursive:
            return []
        first, left = self.needed(scope, "sym")
        second, right = self.needed(scope, "int")
        name = self.bind(scope, "pair")
        form = self.source.randrange(3)
        if form == 0:
            return [*first, *second, f"{name} = {left}-{right}"]
        if form == 1:
            return [f"{name} = {left}-Q{name}", *first, *second, f"Q{name} = {right}"]
        return [*first, *second, f"link({left},{right},{name})"]

    def listed(self, scope: Scope) -> list[str]:
        if scope.recursive:
            return self.compared(scope)
        kind, item = self.source.choice((("syms", "sym"), ("ints", "int")))
        before, known = self.needed(scope, kind)
        form = self.source.randrange(18)
        match form:
            case 0 | 1:
                return [*before, f"member({self.bind(scope, item)},{known})"]
            case 2:
                return [f"append({self.bind(scope, kind)},{self.bind(scope, kind)},{self.constant(kind)})"]
            case 3:
                return [*before, f"append([{self.value(scope, item)}],{known},{self.bind(scope, kind)})"]
            case 4:
                return [*before, f"length({known},{self.bind(scope, 'int')})"]
            case 5:
                return [*before, f"reverse({known},{self.bind(scope, kind)})"]
            case 6:
                return [*before, f"select({self.bind(scope, item)},{known},{self.bind(scope, kind)})"]
            case 7:
                return [*before, f"{self.pick(('nth0', 'nth1'))}({self.bind(scope, 'int')},{known},{self.bind(scope, item)})"]
            case 8:
                return [*before, f"sort({known},{self.bind(scope, kind)})"]
            case 9:
                return [*before, f"{known} = [{self.bind(scope, item)}|{self.bind(scope, kind)}]"]
            case 10:
                return [*before, f"last({known},{self.bind(scope, item)})"]
            case 11:
                return [*before, f"delete({known},{self.value(scope, item)},{self.bind(scope, kind)})"]
            case 12:
                return [*before, f"permutation({known},{self.bind(scope, kind)})"]
            case 13:
                return [*before, f"memberchk({self.value(scope, item)},{known})"]
            case 14:
                return [*before, f"list_to_set([{self.constant(item)}|{known}],{self.bind(scope, kind)})"]
            case 15:
                return [*before, f"subtract({known},{self.constant(kind)},{self.bind(scope, kind)})"]
        if kind == "ints":
            total = self.fresh("int")
            scope.bound["int"].append(total)
            if form == 16:
                return [*before, f"sum_list({known},{total})"]
            return [*before, f"{self.pick(('max_list', 'min_list'))}({known},{total})"]
        return [*before, f"\\+ member({self.constant(item)},{known})"]

    def unified(self, scope: Scope) -> list[str]:
        kind = self.pick(KINDS)
        before, known = self.needed(scope, kind)
        other = self.bind(scope, kind)
        forms = (
            f"f({known},{other}) = f({other},_)",
            f"g({known},h({other})) = g({other},h({known}))",
            f"[{known}|T{other}] = [{other}]",
            f"f(Q{other},Q{other}) = f({other},{known})",
        )
        return [*before, self.pick(forms[:2] if scope.coins else forms)]

    def open_answer(self, scope: Scope) -> list[str]:
        """Return goals of which the first has an answer with variables."""
        kind = self.pick(KINDS)
        name, other = self.fresh(kind), self.fresh(kind)
        inner, known = self.needed(scope, kind)
        scope.bound[kind] += [name, other]
        forms = (
            [f"id({name},{other})", f"{other} = {known}"],
            [f"wrap({name},W{name})", f"{other} = {known}", f"W{name} = f({other})"],
            [f"append([],[{name}|T{name}],U{name})", f"U{name} = [{known}]", f"{other} = {name}"],
            [f"same(pair({name},{other}),M{name})", f"M{name} = pair({known},{known})"],
            [f"swap({name}-{other},M{name})", f"M{name} = {known}-{known}"],
            [f"length(M{name},1)", f"M{name} = [{name}]", f"{name} = {known}", f"{other} = {name}"],
            [f"functor(M{name},f,2)", f"M{name} = f({name},{other})", f"{name} = {known}", f"{other} = {known}"],
        )
        return [*inner, *self.source.choice(forms)]

    def called(self, scope: Scope) -> list[str]:
        predicate = self.source.choice(self.lower(scope))
        bound = scope.branch()
        arguments = self.arguments(scope, predicate, 0.4)
        goal = _atom(predicate.name, arguments)
        if not arguments:
            return [f"{self.pick(('call', 'once'))}({goal})"]
        name = f"G{self.fresh('sym')}"
        grounded = all(a in bound.bound[k] or not a[0].isupper() for a, k in zip(arguments, predicate.types, strict=True))
        forms = [
            [f"call({goal})"],
            [f"call({predicate.name},{','.join(arguments)})"],
            [f"call({_atom(predicate.name, arguments[:-1])},{arguments[-1]})"],
            [f"once({goal})"] if grounded else [f"call({goal})"],
            [f"{name} = {goal}", f"call({name})"],
            [f"{name} =.. [{predicate.name},{','.join(arguments)}]", f"call({name})"],
            [f"{name} = {predicate.name}", f"call({name},{','.join(arguments)})"],
        ]
        return self.source.choice(forms[:4] if scope.coins else forms)

    def collected(self, scope: Scope) -> list[str]:
        """Return findall/3 or all/3: over facts, where the list has the order of the program, else with what its order does not change.

        Only what has few proofs is collected: there is a list for every set of them.
        """
        if self.collections >= 2 or scope.coins:
            return []
        having = [p for p in self.lower(scope) if p.types and p.layer <= 1 and not p.cyclic]
        if not having:
            return []
        self.collections += 1
        predicate = self.source.choice(having)
        position = self.source.randrange(len(predicate.types))
        item = predicate.types[position]
        name = self.fresh(item)
        arguments = [name if i == position else self.value(scope, t) for i, t in enumerate(predicate.types)]
        goal = _atom(predicate.name, arguments)
        kind = "syms" if item == "sym" else "ints"
        found = self.fresh(kind)
        collector = self.pick(("findall", "findall", "all"))
        if predicate.layer == 0:
            if self.chance(0.3):
                goal = f"({goal}, {name} @< {self.constant(item)})"
            scope.bound[kind].append(found)
            return [f"{collector}({name},{goal},{found})"]
        if self.chance(0.5):
            ordered = self.bind(scope, kind)
            return [f"{collector}({name},{goal},{found})", f"sort({found},{ordered})"]
        size = self.bind(scope, "int")
        return [f"{collector}({name},{goal},{found})", f"length({found},{size})"]

    def universal(self, scope: Scope) -> list[str]:
        name = self.fresh("sym")
        inner = scope.branch()
        inner.bound["sym"].append(name)
        having = [p for p in self.lower(scope) if "sym" in p.types]
        if not having or scope.coins:
            return []
        checked = [self.source.choice(having) for _ in range(2)]
        goals = [
            _atom(p.name, [name if i == p.types.index("sym") else self.value(scope, t) for i, t in enumerate(p.types)]) for p in checked
        ]
        first = f"member({name},[a,b])" if self.chance(0.5) else goals[0]
        return [f"forall({first},{goals[1]})"]

    def weighed(self, scope: Scope) -> list[str]:
        """Return a test of the probability of a goal."""
        predicate = self.source.choice(self.lower(scope))
        goal = _atom(predicate.name, [self.value(scope, kind) for kind in predicate.types])
        name = f"W{self.fresh('sym')}"
        return [f"subquery({goal},{name})", f"{name} {self.pick(('<', '>'))} 0.{self.source.randint(1, 9)}1"]

    def taken_apart(self, scope: Scope) -> list[str]:
        before, known = self.needed(scope, "sym")
        second, number = self.needed(scope, "int")
        left, right = self.fresh("sym"), self.fresh("int")
        name = f"T{left}"
        forms: tuple[tuple[list[str], list[tuple[str, str]]], ...] = (
            ([f"arg(1,f({known},{number}),{left})"], [("sym", left)]),
            ([f"between(1,2,{right})", f"arg({right},f({known},b),{left})"], [("sym", left), ("int", right)]),
            ([f"f({known},{number}) =.. [_,{left},{right}]"], [("sym", left), ("int", right)]),
            ([f"functor(g({known},x),_,{right})"], [("int", right)]),
            ([f"functor({known},{left},0)"], [("sym", left)]),
            ([f"{name} = f(_,{number})", f"arg(1,{name},{left})", f"{left} = {known}"], [("sym", left)]),
            ([f"findall(X{name}-Y{name},(X{name} = {known}, Y{name} = {number}),[{left}-{right}])"], [("sym", left), ("int", right)]),
            ([f"atom_number({name},{number})", f"atom({name})", f"{right} = {number}"], [("int", right)]),
            (
                [f"atom({known})", f"integer({number})", f"\\+ var({known})", f"ground(f({known},{number}))", f"{right} = {number}"],
                [("int", right)],
            ),
            ([f"is_list([{known}])", f"\\+ is_list({known})", f"{right} = {number}"], [("int", right)]),
            ([f"subsumes_term(f(_),f({known}))", f"\\+ compound({known})", f"{right} = {number}"], [("int", right)]),
        )
        goals, bound = self.source.choice(forms[:2] if scope.coins else forms)
        for kind, variable in bound:
            scope.bound[kind].append(variable)
        return [*before, *second, *goals]

    def mapped(self, scope: Scope) -> list[str]:
        before, known = self.needed(scope, "ints")
        if scope.recursive or scope.coins:
            return []
        unary = [p for p in self.lower(scope) if p.types == ("int",) and not p.cyclic]
        test = self.source.choice(unary).name if unary and self.chance(0.6) else "small"
        form = self.source.randrange(5)
        match form:
            case 0:
                return [*before, f"maplist({test},{known})"]
            case 1:
                return [*before, f"{self.pick(('include', 'exclude'))}({test},{known},{self.bind(scope, 'ints')})"]
            case 2:
                return [*before, f"foldl(plus,{known},0,{self.bind(scope, 'int')})"]
            case 3:
                return [*before, f"maplist(double,{known},M{known})", f"sum_list(M{known},{self.bind(scope, 'int')})"]
        return [*before, f"partition({test},{known},{self.bind(scope, 'ints')},{self.bind(scope, 'ints')})"]

    # clauses

    def add(self, head: str, *goals: str) -> None:
        self.clauses.append(GeneratedClause(head, goals))

    def probability(self) -> str:
        return self.pick(("0.1", "0.2", "0.3", "0.5", "0.7", "0.9", "1/3", "0", "1", "0.25", "0.6", "0.4"))

    def facts(self) -> None:
        """Add the predicates of layer 0."""
        for number in range(self.source.randint(3, 5)):
            types = tuple(self.pick(KINDS) for _ in range(self.source.choice((0, 1, 1, 2, 2))))
            certain = self.chance(0.3)
            predicate = Predicate(f"e{number}", types, 0, certain)
            instances = list(
                dict.fromkeys(_atom(predicate.name, list(map(self.constant, types))) for _ in range(self.source.randint(1, 4)))
            )
            if certain:
                for atom in [*instances, *(instances[:1] if self.chance(0.2) else [])]:
                    self.add(atom)
            elif len(instances) > 1 and self.chance(0.4):
                shares = [self.source.randint(1, 3) for _ in instances]
                total = sum(shares) + self.source.choice((0, 0, 2))
                self.add("; ".join(f"{share}/{total}::{atom}" for share, atom in zip(shares, instances, strict=True)))
            else:
                for atom in instances:
                    self.add(f"{self.probability()}::{atom}")
            self.predicates.append(predicate)
        if self.chance(0.3):
            self.add("0.3::noise(X)")
            self.add("noisy(X)", "member(X,[a,b])", "noise(X)")
            self.predicates.append(Predicate("noisy", ("sym",), 0, False, True))
        if self.chance(0.2):
            self.add("likely(X,W)", "weight(X,W)")
            self.add("W::drawn(X)", "likely(X,W)")
            self.predicates.append(Predicate("drawn", ("sym",), 0, False, True))

    def layer(self, layer: int) -> None:
        """Add the predicates of a layer: their names first, as their rules may call each other."""
        recursive = self.chance(0.5)
        own = []
        for number in range(self.source.randint(1, 3)):
            types = tuple(self.pick(KINDS) for _ in range(self.source.choice((0, 1, 1, 2))))
            own.append(Predicate(f"{'pqr'[number]}{layer}", types, layer, False, recursive))
        if recursive:
            self.predicates += own
        for predicate in own:
            rules = self.source.randint(1, 3)
            for number in range(rules):
                self.rule(predicate, own, recursive and (number > 0 or rules == 1))
        if not recursive:
            self.predicates += own
        denied = [predicate for predicate in own if not recursive and predicate.types]
        if denied and self.chance(0.12):
            scope = Scope(layer, False, False)
            chosen = self.source.choice(denied)
            goals = self.goals(scope, 1)
            more, arguments = self.head_arguments(scope, chosen)
            self.add(f"\\+{_atom(chosen.name, arguments)}", *goals, *more)

    def rule(self, predicate: Predicate, own: Sequence[Predicate], recursive: bool) -> None:
        coins = self.coins < 4 and self.chance(0.3)
        scope = Scope(predicate.layer, recursive, coins)
        goals = self.goals(scope, self.source.randint(1, 2 if coins else 3))
        more, arguments = self.head_arguments(scope, predicate)
        head = _atom(predicate.name, arguments)
        goals += more
        if not coins:
            self.add(head, *goals)
            return
        self.coins += 1
        form = self.source.randrange(5)
        if form == 0 and scope.bound["sym"]:
            weight = self.fresh("sym").replace("S", "W")
            self.add(f"{weight}::{head}", *goals, f"weight({self.pick(scope.bound['sym'])},{weight})")
        elif form == 1 and len(own) > 1:
            second = self.source.choice(own)
            extra, others = self.head_arguments(scope, second)
            self.add(f"0.3::{head}; 0.6::{_atom(second.name, others)}", *goals, *extra)
        else:
            self.add(f"{self.probability()}::{head}", *goals)

    def head_arguments(self, scope: Scope, predicate: Predicate) -> tuple[list[str], list[str]]:
        """Return arguments for a head, and goals that bind them."""
        goals: list[str] = []
        arguments = []
        for kind in predicate.types:
            if self.chance(0.2):
                arguments.append(self.constant(kind))
                continue
            more, known = self.needed(replace(scope, recursive=False), kind)
            goals += more
            arguments.append(known)
        return goals, arguments

    def recursion(self) -> None:
        """Add a recursive predicate of a known shape, in a layer of its own."""
        layer = 1 + max(p.layer for p in self.predicates)
        edges = [p for p in self.predicates if p.types == ("sym", "sym")]
        edge = self.source.choice(edges).name if edges and self.chance(0.7) else "arc"
        if edge == "arc":
            for start, end in self.source.sample([(s, e) for s in SYMBOLS for e in SYMBOLS if s != e], 4):
                self.add(f"{self.pick(('', '0.4::', '0.7::'))}arc({start},{end})")
        name, other = f"path{layer}", f"step{layer}"
        shapes = (
            [(f"{name}(X,Y)", [f"{edge}(X,Y)"]), (f"{name}(X,Y)", [f"{name}(X,Z)", f"{edge}(Z,Y)"])],
            [(f"{name}(X,Y)", [f"{edge}(X,Y)"]), (f"{name}(X,Y)", [f"{edge}(X,Z)", f"{name}(Z,Y)"])],
            [(f"{name}(X,Y)", [f"{edge}(X,Y)"]), (f"{name}(X,Y)", [f"{name}(X,Z)", f"{name}(Z,Y)"])],
            [(f"{name}(X,Y)", [f"{edge}(X,Y)"]), (f"{name}(X,Y)", [f"{name}(Y,X)"]), (f"{name}(X,Y)", [f"{edge}(X,Z)", f"{name}(Z,Y)"])],
            [
                (f"{name}(X,Y)", [f"{edge}(X,Y)"]),
                (f"{name}(X,Y)", [f"{other}(X,Z)", f"{edge}(Z,Y)"]),
                (f"{other}(X,Y)", [f"{name}(X,Z)", f"{edge}(Z,Y)"]),
            ],
            [(f"{name}(X,Y)", [f"{edge}(X,Y)"]), (f"0.6::{name}(X,Y)", [f"{edge}(X,Z)", f"{name}(Z,Y)"])],
            [(f"{name}(X,X)", [f"member(X,{list(SYMBOLS)})".replace("'", "")]), (f"{name}(X,Y)", [f"{name}(X,Z)", f"{edge}(Z,Y)"])],
        )
        for head, goals in self.source.choice(shapes):
            self.add(head, *goals)
        self.predicates.append(Predicate(name, ("sym", "sym"), layer, False, True))

    def structures(self) -> None:
        """Add predicates over function symbols and lists that recur on their arguments."""
        for line in self.pick(STRUCTURES).strip().splitlines():
            self.clauses.append(_read(line.strip()))

    def results(self) -> None:
        """Add predicates with pairs and lists as arguments, on top of all others; nothing calls them."""
        layer = 1 + max(p.layer for p in self.predicates)
        for number in range(self.source.randint(0, 2)):
            kind = self.pick(("pair", "syms", "ints"))
            predicate = Predicate(f"x{number}", (kind, self.pick(KINDS)), layer, False)
            self.rule(predicate, (), False)
            self.add(f"query({predicate.name}({self.open_argument(0)},{self.open_argument(1)}))")

    def open_argument(self, position: int) -> str:
        """Return an argument of a query that is asked for."""
        return "_" if self.chance(0.4) else f"V{position}"

    def asked(self) -> None:
        derived = [p for p in self.predicates if p.layer > 0] or self.predicates
        for predicate in derived:
            arguments = [self.constant(k) if self.chance(0.25) else self.open_argument(i) for i, k in enumerate(predicate.types)]
            if predicate.types and self.chance(0.12):
                known = [f"X{i}" if a[0] in "_V" else a for i, a in enumerate(arguments)]
                goals = [
                    f"member({a},[a,c])" if kind == "sym" else f"between(0,1,{a})"
                    for a, kind in zip(known, predicate.types, strict=True)
                    if a[0] == "X"
                ]
                self.add(f"query({_atom(predicate.name, known)})", *goals)
            else:
                self.add(f"query({_atom(predicate.name, arguments)})")
        if self.chance(0.3):
            predicate = self.source.choice(self.predicates)
            atom = _atom(predicate.name, list(map(self.constant, predicate.types)))
            form = self.source.randrange(4)
            if form == 0:
                self.add(f"evidence({atom},{self.pick(('true', 'false'))})")
            elif form == 1:
                self.add(f"evidence(\\+{atom})")
            elif form == 2:
                self.add("seen")
                self.clauses[-1] = GeneratedClause("seen", (_atom(predicate.name, ["_"] * len(predicate.types)),))
                self.add("evidence(seen)")
            elif predicate.types and predicate.types[0] == "sym":
                rest = list(map(self.constant, predicate.types[1:]))
                self.add(f"evidence({_atom(predicate.name, ['X', *rest])},false)", "member(X,[b])")

    def program(self) -> GeneratedProgram:
        self.facts()
        for layer in range(1, self.source.randint(2, 4)):
            if self.chance(0.2):
                self.recursion()
            self.layer(max(layer, 1 + max(p.layer for p in self.predicates)))
        if self.chance(0.25):
            self.structures()
        self.results()
        self.asked()
        library = tuple(_read(line.strip()) for line in LIBRARY.strip().splitlines())
        return GeneratedProgram((*library, *self.clauses))


def _read(line: str) -> GeneratedClause:
    """Return a clause written as ``head`` or ``head :- goal, goal``; a comma inside a goal has no space after it."""
    if line.startswith(":-"):
        return GeneratedClause(line)
    head, _, body = line.partition(" :- ")
    return GeneratedClause(head, tuple(body.split(", ")) if body else ())


def _without_conditional(goal: str) -> str:
    """Return a goal with its branches as a disjunction; the generator nests no conditionals."""
    if " -> " not in goal:
        return goal
    branches = []
    denied = ""
    for branch in goal.removeprefix("(").removesuffix(")").split(" ; "):
        condition, arrow, then = branch.partition(" -> ")
        branches.append(f"{denied}{condition}, {then}" if arrow else f"{denied}{branch}")
        denied += f"\\+ ({condition}), " if arrow else ""
    return f"({' ; '.join(branches)})"


def _atom(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({','.join(arguments)})" if arguments else name
