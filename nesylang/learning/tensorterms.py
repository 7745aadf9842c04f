"""Terms that stand for what networks and functions return: computed before the networks that are applied to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from nesylang.grounding.program import GroundProgram, NetworkSignature
from nesylang.learning.inputs import Tensors, tensor_name
from nesylang.learning.networks import NetworkCall, network_calls
from nesylang.source import error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Compound, Term


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a network that returns tensors: ``terms`` stand for them, in the order of the call's applications.

    ``rank`` is 1 more than the largest rank of what the network is applied to; tensors that Python passes, and symbols, have rank 0.
    """

    rank: int
    call: NetworkCall
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class TensorPlan:
    """What is computed in a step, in order: tensor terms by rank, then the networks that have columns.

    ``named`` are the tensors that Python passes, each with a term that uses it.
    """

    steps: tuple[Step, ...]
    calls: Mapping[str, NetworkCall]
    named: Mapping[str, Term]

    @property
    def used(self) -> dict[str, NetworkCall]:
        """A call of each network and function that is used."""
        return {**{step.call.signature.name: step.call for step in self.steps}, **self.calls}

    def tensors(self, network: Callable[[str], nn.Module], named: Mapping[str, Tensor], batch: int, device: torch.device) -> Tensors:
        """Return the named tensors and those of all tensor terms, (batch, ...), or (1, ...) where all examples have the same."""
        tensors: dict[str | Term, Tensor] = {}
        tensors.update(named.items())
        for step in self.steps:
            parts = step.call.tensors(network(step.call.signature.name), tensors, batch, device)
            tensors.update(zip(step.terms, parts, strict=True))
        return tensors


def tensor_plan(ground: GroundProgram) -> TensorPlan:
    """Return the plan of a ground program; raises E602 for terms that name no tensor, E311 for symbols that a network does not take."""
    calls = network_calls(ground)
    order = _computed_terms((term for call in calls.values() for term in call.tensor_terms()), ground.networks)
    ranks: dict[Term, int] = {}
    constants: set[Term] = set()
    groups: dict[tuple[int, str], list[Compound]] = {}
    for term in order:
        signature = ground.networks[term.functor]
        inputs = [part for part, symbols in zip(term.args, signature.inputs, strict=True) if symbols is None]
        ranks[term] = 1 + max((ranks.get(part, 0) for part in inputs), default=0)
        if all(part in constants for part in inputs):
            constants.add(term)
        groups.setdefault((ranks[term], term.functor), []).append(term)
    known = frozenset(constants)
    steps = []
    for (rank, name), terms in sorted(groups.items(), key=lambda item: item[0][0]):
        steps.append(Step(rank, NetworkCall(ground.networks[name], tuple(term.args for term in terms), known), tuple(terms)))
    final = {name: NetworkCall(call.signature, call.applications, known) for name, call in calls.items()}
    used = [*(step.call for step in steps), *final.values()]
    named = {tensor_name(term): _placed(term, call) for call in used for term in call.tensor_terms() if term not in ranks}
    return TensorPlan(tuple(steps), final, named)


def _placed(term: Term, call: NetworkCall) -> Term:
    """Return a term with the place of the network that is applied to it, if it was made while grounding and has none of its own."""
    return term if term.span.source.text else replace(term, span=call.signature.span)


def _computed_terms(terms: Iterable[Term], networks: Mapping[str, NetworkSignature]) -> list[Compound]:
    """Return the terms that networks compute, each once, the inputs of each before it; without recursion."""
    order: dict[Compound, None] = {}
    pending: list[tuple[Term, bool]] = [(term, False) for term in terms][::-1]
    while pending:
        term, ready = pending.pop()
        if not isinstance(term, Compound) or term in order:
            continue
        signature = networks.get(term.functor)
        if signature is None or not signature.returns_tensor or len(signature.inputs) != len(term.args):
            continue
        if ready:
            order[term] = None
            continue
        pending.append((term, True))
        for part, symbols in zip(term.args, signature.inputs, strict=True):
            if symbols is None:
                pending.append((part, False))
            elif part not in symbols:
                message = f"{print_term(part)} is not a value that network '{signature.name}' takes"
                raise error("E311", message, signature.span, f"applied in {print_term(term)}")
    return list(order)
