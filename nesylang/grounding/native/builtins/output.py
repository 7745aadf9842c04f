"""What a program writes, all of it to the error stream, and the errors that it raises itself."""

from __future__ import annotations

import sys
from collections.abc import Callable

from nesylang.grounding.native.builtins.arguments import Solution, deterministic, wrong
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation, Test
from nesylang.grounding.native.builtins.formatting import formatted
from nesylang.grounding.native.builtins.spelling import all_spelled, characters, codes, text_of
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import NIL, Store, Struct, Value, Var, list_items

MOST_ARGUMENTS = 9
"""Arguments that write and its relatives take at most."""


def write(text: str) -> bool:
    """Write a text to the error stream; return True, as predicates do that hold."""
    sys.stderr.write(text)
    sys.stderr.flush()
    return True


def _writer(separator: str, end: str, quoted: bool = False) -> Callable[..., bool]:
    """Return the test that writes its arguments and holds."""

    def holds(store: Store, *arguments: Value) -> bool:
        return write(all_spelled(arguments, separator, quoted) + end)

    return holds


def _error(store: Store, *arguments: Value) -> bool:
    raise GoalError("E309", f"the program stops with an error: {all_spelled(arguments, '')}")


def _template(store: Store, template: Value, arguments: Value) -> str:
    items, tail = list_items(arguments)
    return formatted(store, text_of("format/2", template), items if tail == NIL else [arguments])


def _format(store: Store, template: Value, arguments: Value = NIL) -> bool:
    return write(_template(store, template, arguments))


def _format_to(store: Store, target: Value, template: Value, arguments: Value) -> Solution:
    text = _template(store, template, arguments)
    match target:
        case "user_error" | "user_output":
            write(text)
            return target, template, arguments
        case Struct(name="atom", args=(_,)):
            result: Value = text
        case Struct(name="string", args=(_,)):
            result = store.text(text)
        case Struct(name="codes", args=(_,)):
            result = codes(store, text)
        case Struct(name="chars", args=(_,)):
            result = characters(store, text)
        case _:
            raise wrong("format/3", target, "atom(A), string(S), codes(C) or chars(C)")
    return store.make(target.name, (result,)), template, arguments


def _sequence(store: Store, number: Value) -> Solution:
    if type(number) is not Var:
        raise wrong("seq/1", number, "a variable")
    store.sequence += 1
    return (store.sequence,)


def _no_arguments(store: Store, arguments: Value) -> Solution:
    return (NIL,)


OUTPUT: tuple[NativeBuiltin, ...] = (
    *(Test("write", n, _writer(" ", "")) for n in range(1, MOST_ARGUMENTS + 1)),
    *(Test(name, n, _writer(" ", "\n")) for name in ("writeln", "writenl") for n in range(1, MOST_ARGUMENTS + 1)),
    *(Test("debugprint", n, _writer(" ", "\n", quoted=True)) for n in range(1, MOST_ARGUMENTS + 1)),
    *(Test("error", n, _error) for n in range(1, MOST_ARGUMENTS + 1)),
    *(Test(name, 1, _writer("", "", quoted=True)) for name in ("print", "writeq", "write_canonical")),
    Test("nl", 0, _writer("", "\n")),
    Test("format", 1, _format),
    Test("format", 2, _format),
    Relation("format", 3, deterministic(_format_to), (((), (0,)),)),
    Relation("cmd_args", 1, deterministic(_no_arguments), (((), (0,)),)),
    Relation("seq", 1, deterministic(_sequence), (((), (0,)),)),
)
"""The predicates that write, raise errors, and tell about the run."""
