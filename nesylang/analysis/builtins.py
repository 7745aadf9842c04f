"""The predicates that are there without a definition: builtins, and those that a library brings once it is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Signature = tuple[str, int]
"""Name and number of arguments of a predicate."""

GoalArguments = tuple[tuple[int, int], ...]
"""Which arguments are goals: pairs of position and number of arguments that the caller adds to it."""


@dataclass(frozen=True, slots=True)
class Builtin:
    """A predicate of the language itself.

    ``goals`` are the arguments that it calls. A ``test`` leaves its variables as they were: its success says nothing about them.
    """

    name: str
    arity: int
    meaning: str
    goals: GoalArguments = ()
    test: bool = False

    @property
    def signature(self) -> Signature:
        return self.name, self.arity


def _rows(arities: int | Iterable[int], rows: str, goals: GoalArguments = (), test: bool = False) -> list[Builtin]:
    """Return a builtin per line ``name meaning`` and arity."""
    listed = [arities] if isinstance(arities, int) else list(arities)
    split = [row.strip().split(None, 1) for row in rows.strip().splitlines()]
    return [Builtin(name, arity, meaning.strip(), goals, test) for name, meaning in split for arity in listed]


CONTROL: tuple[Builtin, ...] = (
    *_rows(0, "true succeeds"),
    *_rows(0, "fail fails\nfalse fails", test=True),
    *_rows(2, ", both goals hold\n; one of the goals holds\n| one of the goals holds", ((0, 0), (1, 0))),
    *_rows(2, "-> the second goal where the first holds, the else branch where it does not", ((0, 0), (1, 0))),
    *_rows(1, "\\+ the goal does not hold\nnot the goal does not hold", ((0, 0),)),
    *_rows(1, "call the goal holds\nonce the goal holds\ncall_nc the goal holds, called without cache", ((0, 0),)),
    *(row for n in range(2, 10) for row in _rows(n, "call the goal holds with further arguments", ((0, n - 1),))),
    *(row for n in range(2, 10) for row in _rows(n, "call_nc the goal holds with further arguments, called without cache", ((0, n - 1),))),
    *_rows(range(1, 10), "try_call the goal holds, if its predicate is known"),
    *_rows(3, "findall the list of all instances of a template that a goal has", ((1, 0),)),
    *_rows(3, "all the non-empty list of instances of a template, by free variables", ((1, 0),)),
    *_rows(3, "all_or_none the list of instances of a template, by free variables", ((1, 0),)),
    *_rows(2, "forall the second goal holds wherever the first does", ((0, 0), (1, 0))),
    *_rows(2, "=> the second goal holds wherever the first does\n<=> both goals hold, or neither", ((0, 0), (1, 0)), test=True),
    *_rows(2, "xor one of the goals holds, and not the other", ((0, 0), (1, 0)), test=True),
    *_rows(1, "forall the formula behind the colon holds for all values of the variables before it", test=True),
    *_rows(1, "exists the formula behind the colon holds for some values of the variables before it"),
    *_rows(2, "phrase the grammar's phrase is the whole list"),
    *_rows(3, "phrase the grammar's phrase is the beginning of the list, and the third argument the rest"),
    *_rows((2, 3, 5), "subquery the probability of a goal", ((0, 0),)),
    *_rows(1, "possible the goal holds in some world", ((0, 0),)),
)
"""Control constructs and the other builtins that call goals."""

_TABLE: tuple[Builtin, ...] = (
    *CONTROL,
    *_rows(2, "= the two terms unify"),
    *_rows(
        2,
        """
        \\=   the two terms do not unify
        ==    the two terms are the same
        \\==  the two terms are not the same
        <     the first number is smaller
        >     the first number is greater
        =<    the first number is smaller or equal
        >=    the first number is greater or equal
        =:=   the two numbers are equal
        =\\=  the two numbers are different
        @<    the first term comes first in the standard order
        @>    the first term comes last in the standard order
        @=<   the first term does not come last in the standard order
        @>=   the first term does not come first in the standard order
        subsumes_term  the first term is at least as general as the second
        subsumes_chk   the first term is at least as general as the second
        """,
        test=True,
    ),
    *_rows(
        1,
        """
        var          the term is an unbound variable
        nonvar       the term is not an unbound variable
        atom         the term is an atom
        atomic       the term is an atom or number
        compound     the term is a compound
        callable     the term is an atom or compound
        number       the term is a number
        integer      the term is an integer
        float        the term is a float
        rational     the term is a rational number
        simple       the term is no compound
        primitive    the term is a number or reference
        dbreference  the term is a reference into the clause database
        ground       the term has no variables
        is_list      the term is a closed list
        """,
        test=True,
    ),
    *_rows(
        2,
        """
        is         the first argument is the value of the second
        in         the first argument is one of a range, enumeration or list
        =..        a term and the list of its functor and arguments
        length     a list and the number of its elements
        sort       a list and its elements in standard order, each once
        succ       an integer and the next one
        atom_number  an atom and the number that it spells
        numbervars a term whose variables are numbered from 0
        varnumbers a term with variables for the numbered ones
        clause     a clause's head and body
        nocache    calls of a predicate, given by name and arity, are not cached
        use_module predicates of a library or file become visible
        module     a file's name and the predicates that it shows
        create_scope  a scope that holds the facts of a list
        find_scope a scope and a term
        .          files are loaded
        """,
    ),
    *_rows(
        3,
        """
        between    the third integer lies between the first two
        plus       the third number is the sum of the first two
        arg        a position, a compound and its argument there
        functor    a term, its name and its number of arguments
        compare    the standard order of two terms: <, = or >
        clause     a clause's head, body and probability
        numbervars a term whose variables are numbered from a number on
        sample_uniform1  one element of a list, each with the same probability
        """,
    ),
    *_rows((3, 4, 6), "subquery_in_scope the probability of a goal within a scope"),
    *_rows(range(2, 11), "call_in_scope the goal holds within a scope"),
    *_rows(
        1,
        """
        consult      a file is loaded
        unknown      unknown predicates fail (fail) or are an error (error)
        use_module   the predicates of a library or file become visible
        cmd_args     the arguments of the command line
        set_state    the state of the engine is the term
        check_state  the state of the engine is the term
        condition    the goal is a condition of the current query
        probabilityX the goal is queried
        seq          a fresh number
        """,
    ),
    *_rows(0, "nl ends the line that is written\nreset_state forgets the engine's state\nprint_state writes the engine's state"),
    *_rows(0, "dbg_printdb writes the clause database\ntrace writes the calls that follow\nnotrace ends what trace began"),
    *_rows(range(1, 10), "write writes terms\nwriteln writes terms and a line end\nwritenl writes terms and a line end"),
    *_rows(range(1, 10), "debugprint writes terms to the error stream\nerror ends with the terms as error message"),
)

_OWN: tuple[Builtin, ...] = (
    *_rows(
        2,
        """
        atom_chars   an atom and the list of its characters
        atom_codes   an atom and the list of its character codes
        atom_length  an atom and the number of its characters
        atom_string  an atom and the string of the same characters
        atomic_list_concat  a list of atoms and numbers, and the atom that they make together
        char_code    a character and its code
        date_number  a date and the number of its day, 0 for date(1970, 1, 1)
        date_string  a date and the string that spells it, such as "2019-01-04"
        datetime_number  a time and the number of its second, 0 for datetime(1970, 1, 1, 0, 0, 0)
        datetime_string  a time and the string that spells it, such as "2019-01-04T10:30:00"
        copy_term    a term and the same term with new variables
        downcase_atom  an atom and the same in small letters
        keysort      a list of pairs Key-Value and the same in the order of the keys
        msort        a list and its elements in standard order, equal ones as often as they occur
        number_chars a number and the list of its characters
        number_codes a number and the list of its character codes
        number_string  a number and the string that spells it
        string_chars a string and the list of its characters
        string_codes a string and the list of its character codes
        string_length  a string and the number of its characters
        string_lower a text and the string of the same in small letters
        string_upper a text and the string of the same in capital letters
        term_to_atom a term and the atom that spells it
        term_variables a term and the list of its variables
        unify_with_occurs_check  the two terms unify and stay finite
        upcase_atom  an atom and the same in capital letters
        """,
    ),
    *_rows(
        3,
        """
        atom_concat  two atoms and the atom that they make together
        atomic_list_concat  a list of atoms and numbers, a separator, and the atom that they make with it in between
        regex_match  a text, a regular expression that matches all of it, and the list of its groups
        format       atom(A), string(S), codes(C) or chars(C), and the text of a template and its arguments
        string_concat  two strings and the string that they make together
        """,
    ),
    *_rows(
        4,
        """
        duration_parts  a duration and its numbers of months, days and seconds
        regex_replace  a text, a regular expression, what replaces its matches, and the string of the result
        sort         a position (0 for the whole), an order such as @>=, a list and its elements in that order
        split_string a string, separators, characters to strip, and the pieces
        """,
    ),
    *_rows(5, "regex_search a text, a regular expression, the start and the end of a match, and the list of its groups"),
    *_rows(1, "is_date the term is a date\nis_datetime the term is a date and time", test=True),
    *_rows(5, "sub_atom an atom, the numbers of characters before, in and after a part of it, and the part"),
    *_rows((1, 2), "format writes a template with its directives replaced by arguments"),
    *_rows(1, "print writes a term with quotation marks\nwriteq writes a term with quotation marks"),
    *_rows(1, "write_canonical writes a term with quotation marks"),
)
"""Builtins that ProbLog does not have: those of Prolog that read and write text, copy and sort, regular expressions and dates."""

BUILTINS: Mapping[Signature, Builtin] = {row.signature: row for row in (*_TABLE, *_OWN)}
"""Signature -> builtin: ProbLog's, those of Prolog that ProbLog lacks, and the body operators of the language."""

