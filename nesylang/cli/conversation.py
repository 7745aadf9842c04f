"""What is typed at the prompt and what comes back: goals, clauses and the commands that start with a colon."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from nesylang.analysis.suggestions import did_you_mean
from nesylang.cli.answers import table
from nesylang.cli.command import UsageError
from nesylang.cli.reporting import counted, report, say
from nesylang.cli.session import Session, observation
from nesylang.source import NesyError, Source
from nesylang.syntax import parse, print_statement, print_term
from nesylang.syntax.questions import parse_input, parse_observation
from nesylang.syntax.statements import ExpectAnswers, ExpectProbability, Query, Statement, without_tables
from nesylang.syntax.terms import is_ground

COMMAND_LINE = re.compile(r"\s*:(?P<name>[a-z]\w*)(?P<argument>(?:\s.*)?)\Z", re.DOTALL)
COMMANDS_ELSEWHERE = {"help": ":help", "exit": ":quit", "quit": ":quit", "halt": ":quit", "listing": ":list"}
"""What other prompts call our commands."""

INPUT = "input"
"""What diagnostics call a text that was typed."""


class Conversation:
    """A session with somebody who types lines and reads what they bring; answers are printed, the rest is said on standard error."""

    def __init__(self, session: Session, interactive: bool) -> None:
        self.session = session
        self.interactive = interactive
        self.ended = False

    def may_continue(self, text: str) -> bool:
        """Return whether a text is one of those that may take several lines: anything but a command other than ``:add``."""
        found = COMMAND_LINE.match(text)
        return found is None or (found["name"] == "add")

    def interrupts(self, line: str) -> bool:
        """Return whether a line ends the input before it: it is a command."""
        return COMMAND_LINE.match(line) is not None

    def take(self, text: str) -> None:
        """Do what a text says, up to the first thing in it that is wrong, which is reported."""
        try:
            command = COMMAND_LINE.match(text)
            if command is None:
                self._take_statements(text)
            else:
                self._take_command(command["name"], command["argument"].strip())
        except UsageError as problem:
            say(f"error: {problem}")
        except NesyError as failure:
            report(failure.diagnostics)
            for note in getattr(failure, "__notes__", ()):
                say(note)
        sys.stdout.flush()

    def _take_command(self, name: str, argument: str) -> None:
        command = COMMANDS.get(name)
        if command is None:
            raise UsageError(f"there is no command :{name}; {did_you_mean(name, COMMANDS) or ':help lists them'}")
        if argument and " " not in command.usage:
            raise UsageError(f":{name} takes nothing behind it")
        if not argument and " " in command.usage and "[" not in command.usage:
            raise UsageError(f"the command is {command.usage}")
        command.run(self, argument)

    def _take_statements(self, text: str) -> None:
        """Answer, check and add in the order in which it is typed; what stands between questions is added as a whole."""
        for kind, statements in groupby(parse_input(Source(INPUT, text)), _is_question):
            if kind:
                for question in statements:
                    self._answer(question)
            else:
                self.add(list(statements))

    def _answer(self, question: Statement) -> None:
        match question:
            case Query():
                self._ask(question)
            case ExpectProbability() | ExpectAnswers():
                self._check(question)

    def _ask(self, query: Query) -> None:
        try:
            results, warnings = self.session.ask(query)
        except NesyError as failure:
            if is_ground(query.goal) and any(d.code == "E201" and d.span == query.goal.span for d in failure.diagnostics):
                goal = print_term(query.goal)
                command = COMMANDS_ELSEWHERE.get(goal)
                failure.add_note(f"The command is  {command}" if command else f"A goal is asked. To add it as a fact, type  :add {goal}.")
            raise
        report(warnings)
        print(table(results), end="")

    def _check(self, expectation: ExpectProbability | ExpectAnswers) -> None:
        failure = self.session.check(expectation).failure
        if failure is None:
            print("it holds")
        else:
            report([failure])

    def add(self, statements: list[Statement]) -> None:
        """Add statements to the program."""
        report(self.session.add(statements))
        self.confirm(f"{counted(len(statements), 'statement')} added")

    def confirm(self, text: str) -> None:
        """Tell somebody at a terminal that a command worked; a pipe gets answers only."""
        if self.interactive:
            print(text)


def _is_question(statement: Statement) -> bool:
    return isinstance(statement, Query | ExpectProbability | ExpectAnswers)


@dataclass(frozen=True, slots=True)
class ColonCommand:
    """A command of the prompt: how it is written, what it does in a few words, and the function that does it."""

    usage: str
    summary: str
    run: Callable[[Conversation, str], None]


def _add(conversation: Conversation, argument: str) -> None:
    text = argument if argument.endswith(".") else f"{argument}\n."
    conversation.add(list(without_tables(parse(Source(INPUT, text)).statements)))


def _evidence(conversation: Conversation, argument: str) -> None:
    if argument:
        conversation.add([parse_observation(Source(INPUT, argument))])
    else:
        _show(conversation.session.evidence, "there is no evidence")


def _retract(conversation: Conversation, argument: str) -> None:
    wanted = parse_observation(Source(INPUT, argument))
    count = conversation.session.retract(lambda statement: observation(statement) == (wanted.atom, wanted.value))
    if not count:
        raise UsageError(f"there is no such evidence: {print_statement(wanted)}")
    conversation.confirm(f"{counted(count, 'statement')} retracted")


def _clear(conversation: Conversation, argument: str) -> None:
    if argument != "evidence":
        raise UsageError("the command is :clear evidence")
    count = conversation.session.retract(lambda statement: observation(statement) is not None)
    conversation.confirm(f"{counted(count, 'statement')} retracted")


def _list(conversation: Conversation, argument: str) -> None:
    _show(conversation.session.statements, "the program is empty")


def _show(statements: tuple[Statement, ...], nothing: str) -> None:
    if not statements:
        say(nothing)
    for statement in statements:
        print(print_statement(statement))


def _run(conversation: Conversation, argument: str) -> None:
    results = conversation.session.run()
    if not results:
        raise UsageError("the program has no query")
    print(table(results), end="")
    report(dict.fromkeys(diagnostic for result in results for diagnostic in result.impossible))


def _load(conversation: Conversation, argument: str) -> None:
    report(conversation.session.load(_path(argument)))
    conversation.confirm(f"{counted(len(conversation.session.own), 'statement')} loaded")


def _reload(conversation: Conversation, argument: str) -> None:
    if conversation.session.path is None:
        raise UsageError("no file is loaded; :load FILE loads one")
    report(conversation.session.reload())
    conversation.confirm(f"{counted(len(conversation.session.own), 'statement')} loaded")


def _save(conversation: Conversation, argument: str) -> None:
    conversation.session.save(_path(argument))
    conversation.confirm(f"{counted(len(conversation.session.own), 'statement')} saved")


def _path(text: str) -> Path:
    if not text.isprintable():
        raise UsageError("a file name has no control characters")
    return Path(text).expanduser()


def _help(conversation: Conversation, argument: str) -> None:
    rows = [*STATEMENTS, *((command.usage, command.summary) for name, command in COMMANDS.items() if name not in ALIASES)]
    width = max(len(usage) for usage, _ in rows)
    for usage, summary in rows:
        print(f"{usage:<{width}}  {summary}")


def _quit(conversation: Conversation, argument: str) -> None:
    conversation.ended = True


STATEMENTS = (
    ("GOAL", "ask it; the final period may be left out"),
    ("GOAL given CONDITION", "ask it under a condition"),
    ("HEAD :- BODY.", "add a rule; likewise P :: FACT, declarations, evidence, imports"),
    ("expect P :: GOAL.", "check that it holds"),
)
"""What else can be typed, with a few words about it."""

ALIASES = frozenset({"queries", "q"})
"""Second names, which :help leaves out."""

COMMANDS: dict[str, ColonCommand] = {
    "add": ColonCommand(":add CLAUSE.", "add to the program anything that may stand in a file, plain facts too", _add),
    "evidence": ColonCommand(":evidence [LITERAL]", "add evidence, such as alarm or not alarm; alone, list it", _evidence),
    "retract": ColonCommand(":retract LITERAL", "remove a piece of evidence", _retract),
    "clear": ColonCommand(":clear evidence", "remove all evidence", _clear),
    "list": ColonCommand(":list", "show the program", _list),
    "run": ColonCommand(":run", "answer the program's own queries", _run),
    "queries": ColonCommand(":queries", "answer the program's own queries", _run),
    "load": ColonCommand(":load FILE", "start over with the program in a file", _load),
    "reload": ColonCommand(":reload", "read the file again and keep what was added", _reload),
    "save": ColonCommand(":save FILE", "write the program to a file", _save),
    "help": ColonCommand(":help", "show this list", _help),
    "quit": ColonCommand(":quit", "leave; so does Ctrl-D", _quit),
    "q": ColonCommand(":q", "leave", _quit),
}
"""Commands of the prompt by name, in the order of :help."""
