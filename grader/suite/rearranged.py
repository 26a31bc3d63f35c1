"""Whether wrong numbers are the expected ones elsewhere: moved, reordered, reduced, cut, or wrong in one place only."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

ENOUGH = 3  # different numbers that a relation has to hold for; fewer will do if none of them is round
ROUND = 60  # times a round number is whole: halves, thirds, tenths
MOST_READ = 1000  # numbers that are looked at for that
MOST_PAIRS = 2_000_000  # of numbers that are compared to find rows again
REDUCED = (
    (torch.sum, "the sum of the expected", "its sum is the expected"),
    (torch.mean, "the mean of the expected", "its mean is the expected"),
)


@dataclass(frozen=True)
class Relation:
    """One fact about what was got."""

    text: str
    kind: str = ""  # the same fact has the same in other tests
    is_sure: bool = True  # else it may hold by chance, until another test shows it too
    example: str = ""  # what another test has to differ in


@dataclass(frozen=True)
class Pair:
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

    @functools.cached_property
    def wrong(self) -> Tensor:
        """Where what was got is wrong."""
        return self.differs(self.got, self.want)

    @functools.cached_property
    def is_telling(self) -> bool:
        """Whether enough different numbers are wrong for a relation to hold not by chance alone."""
        same = self.got.shape == self.want.shape
        return all(_are_telling(part[self.wrong] if same else part) for part in (self.got, self.want))

    def relation(self, text: str, kind: str = "", many: bool = False) -> Relation:
        """Return a fact, sure if enough numbers tell it; with `many` also if they are many."""
        sure = self.is_telling or (many and int(self.wrong.sum()) > 2 * ENOUGH)
        return Relation(text, kind or text, sure, f"{float(self.want.flatten()[0]):.4g}")


def _are_telling(numbers: Tensor) -> bool:
    finite = numbers[numbers.isfinite()].flatten()[:MOST_READ]
    if not len(finite) or len({f"{each:.9g}" for each in finite.tolist()}) >= ENOUGH:
        return bool(len(finite))
    scaled = finite * ROUND
    return bool(((scaled - scaled.round()).abs() > 1e-7 * scaled.abs()).all())


def moved(pair: Pair) -> Iterator[Relation]:
    """Yield that the expected was transposed, flipped, or shifted by one."""
    yield from _transposed(pair)
    for axis, length in enumerate(pair.want.shape):
        if length > 1 and pair.near(pair.got, pair.want.flip(axis)):
            yield pair.relation(f"the expected, flipped along axis {axis}", "flipped", many=True)
    for axis, length in enumerate(pair.want.shape):
        for start, words in ((1, "later"), (0, "earlier")) if length > 2 else ():
            got, there = (part.narrow(axis, start, length - 1) for part in (pair.got, pair.want))
            beside = pair.want.narrow(axis, 1 - start, length - 1)
            if pair.near(got, beside) and _are_telling(got[pair.differs(got, there)]):
                yield pair.relation(f"the expected, one place {words} along axis {axis}", words)


def _transposed(pair: Pair) -> Iterator[Relation]:
    axes = list(range(pair.want.dim()))
    for order in itertools.permutations(axes) if 2 <= len(axes) <= 4 else ():
        if list(order) != axes and pair.near(pair.got, pair.want.permute(order)):
            swapped = [axis for axis in axes if order[axis] != axis]
            two = f"axes {swapped[0]} and {swapped[1]} exchanged"
            words = two if len(swapped) == 2 else f"its axes in the order {order}"
            many = pair.got.shape == pair.want.shape
            yield pair.relation(f"the expected with {words}", "transposed", many)
            return


def reordered(pair: Pair) -> Iterator[Relation]:
    """Yield that the slices of an axis are the expected ones in another order."""
    for axis, length in enumerate(pair.want.shape):
        if length < ENOUGH or pair.want.numel() * length > MOST_PAIRS:
            continue
        if pair.near(pair.got, pair.want.sort(axis)[0]):
            yield pair.relation(f"the expected, sorted along axis {axis}", "sorted")
            continue
        mine, ours = (part.movedim(axis, 0).reshape(length, -1) for part in (pair.got, pair.want))
        shape = length, *ours.shape
        same = ~pair.differs(mine[:, None].expand(shape), ours.expand(shape)).any(2)
        if bool(((same.sum(0) == 1) & (same.sum(1) == 1)).all()):
            yield pair.relation(f"the expected in another order along axis {axis}", "order")


def in_one_place(pair: Pair, known: Mapping[str, Tensor]) -> Iterator[Relation]:
    """Yield where all that is wrong lies, if that is a part of its own."""
    wrong, many = pair.wrong, int(pair.wrong.sum())
    for axis, length in enumerate(wrong.shape):
        slices = wrong.movedim(axis, 0).reshape(length, -1)
        whole = slices.all(1).equal(slices.any(1)) and length >= ENOUGH and slices.shape[1] > 1
        for found, words in ((slices.any(1), "differs"), (~slices.any(1), "agrees")):
            if whole and int(found.sum()) == 1:
                yield Relation(f"only index {int(found.nonzero())} of axis {axis} {words}")
    regions = [("the expected", pair.want), *((name, x) for name, x in known.items() if x.shape == wrong.shape)]
    for name, x in regions if ENOUGH <= many <= wrong.numel() - ENOUGH else ():
        for where, words in ((x < 0, "below 0"), (x > 0, "above 0"), (x == 0, "0")):
            if wrong.equal(where):
                yield Relation(f"wrong where {name} is {words}, and nowhere else")
    border = wrong.numel() - wrong[..., 1:-1, 1:-1].numel() if wrong.dim() > 1 and min(wrong.shape[-2:]) > ENOUGH else 0
    if many > border / 2 > 0 and not wrong[..., 1:-1, 1:-1].any():
        yield Relation("only the border of the last two axes differs")


def of_shapes(pair: Pair) -> Iterator[Relation]:
    """Yield relations between two tensors of different shapes."""
    got, want = pair.got, pair.want
    yield from _transposed(pair)
    if pair.near(got.flatten(), want.flatten()):
        yield pair.relation("the expected numbers in another shape")
    if got.dim() == 2 and pair.near(got.diagonal(), want.flatten()):
        yield pair.relation("its diagonal is the expected, as where (N, 1) meets (N,)")
    yield from _cut(pair)
    yield from _reduced(pair)


def _reduced(pair: Pair) -> Iterator[Relation]:
    for one, other, place in ((pair.want, pair.got, 0), (pair.got, pair.want, 1)):
        axes = [(), *((axis,) for axis in range(one.dim()) if one.dim() > 1)] if one.numel() > 1 else []
        for reduce, *words in REDUCED:
            for axis in axes:
                if pair.near(reduce(one, *axis).squeeze(), other.squeeze()):
                    along = f", along axis {axis[0]}" if axis else ""
                    yield pair.relation(f"{words[place]}{along}", words[place])


def _cut(pair: Pair) -> Iterator[Relation]:
    """Yield that elements are missing, or too many, at one end of one axis."""
    got, want = pair.got, pair.want
    axes = [axis for axis, (mine, ours) in enumerate(zip(got.shape, want.shape, strict=False)) if mine != ours]
    if len(axes) != 1 or got.dim() != want.dim():
        return
    (axis,) = axes
    more = got.shape[axis] - want.shape[axis]
    short, long = (got, want) if more < 0 else (want, got)
    for start, which, end in ((0, "last", "end"), (abs(more), "first", "beginning")):
        if pair.near(short, long.narrow(axis, start, short.shape[axis])):
            less = f"the expected without the {which} {-more} of axis {axis}"
            yield pair.relation(less if more < 0 else f"the expected with {more} more at the {end} of axis {axis}", end)
