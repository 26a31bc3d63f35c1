"""What relates wrong numbers to the expected ones: a fact that holds in every element, and not by chance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from grader.suite.compare import tolerance
from grader.suite.failure import Evidence, number
from grader.suite.rearranged import Pair, Relation, in_one_place, moved, of_shapes, reordered

MOST_ELEMENTS = 20_000  # of a tensor that is looked at
ENOUGH = 3  # elements on both sides of a bound
EXACT = 1e-12
SINGLE = (1e-4, 1e-5)

# What is computed, what the result is then called, and what it is called the other way round.
Rule = tuple[Callable[..., Tensor], str, str]
SIGNS: tuple[Rule, ...] = (
    (torch.neg, "the expected with the opposite sign", ""),
    (torch.abs, "the absolute value of the expected", "its absolute value is the expected"),
)
MAPS: tuple[Rule, ...] = (
    (torch.square, "the square of the expected", "its square is the expected"),
    (torch.reciprocal, "one divided by the expected", ""),
    (lambda x: 1 - x, "one minus the expected", ""),
    (torch.exp, "the exponential of the expected", "its exponential is the expected"),
    (lambda x: -x.log(), "minus the logarithm of the expected", "minus its logarithm is the expected"),
    (torch.sigmoid, "the sigmoid of the expected", "its sigmoid is the expected"),
    (torch.tanh, "the tanh of the expected", "its tanh is the expected"),
)
ALONG: tuple[Rule, ...] = tuple(
    (made, f"the {name} of the expected along axis {{}}", f"its {name} along axis {{}} is the expected")
    for made, name in ((torch.softmax, "softmax"), (torch.log_softmax, "log-softmax"), (torch.cumsum, "running sum"))
)
FACTORS: tuple[tuple[Callable[[float], float], str, bool], ...] = (  # of a size; whether it seldom fits by chance
    (lambda k: k, "{k} times the expected; {k} is {size}", True),
    (lambda k: 1 / k, "the expected divided by {k}; {k} is {size}", True),
    (lambda k: k - 1, "the expected times {k} - 1; {k} is {size}", False),
    (lambda k: 1 / (k - 1), "the expected divided by {k} - 1; {k} is {size}", False),
    (lambda k: 1 - k, "the expected times 1 - {k}; {k} is {size}", False),
    (lambda k: 1 / (1 - k), "the expected divided by 1 - {k}; {k} is {size}", False),
    (lambda k: k / (k - 1), "the expected times {k}/({k} - 1); {k} is {size}", False),
    (lambda k: (k - 1) / k, "the expected times ({k} - 1)/{k}; {k} is {size}", False),
    (math.sqrt, "the expected times the root of {k}; {k} is {size}", False),
    (lambda k: 1 / math.sqrt(k), "the expected divided by the root of {k}; {k} is {size}", False),
)


def relations(evidence: Evidence, given: Mapping[str, Any]) -> list[Relation]:
    """Return what holds for all numbers of the part that differs, the simplest first.

    Args:
        evidence: of a check that failed.
        given: the arguments of the last call by name.
    """
    got, want = map(_numbers, evidence.pair or (None, None))
    if got is None or want is None or evidence.is_close or not got.numel() or not want.numel():
        return []
    if max(got.numel(), want.numel()) > MOST_ELEMENTS:
        return []
    pair = Pair(got, want, *(SINGLE if evidence.kind == "dtype" else _bounds(evidence)))
    if pair.near(got, want):
        return [Relation("the numbers are the expected")]
    known = {name: found for name, value in given.items() if (found := _named(name, value)) is not None}
    return list(_of_values(pair, known, _sizes(known, given)) if got.shape == want.shape else of_shapes(pair))


def _numbers(value: Any) -> Tensor | None:
    """Return a value as float64 on the host, None for one that is not made of real numbers."""
    if isinstance(value, Tensor):
        plain = value.layout is torch.strided and not value.is_meta and not value.is_complex()
        return value.detach().cpu().double() if plain else None
    if type(value) not in (float, int, list, tuple):
        return None
    try:
        is_bool = torch.tensor(value).dtype is torch.bool
        return None if is_bool else torch.tensor(value, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return None


def _named(name: str, value: Any) -> Tensor | None:
    """Return a tensor that was given under a name that the learner knows."""
    return _numbers(value) if isinstance(value, Tensor) and " " not in name else None


def _bounds(evidence: Evidence) -> tuple[float, float]:
    """Return how far numbers may be off: as the check allows, and no more than its dtype asks for."""
    dtype = getattr(evidence.pair[1], "dtype", torch.float64) if evidence.pair else torch.float64
    limits = tolerance(torch.empty(0, dtype=dtype))
    asked = evidence.rtol, evidence.atol
    rtol, atol = (most if own is None else min(own, most) for own, most in zip(asked, limits, strict=True))
    return max(rtol, EXACT), max(atol, EXACT)


Size = tuple[float, str]  # a length or number that was given, and what it is


def _sizes(known: Mapping[str, Tensor], given: Mapping[str, Any]) -> list[Size]:
    sizes: list[Size] = []
    for name, x in known.items():
        sizes += [(length, f"the length of axis {axis} of {name}") for axis, length in enumerate(x.shape)]
        sizes += [(x.numel(), f"the number of elements of {name}")] if x.dim() > 1 else []
        sizes += [(x[0].numel(), f"the number of elements of {name}[0]")] if x.dim() > 2 and len(x) else []
    numbers = [(value, name) for name, value in given.items() if type(value) in (int, float) and " " not in name]
    return [(k, words) for k, words in (*sizes, *numbers) if k > 0 and k not in (0.5, 1, 2) and math.isfinite(k)]


def _of_values(pair: Pair, known: Mapping[str, Tensor], sizes: list[Size]) -> Iterator[Relation]:
    """Yield relations between two tensors of one shape."""
    yield from _constant(pair)
    for name, x in known.items():
        if x.shape == pair.got.shape and x.equal(pair.got):
            yield pair.relation(f"{name} as it was given", "given")
    yield from itertools.chain.from_iterable(_both_ways(pair, rule) for rule in SIGNS)
    yield from _multiple(pair, sizes)
    yield from _offset(pair)
    yield from _clamped(pair)
    yield from moved(pair)
    yield from itertools.chain.from_iterable(_both_ways(pair, rule) for rule in MAPS)
    axes = [axis for axis, length in enumerate(pair.want.shape) if length > 1]
    yield from itertools.chain.from_iterable(_both_ways(pair, rule, axis) for axis in axes for rule in ALONG)
    yield from reordered(pair)
    yield from in_one_place(pair, known)


def _both_ways(pair: Pair, rule: Rule, *axis: int) -> Iterator[Relation]:
    """Yield that what was got is made of the expected by a rule, or the expected of it."""
    made, text, other = rule
    if pair.near(pair.got, made(pair.want, *axis)):
        yield pair.relation(text.format(*axis), text)
    elif other and pair.near(made(pair.got, *axis), pair.want):
        yield pair.relation(other.format(*axis), other)


def _constant(pair: Pair) -> Iterator[Relation]:
    first = pair.got.flatten()[:1]
    if pair.got.numel() > 1 and pair.near(pair.got, first.expand(pair.got.shape)):
        words = f"{number(float(first) + 0.0)} in every element"
        yield Relation(words, words, pair.got.numel() >= ENOUGH)


def _multiple(pair: Pair, sizes: list[Size]) -> Iterator[Relation]:
    got, want = pair.got.flatten(), pair.want.flatten()
    usable = got.isfinite() & want.isfinite()
    largest = want[usable].abs().max() if usable.any() else got.new_zeros(())  # whose square may be too large a number
    ratio = float(got[usable] / largest @ want[usable] / (want[usable] / largest @ want[usable])) if largest else 0.0
    if ratio in (0.0, 1.0, -1.0) or not pair.near(pair.got, ratio * pair.want):
        return
    for words, factor in (("twice the expected", 2), ("half the expected", 0.5)):
        if math.isclose(ratio, factor, rel_tol=pair.rtol):
            yield pair.relation(words)
            return
    yield from _with_a_size(pair, ratio, sizes)
    if len(want) > 1 and pair.is_telling:
        yield Relation(f"{number(ratio)} times the expected")


def _with_a_size(pair: Pair, ratio: float, sizes: list[Size]) -> Iterator[Relation]:
    """Yield a factor by the size that it equals, if it is exactly one."""
    for made, text, alone in FACTORS:
        fits = [(k, size) for k, size in sizes if math.isclose(ratio, max(made(k), 0), rel_tol=pair.rtol)]
        if len({size.rpartition(" of ")[0] or size for _, size in fits}) == 1:
            k, size = fits[0]
            words = text.format(k=number(k), size=size)
            yield Relation(words, text.format(k="k", size=size), alone and pair.is_telling, number(k))
        if fits:
            return


def _offset(pair: Pair) -> Iterator[Relation]:
    finite = pair.got.isfinite() & pair.want.isfinite()
    if int(finite.sum()) > 1 and pair.is_telling:
        added = float((pair.got - pair.want)[finite].mean())
        if pair.near(pair.got - added, pair.want):
            yield Relation(f"the expected {'plus' if added > 0 else 'minus'} {number(abs(added))}")


def _clamped(pair: Pair) -> Iterator[Relation]:
    right = int((~pair.wrong).sum())
    finite = (pair.got.isfinite() & pair.want.isfinite()).all()
    if not finite or min(right, pair.wrong.numel() - right) < ENOUGH:
        return
    forth, back = "the expected, clamped to {}", "clamped to {} it is the expected"
    for one, other, words in ((pair.want, pair.got, forth), (pair.got, pair.want, back)):
        low, high = float(other.min()), float(other.max())
        limits = ((low, None, "at least {0}"), (None, high, "at most {1}"), (low, high, "{0} to {1}"))
        for least, most, said in limits:
            if pair.near(one.clamp(least, most), other):
                yield Relation(words.format(said.format(number(low), number(high))))
