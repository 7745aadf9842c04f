"""The examples: their programs state right answers, and their training scripts learn, stop and go on."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

EXPECTATIONS = {"alarm": 4, "family": 3, "grammars": 6, "poker": 12, "reachability": 8, "smokers": 7, "tagging": 2}


@pytest.fixture
def addition(project_root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The training module of the addition example, with one thread as the example has it."""
    monkeypatch.syspath_prepend(str(project_root / "examples" / "addition"))
    import training

    yield training
    for name in ("training", "images"):
        sys.modules.pop(name, None)


def run(command: list[str], environment: dict[str, str], root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize(("example", "count"), EXPECTATIONS.items())
def test_programs_state_right_answers(example: str, count: int, project_root: Path, subprocess_environment: dict[str, str]) -> None:
    completed = run(["nesy", "test", f"examples/{example}"], subprocess_environment, project_root)
    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.endswith(f"{count} passed, 0 failed\n")


def test_every_example_has_a_program_and_a_page(project_root: Path) -> None:
    examples = [folder for folder in (project_root / "examples").iterdir() if folder.is_dir()]
    assert {folder.name for folder in examples} == {"addition", "citations", *EXPECTATIONS}
    assert all((folder / "README.md").is_file() and list(folder.glob("*.nesy")) for folder in examples)


def test_addition_learns_digits_from_sums(project_root: Path, subprocess_environment: dict[str, str], tmp_path: Path) -> None:
    plot, weights = tmp_path / "new" / "plot.png", tmp_path / "weights.pt"
    command = ["python", "examples/addition/train.py", "--quick", "--plot", str(plot), "--save", str(weights)]
    completed = run(command, subprocess_environment, project_root)
    assert completed.returncode == 0, completed.stderr
    (line,) = re.findall(r"^seed 0 .*$", completed.stdout, re.MULTILINE)
    shares = [float(share) for share in re.findall(r"([\d.]+) %", line)]
    assert len(shares) == 4
    assert min(shares) > 85.0, line
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert torch.load(weights, weights_only=True)["0.weight"].shape == (32, 1, 3, 3)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["plot.png", "weights.pt"]


def test_tagging_learns_parts_of_speech(project_root: Path, subprocess_environment: dict[str, str]) -> None:
    completed = run(["python", "examples/tagging/train.py", "--quick"], subprocess_environment, project_root)
    assert completed.returncode == 0, completed.stderr
    usual, learnt = (float(share) for share in re.findall(r"^[a-z].* ([\d.]+)% +[\d.]+%$", completed.stdout, re.MULTILINE))
    assert learnt > usual + 5


def test_the_sentences_of_tagging_are_those_of_its_grammar(
    project_root: Path, subprocess_environment: dict[str, str], tmp_path: Path
) -> None:
    folder = project_root / "examples" / "tagging"
    (tmp_path / "sentences.py").write_bytes((folder / "sentences.py").read_bytes())
    assert run(["python", str(tmp_path / "sentences.py")], subprocess_environment, project_root).returncode == 0
    for name in ("words.csv", "tags.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_addition_stops_at_an_interrupt(project_root: Path, subprocess_environment: dict[str, str], tmp_path: Path) -> None:
    checkpoint, plot = tmp_path / "checkpoint.pt", tmp_path / "plot.png"
    command = [sys.executable, "examples/addition/train.py", "--epochs", "500", "--resume", str(checkpoint), "--plot", str(plot)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=project_root, env=subprocess_environment, text=True, **pipes) as process:
        while "epoch   2/500" not in (line := process.stdout.readline()):
            assert line, process.stderr.read()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.fullmatch(rf"interrupted; {re.escape(str(checkpoint))} holds \d complete epochs?\n", complaints), complaints
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"junk", "is no checkpoint of this example"), (b"PK\x05\x06" + bytes(18), "damaged"), ({"0.weight": 1}, "is no checkpoint")],
)
def test_addition_refuses_other_files_as_checkpoints(content: object, complaint: str, addition: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        addition.save_atomically(content, path)
    with pytest.raises(addition.CheckpointError, match=complaint):
        addition.Checkpoint(path)


@pytest.mark.parametrize("supervision", ["sums", "labels"])
@pytest.mark.parametrize("places", [1, 2])
def test_addition_goes_on_as_without_a_break(supervision: str, places: int, addition: ModuleType, tmp_path: Path) -> None:
    images = sys.modules["images"]
    few = images.Images(*(tensor[:128] for tensor in (images.load_images()[0].pixels, images.load_images()[0].digits)))
    pairs = images.held_out_pairs(few, places, 20)

    def training(epochs: int = 2) -> object:
        return addition.Training(addition.Recipe(supervision, 3, epochs, places), few, few, pairs)

    path = tmp_path / "checkpoint.pt"
    unbroken, broken, resumed = training(), training(), training()
    unbroken.run_epoch(list)
    unbroken.run_epoch(list)
    broken.run_epoch(list)
    addition.Checkpoint(path).write(broken)
    checkpoint = addition.Checkpoint(path)
    assert checkpoint.epochs == 1
    checkpoint.restore(resumed)
    assert resumed.epoch == 1
    resumed.run_epoch(list)
    weights = unbroken.network.state_dict()
    assert all(torch.equal(weights[name], tensor) for name, tensor in resumed.network.state_dict().items())
    assert not torch.equal(weights["0.weight"], broken.network.state_dict()["0.weight"])
    assert resumed.history[1:] == unbroken.history[1:]
    with pytest.raises(addition.CheckpointError, match=f"supervision {supervision}, seed 3, epochs 2, places {places}"):
        addition.Checkpoint(path).restore(training(epochs=3))


def test_addition_keeps_held_out_images_out_of_training(addition: ModuleType) -> None:
    images = sys.modules["images"]
    training, held_out = images.load_images()
    assert (len(training.digits), len(held_out.digits)) == (1437, 360)
    rows = {tuple(row.flatten().tolist()) for row in held_out.pixels}
    assert len(rows) == 360
    assert not rows & {tuple(row.flatten().tolist()) for row in training.pixels}


@pytest.mark.parametrize(("places", "batches"), [(1, 22), (2, 11)])
def test_addition_pairs_every_image_with_two_others(places: int, batches: int, addition: ModuleType) -> None:
    images = sys.modules["images"]
    count = 1437
    numbered = images.Images(torch.zeros(count, 1, 8, 8), torch.arange(count))
    epoch = images.training_batches(numbered, places, 64)
    assert len(epoch) == batches
    for side in ("x_digits", "y_digits"):
        seen = torch.cat([getattr(pairs, side) for pairs in epoch]).flatten()
        assert len(seen) == batches * 64 * places
        assert len(seen.unique()) == len(seen)
    again = images.training_batches(numbered, places, 64)
    assert not torch.equal(again[0].x_digits, epoch[0].x_digits)


def test_addition_shifts_images_by_at_most_a_pixel(addition: ModuleType) -> None:
    images = sys.modules["images"]
    pixels = torch.zeros(200, 1, 1, 8, 8)
    pixels[..., 3, 5] = 1.0
    pairs = images.shifted(images.Pairs(pixels, pixels, torch.zeros(200, 1), torch.zeros(200, 1)))
    for moved in (pairs.x, pairs.y):
        places = moved.nonzero()[:, 3:]
        assert len(places) == 200
        assert {tuple(place) for place in places.tolist()} == {(row, column) for row in (2, 3, 4) for column in (4, 5, 6)}


def test_smokers_finds_the_probabilities_of_the_simulation(project_root: Path, subprocess_environment: dict[str, str]) -> None:
    completed = run(["python", "examples/smokers/train.py", "--quick"], subprocess_environment, project_root)
    assert completed.returncode == 0, completed.stderr
    rows = re.findall(r"^(\S.*?)\s+(0\.\d+)\s+(0\.\d+)$", completed.stdout, re.MULTILINE)
    assert [name for name, _, _ in rows] == ["stressed(ann)", "persuades(ann,bob)", "asthma(ann) given smokes(ann)"]
    # Three standard errors of 500 groups, the widest of the three.
    assert all(abs(float(true) - float(learnt)) < 0.1 for _, true, learnt in rows), rows


def test_citations_help_where_words_do_not(project_root: Path, subprocess_environment: dict[str, str]) -> None:
    completed = run(["python", "examples/citations/train.py", "--quick"], subprocess_environment, project_root)
    assert completed.returncode == 0, completed.stderr
    (alone, rules), _ = re.findall(r"network alone +([\d.]+)%, with the rules +([\d.]+)%", completed.stdout)
    assert float(rules) > float(alone) + 10.0, completed.stdout


def test_family_understands_stories_longer_than_those_it_learnt_from(project_root: Path, subprocess_environment: dict[str, str]) -> None:
    completed = run(["python", "examples/family/train.py", "--quick"], subprocess_environment, project_root)
    assert completed.returncode == 0, completed.stderr
    shares = [float(share) for share in re.findall(r"([\d.]+) %", completed.stdout)]
    assert len(shares) == 8
    assert min(shares) > 85.0, completed.stdout
    assert "7 structures were compiled" in completed.stdout


def test_grammars_learns_symbols_from_membership(project_root: Path, subprocess_environment: dict[str, str]) -> None:
    completed = run(["python", "examples/grammars/train.py", "--quick"], subprocess_environment, project_root)
    assert completed.returncode == 0, completed.stderr
    rows = re.findall(r"^(\w+), seed 0 +([\d.]+)% +([\d.]+)%", completed.stdout, re.MULTILINE)
    assert [name for name, _, _ in rows] == ["triples", "brackets"]
    assert all(float(sequences) > 90 and float(symbols) > 90 for _, sequences, symbols in rows), completed.stdout


@pytest.mark.parametrize(
    ("word", "triple", "balanced"),
    [
        ((0, 1, 2), True, None),
        ((0, 0, 1, 1, 2, 2), True, None),
        ((0, 1, 1, 1, 2, 2), False, None),
        ((1, 0, 2), False, None),
        ((0, 1), False, True),
        ((0, 0, 1, 1), None, True),
        ((0, 1, 1, 0), None, False),
        ((0, 0, 1), None, False),
    ],
)
def test_grammars_knows_its_languages(
    word: tuple[int, ...], triple: bool | None, balanced: bool | None, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(project_root / "examples" / "grammars"))
    sys.modules.pop("train", None)
    import train

    sys.modules.pop("train", None)
    assert triple is None or train.is_triple(word) == triple
    assert balanced is None or train.is_balanced(word) == balanced
