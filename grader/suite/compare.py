"""The one comparison: kind, shape, dtype, device, finiteness, value; the first that differs is the failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from grader.suite.failure import (
    CheckFailure,
    Evidence,
    apart,
    device_of,
    dtype_of,
    equal_digits,
    kind_of,
    number,
    numbers,
    place,
    shape_of,
    short,
)
from grader.wire.value import Record

TOLERANCES = {  # relative, absolute
    torch.float64: (1e-9, 1e-11), torch.complex128: (1e-9, 1e-11),
    torch.float32: (1e-4, 1e-5), torch.complex64: (1e-4, 1e-5),
    torch.bfloat16: (2e-2, 1e-2), torch.float16: (2e-3, 1e-3),
}  # fmt: skip

TOLERANCES_ON_CUDA = {  # likewise; of a result that lies on a card, where a check is given none
    torch.float64: (1e-7, 1e-9), torch.complex128: (1e-7, 1e-9),
    torch.float32: (1e-3, 1e-4), torch.complex64: (1e-3, 1e-4),
    torch.bfloat16: (4e-2, 2e-2), torch.float16: (4e-3, 2e-3),
}  # fmt: skip

SUMMED = {"rtol": 1e-5, "atol": 1e-6}  # for check_close of what right code may sum or count in float32

DOUBLE = (torch.float64, torch.complex128)
ROUNDING = 1e-6  # relative to the largest number: what differs by less may come from float32
LEAST_TOLD = 6  # digits in which two numbers agree: fewer say nothing
MOST_OF_SINGLE = 8  # digits in which a number of float32 may agree with one of float64
PLAIN = (type(None), bool, int, float, complex, str, bytes, slice, torch.dtype, torch.device)
KEYS = "keys"  # the kind of evidence where a dict has others than it should


def tolerance(value: Tensor) -> tuple[float, float]:
    """Return how far numbers of this dtype on this device may be off: relative, absolute."""
    known = TOLERANCES_ON_CUDA if value.device.type == "cuda" else TOLERANCES
    return known.get(value.dtype, (0.0, 0.0))


def check_close(
    got: Any, want: Any, checked: str | None = None, *, rtol: float | None = None, atol: float | None = None
) -> None:
    """Check that `got` equals `want` within a tolerance that follows from the dtype.

    Args:
        got: what the submission returned.
        want: tensor, float, or tuple, list or dict of these; `got` must have the same kind and parts.
        checked: what is compared, in the learner's words; the test's sentence if None.
        rtol: relative tolerance; by dtype and device if None. Integers and booleans are compared exactly.
        atol: absolute tolerance; by dtype and device if None.

    Raises:
        CheckFailure: the first difference.
    """
    try:
        _check(got, want, checked, rtol, atol)
    except CheckFailure as failure:
        if not isinstance(want, (dict, tuple, list)) or failure.evidence.kind == KEYS:
            raise
        # All parts tell which mistake it is.
        whole = replace(failure.evidence, got=got, rtol=rtol, atol=atol)
        raise CheckFailure(failure.checked, failure.expected, failure.got, whole) from None


def _check(got: Any, want: Any, checked: str | None, rtol: float | None, atol: float | None) -> None:
    try:
        _check_part(got, want, checked, rtol, atol)
    except CheckFailure as failure:
        if failure.evidence.pair is None or _are_floats(want):  # of several floats all tell more than one
            failure.evidence = replace(failure.evidence, pair=(got, want))
        raise


def _are_floats(value: Any) -> bool:
    return type(value) in (list, tuple) and all(type(part) is float for part in value)


def _check_part(got: Any, want: Any, checked: str | None, rtol: float | None, atol: float | None) -> None:
    if isinstance(want, Tensor):
        _check_tensor(got, want, checked, rtol, atol)
    elif isinstance(want, float):
        _check_number(got, want, checked, rtol, atol)
    elif isinstance(want, dict):
        _check_keys(got, want, checked)
        for key, part in want.items():
            _check(got[key], part, f"{checked or 'the result'}, {key}", rtol, atol)
    elif isinstance(want, (tuple, list)):
        _check_sequence(got, want, checked, rtol, atol)
    else:
        check_equal(got, want, checked)


def check_like(got: Any, want: Any, checked: str | None = None) -> None:
    """Check that `got` has the kind, parts, shapes, dtypes and devices of `want`, whatever its values are."""
    _check(_blank(got), _blank(want), checked, None, None)


def check_equal(got: Any, want: Any, checked: str | None = None) -> None:
    """Check that a plain value is `want`, of the same type in every part."""
    plain = _plain(got)
    if type(plain) is not type(_plain(want)) or not _same(plain, _plain(want)):
        text, expected = apart(plain, _plain(want)) if _is_plain(got) else (kind_of(got), short(want))
        raise CheckFailure(checked, expected, text, Evidence("equal", got, pair=(plain, _plain(want))))


def check_fields(got: Any, fields: Sequence[str], checked: str | None = None) -> None:
    """Check that `got` is a named tuple with these fields."""
    if not isinstance(got, Record) or got._fields != tuple(fields):
        text = "a plain tuple" if type(got) is tuple else kind_of(got)
        if isinstance(got, Record):
            text = f"the fields {', '.join(got._fields)}"
        raise CheckFailure(checked, f"a named tuple of {', '.join(fields)}", text, Evidence("kind", got))


def check_shape(got: Any, shape: Sequence[int], checked: str | None = None) -> None:
    """Check that `got` is a tensor of this shape."""
    _check_kind(got, checked)
    if tuple(got.shape) != tuple(shape):
        raise CheckFailure(checked, f"shape {tuple(shape)}", f"shape {shape_of(got)}", Evidence("shape", got))


def check_dtype(got: Any, dtype: torch.dtype, checked: str | None = None) -> None:
    """Check that `got` is a tensor of this dtype."""
    _check_kind(got, checked)
    if got.dtype is not dtype:
        raise CheckFailure(
            checked, f"dtype {dtype_of(dtype)}", f"dtype {dtype_of(got.dtype)}", Evidence("dtype", got)
        )


def check_finite(got: Any, checked: str | None = None) -> None:
    """Check that no element of a tensor is NaN or infinite."""
    _check_kind(got, checked)
    bad = (~torch.isfinite(got.detach())).nonzero()
    if len(bad):
        index = tuple(bad[0].tolist())
        text = f"{number(got[index].item())}{place(index)} ({len(bad)} of {got.numel()} elements)"
        raise CheckFailure(checked, "finite numbers", text, Evidence("finite", got))


def check_that(condition: bool, checked: str | None, expected: str, got: str) -> None:
    """Check a property that the suite computed from values it had checked before."""
    if condition is not True:
        raise CheckFailure(checked, expected, got, Evidence("property", got))


def _check_keys(got: Any, want: dict[Any, Any], checked: str | None) -> None:
    keys = sorted(got, key=str) if type(got) is dict else got
    try:
        check_equal(keys, sorted(want, key=str), f"keys of {checked or 'the result'}")
    except CheckFailure as failure:
        evidence = Evidence(KEYS, keys)  # without the values: under another name there is nothing to compare
        raise CheckFailure(failure.checked, failure.expected, failure.got, evidence) from None


def _check_kind(got: Any, checked: str | None, want: str = "a tensor") -> None:
    if not isinstance(got, Tensor):
        raise CheckFailure(checked, want, kind_of(got), Evidence("kind", got))


def _check_tensor(
    got: Any, want: Tensor, checked: str | None, rtol: float | None, atol: float | None
) -> None:
    _check_kind(got, checked, f"a tensor of shape {shape_of(want)}")
    check_shape(got, want.shape, checked)
    check_dtype(got, want.dtype, checked)
    if got.device != want.device:
        expected, text = (f"device {device_of(part.device)}" for part in (want, got))
        raise CheckFailure(checked, expected, text, Evidence("device", got))
    default = tolerance(want)
    _check_values(
        got.detach().cpu(),
        want.detach().cpu(),
        checked,
        default[0] if rtol is None else rtol,
        default[1] if atol is None else atol,
    )


def _check_values(got: Tensor, want: Tensor, checked: str | None, rtol: float, atol: float) -> None:
    exact = not (want.is_floating_point() or want.is_complex())
    evidence = Evidence("value", got, rtol, atol, got)
    if exact:
        bad = got != want
        difference = (got.to(torch.float64) - want.to(torch.float64)).abs()
    else:
        if want.dtype in (torch.float16, torch.bfloat16):
            got, want = got.float(), want.float()
        same = (got == want) | (got.isnan() & want.isnan())  # equal infinities are equal
        difference = (got - want).abs()
        near = difference <= atol + rtol * want.abs()  # written so that NaN is a difference
        bad = ~(same | (near & want.isfinite()))  # near an infinity is everything
    if not bad.any():
        return
    odd = bad & (~torch.isfinite(got) | ~torch.isfinite(want)) if not exact else torch.zeros_like(bad)
    index = tuple((odd if odd.any() else bad).nonzero()[0].tolist())
    text, expected = numbers(got[index].item(), want[index].item())
    details = [f"{int(bad.sum())} of {bad.numel()} elements differ"] if bad.numel() > 1 else []
    if odd.any():
        evidence = replace(evidence, kind="finite")
    elif not exact:
        allowed = atol + rtol * want[index].abs().item()
        details.insert(0, f"off by {difference[index].item():.1e}, allowed {allowed:.1e}")
        if want.dtype in DOUBLE and bool((difference[bad] <= ROUNDING * want.abs().max()).all()):
            evidence = replace(evidence, is_close=True)
            details += _close_words(equal_digits(got[index].item(), want[index].item()))
    words = f"{text} ({'; '.join(details)})" if details else text
    raise CheckFailure(checked, f"{expected}{place(index)}", words, evidence)


def _close_words(digits: int) -> list[str]:
    single = ", as if computed in float32" if digits <= MOST_OF_SINGLE else ""
    return [f"equal to {digits} digits{single}"] if digits >= LEAST_TOLD else []


def _check_number(got: Any, want: float, checked: str | None, rtol: float | None, atol: float | None) -> None:
    if type(got) is not float:
        raise CheckFailure(checked, f"a float, {number(want)}", kind_of(got), Evidence("kind", got))
    as_tensor = torch.tensor([got, want], dtype=torch.float64)
    _check_tensor(as_tensor[0], as_tensor[1], checked, rtol, atol)


def _check_sequence(got: Any, want: Any, checked: str | None, rtol: float | None, atol: float | None) -> None:
    fields = getattr(want, "_fields", None)
    named = isinstance(want, tuple) and isinstance(got, Record)
    if not (named or type(got) is (tuple if isinstance(want, tuple) else list)) or len(got) != len(want):
        text = f"a {'tuple' if isinstance(want, tuple) else 'list'} of {len(want)}"
        raise CheckFailure(checked, text, kind_of(got), Evidence("kind", got))
    if fields is not None:
        check_fields(got, fields, checked)
    told = got._fields if isinstance(got, Record) else None  # as the learner has named them, where the suite did not
    names = fields or told or [f"item {index}" for index in range(len(want))]
    for name, part, expected in zip(names, got, want, strict=True):
        _check(part, expected, f"{checked or 'the result'}, {name}", rtol, atol)


def _blank(value: Any) -> Any:
    """Set every number in tensors, floats and what holds them to 0."""
    if isinstance(value, Tensor):
        return torch.zeros_like(value)
    if isinstance(value, Record):
        return Record(value._name, value._fields, tuple(map(_blank, value)))
    if hasattr(value, "_fields"):
        return type(value)(*map(_blank, value))
    if type(value) in (list, tuple):
        return type(value)(map(_blank, value))
    if type(value) is dict:
        return {key: _blank(part) for key, part in value.items()}
    return 0.0 if type(value) is float else value


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple, set):
        return all(_is_plain(part) for part in value)
    if type(value) is dict:
        return all(_is_plain(key) and _is_plain(part) for key, part in value.items())
    return type(value) in PLAIN


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, (Record, torch.Size)) or hasattr(value, "_fields") else value


def _same(got: Any, want: Any) -> bool:
    """Compare plain values part by part: 1 is not True, and an object that claims equality is no plain value."""
    got, want = _plain(got), _plain(want)
    if type(got) is not type(want):
        return False
    if type(got) in (list, tuple):
        return len(got) == len(want) and all(_same(a, b) for a, b in zip(got, want, strict=True))
    if type(got) is dict:
        return sorted(map(repr, got)) == sorted(map(repr, want)) and all(
            _same(got[key], want[key]) for key in want
        )
    if isinstance(got, float):
        return got == want or (got != got and want != want)
    return _is_plain(got) and bool(got == want)
