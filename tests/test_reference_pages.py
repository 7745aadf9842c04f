"""The tables in docs/ have every row that the code has, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nesylang.analysis.arithmetic import FUNCTIONS
from nesylang.analysis.builtins import BUILTINS, CONTROL, LIBRARIES, UNSUPPORTED, Signature
from nesylang.cli.main import COMMANDS
from nesylang.source import Source
from nesylang.source.codes import CODES
from nesylang.syntax import parse, parse_term
from nesylang.syntax.operators import INFIX, PREFIX
from nesylang.syntax.statements import Clause
from nesylang.syntax.terms import Compound, Term, signature

ROOT = Path(__file__).resolve().parent.parent
ARITIES = re.compile(r"`(?P<name>(?:[^`\\]|\\.)+)`/(?P<arities>\d+(?: to \d+)?(?:, \d+)*)")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of the same rank."""
    rank = heading.split()[0]
    found = re.search(rf"^{re.escape(heading)}\n(?P<body>.*?)(?=^{rank} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no heading {heading}"
    return found["body"]


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of the rows of all tables in a text, headings and lines left out."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if line.startswith("|") and not set("".join(cells)) <= {"-"}:
            yield cells


def unescaped(text: str) -> str:
    return text.replace("\\|", "|")


def signatures(cell: str) -> Iterator[Signature]:
    """Yield the predicates of a cell such as `append`/2, 3 `last`/2."""
    for found in ARITIES.finditer(cell):
        for part in found["arities"].split(", "):
            low, _, high = part.partition(" to ")
            for arity in range(int(low), int(high or low) + 1):
                yield unescaped(found["name"]), arity


def test_operators() -> None:
    listed = {}
    for priority, kind, names in rows(section(page("language.md"), "## Operators")):
        if priority.isdigit():
            for name in re.findall(r"`([^`]+)`", names):
                listed[unescaped(name), kind in ("fy", "fx")] = (int(priority), kind)
    table = {(operator.name, operator.is_prefix): (operator.priority, operator.type) for operator in (*INFIX.values(), *PREFIX.values())}
    assert listed == table


def test_builtins() -> None:
    control = [(found, meaning) for name, meaning in rows(section(page("builtins.md"), "## Control")) for found in signatures(name)]
    others = [(found, meaning) for name, meaning in rows(section(page("builtins.md"), "## Other builtins")) for found in signatures(name)]
    assert {found for found, _ in control} == {row.signature for row in CONTROL}
    assert {found: unescaped(meaning) for found, meaning in control + others} == {found: row.meaning for found, row in BUILTINS.items()}


def test_libraries_of_problog() -> None:
    listed = {
        name.strip("`"): frozenset(signatures(predicates))
        for name, predicates in rows(section(page("builtins.md"), "## Libraries of ProbLog"))
        if name.startswith("`")
    }
    assert listed == LIBRARIES


def test_arithmetic() -> None:
    table = {what: set(re.findall(r"`([^`]+)`", names)) for what, names in rows(section(page("builtins.md"), "## Arithmetic"))}
    for what, arity in (("constants", 0), ("of one number", 1), ("of two numbers", 2)):
        assert table[what] == {name for name, count in FUNCTIONS if count == arity}


LIBRARY_FILES = sorted((ROOT / "stdlib").glob("*.nesy"))


@pytest.mark.parametrize("library", LIBRARY_FILES, ids=lambda library: library.stem)
def test_libraries_of_nesylang(library: Path) -> None:
    described = dict(descriptions(library))
    listed = {
        predicate.strip("`"): unescaped(meaning)
        for predicate, meaning in rows(page(f"stdlib/{library.stem}.md"))
        if re.match(r"`\w+\(.*\)(//\d)?`$", predicate)
    }
    defined = {
        found
        for statement in parse(Source(str(library), library.read_text(encoding="utf-8"))).statements
        if isinstance(statement, Clause)
        for head in statement.heads
        if (found := defined_predicate(head.atom)) is not None
    }
    assert {described_predicate(predicate) for predicate in listed} == {found for found in defined if not found[0].startswith("_")}
    assert listed == described


def defined_predicate(head: Term) -> tuple[str, int] | None:
    """Return what a clause defines; a nonterminal of a grammar rule has two arguments more than are written."""
    match head:
        case Compound(functor="-->", args=(nonterminal, _)):
            found = signature(nonterminal)
            return None if found is None else (found[0], found[1] + 2)
        case _:
            return signature(head)


def described_predicate(text: str) -> tuple[str, int] | None:
    """Return the predicate that a row of a table is about, such as ``last(?List, ?X)`` or ``anything(?List)//1``."""
    written, _, nonterminal = text.partition("//")
    found = signature(parse_term(Source("page", re.sub(r"[+?](?=[A-Z])", "", written))))
    return found if found is None or not nonterminal else (found[0], found[1] + 2)


def descriptions(library: Path) -> Iterator[tuple[str, str]]:
    """Yield the predicates that the comments of a library describe, with what they say."""
    text = library.read_text(encoding="utf-8")
    for found in re.finditer(r"^% ((?!_)\w+\([^)]*\)(?://\d)?): (.*(?:\n% .*)*)$", text, re.MULTILINE):
        yield found[1], found[2].replace("\n% ", " ")


@pytest.mark.parametrize("listing", ["builtins.md", "stdlib/index.md"])
def test_every_library_is_listed(listing: str) -> None:
    folder = "" if listing.startswith("stdlib/") else "stdlib/"
    text = page(listing)
    assert [library.stem for library in LIBRARY_FILES if f"[{library.stem}]({folder}{library.stem}.md)" not in text] == []


def test_diagnostics() -> None:
    headings = dict(re.findall(r"^### ([EW]\d{3}): (.*)$", page("diagnostics.md"), re.MULTILINE))
    assert headings == CODES


def test_commands() -> None:
    assert re.findall(r"^## nesy (\w+)$", page("commands.md"), re.MULTILINE) == list(COMMANDS)


def test_what_is_refused_is_listed() -> None:
    refused = section(page("language.md"), "## What is not supported yet")
    table = "\n".join(" ".join(row) for row in rows(refused))
    words = {f"`{keyword} " for keyword in ("constraint", "loss")}
    words |= {f"{name}(" if arity == 1 else f" {name} " if arity == 2 else name for name, arity in UNSUPPORTED}
    assert {word for word in words if word not in table} == set()
