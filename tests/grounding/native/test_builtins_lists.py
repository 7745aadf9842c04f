"""Lists: every predicate in every mode, with all solutions in their order."""

from __future__ import annotations

import pytest

from nesylang.grounding.native.builtins import NATIVE_LIBRARIES
from nesylang.grounding.native.builtins.contract import Relation
from nesylang.grounding.native.terms import Store, Var
from tests.grounding.native.asking import builtins, cases, solutions

LISTS = r"""
member(a,[a,a]) ==> true ; true
member(X,[a|T]) ==> X=a, T=_1 ; X=_1, T=[_1|_2] ; X=_1, T=[_2,_1|_3] ; X=_1, T=[_2,_3,_1|_4] ; ...
append([[a],[b,c],[]],X) ==> X=[a,b,c]
append([Y,Z],[a,b]) ==> Y=[], Z=[a,b] ; Y=[a], Z=[b] ; Y=[a,b], Z=[]
append([X,[b],Y],[a,b,c]) ==> X=[a], Y=[c]
append([X,Y],L) ==> X=[], Y=[], L=[] ; X=[], Y=[_1], L=[_1] ; X=[], Y=[_1,_2], L=[_1,_2] ; X=[], Y=[_1,_2,_3], L=[_1,_2,_3] ; ...
append(X,Y,[a,b]) ==> X=[], Y=[a,b] ; X=[a], Y=[b] ; X=[a,b], Y=[]
append(X,Y,Z) ==> X=[], Y=_1, Z=_1 ; X=[_1], Y=_2, Z=[_1|_2] ; X=[_1,_2], Y=_3, Z=[_1,_2|_3] ; X=[_1,_2,_3], Y=_4, Z=[_1,_2,_3|_4] ; ...
append([a|X],Y,[a,b]) ==> X=[], Y=[b] ; X=[b], Y=[]
append([a|X],Y,[b,b]) ==> no
append(X,[c],[a,b,c]) ==> X=[a,b]
append(X,[c|T],[a,b,c,d]) ==> X=[a,b], T=[d]
append([a],foo,X) ==> X=[a|foo]
append(X,Y,[a|T]) ==> X=[], Y=[a|_1], T=_1 ; X=[a], Y=_1, T=_1 ; X=[a,_1], Y=_2, T=[_1|_2] ; X=[a,_1,_2], Y=_3, T=[_1,_2|_3] ; ...
last(X,a) ==> X=[a] ; X=[_1,a] ; X=[_1,_2,a] ; X=[_1,_2,_3,a] ; ...
last([a|T],X) ==> T=[], X=a ; T=[_1], X=_1 ; T=[_1,_2], X=_2 ; T=[_1,_2,_3], X=_3 ; ...
nextto(X,Y,[a|T]) ==> X=a, Y=_1, T=[_1|_2] ; X=_1, Y=_2, T=[_1,_2|_3] ; X=_1, Y=_2, T=[_3,_1,_2|_4] ; X=_1, Y=_2, T=[_3,_4,_1,_2|_5] ; ...
nth0(X,L,a) ==> X=0, L=[a|_1] ; X=1, L=[_1,a|_2] ; X=2, L=[_1,_2,a|_3] ; X=3, L=[_1,_2,_3,a|_4] ; ...
nth0(2,L,a) ==> L=[_1,_2,a|_3]
nth1(X,[a,b],Y) ==> X=1, Y=a ; X=2, Y=b
nth1(0,[a,b],Y) ==> no
nth0(0,X,a,[b]) ==> X=[a,b]
nth0(1,X,a,[b]) ==> X=[b,a]
nth0(Y,X,a,[b]) ==> Y=0, X=[a,b] ; Y=1, X=[b,a]
nth0(a,[a],X) ==> E302 nth0/3 is called with a where it takes an integer
select(a,X,[b]) ==> X=[a,b] ; X=[b,a]
select(X,[a,b,a],Y) ==> X=a, Y=[b,a] ; X=b, Y=[a,a] ; X=a, Y=[a,b]
select(a,X,Y) ==> X=[a|_1], Y=_1 ; X=[_1,a|_2], Y=[_1|_2] ; X=[_1,_2,a|_3], Y=[_1,_2|_3] ; X=[_1,_2,_3,a|_4], Y=[_1,_2,_3|_4] ; ...
select(a,[a,b,a],z,X) ==> X=[z,b,a] ; X=[a,b,z]
select(a,L,z,[b,z]) ==> L=[b,a]
selectchk(X,[a,b],Y) ==> X=a, Y=[b]
selectchk(X,[a,b],[a]) ==> no
selectchk(a,L,[b]) ==> L=[a,b]
selectchk(a,[a,b,a],z,X) ==> X=[z,b,a]
reverse(X,[a,b]) ==> X=[b,a]
reverse(X,Y) ==> X=[], Y=[] ; X=[_1], Y=[_1] ; X=[_1,_2], Y=[_2,_1] ; X=[_1,_2,_3], Y=[_3,_2,_1] ; ...
reverse([a|T],[X,b,c]) ==> no
same_length(X,[a,b]) ==> X=[_1,_2]
same_length(X,Y) ==> X=[], Y=[] ; X=[_1], Y=[_2] ; X=[_1,_2], Y=[_3,_4] ; X=[_1,_2,_3], Y=[_4,_5,_6] ; ...
same_length([a|T],[X]) ==> T=[], X=_1
permutation([a,b,c],X) ==> X=[a,b,c] ; X=[a,c,b] ; X=[b,a,c] ; X=[b,c,a] ; ...
permutation([a,a],X) ==> X=[a,a] ; X=[a,a]
permutation(X,[a,b]) ==> X=[a,b] ; X=[b,a]
permutation([a,b,c],[c|X]) ==> X=[a,b] ; X=[b,a]
permutation([],X) ==> X=[]
permutation([a],[a,b]) ==> no
numlist(X,3,[1,2,3]) ==> X=1
numlist(3,2,X) ==> no
pairs_keys_values(X,[a,b],[1,2]) ==> X=[a-1,b-2]
pairs_keys_values([a-1,b-2],X,Y) ==> X=[a,b], Y=[1,2]
pairs_keys([a-1,b-2],X) ==> X=[a,b]
pairs_values([a-1,b-2],X) ==> X=[1,2]
length(X,Y) ==> X=[], Y=0 ; X=[_1], Y=1 ; X=[_1,_2], Y=2 ; X=[_1,_2,_3], Y=3 ; ...
length([a|T],3) ==> T=[_1,_2]
length([a,b|T],1) ==> no
length(foo,X) ==> E302 length/2 is called with foo where it takes a list
length(L,L) ==> E302 length/2 is called with a variable that has no value yet where it takes a variable that is not the list's own end
length(L,a) ==> E302 length/2 is called with a where it takes an integer
intersection([A,b],[a],X) ==> A=a, X=[a]
intersection([a,b,c],[c,a],X) ==> X=[a,c]
union([A],[b],X) ==> A=b, X=[b]
subtract([A,b],[b],X) ==> A=b, X=[]
subset([X,Y],[b,c]) ==> X=b, Y=b
delete([a,B,c],a,X) ==> B=_1, X=[c]
list_to_set([a,b,a],X) ==> X=[a,b]
list_to_set([f(A),f(B),f(A)],X) ==> A=_1, B=_2, X=[f(_1),f(_2)]
is_set([a,B,B]) ==> no
flatten([a,[b,[],[c|T]],X],Y) ==> T=_1, X=_2, Y=[a,b,[c|_1],_2]
sum_list([1,2.5],X) ==> X=3.5
sum_list([a],X) ==> E303 arithmetic on 'a', which is not a number
sum_list([A],X) ==> E303 arithmetic on a variable that has no value yet
sum_list(L,X) ==> E302 sum_list/2 is called with a variable that has no value yet where it takes a list
max_list([1,1.0],X) ==> X=1.0
max_list([1+1,1],X) ==> X=1+1
min_list([3,1,2],X) ==> X=1
max_member([1,a,f(b)],X) ==> X=f(b)
min_member([2,1,3],X) ==> X=1
enum_groups([a-1,b-2,a-3],X,Y) ==> X=a, Y=[1,3] ; X=b, Y=[2]
enum_groups([a,b,a],[1,2],Y,X) ==> Y=a, X=[1] ; Y=b, X=[2]
member(X,[a,b,a]) ==> X=a ; X=b ; X=a
memberchk(X,[a,b]) ==> X=a
memberchk(a,[b|T]) ==> T=[a|_1]
memberchk(f(X),[g(1),f(Y)]) ==> X=_1, Y=_1
append([a],X,[a,b]) ==> X=[b]
append([[a],Y],[a,b]) ==> Y=[b]
delete([a,b,a,c],a,X) ==> X=[b,c]
delete([f(A),b,f(c)],f(c),X) ==> A=_1, X=[b]
enum_groups([a-1,b-2,a-3],Y,X) ==> Y=a, X=[1,3] ; Y=b, X=[2]
enum_groups([a,b,a],[1,2,3],X,Y) ==> X=a, Y=[1,3] ; X=b, Y=[2]
enum_groups([a,b,a],[1,2,3],a,X) ==> X=[1,3]
enum_groups([A,B,A],[1,2,3],Y,X) ==> A=_1, B=_2, Y=_1, X=[1,3] ; A=_1, B=_2, Y=_2, X=[2]
flatten([1,[2,[3,4],[]],5],X) ==> X=[1,2,3,4,5]
flatten(a,X) ==> X=[a]
flatten([],X) ==> X=[]
flatten([[]],X) ==> X=[]
flatten([1.5,"a",f([x])],X) ==> X=[1.5,"a",f([x])]
intersection([a,a,b],[a],X) ==> X=[a,a]
is_set([a,b]) ==> true
is_set([a,b,a]) ==> no
is_set([1,1.0]) ==> true
last([a,b],X) ==> X=b
last([],X) ==> no
list_to_set([a,b,a,c,b],X) ==> X=[a,b,c]
list_to_set([],X) ==> X=[]
list_to_set([1,1.0],X) ==> X=[1,1.0]
list_to_set([f(A),f(B)],X) ==> A=_1, B=_2, X=[f(_1),f(_2)]
max_list([1,3,2],X) ==> X=3
max_list([],X) ==> no
min_list([1.0,1],X) ==> X=1
max_member(X,[1,2]) ==> E302 max_member/2 is called with a variable that has no value yet where it takes a list
nextto(X,Y,[1,2,3]) ==> X=1, Y=2 ; X=2, Y=3
nextto(a,X,[a,b,a,c]) ==> X=b ; X=c
nth0(1,[a,b,c],X) ==> X=b
nth0(X,[a,b,a],a) ==> X=0 ; X=2
nth0(X,[a,b],Y) ==> X=0, Y=a ; X=1, Y=b
nth1(1,[a,b],X) ==> X=a
nth1(X,[a,b],b) ==> X=2
nth0(1,[a,b,c],Y,X) ==> Y=b, X=[a,c]
nth0(X,[a,b,c],b,R) ==> X=1, R=[a,c]
nth1(1,X,a,[b]) ==> X=[a,b]
nth1(X,[a,b,c],b,R) ==> X=2, R=[a,c]
nth0(a,[a,b],X) ==> E302 nth0/3 is called with a where it takes an integer
nth0(-1,[a,b],X) ==> no
nth0(0,[a|T],X) ==> T=_1, X=a
numlist(1,4,X) ==> X=[1,2,3,4]
numlist(4,1,X) ==> no
numlist(2,2,X) ==> X=[2]
numlist(1,2.5,X) ==> E302 numlist/3 is called with 2.5 where it takes an integer
numlist(1.0,3,X) ==> E302 numlist/3 is called with 1.0 where it takes an integer
prefix(X,[a,b]) ==> X=[] ; X=[a] ; X=[a,b]
prefix([a],[a,b]) ==> true
proper_length([a,b],X) ==> X=2
proper_length([a|T],X) ==> no
proper_length(foo,X) ==> no
reverse([a,b,c],X) ==> X=[c,b,a]
same_length([a,b],X) ==> X=[_1,_2]
same_length([a],[b,c]) ==> no
select(a,[a,b,a],X) ==> X=[b,a] ; X=[a,b]
select(X,[a,b],[a]) ==> X=b
select(a,[a,b],X,[c,b]) ==> X=c
selectchk(a,[b,a,a],X) ==> X=[b,a]
selectchk(X,[a,b],z,Y) ==> X=a, Y=[z,b]
subset([a,b],[b,c,a]) ==> true
subset([a,d],[b,c,a]) ==> no
subset([],[]) ==> true
subtract([a,b,a,c],[a],X) ==> X=[b,c]
sum_list([],X) ==> X=0
sum_list([1+1,2],X) ==> X=4
union([a,b],[b,c],X) ==> X=[a,b,c]
union([a,a],[b],X) ==> X=[a,a,b]
sum_list(foo,X) ==> no
max_list(foo,X) ==> no
length([a,b],X) ==> X=2
length(X,2) ==> X=[_1,_2]
length([a,b],3) ==> no
length([a|b],X) ==> E302 length/2 is called with [a|b] where it takes a list
member(X,[]) ==> no
member(X,foo) ==> no
memberchk(X,L) ==> X=_1, L=[_1|_2]
memberchk(z,[a,b]) ==> no
prefix(X,[a|T]) ==> X=[], T=_1 ; X=[a], T=_1 ; X=[a,_1], T=[_1|_2] ; X=[a,_1,_2], T=[_1,_2|_3] ; ...
last(foo,X) ==> no
max_member([],X) ==> no
sumlist([1,2],X) ==> X=3
subset([a],T) ==> T=[a|_1]
flatten(X,Y) ==> X=_1, Y=[_1]
enum_groups([a],X,Y) ==> E302 enum_groups/3 is called with a where it takes pairs of a group and a value
permutation([a|T],[b,a]) ==> T=[b]
delete(foo,a,X) ==> no
intersection(X,[a],Y) ==> E302 intersection/3 is called with a variable that has no value yet where it takes a list
nth0(-1,[a],X) ==> no
nth1(2,[a|T],X) ==> T=[_1|_2], X=_1
"""


