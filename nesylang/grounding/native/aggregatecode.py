"""Python source of aggregates: loops over the groups of their answers, and over the values that they may have."""

from __future__ import annotations

from nesylang.grounding.native.callcode import CallEmitter
from nesylang.grounding.native.emit import Frame, Lines
from nesylang.grounding.native.goals import Aggregate, Gather, Goal, Name


class AggregateEmitter(CallEmitter):
    """Writes aggregates."""

    def _gather(self, out: Lines, goal: Gather, goals: tuple[Goal, ...], following: int, frame: Frame) -> None:
        """Write the loop over groups: one where goals before bind all shared variables, otherwise those of the answers."""
        state = frame.copy()  # variables of the answers are not the clause's
        adornment = state.known.adornment(goal.call.args)
        table, _ = self._table(out, goal.call, adornment, state, False)
        row, group = self.terms.local(), self.terms.local()

        def body() -> None:
            for position in range(goal.shared):
                argument = goal.call.args[position]
                assert isinstance(argument, Name), "shared arguments are variables"
                if adornment[position] == "b":
                    continue
                local = self.terms.local()
                out.add(f"{local} = {row}[{position}]")
                if argument.name in frame.local:
                    self._open_steps(out, self._unification(out, frame.local[argument.name], local))
                frame.local[argument.name] = local
                frame.known.add(argument, True)
            frame.local[goal.target.name] = group
            frame.known.add(goal.target, True)
            self.emit_goals(out, goals, following, frame)

        self._loop(out, f"for {row}, {group} in grouped(t, {table}, {goal.shared}, {goal.varies}):", body)

    def _aggregate(self, out: Lines, goal: Aggregate, goals: tuple[Goal, ...], following: int, frame: Frame) -> None:
        """Write the loop over the values of an aggregate."""
        described = self._object(goal, "aggregate")
        groups = "".join(f"{frame.local[part.gathered.name]}, " for part in goal.parts)
        factors = "".join(f"{self.terms.build(out, part.coefficient, frame)}, " for part in goal.parts)
        value, literal = self.terms.local(), f"l{self._number()}"

        def body() -> None:
            frame.literals = (*frame.literals, literal)
            frame.local[goal.result.name] = value
            frame.known.add(goal.result, True)
            self.emit_goals(out, goals, following, frame)

        self._loop(out, f"for {value}, {literal} in aggregated(t, {described}, ({groups}), ({factors})):", body)
