"""Exact marginals of discrete networks by variable elimination over tables (Dechter 1999), the check of many cases."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Variable = Hashable


@dataclass(frozen=True, slots=True)
class Factor:
    """A table with an axis for each variable."""

    variables: tuple[Variable, ...]
    table: NDArray[np.float64]


def restricted(factor: Factor, observed: Mapping[Variable, int]) -> Factor:
    """Return the part of a factor that agrees with the observed values."""
    index = tuple(observed.get(variable, slice(None)) for variable in factor.variables)
    return Factor(tuple(variable for variable in factor.variables if variable not in observed), factor.table[index])


def product_of(factors: Sequence[Factor]) -> Factor:
    """Return the product of factors, over all their variables."""
    variables = tuple(dict.fromkeys(variable for factor in factors for variable in factor.variables))
    table = np.ones((1,) * len(variables))
    for factor in factors:
        order = sorted(range(len(factor.variables)), key=lambda axis: variables.index(factor.variables[axis]))
        shape = [1] * len(variables)
        for axis in order:
            shape[variables.index(factor.variables[axis])] = factor.table.shape[axis]
        table = table * np.transpose(factor.table, order).reshape(shape)
    return Factor(variables, table)


def marginal(factors: Iterable[Factor], asked: Variable, observed: Mapping[Variable, int]) -> NDArray[np.float64]:
    """Return the distribution of a variable given observations."""
    left = [restricted(factor, {key: value for key, value in observed.items() if key != asked}) for factor in factors]
    while True:
        neighbours: dict[Variable, set[Variable]] = {}
        for factor in left:
            for variable in factor.variables:
                neighbours.setdefault(variable, set()).update(factor.variables)
        hidden = [variable for variable in neighbours if variable != asked]
        if not hidden:
            break
        chosen = min(hidden, key=lambda variable: len(neighbours[variable]))
        joined = product_of([factor for factor in left if chosen in factor.variables])
        axis = joined.variables.index(chosen)
        kept = joined.variables[:axis] + joined.variables[axis + 1 :]
        left = [factor for factor in left if chosen not in factor.variables]
        left.append(Factor(kept, joined.table.sum(axis=axis)))
    weights = np.ravel(product_of(left).table)
    if asked in observed:
        only = np.zeros_like(weights)
        only[observed[asked]] = weights[observed[asked]]
        weights = only
    return np.asarray(weights / weights.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a network of truth values: its parents and its probability for each of their values, an axis for each."""

    parents: tuple[int, ...]
    table: NDArray[np.float64]


def factors_of(nodes: Sequence[Node]) -> list[Factor]:
    """Return the factors of a network; variable ``i`` is node ``i``, false first."""
    return [Factor((*node.parents, i), np.stack([1 - node.table, node.table], axis=-1)) for i, node in enumerate(nodes)]


def sampled(nodes: Sequence[Node], rng: random.Random) -> list[int]:
    """Return values of all nodes that are drawn from the network, so that evidence taken from them is possible."""
    values: list[int] = []
    for node in nodes:
        values.append(int(rng.random() < float(node.table[tuple(values[parent] for parent in node.parents)])))
    return values
