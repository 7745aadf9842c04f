"""Imports: the statements of imported files in front of those of the file that imports them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from nesylang.resources import stdlib_directory
from nesylang.source import Diagnostic, Label, NesyError, Source, Span
from nesylang.syntax.classify import parse_partially
from nesylang.syntax.statements import (
    Clause,
    Evidence,
    ExpectAnswers,
    ExpectError,
    ExpectProbability,
    Import,
    Query,
    Statement,
    SyntaxTree,
)
from nesylang.syntax.terms import signature

OWN = (Query, Evidence, ExpectProbability, ExpectAnswers, ExpectError)
OWN_HEADS = frozenset({("query", 1), ("evidence", 1), ("evidence", 2)})


def read_source(path: Path, span: Span | None = None) -> Source:
    """Return the source in a file; raise NesyError E701 where it cannot be read (``span``: the import that asks for it)."""
    labels = (Label(span, "imported here"),) if span is not None else ()
    code = "E701" if span is None else "E212"
    try:
        return Source(str(path), path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as failure:
        message = f"{path} is not UTF-8 text: byte {failure.start} cannot be decoded"
        raise NesyError([Diagnostic(code, message, labels, "save the file as UTF-8")]) from None
    except OSError as failure:
        hint = None
        if isinstance(failure, FileNotFoundError):
            hint = _files_like(path)
        message = f"cannot read {path}: {failure.strerror}"
        raise NesyError([Diagnostic(code, message, labels, hint)]) from None


def _files_like(path: Path) -> str:
    """Return a hint about the programs in the folder of a file that there is not."""
    names = sorted(p.name for p in path.parent.glob("*.nesy")) if path.parent.is_dir() else []
    similar = get_close_matches(path.stem, [Path(name).stem for name in names], n=1, cutoff=0.7)
    if similar:
        return f"did you mean {similar[0]}.nesy?"
    if not names:
        return f"there is no .nesy file in {path.parent}"
    return f"its folder has {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"


def load_program(source: Source, directory: Path) -> SyntaxTree:
    """Return the statements of a source with those of everything that it imports, each file once, imports first.

    Relative imports are looked up in ``directory``. Imported files bring rules, types and declarations, never queries, evidence or
    expectations. Raise NesyError with the syntax errors of all files, or for a file that cannot be read or a cycle of imports.
    """
    tree, diagnostics = parse_partially(source)
    return load_imports(tree, directory, (directory / Path(source.name).name).resolve(), diagnostics)


def load_imports(tree: SyntaxTree, directory: Path, path: Path | None = None, diagnostics: Sequence[Diagnostic] = ()) -> SyntaxTree:
    """Return the statements of a program with those of what it imports, as ``load_program`` does.

    ``path`` is its file, if it has one, ``diagnostics`` what is wrong with its other statements.
    """
    loader = _Loader()
    loader.diagnostics.extend(diagnostics)
    if path is not None:
        loader.open.append(path)
    loader.load(tree, directory)
    if loader.diagnostics:
        raise NesyError(loader.diagnostics)
    return SyntaxTree((*loader.statements, *tree.statements))


class _Loader:
    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.diagnostics: list[Diagnostic] = []
        self.loaded: set[Path] = set()
        self.open: list[Path] = []

    def load(self, tree: SyntaxTree, directory: Path) -> None:
        """Add what the imports of a program bring."""
        for statement in tree.statements:
            if isinstance(statement, Import):
                self._import(statement, directory)

    def _import(self, statement: Import, directory: Path) -> None:
        try:
            shown = _locate(statement, directory)
            path = shown.resolve()
            if path in self.open:
                names = " -> ".join(p.name for p in [*self.open[self.open.index(path) :], path])
                label = Label(statement.span, "closes the cycle")
                self.diagnostics.append(Diagnostic("E213", f"the imports form a cycle: {names}", (label,)))
            elif path not in self.loaded:
                self.loaded.add(path)
                tree, problems = parse_partially(read_source(shown, statement.span))
                self.diagnostics.extend(problems)
                self.open.append(path)
                self.load(tree, shown.parent)
                self.open.pop()
                self.statements.extend(s for s in tree.statements if not _is_own(s))
        except NesyError as failure:
            self.diagnostics.extend(failure.diagnostics)


def _locate(statement: Import, directory: Path) -> Path:
    """Return the file of an import, relative to where the importing file is, as messages are to show it."""
    if not statement.library:
        if statement.target.endswith(".py"):
            message = "a program cannot load Python code"
            hint = "bind Python functions and networks from the embedding Python program"
            raise NesyError([Diagnostic("E214", message, (Label(statement.span),), hint)])
        if "\0" in statement.target:
            raise NesyError([Diagnostic("E212", "no file has a zero byte in its name", (Label(statement.span),))])
        return directory / statement.target
    path = stdlib_directory() / f"{statement.target}.nesy"
    if not path.is_file():
        names = ", ".join(sorted(p.stem for p in stdlib_directory().glob("*.nesy")))
        message = f"there is no library '{statement.target}'"
        hint = f'the libraries are: {names}; a file of your own is imported as "{statement.target}.nesy"'
        raise NesyError([Diagnostic("E212", message, (Label(statement.span, "unknown library"),), hint)])
    return path


def _is_own(statement: Statement) -> bool:
    """Return whether a statement asks something rather than says something, and so stays with its own file."""
    if isinstance(statement, OWN):
        return True
    return isinstance(statement, Clause) and signature(statement.heads[0].atom) in OWN_HEADS
