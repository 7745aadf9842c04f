"""What an installation needs: the folders beside the package, the metadata, and pinned requirements."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

import nesylang
from nesylang.resources import grammar_path, stdlib_directory
from nesylang.source import NesyError


@pytest.fixture(scope="module")
def metadata(project_root: Path) -> dict[str, dict[str, object]]:
    with (project_root / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


@pytest.fixture(scope="module")
def constraints(project_root: Path) -> dict[str, str]:
    """Name -> pinned version of constraints.txt."""
    lines = (project_root / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_grammar_is_found() -> None:
    assert grammar_path().is_file()
    assert grammar_path().name == "nesy.lark"


def test_stdlib_is_found() -> None:
    assert (stdlib_directory() / "lists.nesy").is_file()


def test_packaged_resources_come_first(tmp_path: Path) -> None:
    package = tmp_path / "nesylang"
    for folder in (package / "_grammar", package / "_stdlib", tmp_path / "grammar", tmp_path / "stdlib"):
        folder.mkdir(parents=True)
    assert grammar_path(package) == package / "_grammar" / "nesy.lark"
    assert stdlib_directory(package) == package / "_stdlib"


def test_resources_beside_the_package_come_second(tmp_path: Path) -> None:
    for folder in ("nesylang", "grammar", "stdlib"):
        (tmp_path / folder).mkdir()
    assert grammar_path(tmp_path / "nesylang") == tmp_path / "grammar" / "nesy.lark"
    assert stdlib_directory(tmp_path / "nesylang") == tmp_path / "stdlib"


@pytest.mark.parametrize("find", [grammar_path, stdlib_directory])
def test_an_incomplete_installation_is_reported(find: object, tmp_path: Path) -> None:
    assert callable(find)
    with pytest.raises(NesyError) as caught:
        find(tmp_path / "nesylang")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E701"
    assert str(tmp_path) in diagnostic.message
    assert diagnostic.hint is not None


def test_version_agrees_with_the_metadata(metadata: dict[str, dict[str, object]]) -> None:
    assert nesylang.__version__ == metadata["project"]["version"]


def test_the_command_exists(metadata: dict[str, dict[str, object]]) -> None:
    entry = importlib.metadata.EntryPoint("nesy", str(metadata["project"]["scripts"]["nesy"]), "console_scripts")  # type: ignore[index]
    assert callable(entry.load())


def test_the_changelog_names_unreleased_changes(project_root: Path) -> None:
    assert re.search(r"^## \[Unreleased\]$", (project_root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_requirement_is_pinned(metadata: dict[str, dict[str, object]], constraints: dict[str, str]) -> None:
    project = metadata["project"]
    optional = project["optional-dependencies"]
    assert isinstance(optional, dict)
    dependencies = project["dependencies"]
    assert isinstance(dependencies, list)
    required = [*dependencies, *(requirement for extra in optional.values() for requirement in extra)]
    names = {re.match(r"[A-Za-z0-9_.-]+", requirement)[0].lower() for requirement in required}
    assert names - set(constraints) == set()


def test_torch_is_pinned(constraints: dict[str, str]) -> None:
    assert constraints["torch"] == "2.13.0"


def test_every_installation_uses_the_constraints(project_root: Path) -> None:
    for name in ("Makefile", ".ci/run"):
        commands = re.findall(r"^.*pip install .*$", (project_root / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert commands, f"{name} installs nothing"
        assert [command for command in commands if "-c constraints.txt" not in command] == []


def test_the_package_is_typed() -> None:
    assert (Path(nesylang.__file__).parent / "py.typed").is_file()
