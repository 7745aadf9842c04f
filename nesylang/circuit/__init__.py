"""The deterministic decomposable circuit that compilers return and engines evaluate."""

from nesylang.circuit.build import build_circuit
from nesylang.circuit.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties

__all__ = ["FALSE", "FIRST_LEAF", "TRUE", "Circuit", "Properties", "build_circuit"]
