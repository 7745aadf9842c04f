"""From the arguments of a command to a compiled program: of a program text with its questions, or of a file that has one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

from nesylang.analysis import Analysis, analyse
from nesylang.cli.budget import settings_of
from nesylang.cli.inputs import read_values, with_values
from nesylang.cli.program_files import is_compiled, open_program
from nesylang.cli.reporting import report
from nesylang.compilation import CompiledProgram
from nesylang.compilation.statistics import Stage
from nesylang.grounding import Observation
from nesylang.inference import QueryMarginals, Settings, compile_analysis, possible_marginals
from nesylang.source import Diagnostic, NesyError, Source, error
from nesylang.syntax import load_program, print_term
from nesylang.syntax.questions import parse_observation, parse_question
from nesylang.syntax.statements import Evidence, Query, Statement, SyntaxTree


class Asked(NamedTuple):
    """A program with its questions: its name, its analysis, the queries that replace its own, if any, and what reading it took."""

    name: str
    analysis: Analysis
    queries: Sequence[Query]
    stages: tuple[Stage, ...]


class Answered(NamedTuple):
    """A compiled program: its name, what reading it took, and what answers its queries."""

    compiled: CompiledProgram
    name: str
    stages: tuple[Stage, ...]
    answer: Callable[[], Sequence[QueryMarginals]]


def answered(arguments: Namespace) -> Answered:
    """Return the compiled program of a command's FILE and questions; raise NesyError with all mistakes in them."""
    if is_compiled(arguments.file):
        return _loaded(arguments)
    asked = read_asked(arguments)
    compiled = compile_analysis(asked.analysis, settings_of(arguments), asked.queries or None)
    return Answered(compiled, asked.name, asked.stages, lambda: possible_marginals(compiled))


def read_asked(arguments: Namespace, more_evidence: Sequence[Evidence] = ()) -> Asked:
    """Return the program in FILE with the questions of the options, and write its warnings; raise NesyError with all mistakes.

    ``more_evidence`` is checked with the rest and does not become part of the program.
    """
    began = monotonic()
    source, directory = open_program(arguments.file)
    mistakes: list[Diagnostic] = []
    statements: list[Statement] = []
    asked: list[Query] = []
    observed: list[Evidence] = []
    try:
        statements.extend(load_program(source, directory).statements)
    except NesyError as failure:
        mistakes.extend(failure.diagnostics)
    for text in arguments.query:
        try:
            asked.append(parse_question(Source("query", text)))
        except NesyError as failure:
            mistakes.extend(failure.diagnostics)
    for text in arguments.evidence:
        try:
            observed.append(parse_observation(Source("evidence", text)))
        except NesyError as failure:
            mistakes.extend(failure.diagnostics)
    if mistakes:
        raise NesyError(mistakes)
    parsed = monotonic()
    analysis = analyse(SyntaxTree((*statements, *observed, *asked, *more_evidence)))
    analysis = with_values(analysis, read_values(arguments.inputs))
    report(analysis.warnings)
    counted = {"statements": len(analysis.statements)}
    return Asked(source.name, analysis, asked, (Stage("parse", parsed - began, counted), Stage("analyse", monotonic() - parsed)))


def compiled_with_places(arguments: Namespace, places: Sequence[str], settings: Settings) -> CompiledProgram:
    """Return the compiled program of FILE and its questions, with a place for evidence about some atoms."""
    later = [parse_observation(Source("evidence", text)) for text in places]
    for piece in later:
        if not piece.value:
            raise error("E605", "a place for evidence is an atom, not a negated one", piece.span, "negated", "name the atom itself")
    asked = read_asked(arguments, later)
    spans = {id(piece.span) for piece in later}
    pieces = [s for s in asked.analysis.statements if isinstance(s, Evidence) and id(s.span) in spans]
    statements = tuple(s for s in asked.analysis.statements if not any(s is piece for piece in pieces))
    observed = [Observation(piece.atom, None, piece.span) for piece in pieces]
    return compile_analysis(replace(asked.analysis, statements=statements), settings, asked.queries or None, observed)


def _loaded(arguments: Namespace) -> Answered:
    """Return the compiled program in FILE, asked as the options say."""
    from nesylang.compilation.files import load

    if arguments.inputs is not None or arguments.bind:
        option = "--inputs" if arguments.inputs is not None else "--bind"
        hint = f"give {option} when compiling:  nesy compile PROGRAM {option} FILE"
        raise error("E406", f"{arguments.file} is compiled already, too late for {option}", hint=hint)
    began = monotonic()
    compiled = load(arguments.file)
    stages = (Stage("load", monotonic() - began),)
    names = [query.name for query in compiled.ground.queries]
    wanted = [_name(parse_question(Source("query", text))) for text in arguments.query]
    for name in wanted:
        if name not in names:
            hint = f"its queries are {', '.join(names) or 'none'}; to ask another one, compile the program with it"
            raise error("E406", f"{arguments.file} is compiled without the query {name}", hint=hint)
    pieces = [parse_observation(Source("evidence", text)) for text in arguments.evidence]
    observed: dict[str, bool] = {}
    for piece in pieces:
        atom = print_term(piece.atom)
        if observed.setdefault(atom, piece.value) is not piece.value:
            raise error("E406", f"{atom} is observed both true and false", piece.span, "observed once more here", "leave one of them out")

    def answer() -> Sequence[QueryMarginals]:
        results = possible_marginals(compiled, observed)
        return [results[names.index(name)] for name in wanted] if wanted else results

    return Answered(compiled, arguments.file, stages, answer)


def _name(query: Query) -> str:
    """Return the name that a query has in a compiled program."""
    return print_term(query.goal) if query.condition is None else f"{print_term(query.goal)} given {print_term(query.condition)}"
