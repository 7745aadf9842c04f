"""What all tests share: one thread per process, reproducible property tests, and the folder of the project."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import problog  # noqa: F401 - raises Python's recursion limit when it is first imported, which hypothesis must not see inside a test
import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: the tests share the cores already
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ["NESYLANG_CACHE"] = ""  # what was compiled in another test, or by another version, is not to be found

settings.register_profile("reproducible", derandomize=True, deadline=None, database=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "reproducible"))

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def subprocess_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a subprocess in which `nesy` and `python` are this interpreter with this checkout."""
    commands = tmp_path_factory.mktemp("bin")
    scripts = {
        "nesy": f"exec '{sys.executable}' -c 'import sys; from nesylang.cli.main import main; sys.exit(main())' \"$@\"",
        "python": f"exec '{sys.executable}' \"$@\"",
    }
    for name, line in scripts.items():
        script = commands / name
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
    path = os.pathsep.join([str(commands), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def run_python(subprocess_environment: dict[str, str], tmp_path: Path) -> Callable[[str], str]:
    """A function that runs Python code in a fresh interpreter, outside the checkout, and returns what it prints."""

    def run(code: str) -> str:
        completed = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=subprocess_environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert completed.returncode == 0, completed.stderr
        return completed.stdout

    return run
