"""The arguments of a call in one line: small ones whole, large ones by shape and dtype."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.proxy.handle import Handle
from grader.wire.tensor import with_memory

MOST_ELEMENTS = 8  # of a tensor that is shown whole
MOST_TEXT = 60  # of one argument
MOST_TEXT_OF_CALL = 240


def describe_call(names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Return the arguments of a call by name: `x [1, 2] float32, dim = 1`."""
    named = [*zip(names, args, strict=False), *kwargs.items()]
    if len(named) == 1 and named[0][0] == "argument 1":
        named = [("the argument", args[0])]
    text = ", ".join(f"{name} {_brief(value)}" for name, value in named)
    return text if len(text) <= MOST_TEXT_OF_CALL else f"{text[: MOST_TEXT_OF_CALL - 3]}..."


@functools.lru_cache
def describe_function(source: str) -> str:
    """Return what a function computes that `source` makes: its one expression, or the name of the source."""
    outer = ast.parse(source).body[0]
    if not isinstance(outer, ast.FunctionDef):
        return ""
    formulas = [node for node in ast.walk(outer) if isinstance(node, ast.Lambda)]
    inner = [node for node in outer.body if isinstance(node, ast.FunctionDef)]
    if len(formulas) == 1 and not inner:
        text = ast.unparse(formulas[0])
    elif len(inner) == 1 and isinstance(last := inner[0].body[-1], ast.Return) and len(inner[0].body) == 1:
        text = f"{inner[0].name}({ast.unparse(inner[0].args)}) = {ast.unparse(last)[len('return ') :]}"
    else:
        text = ""
    return text if 0 < len(text) <= MOST_TEXT else outer.name


def _brief(value: Any) -> str:
    match value:
        case Tensor():
            return _brief_tensor(value)
        case Handle():
            return f"= {vars(value).get('_words') or repr(value)}"
        case torch.Generator():
            return "a generator"
        case list() | tuple() if value and all(isinstance(part, Tensor) for part in value):
            return _brief_tensors(value)
    text = repr(value)
    if len(text) <= MOST_TEXT:
        return f"= {text}"
    size = f" of {len(value)}" if isinstance(value, (list, tuple, dict, str)) else ""
    return f"a {type(value).__name__}{size}"


def _brief_tensors(parts: Sequence[Tensor]) -> str:
    if sum(part.numel() for part in parts) <= MOST_ELEMENTS:
        return f"({', '.join(map(_brief_tensor, parts))})"
    more = ", ..." if len(parts) > 3 else ""
    count = "1 tensor" if len(parts) == 1 else f"{len(parts)} tensors"
    return f"{count} {', '.join(str(tuple(part.shape)) for part in parts[:3])}{more}"


def _brief_tensor(value: Tensor) -> str:
    dtype = str(value.dtype).removeprefix("torch.")
    if value.numel() > MOST_ELEMENTS or not value.numel() or value.is_meta or value.layout is not torch.strided:
        return f"{tuple(value.shape)} {dtype}"
    return f"{_numbers(with_memory(value.detach()).cpu().tolist())} {dtype}"


def _numbers(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    return f"{value:.4g}" if isinstance(value, (float, complex)) else str(value)
