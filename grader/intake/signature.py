"""Whether a definition can be called in every way that the reference can."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from grader.intake.attempted import Function

MOST_SHOWN = 200


@dataclass(frozen=True)
class Parameter:
    """One parameter: how it may be passed, and its default if it has one."""

    name: str
    by_position: bool
    by_name: bool
    default: ast.expr | None


def written(function: Function, name: str) -> str:
    """Return a signature as it is written, without annotations: "softmax(x, dim=1)"."""
    try:
        text = f"{name}({ast.unparse(_bare(function.args))})"
    except RecursionError:
        text = f"{name}(...)"
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + "..."


def fault_of(theirs: Function, ours: Function, method: bool = False) -> str | None:
    """Say how a signature breaks the contract; None when it keeps it.

    More parameters with defaults are welcome, and so are `*args` and `**kwargs`. In a method the first
    parameter may have any name.
    """
    got, want = _parameters(theirs)[method:], _parameters(ours)[method:]
    if theirs.args.vararg and theirs.args.kwarg:
        return None
    return (
        _missing(theirs, got, want) or _misplaced(got, want) or _defaults(got, want) or _too_many(got, want)
    )


def _parameters(function: Function) -> list[Parameter]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    absent = [None] * (len(positional) - len(arguments.defaults))
    listed = [
        Parameter(argument.arg, True, argument not in arguments.posonlyargs, default)
        for argument, default in zip(positional, [*absent, *arguments.defaults], strict=True)
    ]
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return listed + [Parameter(argument.arg, False, True, default) for argument, default in named]


def _missing(theirs: Function, got: list[Parameter], want: list[Parameter]) -> str | None:
    names = {parameter.name for parameter in got}
    for parameter in want:
        if parameter.name not in names and not (theirs.args.kwarg and not parameter.by_position):
            return f"the parameter {parameter.name!r} is missing"
    return None


def _misplaced(got: list[Parameter], want: list[Parameter]) -> str | None:
    placed = {parameter.name: (number, parameter) for number, parameter in enumerate(got)}
    for number, parameter in enumerate(want):
        if parameter.name not in placed:
            continue
        place, found = placed[parameter.name]
        if parameter.by_position and not found.by_position:
            return f"the parameter {found.name!r} cannot be given by position"
        if parameter.by_name and not found.by_name:
            return f"the parameter {found.name!r} cannot be given by name"
        if parameter.by_position and place != number:
            return f"the parameter {found.name!r} is number {place + 1}, not {number + 1}"
    return None


def _defaults(got: list[Parameter], want: list[Parameter]) -> str | None:
    found = {parameter.name: parameter.default for parameter in got}
    for parameter in want:
        theirs = found.get(parameter.name)
        if parameter.default is None or parameter.name not in found:
            continue
        if theirs is None:
            return f"the parameter {parameter.name!r} has no default"
        if not _same(theirs, parameter.default):
            return f"the default of {parameter.name!r} is {_text(theirs)}, not {_text(parameter.default)}"
    return None


def _too_many(got: list[Parameter], want: list[Parameter]) -> str | None:
    names = {parameter.name for parameter in want}
    for parameter in got:
        if parameter.name not in names and parameter.default is None:
            return f"the parameter {parameter.name!r} is not asked for, and has no default"
    return None


def _same(theirs: ast.expr, ours: ast.expr) -> bool:
    try:
        return bool(ast.literal_eval(theirs) == ast.literal_eval(ours))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return True  # a name or an expression: only running it shows the value


def _bare(arguments: ast.arguments) -> ast.arguments:
    def bare(argument: ast.arg) -> ast.arg:
        return ast.arg(argument.arg)

    return ast.arguments(
        posonlyargs=[bare(argument) for argument in arguments.posonlyargs],
        args=[bare(argument) for argument in arguments.args],
        vararg=bare(arguments.vararg) if arguments.vararg else None,
        kwonlyargs=[bare(argument) for argument in arguments.kwonlyargs],
        kw_defaults=arguments.kw_defaults,
        kwarg=bare(arguments.kwarg) if arguments.kwarg else None,
        defaults=arguments.defaults,
    )


def _text(default: ast.expr) -> str:
    try:
        text = ast.unparse(default)
    except RecursionError:
        return "an expression"
    return text if len(text) <= 40 else text[:37] + "..."
