"""Atoms, strings, and texts from templates."""

from __future__ import annotations

import pytest

from tests.grounding.native.asking import cases, solutions

TEXTS = r"""
atom_codes(abc,X) ==> X=[97,98,99]
atom_codes(X,"abc") ==> X=abc
atom_codes(X,[0'a,0'b]) ==> X=ab
atom_codes(X,[a,b]) ==> X=ab
atom_codes(12,X) ==> X=[49,50]
atom_codes(X,Y) ==> E302 atom_codes/2 is called with a variable that has no value yet where it takes a closed list of codes or characters
atom_chars(X,['1','2']) ==> X='12'
atom_chars(X,[a|T]) ==> E302 atom_chars/2 is called with [a|_1] where it takes a closed list of codes or characters
atom_chars([],X) ==> X=['[',']']
number_codes(X,[0'1,0'2]) ==> X=12
number_codes(X,[0'a]) ==> E302 number_codes/2 cannot read a number: a
number_codes(12.5,X) ==> X=[49,50,46,53]
char_code(X,97) ==> X=a
char_code(a,X) ==> X=97
char_code(ab,X) ==> E302 char_code/2 is called with ab where it takes a character
char_code(X,Y) ==> E302 char_code/2 is called with a variable that has no value yet where it takes a character code
atom_number('5',X) ==> X=5
atom_number('-5.5e3',X) ==> X=-5500.0
atom_number(X,5) ==> X='5'
atom_number(abc,X) ==> no
atom_number(5,X) ==> E302 atom_number/2 is called with 5 where it takes an atom
atom_number(X,Y) ==> E302 atom_number/2 is called with a variable that has no value yet where it takes a number
atom_length('hello world',X) ==> X=11
atom_length(X,3) ==> E302 atom_length/2 is called with a variable that has no value yet where it takes an atom, number or string
atom_length(123,X) ==> X=3
atom_length(abc,foo) ==> E302 atom_length/2 is called with foo where it takes an integer
atom_concat(a,b,X) ==> X=ab
atom_concat(X,b,ab) ==> X=a
atom_concat(a,X,ab) ==> X=b
atom_concat(X,Y,ab) ==> X='', Y=ab ; X=a, Y=b ; X=ab, Y=''
atom_concat(a,b,abc) ==> no
atom_concat(a,X,Y) ==> E302 atom_concat/3 is called with too many unbound arguments
atom_concat(a,1,a1) ==> true
atom_concat(f(x),a,X) ==> E302 atom_concat/3 is called with f(x) where it takes an atom, number or string
sub_atom(abc,B,2,A,S) ==> B=0, A=1, S=ab ; B=1, A=0, S=bc
sub_atom(abc,B,L,0,S) ==> B=0, L=3, S=abc ; B=1, L=2, S=bc ; B=2, L=1, S=c ; B=3, L=0, S=''
sub_atom(abcbc,B,L,A,bc) ==> B=1, L=2, A=2 ; B=3, L=2, A=0
sub_atom(ab,B,L,A,S) ==> B=0, L=0, A=2, S='' ; B=0, L=1, A=1, S=a ; B=0, L=2, A=0, S=ab ; B=1, L=0, A=1, S='' ; ...
sub_atom(abc,1,L,1,S) ==> L=1, S=b
sub_atom(abc,B,1,1,S) ==> B=1, S=b
sub_atom(abc,0,5,A,S) ==> no
sub_atom(aaa,B,L,A,aa) ==> B=0, L=2, A=1 ; B=1, L=2, A=0
sub_atom(X,B,L,A,aa) ==> E302 sub_atom/5 is called with a variable that has no value yet where it takes an atom, number or string
upcase_atom('hello World',X) ==> X='HELLO WORLD'
downcase_atom('Hello',X) ==> X=hello
atomic_list_concat([a,1,"s",2.5],X) ==> X='a1s2.5'
atomic_list_concat([a,b,c],'-',X) ==> X='a-b-c'
atomic_list_concat(X,'-','a-b-c') ==> X=[a,b,c]
atomic_list_concat([a,X],'-','a-b') ==> X=b
atomic_list_concat([a,X],'-',Y) ==> E302 atomic_list_concat/3 is called with unbound pieces
atomic_list_concat(X,'','abc') ==> E302 atomic_list_concat/3 is called with unbound pieces and an empty separator
atomic_list_concat([a,b],'-','a-b') ==> true
term_to_atom(f(X,'A b',"s",[1,2]),Y) ==> X=_1, Y='f(_1,\'A b\',"s",[1,2])'
term_to_atom(X,'f(Y,Z,Y)') ==> X=f(_1,_2,_1)
term_to_atom(X,'f(') ==> E302 term_to_atom/2 cannot read a term: '(' is never closed
term_to_atom(X,Y) ==> E302 term_to_atom/2 is called with a variable that has no value yet where it takes an atom, number or string
atom_string(abc,X) ==> X="abc"
atom_string(X,"abc") ==> X=abc
number_string(X,"12") ==> X=12
number_string(X," 12.5 ") ==> X=12.5
number_string(12,X) ==> X="12"
number_string(X,"abc") ==> no
string_concat("a",b,X) ==> X="ab"
string_concat(X,Y,"ab") ==> X="", Y="ab" ; X="a", Y="b" ; X="ab", Y=""
string_length("abc",X) ==> X=3
string_chars("abc",X) ==> X=[a,b,c]
string_chars(X,[a,b]) ==> X="ab"
string_codes("ab",X) ==> X=[97,98]
split_string("a,b,,c",",","",X) ==> X=["a","b","","c"]
split_string("/home//jan///nice/path","/","",X) ==> X=["","home","","jan","","","nice","path"]
split_string(" a b ", " ", " ", X) ==> X=["","a","b",""]
split_string("  a  ", "", " ", X) ==> X=["a"]
split_string("", "", "", X) ==> X=[""]
format(atom(X),"~w and ~q: ~a~n",[f('A',Y,Y),'B c',d]) ==> X='f(A,_1,_1) and \'B c\': d\n', Y=_1
format(atom(X),"~d ~2d ~D ~0f ~2f ~e ~g",[12,-1234,1234567,2.5,3.14159,1.5,0.1]) ==> X='12 -12.34 1,234,567 2 3.14 1.500000e+00 0.1'
format(atom(X),"~s ~c~3c ~8r ~16r ~16R ~~ ~i~w",[[0'a,0'b],65,66,64,255,255,skipped,z]) ==> X='ab ABBB 100 ff FF ~ z'
format(atom(X),"~*c",[3,65]) ==> X='AAA'
format(atom(X),"~w~t~10|~w~n~t~w~10|~w",[abc,def,abc,def]) ==> X='abc       def\n       abcdef'
format(atom(X),"~`-t~30|",[]) ==> X='------------------------------'
format(atom(X),"~w~t~w~20|~w~t~10+~w",[a,b,c,d]) ==> X='a                  bc         d'
format(atom(X),"~t~w~t~11|",[mid]) ==> X='    mid    '
format(string(X),hello,[]) ==> X="hello"
format(codes(X),"ab",[]) ==> X=[97,98]
format(chars(X),"ab",[]) ==> X=[a,b]
format(atom(X),"~w",foo) ==> X=foo
format(atom(X),"~w ~w",[a]) ==> E302 format has no argument left for ~w
format(atom(X),"~w",[a,b]) ==> E302 format has 1 argument more than its template uses
format(atom(X),"~z",[a]) ==> E302 format knows no directive ~z
format(atom(X),"~d",[a]) ==> E302 format's ~d takes an integer, not a
error('bad ',f('X'),' ',"x") ==> E309 the program stops with an error: bad f(X) x
cmd_args(X) ==> X=[]
seq(X) ==> X=1
seq(3) ==> E302 seq/1 is called with 3 where it takes a variable
atomic_list_concat([a|T],X) ==> E302 atomic_list_concat/2 is called with the open list [a|_1] where it takes a closed one
atom_codes(f(x),X) ==> E302 atom_codes/2 is called with f(x) where it takes an atom, number or string
number_chars(X,['4','2']) ==> X=42
number_chars(12,X) ==> X=['1','2']
string_codes(X,[97]) ==> X="a"
term_to_atom(1.5,X) ==> X='1.5'
atom_string(X,[a,b]) ==> X=ab
split_string("a.b",".","",X) ==> X=["a","b"]
sub_atom(abc,1,X,Y,Z) ==> X=0, Y=2, Z='' ; X=1, Y=1, Z=b ; X=2, Y=0, Z=bc
char_code(X,-1) ==> E302 char_code/2 is called with -1 where it takes a character code
string_length(X,2) ==> E302 string_length/2 is called with a variable that has no value yet where it takes an atom, number or string
upcase_atom(X,a) ==> E302 upcase_atom/2 is called with a variable that has no value yet where it takes an atom, number or string
format(atom(X),"~e",[a]) ==> E303 arithmetic on 'a', which is not a number
format(atom(X),"~99999c",[65]) ==> E302 format takes numbers up to 10,000 in directives, not 99999
format(foo,"",[]) ==> E302 format/3 is called with foo where it takes atom(A), string(S), codes(C) or chars(C)
format(atom(X),"~1r",[5]) ==> E302 format's ~r takes a base from 2 to 36, as in ~16r
format(atom(X),"~",[5]) ==> E302 format knows no directive ~
"""

