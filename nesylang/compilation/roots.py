"""What the roots and the leaves of a compiled program are called outside of it, and what leaves weigh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nesylang.circuit import TRUE
from nesylang.compilation.compiled import CompiledProgram
from nesylang.grounding.chances import choice_probabilities
from nesylang.grounding.program import Choice, FixedWeight, HostWeight, LearnableWeight
from nesylang.source import error
from nesylang.syntax.printer import print_term

EVIDENCE = "evidence"
"""The name of the root that says that all evidence is true."""

SHOWN = 3
"""Most alternatives that are named where it is said that none of them is taken."""


@dataclass(frozen=True, slots=True)
class Root:
    """A root by name: ``position`` is that in ``circuit.roots``, ``condition`` the name of what its probability is divided by, if any."""

    name: str
    position: int
    condition: str | None = None


def named_roots(compiled: CompiledProgram, name: str | None = None) -> tuple[Root, ...]:
    """Return the roots that a file is to have: those of all answers in the program's order, their conditions, and the evidence.

    With ``name``, an answer as ``nesy run`` prints it, or ``evidence``, that root and the one of its condition. Evidence that holds in all
    worlds, as no evidence does, is left out if there is any other root and it is not asked for. Raise E605 where the program has no such
    root.
    """
    roots = _all_roots(compiled)
    if name is None:
        return tuple(roots.values())
    if name == EVIDENCE:
        return (roots.get(name, Root(EVIDENCE, 0)),)
    found = roots.get(name) or {_plain(known): root for known, root in roots.items()}.get(_plain(name))
    if found is None:
        some = ", ".join(f"'{known}'" for known in list(roots)[:8])
        raise error("E605", f"the program has no answer '{name}'", hint=f"it has {some}{', ...' if len(roots) > 8 else ''}")
    return (found,) if found.condition is None else (found, roots[found.condition])


def _plain(name: str) -> str:
    return "".join(name.split())


def _all_roots(compiled: CompiledProgram) -> dict[str, Root]:
    evidence = None if compiled.circuit.roots[0] == TRUE else EVIDENCE
    answers: dict[str, Root] = {}
    conditions: dict[str, Root] = {}
    for query, positions, of_conditions in zip(compiled.ground.queries, compiled.answer_roots, compiled.condition_roots, strict=True):
        _, given, condition = query.name.partition(" given ")
        for answer, position, of_condition in zip(query.answers, positions, of_conditions, strict=True):
            name = f"{print_term(answer.atom)}{given}{condition}"
            divisor = evidence
            if of_condition != 0:
                divisor = f"condition of {name}"
                conditions.setdefault(divisor, Root(divisor, of_condition))
            answers.setdefault(name, Root(name, position, divisor))
    found = {**answers, **conditions}
    if evidence is not None or not found:
        found.setdefault(EVIDENCE, Root(EVIDENCE, 0))
    return found


def value_names(compiled: CompiledProgram, choices: Iterable[int]) -> dict[tuple[int, int], str]:
    """Return what each value of some choices means, such as ``rain`` and ``not rain``; where several say the same, with their lines."""
    ground = compiled.ground
    observed = [piece.atom for piece in ground.evidence if piece.value is None]
    names: dict[tuple[int, int], str] = {}
    places: dict[int, int] = {}
    for number in choices:
        if number >= len(ground.choices):
            atom = print_term(observed[compiled.indicators.index(number)])
            names[number, 0], names[number, 1] = f"observed {atom}", f"observed not {atom}"
            continue
        choice = ground.choices[number]
        places[number] = choice.span.line
        for value in range(choice.values):
            names[number, value] = _meaning(choice, value)
    return _apart(names, places)


def _apart(names: dict[tuple[int, int], str], places: dict[int, int]) -> dict[tuple[int, int], str]:
    """Return names of which no two are the same: with the line of the clause, and a number where that is not enough."""
    times = Counter(names.values())
    named = {leaf: f"{name} (line {places[leaf[0]]})" if times[name] > 1 and leaf[0] in places else name for leaf, name in names.items()}
    times = Counter(named.values())
    seen: Counter[str] = Counter()
    found = {}
    for leaf, name in named.items():
        seen[name] += 1
        found[leaf] = f"{name} #{seen[name]}" if times[name] > 1 else name
    return found


def _meaning(choice: Choice, value: int) -> str:
    atoms = [" ".join(print_term(atom).split()) for atom in choice.atoms]
    if value < len(atoms):
        return atoms[value]
    if len(atoms) == 1:
        return f"not {atoms[0]}"
    return f"none of {', '.join(atoms)}" if len(atoms) <= SHOWN else f"none of {', '.join(atoms[: SHOWN - 1])}, ..., {atoms[-1]}"


def value_weights(compiled: CompiledProgram, choices: Iterable[int]) -> dict[tuple[int, int], float]:
    """Return the weights of the values of those choices whose weights the program states; evidence that examples bring weighs 1."""
    ground = compiled.ground
    weights: dict[tuple[int, int], float] = {}
    for number in choices:
        if number >= len(ground.choices):
            weights[number, 0] = weights[number, 1] = 1.0
        elif all(_is_stated(weight) for weight in ground.choices[number].weights):
            for value, weight in enumerate(choice_probabilities(ground.choices[number])):
                weights[number, value] = weight
    return weights


def _is_stated(weight: object) -> bool:
    return isinstance(weight, FixedWeight | HostWeight) or (isinstance(weight, LearnableWeight) and weight.initial is not None)
