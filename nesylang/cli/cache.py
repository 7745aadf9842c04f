"""``nesy cache``: the compiled programs that are kept on disk."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from nesylang.cli.command import FINE, Command, UsageError


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy cache``."""
    parser.add_argument("--clear", action="store_true", help="remove all entries")


def run(arguments: Namespace) -> int:
    """Print where the cache is and how much is in it, after removing all if that is asked for; return the exit status."""
    from nesylang.cli.reporting import counted
    from nesylang.inference.cache import VARIABLE, cache_folder, entries, make_room

    folder = cache_folder()
    if folder is None:
        print(f"the cache is off; {VARIABLE} names a folder for it")
        return FINE
    try:
        if arguments.clear:
            make_room(folder, 0)
        found = entries(folder)
    except OSError as failure:
        raise UsageError(f"the cache in {folder} cannot be read: {failure.strerror or failure}") from None
    size = sum(entry.bytes for entry in found)
    print(f"{folder}: {counted(len(found), 'program')}, {size / 2**20:.1f} MiB")
    return FINE


COMMAND = Command(
    summary="show or clear what was compiled before",
    description="Show where compiled programs are kept, to be found again when the same program is run, and how many there are.\n"
    "The environment variable NESYLANG_CACHE names another folder; empty, it turns the cache off.",
    examples="""
nesy cache
nesy cache --clear
""",
    add_arguments=add_arguments,
    run=run,
)
