"""Compiled programs without their source, as what modules are made of."""

from __future__ import annotations

from dataclasses import dataclass

from nesylang.analysis import Analysis
from nesylang.compilation.compiled import CompiledProgram
from nesylang.inference import Settings
from nesylang.source import error
from nesylang.syntax import print_term


@dataclass(frozen=True, slots=True)
class FixedProgram:
    """A compiled program that answers its own queries, under evidence that it was compiled for."""

    compiled: CompiledProgram

    @property
    def settings(self) -> Settings:
        """The settings of programs that are not compiled again."""
        return Settings()

    @property
    def analysis(self) -> Analysis:
        """Raise E406: what was compiled has no clauses to ask anything else."""
        asked = ", ".join(query.name for query in self.compiled.ground.queries)
        hint = f"it answers its own queries, as in model(...): {asked}; to ask others, make the module from the program"
        raise error("E406", "a compiled program cannot be asked other queries than its own", hint=hint)

    def compile(self, evidence: tuple[str, ...] = ()) -> CompiledProgram:
        """Return the compiled program, which has a place for at least the evidence; raise E406 where it has none for some of it."""
        known = [print_term(piece.atom) for piece in self.compiled.ground.evidence if piece.value is None]
        for atom in evidence:
            if atom not in known:
                places = f"examples may observe {', '.join(known)}" if known else "it was compiled without evidence of examples"
                hint = f"{places}; to observe it, compile with it: program.compile(evidence=[{atom!r}])"
                raise error("E406", f"the compiled program has no place for the evidence {atom}", hint=hint)
        return self.compiled
