"""From text to statements and back."""

from nesylang.syntax.classify import parse
from nesylang.syntax.imports import load_program
from nesylang.syntax.parser import parse_term
from nesylang.syntax.printer import print_statement, print_term, print_tree

__all__ = ["load_program", "parse", "parse_term", "print_statement", "print_term", "print_tree"]
