"""Types, equality, order and structure of terms."""

from __future__ import annotations

import pytest

from tests.grounding.native.asking import cases, solutions

TERMS = r"""
atomic("abc") ==> no
atom("abc") ==> no
callable("abc") ==> no
primitive("abc") ==> true
primitive(abc) ==> true
simple("abc") ==> true
simple(_) ==> true
rational(1) ==> no
atom([]) ==> true
callable([]) ==> true
is_list([a|T]) ==> no
ground(f(T)) ==> no
compound([a]) ==> true
sort([c,b,a,b],X) ==> X=[a,b,c]
sort([f(1),2,a,"s",1.0,1,Z],X) ==> Z=_1, X=[_1,1.0,1,2,"s",a,f(1)]
sort([b|T],X) ==> E302 sort/2 is called with the open list [b|_1] where it takes a closed one
sort(a,X) ==> E302 sort/2 is called with a where it takes a list
compare(X,1,2) ==> X='<'
compare(X,1,1.0) ==> X='>'
compare(X,a,f(1)) ==> X='<'
compare(X,"a",a) ==> X='<'
compare(X,f(1,2),g(1)) ==> X='>'
compare(>,1,2) ==> no
compare(foo,1,2) ==> E302 compare/3 is called with foo where it takes <, = or >
functor(foo(a,b),X,Y) ==> X=foo, Y=2
functor(X,foo,3) ==> X=foo(_1,_2,_3)
functor(X,foo,0) ==> X=foo
functor(X,5,0) ==> X=5
functor(5,X,Y) ==> X=5, Y=0
functor([a],X,Y) ==> X='.', Y=2
functor(X,Y,3) ==> E302 functor/3 is called with a variable that has no value yet where it takes an atom
functor("abc",X,Y) ==> X="abc", Y=0
arg(1,f(a,b),X) ==> X=a
arg(3,f(a,b),X) ==> no
arg(0,f(a,b),X) ==> no
arg(1,a,X) ==> no
arg(1,X,Y) ==> E302 arg/3 is called with a variable that has no value yet where it takes a compound
arg(Y,f(a,b),X) ==> Y=1, X=a ; Y=2, X=b
arg(a,f(a,b),X) ==> E302 arg/3 is called with a where it takes an integer
f(a,b) =.. X ==> X=[f,a,b]
X =.. [f,a] ==> X=f(a)
X =.. [5] ==> X=5
X =.. [f|Y] ==> E302 =../2 is called with a variable and an open list
X =.. [] ==> E302 =../2 is called with [] where it takes a list of a name and arguments
X =.. [5,a] ==> E302 =../2 is called with 5 where it takes an atom as the name of a compound
X =.. Y ==> E302 =../2 is called with a variable and an open list
5 =.. X ==> X=[5]
"abc" =.. X ==> X=["abc"]
foo =.. X ==> X=[foo]
[a] =.. X ==> X=['.',a,[]]
f(X) =.. [F,a] ==> X=a, F=f
numbervars(f(A,B,A),X) ==> A=_1, B=_2, X=f('$Var'(0),'$Var'(1),'$Var'(0))
numbervars(f(A,B,A),3,X) ==> A=_1, B=_2, X=f('$Var'(3),'$Var'(4),'$Var'(3))
numbervars(f(A,B,A),B,X) ==> E302 numbervars/3 is called with a variable that has no value yet where it takes an integer
varnumbers(f('$Var'(0),'$Var'(1),'$Var'(0)),X) ==> X=f(_1,_2,_1)
varnumbers(a,X) ==> X=a
varnumbers(5,X) ==> E302 varnumbers/2 is called with 5 where it takes an atom or compound
subsumes_term(f(_),f(a)) ==> true
subsumes_term(f(a),f(_)) ==> no
subsumes_term(f(A,A),f(B,C)) ==> no
subsumes_chk(f(A,B),f(C,C)) ==> true
X = f(X) ==> infinite
X \= f(X) ==> infinite
f(A) == f(A) ==> true
f(A) == f(B) ==> no
1 == 1.0 ==> no
'a' == a ==> true
"a" == a ==> no
sort(0,@>=,[1,2,1,3],X) ==> X=[3,2,1,1]
sort(1,@<,[f(2,a),f(1,b),f(2,c)],X) ==> X=[f(1,b),f(2,a)]
sort(1,@>=,[f(2,a),f(1,b),f(2,c)],X) ==> X=[f(2,a),f(2,c),f(1,b)]
keysort([b-1,a-2,b-0],X) ==> X=[a-2,b-1,b-0]
keysort([b],X) ==> E302 keysort/2 is called with b where it takes pairs Key-Value
msort([b,a,b],X) ==> X=[a,b,b]
functor(X,f(a),1) ==> E302 functor/3 is called with f(a) where it takes an atom
functor(X,Y,Z) ==> E302 functor/3 is called with a variable that has no value yet where it takes an integer
arg(X,f(a,b),Y) ==> X=1, Y=a ; X=2, Y=b
arg(X,f(a,b),b) ==> X=2
copy_term(f(X,Y,X),Z) ==> X=_1, Y=_2, Z=f(_3,_4,_3)
term_variables(f(X,g(Y),X),Z) ==> X=_1, Y=_2, Z=[_1,_2]
subsumes_term(f(A,B),f(C,C)) ==> true
subsumes_term(X,f(X)) ==> no
unify_with_occurs_check(X,f(X)) ==> no
unify_with_occurs_check(X,f(Y)) ==> X=f(_1), Y=_1
X = Y ==> X=_1, Y=_1
f(X,b) = f(a,Y) ==> X=a, Y=b
a = b ==> no
a \= b ==> true
X \= a ==> no
a @< b ==> true
10 @< 9 ==> no
f(a) @> zzz ==> true
1 @>= 1.0 ==> true
1 @=< 1.0 ==> no
X == X ==> true
X \== Y ==> true
var(X) ==> true
nonvar(X) ==> no
nonvar(a) ==> true
atom(a) ==> true
atom(1) ==> no
float(1.0) ==> true
float(1) ==> no
compound(f(x)) ==> true
is_list([a,b]) ==> true
is_list(a) ==> no
sort(0,@=<,[b,a,b],X) ==> X=[a,b,b]
sort(0,@>,[b,a,b],X) ==> X=[b,a]
sort(a,@<,[],X) ==> E302 sort/4 is called with a where it takes an integer
sort(0,<,[],X) ==> E302 sort/4 is called with '<' where it takes @<, @=<, @> or @>=
sort(2,@<,[f(1)],X) ==> E302 sort/4 is called with f(1) where it takes terms with at least 2 arguments
keysort(X,Y) ==> E302 keysort/2 is called with a variable that has no value yet where it takes a list
msort([],X) ==> X=[]
"""


@pytest.mark.parametrize(("goal", "expected"), cases(TERMS))
def test_terms(goal: str, expected: list[str]) -> None:
    assert solutions(goal) == expected
