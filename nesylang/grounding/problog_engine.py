"""Problog's engine with our budget, our places in its errors, and its errors as diagnostics."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from problog.clausedb import AccessError, ClauseDB, ConsultError
from problog.engine import DefaultEngine, NonGroundProbabilisticClause, UnknownClause
from problog.engine_builtin import CallModeError, IndirectCallCycleError
from problog.engine_unify import OccursCheck, UnifyError
from problog.errors import GroundingError as ProblogGroundingError
from problog.errors import InvalidValue, NonGroundQuery, ParseError, ProbLogError, UserError
from problog.eval_nodes import NegativeCycle
from problog.logic import ArithmeticError as ProblogArithmeticError
from problog.logic import InstantiationError

from nesylang.grounding.problog_library import order_builtins
from nesylang.grounding.problog_terms import Place
from nesylang.grounding.request import GroundingBudget
from nesylang.source import Diagnostic, Label, NesyError, Span

CHECK_EVERY = 64
"""Calls and answers between two looks at the clock."""

MOST_GOALS = 500_000
"""Goals that may be open at once where the budget says nothing."""

ENGINE_FAILURES = (
    AttributeError,
    TypeError,
    KeyError,
    IndexError,
    ValueError,
    AssertionError,
    RuntimeError,
    ImportError,
    OSError,
    UnifyError,
)
"""What problog's engine raises where it meets a program that it was not written for."""


UNLIMITED = GroundingBudget(goals=sys.maxsize, seconds=float("inf"))
"""For the engines that problog makes itself, inside subquery/2,3; the outer engine watches the clock."""


class BudgetSpent(Exception):
    """Grounding went beyond its budget, working on ``span``."""

    def __init__(self, what: str, span: Span | None) -> None:
        super().__init__(what)
        self.what = what
        self.span = span


class BuiltinFailure(Exception):
    """A builtin failed in Python: ``called`` is its name and arity, ``reason`` what Python said."""

    def __init__(self, called: str, reason: str, span: Span | None) -> None:
        super().__init__(reason)
        self.called = called
        self.reason = reason
        self.span = span


class Engine(DefaultEngine):  # type: ignore[misc]
    """Problog's engine, stopped when its budget is spent."""

    def __init__(self, budget: GroundingBudget = UNLIMITED) -> None:
        super().__init__()
        for name, arity, function in order_builtins():
            self.add_builtin(name, arity, function)
        self.budget = budget
        self.most_goals = MOST_GOALS if budget.goals is None else budget.goals
        self.deadline = time.monotonic() + budget.seconds
        self.countdown = CHECK_EVERY

    def add_record(self, record: object) -> None:
        """Open a goal; problog calls this for each."""
        if self.pointer > self.most_goals:
            raise BudgetSpent(f"{self.most_goals:,} open goals", _span(getattr(getattr(record, "node", None), "location", None)))
        super().add_record(record)

    def create_context(self, *arguments: object, **options: object) -> object:
        """Make the bindings of a call or an answer; problog calls this for each."""
        self.countdown -= 1
        if self.countdown <= 0:
            self.countdown = CHECK_EVERY
            if time.monotonic() > self.deadline:
                raise BudgetSpent(f"{self.budget.seconds:g} second{'s' * (self.budget.seconds != 1)}", None)
        return super().create_context(*arguments, **options)

    def eval_builtin(self, **arguments: object) -> object:
        """Evaluate a builtin; an error without a place gets that of the call."""
        origin = arguments.get("call_origin")
        called, location = origin if isinstance(origin, tuple) else ("a builtin", None)
        try:
            return super().eval_builtin(**arguments)
        except ProbLogError as failure:
            if failure.location is None:
                failure.location = location
            raise
        except (ArithmeticError, TypeError, ValueError) as failure:
            raise BuiltinFailure(str(called).replace("'", ""), str(failure), _span(location)) from failure


def new_database(engine: Engine, file_name: str) -> ClauseDB:
    """Return an empty database whose errors carry our spans and which loads no Python code of the program's."""
    database = ClauseDB(builtins=engine.get_builtins())
    database.engine = engine
    database.source_files = [file_name]
    lineno, load_external = database.lineno, database.load_external_module

    def placed(location: object, force_filename: bool = False) -> object:
        return location if isinstance(location, Place) else lineno(location, force_filename)

    def load_library(filename: str) -> object:
        import problog

        if not any(filename.startswith(path) for path in problog.library_paths):
            raise ConsultError("a program cannot load Python code", None)
        return load_external(filename)

    database.lineno = placed
    database.load_external_module = load_library
    return database


def _span(location: object) -> Span | None:
    return location.span if isinstance(location, Place) else None