STRING_LIBRARY = r"""
concat([a,'B c',1,2.5,f(x),"str",[l]],X) ==> X='aB c12.5f(x)str[l]'
concat([],X) ==> X=''
concat(a,X) ==> E302 concat/2 is called with a where it takes a list
concat([A],X) ==> E302 concat/2 is called with a variable that has no value yet where it takes the elements of the list
join('-',[a,b,1],X) ==> X='a-b-1'
join(",",[a,b],X) ==> X='a,b'
str2lst('aB c',X) ==> X=[a,'B',' ',c]
str2lst("abc",X) ==> X=[a,b,c]
lst2str([a,b],X) ==> X=ab
str2int('12',X) ==> X=12
str2int("12",X) ==> X=12
str2int(a12,X) ==> E302 str2int/2 is called with a12 where it takes the digits of an integer
sub_string(abc,'',2,B,X) ==> B=c, X=ab
sub_string(ab,A,X,B,C) ==> A=ab, X=0, B='', C='' ; A=a, X=0, B=b, C='' ; A=a, X=1, B='', C=b ; A='', X=0, B=ab, C='' ; ...
sub_string(abc,A,X,B,bc) ==> A=a, X=2, B=''
str2lst(12,X) ==> X=['1','2']
str2int(12,X) ==> X=12
lst2str([],X) ==> X=''
concat([a,b],ab) ==> true
join('-',[],X) ==> X=''
"""


@pytest.mark.parametrize(("goal", "expected"), cases(TEXTS))
def test_texts(goal: str, expected: list[str]) -> None:
    assert solutions(goal) == expected


@pytest.mark.parametrize(("goal", "expected"), cases(STRING_LIBRARY))
def test_string_library(goal: str, expected: list[str]) -> None:
    assert solutions(goal, "string") == expected
