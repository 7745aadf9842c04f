"""The verbs: what is asked of a program."""

from nesylang.inference.expectations import Outcome, Report, check_expectations, check_expected_errors, report_expectations
from nesylang.inference.marginals import Answer, QueryMarginals, marginals, possible_marginals
from nesylang.inference.pipeline import Settings, compile_analysis

__all__ = [
    "Answer",
    "Outcome",
    "QueryMarginals",
    "Report",
    "Settings",
    "check_expectations",
    "check_expected_errors",
    "compile_analysis",
    "marginals",
    "possible_marginals",
    "report_expectations",
]
