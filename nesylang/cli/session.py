"""What a session at the prompt knows: a program that grows. Every change is made whole or, where it is wrong, not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from nesylang.analysis import Analysis, analyse
from nesylang.cli.inputs import Values, declared_values, with_values
from nesylang.inference import Outcome, QueryMarginals, Settings, check_expectations, compile_analysis, marginals, possible_marginals
from nesylang.source import Diagnostic, Source, error
from nesylang.syntax import parse, print_statement
from nesylang.syntax.files import read_source
from nesylang.syntax.imports import load_imports
from nesylang.syntax.statements import (
    Clause,
    DataDeclaration,
    Evidence,
    ExpectAnswers,
    Expectation,
    ExpectProbability,
    Import,
    Query,
    Statement,
    SyntaxTree,
)
from nesylang.syntax.terms import Atom, Compound


class Session:
    """A program from a file, if one is loaded, and what was added to it. ``inputs`` are values for the inputs that it declares."""

    def __init__(self, settings: Settings, inputs: Values | None = None) -> None:
        self.settings = settings
        self.inputs = inputs or {}
        self.source: Source | None = None
        self.path: Path | None = None
        self.own: tuple[Statement, ...] = ()
        self.added: tuple[Statement, ...] = ()
        self.analysis: Analysis = analyse(SyntaxTree(()))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of the file, without those of its imports, then those added."""
        return (*self.own, *self.added)

    @property
    def evidence(self) -> tuple[Statement, ...]:
        """The statements that say what is observed."""
        return tuple(statement for statement in self.statements if observation(statement) is not None)

    # changing the program

    def load(self, path: Path) -> tuple[Diagnostic, ...]:
        """Start over with the program in a file and return the warnings about it; raise NesyError where it is wrong."""
        return self._read(path, ())

    def check_inputs(self) -> None:
        """Raise NesyError E602 where the loaded file lacks an input that has values."""
        assert self.path is not None, "a file is loaded"
        with_values(analyse(load_imports(SyntaxTree(self.own), self.path.parent, self.path.resolve())), self.inputs)

    def reload(self) -> tuple[Diagnostic, ...]:
        """Read the file again, keep what was added, and return the warnings; raise NesyError where something is wrong."""
        assert self.path is not None, "only a loaded file can be read again"
        return self._read(self.path, self.added)

    def _read(self, path: Path, added: tuple[Statement, ...]) -> tuple[Diagnostic, ...]:
        source = read_source(path)
        own = parse(source).statements
        self._change(own, added, path)
        self.source, self.path = source, path
        return self.analysis.warnings

    def add(self, statements: Iterable[Statement]) -> tuple[Diagnostic, ...]:
        """Add statements and return the warnings about them; raise NesyError where they are wrong."""
        new = tuple(statements)
        self._change(self.own, (*self.added, *new), self.path)
        return self._about(self.analysis, new)

    def retract(self, is_retracted: Callable[[Statement], bool]) -> int:
        """Remove the statements of the file and those added that a test picks; return how many."""
        own = tuple(statement for statement in self.own if not is_retracted(statement))
        added = tuple(statement for statement in self.added if not is_retracted(statement))
        count = len(self.statements) - len(own) - len(added)
        if count:
            self._change(own, added, self.path)
        return count

    def _change(self, own: tuple[Statement, ...], added: tuple[Statement, ...], path: Path | None) -> None:
        directory, file = (Path(), None) if path is None else (path.parent, path.resolve())
        analysis = analyse(load_imports(SyntaxTree((*own, *added)), directory, file, typed=added))
        analysis = with_values(analysis, declared_values(analysis, self.inputs))
        self.own, self.added, self.analysis = own, added, analysis

    @staticmethod
    def _about(analysis: Analysis, statements: tuple[Statement, ...]) -> tuple[Diagnostic, ...]:
        """Return the warnings about some statements."""
        sources = {statement.span.source for statement in statements}
        return tuple(warning for warning in analysis.warnings if warning.span is not None and warning.span.source in sources)

    # asking

    def ask(self, query: Query) -> tuple[tuple[QueryMarginals, ...], tuple[Diagnostic, ...]]:
        """Return the answers to a query with the warnings about it; raise NesyError where it is wrong."""
        analysis = analyse(SyntaxTree((*self.analysis.statements, query)))
        return marginals(compile_analysis(analysis, self.settings, [query])), self._about(analysis, (query,))

    def run(self) -> tuple[QueryMarginals, ...]:
        """Return the answers to the program's own queries, which may have impossible conditions."""
        return possible_marginals(compile_analysis(self.analysis, self.settings))

    def check(self, expectation: ExpectProbability | ExpectAnswers) -> Outcome:
        """Return what becomes of an expectation, which is not added; raise NesyError where it is wrong."""
        others = (statement for statement in self.analysis.statements if not isinstance(statement, Expectation))
        (outcome,) = check_expectations(analyse(SyntaxTree((*others, expectation))), self.settings)
        return outcome

    # saving

    def save(self, path: Path) -> None:
        """Write the program to a file, whole or not at all, and go on as if it had been loaded from there.

        The text of a loaded file stays as it is, but for what was retracted and for imports, which stay relative to the file.
        Raise NesyError E701 where the file cannot be written.
        """
        moved = self._moved(path)
        text = "" if self.source is None else _edited(self.source, parse(self.source).statements, self.own, moved)
        if text and not text.endswith("\n"):
            text += "\n"
        text += "".join(f"{print_statement(moved(statement))}\n" for statement in self.added)
        _write(path, text)
        self._read(path, ())

    def _moved(self, path: Path) -> Callable[[Statement], Statement]:
        """Return a function from statements to what they are in a file at ``path``: relative imports start from there."""
        before = (Path() if self.path is None else self.path.parent).resolve()
        after = path.resolve().parent

        def moved(statement: Statement) -> Statement:
            if before == after:
                return statement
            match statement:
                case Import(target=target, library=False) if not Path(target).is_absolute():
                    return replace(statement, target=elsewhere(target))
                case DataDeclaration(file=file) if not Path(file).is_absolute():
                    return replace(statement, file=elsewhere(file))
                case _:
                    return statement

        def elsewhere(file: str) -> str:
            return Path(os.path.relpath(before / file, after)).as_posix()

        return moved


