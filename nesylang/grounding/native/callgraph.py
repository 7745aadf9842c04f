"""What calls what: which predicates may depend on each other, which of them wait, which have certain answers only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from nesylang.analysis.components import strong_components
from nesylang.grounding.native.builtins.contract import Signature
from nesylang.grounding.native.goals import Call, Collect, Definition, Either, FactBlock, Gather, Goal, Meta, Not, Possible
from nesylang.source import Span

DYNAMIC: Signature = ("$dynamic", 0)
"""Stands for whatever a goal that is known only at run time may call: any predicate."""

DEEPEST_PLAIN = 8
"""Nesting of predicates that are evaluated by Python's own calls."""


class CallGraph:
    """Facts about predicates, worked out at once for all that are there, and for each that is made later from those it calls."""

    def __init__(self, definitions: Mapping[Signature, Definition], is_unknown: Callable[[Signature], bool]) -> None:
        self.definitions = definitions
        self.is_unknown = is_unknown
        self.components: dict[Signature, int] = {}
        self.plain: dict[Signature, int] = {}
        self.uncertain: set[Signature] = set()
        self.collects = any(
            _collects(element.body) for d in definitions.values() for element in d.elements if not isinstance(element, FactBlock)
        )
        self._extend(list(definitions))

    def _extend(self, signatures: list[Signature]) -> None:
        edges = {signature: list(dict.fromkeys(called for called, _ in self._called(signature))) for signature in signatures}
        if any(DYNAMIC in called for called in edges.values()):
            edges[DYNAMIC] = [signature for signature in signatures if not self.definitions[signature].made]
        for component in strong_components(edges, signatures):
            number = len(self.components)
            for signature in component:
                self.components[signature] = number
            self._describe(component, edges)

    def add(self, signatures: list[Signature]) -> None:
        """Look at predicates made while grounding; what is called dynamically belongs to the component of dynamic calls."""
        for signature in signatures:
            self.components[signature] = self.components.setdefault(DYNAMIC, -1)
        if any(self._is_uncertain(signature, set(signatures)) for signature in signatures):
            self.uncertain.update(signatures)

    def _called(self, signature: Signature) -> Iterator[tuple[Signature, bool]]:
        """Yield the predicates that one calls, and whether its answers need theirs to be certain."""
        definition = self.definitions.get(signature)
        if definition is None:
            return
        for element in definition.elements:
            if not isinstance(element, FactBlock):
                for goal in element.body:
                    yield from called_by(goal)

    def _describe(self, component: list[Signature], edges: Mapping[Signature, list[Signature]]) -> None:
        members = set(component)
        if any(self._is_uncertain(signature, members) for signature in component):
            self.uncertain.update(component)
        if len(component) == 1 and component[0] not in edges.get(component[0], ()) and component[0] != DYNAMIC:
            depths = [self._depth(called) for called in edges.get(component[0], ())]
            if all(depth is not None for depth in depths):
                depth = 1 + max((depth for depth in depths if depth is not None), default=0)
                if depth <= DEEPEST_PLAIN:
                    self.plain[component[0]] = depth

    def _depth(self, signature: Signature) -> int | None:
        definition = self.definitions.get(signature)
        if definition is None:
            return 0 if self.is_unknown(signature) else None
        return 0 if definition.extensional else self.plain.get(signature)

    def _is_uncertain(self, signature: Signature, members: set[Signature]) -> bool:
        definition = self.definitions.get(signature)
        if definition is not None:
            for element in definition.elements:
                if element.uncertain if isinstance(element, FactBlock) else element.template is not None:
                    return True
                if not isinstance(element, FactBlock):
                    if any(negated in members for negated, _ in negated_goals(element.body)):
                        return True
        if signature == DYNAMIC:
            return True
        return any(called in self.uncertain for called, counts in self._called(signature) if counts)


def called_by(goal: Goal) -> Iterator[tuple[Signature, bool]]:
    """Yield the predicates that a goal calls, and whether it holds for certain only if they do."""
    match goal:
        case Call(signature=signature):
            yield signature, True
        case Not(goal=Call(signature=signature)) | Collect(call=Call(signature=signature)) | Gather(call=Call(signature=signature)):
            yield signature, True
        case Possible(call=Call(signature=signature)):
            yield signature, False
        case Either(branches=branches):
            for branch in branches:
                for member in branch:
                    yield from called_by(member)
        case Meta():
            yield DYNAMIC, True
        case _:
            return


def negated_goals(body: Iterable[Goal]) -> Iterator[tuple[Signature, Span]]:
    """Yield the predicates that a body negates, and where."""
    for goal in body:
        match goal:
            case Not(goal=Call(signature=signature), span=span):
                yield signature, span
            case Either(branches=branches):
                for branch in branches:
                    yield from negated_goals(branch)


def _collects(body: Iterable[Goal]) -> bool:
    """Return whether a body collects answers into a list, or may do so by a goal that is known only at run time."""
    for goal in body:
        if isinstance(goal, Collect | Meta):
            return True
        if isinstance(goal, Either) and any(_collects(branch) for branch in goal.branches):
            return True
    return False
