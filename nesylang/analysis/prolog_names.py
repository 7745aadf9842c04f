"""Predicates of Prolog that there are not, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

_ALL = "answers are a set:  findall(T, Goal, L)  collects them, and  sort(L, S)  orders them"
_NO_CHANGE = "a program does not change while it runs; state the facts in the program"
_NO_INPUT = "a program reads no input; data comes from files and from Python"
_NO_STATE = "there are no global variables; pass the value on as an argument"
_NO_EXCEPTION = "errors cannot be caught: test beforehand what a goal needs, as in  (integer(X) -> Y is X + 1; Y = 0)"

INSTEAD: Mapping[str, str] = {
    "bagof": _ALL,
    "setof": _ALL,
    "aggregate_all": "write an aggregate, such as  N = count{ X : Goal }  or  S = sum{ V, X : Goal }",
    "foldr": "foldl/4 of the library apply goes through a list:  import apply.",
    "catch": _NO_EXCEPTION,
    "throw": "error/1 ends with a message:  error('no such thing')",
    "assert": _NO_CHANGE,
    "asserta": _NO_CHANGE,
    "assertz": _NO_CHANGE,
    "retract": _NO_CHANGE,
    "retractall": _NO_CHANGE,
    "read": _NO_INPUT,
    "read_term": _NO_INPUT,
    "open": _NO_INPUT,
    "see": _NO_INPUT,
    "nb_setval": _NO_STATE,
    "nb_getval": _NO_STATE,
    "b_setval": _NO_STATE,
    "b_getval": _NO_STATE,
    "tab": "nl/0 ends a line, and  write(' ')  writes a space",
    "print_message": "write/1 and format/2 write texts",
    "halt": "a program ends when its queries are answered; leave it out",
    "ignore": "write  (Goal -> true; true)",
    "string_to_atom": "atom_string/2 has the atom first",
    "repeat": "answers are found all at once; leave it out",
    "random": "a random value is a choice, as in  1/6 :: die(1); 1/6 :: die(2); ... .",
    "random_between": "a random value is a choice, as in  1/6 :: die(1); 1/6 :: die(2); ... .",
}
"""Name -> a hint; whatever the number of arguments."""