OWN_BUILTINS: frozenset[Signature] = frozenset(row.signature for row in _OWN)
"""Builtins that ProbLog does not have; only the native grounder knows them."""

REDEFINABLE: frozenset[Signature] = OWN_BUILTINS | {
    ("forall", 2),
    ("forall", 1),
    ("exists", 1),
    ("=>", 2),
    ("<=>", 2),
    ("xor", 2),
    ("phrase", 2),
    ("phrase", 3),
}
"""Builtins that programs may define: to ProbLog they are no builtins, and its programs may have these names for themselves."""

WRITTEN_BUILTINS: frozenset[Signature] = frozenset({("sample_uniform1", 3)})
"""Builtins that are clauses of the library ``builtin``; a program that calls one loads it."""

NEGATIONS: frozenset[Signature] = frozenset({("\\+", 1), ("not", 1), ("forall", 2)})
"""Builtins whose goals are negated."""

DIRECTIVES: frozenset[Signature] = frozenset({("dynamic", 1), ("discontiguous", 1), ("multifile", 1), ("table", 1)})
"""Prolog's directives that change nothing here, but make the predicates ``name/arity`` that they list known."""

SPECIAL: frozenset[Signature] = frozenset({("query", 1), ("evidence", 1), ("evidence", 2)})
"""Heads of clauses that ask and observe; they are no predicates."""

