"""Every fenced code block of README.md, CONTRIBUTING.md and docs/ is run; CONTRIBUTING.md states the conventions."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shutil
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nesylang.cli.main import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = [page for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.exists()]

SHOWN_ONLY = {"text", "json", "csv", "toml", "prolog", "mermaid", "diff", "make", "lark"}
"""Languages of blocks that are not run."""

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
INFO = re.compile(r'^(?P<language>[a-z]+)(?P<options>(?: +[a-z-]+="[^"]*")*)$')
FILE_LINE = re.compile(r"^% file: (?P<name>[\w./-]+\.(?:nesy|pl))\s*$")
EXPECTATION = re.compile(r"^\s*expect\s", re.MULTILINE)
NEEDS_NO_RUN = re.compile(r"^(make|pip|pipx|python3? -m (pip|venv|build)|git clone|cd|source|\.ci/run|bash \.ci/run)\b|^\. ")
SECONDS = 180


class DocumentationError(AssertionError):
    """A block that breaks the conventions or does not do what the page says."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block: the line of its fence, its language, its options, and its text without the fences."""

    line: int
    language: str
    text: str
    options: dict[str, str] = field(default_factory=dict)


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    lines = markdown.splitlines()
    index = 0
    while index < len(lines):
        opening = FENCE.match(lines[index])
        if not opening:
            index += 1
            continue
        start, fence = index, opening["fence"]
        index += 1
        while index < len(lines) and not re.fullmatch(rf" *{re.escape(fence[0])}{{{len(fence)},}}\s*", lines[index]):
            index += 1
        if index == len(lines):
            raise DocumentationError(f"line {start + 1}: the block does not end")
        body = [line.removeprefix(opening["indent"]) for line in lines[start + 1 : index]]
        index += 1
        info = INFO.match(opening["info"].strip())
        if not info:
            raise DocumentationError(f'line {start + 1}: a block needs a language, and options of the form name="value"')
        options = dict(re.findall(r'([a-z-]+)="([^"]*)"', info["options"]))
        yield Block(start + 1, info["language"], "\n".join(body) + "\n", options)


def matches(expected: str, actual: str) -> bool:
    """Return whether an output is the expected one; `...` stands for anything in a line, alone on a line for any lines."""
    parts = []
    for line in expected.rstrip().splitlines():
        if line.strip() == "...":
            parts.append(r"(?:[^\n]*\n)*")
        else:
            parts.append(r"[^\n]*".join(re.escape(part) for part in line.rstrip().split("...")) + r"\n")
    found = "".join(f"{line.rstrip()}\n" for line in actual.rstrip().splitlines())
    return re.fullmatch("".join(parts), found) is not None


def nesy(arguments: list[str]) -> tuple[int, str]:
    """Return the status and the output, errors included, of a command; in this process, since pages have many programs."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            status = main(arguments)
        except SystemExit as exit_:
            status = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    return status, output.getvalue()


class Page:
    """The blocks of one page, run in order in one folder and one Python namespace."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.namespace: dict[str, object] = {"__name__": "__page__"}
        self.runners: dict[str, tuple[Callable[[Block], None], set[str]]] = {
            "nesy": (self.run_program, {"error"}),
            "python": (self.run_python, set()),
            "console": (self.run_console, {"no-run"}),
        }

    def run_all(self, markdown: str) -> int:
        """Run the blocks of a page and return how many there are."""
        found = list(blocks(markdown))
        for block in found:
            self.run(block)
        return len(found)

    def run(self, block: Block) -> None:
        """Run a block; DocumentationError if it is not what the page says."""
        if block.language in SHOWN_ONLY:
            return
        if block.language not in self.runners:
            languages = ", ".join([*self.runners, *sorted(SHOWN_ONLY)])
            raise DocumentationError(f"line {block.line}: unknown language {block.language!r}; known are {languages}")
        runner, options = self.runners[block.language]
        if unknown := set(block.options) - options:
            raise DocumentationError(f"line {block.line}: a block in {block.language} has no option {', '.join(sorted(unknown))}")
        runner(block)

    def run_program(self, block: Block) -> None:
        """Check a program and test its expectations, or find the one diagnostic that its option `error` names."""
        lines = block.text.splitlines()
        named = FILE_LINE.match(lines[0]) if lines else None
        path = self.folder / (named["name"] if named else f"block_{block.line}.nesy")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        tested = EXPECTATION.search(block.text)
        wanted = block.options.get("error")
        codes: set[str] = set()
        for verb in ("check", "test") if tested else ("check",):
            status, output = nesy([verb, str(path.relative_to(self.folder))])
            codes |= set(re.findall(r"^(?:error|warning)\[([EW]\d{3})\]", output, re.MULTILINE))
            if wanted is None and status != 0:
                raise DocumentationError(f"line {block.line}: nesy {verb} fails:\n{output}")
            if status not in {0, 1}:
                raise DocumentationError(f"line {block.line}: nesy {verb} ends with status {status}:\n{output}")
        if wanted is not None and codes != {wanted}:
            raise DocumentationError(f"line {block.line}: the diagnostics are {sorted(codes)}, not {wanted}")

    def shell(self, command: str) -> tuple[int, str]:
        """Return the status and the output, errors included, of a command that bash runs in the folder of the page."""
        completed = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        return completed.returncode, completed.stdout

    def run_python(self, block: Block) -> None:
        """Run Python in the namespace of the page; a session with >>> is compared with its output."""
        if re.search(r"^>>> ", block.text, re.MULTILINE):
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            example = doctest.DocTestParser().get_doctest(block.text, {}, "page", "page", block.line)
            example.globs = self.namespace
            report: list[str] = []
            doctest.DocTestRunner(optionflags=flags).run(example, out=report.append, clear_globs=False)
            if report:
                raise DocumentationError(f"line {block.line}:\n{''.join(report)}")
        else:
            # The empty lines make the line numbers of a traceback those of the page.
            exec(compile("\n" * block.line + block.text, "page", "exec"), self.namespace)

    def run_console(self, block: Block) -> None:
        """Run the commands after `$ ` and compare their outputs; `> ` continues a command."""
        commands: list[tuple[str, list[str]]] = []
        for line in block.text.splitlines():
            if line.startswith("$ "):
                commands.append((line[2:], []))
            elif not commands:
                raise DocumentationError(f"line {block.line}: a console block starts with `$ ` and a command")
            elif line.startswith("> ") and not commands[-1][1]:
                commands[-1] = (f"{commands[-1][0]}\n{line[2:]}", [])
            else:
                commands[-1][1].append(line)
        if "no-run" in block.options:
            allowed = all(NEEDS_NO_RUN.match(command) for command, _ in commands)
            if not allowed or not block.options["no-run"].strip():
                raise DocumentationError(f"line {block.line}: only make commands and installations may be left out, with a reason")
            return
        for command, output in commands:
            expected = textwrap.dedent("\n".join(output))
            status, actual = self.shell(command)
            if not matches(expected, actual):
                raise DocumentationError(f"line {block.line}: $ {command}\nexpected:\n{expected}\nfound:\n{actual}")
            if status != 0 and not expected.strip():
                raise DocumentationError(f"line {block.line}: $ {command}\nends with status {status} and says nothing")


