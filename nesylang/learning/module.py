"""A program as a torch module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from nesylang.analysis.aggregates import FORMULAS
from nesylang.analysis.suggestions import did_you_mean
from nesylang.compilation.compiled import CompiledProgram
from nesylang.evaluation import SEMIRINGS, Semiring
from nesylang.grounding.program import InputSignature
from nesylang.learning import asking, losses
from nesylang.learning.conditioned import ConditionedProgram
from nesylang.learning.examples import Example, errors_of
from nesylang.learning.given import InputBlock, check_distinct_names, given_tensors, log_columns, separate
from nesylang.learning.held import check_held, held_parameters
from nesylang.learning.inputs import check_names, check_tensors
from nesylang.learning.leaves import Block
from nesylang.learning.losses import Labels
from nesylang.learning.networks import check_networks
from nesylang.learning.parameters import LearnableWeights
from nesylang.learning.result import QueryResult, Result
from nesylang.learning.structures import Analysed, Cache, Structure, StructureReader
from nesylang.source import NesyError, error, whole
from nesylang.source.collection import paused_collection
from nesylang.syntax import parse_term, print_term
from nesylang.syntax.terms import Atom, Compound, is_ground, signature

CONNECTIVES = {("not", 1), ("\\+", 1), (",", 2), (";", 2), *FORMULAS}
"""Functors of goals that are no atoms."""


class Compilable(Analysed, Protocol):
    """A program that compiles, also under evidence whose values each example brings (atoms, canonically spelled).

    ``compile`` returns a program with a place for at least that evidence; it raises NesyError for evidence that the program does not know.
    """

    def compile(self, evidence: tuple[str, ...] = ()) -> CompiledProgram: ...


class LogicModule(nn.Module):
    """A program with its networks: a module from input tensors to log-probabilities of answers.

    The program is compiled once, when the module is built, and once more for every distinct set of atoms that examples bring as evidence.
    ``networks`` holds the networks, ``weights`` the learnable probabilities, ``held`` the parameters that foreign predicates give as
    probabilities; all are trained by any optimiser over ``parameters()``.

    Numbers follow the type of the networks' outputs and of the learnable weights (half precision is widened to float32), unless ``dtype``
    fixes it. ``semiring`` is a row of SEMIRINGS or such an object, ``engine`` what evaluates the circuit, as in ``TorchCircuit``.
    ``evidence`` names atoms that examples will observe: only needed where these rest on learnable weights that no query rests on, so that
    these exist from the start.

    Raises E601 for networks that are missing or unknown, E602 for tensors that cannot be passed by their names, E606 for networks that are
    no modules and for an unknown semiring or engine.
    """

    _anchor: Tensor

    def __init__(
        self,
        source: Compilable,
        networks: Mapping[str, nn.Module] | None = None,
        *,
        dtype: torch.dtype | None = None,
        semiring: str | Semiring[float] = "log",
        engine: str | None = None,
        evidence: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        if isinstance(semiring, str) and semiring not in SEMIRINGS:
            hint = did_you_mean(semiring, SEMIRINGS) or f"the semirings are {', '.join(SEMIRINGS)}"
            raise error("E606", f"there is no semiring '{semiring}'", hint=hint)
        observed = tuple(sorted(map(_canonical, evidence)))
        compiled = {atoms: source.compile(atoms) for atoms in dict.fromkeys([(), observed])}
        self.weights = LearnableWeights(program.ground for program in compiled.values())
        self.held = held_parameters(program.ground for program in compiled.values())
        self.networks = nn.ModuleDict()
        self._attributes: dict[str, str] = {}
        self._source = source
        self.examiner = asking.Examiner(StructureReader(source))
        self._dtype = dtype
        self._semiring = semiring
        self._engine = engine
        self._positions: dict[tuple[str, ...], int] = {}
        self._programs = nn.ModuleList()
        # Empty, it follows the module to its device and type, for programs that have no tensor to tell.
        self.register_buffer("_anchor", torch.empty(0), persistent=False)
        programs = {atoms: self._conditioned(atoms, program) for atoms, program in compiled.items()}
        self._bind(dict(networks or {}), list(programs.values()))
        for atoms, conditioned in programs.items():
            self._store(atoms, conditioned)

    def forward(self, /, *positional: Tensor, evidence: Mapping[str, Tensor] | None = None, **tensors: Tensor) -> Result:
        """Return the log-probabilities (batch, answers) of all queries given the evidence.

        ``tensors`` are the inputs that the program names: ``x(3)`` of the program is ``x[:, 3, ...]`` of the keyword ``x``. ``evidence``
        maps atoms to what each example observes of them: bool tensors (batch,). Raises E602 for input tensors that are missing or unknown,
        E603 for shapes that do not fit, E604 for network outputs that are no probabilities, E605 for evidence that the program does not
        know, E606 for arguments of the wrong kind, E501 where evidence and E503 where a condition has probability zero, with the examples.
        """
        if positional:
            raise error("E606", "tensors are passed by the names that the program gives them", hint="such as model(a=images)")
        observations = _observations(evidence or {})
        program = self._under(tuple(sorted(observations)))
        data, facts = separate(tensors, program.ground.inputs)
        inputs = check_tensors(data, program.plan.named, program.ground.inputs)
        given = given_tensors(facts, program.ground.inputs, program.inputs)
        batch = _batch_size({**inputs, **given}, observations)
        device = self._anchor.device
        known = program.plan.tensors(self.network, inputs, batch, device)
        columns: dict[Block, Tensor] = {
            name: call.log_columns(self.network(name), known, batch, device) for name, call in program.plan.calls.items()
        }
        columns |= {InputBlock(name): log_columns(program.ground.inputs[name], given[name]) for name in program.inputs}
        shares = self.weights()
        dtype = self.working_type([*columns.values(), *shares.values()])
        return cast(Result, program(shares, columns, program.evidence_columns(observations), batch, dtype))

    def nll(self, result: Result, labels: Mapping[str, Labels]) -> Tensor:
        """Return the negative log-likelihood of labels, as ``nesylang.learning.nll``."""
        return losses.nll(result, labels)

    def log_probabilities(self, examples: Sequence[Example | str], **tensors: Tensor) -> Tensor:
        """Return the log-probability (examples,) of each example's query, or of its label, given its evidence; in the order given.

        Examples of equal structure are evaluated together, each network is called once. A term such as ``x(3)`` is ``x[3]`` here: tensors
        have no axis of the batch. Raises E611, or the code of the mistake, with the number of the example.
        """
        return asking.log_probabilities(self, examples, tensors)

    def nll_of(self, examples: Sequence[Example | str], **tensors: Tensor) -> Tensor:
        """Return the mean over the examples of ``-log P(label)``; see ``log_probabilities``."""
        return asking.nll_of(self, examples, tensors)

    def ask(self, examples: Sequence[Example | str], **tensors: Tensor) -> list[QueryResult]:
        """Return the result (1, answers) of each example's query, all answers of it; see ``log_probabilities``."""
        return asking.ask(self, examples, tensors)

    @property
    def structures(self) -> Cache[tuple[str, ...], ConditionedProgram]:
        """The compiled structures of examples: ``hits`` and ``misses`` are counted, and ``bound`` may be set."""
        return self.examiner.programs

    @property
    def inputs(self) -> Mapping[str, InputSignature]:
        """What the program expects of its inputs, by name."""
        return cast(ConditionedProgram, self._programs[0]).ground.inputs

    @property
    def device(self) -> torch.device:
        """Where the module computes."""
        return self._anchor.device

    def working_type(self, columns: Sequence[Tensor]) -> torch.dtype:
        """Return the type of numbers: the one that is fixed, otherwise the common type of the columns."""
        return self._dtype or _working_type(columns, self._anchor.dtype)

    def structure_program(self, structure: Structure, example: Example, number: int) -> ConditionedProgram:
        """Return the program compiled for a structure, from the cache where it was before; errors name the example."""

        def made(read: Structure) -> ConditionedProgram:
            program = ConditionedProgram(self.examiner.reader.compile(read), self.weights, self._semiring, self._engine)
            check_distinct_names(program.ground.inputs, program.plan.named)
            check_networks({name: self.network(name) for name in self._attributes}, program.plan.used, list(self._attributes))
            check_held(program.ground, self.held)
            return program

        def compiled() -> ConditionedProgram:
            try:
                return made(structure)
            except NesyError:
                # Once more without placeholders, for the words of the example.
                with errors_of(number):
                    made(self.examiner.plain(example, number))
                raise

        return self.examiner.programs.get(structure.key, compiled).to(self.device)

    def network(self, name: str) -> nn.Module:
        """Return the network of a neural predicate."""
        return self.networks[self._attributes[name]]

    def _under(self, atoms: tuple[str, ...]) -> ConditionedProgram:
        """Return the program compiled under evidence on these atoms, from the cache where it was before."""
        if atoms not in self._positions:
            program = self._conditioned(atoms, self._source.compile(atoms))
            bound = {name: self.network(name) for name in self._attributes}
            check_networks(bound, program.plan.used, list(bound))
            check_held(program.ground, self.held)
            self._store(atoms, program)
        return cast(ConditionedProgram, self._programs[self._positions[atoms]])

    def _conditioned(self, atoms: tuple[str, ...], compiled: CompiledProgram) -> ConditionedProgram:
        with paused_collection():
            program = ConditionedProgram(compiled, self.weights, self._semiring, self._engine)
        check_names(program.plan.named)
        check_distinct_names(program.ground.inputs, program.plan.named)
        assert set(program.evidence_names) >= set(atoms), f"compiled under {program.evidence_names} instead of {atoms}"
        return program.to(self._anchor.device)

    def _store(self, atoms: tuple[str, ...], program: ConditionedProgram) -> None:
        self._positions[atoms] = len(self._programs)
        self._programs.append(program)

    def _bind(self, networks: Mapping[str, nn.Module], programs: Sequence[ConditionedProgram]) -> None:
        """Register the networks, under names that a module accepts."""
        calls = {name: call for program in programs for name, call in program.plan.used.items()}
        check_networks(networks, calls, list(dict.fromkeys(name for program in programs for name in program.ground.networks)))
        for name, network in networks.items():
            attribute = re.sub(r"[^0-9A-Za-z_]", "_", name)
            while hasattr(self.networks, attribute):
                attribute += "_"
            self._attributes[name] = attribute
            self.networks[attribute] = network


