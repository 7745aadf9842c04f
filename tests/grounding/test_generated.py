"""Generated programs: each grounder against problog, the grounder ``problog``, and the enumeration of worlds.

``NESY_GENERATED=2000`` compares more of them; ``python -m tests.reference.parity`` prints what differs.
"""

from __future__ import annotations

import random
import re
import time

import pytest

from nesylang.analysis import analyse
from nesylang.grounding import GROUNDERS
from nesylang.source import Source
from nesylang.syntax import parse
from tests.reference import parity
from tests.reference.compared import COMPARED, GENERATED
from tests.reference.generated import GeneratedClause, GeneratedProgram, generate
from tests.reference.parity import Answered, Refused, compare, examine_many, outcome, problog_answers, shrink

CHUNK = 50

CONSTRUCTS = {
    "disjunctions": r"::\w+(\(.*?\))?; ",
    "probabilistic rules": r"::\w+\d(\(.*?\))? :- ",
    "computed probabilities": r"^W\d*::",
    "negation": r"\\\+ ?\w|not ",
    "negated conjunctions": r"\\\+ \(",
    "if-then-else": " -> ",
    "disjunctions of goals": r"\(.* ; ",
    "arithmetic": r" is | mod ",
    "between": r"between\(",
    "succ and plus": r"succ\(|plus\(",
    "left recursion": r"^path\d\(X,Y\) :- path\d\(X,Z\)",
    "mutual recursion": r"^step\d",
    "function symbols": r"nat\(s\(X\)\)",
    "append": r"append\(",
    "lists taken apart": r"select\(|nth0\(|nth1\(|last\(",
    "open answers": r"id\(|wrap\(|append\(\[\]",
    "call/N": r"call\(",
    "=..": r"=\.\.",
    "findall and all": r"findall\(|[ (]all\(",
    "forall": r"forall\(",
    "once": r"once\(",
    "subquery": r"subquery\(",
    "higher-order": r"maplist\(|include\(|foldl\(|partition\(",
    "functor and arg": r"functor\(|arg\(",
    "atom_number": r"atom_number\(",
    "compare and sort": r"compare\(|sort\(",
    "evidence": r"^evidence\(",
    "evidence rules": r"^evidence\(.*\) :- ",
    "query rules": r"^query\(.*\) :- ",
    "open probabilistic facts": r"^0\.3::noise\(X\)",
    "negated heads": r"^\\\+",
}
"""What the generated programs contain, as regular expressions."""


@pytest.mark.parametrize("grounder", COMPARED)
@pytest.mark.parametrize("first", range(0, GENERATED, CHUNK))
def test_generated_programs(first: int, grounder: str) -> None:
    tally = examine_many(range(first, min(first + CHUNK, GENERATED)), GROUNDERS[grounder])
    assert tally.reports == (), "\n".join(tally.reports)
    assert sum(tally.skipped.values()) < 0.15 * tally.examined, tally.skipped


def test_the_same_seed_gives_the_same_program() -> None:
    assert generate(random.Random(7)).text == generate(random.Random(7)).text
    assert generate(random.Random(7)).text != generate(random.Random(8)).text


def test_the_programs_pass_analysis() -> None:
    for seed in range(50):
        analyse(parse(Source("generated", generate(random.Random(seed)).text)))


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_every_construct_is_generated(construct: str) -> None:
    pattern = re.compile(CONSTRUCTS[construct], re.MULTILINE)
    assert any(pattern.search(generate(random.Random(seed)).text) for seed in range(GENERATED))


def test_differences_are_found() -> None:
    one, other = (outcome(text, GROUNDERS["problog"]) for text in ("0.5::a. query(a).", "0.4::a. query(a)."))
    assert compare(one, one) == []
    assert compare(one, other) == ["a: expected 0.5, found 0.4"]
    refused = outcome("p :- X is Y. query(p).", GROUNDERS["problog"])
    assert isinstance(refused, Refused)
    assert compare(one, refused)
    assert compare(refused, one)


def test_networks_have_the_same_weights_in_each_program() -> None:
    text = "nn(m,[X],Y,[a,b,c])::p(X,Y). t(_)::u. query(p(1,_)). query(u)."
    one, other = (outcome(text, GROUNDERS["problog"]) for _ in range(2))
    assert isinstance(one, Answered)
    assert compare(one, other) == []
    assert sum(one.table["p(1,_)"].values()) == pytest.approx(1)
    assert len(set(one.table["p(1,_)"].values())) == 3


def test_programs_are_shrunk() -> None:
    clauses = [GeneratedClause(f"p{number}", ("true", f"p{number + 1}")) for number in range(8)]
    small = shrink(GeneratedProgram(tuple(clauses)), lambda program: "p5 :- " in program.text)
    assert small.text in ("p5 :- true.\n", "p5 :- p6.\n")


def test_problog_has_no_conditionals() -> None:
    program = GeneratedProgram((GeneratedClause("p", ("(q -> r ; s -> t ; u)",)), GeneratedClause("p", ("(q -> r)",))))
    assert program.problog_text == "p :- (q, r ; \\+ (q), s, t ; \\+ (q), \\+ (s), u).\np :- (q, r).\n"
    assert problog_answers("0.3::q. p :- (q, fail ; \\+ (q), true). query(p).") == {"p": pytest.approx(0.7)}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_limit_holds_where_python_drops_the_first_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        def __del__(self) -> None:
            time.sleep(10)

    def never_ends() -> None:
        Slow()
        time.sleep(10)

    monkeypatch.setattr(parity, "AGAIN", 0.1)
    began = time.monotonic()
    with pytest.raises(parity.OutOfTime), parity.limited(0.1):
        never_ends()
    assert time.monotonic() - began < 5
