"""Names, types and warnings: what is known of a program before it is grounded."""

from nesylang.analysis.check import PASSES, Analysis, ResolvedInput, ResolvedNeural, ResolvedPredicate, analyse, diagnose
from nesylang.analysis.signatures import predicate_types
from nesylang.analysis.types import BUILTIN_TYPES, EnumerationType, ListOf, OpaqueType, RangeType, TermType, Type
from nesylang.analysis.values import Values

__all__ = [
    "BUILTIN_TYPES",
    "PASSES",
    "Analysis",
    "EnumerationType",
    "ListOf",
    "OpaqueType",
    "RangeType",
    "ResolvedInput",
    "ResolvedNeural",
    "ResolvedPredicate",
    "TermType",
    "Type",
    "Values",
    "analyse",
    "diagnose",
    "predicate_types",
]