def _canonical(text: str) -> str:
    """Return the canonical spelling of a ground atom; raises E605 where the text is anything else."""
    span = whole("evidence", text)
    term = parse_term(span.source)
    if not isinstance(term, Atom | Compound) or signature(term) in CONNECTIVES or not is_ground(term):
        hint = "an example that observes it to be false brings False"
        raise error("E605", f"evidence that examples bring is a ground atom, found {print_term(term)}", span, "no ground atom", hint)
    return print_term(term)


def _observations(evidence: Mapping[str, object]) -> dict[str, Tensor]:
    """Return the observations (batch,) by the canonical spelling of their atoms; raises E603, E605 or E606."""
    if not isinstance(evidence, Mapping):
        message = f"evidence must map atoms to bool tensors, found {type(evidence).__name__}"
        raise error("E606", message, hint='write evidence={"odd(a)": is_odd}')
    observations: dict[str, Tensor] = {}
    for text, observed in evidence.items():
        atom = _canonical(text)
        if atom in observations:
            raise error("E605", f"the evidence {atom} is given twice")
        if not isinstance(observed, Tensor):
            raise error("E606", f"the evidence {atom} must be a torch.Tensor of bools, found {type(observed).__name__}")
        if observed.dim() != 1 or observed.dtype != torch.bool:
            message = f"the evidence {atom} must be of shape (batch,) and type torch.bool"
            raise error("E603", f"{message}, found {tuple(observed.shape)} and {observed.dtype}")
        observations[atom] = observed
    return observations


def _batch_size(tensors: Mapping[str, Tensor], observations: Mapping[str, Tensor]) -> int:
    """Return the number of examples, 1 where nothing tells; raises E603 for evidence of another batch size."""
    sizes = [tensor.shape[0] for tensor in (*tensors.values(), *observations.values())]
    batch = sizes[0] if sizes else 1
    for name, tensor in tensors.items():
        if tensor.shape[0] != batch:
            first = next(iter(tensors))
            hint = "axis 0 of every tensor is the batch"
            raise error("E603", f"the tensors differ in batch size: '{first}' has {batch}, '{name}' has {tensor.shape[0]}", hint=hint)
    for atom, observed in observations.items():
        if observed.shape[0] != batch:
            raise error("E603", f"the evidence {atom} must have shape ({batch},), found {tuple(observed.shape)}")
    return batch


def _working_type(columns: Sequence[Tensor], default: torch.dtype) -> torch.dtype:
    """Return the common type of the columns, at least float32."""
    dtype = columns[0].dtype if columns else default
    for column in columns:
        dtype = torch.promote_types(dtype, column.dtype)
    return torch.promote_types(dtype, torch.float32)
