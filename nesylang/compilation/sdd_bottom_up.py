"""A formula compiled into an SDD manager with one vtree: work that can be left and taken up again."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from pysdd.sdd import SddManager, SddNode
from pysdd.sdd import Vtree as LibraryVtree

from nesylang.compilation.budget import CAREFUL_NODES, CAREFUL_PAIRS, Meter
from nesylang.compilation.encoding import Encoding
from nesylang.compilation.vtree import Vtree
from nesylang.formula import Formula, Kind
from nesylang.source import error
from nesylang.source.memory import address_space_left

MANAGER_BYTES = 200 << 20
"""Address space that a manager takes for its tables, most of which it never fills."""

GARBAGE = 200_000
"""How many nodes are made before those that nothing needs any more are freed."""

SMALL, TINY = 3_000, 100
"""Nodes of a manager, and elements of a node, below which no operation is a risk."""

STEPS = 100_000
"""Product of two sizes for each node that an operation on them might make: the largest that was seen where compiling succeeded."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder for files that the library reads and writes; raise NesyError E701 where there is no place for one."""
    try:
        with tempfile.TemporaryDirectory() as directory:
            yield Path(directory)
    except OSError as failure:
        hint = "name a folder that can be written to, with room in it, in the environment variable TMPDIR"
        raise error("E701", f"cannot write a temporary file: {failure.strerror or failure}", hint=hint) from None


def manager_of(tree: Vtree) -> SddManager:
    """Return a manager with a vtree; raise MemoryError where there is no room for its tables, for which the library ends the process."""
    left = address_space_left()
    if left is not None and left < MANAGER_BYTES:
        raise MemoryError
    with temporary_folder() as folder:
        path = folder / "program.vtree"
        path.write_text(tree.text(), encoding="ascii")
        return SddManager.from_vtree(LibraryVtree.from_file(str(path)))


class BottomUp:
    """Compiles bottom-up, all roots together; a gate that all its parents are done with is freed."""

    def __init__(self, formula: Formula, encoding: Encoding, tree: Vtree, meter: Meter) -> None:
        self.formula = formula
        self.encoding = encoding
        self.meter = meter
        self.manager = manager_of(tree)
        self.levels = tree.depth()
        self.nodes: dict[int, SddNode] = {}
        self.sizes: dict[int, int] = {}
        self.freed = 0
        """How many nodes were made and freed."""
        self.risk = 0
        """How many nodes the next operation might make."""
        self.pairs = 0
        """How many pairs of nodes it might look at."""
        self.done = 0
        self.total = 0
        self.combined = 0
        self.to_combine = 1
        self._collected = 0
        self._steps = self._work()

    @property
    def progress(self) -> float:
        """The part of all operations that is done: from 0 to 1."""
        return self.combined / self.to_combine

    @property
    def made(self) -> int:
        """How many nodes have been made so far."""
        return int(self.manager.count()) + self.freed

    def advance(self, limit: int) -> bool:
        """Go on until all roots are done, or an operation could lead to more nodes than allowed; return whether all are done.

        With few nodes allowed it stops before operations that might take long, too.
        """
        while self.made + self.risk <= limit:
            self.meter.done, self.meter.total = self.done, self.total
            self.meter.check(self.made)
            if limit <= CAREFUL_NODES and self.pairs > CAREFUL_PAIRS:
                return False
            if next(self._steps, self._steps) is not None:
                return self.made <= self.meter.budget.nodes
        return False

    def roots(self) -> list[SddNode]:
        """Return the decision nodes of the roots."""
        return [self._literal(root) for root in self.formula.roots]

    def _work(self) -> Iterator[None]:
        """Compile gate after gate, stopping before each operation."""
        order = self.formula.reachable(self.formula.roots)
        uses = Counter(map(abs, self.formula.roots))
        for number in order:
            node = self.formula.nodes[number - 1]
            if node.kind in (Kind.AND, Kind.OR):
                uses.update(map(abs, node.children))
                self.to_combine += len(node.children) - 1
        self.total = len(order)
        for self.done, number in enumerate(order):
            node = self.formula.nodes[number - 1]
            if node.kind is Kind.CONSTANT:
                self.nodes[number] = self.manager.true()
            elif node.kind is Kind.LEAF:
                self._keep(number, self._value(*node.children))
            else:
                members = [self._literal(child) for child in node.children]
                self._keep(number, (yield from self._combined(members, node.kind is Kind.AND)))
                for child in map(abs, node.children):
                    uses[child] -= 1
                    if not uses[child]:
                        self.nodes.pop(child).deref()
                self._collect()

    def _combined(self, members: list[SddNode], conjunction: bool) -> Generator[None, None, SddNode]:
        """Return a conjunction or disjunction; many members are taken from the right end of the vtree to the left one.

        On the right are the larger subtrees: what is combined first then stays below what follows, which does not have to go through it.
        """
        if len(members) > 2:
            members.sort(key=_position, reverse=True)
        result = members[0]
        for member in members[1:]:
            self._foresee(result, member)
            yield
            self.combined += 1
            result = result & member if conjunction else result | member
        return result

    def _foresee(self, one: SddNode, other: SddNode) -> None:
        """Note how many nodes an operation might make: its steps are at most the product of both sizes, and mostly far fewer."""
        self.risk = self.pairs = 0
        if self.manager.count() < SMALL:
            return
        size = self._size(other)
        if size >= TINY:
            self.pairs = size * self._size(one)
            self.risk = self.pairs // STEPS

    def _size(self, node: SddNode) -> int:
        identity = node.id
        if identity not in self.sizes:
            self.sizes[identity] = node.size()
        return self.sizes[identity]

    def _value(self, choice: int, value: int) -> SddNode:
        result = self.manager.true()
        for literal in reversed(self.encoding.literals(choice, value)):
            result = self.manager.literal(literal) & result
        return result

    def _literal(self, literal: int) -> SddNode:
        node = self.nodes[abs(literal)]
        return node if literal > 0 else ~node

    def _keep(self, number: int, node: SddNode) -> None:
        node.ref()
        self.nodes[number] = node

    def _collect(self) -> None:
        """Free what nothing refers to, where that is much."""
        count = self.manager.count()
        if count - self._collected > GARBAGE and self.manager.dead_count() * 2 > count:
            self.manager.garbage_collect()
            self.freed += count - self.manager.count()
            self._collected = self.manager.count()


def _position(node: SddNode) -> int:
    """Return the position of the part of the vtree that a node is about."""
    return -1 if node.is_true() or node.is_false() else int(node.vtree().position())
