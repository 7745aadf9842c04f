"""Canonical spelling: ``parse(print_tree(tree)) == tree``, atoms without spaces, one statement a line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache

from nesylang.syntax.data_statements import data_term
from nesylang.syntax.operators import (
    AGGREGATES,
    ARGUMENT_PRIORITY,
    BODY_XOR,
    INFIX,
    NOT_AGGREGATES,
    PREFIX,
    QUANTIFIERS,
    TERM_PRIORITY,
    Operator,
)
from nesylang.syntax.statements import (
    Cell,
    Clause,
    Constraint,
    DataDeclaration,
    Directive,
    EnumerationDomain,
    Evidence,
    ExpectAnswers,
    ExpectError,
    ExpectProbability,
    FactTable,
    ForeignDeclaration,
    Head,
    Import,
    InputDeclaration,
    ListDomain,
    Loss,
    NamedType,
    NeuralDeclaration,
    PredicateDeclaration,
    Query,
    RangeDomain,
    Statement,
    SyntaxTree,
    TypeDeclaration,
    TypeReference,
)
from nesylang.syntax.terms import HEAD_AGGREGATE, Atom, Compound, Float, Integer, ListTerm, String, Term, Variable, head_aggregate
from nesylang.syntax.tokens import PIECE_DIGITS, quote

PLAIN_NAME = re.compile(r"[^\W\d_A-Z\u00C0-\u00D6\u00D8-\u00DE]\w*\Z")
PRIVATE_NAME = re.compile(r"_\w+\Z")
SYMBOLS = frozenset("+-*/\\^<>=~:.?@#&|;")
PIECE = 10**PIECE_DIGITS
LEADING_OPERATOR = re.compile(r"\\\+|[-+*/\\^<>=~:.?@#&|;]+|\w+(?!\()")
BARE_ATOMS = frozenset({"!", "{}"})

PLAIN_DEPTH = 4
"""How deep terms may be that are printed at once."""


Part = Term | str | tuple[Term, int]
"""What a term is printed as: a token, a subterm as an argument, or an operand with the most that it may bind at."""


def print_term(term: Term, priority: int = TERM_PRIORITY) -> str:
    """Return the term as text without needless spaces, in parentheses if it binds looser than ``priority``."""
    plain = _plain(term, PLAIN_DEPTH)
    if plain is not None:
        return plain
    pieces: list[str] = []
    pending: list[Part] = [(term, priority)]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            _append(pieces, current)
        elif isinstance(current, tuple):
            pending.extend(reversed(_operand(*current)))
        else:
            pending.extend(reversed(_parts(current, ARGUMENT_PRIORITY)))
    return "".join(pieces)


def _plain(term: Term, depth: int) -> str | None:
    """Return the text of what most answers are: names, small numbers, and short lists and compounds of these; None for anything else."""
    if type(term) is Integer:
        return str(term.value) if 0 <= term.value < PIECE else None
    if type(term) is Atom:
        return term.name if _is_plain_name(term.name) else None
    if depth and type(term) is ListTerm and term.tail is None:
        inside = _plain_arguments(term.items, depth - 1)
        return None if inside is None else f"[{inside}]"
    if depth and type(term) is Compound and _is_plain_name(term.functor):
        inside = _plain_arguments(term.args, depth - 1)
        return None if inside is None else f"{term.functor}({inside})"
    return None


def _plain_arguments(terms: tuple[Term, ...], depth: int) -> str | None:
    found = [_plain(term, depth) for term in terms]
    return None if None in found else ",".join(found)  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def _is_plain_name(name: str) -> bool:
    """Return whether a name is written as it is wherever it stands, and means nothing but itself."""
    return bool(PLAIN_NAME.match(name)) and not any(name in names for names in (INFIX, PREFIX, QUANTIFIERS, AGGREGATES, ("xor",)))


def _append(pieces: list[str], text: str) -> None:
    """Add a token, with a space before it where it would run into the one before."""
    if pieces and text:
        last, first = pieces[-1][-1], text[0]
        joins = (last in SYMBOLS and first in SYMBOLS) or (_is_word(last) and _is_word(first))
        if joins or (text != ".." and last.isdigit() and first == "."):
            pieces.append(" ")
    pieces.append(text)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_'\""


def _operand(term: Term, priority: int) -> list[Part]:
    """Return the parts of an operand, where an operator's name would be taken for the operator, and the signs of an aggregate too."""
    if isinstance(term, Atom) and (term.name in PREFIX or term.name in INFIX):
        return [quote(term.name, "'")]
    if head_aggregate(term) is not None and isinstance(term, Compound):
        return [_functor(term.functor) + "(", *term.args, ")"]
    return _parts(term, priority)


