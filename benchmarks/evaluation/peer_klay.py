"""Milliseconds and results of klay for a diagram, run by the Python that has klay: it imports nothing of this project.

python peer_klay.py DIAGRAM LOGARITHMS RESULTS REPEAT < /dev/null

LOGARITHMS is a file of torch with positive and negative logarithms (batch, variables); RESULTS gets root values, gradients and seconds.
"""

from __future__ import annotations

import resource
import sys
import time

import klay
import torch


def main(diagram: str, logarithms: str, results: str, repeat: int) -> None:
    torch.set_num_threads(1)
    positive, negative = torch.load(logarithms)
    circuit = klay.Circuit()
    circuit.add_sdd_from_file(diagram, [], [])
    module = circuit.to_torch_module(semiring="log", compile=False)
    seconds = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(repeat + 1):
        leaves = [positive.clone().requires_grad_(), negative.clone().requires_grad_()]
        started = time.perf_counter()
        roots = module(*leaves)
        roots.sum().backward()
        seconds.append(time.perf_counter() - started)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    torch.save({"roots": roots.detach(), "gradients": [leaf.grad for leaf in leaves], "seconds": seconds[1:], "memory": memory}, results)


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
