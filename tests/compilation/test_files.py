"""Compiled programs in files: the same numbers afterwards, and nothing but errors from files that are none."""

from __future__ import annotations

import copy
import hashlib
import math
import os
import pickle
import random
import struct
from pathlib import Path

import pytest
import torch
from hypothesis import given
from torch import nn

import nesylang as nesy
from nesylang.circuit import FALSE
from nesylang.compilation import CompiledProgram
from nesylang.compilation.container import MAGIC, VERSION, DamagedFile, pack, unpack
from nesylang.compilation.files import of_bytes, to_bytes
from nesylang.compilation.saved_terms import COMPOUND
from nesylang.grounding.program import GroundProgram
from nesylang.source import NesyError
from tests.reference.ground import aggregate_programs, cyclic_programs

ROOT = Path(__file__).parent.parent
PROGRAMS = sorted((ROOT / "programs").glob("*.nesy"))[::4]
HEAD = 8 + 4 + 32
"""Bytes before those that the checksum is about."""

EVERYTHING = """
type image. type digit = 0..3.
neural digit(image) -> digit.
input target(0..1) -> digit.
t(0.25, X) :: noisy(X) :- X in 1..3.
t(_) :: left; t(_) :: right.
0.3 :: rain("a b", -0.0, 1.5e300, [1, x|[]], 'New York').
0.5 :: item(X) :- X in 1..4.
many(N) :- N = sum{ X : item(X) }.
huge(123456789012345678901234567890).
sum(X, Y, S) :- digit(X, A), digit(Y, B), S is A + B.
ok(X) :- noisy(X), target(0, X), left.
evidence not item(1).
query sum(a, b, S).
query ok(X).
query rain(A, B, C, D, E).
query many(N) given item(2).
query huge(X).
query never.
never :- left, right.
"""


def again(compiled: CompiledProgram) -> CompiledProgram:
    return of_bytes(to_bytes(compiled), "test")


def looks(ground: GroundProgram) -> str:
    """Return everything about a ground program that is kept; places are compared by their texts' names."""
    kept = (ground.choices, ground.queries, ground.evidence, ground.networks, ground.inputs, ground.aggregates)
    return repr((*kept, sorted(ground.choice_atoms.items()), list(ground.pairs())))


def results(compiled: CompiledProgram) -> str:
    """Return the probabilities to the last bit, or the errors with the places that they mark."""
    try:
        return repr(nesy.Compiled.of(compiled).marginals())
    except NesyError as failure:
        return failure.render()


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_programs_are_the_same_afterwards(path: Path) -> None:
    compiled = nesy.load(path).compile()
    found = again(compiled)
    assert found.circuit == compiled.circuit
    assert (found.answer_roots, found.condition_roots) == (compiled.answer_roots, compiled.condition_roots)
    assert looks(found.ground) == looks(compiled.ground)
    assert results(found) == results(compiled)


def test_all_kinds_of_weights_and_terms_are_kept() -> None:
    compiled = nesy.loads(EVERYTHING).compile(evidence=["noisy(1)"])
    found = again(compiled)
    assert looks(found.ground) == looks(compiled.ground)
    assert found.circuit == compiled.circuit
    assert found.indicators == compiled.indicators != ()
    rain = found.ground.queries[2].answers[0].atom
    assert math.copysign(1.0, rain.args[1].value) == -1.0
    assert "123456789012345678901234567890" in repr(found.ground.queries[4])


@given(program=cyclic_programs())
def test_rules_and_cycles_are_kept(program: GroundProgram) -> None:
    from nesylang.compilation import COMPILERS, CompilationBudget, compile_program

    compiled = compile_program(program, COMPILERS["direct"], CompilationBudget())
    found = again(compiled)
    assert looks(found.ground) == looks(compiled.ground)
    once_more = compile_program(found.ground, COMPILERS["direct"], CompilationBudget())
    assert once_more.circuit == compiled.circuit


