"""Files of sums and products that other compilers write, read as circuits over variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf, ldexp
from os import PathLike
from pathlib import Path

from nesylang.circuit.circuit import Circuit, Properties
from nesylang.circuit.formats.c2d import SHAPE, parse_c2d
from nesylang.circuit.formats.comments import Comments, read_comment
from nesylang.circuit.formats.d4 import KINDS, parse_d4
from nesylang.circuit.formats.parsed import ParsedGates, check_decomposable, undecided_sums
from nesylang.circuit.formats.tokens import Line, lines_of
from nesylang.circuit.gates import GateKind, Gates, circuit_of
from nesylang.circuit.smoothing import smoothed
from nesylang.source import Diagnostic, Label, NesyError, Source, Span, error
from nesylang.syntax.files import read_source

Number = int | float | Fraction


@dataclass(frozen=True, slots=True)
class Nnf:
    """A circuit over variables from 1: its choice ``v - 1`` has value 0 where variable ``v`` is true, and value 1 where it is false.

    ``circuit.roots[0]`` is the root of the file; ``roots`` has the positions of those that comments name. ``weights`` are those of the
    file by literal, ``names`` what it says about literals. ``undecided`` are the places of sums whose terms are not known to exclude each
    other: ``circuit.properties.deterministic`` tells whether there is none.
    """

    circuit: Circuit
    variables: int
    weights: Mapping[int, float] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    roots: Mapping[str, int] = field(default_factory=dict)
    undecided: tuple[Span, ...] = ()

    @property
    def literals(self) -> tuple[int, ...]:
        """The literal of each leaf of the circuit, in the order in which ``evaluate`` and ``TorchCircuit`` take weights."""
        return tuple(-(choice + 1) if value else choice + 1 for choice, value in self.circuit.leaves)

    def leaf_weights(self, weights: Mapping[int, float] | None = None) -> list[float]:
        """Return the weight of each leaf; ``weights`` are by literal (default: those of the file), and a missing one is 1.

        Where the weights of a variable do not sum to 1, the circuit has to be smooth: see ``smoothed``.
        """
        known = self.weights if weights is None else weights
        return [known.get(literal, 1.0) for literal in self.literals]

    def smoothed(self) -> Nnf:
        """Return the same with a circuit in which every root mentions all variables, which is right for weights of any sum."""
        return replace(self, circuit=smoothed(self.circuit, dict.fromkeys(range(self.variables), 2)))

    def count(self, root: str | None = None) -> int:
        """Return in how many assignments of the variables a root holds (default: the root of the file), exactly.

        Raise NesyError E409 where terms of sums are not known to exclude each other, E605 for a root that has no such name.
        """
        found = self._total({}, root)
        assert isinstance(found, int), "there are no weights"
        return found

    def weighted_count(self, weights: Mapping[int, Number] | None = None, root: str | None = None) -> Number:
        """Return the sum, over these assignments, of the products of the weights of their literals.

        Weights may be ints, fractions or floats; they are by literal (default: those of the file), and a missing one is 1. Raise as
        ``count`` does.
        """
        return self._total(self.weights if weights is None else weights, root)

    def _total(self, weights: Mapping[int, Number], root: str | None) -> Number:
        if self.undecided:
            raise self._not_deterministic()
        if root is not None and root not in self.roots:
            known = f"its roots are {', '.join(self.roots)}" if self.roots else "it names no roots"
            raise error("E605", f"the file has no root '{root}'", hint=known)
        # Variables that do not occur are free; the others are smoothed, so that their weights may have any sum.
        used = {choice for choice, _ in self.circuit.leaves}
        circuit = smoothed(self.circuit, dict.fromkeys(used, 2))
        values: list[Number] = [0, 1]
        for choice, value in circuit.leaves:
            values.append(weights.get(-(choice + 1) if value else choice + 1, 1))
        for inner in range(circuit.inner_count):
            values.append(sum(values[left] * values[right] for left, right in circuit.elements(inner)))
        found = values[circuit.roots[0 if root is None else self.roots[root]]]
        weighted = sorted({abs(literal) for literal in weights if abs(literal) <= self.variables and abs(literal) - 1 not in used})
        for variable in weighted:
            found *= weights.get(variable, 1) + weights.get(-variable, 1)
        return _doubled(found, self.variables - len(used) - len(weighted))

    def _not_deterministic(self) -> NesyError:
        shown = tuple(Label(span, "terms that may hold together") for span in self.undecided[:3])
        count = len(self.undecided)
        message = f"{'a sum' if count == 1 else f'{count:,} sums'} of the file cannot be shown to be deterministic"
        hint = "a count would be too large where terms hold together; read_nnf(path, deterministic=True) if the file's maker guarantees it"
        return NesyError([Diagnostic("E409", message, shown, hint)])


def _doubled(number: Number, times: int) -> Number:
    """Return a number doubled some times: exactly, but infinite where a float is too small for it."""
    if not isinstance(number, float):
        return number << times if isinstance(number, int) else number * (1 << times)
    try:
        return ldexp(number, times)
    except OverflowError:
        return inf


def read_nnf(path: str | PathLike[str], *, variables: int | None = None, deterministic: bool = False) -> Nnf:
    """Return the circuit in a file in nnf, of c2d or of d4.

    ``variables`` is the number of variables where the file does not say it (files of d4 have those that occur, otherwise).
    ``deterministic`` takes it on trust that the terms of all sums exclude each other. Raise NesyError E407 for a file that is malformed or
    not decomposable, E701 for one that cannot be read.
    """
    return parse_nnf(read_source(Path(path)), variables=variables, deterministic=deterministic)


def parse_nnf(source: Source, *, variables: int | None = None, deterministic: bool = False) -> Nnf:
    """Return the circuit in a text, as ``read_nnf`` does."""
    comments = Comments()
    lines: list[Line] = []
    for line in lines_of(source):
        if line.words[0] == "c":
            read_comment(line, comments)
        else:
            lines.append(line)
    parsed = _parsed(source, lines)
    count = _variable_count(source, parsed, comments, variables)
    comments.check(count)
    check_decomposable(parsed)
    undecided = [] if deterministic or comments.deterministic else undecided_sums(parsed)
    properties = Properties(decomposable=True, deterministic=not undecided, value_smooth=True, smooth=False, nnf=True)
    roots = [*parsed.gates.roots]
    for number, line in comments.roots.values():
        if number not in parsed.numbers:
            raise line.wrong(f"there is no node {number:,}", 2, "expected the number of a node")
        roots.append(parsed.numbers[number])
    circuit = circuit_of(Gates(parsed.gates.gates, tuple(roots)), properties)
    names = {name: position for position, name in enumerate(comments.roots, 1)}
    return Nnf(circuit, count, comments.literal_weights(), comments.names, names, tuple(parsed.places[sum_] for sum_ in undecided))


def _parsed(source: Source, lines: Sequence[Line]) -> ParsedGates:
    if not lines:
        end = len(source.text)
        hint = f"a file of c2d starts with '{SHAPE}', one of d4 with a node such as 'o 1 0'"
        raise error("E407", "the file has no node", Span(source, max(0, end - 1), end), "expected a circuit", hint)
    first = lines[0].words[0]
    if first == "nnf":
        return parse_c2d(lines)
    if first in KINDS:
        return parse_d4(lines)
    if first == "p":
        hint = "this looks like a CNF in DIMACS format; compile it with a tool such as d4 or c2d first"
        raise lines[0].wrong("the file is no circuit", 0, "expected 'nnf' or a node", hint)
    hint = f"a file of c2d starts with '{SHAPE}', one of d4 with a node such as 'o 1 0'"
    raise lines[0].wrong(f"the file starts with '{first}', which is no circuit in nnf", 0, "expected 'nnf' or a node", hint)


def _variable_count(source: Source, parsed: ParsedGates, comments: Comments, asked: int | None) -> int:
    """Return the number of variables; raise E407 where what is said about it does not agree."""
    used = max((gate.children[0] + 1 for gate in parsed.gates.gates if gate.kind is GateKind.LEAF), default=0)
    stated = comments.variables if parsed.variables is None else parsed.variables
    if stated is None:
        stated = max([used, *map(abs, comments.weights)]) if asked is None else asked
    elif asked is not None and asked != stated:
        raise error("E407", f"{source.name} has {stated:,} variables, not {asked:,}", hint="leave 'variables' out: the file says it")
    if used > stated:
        place = next(
            place
            for gate, place in zip(parsed.gates.gates, parsed.places, strict=True)
            if gate.kind is GateKind.LEAF and gate.children[0] + 1 > stated
        )
        raise error("E407", f"variable {used:,} is beyond the {stated:,} that there are", place, "used here")
    return stated
