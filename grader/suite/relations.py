"""What relates wrong numbers to the expected ones: a fact that holds in every element, and not by chance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.suite.compare import tolerance
from grader.suite.failure import Evidence, number

MOST_ELEMENTS = 20_000  # of a tensor that is looked at
MOST_PAIRS = 2_000_000  # of numbers that are compared to find rows again
ENOUGH = 3  # different numbers that a relation has to hold for; fewer will do if none of them is round
ROUND = 60  # times a round number is whole: halves, thirds, tenths
EXACT = 1e-12
SINGLE = (1e-4, 1e-5)

# What is computed, what the result is then called, and what it is called the other way round.
Named = tuple[Callable[..., Tensor], str, str]
SIGNS: tuple[Named, ...] = (
    (torch.neg, "the expected with the opposite sign", ""),
    (torch.abs, "the absolute value of the expected", "its absolute value is the expected"),
)
MAPS: tuple[Named, ...] = (
    (torch.square, "the square of the expected", "its square is the expected"),
    (torch.reciprocal, "one divided by the expected", ""),
    (lambda x: 1 - x, "one minus the expected", ""),
    (torch.exp, "the exponential of the expected", "its exponential is the expected"),
    (lambda x: -x.log(), "minus the logarithm of the expected", "minus its logarithm is the expected"),
    (torch.sigmoid, "the sigmoid of the expected", "its sigmoid is the expected"),
    (torch.tanh, "the tanh of the expected", "its tanh is the expected"),
)
ALONG: tuple[Named, ...] = (
    (torch.softmax, "the softmax of the expected along axis", "its softmax is the expected, along axis"),
    (torch.log_softmax, "the log-softmax of the expected along axis", "its log-softmax is the expected, along axis"),
    (torch.cumsum, "the cumulative sum of the expected along axis", "its cumulative sum is the expected, along axis"),
)
REDUCED: tuple[Named, ...] = (
    (torch.sum, "the sum of the expected", "its sum is the expected"),
    (torch.mean, "the mean of the expected", "its mean is the expected"),
)
FACTORS: tuple[tuple[Callable[[float], float], str], ...] = (  # of a size
    (lambda k: k, "{k} times the expected; {k} is {size}"),
    (lambda k: 1 / k, "the expected divided by {k}; {k} is {size}"),
    (lambda k: k - 1, "the expected times {k} - 1; {k} is {size}"),
    (lambda k: 1 / (k - 1), "the expected divided by {k} - 1; {k} is {size}"),
    (lambda k: 1 - k, "the expected times 1 - {k}; {k} is {size}"),
    (lambda k: 1 / (1 - k), "the expected divided by 1 - {k}; {k} is {size}"),
    (lambda k: k / (k - 1), "the expected times {k}/({k} - 1); {k} is {size}"),
    (lambda k: (k - 1) / k, "the expected times ({k} - 1)/{k}; {k} is {size}"),
    (math.sqrt, "the expected times the root of {k}; {k} is {size}"),
    (lambda k: 1 / math.sqrt(k), "the expected divided by the root of {k}; {k} is {size}"),
)


@dataclass(frozen=True)
class Relation:
    """One fact about what was got."""

    text: str
    kind: str  # the same fact has the same in other tests
    is_sure: bool = True  # else it may hold by chance, until another test shows it too


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
    if evidence.kind == "dtype" or (evidence.kind == "kind" and got.shape == want.shape):
        same = _Pair(got, want, *SINGLE).near(got, want)
        return [Relation("the expected numbers", "numbers")] if same else []
    pair = _Pair(got, want, *_bounds(evidence))
    return list(_of_values(pair, given) if got.shape == want.shape else _of_shapes(pair))


def _numbers(value: Any) -> Tensor | None:
    """Return a value as float64 on the host, None for one that is not made of real numbers."""
    if isinstance(value, Tensor):
        plain = value.layout is torch.strided and not value.is_meta and not value.is_complex()
        return value.detach().cpu().double() if plain else None
    if type(value) not in (float, int, list, tuple):
        return None
    try:
        return torch.tensor(value, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return None


def _bounds(evidence: Evidence) -> tuple[float, float]:
    """Return how far numbers may be off: as the check allows, and no more than its dtype asks for."""
    dtype = getattr(evidence.pair[1], "dtype", torch.float64) if evidence.pair else torch.float64
    limits = tolerance(torch.empty(0, dtype=dtype))
    asked = evidence.rtol, evidence.atol
    rtol, atol = (most if own is None else min(own, most) for own, most in zip(asked, limits, strict=True))
    return max(rtol, EXACT), max(atol, EXACT)


@dataclass(frozen=True)
class _Pair:
    """What was got and what was expected, and how exactly numbers are compared."""

    got: Tensor
    want: Tensor
    rtol: float
    atol: float

    def differs(self, one: Tensor, other: Tensor) -> Tensor:
        """Return where two tensors do not agree; what is small in its tensor gets no more room than the rest."""
        finite = other.isfinite()
        largest = float(other[finite].abs().max()) if finite.any() else 0.0
        near = (one - other).abs() <= self.rtol * other.abs() + min(self.atol, self.rtol * largest)
        return ~((one == other) | (one.isnan() & other.isnan()) | (near & finite))

    def near(self, one: Tensor, other: Tensor) -> bool:
        """Whether two tensors agree in shape and in every element."""
        return one.shape == other.shape and not bool(self.differs(one, other).any())

    @property
    def wrong(self) -> Tensor:
        """Where what was got is wrong."""
        return self.differs(self.got, self.want)

    def is_telling(self) -> bool:
        """Whether enough different numbers are wrong for a relation to hold not by chance alone."""
        parts = self.got, self.want
        return all(_is_telling(part[self.wrong] if self.got.shape == self.want.shape else part) for part in parts)

    def both_ways(self, rule: Named, *args: Any) -> Iterator[Relation]:
        """Yield that what was got is made of the expected by a rule, or the expected of it."""
        made, text, other = rule
        where = f" {args[0]}" if args else ""
        if self.near(self.got, made(self.want, *args)):
            yield Relation(f"{text}{where}", text, self.is_telling())
        elif other and self.near(made(self.got, *args), self.want):
            yield Relation(f"{other}{where}", other, self.is_telling())


def _is_telling(numbers: Tensor) -> bool:
    finite = numbers[numbers.isfinite()].flatten()
    if not len(finite) or len({f"{each:.9g}" for each in finite[:1000].tolist()}) >= ENOUGH:
        return bool(len(finite))
    scaled = finite * ROUND
    return bool(((scaled - scaled.round()).abs() > 1e-7 * scaled.abs()).all())


def _of_values(pair: _Pair, given: Mapping[str, Any]) -> Iterator[Relation]:
    """Yield relations between two tensors of one shape."""
    yield from _constant(pair)
    yield from _as_given(pair, given)
    yield from itertools.chain.from_iterable(map(pair.both_ways, SIGNS))
    yield from _multiple(pair, given)
    yield from _offset(pair)
    yield from _clamped(pair)
    yield from _moved(pair)
    yield from itertools.chain.from_iterable(map(pair.both_ways, MAPS))
    for axis, length in enumerate(pair.want.shape):
        if length > 1:
            yield from itertools.chain.from_iterable(pair.both_ways(rule, axis) for rule in ALONG)
    yield from _in_another_order(pair)
    yield from _in_one_place(pair, given)


def _constant(pair: _Pair) -> Iterator[Relation]:
    got, many = pair.got, pair.got.numel() > 1
    if many and not got.any():
        yield Relation("zero in every element", "zero")
    elif many and got.isnan().all():
        yield Relation("nan in every element", "nan")
    elif got.numel() >= ENOUGH and pair.near(got, got.flatten()[0].expand(got.shape)):
        yield Relation("the same number in every element", "constant")


def _as_given(pair: _Pair, given: Mapping[str, Any]) -> Iterator[Relation]:
    for name, value in _tensors(given):
        if value.shape == pair.got.shape and value.equal(pair.got):
            yield Relation(f"{name} as it was given", "given", pair.is_telling())


def _tensors(given: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors that were given under a name that the learner knows."""
    for name, value in given.items():
        if isinstance(value, Tensor) and " " not in name and (found := _numbers(value)) is not None:
            yield name, found