def _parts(term: Term, priority: int) -> list[Part]:
    """Return the tokens and subterms that a term is printed as."""
    match term:
        case Variable(name=name):
            return [name]
        case Atom(name=name):
            return [print_name(name)]
        case Integer(value=value):
            return [print_integer(value)]
        case Float(value=value):
            return [print_float(value)]
        case String(value=value):
            return [quote(value, '"')]
        case ListTerm(items=items, tail=tail):
            return ["[", *_separated(items), *(["|", tail] if tail is not None else []), "]"]
        case Compound(functor="{}", args=(inner,)):
            return ["{", (inner, TERM_PRIORITY), "}"]
        case Compound(functor=functor, args=(inner,)) if functor[-2:] == "{}" and functor[:-2] in AGGREGATES:
            return [functor[:-2] + "{", *_quantified(inner), "}"]
        case Compound(functor=functor, args=(Compound(functor=":", args=(_, _)) as inner,)) if functor in QUANTIFIERS:
            return [functor + "(", *_quantified(inner), ")"]
        case Compound(functor=functor, args=args) if functor in QUANTIFIERS:
            return [functor + "(", *_separated(args, _without_colon), ")"]
        case Compound(functor=functor, args=(inner,)) if _is_aggregate(term):
            return [functor.removesuffix(HEAD_AGGREGATE) + "<", inner, ">"]
        case Compound(functor=functor, args=(argument,)) if functor in PREFIX:
            return _prefix(PREFIX[functor], argument, priority)
        case Compound(functor=functor, args=(left, right)) if functor != "|" and (functor in INFIX or functor == "xor"):
            operator = INFIX.get(functor, BODY_XOR)
            return _infix(operator, left, right, priority)
        case Compound(functor=functor, args=args):
            return [_functor(functor) + "(", *_separated(args), ")"]


def _is_aggregate(term: Term) -> bool:
    """Return whether a term is ``name<Variable>`` with a name that reads back as one."""
    found = head_aggregate(term)
    return found is not None and PLAIN_NAME.match(found[0]) is not None and found[0] not in NOT_AGGREGATES


def _functor(name: str) -> str:
    if PRIVATE_NAME.match(name):
        return name
    return quote(name, "'") if name in BARE_ATOMS else print_name(name)


def _separated(terms: tuple[Term, ...], prepare: Callable[[Term], Part] = lambda term: term) -> list[Part]:
    parts: list[Part] = []
    for term in terms:
        if parts:
            parts.append(",")
        parts.append(prepare(term))
    return parts


def _quantified(inner: Term) -> list[Part]:
    """Return the inside of a quantifier or aggregate, whose colon binds looser than everything else there."""
    match inner:
        case Compound(functor=":", args=(variables, formula)):
            return [_without_colon(variables, 1174), " : ", _without_colon(formula, 1174)]
        case _:
            return [_without_colon(inner, TERM_PRIORITY)]


def _without_colon(term: Term, priority: int = ARGUMENT_PRIORITY) -> tuple[Term, int]:
    """Return the term as an operand, in parentheses if its operator ``:`` would be taken for the quantifier's."""
    pending: list[Term] = [term]
    while pending:
        current = pending.pop()
        if isinstance(current, Compound) and _operator(current) is not None:
            if current.functor == ":":
                return term, 0
            pending.extend(current.args)
    return term, priority


def _prefix(operator: Operator, argument: Term, priority: int) -> list[Part]:
    if operator.name in ("-", "+") and _starts_with_number(argument, operator.right):
        return [operator.name + "(", argument, ")"]
    space = " " if operator.name[-1].isalpha() else ""
    operand: list[Part] = [operator.name + space, (argument, operator.right)]
    if _is_parenthesised(argument, operator.right) and not space:
        operand[0] = operator.name + " "
    return ["(", *operand, ")"] if operator.priority > priority else operand


