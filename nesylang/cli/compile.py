"""``nesy compile``: a program compiled to a file, looked into, or written in another format."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nesylang.cli.bindings import add_bind
from nesylang.cli.budget import add_budget, settings_of
from nesylang.cli.command import FINE, Command, UsageError
from nesylang.cli.questions import add_questions
from nesylang.cli.statistics import add_statistics, report_statistics, statistics_document, statistics_table

if TYPE_CHECKING:
    from nesylang.compilation import CompiledProgram

FORMATS = ("text", "json")
COMPILERS = ("direct", "sdd")
ENDING = ".nesyc"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy compile``."""
    parser.add_argument("file", metavar="FILE", help="the program, or one that is compiled already; - is standard input")
    parser.add_argument("-o", "--output", metavar="OUT", help=f"the file to write (default: FILE with the ending {ENDING})")
    add_questions(parser)
    parser.add_argument(
        "--observable",
        metavar="ATOM",
        action="append",
        default=[],
        help="leave a place for evidence about an atom, which is given when the file is used; may be repeated",
    )
    parser.add_argument("--compiler", choices=COMPILERS, default=COMPILERS[0], help="the compiler (default: %(default)s)")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--explain", action="store_true", help="say how the program was compiled")
    action.add_argument("--inspect", action="store_true", help="say what a compiled program has in it")
    action.add_argument("--export", metavar="FORMAT", help="write the circuit in another format, such as nnf, dimacs, dot or svg")
    parser.add_argument("--root", metavar="ATOM", help="the answer that --export is about, or 'evidence' (default: all)")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="how sizes are written (default: %(default)s)")
    add_bind(parser)
    add_budget(parser)
    add_statistics(parser)


def run(arguments: Namespace) -> int:
    """Compile the program, write what is asked for, and return the exit status."""
    from nesylang.cli.program_files import STANDARD_INPUT, is_compiled
    from nesylang.cli.reporting import say

    is_read = is_compiled(arguments.file)
    if is_read and arguments.explain:
        raise UsageError(f"{arguments.file} is compiled already; --explain takes the program itself")
    if arguments.root is not None and arguments.export is None:
        raise UsageError("--root goes with --export")
    only_shown = arguments.explain or arguments.inspect or arguments.export is not None
    if not only_shown and arguments.output is None:
        if is_read:
            raise UsageError(f"{arguments.file} is compiled already; look into it with --inspect, or write it with --export or -o")
        if arguments.file == STANDARD_INPUT:
            raise UsageError("name the file to write with -o OUT, as standard input has no name")
    _check_output(arguments, is_read)
    compiled = _loaded(arguments) if is_read else _compiled(arguments)
    if not compiled.ground.queries:
        say(f"{arguments.file} asks nothing: add a line like `query goal.` to it, or use -q GOAL")
    if arguments.export is not None:
        _export(compiled, arguments)
    else:
        path = arguments.output if only_shown or arguments.output is not None else str(Path(arguments.file).with_suffix(ENDING))
        _save(compiled, path, arguments)
    if arguments.stats and (arguments.format == "text" or arguments.export is not None):
        report_statistics(compiled.statistics)
    return FINE


def _check_output(arguments: Namespace, is_read: bool) -> None:
    """Refuse a format or a file that could not be written in the end, before anything takes time."""
    if arguments.export is not None:
        from nesylang.compilation.exports import check_format

        check_format(arguments.export)
    if arguments.output is None:
        return
    output = Path(arguments.output)
    if output.exists() and Path(arguments.file).exists() and output.samefile(arguments.file):
        what = "compiled program" if is_read else "program"
        raise UsageError(f"-o {arguments.output} is the {what} itself, which would be lost; name another file")
    if not output.absolute().parent.is_dir():
        from nesylang.source import error

        raise error("E701", f"cannot write {arguments.output}: there is no folder {output.parent}")


def _compiled(arguments: Namespace) -> CompiledProgram:
    from dataclasses import replace

    from nesylang.cli.asking import compiled_with_places
    from nesylang.compilation import COMPILERS as KNOWN

    settings = replace(settings_of(arguments), compiler=KNOWN[arguments.compiler])
    if arguments.explain:
        # What is found in the cache does not know how it was compiled.
        settings = replace(settings, cache=False)
    return compiled_with_places(arguments, arguments.observable, settings)