def _multiple(pair: _Pair, given: Mapping[str, Any]) -> Iterator[Relation]:
    got, want = pair.got.flatten(), pair.want.flatten()
    usable = got.isfinite() & want.isfinite()
    square = float(want[usable] @ want[usable])
    ratio = float(got[usable] @ want[usable]) / square if square else 0.0
    if ratio in (0.0, 1.0, -1.0) or not pair.near(pair.got, ratio * pair.want):
        return
    sure = pair.is_telling()
    for words, factor in (("twice the expected", 2), ("half the expected", 0.5)):
        if math.isclose(ratio, factor, rel_tol=pair.rtol):
            yield Relation(words, words, sure)
            return
    text = _with_a_size(ratio, pair, given)
    if text or len(want) > 1:
        plain = f"{number(ratio)} times the expected"
        yield Relation(text or plain, text.partition("; ")[2] or plain, sure)


def _with_a_size(ratio: float, pair: _Pair, given: Mapping[str, Any]) -> str:
    """Return a factor by the size that it equals, if it is exactly one; empty if not."""
    sizes = list(_sizes(given))
    for made, text in FACTORS:
        fits = [(k, words) for k, words in sizes if math.isclose(ratio, max(made(k), 0), rel_tol=pair.rtol)]
        if fits:
            roles = {words.partition(" of ")[0] for _, words in fits}
            k, size = fits[0]
            return text.format(k=number(k), size=size) if len(roles) == 1 else ""
    return ""