UNSUPPORTED: Mapping[Signature, str] = {("!", 0): "the cut"}
"""Goals that are parsed and refused."""


def _names(text: str) -> frozenset[Signature]:
    """Return the signatures of a list such as ``append/2 append/3``."""
    split = [word.rsplit("/", 1) for word in text.split()]
    return frozenset((name, int(arity)) for name, arity in split)


_LISTS = _names(
    """
    append/2 append/3 delete/3 enum_groups/3 enum_groups/4 flatten/2 intersection/3 is_set/1 last/2 list_to_set/2 max_list/2
    max_member/2 member/2 memberchk/2 min_list/2 min_member/2 nextto/3 nth0/3 nth0/4 nth1/3 nth1/4 numlist/3 permutation/2 prefix/2
    proper_length/2 reverse/2 same_length/2 select/3 select/4 select_uniform/4 select_weighted/4 select_weighted/5 selectchk/3
    selectchk/4 subset/2 subtract/3 sum_list/2 union/3
    """
)
_APPLY = _names(
    """
    convlist/3 exclude/3 foldl/4 foldl/5 foldl/6 foldl/7 foldl_noinit/3 include/3 maplist/2 maplist/3 maplist/4 maplist/5 partition/4
    partition/5 scanl/4 scanl/5 scanl/6 scanl/7
    """
)
_OWN_LISTS = _names("pairs_keys/2 pairs_keys_values/3 pairs_values/2 sumlist/2")
_OWN_APPLY = _names("maplist/6 maplist/7")
_STRING = _names("concat/2 join/3 lst2str/2 str2int/2 str2lst/2 sub_string/5")