def _loaded(arguments: Namespace) -> CompiledProgram:
    from nesylang.compilation.files import load

    given = {"-q": arguments.query, "-e": arguments.evidence, "--inputs": arguments.inputs, "--observable": arguments.observable}
    for option, value in given.items():
        if value:
            raise UsageError(f"{arguments.file} is compiled already, too late for {option}")
    return load(arguments.file)


def _export(compiled: CompiledProgram, arguments: Namespace) -> None:
    """Write the program in another format, to standard output where no file is named."""
    from nesylang.compilation.files import write_file

    text = compiled.export(arguments.export, arguments.root, settings_of(arguments).compilation_budget)
    if arguments.output is None:
        print(text, end="" if text.endswith("\n") else "\n")
    else:
        write_file(arguments.output, text.encode("utf-8"))


def _save(compiled: CompiledProgram, path: str | None, arguments: Namespace) -> None:
    """Write the file, where there is one to write, and say what is in it."""
    import os

    from nesylang.compilation.files import save

    document: dict[str, object] = {}
    if path is not None:
        save(compiled, path)
        document |= {"file": path, "bytes": os.path.getsize(path)}
    document |= {stage.name: dict(stage.sizes) for stage in compiled.statistics.stages if stage.name in ("ground", "compile")}
    lines = list(_inspected(document, path))
    if arguments.inspect:
        document["contents"] = contents = _contents(compiled)
        lines += [f"{name:<12} {', '.join(found) or 'none'}" for name, found in contents.items()]
    if arguments.explain:
        assert compiled.report is not None, "what is not loaded has a report"
        document["explanation"] = compiled.report.as_dict() | statistics_document(compiled.statistics)
        lines += [*compiled.report.lines(), statistics_table(compiled.statistics)]
    if arguments.format == "json":
        import json

        if arguments.stats:
            document["statistics"] = statistics_document(compiled.statistics)
        print(json.dumps(document, ensure_ascii=False))
    else:
        print("\n".join(lines))


def _inspected(document: dict[str, object], path: str | None) -> Iterator[str]:
    if path is not None:
        yield f"{path}: {document['bytes']:,} bytes"
    for name in ("ground", "compile"):
        sizes = document[name]
        assert isinstance(sizes, dict)
        shown = ", ".join(f"{what} {size:,}" if isinstance(size, int) else f"{what} {size}" for what, size in sizes.items())
        yield f"{name:<12} {shown}"


def _contents(compiled: CompiledProgram) -> dict[str, list[str]]:
    """Return what a compiled program answers and needs, by name."""
    from nesylang.grounding import LearnableWeight
    from nesylang.syntax import print_term

    ground = compiled.ground
    learnable = (choice for choice in ground.choices if any(isinstance(weight, LearnableWeight) for weight in choice.weights))
    return {
        "queries": [query.name for query in ground.queries],
        "evidence": [f"{'' if p.value else 'not '}{print_term(p.atom)}" for p in ground.evidence if p.value is not None],
        "observable": [print_term(piece.atom) for piece in ground.evidence if piece.value is None],
        "networks": list(ground.networks),
        "inputs": list(ground.inputs),
        "learnable": list(dict.fromkeys(print_term(choice.atoms[0]) for choice in learnable)),
        "properties": [name for name in type(compiled.circuit.properties).__slots__ if getattr(compiled.circuit.properties, name)],
    }


COMMAND = Command(
    summary="compile a program to a file, or say how it compiles",
    description="Compile a program and write it to a file, which nesy run and Python answer from without compiling it again.\n"
    "With --explain, --inspect or --export no such file is written unless -o names one.",
    examples="""
nesy compile burglary.nesy
nesy compile burglary.nesy -q burglary --observable alarm -o alarm.nesyc
nesy compile --inspect alarm.nesyc
nesy compile burglary.nesy --export nnf -o burglary.nnf
""",
    add_arguments=add_arguments,
    run=run,
)