def observation(statement: Statement) -> tuple[object, bool] | None:
    """Return the atom that a statement observes, with its value; None for other statements.

    ProbLog's ``evidence(atom)`` and ``evidence(atom, value)`` are evidence too.
    """
    match statement:
        case Evidence(atom=atom, value=value):
            return atom, value
        case Clause(heads=(head,), body=None):
            match head.atom:
                case Compound(functor="evidence", args=(Compound(functor="\\+" | "not", args=(atom,)),)):
                    return atom, False
                case Compound(functor="evidence", args=(atom,)):
                    return atom, True
                case Compound(functor="evidence", args=(atom, Atom(name="true" | "false" as name))):
                    return atom, name == "true"
    return None


def _edited(source: Source, before: tuple[Statement, ...], after: tuple[Statement, ...], moved: Callable[[Statement], Statement]) -> str:
    """Return the text of a source with the statements that are gone cut out and imports as they are elsewhere."""
    kept = {statement.span for statement in after}
    pieces, position = [], 0
    for statement in before:
        start, end = statement.span.start, statement.span.end
        if source.text[end : end + 1] == "." and source.text[end - 1] != ".":
            end += 1
        if statement.span not in kept:
            replacement = ""
            line_end = source.text.find("\n", end)
            if line_end != -1 and not source.text[end:line_end].strip() and source.text[max(0, start - 1) : start] in ("", "\n"):
                end = line_end + 1
        elif moved(statement) != statement:
            replacement = print_statement(moved(statement))
        else:
            continue
        pieces += [source.text[position:start], replacement]
        position = end
    return "".join([*pieces, source.text[position:]])


def _write(path: Path, text: str) -> None:
    target = path.resolve()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with unfinished.open("x", encoding="utf-8") as file:
            file.write(text)
        if target.exists():
            unfinished.chmod(target.stat().st_mode)
        os.replace(unfinished, target)
    except OSError as failure:
        unfinished.unlink(missing_ok=True)
        raise error("E701", f"cannot write {path}: {failure.strerror}") from None
