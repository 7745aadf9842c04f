"""Milliseconds, losses and gradients of DeepLog for the sums of numbers, run by the Python that has it: it imports nothing of this project.

python peer_deeplog.py GIVEN RESULTS DIGITS REPEAT < /dev/null

GIVEN is a file of torch with logits (batch, 2 * DIGITS, 10) of the digits, those of the first number first, most significant first, and the
sums (batch,). RESULTS gets the losses (batch,), the gradients of their sum, and the seconds of each step after two that do not count.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import torch
from deeplog import Compiler, parse_symbol, without_structure
from deeplog.grounding.prolog import SimpleGrounder, str_to_rules
from deeplog.shape import get_all_symbols
from deeplog.systems.deepproblog import Solver, compile_to_module

RULES = """
nn(m, [X], Y, [0,1,2,3,4,5,6,7,8,9]) :: digit(X,Y).
add([], [], 0, []).
add([X|Xs], [Y|Ys], E, [D|Ds]) :- add(Xs, Ys, C, Ds), digit(X, A), digit(Y, B), is(T, +(A, +(B, C))), is(D, mod(T, 10)), is(E, div(T, 10)).
addition(X, Y, [C|Ds]) :- add(X, Y, C, Ds).
"""


def main(given: str, results: str, digits: int, repeat: int) -> None:
    """Write the results."""
    torch.set_num_threads(1)
    logits, sums = torch.load(given)
    images = [f"{number}{place}" for number in "xy" for place in range(digits)]
    goal = f"addition([{','.join(images[:digits])}],[{','.join(images[digits:])}],Z)"
    result = Solver(SimpleGrounder()).get_result(tuple(str_to_rules(RULES)), parse_symbol(goal))
    module = compile_to_module(result, Compiler())
    places = []
    for shape in module.get_input_shape():
        (symbol,) = get_all_symbols(shape)
        _, (image,), (value,) = without_structure(symbol)
        places.append(images.index(image) * 10 + int(value))
    answers = [int("".join(elements(without_structure(symbol)[3]))) for symbol in get_all_symbols(module.get_output_shape())]
    labels = torch.tensor([answers.index(total) for total in sums.tolist()])
    seconds = []
    for _ in range(repeat + 2):
        leaves = logits.clone().requires_grad_()
        started = time.perf_counter()
        columns = leaves.softmax(2).flatten(1).split(1, 1)
        found = module(*(columns[place] for place in places))
        losses = -found.gather(1, labels.unsqueeze(1)).log().squeeze(1)
        losses.sum().backward()
        seconds.append(time.perf_counter() - started)
    torch.save({"losses": losses.detach(), "gradients": leaves.grad, "seconds": seconds[2:]}, results)


def elements(symbol: tuple[Any, ...]) -> list[str]:
    """Return the digits in a list."""
    found = []
    while symbol[0] == "cons":
        _, (digit,), symbol = symbol
        found.append(digit)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:5]))
