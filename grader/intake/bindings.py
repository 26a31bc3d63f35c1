"""Which statements of a module give a name its value, which names that reaches, and which of others a task uses."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Node = TypeVar("Node", bound=Hashable)
UsedBy = Callable[[ast.stmt], Iterable[str]]
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
REACHES_GLOBALS = frozenset({"exec", "globals", "locals", "setattr", "vars"})


def closure(start: Iterable[Node], needs: Callable[[Node], Iterable[Node]]) -> set[Node]:
    """Return what one begins with, what that needs, and so on."""
    found, waiting = set[Node](), list(start)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += needs(node)
    return found


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring or another constant, which does nothing."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def is_for_scripts(statement: ast.AST) -> bool:
    """Whether it is what `if __name__ == "__main__":` guards, which is not run where a module is imported."""
    tests = ("__name__ == '__main__'", "'__main__' == __name__")
    return isinstance(statement, ast.If) and not statement.orelse and ast.unparse(statement.test) in tests


def first_line(statement: ast.stmt) -> int:
    """Return the line on which a statement begins, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def names_in(statement: ast.AST) -> set[str]:
    """Return the names that stand in a statement, read or bound."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


@dataclass(frozen=True)
class Bindings:
    """The names of one module, each with the module-level statements that bind or unbind it, in order."""

    tree: ast.Module
    by_name: dict[str, list[ast.stmt]]  # "*" stands for star imports

    def last(self, name: str) -> ast.stmt | None:
        """Return the last statement that binds a name, also deep inside an if, try or for."""
        return self.by_name[name][-1] if name in self.by_name else None

    def may_hide(self, name: str) -> bool:
        """Tell whether a name may get its value in a way that reading the module does not show."""
        return not self.unseen.isdisjoint({name, "*"})

    @cached_property
    def unseen(self) -> frozenset[str]:
        """Return what is bound by `global` inside a function; "*" when any name may be."""
        hidden = {"*"} if "*" in self.by_name or "__getattr__" in self.by_name else set()
        return frozenset(hidden.union(*map(_unseen_in, ast.walk(self.tree))))

    def reached(self, names: Iterable[str], used_by: UsedBy = names_in) -> set[str]:
        """Return which names of the module some reach: theirs, those that what binds them uses, and so on."""

        def used(name: str) -> Iterable[str]:
            return (used for bound in self.by_name[name] for used in used_by(bound) if used in self.by_name)

        return closure((name for name in names if name in self.by_name), used)


@lru_cache(maxsize=64)
def bindings_of(tree: ast.Module) -> Bindings:
    """Return the bindings of a module; a second question about the same tree costs nothing."""
    by_name: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in {name for node in same_scope(statement) for name in _bound_by(node)}:
            by_name.setdefault(name, []).append(statement)
    return Bindings(tree, by_name)


def bound_by_alias(alias: ast.alias) -> str:
    """Return the name that a part of an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def same_scope(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield a statement and what is in it, but nothing from inside functions and classes."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, SCOPES):
            waiting += ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [bound_by_alias(alias) for alias in aliases]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
    return []


def _unseen_in(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name) if name in REACHES_GLOBALS:
            return ["*"]
        case ast.Global(names=names):
            return names
    return []


BUILTINS = frozenset(dir(builtins))
LOOK_UP = frozenset({"__getattribute__", "attrgetter", "getattr", "methodcaller"})
LONGEST = 40  # of an expression that is quoted
NO_OTHERS: Mapping[str, Collection[str]] = {}


def names(
    tree: ast.Module, function: str, place: Callable[[int], str] = "line {}".format,
    others: Mapping[str, Collection[str]] = NO_OTHERS,
) -> Mapping[str, str]:  # fmt: skip
    """Return the identifiers that a task uses, in its own code and in all code of the module it reaches.

    Each comes with how it is written where it stands first, and where that is: `functional.unfold (line 7)`.

    Attributes count by their name, imported functions by their real last name (`from torch import softmax
    as s` is "softmax"), `@` counts as "matmul", and `getattr(torch, "softmax")` as "softmax". What the code
    itself defines (functions of the module, parameters, variables, attributes of self) does not count.

    `others` are further modules of whoever wrote this one, with the names that they bind: what is imported from them
    counts as `losses.softmax`, and such a module as `losses.`.
    """
    found = bindings_of(tree)
    bindings, reachable = found.by_name, found.reached([function], _plain_names)
    reached = list({id(bound): bound for name in reachable for bound in bindings[name]}.values())
    aliases = _aliases(tree, reached, others)
    defined = set(bindings) - set(aliases)
    ignored = defined if "*" in bindings else defined | BUILTINS
    own = _own_attributes(reached, aliases)
    used: dict[str, ast.AST] = {}
    for statement in reached:
        plain = {name: node for name, node in _plain_names(statement).items() if name not in ignored}
        named = ((aliases.get(name, name), node) for name, node in plain.items())
        for name, node in (*named, *_attributes(statement, own, aliases)):
            used[name] = min(used.get(name, node), node, key=_line)
    return {name: f"{_written(node)} ({place(_line(node))})" for name, node in used.items()}


def _line(node: ast.AST) -> int:
    line: int = getattr(node, "lineno", 0)
    return line


def _written(node: ast.AST) -> str:
    """Return the code of a use: `functional.unfold`, `.unfold` of what is no name, `@` for a product."""
    match node:
        case ast.Call(func=inner):
            return f"{_written(inner)}(...)"
        case ast.Subscript(value=inner):
            return f"{_dotted(inner)}[...]"
        case ast.BinOp() | ast.AugAssign():
            return "@"
    return _dotted(node)


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    text = ".".join([node.id if isinstance(node, ast.Name) else "", *reversed(parts)])
    return text if len(text) <= LONGEST else f"...{text[-LONGEST:]}"


def _aliases(
    tree: ast.Module, reached: list[ast.stmt], others: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """Return imported names with what they are really called, of the module and of the reached functions."""
    module = [node for statement in tree.body for node in same_scope(statement)]
    aliases: dict[str, str] = {}
    for node in [*module, *(node for statement in reached for node in ast.walk(statement))]:
        origin = node.module if isinstance(node, ast.ImportFrom) and node.module in others else ""
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            bound = bound_by_alias(alias)
            if origin:
                each = others[origin] if bound == "*" else (bound,)
                aliases |= {name: f"{origin}.{name if bound == '*' else alias.name}" for name in each}
            elif isinstance(node, ast.Import) and alias.name in others:
                aliases[bound] = f"{alias.name}."
            else:
                aliases[bound] = alias.name.rpartition(".")[2] if alias.asname else bound
    return aliases


def _plain_names(statement: ast.stmt) -> dict[str, ast.Name]:
    """Return the names that a statement reads, without its own parameters and variables."""
    loaded, own = dict[str, ast.Name](), set[str]()
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                loaded.setdefault(name, node)
            case ast.Name(id=name) | ast.arg(arg=name):
                own.add(name)
            case ast.FunctionDef(body=body):
                own |= {part.name for part in body if isinstance(part, Definition)}
    if not isinstance(statement, Definition):
        return loaded
    return {name: node for name, node in loaded.items() if name not in own}


def _own_attributes(statements: list[ast.stmt], aliases: dict[str, str]) -> set[tuple[str, str]]:
    """Pairs such as ("self", "softmax") that the code itself has put there."""
    own = set()
    for node in (node for statement in statements for node in ast.walk(statement)):
        match node:
            case ast.Attribute(value=ast.Name(id=base), attr=attr, ctx=ast.Store()) if base not in aliases:
                own.add((base, attr))
            case ast.ClassDef(body=body, name=name):
                methods = [part.name for part in body if isinstance(part, ast.FunctionDef)]
                own |= {(base, method) for base in ("self", "cls", name) for method in methods}
    return own


def _attributes(
    statement: ast.stmt, own: set[tuple[str, str]], aliases: Mapping[str, str]
) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(value=ast.Name(id=base), attr=attr) if (base, attr) in own:
                pass
            case ast.Attribute(value=ast.Name(id=base), attr=attr) if aliases.get(base, "").endswith("."):
                yield f"{aliases[base]}{attr}", node
            case ast.Attribute(attr=attr, ctx=ast.Load()):
                yield attr, node
            case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
                yield "matmul", node
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=args) if (
                called in LOOK_UP
            ):
                yield from ((text, node) for text in _texts(args))
            case ast.Subscript(slice=ast.Constant(value=str(text))):
                yield text, node


def _texts(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield from argument.value.split(".")
