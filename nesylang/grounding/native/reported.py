"""Diagnostics for what goes wrong while a program is grounded: the goal, the clause, and the calls that led there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import GEN_SUSPENDED, getgeneratorstate
from pathlib import Path
from types import TracebackType

from nesylang.grounding.native.budget import BudgetSpent, Meter
from nesylang.grounding.native.compiled import Here
from nesylang.grounding.native.convert import show, show_goal
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.goals import ForeignTemplate
from nesylang.grounding.native.tables import Table
from nesylang.grounding.native.terms import InfiniteTerm, Var, deref
from nesylang.resources import stdlib_directory
from nesylang.source import Diagnostic, Label, NesyError, Span

LISTED = 4
"""Most calls that are spelled out behind an error."""


@contextmanager
def reported(meter: Meter, fallback: Span) -> Iterator[None]:
    """Turn errors of goals and spent budgets into diagnostics, placed at ``fallback`` where no clause was running."""
    try:
        yield
    except GoalError as problem:
        found = _diagnostic(problem.code, problem.message, problem.hint, problem.__traceback__, meter, fallback)
        raise NesyError([found]) from problem.cause or problem
    except InfiniteTerm as problem:
        message = "a variable would be bound to a term that contains it"
        raise NesyError([_diagnostic("E302", message, None, problem.__traceback__, meter, fallback)]) from problem
    except BudgetSpent as problem:
        raise NesyError([_spent(problem, problem.__traceback__, meter, fallback)]) from None
    except RecursionError as problem:
        message = "a clause is nested too deeply for this grounder"
        hint = "split it into several rules"
        raise NesyError([_diagnostic("E306", message, hint, problem.__traceback__, meter, fallback)]) from problem
    except MemoryError:
        raise NesyError([_spent(BudgetSpent("all memory that there is", ""), None, meter, fallback)]) from None
    finally:
        meter.path, meter.clauses = [], []


def _place(traceback: TracebackType | None) -> tuple[Here | None, Span | None, list[Table]]:
    """Return where in which clause an error came from, and the calls whose clauses were running, innermost first.

    The rule that stands for a foreign predicate is no place: who called it is.
    """
    here, span = None, None
    tables: dict[Table, None] = {}
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_filename == "<clause>":
            names = frame.f_locals
            found, owner = names.get("here"), names.get("t")
            if isinstance(found, Here):
                if not _is_host(found):
                    here, span = found, found.span(traceback.tb_lineno)
                    if isinstance(owner, Table):
                        tables.setdefault(owner)
        traceback = traceback.tb_next
    return here, span, list(reversed(tables))


def _diagnostic(code: str, message: str, hint: str | None, traceback: TracebackType | None, meter: Meter, fallback: Span) -> Diagnostic:
    here, span, tables = _place(traceback)
    if here is None:
        span = _caller(meter, traceback)
    labels = [Label(span or fallback, f"evaluated here{_values(here, traceback)}" if span is not None else "asked here")]
    if here is not None and _is_library(here):
        caller = _caller(meter, traceback)
        labels.insert(0, Label(caller, "called from here") if caller is not None else Label(fallback, "asked here"))
    calls = _calls(tables, meter)
    if here is not None and calls:
        labels.append(Label(here.rule.span, f"in the call {calls[0]}" + "".join(f", called by {call}" for call in calls[1:])))
    return Diagnostic(code, message, tuple(labels), hint)


def _values(here: Here | None, traceback: TracebackType | None) -> str:
    """Return the values that the variables of the clause have where the error came from, as `` with X = 1``."""
    found: list[str] = []
    while traceback is not None:
        values = traceback.tb_frame.f_locals
        if traceback.tb_frame.f_code.co_filename == "<clause>" and isinstance(own := values.get("here"), Here) and own is here:
            names = own.names(traceback.tb_lineno)
            named = {name: deref(values[local]) for name, local in names.items() if local in values}
            shown = {name: value for name, value in named.items() if type(value) is not Var and not name.startswith(("_", "$"))}
            # Variables of aggregates have names of their own, with a prime behind the name in the program.
            written = {name.partition("'")[0]: value for name, value in shown.items()}
            found = [f"{name} = {show(value)}" for name, value in written.items()]
        traceback = traceback.tb_next
    return f", with {', '.join(found[:LISTED])}" if found else ""


def _is_host(here: Here) -> bool:
    """Return whether a rule stands for a Python function."""
    return isinstance(here.rule.template, ForeignTemplate)


def _is_library(here: Here) -> bool:
    """Return whether a clause comes from the standard library, where the user has nothing to mend."""
    return Path(here.rule.span.source.name).is_relative_to(stdlib_directory())


def _caller(meter: Meter, traceback: TracebackType | None) -> Span | None:
    """Return the goal of the program's own clauses that is waiting for what went wrong in a library or in Python."""
    span = None
    while traceback is not None:
        running = traceback.tb_frame.f_locals.get("here") if traceback.tb_frame.f_code.co_filename == "<clause>" else None
        if isinstance(running, Here) and not (_is_host(running) or _is_library(running)):
            span = running.span(traceback.tb_lineno)
        traceback = traceback.tb_next
    if span is not None:
        return span
    for clause in reversed(meter.clauses):
        if getgeneratorstate(clause) != GEN_SUSPENDED:
            continue
        frame = clause.gi_frame  # type: ignore[attr-defined]
        found = frame.f_locals.get("here")
        if isinstance(found, Here) and not (_is_host(found) or _is_library(found)):
            return found.span(frame.f_lineno)
    return None


