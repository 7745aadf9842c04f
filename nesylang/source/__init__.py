"""Program texts, places in them, and what is said about them."""

from nesylang.source.diagnostics import Diagnostic, Label, NesyError, error, whole
from nesylang.source.spans import Source, Span

__all__ = ["Diagnostic", "Label", "NesyError", "Source", "Span", "error", "whole"]
