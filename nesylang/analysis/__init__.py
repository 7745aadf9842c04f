"""Names, types and warnings: what is known of a program before it is grounded."""

from nesylang.analysis.check import PASSES, Analysis, ResolvedInput, ResolvedNeural, ResolvedPredicate, analyse, diagnose
from nesylang.analysis.types import BUILTIN_TYPES, EnumerationType, OpaqueType, RangeType, TermType, Type

__all__ = [
    "BUILTIN_TYPES",
    "PASSES",
    "Analysis",
    "EnumerationType",
    "OpaqueType",
    "RangeType",
    "ResolvedInput",
    "ResolvedNeural",
    "ResolvedPredicate",
    "TermType",
    "Type",
    "analyse",
    "diagnose",
]
