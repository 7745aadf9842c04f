"""The probabilities that a program itself gives the values of its choices."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import SupportsFloat

from nesylang.grounding.program import Choice, FixedWeight, HostWeight, InputWeight, LearnableWeight, NeuralWeight, Weight
from nesylang.source import error


def choice_probabilities(choice: Choice, functions: Collection[str] = ()) -> list[float]:
    """Return the probability of each value of a choice, the remainder last; raises E505 where it needs what the program does not state.

    Learnable alternatives weigh their initial values; in a choice without remainder they are scaled to the mass that the fixed
    alternatives leave, which is what the softmax of a module does. ``functions`` are the networks that errors call so.
    """
    probabilities = [_initial(choice, weight, functions) for weight in choice.weights]
    learnable = [isinstance(weight, LearnableWeight) for weight in choice.weights]
    if not choice.exhaustive:
        return [*probabilities, max(0.0, math.fsum([1.0, *(-p for p in probabilities)]))]
    if any(learnable):
        mass = max(0.0, math.fsum([1.0, *(-p for p, free in zip(probabilities, learnable, strict=True) if not free)]))
        total = math.fsum(p for p, free in zip(probabilities, learnable, strict=True) if free)
        if total > 0.0 and total != mass:
            return [p * mass / total if free else p for p, free in zip(probabilities, learnable, strict=True)]
        if total == 0.0:
            return [mass / sum(learnable) if free else p for p, free in zip(probabilities, learnable, strict=True)]
    return probabilities


def _initial(choice: Choice, weight: Weight, functions: Collection[str]) -> float:
    """Return the probability of an alternative; raises E505 where the program states none."""
    match weight:
        case FixedWeight(probability=probability):
            return probability
        case LearnableWeight(initial=None):
            raise error(
                "E505",
                "the program needs weights: this learnable probability has no initial value",
                choice.span,
                "needs a weight",
                "write t(0.5) for a value to start from, or embed the program with program.module({...}) and train it",
            )
        case LearnableWeight(initial=initial):
            assert initial is not None
            return initial
        case InputWeight(name=name):
            raise error(
                "E505",
                f"the program needs the input '{name}'",
                choice.span,
                "its facts differ by example",
                f"bring them from Python: program.with_inputs({name}=...), or by a file: nesy run PROGRAM --inputs values.json",
            )
        case HostWeight():
            return _held(weight)
        case NeuralWeight(network=network) if network in functions:
            raise error(
                "E505",
                f"the program needs tensors for the function '{network}'",
                choice.span,
                f"its probabilities come from '{network}', which works on tensors",
                f"make the program a module and pass it tensors: model = program.bind({network}=...).module(); model(x=...)",
            )
        case NeuralWeight(network=network):
            raise error(
                "E505",
                f"the program needs the network '{network}'",
                choice.span,
                f"its probabilities come from '{network}'",
                f'bind the network from Python: program.module({{"{network}": net}})',
            )


def _held(weight: HostWeight) -> float:
    """Return the number that Python holds now; raises E307 where it is no probability."""
    current = weight.current()
    current = current.item() if hasattr(current, "item") else current
    probability = float(current) if isinstance(current, SupportsFloat) else math.nan
    if not 0.0 <= probability <= 1.0:
        message = f"the probability of an answer to {weight.function} must lie in [0, 1], found {probability:.10g}"
        raise error("E307", message, weight.span, "declared here")
    return probability