OWN_LIBRARY_PREDICATES: frozenset[Signature] = _OWN_LISTS | _OWN_APPLY
"""Predicates of libraries that ProbLog's libraries lack; only the native grounder knows them."""

LIBRARIES: Mapping[str, frozenset[Signature]] = {
    "lists": _LISTS | _OWN_LISTS,
    "apply": _APPLY | _OWN_APPLY,
    "string": _STRING,
    "aggregate": _names("aggregate/5 avg/2 enum_groups/4 maplist/3 max/2 max/3 min/2 min/3 nth0/3 sum/2 sum/3"),
    "collect": _LISTS | _OWN_LISTS | _APPLY | _OWN_APPLY | _STRING | _names("=>/2 collect_list/3 collect_list/4 collectgroup/4"),
    "cut": _names("cut/1 cut/2"),
    "control": _names("cut/2 cut/3 on_fail/2"),
    "assert": _names("assertz/1 retract/1 retractall/1"),
    "record": _names("current_key/1 erase/1 instance/2 recorda/2 recorda/3 recorded/2 recorded/3 recordz/2 recordz/3"),
    "scope": _LISTS | _OWN_LISTS | _names(":/2"),
    "db": _names("csv_load/2 sqlite_load/1"),
    "builtin": frozenset(),
    "aproblog": _names("use_semiring/7 use_semiring/8 use_semiring/9"),
    "nlp4plp": frozenset(),
}
"""ProbLog's libraries -> predicates that ``:- use_module(library(name)).`` makes visible."""

LIBRARY_GOALS: Mapping[Signature, GoalArguments] = {
    **{("maplist", n): ((0, n - 1),) for n in range(2, 8)},
    **{("foldl", n): ((0, n - 1),) for n in range(4, 8)},
    **{("scanl", n): ((0, n - 1),) for n in range(4, 8)},
    ("foldl_noinit", 3): ((0, 3),),
    ("include", 3): ((0, 1),),
    ("exclude", 3): ((0, 1),),
    ("partition", 4): ((0, 1),),
    ("partition", 5): ((0, 2),),
    ("convlist", 3): ((0, 2),),
    ("aggregate", 5): ((0, 2), (3, 0)),
    ("collect_list", 3): ((0, 0),),
    ("collect_list", 4): ((0, 0),),
    ("collectgroup", 4): ((0, 0),),
    ("=>", 2): ((0, 0),),
    ("on_fail", 2): ((0, 0), (1, 0)),
}
"""Library predicates that call some of their arguments."""

OPENING: frozenset[Signature] = frozenset({("consult", 1), (".", 2), ("csv_load", 2), ("sqlite_load", 1)})
"""Goals that bring predicates which only the grounder can know."""
