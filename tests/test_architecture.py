"""The architecture as tests: stages import only what is before them, each library has one owner, and the house rules hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "nesylang"

STAGES = (
    "source",
    "syntax",
    "analysis",
    "grounding",
    "formula",
    "circuit",
    "compilation",
    "evaluation",
    "inference",
    "learning",
    "cli",
)
"""The folders of the package in the order in which data flows through them."""

FACADE = {
    "nesylang": {*STAGES[:-1], "api", "resources"},
    "nesylang.api": {*STAGES[:-1], "resources"},
    "nesylang.resources": {"source"},
    "nesylang.tensors": {"learning"},
    "nesylang.__main__": {"cli"},
}
"""The modules that are no stage, with what each may import."""

OWNERS: dict[str, Callable[[str], bool]] = {
    "lark": lambda module: stage_of(module) == "syntax",
    "problog": lambda module: stage_of(module) == "grounding" or module.startswith("nesylang.syntax.problog"),
    "pysdd": lambda module: module.startswith("nesylang.compilation.sdd"),
    "torch": lambda module: stage_of(module) in {"evaluation", "learning"},
    "numba": lambda module: module == "nesylang.evaluation.kernel",
    "pyarrow": lambda module: module == "nesylang.syntax.arrow_columns",
    "networkx": lambda module: stage_of(module) in STAGES[STAGES.index("formula") :],
}
"""For each library the modules that may import it."""

MAXIMAL_LINES = 400


@dataclass(frozen=True, slots=True)
class Import:
    """A module that is imported somewhere, inside functions included."""

    target: str
    line: int
    for_types_only: bool


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def stage_of(module: str) -> str:
    """Return the second part of a dotted name: its stage, or the name of a top-level module."""
    return module.split(".")[1] if "." in module else module


@cache
def parsed() -> dict[str, tuple[Path, ast.Module]]:
    """Return the syntax tree of every module of the package."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {module_name(path): (path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))) for path in paths}


