"""Which grounders are held to problog: all others, or those that the environment variable ``NESY_COMPARED`` names."""

from __future__ import annotations

import os

from nesylang.grounding import GROUNDERS

COMPARED = tuple(name for name in os.environ.get("NESY_COMPARED", "native").split(",") if name in GROUNDERS)
"""The grounders; with ``NESY_COMPARED=problog`` problog's is compared with itself, which tests the tests."""

GENERATED = int(os.environ.get("NESY_GENERATED", "100"))
"""How many generated programs are compared."""
