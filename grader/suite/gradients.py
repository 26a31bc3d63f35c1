"""Gradients against an oracle with a random upstream, and against finite differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.gradcheck import GradcheckError

from grader.proxy.errors import SubmissionError
from grader.suite.compare import check_close
from grader.suite.failure import CheckFailure, Evidence, kind_of, short
from grader.suite.random import Random
from grader.wire.value import Record


def check_gradients(
    function: Callable[..., Any],
    oracle: Callable[..., Any],
    *args: Any,
    upstream: Any = None,
    rng: Random | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    **kwargs: Any,
) -> None:
    """Check the values of a function and its gradient for every argument that requires one.

    Args:
        function: the submission's.
        oracle: a function of the same arguments, by other means.
        args: arguments; tensors may require gradients.
        upstream: the gradient that comes from above, one tensor for each output; drawn from `rng` if None.
        rng: where the upstream is drawn from; one of the two must be given.
        rtol: as for `check_close`.
        atol: as for `check_close`.
        kwargs: further arguments, without gradient.

    Raises:
        CheckFailure: values differ, a result has no graph, or a gradient differs.
    """
    copies = [_copy(arg) for arg in args]
    got, want = _parts(function(*args, **kwargs)), _parts(oracle(*copies, **kwargs))
    if len(got) == len(want) == 1:
        check_close(got[0], want[0], rtol=rtol, atol=atol)
    else:
        check_close(tuple(got), tuple(want), rtol=rtol, atol=atol)
    above = _upstream(want, upstream, rng)
    known = getattr(function, "parameter_names", ())
    names = [*known, *(f"argument {i + 1}" if len(args) > 1 else "the argument" for i in range(len(known), len(args)))]
    chosen = [i for i, arg in enumerate(args) if isinstance(arg, Tensor) and arg.requires_grad]
    theirs = _gradients(got, [args[i] for i in chosen], above)
    ours = _gradients(want, [copies[i] for i in chosen], above)
    for i, mine, oracles in zip(chosen, theirs, ours, strict=True):
        check_close(mine, oracles, f"gradient with respect to {names[i]}", rtol=rtol, atol=atol)


def check_gradcheck(function: Callable[..., Any], *args: Any, second: bool = False, **kwargs: Any) -> None:
    """Check gradients against finite differences in float64; with `second` also those of the gradient.

    Raises:
        CheckFailure: they disagree, or the result is no tensor.
    """

    def call(*inputs: Any) -> Any:
        result = _parts(function(*inputs, **kwargs))
        for part in result:
            if not isinstance(part, Tensor):
                raise CheckFailure(None, "a tensor", kind_of(part), Evidence("kind", part))
        return result[0] if len(result) == 1 else tuple(result)

    _against_differences(torch.autograd.gradcheck, call, args, "gradients")
    if second:
        _against_differences(torch.autograd.gradgradcheck, call, args, "second derivatives")


def _against_differences(test: Any, call: Callable[..., Any], args: Sequence[Any], what: str) -> None:
    try:
        with warnings.catch_warnings():
            # of single precision, which a suite never passes but a variant may make
            warnings.simplefilter("ignore")
            test(call, args, fast_mode=True)  # in one random direction, not once for each number
    except SubmissionError:
        raise
    except GradcheckError as problem:
        words = str(problem).strip().splitlines()[0] if str(problem).strip() else "they differ"
        expected = f"{what} that agree with finite differences"
        raise CheckFailure(None, expected, short(words).strip("'"), Evidence("gradcheck", what)) from None


def _copy(arg: Any) -> Any:
    if not isinstance(arg, Tensor):
        return arg
    return arg.detach().clone().requires_grad_(arg.requires_grad)


def _parts(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list, Record)) else [result]


def _upstream(want: Sequence[Tensor], upstream: Any, rng: Random | None) -> list[Tensor]:
    if upstream is not None:
        return _parts(upstream)
    if rng is None:
        raise TypeError("check_gradients needs upstream= or rng=")
    return [rng.normal(*part.shape, dtype=part.dtype) for part in want]


def without_graph(checked: str | None) -> CheckFailure:
    """Return the failure of a result that gradients do not flow through."""
    got = "a result without a graph: it was detached, or made with .item(), .data or no_grad"
    return CheckFailure(checked, "a result that gradients flow through", got, Evidence("graph", False))


def _gradients(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], upstream: Sequence[Tensor]
) -> list[Tensor]:
    pairs = [(part, above) for part, above in zip(outputs, upstream, strict=True) if part.requires_grad]
    if not pairs:
        raise without_graph(None)
    tensors, above = [part for part, _ in pairs], [upper for _, upper in pairs]
    found = torch.autograd.grad(tensors, list(inputs), above, allow_unused=True)
    return [
        torch.zeros_like(x) if gradient is None else gradient
        for x, gradient in zip(inputs, found, strict=True)
    ]