@contextmanager
def reported(fallback: Span) -> Iterator[None]:
    """Turn the engine's errors into diagnostics, placed at ``fallback`` where they have no place; its output goes to standard error."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except ProbLogError as failure:
        raise NesyError([_diagnostic(failure, _span(failure.location) or fallback)]) from failure
    except BudgetSpent as failure:
        message = f"grounding is beyond its budget of {failure.what}"
        hint = "a recursive rule may never end: look for an argument that grows with every call"
        raise NesyError([Diagnostic("E306", message, (Label(failure.span or fallback, "while working on this"),), hint)]) from None
    except BuiltinFailure as failure:
        code = "E303" if failure.called in ARITHMETIC else "E302"
        message = f"{failure.called} fails: {failure.reason}"
        raise NesyError([Diagnostic(code, message, (Label(failure.span or fallback, "evaluated here"),))]) from failure
    except RecursionError:
        message = "a term or clause is nested too deeply for this grounder"
        hint = "a recursive rule may build a term that grows with every call; long conjunctions can be split into several rules"
        raise NesyError([Diagnostic("E306", message, (Label(fallback, "asked here"),), hint)]) from None
    except ENGINE_FAILURES as failure:
        message = f"problog's engine cannot ground this program ({type(failure).__name__}: {failure})"
        raise NesyError([Diagnostic("E312", message, (Label(fallback, "asked here"),))]) from failure


def _diagnostic(failure: ProbLogError, span: Span) -> Diagnostic:
    """Return what an engine error says in our terms."""
    message = str(failure.base_message)
    if message.startswith("[Errno"):  # the engine passes on the text of the operating system's error alone
        hint = "relative names are looked up beside the program"
        return Diagnostic("E212", f"a file cannot be loaded: {message.partition('] ')[2]}", (Label(span, "loaded here"),), hint)
    match failure:
        case UnknownClause(signature=signature):
            message = f"no clause or declaration defines {signature}"
            return Diagnostic("E301", message, (Label(span, "called here"),), "define it, or load the library that does")
        case NonGroundProbabilisticClause():
            message = "a probabilistic clause is used while some of its variables are unbound"
            hint = "every variable of a probabilistic clause or a network's input must be bound by the body or by the call"
            return Diagnostic("E304", message, (Label(span, "not ground when it is used"),), hint)
        case NonGroundQuery():
            return Diagnostic(
                "E304", "an answer still has variables", (Label(span, "asked here"),), "bind them in the rules that answer it"
            )
        case NegativeCycle():
            message = "a cycle through negation: whether this holds depends on its own negation"
            hint = "rewrite the rules so that what is negated does not depend on the atom that negates it"
            return Diagnostic("E305", message, (Label(span, "this negation is part of the cycle"),), hint)
        case CallModeError():
            return _call_mode(failure, span)
        case InstantiationError():
            message = "arithmetic on a variable that has no value yet"
            return Diagnostic("E303", message, (Label(span, "evaluated here"),), "bind the variable in a goal before this one")
        case ProblogArithmeticError():
            return _arithmetic(message, span)
        case OccursCheck():
            return Diagnostic("E302", "a variable would be bound to a term that contains it", (Label(span, "here"),))
        case UserError():
            return Diagnostic("E309", f"the program stops with an error: {message}", (Label(span, "raised here"),))
        case AccessError():
            return Diagnostic("E208", f"this predicate is built in: {message}", (Label(span, "defined here"),))
        case ConsultError() | ParseError():
            return Diagnostic("E212", f"a file cannot be loaded: {failure.message}", (Label(span, "loaded here"),))
        case IndirectCallCycleError():
            message = "a goal calls itself through findall, call or a similar builtin"
            return Diagnostic("E312", message, (Label(span, "part of the cycle"),))
        case InvalidValue() | ProblogGroundingError():
            return Diagnostic("E312", f"the program cannot be grounded: {message}", (Label(span, "here"),))
        case _:
            return Diagnostic("E312", f"the program cannot be grounded: {message}", (Label(span, "here"),))


ARITHMETIC = frozenset({"is/2", "</2", ">/2", "=</2", ">=/2", "=:=/2", "=\\=/2"})
UNBOUND = re.compile(r"\b[XV_]\d+\b")
UNKNOWN_FUNCTION = re.compile(r"Unknown function '(?P<name>.*)'/(?P<arity>\d+)")


def _call_mode(failure: CallModeError, span: Span) -> Diagnostic:
    """Return what is wrong with the arguments of a builtin."""
    name = str(failure.scope or "this builtin").replace("'", "")
    if name in ARITHMETIC and UNBOUND.search(failure.received):
        message = f"arithmetic on a variable that has no value yet, in a call of {name}"
        hint = "bind the variable in a goal before this one"
        return Diagnostic("E303", message, (Label(span, f"called with ({failure.received})"),), hint)
    expected = " or ".join(f"({mode})" for mode in failure.expected)
    takes = f"it takes {expected}" if expected else None
    message = f"{name} is called with arguments that it does not take"
    return Diagnostic("E302", message, (Label(span, f"called with ({failure.received})"),), takes)


def _arithmetic(message: str, span: Span) -> Diagnostic:
    """Return what is wrong with an arithmetic expression."""
    unknown = UNKNOWN_FUNCTION.search(message)
    if unknown is None:
        reason = message.rsplit(": ", 1)[-1].rstrip(".").lower()
        return Diagnostic("E303", f"arithmetic fails: {reason}", (Label(span, "evaluated here"),))
    name, arity = unknown["name"].strip("'"), int(unknown["arity"])
    if arity == 0:
        hint = "numbers are compared with <, =<, =:=, terms with @<, ==, ="
        return Diagnostic("E303", f"arithmetic on '{name}', which is not a number", (Label(span, "evaluated here"),), hint)
    return Diagnostic("E303", f"there is no arithmetic function {name}/{arity}", (Label(span, "evaluated here"),))
