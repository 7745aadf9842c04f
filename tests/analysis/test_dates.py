"""The pass over dates that are written in a program."""

from __future__ import annotations

import pytest

import nesylang as nesy


def codes(text: str) -> list[str]:
    try:
        nesy.loads(text)
    except nesy.NesyError as failure:
        return [diagnostic.code for diagnostic in failure.diagnostics]
    return []


@pytest.mark.parametrize(
    "statement",
    [
        "p(date(2019, 2, 29)).",
        "p :- q(f([date(2019, 13, 1)])). q(_).",
        "0.5 :: p(datetime(2019, 1, 1, 25, 0, 0)).",
        "p(1). query p(date(0, 1, 1)).",
        "p(1). expect 0 :: p(date(2019, 4, 31)).",
    ],
)
def test_dates_that_do_not_exist(statement: str) -> None:
    assert codes(f"import dates. {statement}") == ["E234"]


@pytest.mark.parametrize(
    "statement",
    ["p(date(2020, 2, 29)).", "p(D) :- D in 30..31, is_date(date(2019, 2, D)).", "p :- is_date(date(2019, 2, 30)).", "p(date(a, b, c))."],
)
def test_other_terms(statement: str) -> None:
    assert codes(f"import dates. {statement}") == []


def test_programs_without_the_library_may_use_the_name() -> None:
    assert codes("p(date(2019, 2, 30)).") == []