@pytest.fixture
def page(tmp_path: Path, subprocess_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page without blocks, its folder being the working directory."""
    folder = tmp_path / "page"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Page(folder, subprocess_environment)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_block_runs(path: Path, page: Page) -> None:
    markdown = path.read_text(encoding="utf-8")
    if "examples/" in markdown:
        shutil.copytree(ROOT / "examples", page.folder / "examples", ignore=shutil.ignore_patterns("__pycache__", "output"))
    page.run_all(markdown)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^( *)(`{3,}|~{3,}).*?^\1\2 *$|`[^`\n]+`", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)\s]*)?\)", prose)
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_pages_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md"} <= {named(page) for page in PAGES}


@pytest.mark.parametrize(
    ("markdown", "complaint"),
    [
        ("```\nx\n```\n", "needs a language"),
        ("```klingon\nx\n```\n", "unknown language 'klingon'"),
        ("```python\nx = 1\n", "does not end"),
        ('```python no-run="slow"\nx = 1\n```\n', "has no option no-run"),
        ("```python\n>>> 1 + 1\n3\n```\n", "Expected:\n    3"),
        ("```console\necho a\n```\n", "starts with `\\$ `"),
        ("```console\n$ echo a\nb\n```\n", "expected:\nb\nfound:\na"),
        ("```console\n$ false\n```\n", "ends with status 1"),
        ('```console no-run="slow"\n$ nesy run a.nesy\n```\n', "only make commands"),
        ('```console no-run=""\n$ make test\n```\n', "only make commands"),
        ("```nesy\na :- b.\n```\n", "nesy check fails"),
        ("```nesy\n0.5 :: a.\nexpect 0.25 :: a.\n```\n", "nesy test fails"),
        ('```nesy error="E205"\na.\n```\n', "not E205"),
    ],
)
def test_wrong_blocks_are_refused(markdown: str, complaint: str, page: Page) -> None:
    with pytest.raises(DocumentationError, match=complaint):
        page.run_all(markdown)


@pytest.mark.parametrize(
    "markdown",
    [
        "```text\nanything\n```\n",
        "```python\nx = 1\n```\n\n```python\n>>> x + 1\n2\n>>> list(range(50))\n[0, 1, ..., 49]\n```\n",
        "1. A list\n\n   ```python\n   if True:\n       x = 1\n   assert x == 1\n   ```\n",
        "```console\n$ printf 'a\\nb\\nc\\n'\na\n...\nc\n$ echo some value\nsome ...\n$ cat <<END\n> text\n> END\ntext\n```\n",
        '```console no-run="takes a minute"\n$ make test\n```\n',
        "````text\n```klingon\n```\n````\n",
        "```nesy\n% file: coin.nesy\n0.5 :: heads.\nexpect 0.5 :: heads.\n```\n"
        "```console\n$ nesy check coin.nesy && cat coin.nesy\n...\n```\n",
        '```nesy error="E201"\na :- b.\n```\n',
    ],
)
def test_right_blocks_are_accepted(markdown: str, page: Page) -> None:
    assert page.run_all(markdown) > 0


def test_an_exception_in_a_python_block_is_not_hidden(page: Page) -> None:
    (block,) = blocks("text\n\n```python\nx = 1\nraise KeyError(x)\n```\n")
    with pytest.raises(KeyError) as caught:
        page.run(block)
    assert caught.traceback[-1].lineno + 1 == 5


@pytest.mark.parametrize(
    ("expected", "actual", "equal"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nb\nc\n", False),
        ("a\n...", "a\n", True),
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("a...c", "abbbc\n", True),
        ("a...c", "ab\nc\n", False),
        ("", "", True),
        ("", "a\n", False),
        ("a.b", "axb\n", False),
    ],
)
def test_outputs_are_compared(expected: str, actual: str, equal: bool) -> None:
    assert matches(expected, actual) is equal
