"""Mutation operators: what can be changed in one node of a syntax tree, or among the statements of one block.

Beside the usual ones (another operator, another number, a call left out) stand those of deep learning: mean for sum,
`keepdim` and other arguments forgotten, `detach` and `no_grad` left out, two steps in the wrong order.

Source: DeMillo, Lipton, Sayward, Hints on Test Data Selection (1978); Offutt et al., An Experimental Determination of
Sufficient Mutant Operators (1996). Deviations: the operators of deep learning; refusals are not changed.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Block = list[ast.stmt]

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
CALLED = {  # a function, and what is called in its place
    "mean": "sum", "sum": "mean", "amax": "amin", "amin": "amax", "max": "min", "min": "max", "argmax": "argmin",
    "argmin": "argmax", "any": "all", "all": "any", "var": "std", "std": "var", "eval": "train", "zeros": "ones",
    "ones": "zeros", "new_zeros": "new_ones", "new_ones": "new_zeros", "zeros_like": "ones_like", "triu": "tril",
    "ones_like": "zeros_like", "tril": "triu", "relu": "sigmoid", "tanh": "sigmoid", "sigmoid": "tanh",
    "rand": "randn", "randn": "rand", "ceil": "floor", "floor": "ceil",
}  # fmt: skip
SMALL = 1e-3  # a number below it is a guard, of which only the size counts
MODULES = ("torch", "nn", "functional", "math", "self", "init", "linalg")


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what can stand in the place of one node."""
    match node:
        case ast.BinOp():
            yield from _arithmetic(node)
        case ast.AugAssign(op=op) if type(op) in ARITHMETIC:
            yield with_fields(node, op=ARITHMETIC[type(op)]())
            yield ast.Assign([node.target], node.value)
        case ast.UnaryOp(operand=operand) if not isinstance(operand, ast.Constant):
            yield operand
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            yield with_fields(node, ops=[COMPARED[type(op)]()])
        case ast.BoolOp(op=op, values=values):
            yield with_fields(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            yield from (value for value in values if len(values) == 2)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Call():
            yield from _call(node)
        case ast.Attribute(attr="T" | "mT", ctx=ast.Load()):
            yield node.value
        case ast.Constant(value=value):
            yield from (ast.Constant(other) for other in _numbers(value))
        case ast.Slice():
            parts = (part for part in ("lower", "upper", "step") if getattr(node, part) is not None)
            yield from (with_fields(node, **{part: None}) for part in parts)


def with_fields(node: Node, **fields: object) -> Node:
    """Return a copy of a node with other fields; what stands below is shared."""
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in ARITHMETIC:
        yield with_fields(node, op=ARITHMETIC[type(node.op)]())
    if isinstance(node.op, (ast.Add, ast.Mult)):
        yield from (node.left, node.right)
    elif isinstance(node.op, (ast.Sub, ast.Div, ast.Pow)):
        yield node.left
    if isinstance(node.op, (ast.Div, ast.MatMult)):
        yield with_fields(node, left=node.right, right=node.left)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    match node.func:
        case ast.Attribute(attr=name) if name in CALLED:
            yield with_fields(node, func=with_fields(node.func, attr=CALLED[name]))
        case ast.Name(id=name) if name in CALLED:
            yield with_fields(node, func=with_fields(node.func, id=CALLED[name]))
    for keyword in node.keywords:
        yield with_fields(node, keywords=[each for each in node.keywords if each is not keyword])
    if (worked_on := _worked_on(node)) is not None:
        yield worked_on
    if not any(isinstance(each, ast.Starred) for each in node.args):
        for i in range(1, len(node.args)):
            swapped = [*node.args[: i - 1], node.args[i], node.args[i - 1], *node.args[i + 1 :]]
            yield with_fields(node, args=swapped)


def _worked_on(node: ast.Call) -> ast.expr | None:
    """Return what a call works on: the value of a method, or the first argument of a function."""
    match node.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
            return None
        case ast.Attribute(value=value) if not _is_module(value):
            return value
    return next((each for each in node.args[:1] if not isinstance(each, ast.Starred)), None)


def _is_module(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="torch" | "nn"), attr=name):
            return name in MODULES
        case _:
            return False


def _numbers(value: object) -> Sequence[bool | int | float]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value * 10] if 0 < abs(value) < SMALL else sorted({value * 2, 1 - value} - {value})
    return []


def changed_blocks(block: Block) -> Iterator[Block]:
    """Yield what can stand in the place of the statements of one block."""
    for i, node in enumerate(block):
        before, after = block[:i], block[i + 1 :]
        yield from ([*before, *other, *after] for other in _statements(node))
        if after and _is_step(node) and _is_step(after[0]) and _written(node, after[0]):
            yield [*before, after[0], node, *after[1:]]
        match node:
            case ast.For(body=[first, _, *_]) | ast.While(body=[first, _, *_]) if _is_step(first):
                yield [*before, first, with_fields(node, body=node.body[1:]), *after]
        match before[-1:], node:
            case [ast.For() | ast.While() as loop], ast.Expr():
                yield [*before[:-1], with_fields(loop, body=[*loop.body, node]), *after]


def _statements(node: ast.stmt) -> Iterator[Block]:
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield [ast.Pass()]
        case ast.With(items=[ast.withitem(optional_vars=None)]):
            yield node.body
        case ast.If() if not is_refusal(node):
            yield node.orelse or [ast.Pass()]
            yield node.body
        case ast.Break() | ast.Continue():
            yield [ast.Continue() if isinstance(node, ast.Break) else ast.Break()]


def is_refusal(node: ast.stmt) -> bool:
    """Whether a statement does nothing but refuse bad input."""
    return isinstance(node, ast.Raise) or (isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise))


def _is_step(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign))


def _written(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether one of two statements works on a name that the other one changes, as far as their text tells."""
    mine, theirs = _names(one), _names(other)
    both = isinstance(one, ast.Expr) and isinstance(other, ast.Expr)
    stored = {name for names in (mine, theirs) for name, is_stored in names.items() if is_stored or both}
    return bool(stored & mine.keys() & theirs.keys() - {"self", "torch"})


def _names(node: ast.stmt) -> dict[str, bool]:
    """Return the names of a statement, each with whether it is stored to, or is the object of a call by itself."""
    found = dict[str, bool]()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found[each.id] = found.get(each.id, False) or isinstance(each.ctx, ast.Store) or isinstance(node, ast.Expr)
    return found
