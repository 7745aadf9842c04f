"""The reference grounder, whose library is loaded only when it is used."""

from __future__ import annotations

from nesylang.grounding.program import GroundProgram
from nesylang.grounding.request import GroundingRequest


class ProblogGrounder:
    """Grounds through problog's engine."""

    name = "problog"

    def ground(self, request: GroundingRequest) -> GroundProgram:
        """Return the ground program of what is asked; raise NesyError for mistakes that show when the program is grounded."""
        from nesylang.grounding.problog_grounder import ground_by_problog

        return ground_by_problog(request)