def is_type_checking(node: ast.AST) -> bool:
    """Return whether a node is ``if TYPE_CHECKING:``."""
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def imports(tree: ast.AST, for_types_only: bool = False) -> Iterator[Import]:
    """Yield every import below a node: statements, and calls of import_module and __import__ with a literal name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, for_types_only)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            assert node.module
            if node.module == "nesylang":
                # `from nesylang import api` names a module, `from nesylang import load` the facade itself.
                for alias in node.names:
                    yield Import(f"nesylang.{alias.name}" if is_module(alias.name) else "nesylang", node.lineno, for_types_only)
            else:
                yield Import(node.module, node.lineno, for_types_only)
        elif is_type_checking(node):
            assert isinstance(node, ast.If)
            for statement in node.body:
                yield from imports(ast.Module([statement], []), for_types_only=True)
            for statement in node.orelse:
                yield from imports(ast.Module([statement], []), for_types_only)
        else:
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"import_module", "__import__"}:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield Import(first.value, node.lineno, for_types_only)
            yield from imports(node, for_types_only)


def is_module(name: str) -> bool:
    """Return whether the package has a folder or file of that name."""
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def allowed_targets(module: str) -> set[str]:
    """Return the stages and top-level modules that a module may import; itself is always allowed."""
    if module in FACADE:
        return FACADE[module]
    stage = stage_of(module)
    assert stage in STAGES, f"{module} belongs to no stage of the architecture"
    earlier = set(STAGES[: STAGES.index(stage) + 1])
    # resources reports its errors through source, so source alone may not import it.
    shared = set() if stage == "source" else {"resources"}
    return earlier | shared | ({"api", "nesylang"} if stage == "cli" else set())


def order_violations(module: str, found: Iterator[Import]) -> list[str]:
    """Return a line for each import that points against the order of the stages."""
    allowed = allowed_targets(module)
    return [
        f"{module}:{imported.line} imports {imported.target}"
        for imported in found
        if imported.target.split(".")[0] == "nesylang" and imported.target != module and stage_of(imported.target) not in allowed
    ]


def owner_violations(module: str, found: Iterator[Import]) -> list[str]:
    """Return a line for each import of a library that another module owns; torch may be named in annotations."""
    lines = []
    for imported in found:
        library = imported.target.split(".")[0]
        if library == "torch" and imported.for_types_only:
            continue
        if library in OWNERS and not OWNERS[library](module):
            lines.append(f"{module}:{imported.line} imports {imported.target}")
    return lines


def of_all_modules(check: Callable[[str, Iterator[Import]], list[str]]) -> list[str]:
    return [line for module, (_, tree) in parsed().items() for line in check(module, imports(tree))]


def test_the_package_is_parsed() -> None:
    assert {"nesylang", "nesylang.source.diagnostics", "nesylang.cli.main"} <= parsed().keys()
    assert {f"nesylang.{stage}" for stage in STAGES} - parsed().keys() == set(), "stages without __init__.py"


def test_stages_import_only_earlier_stages() -> None:
    found = of_all_modules(order_violations)
    assert found == [], "\n".join(found)


def test_each_library_has_one_owner() -> None:
    found = of_all_modules(owner_violations)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("module", "code", "wrong"),
    [
        ("nesylang.syntax.parser", "import nesylang.source.spans", False),
        ("nesylang.syntax.parser", "def f():\n    from nesylang.analysis.check import check", True),
        ("nesylang.syntax.parser", "importlib.import_module('nesylang.cli.main')", True),
        ("nesylang.syntax.parser", "from nesylang import load", True),
        ("nesylang.syntax.parser", "from nesylang import analysis", True),
        ("nesylang.syntax.parser", "if TYPE_CHECKING:\n    from nesylang.learning import Module", True),
        ("nesylang.syntax.parser", "import nesylang.resources", False),
        ("nesylang.source.spans", "import nesylang.resources", True),
        ("nesylang.api", "from nesylang.learning.module import Module", False),
        ("nesylang.api", "from nesylang.cli.main import main", True),
        ("nesylang.cli.run", "from nesylang.api import load", False),
        ("nesylang.evaluation.torch_engine", "import nesylang.learning", True),
    ],
)
def test_the_order_is_enforced(module: str, code: str, wrong: bool) -> None:
    assert bool(order_violations(module, imports(ast.parse(code)))) is wrong


@pytest.mark.parametrize(
    ("module", "code", "wrong"),
    [
        ("nesylang.syntax.tokens", "import lark", False),
        ("nesylang.analysis.check", "from lark import Token", True),
        ("nesylang.inference.query", "def f():\n    import torch", True),
        ("nesylang.inference.query", "if TYPE_CHECKING:\n    from torch import Tensor", False),
        ("nesylang.inference.query", "if TYPE_CHECKING:\n    pass\nelse:\n    import torch", True),
        ("nesylang.learning.module", "import torch.nn.functional as F", False),
        ("nesylang.evaluation.fused", "from numba import njit", True),
        ("nesylang.compilation.direct", "from pysdd.sdd import SddManager", True),
        ("nesylang.compilation.sdd_compiler", "from pysdd.sdd import SddManager", False),
        ("nesylang.grounding.native", "import networkx", True),
        ("nesylang.formula.loops", "import networkx", False),
    ],
)
def test_ownership_is_enforced(module: str, code: str, wrong: bool) -> None:
    assert bool(owner_violations(module, imports(ast.parse(code)))) is wrong


def test_only_declared_dependencies_are_imported() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["parquet"]]
    declared = {re.match(r"[A-Za-z0-9_-]+", requirement)[0] for requirement in requirements}
    assert declared - {"numpy"} == set(OWNERS), "numpy is there for torch, which warns without it"
    known = {*declared, "nesylang", *sys.stdlib_module_names}
    foreign = [
        f"{module}:{imported.line} imports {imported.target}"
        for module, (_, tree) in parsed().items()
        for imported in imports(tree)
        if imported.target.split(".")[0] not in known and not imported.for_types_only
    ]
    assert foreign == [], "\n".join(foreign)


def test_modules_are_short() -> None:
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, (path, _) in parsed().items()}
    found = [f"{module}: {length} lines" for module, length in lengths.items() if length > MAXIMAL_LINES]
    assert found == [], "\n".join(found)


def test_only_commands_print_or_exit() -> None:
    found = []
    for module, (_, tree) in parsed().items():
        if stage_of(module) == "cli" or module == "nesylang.__main__":
            continue
        found += [
            f"{module}:{node.lineno} calls {ast.unparse(node.func)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "sys.exit", "exit", "quit", "os._exit"}
        ]
    assert found == [], "\n".join(found)


def test_exceptions_are_caught_by_name() -> None:
    found = []
    for module, (_, tree) in parsed().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                if re.search(r"\b(everything|Exception|BaseException)\b", caught):
                    found.append(f"{module}:{node.lineno} catches {caught}")
    assert found == [], "\n".join(found)


def test_nothing_is_left_to_do() -> None:
    # Bracketed letters keep this file itself from matching.
    unfinished = re.compile(r"\bT[O]DO\b|\bF[I]XME\b|\bX[X]X\b|\bNotImplemented[E]rror\b")
    found = []
    for folder in ("nesylang", "grammar", "stdlib", "examples", "tests", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".nesy", ".lark", ".md"}:
                found += matching_lines(path, unfinished)
    assert found == [], "\n".join(found)


def test_grammar_and_stdlib_hold_no_python() -> None:
    # An editable install finds both beside the package only because no module of theirs has to be mapped.
    found = [str(path) for folder in ("grammar", "stdlib") for path in (ROOT / folder).rglob("*.py")]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("module", ["nesylang", "nesylang.api", "nesylang.cli.main"])
def test_torch_is_imported_only_when_needed(module: str, run_python: Callable[[str], str]) -> None:
    assert run_python(f"import sys, {module}; print('torch' in sys.modules)") == "False\n"


def test_every_diagnostic_code_is_used() -> None:
    from nesylang.source.codes import CODES

    used = {
        node.value
        for module, (_, tree) in parsed().items()
        if module != "nesylang.source.codes"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = sorted(set(CODES) - used)
    assert unused == [], ", ".join(unused)


def test_every_diagnostic_code_is_documented() -> None:
    from nesylang.source.codes import CODES

    page = ROOT / "docs" / "diagnostics.md"
    documented = set(re.findall(r"\b[EW]\d{3}\b", page.read_text(encoding="utf-8")))
    assert documented == set(CODES)


def test_public_definitions_have_docstrings() -> None:
    """Modules, public functions and public classes; data classes may leave it to their fields."""
    found = []
    for module, (path, tree) in parsed().items():
        if not ast.get_docstring(tree):
            found.append(str(path.relative_to(ROOT)))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                decorators = {ast.unparse(decorator).partition("(")[0].rpartition(".")[2] for decorator in node.decorator_list}
                if not ast.get_docstring(node) and not decorators & {"dataclass", "overload"}:
                    found.append(f"{module}:{node.lineno} {node.name}")
    assert found == [], "\n".join(found)


def project_files() -> list[Path]:
    """Return the files that git knows or would add; without git all files outside generated folders."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    except (FileNotFoundError, subprocess.CalledProcessError):
        generated = {".git", ".venv", "build", "dist", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not generated & set(path.relative_to(ROOT).parts)]
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def matching_lines(path: Path, pattern: re.Pattern[str]) -> list[str]:
    """Return ``file:line: text`` for the lines of a text file that match; nothing for other files."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    return [f"{path.relative_to(ROOT)}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)]


def test_the_project_speaks_only_of_itself() -> None:
    # Bracketed letters keep this file itself from matching.
    foreign = re.compile(
        r"\bC[E]O\b|\bcom[p]ass\b|\bfar[m]-|\bthis sessio[n]\b|\bissu[e] #?\d"
        r"|(?<!\w)\.librar[y]\b|/wor[k]/|pyp[i]\.org|files\.pythonhoste[d]"
    )
    files = project_files()
    assert ROOT / "pyproject.toml" in files
    found = [line for path in files for line in matching_lines(path, foreign)]
    assert found == [], "\n".join(found)