def _is_parenthesised(term: Term, priority: int) -> bool:
    """Return whether the text of a term will start with an opening parenthesis."""
    while isinstance(term, Compound):
        operator = _operator(term)
        if operator is None:
            return False
        if operator.priority > priority:
            return True
        if operator.is_prefix:
            return False
        term, priority = term.args[0], operator.left
    return False


def _starts_with_number(term: Term, priority: int) -> bool:
    """Return whether the text of a term will start with a number, which a sign before it would become part of."""
    while isinstance(term, Compound):
        operator = _operator(term)
        if operator is None or operator.is_prefix or operator.priority > priority:
            return False
        term, priority = term.args[0], operator.left
    return isinstance(term, Integer | Float)


def _operator(term: Compound) -> Operator | None:
    if len(term.args) == 2:
        return BODY_XOR if term.functor == "xor" else INFIX.get(term.functor) if term.functor != "|" else None
    return PREFIX.get(term.functor) if len(term.args) == 1 else None


def _infix(operator: Operator, left: Term, right: Term, priority: int) -> list[Part]:
    name = operator.name
    if name == "," or (name != ":" and not name[0].isalpha() and name not in (":-", "<-", "->", "-->", "=>", "<=>", ";", "::")):
        text = name
    else:
        text = f" {name} "
    if name in (";", "->", "=>", "<=>", "::", ":"):
        text = name
    # Whether an xor is a goal's or a number's shows in what is around it, so its operands are spelled for both readings.
    most_left, most_right = (400, 400) if name == "xor" else (operator.left, operator.right)
    parts: list[Part] = [(left, most_left), text, (right, most_right)]
    return ["(", *parts, ")"] if operator.priority > priority else parts


def print_name(name: str) -> str:
    """Return an atom's name, quoted where it must be."""
    if PLAIN_NAME.match(name) or name in BARE_ATOMS or (name in INFIX and name not in (",", "|", "::", ":-", ".")):
        return name
    return name if name in ("\\+", "\\", "~") else quote(name, "'")


def print_integer(value: int) -> str:
    """Return the decimal digits of an integer of any size, which ``str`` does not write beyond some thousand digits."""
    pieces = []
    rest = abs(value)
    while rest >= PIECE:
        rest, piece = divmod(rest, PIECE)
        pieces.append(f"{piece:0{PIECE_DIGITS}}")
    return "".join([*(["-"] if value < 0 else []), str(rest), *reversed(pieces)])


def print_float(value: float) -> str:
    """Return the shortest decimal that reads back as the same number."""
    if math.isinf(value) or math.isnan(value):
        return "inf" if value > 0 else "-inf" if value < 0 else "nan"
    return repr(value)


def print_type(reference: TypeReference) -> str:
    """Return a type as it is declared."""
    match reference:
        case NamedType(name=name):
            return _declared(name)
        case RangeDomain(low=low, high=high):
            return f"{low}..{high}"
        case EnumerationDomain(values=values):
            return "{" + ", ".join(print_term(value) for value in values) + "}"
        case ListDomain(element=element):
            return f"list({print_type(element)})"


def _declared(name: str, spell: Callable[[str], str] = print_name) -> str:
    """Return a name that stands behind a keyword, where an operator's name would be taken for the operator."""
    return quote(name, "'") if name in INFIX or name in PREFIX else spell(name)


def _print_signature(name: str, arguments: tuple[TypeReference, ...], output: TypeReference | None) -> str:
    inside = ", ".join(print_type(argument) for argument in arguments)
    head = f"{_declared(name, _functor)}({inside})" if arguments else _declared(name)
    return head if output is None else f"{head} -> {print_type(output)}"


def _print_head(head: Head) -> str:
    atom = print_term(head.atom, ARGUMENT_PRIORITY)
    return atom if head.probability is None else f"{print_term(head.probability, ARGUMENT_PRIORITY)}::{atom}"


def _print_given(goal: Term, condition: Term | None) -> str:
    return _behind_keyword(goal, 1169) + ("" if condition is None else f" given {print_term(condition, 1169)}")