@given(program=aggregate_programs())
def test_aggregates_are_kept(program: GroundProgram) -> None:
    from nesylang.compilation import COMPILERS, CompilationBudget, compile_program

    compiled = compile_program(program, COMPILERS["direct"], CompilationBudget())
    assert looks(again(compiled).ground) == looks(compiled.ground)


def test_impossible_evidence_is_told_as_before() -> None:
    compiled = nesy.loads("0.5::a. 0.5::b. c :- a, b. evidence c. evidence not a. evidence b. query a.").compile()
    assert compiled.circuit.roots[0] == FALSE
    assert results(again(compiled)) == results(compiled)
    assert "2 of the 3" in results(compiled)


def test_an_empty_program_is_kept() -> None:
    compiled = nesy.loads("").compile()
    assert again(compiled).circuit == compiled.circuit
    assert again(compiled).ground.queries == ()


def test_deep_terms_are_kept() -> None:
    term = "z"
    for _ in range(3000):
        term = f"s({term})"
    compiled = nesy.loads(f"0.5 :: p({term}). query p(X).").compile()
    assert again(compiled).ground.queries[0].answers[0].atom == compiled.ground.queries[0].answers[0].atom


def test_the_same_program_makes_the_same_file() -> None:
    assert to_bytes(nesy.loads(EVERYTHING).compile()) == to_bytes(nesy.loads(EVERYTHING).compile())


def test_saving_and_loading(tmp_path: Path) -> None:
    program = nesy.loads("0.1::burglary. 0.2::quake. alarm :- burglary. alarm :- quake. evidence alarm. query burglary.")
    compiled = program.compile()
    path = tmp_path / "alarm.nesyc"
    compiled.save(path)
    assert os.listdir(tmp_path) == ["alarm.nesyc"]
    loaded = nesy.load_compiled(path)
    assert loaded.marginals()[0].answers[0].probability == compiled.marginals()[0].answers[0].probability
    loaded.save(tmp_path / "again.nesyc")
    assert (tmp_path / "again.nesyc").read_bytes() == path.read_bytes()


def test_evidence_is_given_later() -> None:
    program = "0.1::burglary. 0.2::quake. alarm :- burglary. alarm :- quake. query burglary."
    loaded = nesy.Compiled.of(again(nesy.loads(program).compile(evidence=["alarm", "quake"])))

    def burglary(**evidence: bool) -> float:
        return loaded.marginals(evidence)[0].answers[0].probability

    def compiled(text: str) -> float:
        return nesy.query(f"{program} {text}")["burglary"]

    assert burglary() == pytest.approx(0.1)
    assert burglary(alarm=True) == pytest.approx(compiled("evidence alarm."))
    assert burglary(alarm=True, quake=False) == pytest.approx(1.0)
    assert burglary(quake=True) == pytest.approx(0.1)
    with pytest.raises(NesyError, match=r"E406.*told about burglary"):
        burglary(burglary=True)
    with pytest.raises(NesyError, match="E501"):
        burglary(alarm=False, quake=True)


def test_a_module_of_a_loaded_program_computes_the_same() -> None:
    program = nesy.loads(EVERYTHING.replace("1.5e300", "2"))
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.Softmax(1))
    compiled = program.compile(evidence=["noisy(1)", "left"])
    model = program.module({"digit": network}, evidence=["noisy(1)", "left"])
    loaded = nesy.Compiled.of(again(compiled)).module({"digit": network})
    loaded.load_state_dict(model.state_dict())
    assert [name for name, _ in loaded.named_parameters()] == [name for name, _ in model.named_parameters()]
    tensors = {"a": torch.rand(5, 3), "b": torch.rand(5, 3), "target": torch.tensor([[0, 1], [1, 1], [2, 0], [3, 3], [1, 2]])}
    observed = torch.tensor([True, False, True, True, False])
    for evidence in ({}, {"left": observed}, {"noisy(1)": observed, "left": ~observed}):
        ours, theirs = loaded(**tensors, evidence=evidence), model(**tensors, evidence=evidence)
        for name in theirs:
            assert torch.allclose(ours[name], theirs[name], atol=1e-6), (name, evidence)
    exact = nesy.Compiled.of(compiled).module({"digit": network})
    exact.load_state_dict(model.state_dict())
    assert all(torch.equal(exact(**tensors)[name], loaded(**tensors)[name]) for name in exact(**tensors))


