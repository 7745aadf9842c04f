"""The weights of a circuit's leaves that a program states itself."""

from __future__ import annotations

from collections.abc import Mapping

from nesylang.circuit import Circuit
from nesylang.grounding.chances import choice_probabilities
from nesylang.grounding.program import GroundProgram


def leaf_probabilities(ground: GroundProgram, circuit: Circuit, observations: Mapping[int, bool] | None = None) -> list[float]:
    """Return the probability of each leaf, in the order of ``circuit.leaves``.

    ``observations`` maps pseudo-choices (evidence that each example brings, numbered from ``len(ground.choices)``) to what is observed;
    one that is missing is unobserved. Raises E505 where a leaf needs a network or a learnable weight without initial value.
    """
    functions = {name for name, network in ground.networks.items() if network.is_foreign}
    known: dict[int, list[float]] = {}
    result = []
    for number, value in circuit.leaves:
        if number not in known:
            if number < len(ground.choices):
                known[number] = choice_probabilities(ground.choices[number], functions)
            else:
                observed = (observations or {}).get(number)
                known[number] = [float(observed is not False), float(observed is not True)]
        result.append(known[number][value])
    return result