def _behind_keyword(term: Term, priority: int) -> str:
    """Return a term that stands behind a keyword, in parentheses if its text starts with what can stand between two terms."""
    text = print_term(term, priority)
    start = LEADING_OPERATOR.match(text)
    return f"({print_term(term)})" if start is not None and start[0] in INFIX else text


def print_statement(statement: Statement) -> str:
    """Return a statement as text, its period included; the facts of a table on a line each."""
    if isinstance(statement, FactTable):
        return "\n".join(map(print_statement, statement.facts()))
    text = _statement_text(statement)
    return text + (" ." if text[-1] in SYMBOLS else ".")


def print_cell(cell: Cell) -> str:
    """Return an argument of a fact in a table as text."""
    if isinstance(cell, str):
        return print_name(cell)
    if isinstance(cell, int):
        return print_integer(cell)
    return print_float(cell) if isinstance(cell, float) else print_term(cell, ARGUMENT_PRIORITY)


def _statement_text(statement: Statement) -> str:
    match statement:
        case Clause(heads=heads, body=body):
            head = "; ".join(_print_head(alternative) for alternative in heads)
            return head if body is None else f"{head} :- {print_term(body, 1199)}"
        case TypeDeclaration(name=name, domain=domain):
            return f"type {_declared(name)}" + ("" if domain is None else f" = {print_type(domain)}")
        case PredicateDeclaration(name=name, arguments=arguments):
            return "pred " + _print_signature(name, arguments, None)
        case NeuralDeclaration(name=name, inputs=inputs, output=output):
            return "neural " + _print_signature(name, inputs, output)
        case InputDeclaration(name=name, arguments=arguments, output=output):
            return "input " + _print_signature(name, arguments, output)
        case ForeignDeclaration(name=name, arguments=arguments, outputs=(_, _, *_) as outputs):
            listed = ", ".join(map(print_type, outputs))
            return f"foreign {_print_signature(name, arguments, None)} -> ({listed})"
        case ForeignDeclaration(name=name, arguments=arguments, outputs=outputs):
            return "foreign " + _print_signature(name, arguments, outputs[0] if outputs else None)
        case DataDeclaration():
            return "data " + _behind_keyword(data_term(statement), 1000)
        case Query(goal=goal, condition=condition):
            return "query " + _print_given(goal, condition)
        case Evidence(atom=atom, value=value):
            return f"evidence {_behind_keyword(atom, 900) if value else 'not ' + print_term(atom, 900)}"
        case Constraint(weight=weight, name=name, formula=formula):
            return f"constraint {_print_labelled(weight, name, formula)}"
        case Loss(name=name, formula=formula):
            return f"loss {_print_labelled(None, name, formula)}"
        case ExpectProbability(probability=probability, goal=goal, condition=condition):
            given = "" if condition is None else f" given {print_term(condition, 1169)}"
            return f"expect {_behind_keyword(probability, ARGUMENT_PRIORITY)} :: {print_term(goal, ARGUMENT_PRIORITY)}{given}"
        case ExpectAnswers(goal=goal, answers=answers):
            inside = ", ".join(print_term(answer, ARGUMENT_PRIORITY) for answer in answers)
            return f"expect answers {_behind_keyword(goal, 699)} = {{{inside}}}"
        case ExpectError(code=code):
            return f"expect error {code}"
        case Import(target=target, library=library):
            return "import " + (_declared(target) if library else quote(target, '"'))
        case Directive(goal=goal):
            return f":- {print_term(goal, 1199)}"
        case FactTable():
            raise AssertionError("the facts of a table are statements of their own")


def _print_labelled(weight: Term | None, name: str | None, formula: Term) -> str:
    label = "" if weight is None else _behind_keyword(*_without_colon(weight)) + " :: "
    if name is not None:
        return f"{label}{_declared(name)} : {print_term(*_without_colon(formula, 1174))}"
    return label + print_term(*_without_colon(formula)) if label else _behind_keyword(*_without_colon(formula, 1174))


def print_tree(tree: SyntaxTree) -> str:
    """Return a program as text, one statement a line."""
    return "".join(print_statement(statement) + "\n" for statement in tree.statements)
