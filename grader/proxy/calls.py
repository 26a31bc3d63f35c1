"""A call of the submission for people: its arguments in one line, and Python that makes it again."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.proxy.handle import Handle
from grader.wire.tensor import with_memory

MOST_ELEMENTS = 8  # of a tensor that is shown whole
MOST_OF_ARGUMENT = 60  # of one argument
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
    return text if 0 < len(text) <= MOST_OF_ARGUMENT else outer.name


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
    text = "" if _is_long(value) else repr(value)
    if 0 < len(text) <= MOST_OF_ARGUMENT:
        return f"= {text}"
    size = f" of {len(value)}" if isinstance(value, (list, tuple, dict, str)) else ""
    return f"a {type(value).__name__}{size}"


def _is_long(value: Any) -> bool:
    """Whether a tensor in a value has so many numbers that its text, which torch makes slowly, is never short."""
    if isinstance(value, Tensor):
        return value.numel() > MOST_OF_ARGUMENT // len("0, ")
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(map(_is_long, parts))


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


MOST_NUMBERS = 64  # of a tensor that is written down; of a larger one the size is
MOST_OF_PROGRAM = 3000
MOST_IN_LINE, MOST_IN_CALL = 60, 40  # characters of the numbers of a tensor, of an argument within the call
PLAIN = (torch.float32, torch.int64, torch.bool)  # what numbers become without being told
OTHER_NUMBERS = "  # other numbers than in the test: this one is too large to write down"


class _Unwritable(Exception):
    """A value that no line of Python makes: it lives in the worker, or is the state of something."""


class Call:
    """A call as it was made: the arguments are kept as they are now, since it may change them."""

    def __init__(self, name: str, names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Keep the call of the function `name`, whose parameters are `names`."""
        self._name = name
        self._names = [_variable(given, name) for given in names[: len(args)]]
        self._args, self._kwargs = [_kept(value) for value in args], {k: _kept(v) for k, v in kwargs.items()}

    def text(self, module: str) -> str | None:
        """Return Python that makes the call with the learner's `module`; None where it cannot be written down."""
        lines: list[str] = []
        try:
            given = [_argument(n, value, lines) for n, value in zip(self._names, self._args, strict=True)]
            pairs = [(key, _variable(key, self._name), value) for key, value in self._kwargs.items()]
            named = [f"{key}={_argument(variable, value, lines)}" for key, variable, value in pairs]
        except _Unwritable:
            return None
        body = "\n".join([*lines, f"print({self._name}({', '.join([*given, *named])}))"])
        uses = [f"import {used}" for used in ("torch",) if "torch." in body]
        text = "\n".join([f"from {module} import {self._name}", *uses, "", body])
        return text if len(text) <= MOST_OF_PROGRAM else None


def _variable(name: str, function: str) -> str:
    """Return a parameter's name as that of a variable that hides nothing."""
    name = name.replace(" ", "_")
    return f"{name}_" if name in ("torch", "print", function) else name


def _kept(value: Any) -> Any:
    """Return a value as it is now: tensors are copied where they are small enough to be written down."""
    if isinstance(value, Tensor):
        return _Numbers(value)
    if type(value) in (list, tuple):
        return type(value)(map(_kept, value))
    return {key: _kept(part) for key, part in value.items()} if type(value) is dict else value


class _Numbers:
    """A tensor that was sent."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor, self.is_small = tensor, tensor.numel() <= MOST_NUMBERS
        self.parameter, self.requires_grad = type(tensor) is torch.nn.Parameter, tensor.requires_grad
        self.on_host = tensor.device.type == "cpu" and tensor.layout is torch.strided
        self.stride = tensor.stride() if self.on_host else ()
        self.is_contiguous = self.on_host and tensor.is_contiguous()
        if self.is_small and self.on_host:
            self.tensor = tensor.detach().clone()

    def __str__(self) -> str:
        if not self.on_host:
            raise _Unwritable
        made = self._made()
        if self.parameter:
            return f"torch.nn.Parameter({made}, requires_grad={self.requires_grad})"
        return f"{made}.requires_grad_()" if self.requires_grad else made

    def _made(self) -> str:
        tensor, shape = self.tensor, tuple(self.tensor.shape)
        if not self.is_small:
            return f"torch.{'rand' if tensor.is_floating_point() else 'zeros'}({shape}, dtype={tensor.dtype})"
        if not tensor.numel():
            return f"torch.empty({shape}, dtype={tensor.dtype})"
        dtype = "" if tensor.dtype in PLAIN else f", dtype={tensor.dtype}"
        made = f"torch.tensor({_rows(tensor)}{dtype})"
        if self.is_contiguous or 0 in self.stride:
            return made
        return f"torch.empty_strided({shape}, {self.stride}, dtype={tensor.dtype}).copy_({made})"


def _rows(tensor: Tensor) -> str:
    """Return the numbers of a tensor, a line for each row where they are many."""
    text = _literal(tensor.tolist(), tensor.dtype)
    if tensor.dim() < 2 or len(text) <= MOST_IN_LINE:
        return text
    return "".join(["[\n", *(f"    {_literal(row, tensor.dtype)},\n" for row in tensor.tolist()), "]"])


def _argument(name: str, value: Any, lines: list[str]) -> str:
    """Return how an argument stands in the call; what is long gets a line of its own before."""
    text = _literal(value, None)
    if not isinstance(value, _Numbers) and len(text) <= MOST_IN_CALL and "torch.tensor" not in text:
        return text
    large = OTHER_NUMBERS if "torch.rand(" in text or "torch.zeros(" in text else ""
    lines.append(f"{name} = {text}{large}")
    return name


def _literal(value: Any, dtype: torch.dtype | None) -> str:
    """Return Python that makes a value. Raises _Unwritable."""
    kind = type(value)
    if kind is float:
        return _float(value, dtype)
    if value is None or kind in (bool, int, complex, str, bytes):
        return repr(value)
    if kind is _Numbers or kind is torch.dtype:
        return str(value)
    if kind in (list, tuple):
        inner = ", ".join(_literal(part, dtype) for part in value)
        return f"[{inner}]" if kind is list else f"({inner}{',' if len(value) == 1 else ''})"
    if kind is dict:
        return "{" + ", ".join(f"{_literal(k, dtype)}: {_literal(v, dtype)}" for k, v in value.items()) + "}"
    raise _Unwritable


def _float(value: float, dtype: torch.dtype | None) -> str:
    """Return the shortest digits that give the same number in its dtype."""
    if not math.isfinite(value):
        return f'float("{value}")'
    return str(np.float32(value)) if dtype is torch.float32 else repr(value)