def _sizes(given: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Yield what a factor may be called after: lengths and numbers that were given, in words."""
    for name, value in _tensors(given):
        found = [(length, f"the length of axis {axis} of {name}") for axis, length in enumerate(value.shape)]
        found += [(value.numel(), f"the number of elements of {name}")] if value.dim() > 1 else []
        found += [(value[0].numel(), f"the number of elements of {name}[0]")] if value.dim() > 2 and len(value) else []
        yield from ((k, words) for k, words in found if k > 2)
    for name, value in given.items():
        if type(value) in (int, float) and " " not in name and value > 0 and value not in (0.5, 1, 2):
            yield value, name


def _offset(pair: _Pair) -> Iterator[Relation]:
    finite = pair.got.isfinite() & pair.want.isfinite()
    if int(finite.sum()) > 1:
        added = float((pair.got - pair.want)[finite].mean())
        if pair.near(pair.got - added, pair.want):
            words = f"the expected {'plus' if added > 0 else 'minus'} {number(abs(added))}"
            yield Relation(words, words, pair.is_telling())


def _clamped(pair: _Pair) -> Iterator[Relation]:
    wrong, right = int(pair.wrong.sum()), int((~pair.wrong).sum())
    for one, other, words in (
        (pair.want, pair.got, "the expected, clamped to {}"),
        (pair.got, pair.want, "clamped to {} it is the expected"),
    ):
        low, high = float(other.min()), float(other.max())
        for least, most, limits in (
            (low, None, f"at least {number(low)}"),
            (None, high, f"at most {number(high)}"),
            (low, high, f"{number(low)} to {number(high)}"),
        ):
            if math.isfinite(low) and math.isfinite(high) and pair.near(one.clamp(least, most), other):
                yield Relation(words.format(limits), words, min(wrong, right) >= ENOUGH)


def _moved(pair: _Pair) -> Iterator[Relation]:
    """Yield that the expected was transposed, flipped or shifted by one."""
    got, want = pair.got, pair.want
    sure = pair.is_telling() or int(pair.wrong.sum()) > 2 * ENOUGH
    yield from _transposed(pair, sure)
    for axis, length in enumerate(want.shape):
        if length > 1 and pair.near(got, want.flip(axis)):
            yield Relation(f"the expected, flipped along axis {axis}", "flipped", sure)
    for axis, length in enumerate(want.shape):
        for start, end, words in ((1, 0, "later"), (0, 1, "earlier")):
            mine, there, moved = (part.narrow(axis, first, length - 1) for part, first in ((got, start), (want, start), (want, end)))
            if length > 2 and pair.near(mine, moved) and _is_telling(mine[pair.differs(mine, there)]):
                yield Relation(f"the expected, one place {words} along axis {axis}", words, sure)


def _transposed(pair: _Pair, sure: bool) -> Iterator[Relation]:
    dims = range(pair.want.dim())
    for order in itertools.permutations(dims) if 2 <= len(dims) <= 4 else ():
        if order != tuple(dims) and pair.near(pair.got, pair.want.permute(order)):
            swapped = [axis for axis in dims if order[axis] != axis]
            two = f"axes {swapped[0]} and {swapped[1]} exchanged"
            words = two if len(swapped) == 2 else f"its axes in the order {order}"
            yield Relation(f"the expected with {words}", "transposed", sure)
            return


def _in_another_order(pair: _Pair) -> Iterator[Relation]:
    for axis, length in enumerate(pair.want.shape):
        if length < ENOUGH or pair.want.numel() * length > MOST_PAIRS:
            continue
        rows, others = (part.movedim(axis, 0).reshape(length, -1) for part in (pair.got, pair.want))
        if pair.near(pair.got, pair.want.sort(axis)[0]):
            yield Relation(f"the expected, sorted along axis {axis}", "sorted", pair.is_telling())
        else:
            same = ~pair.differs(rows[:, None].expand(-1, length, -1), others[None].expand(length, -1, -1)).any(2)
            if bool((same.sum(0) == 1).all() & (same.sum(1) == 1).all()):
                yield Relation(f"the expected in another order along axis {axis}", "order", pair.is_telling())


def _in_one_place(pair: _Pair, given: Mapping[str, Any]) -> Iterator[Relation]:
    """Yield where all that is wrong lies, if that is a part of its own."""
    wrong, many = pair.wrong, int(pair.wrong.sum())
    if many < 2:
        return
    for axis, length in enumerate(wrong.shape):
        bad = wrong.movedim(axis, 0).reshape(length, -1).any(1)
        if length >= ENOUGH and wrong.numel() > length:
            for found, words in ((bad, "differs"), (~bad, "agrees")):
                if int(found.sum()) == 1:
                    yield Relation(f"only index {int(found.nonzero())} of axis {axis} {words}", words)
    regions = [("the expected", pair.want), *(each for each in _tensors(given) if each[1].shape == wrong.shape)]
    for name, numbers in regions:
        for where, words in ((numbers < 0, "below"), (numbers > 0, "above"), (numbers == 0, "exactly")):
            if ENOUGH <= many <= wrong.numel() - ENOUGH and wrong.equal(where):
                yield Relation(f"it differs where {name} is {words} 0, and nowhere else", words)
    if wrong.dim() > 1 and min(wrong.shape[-2:]) > 3 and not wrong[..., 1:-1, 1:-1].any():
        yield Relation("only the border of the last two axes differs", "border")


def _of_shapes(pair: _Pair) -> Iterator[Relation]:
    """Yield relations between two tensors of different shapes."""
    got, want = pair.got, pair.want
    sure = pair.is_telling()
    yield from _transposed(pair, sure)
    if pair.near(got.flatten(), want.flatten()):
        yield Relation("the expected numbers in another shape", "shape")
    if got.dim() == 2 and pair.near(got.diagonal(), want.flatten()):
        yield Relation("its diagonal is the expected, as where (N, 1) met (N,)", "diagonal")
    for one, other, place in ((want, got, 0), (got, want, 1)):
        for reduce, *words in REDUCED:
            axes = [None, *range(one.dim())] if one.dim() > 1 else [None]
            for axis in axes if one.numel() > 1 else []:
                made = reduce(one, axis) if axis is not None else reduce(one)
                if pair.near(made.squeeze(), other.squeeze()):
                    along = "" if axis is None else f" along axis {axis}"
                    yield Relation(f"{words[place]}{along}", words[place], sure)
    yield from _cut(pair, sure)


def _cut(pair: _Pair, sure: bool) -> Iterator[Relation]:
    """Yield that elements are missing, or too many, at one end of one axis."""
    got, want = pair.got, pair.want
    if got.dim() != want.dim():
        return
    axes = [axis for axis in range(want.dim()) if got.shape[axis] != want.shape[axis]]
    less = got.shape[axes[0]] - want.shape[axes[0]]
    short, long = (got, want) if less < 0 else (want, got)
    words = "the expected without the {} {} of axis {}" if less < 0 else "the expected, and {} {} more of axis {}"
    for start, which in ((0, "last"), (abs(less), "first")):
        if len(axes) == 1 and short.numel() and pair.near(short, long.narrow(axes[0], start, short.shape[axes[0]])):
            yield Relation(words.format(which, abs(less), axes[0]), which, sure)
