"""nesylang from Python: programs that are loaded, queried, extended with facts and made torch modules."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from nesylang.analysis import Analysis, analyse
from nesylang.analysis.input_values import with_input_values
from nesylang.analysis.names import unfit_for_facts
from nesylang.compilation import CompiledProgram
from nesylang.compilation.files import load as load_file
from nesylang.compilation.files import save
from nesylang.evaluation import Semiring
from nesylang.grounding import Observation, is_query
from nesylang.grounding.forms import marked_name
from nesylang.grounding.hostcalls import wrong_bindings
from nesylang.inference import QueryMarginals, Settings, compile_analysis, marginals
from nesylang.source import Diagnostic, NesyError, Source, error
from nesylang.syntax import load_program, print_term
from nesylang.syntax.files import read_source
from nesylang.syntax.python_tables import PythonTable, fact_statements
from nesylang.syntax.questions import parse_observation, parse_question
from nesylang.syntax.statements import Evidence, FactTable, Query, Statement, SyntaxTree

if TYPE_CHECKING:
    import torch
    from torch import nn

    from nesylang.learning import LogicModule


@dataclass(frozen=True, slots=True)
class Program:
    """An analysed program. It never changes: what adds to it returns a new one."""

    analysis: Analysis
    settings: Settings = field(default_factory=Settings)

    def __repr__(self) -> str:
        return f"<nesylang program of {len(self.statements)} statements>"

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements, those of imported files first."""
        return self.analysis.statements

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is not wrong but worth a look."""
        return self.analysis.warnings

    def with_statements(self, statements: Iterable[Statement]) -> Program:
        """Return the program with more statements at its end; raise NesyError where they are wrong."""
        return replace(self, analysis=analyse(SyntaxTree((*self.statements, *statements))))

    def with_facts(
        self,
        predicate: str,
        rows: object,
        probabilities: Iterable[object] | None = None,
        *,
        columns: Sequence[Hashable] | None = None,
        probability: Hashable | None = None,
    ) -> Program:
        """Return the program with a fact of ``predicate`` for each row.

        The rows are a list of them (tuples, dictionaries, or single values), a dictionary of columns, a NumPy array, a data frame, or a
        table that speaks Arrow. ``columns`` chooses columns by name, or by position from 0 where they have no names, in the order of the
        arguments. ``probability`` names the column of the facts' probabilities; ``probabilities`` has one for each row instead.

        Python strings become atoms, or strings where the program declares that type; numbers become numbers, lists lists. Raise NesyError
        E606 for rows that make no facts and for a predicate that the program neither declares nor uses, E612 for a column that is not
        there, and what analysis finds, marked in the row.
        """
        facts = fact_statements(PythonTable(predicate, rows, columns, probability, probabilities), self.statements)
        for table in facts[:1]:
            problem = unfit_for_facts(self.statements, (predicate, table.arity)) if isinstance(table, FactTable) else None
            if problem is not None:
                raise NesyError([problem])
        return self.with_statements(facts)

    def bind(self, *functions: Callable[..., object] | Mapping[str, Callable[..., object]], **named: Callable[..., object]) -> Program:
        """Return the program with Python functions for its foreign predicates.

        Functions come by name, ``bind(distance=f)`` or ``bind({"distance": f})``, or marked by ``@nesy.foreign``, ``bind(f)``; a name may
        be ``"distance/3"`` where predicates differ in their number of arguments alone. A later binding replaces an earlier one. Raise
        NesyError E608 for names that are no foreign predicates, E606 for what is no function or has no name.
        """
        found: dict[str, Callable[..., object]] = {}
        for function in functions:
            if isinstance(function, Mapping):
                found.update(function)
                continue
            name = marked_name(function)
            if name is None:
                hint = "name it: program.bind(distance=f), or mark it with @nesy.foreign"
                raise error("E606", f"bind takes functions with their names, found {getattr(function, '__name__', function)!r}", hint=hint)
            found[name] = function
        found.update(named)
        problems = list(wrong_bindings(self.analysis, found))
        if problems:
            raise NesyError(problems)
        return replace(self, settings=replace(self.settings, functions={**self.settings.functions, **found}))

    def with_evidence(self, *observations: str) -> Program:
        """Return the program with more evidence, each an atom or ``not`` an atom."""
        return self.with_statements(parse_observation(Source("evidence", text)) for text in _texts(observations, "evidence"))

    def with_inputs(self, **values: object) -> Program:
        """Return the program of one example: with facts instead of the inputs that are named.

        Values have the shape of an example, as nested sequences or an array: a probability (or a bool) for each entry; for ``->`` a
        distribution, scaled to sum to 1, or a value in its place. Raise NesyError E602, E603 or E609 where they do not fit.
        """
        return replace(self, analysis=analyse(SyntaxTree(with_input_values(self.analysis, values))))

    def compile(self, evidence: Sequence[str] = (), queries: Sequence[str] | None = None) -> Compiled:
        """Return the compiled program of ``queries`` (default: the program's own), which can be saved.

        ``evidence`` are ground atoms whose truth each example of a batch brings.
        """
        per_example = [parse_observation(Source("evidence", text)) for text in _texts(evidence, "evidence")]
        for statement in per_example:
            if not statement.value:
                hint = "name the atom; the examples bring whether it is true or false"
                raise error("E605", "evidence that examples bring is about atoms, not negated ones", statement.span, "negated", hint)
        asking = self if queries is None else self._asking(queries)
        extended = asking.with_statements(per_example) if per_example else asking
        observed = [Observation(statement.atom, None, statement.span) for statement in per_example]
        return Compiled.of(compile_analysis(_without(extended.analysis, per_example), self.settings, per_example=observed))

    def marginals(self, queries: Sequence[str] | None = None) -> tuple[QueryMarginals, ...]:
        """Return, for each query (default: the program's own), its answers with their probabilities given the evidence.

        For programs without networks; raise NesyError E505 for others, E501 where the evidence has probability zero.
        """
        return marginals(self.compile(queries=queries))

    def module(
        self,
        networks: Mapping[str, nn.Module] | None = None,
        queries: Sequence[str] | None = None,
        evidence: Sequence[str] = (),
        *,
        dtype: torch.dtype | None = None,
        semiring: str | Semiring[float] = "log",
        engine: str | None = None,
    ) -> LogicModule:
        """Return the torch module that answers the program's queries (or those given), compiled once.

        ``networks`` maps the name of every neural predicate to its network; functions over tensors come from ``bind``. ``evidence`` names
        ground atoms that examples will bring the truth of, so that learnable weights which only they rest on become parameters at once.
        ``dtype`` fixes the type of all numbers, otherwise that of the networks' outputs; ``semiring`` is a row of SEMIRINGS or such an
        object. ``engine`` says what evaluates the circuit: "fused" the kernel for CPUs, "torch" layers of torch operations, None the kernel
        on CPUs and layers elsewhere. Raise NesyError E601 for missing or unknown networks, E606 for an unknown semiring or engine, E607
        for missing functions.
        """
        from nesylang.learning import LogicModule
        from nesylang.learning.hostmodules import host_modules

        program = self if queries is None else self._asking(queries)
        bound = {**host_modules(self.analysis, self.settings.functions), **_checked_networks(networks)}
        return LogicModule(program, bound, dtype=dtype, semiring=semiring, engine=engine, evidence=_texts(evidence, "evidence"))

    def _asking(self, queries: Sequence[str]) -> Program:
        """Return the program with these queries instead of its own."""
        kept = tuple(statement for statement in self.statements if not is_query(statement))
        asked = [parse_question(Source("query", text)) for text in _texts(queries, "queries")]
        return replace(self, analysis=analyse(SyntaxTree((*kept, *asked))))


class Compiled(CompiledProgram):
    """A compiled program, with what is done with one: it is evaluated, made a module, and saved."""

    __slots__ = ()

    @classmethod
    def of(cls, compiled: CompiledProgram) -> Compiled:
        """Return a compiled program as one of this class."""
        return cls(**{part.name: getattr(compiled, part.name) for part in fields(compiled)})

    def __repr__(self) -> str:
        answers = sum(len(query.answers) for query in self.ground.queries)
        return f"<compiled nesylang program: {answers} answers, {self.circuit.size} elements>"

    def marginals(self, evidence: Mapping[str, bool] | None = None) -> tuple[QueryMarginals, ...]:
        """Return, for each query, its answers with their probabilities given the evidence, as ``Program.marginals`` does.

        ``evidence`` says of atoms that the program was compiled with whether they are true; raise NesyError E406 for others.
        """
        observed: dict[str, bool] = {}
        for text, value in (evidence or {}).items():
            observation = parse_observation(Source("evidence", text))
            observed[print_term(observation.atom)] = bool(value) is observation.value
        return marginals(self, observed)

    def module(
        self,
        networks: Mapping[str, nn.Module] | None = None,
        *,
        dtype: torch.dtype | None = None,
        semiring: str | Semiring[float] = "log",
        engine: str | None = None,
    ) -> LogicModule:
        """Return the torch module that answers the program's queries, with the circuit as it is.

        It takes evidence of examples about the atoms that the program was compiled with, or some of them. Raise NesyError as
        ``Program.module`` does, and E406 for what only the clauses of the program could tell: other queries and other evidence.
        """
        from nesylang.learning import LogicModule
        from nesylang.learning.fixed import FixedProgram

        return LogicModule(FixedProgram(self), _checked_networks(networks), dtype=dtype, semiring=semiring, engine=engine)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the compiled program to a file, whole or not at all; ``load_compiled`` reads it.

        Raise NesyError E405 where Python holds a part of it, E701 where the file cannot be written.
        """
        save(self, path)


def _checked_networks(networks: object) -> Mapping[str, nn.Module]:
    """Return networks by name; raise NesyError E606 for anything but a dictionary."""
    if networks is not None and not isinstance(networks, Mapping):
        hint = 'name the neural predicate of each network: program.module({"digit": net})'
        raise error("E606", f"networks must be a dictionary, found {type(networks).__name__}", hint=hint)
    return networks or {}


def _texts(values: str | Sequence[str], what: str) -> tuple[str, ...]:
    """Return texts given one by one or as one sequence of them; raise NesyError E606 where they are no texts."""
    if isinstance(values, str):
        return (values,)
    for value in values:
        if not isinstance(value, str):
            raise error("E606", f"{what} must be given as strings, found {type(value).__name__}", hint='such as "p(X)"')
    return tuple(values)


def _without(analysis: Analysis, statements: Sequence[Evidence]) -> Analysis:
    """Return the analysis without the statements that only asked it to check per-example evidence."""
    if not statements:
        return analysis
    return replace(analysis, statements=tuple(s for s in analysis.statements if not any(s is left for left in statements)))


def load(path: str | PathLike[str], settings: Settings | None = None) -> Program:
    """Return the program in a file, imports included; raise NesyError with everything that is wrong with it."""
    file = Path(path)
    return Program(analyse(load_program(read_source(file), file.parent)), settings or Settings())


def load_compiled(path: str | PathLike[str]) -> Compiled:
    """Return the compiled program that ``Compiled.save`` or ``nesy compile`` wrote to a file.

    Nothing in the file is run, so that it may come from anybody. Raise NesyError E701 where it cannot be read, E404 where it is no such
    file or damaged.
    """
    return Compiled.of(load_file(path))


def loads(text: str, settings: Settings | None = None, directory: str | PathLike[str] = ".") -> Program:
    """Return the program in a text; relative imports are looked up in ``directory``."""
    return Program(analyse(load_program(Source("<text>", text), Path(directory))), settings or Settings())


def query(
    program: Program | str, *queries: str, evidence: Sequence[str] = (), inputs: Mapping[str, object] | None = None
) -> dict[str, float]:
    """Return the probability of every answer, by its atom.

    ``queries`` are asked instead of the program's own, ``evidence`` is added to its evidence, ``inputs`` are the facts of its
    ``input`` declarations by name. A program may be given as its text. Raise NesyError E606 where two queries give one atom different
    probabilities, as ``a given b`` and ``a given c`` do.

    >>> query("0.4 :: heads. query heads.")
    {'heads': 0.4}
    >>> query("1/6::die(1); 5/6::die(6). big :- die(6).", "die(X)", evidence=["big"])
    {'die(1)': 0.0, 'die(6)': 1.0}
    """
    asked = loads(program) if isinstance(program, str) else program
    if inputs:
        asked = asked.with_inputs(**inputs)
    if evidence:
        asked = asked.with_evidence(*_texts(evidence, "evidence"))
    probabilities: dict[str, float] = {}
    for result in asked.marginals(queries or None):
        for answer in result.answers:
            atom = print_term(answer.atom)
            if not math.isclose(probabilities.setdefault(atom, answer.probability), answer.probability, rel_tol=1e-9):
                message = f"two queries give {atom} different probabilities, and a dictionary has room for one"
                raise error("E606", message, hint="program.marginals() keeps the queries apart")
    return probabilities


__all__ = ["Compiled", "NesyError", "Program", "Query", "load", "load_compiled", "loads", "query"]