@pytest.mark.parametrize(("goal", "expected"), cases(LISTS))
def test_lists(goal: str, expected: list[str]) -> None:
    assert solutions(goal) == expected


def test_every_predicate_has_a_row() -> None:
    tested = {(goal.partition("(")[0]) for goal, _ in cases(LISTS)}
    assert {name for name, _ in NATIVE_LIBRARIES["lists"]} <= tested


LONG = 100_000

DEEP = [
    ("length", "L V"),
    ("member", "0 L"),
    ("memberchk", "9 L"),
    ("append", "L L V"),
    ("reverse", "L V"),
    ("reverse", "V L"),
    ("last", "L V"),
    ("nth0", "9 L V V"),
    ("permutation", "L L"),
    ("same_length", "L V"),
    ("list_to_set", "L V"),
    ("flatten", "L V"),
    ("sum_list", "L V"),
    ("max_list", "L V"),
    ("max_member", "L V"),
    ("delete", "L 1 V"),
    ("subtract", "L L V"),
    ("union", "L L V"),
    ("sort", "L V"),
    ("msort", "L V"),
    ("atomic_list_concat", "L V"),
    ("copy_term", "L V"),
    ("copy_term", "O V"),
    ("term_variables", "O V"),
    ("length", "O V"),
    ("numbervars", "O V"),
]


@pytest.mark.parametrize(("name", "kinds"), DEEP)
def test_long_lists_are_no_problem(name: str, kinds: str) -> None:
    store = Store()
    values = {"L": store.list(range(LONG)), "O": store.list([Var() for _ in range(LONG)]), "V": Var()}
    arguments = [values[kind] if kind in values else int(kind) for kind in kinds.split()]
    builtin = builtins("lists")[name, len(arguments)]
    assert isinstance(builtin, Relation)
    assert next(iter(builtin.solutions(store, *arguments)))