def test_loaded_programs_and_their_modules_are_copied() -> None:
    loaded = nesy.Compiled.of(again(nesy.loads("t(0.5)::a. b :- a. query b.").compile(evidence=["a"])))
    assert pickle.loads(pickle.dumps(loaded)).marginals() == loaded.marginals()
    model = loaded.module()
    for copied in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert torch.equal(copied()["b"], model()["b"])
        assert copied(evidence={"a": torch.tensor([False])})["b"].item() == -math.inf


def test_a_module_of_a_loaded_program_answers_its_own_queries_only() -> None:
    loaded = nesy.Compiled.of(again(nesy.loads("t(0.5)::a. b :- a. query b.").compile()))
    model = loaded.module()
    with pytest.raises(NesyError, match=r"E406.*other queries"):
        model.ask(["a"])
    with pytest.raises(NesyError, match=r"E406.*no place for the evidence a"):
        model(evidence={"a": torch.tensor([True])})
    with pytest.raises(NesyError, match="E606"):
        loaded.module([nn.Linear(1, 1)])


def test_what_python_holds_is_not_saved(tmp_path: Path) -> None:
    program = nesy.loads("foreign likes(atom). query likes(bob).").bind(likes=lambda name: nesy.probability(lambda: 0.5))
    with pytest.raises(NesyError, match=r"E405.*\n.*1:1") as caught:
        program.compile().save(tmp_path / "likes.nesyc")
    assert caught.value.diagnostics[0].span.text == "foreign likes(atom)"
    assert os.listdir(tmp_path) == []


