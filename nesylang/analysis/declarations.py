"""Passes over declarations: names declared twice, types, and clauses that contradict a declaration or define a builtin."""

from __future__ import annotations

from collections.abc import Iterator

from nesylang.analysis.builtins import BUILTINS, DIRECTIVES, REDEFINABLE, SPECIAL, Signature
from nesylang.analysis.program import DeclaredPredicate, Program, references
from nesylang.analysis.types import ANY, BUILTIN_TYPES, LARGEST_DOMAIN, EnumerationType, ListOf, OpaqueType, RangeType, TermType, Type
from nesylang.source import Diagnostic, Label
from nesylang.syntax.statements import Declaration, NeuralDeclaration, PredicateDeclaration, TypeDeclaration
from nesylang.syntax.terms import Atom, Compound, Integer, ListTerm, Term, Variable, conjuncts, signature


def duplicate_declarations(program: Program) -> Iterator[Diagnostic]:
    """Yield E206 for each type or predicate that is declared twice, in two files only where the declarations differ."""
    types: dict[str, Declaration] = {}
    predicates: dict[Signature, Declaration] = {}
    for declaration in program.declarations:
        if isinstance(declaration, TypeDeclaration):
            if declaration.name in BUILTIN_TYPES:
                label = Label(declaration.span, "declared here")
                yield Diagnostic("E206", f"the type '{declaration.name}' is built in", (label,), "choose another name")
            first: Declaration = types.setdefault(declaration.name, declaration)
            name = f"the type '{declaration.name}'"
        else:
            found = declaration.name, len(references(declaration))
            first = predicates.setdefault(found, declaration)
            name = f"the predicate {found[0]}/{found[1]}"
        if first is declaration:
            continue
        labels = (Label(declaration.span, "declared again"), Label(first.span, "declared first here"))
        if first.span.source.name == declaration.span.source.name:
            yield Diagnostic("E206", f"{name} is declared twice", labels, "keep one of the declarations")
        elif first != declaration:
            yield Diagnostic("E206", f"{name} is declared differently in two files", labels, "make the declarations agree, or rename one")


def types(program: Program) -> Iterator[Diagnostic]:
    """Yield E207 for each type that is not known, E216 for each that a network cannot take or return."""
    yield from program.type_problems
    for predicate in program.declared.values():
        declaration = predicate.declaration
        if not isinstance(declaration, NeuralDeclaration):
            continue
        for reference, type_ in zip(references(declaration), predicate.arguments, strict=True):
            is_output = reference is declaration.output
            problem = _unfit_output(type_) if is_output else _unfit_input(type_)
            if problem is not None:
                message = f"'{type_.name}' cannot be {'the output' if is_output else 'an input'} of a network: {problem}"
                hint = "declare an enumeration or a range, as in:  type digit = 0..9."
                yield Diagnostic("E216", message, (Label(reference.span),), hint)


def _unfit_output(type_: Type) -> str | None:
    match type_:
        case RangeType() | EnumerationType():
            return None if type_.size <= LARGEST_DOMAIN else f"it has {type_.size} values"
        case TermType() if type_ is ANY:
            return None
        case OpaqueType():
            return None
        case TermType() | ListOf():
            return "its values are not listed, so that they cannot be columns"


def _unfit_input(type_: Type) -> str | None:
    if isinstance(type_, ListOf) or (isinstance(type_, TermType) and type_.name not in ("any", "term")):
        return "it is neither a type of tensors nor has it values that can be numbered"
    return None


def contradictory_clauses(program: Program) -> Iterator[Diagnostic]:
    """Yield E209 for clauses of a predicate that a declaration reserves, or with another arity than all its declarations."""
    arities: dict[str, list[DeclaredPredicate]] = {}
    for predicate in program.declared.values():
        if isinstance(predicate.declaration, PredicateDeclaration):
            arities.setdefault(predicate.name, []).append(predicate)
    for (name, arity), span in program.definitions.items():
        exact = program.declared.get((name, arity))
        if exact is not None and not isinstance(exact.declaration, PredicateDeclaration):
            keyword = _keyword(exact)
            labels = (Label(span, "defined here"), Label(exact.span, f"declared as {keyword} here"))
            hint = "give the rules another name, or drop the declaration"
            yield Diagnostic("E209", f"{name}/{arity} is declared as {keyword}, so it cannot have clauses", labels, hint)
        elif exact is None and name in arities:
            known = " and ".join(f"{name}/{len(predicate.arguments)}" for predicate in arities[name])
            labels = (Label(span, f"has {arity} argument{'' if arity == 1 else 's'}"), Label(arities[name][0].span, "declared here"))
            hint = f"declare {name}/{arity} as well if it is a predicate of its own"
            yield Diagnostic("E209", f"{name}/{arity} is defined, but {known} is declared", labels, hint)


def _keyword(predicate: DeclaredPredicate) -> str:
    return type(predicate.declaration).__name__.removesuffix("Declaration").lower()


def directives(program: Program) -> Iterator[Diagnostic]:
    """Yield E107 for each part of a directive such as ``:- table path/2.`` that names no predicate."""
    for directive, _ in program.directives:
        goal = directive.goal
        if signature(goal) in DIRECTIVES and isinstance(goal, Compound):
            for part in _parts(goal.args[0]):
                if not _names_predicate(part):
                    labels = (Label(part.span, "expected a name and a number of arguments"),)
                    hint = f"as in  :- {goal.functor} path/2.  or  :- {goal.functor} path/2, edge/2."
                    yield Diagnostic("E107", f"this is no {goal.functor} directive: expected a predicate, as in path/2", labels, hint)


def _parts(term: Term) -> list[Term]:
    """Return the predicates that a directive lists, however it does so."""
    return [inner for part in (term.items if isinstance(term, ListTerm) else (term,)) for inner in conjuncts(part)]


def _names_predicate(part: Term) -> bool:
    """Return whether a part of a directive is ``path/2``, ``phrase//1`` or, as tables have it, ``path(_, _)``."""
    match part:
        case Compound(functor="as", args=(named, _)):
            return _names_predicate(named)
        case Compound(functor="/" | "//", args=(Atom(), Integer(value=arity))):
            return arity >= 0
        case Compound(args=arguments):
            return all(isinstance(argument, Variable) for argument in arguments)
        case _:
            return isinstance(part, Variable)


def builtin_definitions(program: Program) -> Iterator[Diagnostic]:
    """Yield E208 for each builtin that the program defines or declares."""
    hint = "choose another name"
    for found, span in program.definitions.items():
        if found in BUILTINS and found not in REDEFINABLE:
            message = f"{found[0]}/{found[1]} is built in and cannot be defined"
            yield Diagnostic("E208", message, (Label(span, BUILTINS[found].meaning),), hint)
    for found, predicate in program.declared.items():
        if found in BUILTINS or found in SPECIAL:
            yield Diagnostic("E208", f"{found[0]}/{found[1]} is built in and cannot be declared", (Label(predicate.span),), hint)
