"""What is wrong with the gradients of a network, in words: missing, zero, a multiple of the right one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from grader.suite.compare import check_close
from grader.suite.failure import CheckFailure, Evidence
from grader.suite.wording import shape_of

Given = tuple[str, Any, Tensor | None]  # what it is the gradient of, theirs, ours


def check_all_gradients(
    parameters: Sequence[Given], inputs: Sequence[Given], rtol: float | None, atol: float | None
) -> None:
    """Check the gradients of parameters, then those of inputs.

    Raises:
        CheckFailure: the first that differs, with how many do.
    """
    for noun, rows in (("parameters", parameters), ("inputs", inputs)):
        faults = [(row, fault) for row in rows if (fault := _fault(row, rtol, atol)) is not None]
        if faults:
            (name, got, want), fault = faults[0]
            many = f"; {len(faults)} of {len(rows)} {noun} differ" if len(rows) > 1 else ""
            expected, text = _worded(got, want, fault, rtol, atol)
            checked = f"gradient with respect to {name}"
            raise CheckFailure(checked, expected, text + many, fault.evidence)


def _fault(row: Given, rtol: float | None, atol: float | None) -> CheckFailure | None:
    name, got, want = row
    if want is None:  # it has no part in the result: nothing or zeros are right
        right = got is None or (isinstance(got, Tensor) and not got.detach().count_nonzero())
        return (
            None if right else CheckFailure(name, "none, or zeros", "something else", Evidence("value", got))
        )
    given = torch.zeros_like(want) if got is None else got  # where zeros are right, nothing is
    try:
        check_close(given, want, name, rtol=rtol, atol=atol)
    except CheckFailure as failure:
        return failure
    return None


def _worded(
    got: Any, want: Tensor | None, fault: CheckFailure, rtol: float | None, atol: float | None
) -> tuple[str, str]:
    if got is None and want is not None:
        return f"a gradient of shape {shape_of(want)}", "none: it has no part in the result, or was detached"
    if want is None or fault.evidence.kind != "value" or not isinstance(got, Tensor):
        return fault.expected, fault.got
    theirs, ours = got.detach().cpu(), want.detach().cpu()
    if not theirs.any():
        return fault.expected, "zero, in every element"
    ratio = _ratio(theirs, ours, rtol, atol)
    return fault.expected, fault.got if ratio is None else f"{ratio:.4g} times the expected, in every element"


def _ratio(got: Tensor, want: Tensor, rtol: float | None, atol: float | None) -> float | None:
    """Return the factor between two tensors of several elements, None if there is none."""
    theirs, ours = got.double().flatten(), want.double().flatten()
    if ours.count_nonzero() < 2:
        return None
    ratio = float(theirs @ ours / (ours @ ours))
    try:
        check_close(got, (ratio * ours).to(want.dtype).view(want.shape), rtol=rtol, atol=atol)
    except CheckFailure:
        return None
    return ratio