def test_functions_that_return_numbers_are_saved() -> None:
    program = nesy.loads("foreign likes(atom). query likes(bob).").bind(likes=lambda name: nesy.probability(0.25))
    assert nesy.Compiled.of(again(program.compile())).marginals()[0].answers[0].probability == 0.25


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no compiled program: it is empty"),
        (b"0.5 :: a. query a.", "is no compiled program: it begins with b'0.5 :: a'"),
        (MAGIC[:4], "is no compiled program"),
        (MAGIC, "ends after 8 bytes"),
        (MAGIC + struct.pack("<I32sBQ", VERSION + 1, b"", 0, 0), "its format has version 2, and this version of nesylang reads version 1"),
        (MAGIC.replace(b"\r\n", b"\n"), "is no compiled program"),
    ],
)
def test_other_files(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "other.nesyc"
    path.write_bytes(data)
    with pytest.raises(NesyError) as caught:
        nesy.load_compiled(path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E404"
    assert message in diagnostic.message
    assert diagnostic.hint is not None


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(NesyError, match=r"E701.*cannot read"):
        nesy.load_compiled(tmp_path / "missing.nesyc")
    with pytest.raises(NesyError, match=r"E701.*cannot write"):
        nesy.loads("").compile().save(tmp_path / "missing" / "file.nesyc")


def test_every_damage_is_seen() -> None:
    data = to_bytes(nesy.loads(EVERYTHING).compile(evidence=["noisy(1)"]))
    random.seed(7)
    for _ in range(300):
        place = random.randrange(len(data))
        flipped = data[:place] + bytes([data[place] ^ (1 << random.randrange(8))]) + data[place + 1 :]
        for damaged in (flipped, data[:place], data + flipped[place:], data[:place] + data[place + 1 :]):
            with pytest.raises(NesyError) as caught:
                of_bytes(damaged, "test")
            assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"E404"}


def resigned(body: bytes) -> bytes:
    """Return a file with a body that is not compressed, and the checksum of it, as somebody would make it who means harm."""
    rest = struct.pack("<BQ", 0, len(body)) + body
    return struct.pack("<8sI32s", MAGIC, VERSION, hashlib.sha256(rest).digest()) + rest


def test_forged_files_raise_errors_or_are_programs() -> None:
    compiled = nesy.loads(EVERYTHING).compile(evidence=["noisy(1)"])
    document, columns = unpack(to_bytes(compiled))
    rest = pack(document, columns)
    assert of_bytes(rest, "test").circuit == compiled.circuit
    random.seed(11)
    outcomes = set()
    for _ in range(400):
        forged = {name: column[:] for name, column in columns.items()}
        name = random.choice([name for name, column in forged.items() if len(column)])
        column = forged[name]
        place = random.randrange(len(column))
        kind = random.randrange(3)
        if kind == 0:
            column[place] = random.choice([-1, 0, 1, 2, 100, -(2**7)])
        elif kind == 1:
            del column[place]
        else:
            column.append(column[place])
        outcomes.add(outcome(pack(document, forged)))
    assert outcomes == {"read", "refused"}


def test_forged_descriptions_raise_errors_or_are_programs() -> None:
    document, columns = unpack(to_bytes(nesy.loads(EVERYTHING).compile()))
    for name in document:
        for value in (None, [], {}, "x", 3, [[]], [None], [[1, 2]], [["a", [9999], [], 0, True, True]]):
            assert outcome(pack({**document, name: value}, columns)) in ("read", "refused")
        assert outcome(pack({key: value for key, value in document.items() if key != name}, columns)) in ("read", "refused")
    for name in columns:
        assert outcome(pack(document, {key: value for key, value in columns.items() if key != name})) == "refused"


def test_a_term_that_stands_for_too_many_is_refused() -> None:
    """Each term has the one before twice: written out, sixty of them would fill every memory."""
    document, columns = unpack(to_bytes(nesy.loads("0.3::a(f(x, y)). query a(X).").compile()))
    assert isinstance(document["texts"], list)
    forged = {name: list(column) for name, column in columns.items()}
    for _ in range(60):
        last = len(forged["term_kind"]) - 1
        forged["term_kind"].append(COMPOUND)
        forged["term_value"].append(document["texts"].index("f"))
        forged["term_span"].append(0)
        forged["term_size"].append(2)
        forged["term_children"] += [last, last]
    forged["answer_atom"] = [len(forged["term_kind"]) - 1]
    assert outcome(pack(document, forged)) == "refused"


def outcome(data: bytes) -> str:
    """Return whether a file is read, and that what was read can be asked and made a module; only NesyErrors are let pass."""
    try:
        found = nesy.Compiled.of(of_bytes(data, "test"))
    except NesyError as failure:
        codes = {diagnostic.code for diagnostic in failure.diagnostics}
        return "refused" if codes == {"E404"} else f"refused with {codes}"
    results(found)
    return "read"


def test_forged_bodies_are_refused() -> None:
    body = b"\x02\0\0\0\0\0\0\0{}"
    assert unpack(resigned(body)) == ({}, {})
    deep = b"[" * 100_000
    for wrong in (
        b"",
        b"\xff" * 8,
        struct.pack("<Q", len(deep)) + deep,
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 1) + b"\xff",
        body + b"more",
        struct.pack("<Q", 26) + b'{"columns":[["a","i",99]]}',
        struct.pack("<Q", 26) + b'{"columns":[["a","x",00]]}',
        struct.pack("<Q", 25) + b'{"columns":[["a","i",-1]]}'[:25],
    ):
        with pytest.raises(DamagedFile):
            unpack(resigned(wrong))


def test_small_files_do_not_grow_without_bound() -> None:
    import zlib

    bomb = zlib.compress(bytes(10**7), 9)
    for size in (10**7, 8):
        rest = struct.pack("<BQ", 1, size) + bomb
        with pytest.raises(DamagedFile):
            unpack(struct.pack("<8sI32s", MAGIC, VERSION, hashlib.sha256(rest).digest()) + rest)
    # What would shrink that much is stored as it is.
    assert len(pack({}, {"zeros": [0] * 10**6})) > 10**6