def _calls(running: list[Table], meter: Meter) -> list[str]:
    """Return the calls that were open, innermost first, without those that the grounder makes for itself."""
    waiting = [table for table in reversed(meter.path) if table not in running]
    found = [call for call in (*running, *waiting) if not call.procedure.name.startswith("$")]
    shown = [shown_call(call) for call in found[:LISTED]]
    return [*shown, "..."] if len(found) > LISTED else shown


def shown_call(table: Table) -> str:
    """Return a call as it is spelled in messages; arguments that it leaves open are ``_``."""
    given = iter(table.procedure.inputs(table.key))
    arguments = tuple("_" if letter == "f" else next(given) for letter in table.procedure.adornment)
    text = show_goal(table.procedure.name, arguments)
    return text.replace("'_'", "_")


def _spent(problem: BudgetSpent, traceback: TracebackType | None, meter: Meter, fallback: Span) -> Diagnostic:
    """Return that the budget is spent, and on which predicate most of it went."""
    counts: dict[tuple[str, int], int] = {}
    for table in meter.path:
        procedure = table.procedure
        if not procedure.name.startswith("$"):
            key = (procedure.name, len(procedure.adornment))
            counts[key] = counts.get(key, 0) + 1 + len(table.answers)
    message = f"grounding is beyond its budget of {problem.what}"
    options = {"goals": "--goals", "seconds": "--seconds", "bytes": "--memory", "answers": "--answers", "rules": "--ground-rules"}
    option = options.get(problem.option)
    raised = f"a larger budget: {option}, or GroundingBudget({problem.option}=...) in Python" if option else "ask fewer queries at once"
    here, span, _ = _place(traceback)
    span = span if here is not None and not _is_library(here) else _caller(meter, traceback)
    goal = () if span is None else (Label(span, "while working on this goal"),)
    if not counts:
        return Diagnostic("E306", message, goal or (Label(fallback, "while working on this"),), raised)
    (name, arity), count = max(counts.items(), key=lambda item: item[1])
    latest = next(table for table in reversed(meter.path) if table.procedure.name == name)
    label = f"{name}/{arity} has {count:,} open calls and answers, such as {shown_call(latest)}"
    hint = f"is there an argument that grows with every call, or no end to the answers? {raised}"
    return Diagnostic("E306", message, (Label(fallback, label), *goal), hint)
