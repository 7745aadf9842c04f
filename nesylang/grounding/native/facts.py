"""Facts by their bound arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nesylang.grounding.native.goals import Definition, FactBlock
from nesylang.grounding.native.terms import Real, Store, Value, unify

Entry = object
"""A matching fact: its free arguments; where some facts are uncertain a pair of them and the fact's number."""


class Facts:
    """The facts of a predicate, or of one block of them.

    Facts are numbered over the blocks; ``literals`` has the literals of the uncertain ones made so far, with a 0 behind them for the
    number -1, which all certain ones have.
    """

    def __init__(self, blocks: list[FactBlock], arity: int, literal: Callable[[tuple[int, int, int]], int]) -> None:
        self.arity = arity
        self.uncertain = any(block.uncertain for block in blocks)
        self.blocks = blocks
        self.make = literal
        self.sources = [s for block in blocks for s in block.sources or [None] * len(block.rows)] if self.uncertain else []
        self.literals = [0] * (len(self.sources) + 1)
        self.look_ups: dict[tuple[str, int | None], dict[object, list[Entry]] | None] = {}

    @classmethod
    def of(cls, definition: Definition, literal: Callable[[tuple[int, int, int]], int]) -> Facts:
        """Return the facts of a predicate that has nothing else."""
        blocks = [element for element in definition.elements if isinstance(element, FactBlock)]
        return cls(blocks, definition.signature[1], literal)

    def literal(self, number: int) -> int:
        """Return the literal of a fact."""
        if number < 0:
            return 0
        found = self.literals[number]
        if not found:
            source = self.sources[number]
            assert source is not None, "certain facts have the number -1"
            found = self.literals[number] = self.make(source)
        return found

    def rows(self) -> Iterator[tuple[tuple[Value, ...], int]]:
        """Yield all facts with their numbers."""
        number = 0
        for block in self.blocks:
            if not block.uncertain:
                for row in block.rows:
                    yield row, -1
            else:
                for offset, row in enumerate(block.rows):
                    yield row, -1 if block.sources[offset] is None else number + offset
            number += len(block.rows) if self.uncertain else 0

    def by(self, adornment: str) -> dict[object, list[Entry]]:
        """Return the facts by their bound arguments; entries have the free ones."""
        found = self._look_up(adornment, None)
        assert found is not None, "only arguments that have to be numbers can refuse"
        return found

    def by_number(self, adornment: str, extra: int) -> dict[object, list[Entry]] | None:
        """Return the facts by their bound arguments and by one that is a number in all facts; None where it is not."""
        return self._look_up(adornment, extra)

    def _look_up(self, adornment: str, extra: int | None) -> dict[object, list[Entry]] | None:
        key = (adornment, extra)
        if key not in self.look_ups:
            self.look_ups[key] = self._index(adornment, extra)
        return self.look_ups[key]

    def _index(self, adornment: str, extra: int | None) -> dict[object, list[Entry]] | None:
        bound = [position for position, letter in enumerate(adornment) if letter == "b"]
        free = [position for position, letter in enumerate(adornment) if letter != "b"]
        result: dict[object, list[Entry]] = {}
        if extra is None and not self.uncertain and len(adornment) == 2 and len(bound) == 1:
            given, other = bound[0], free[0]
            for block in self.blocks:
                for row in block.rows:
                    value = row[given]
                    entries = result.get(value)
                    if entries is None:
                        result[value] = [row[other]]
                    else:
                        entries.append(row[other])
            return result
        for row, number in self.rows():
            key: object = row[bound[0]] if len(bound) == 1 else tuple([row[position] for position in bound])
            if extra is not None:
                value = row[extra]
                if type(value) is not int and type(value) is not Real:
                    return None
                key = (key, value)
            output: object = row[free[0]] if len(free) == 1 else tuple([row[position] for position in free])
            result.setdefault(key, []).append((output, number) if self.uncertain else output)
        return result

    def answers(self, store: Store, adornment: str, key: object, inputs: tuple[Value, ...]) -> Iterator[tuple[object, int]]:
        """Yield the outputs and numbers of the facts that match a call."""
        if "p" not in adornment:
            entries = self.by(adornment).get(key, ())
            yield from entries if self.uncertain else ((entry, -1) for entry in entries)  # type: ignore[misc]
            return
        plain = adornment.replace("p", "f")
        bound = tuple(value for value, letter in zip(inputs, adornment.replace("f", ""), strict=True) if letter == "b")
        positions = [position for position, letter in enumerate(adornment) if letter != "b"]
        given = [value for value, letter in zip(inputs, adornment.replace("f", ""), strict=True) if letter == "p"]
        for entry in self.by(plain).get(bound[0] if len(bound) == 1 else bound, ()):
            output: object
            number: int
            output, number = entry if self.uncertain else (entry, -1)  # type: ignore[misc]
            values: tuple[Value, ...] = (output,) if len(positions) == 1 else output  # type: ignore[assignment]
            partial = [value for position, value in zip(positions, values, strict=True) if adornment[position] == "p"]
            if all(unify(left, right, []) for left, right in zip(store.instantiate(given), partial, strict=True)):
                yield output, number
