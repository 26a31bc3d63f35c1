"""Wrong variants of attention.RotaryEmbedding."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("attention").RotaryEmbedding


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x, offset=0):
        u, v = self._halves(x)
        angles = self._positions(x, offset).unsqueeze(1) * self._frequencies(x)
        return self._joined(*self._turned(u, v, angles.cos(), angles.sin()))

    def _halves(self, x):
        return x.chunk(2, dim=-1)

    def _positions(self, x, offset):
        return torch.arange(offset, offset + x.shape[-2], dtype=x.dtype, device=x.device)

    def _exponents(self, x):
        return torch.arange(0, self.dim, 2, dtype=x.dtype, device=x.device) / self.dim

    def _frequencies(self, x):
        return self.base ** -self._exponents(x)

    def _turned(self, u, v, cos, sin):
        return u * cos - v * sin, u * sin + v * cos

    def _joined(self, u, v):
        return torch.cat([u, v], -1)


@mistake("features 2i and 2i + 1 are a pair: i and i + D/2 are")
class NeighboursPaired(_Parts):
    def _halves(self, x):
        return x[..., 0::2], x[..., 1::2]

    def _joined(self, u, v):
        return torch.stack([u, v], -1).flatten(-2)


@mistake("features 2i and 2i + 1 are turned, and come back as two halves: i and i + D/2 are a pair")
class NeighboursMovedApart(_Parts):
    def _halves(self, x):
        return x[..., 0::2], x[..., 1::2]


@mistake("the halves were turned and laid into each other: each comes back where it was")
class LaidIntoEachOther(_Parts):
    def _joined(self, u, v):
        return torch.stack([u, v], -1).flatten(-2)


@mistake(
    "the angles of neighbours are the same, but pairs are i and i + D/2: repeat the row, not its entries"
)
class AnglesRepeatedByEntry(_Parts):
    def forward(self, x, offset=0):
        angles = self._positions(x, offset).unsqueeze(1) * self._frequencies(x)
        angles = angles.repeat_interleave(2, -1)
        u, v = self._halves(x)
        return x * angles.cos() + torch.cat([-v, u], -1) * angles.sin()


@mistake("pairs are turned back: the minus stands with v sin a in the first half")
class TurnedBack(_Parts):
    def _turned(self, u, v, cos, sin):
        return u * cos + v * sin, v * cos - u * sin


@mistake("angles are kept for as many tokens, and an offset that changes is ignored")
class AnglesKept(_Parts):
    def _positions(self, x, offset):
        if getattr(self, "length", None) != x.shape[-2]:
            self.length, self.first = x.shape[-2], offset
        return super()._positions(x, self.first)


@mistake("both halves have a minus: the second is u sin a + v cos a")
class MinusInBoth(_Parts):
    def _turned(self, u, v, cos, sin):
        return u * cos - v * sin, v * cos - u * sin


@mistake("no half has a minus: the first is u cos a - v sin a")
class MinusInNone(_Parts):
    def _turned(self, u, v, cos, sin):
        return u * cos + v * sin, u * sin + v * cos


@mistake("sine and cosine are exchanged: at position 0 nothing turns")
class SineForCosine(_Parts):
    def _turned(self, u, v, cos, sin):
        return u * sin - v * cos, u * cos + v * sin


@mistake("the second half was made of the new first half: both need the old one")
class FirstHalfOverwritten(_Parts):
    def _turned(self, u, v, cos, sin):
        u = u * cos - v * sin
        return u, u * sin + v * cos


@mistake("only the first half is turned: both are")
class FirstHalfAlone(_Parts):
    def _turned(self, u, v, cos, sin):
        return u * cos - v * sin, v


@mistake("sines and cosines are added, as a table of positions is: pairs are turned")
class Added(_Parts):
    def _turned(self, u, v, cos, sin):
        return u + sin, v + cos


@mistake("the offset is not used")
class OffsetIgnored(_Parts):
    def _positions(self, x, offset):
        return super()._positions(x, 0)


@mistake("the offset is subtracted: the first token stands at it")
class OffsetSubtracted(_Parts):
    def _positions(self, x, offset):
        return super()._positions(x, -offset)


@mistake("the positions end at T instead of offset + T, or begin again: they are offset, offset + 1, ...")
class OffsetForAll(_Parts):
    def _positions(self, x, offset):
        return torch.full_like(super()._positions(x, 0), offset) if offset else super()._positions(x, 0)


@mistake("the first token stands at 1: without an offset at 0")
class CountedFromOne(_Parts):
    def _positions(self, x, offset):
        return super()._positions(x, offset + 1)


@mistake("positions run along axis 1, the heads of (N, H, T, D): along the last but one")
class AlongAxis1(_Parts):
    def forward(self, x, offset=0):
        if x.ndim < 4:
            return super().forward(x, offset)
        return super().forward(x.transpose(1, 2), offset).transpose(1, 2)


@mistake("the exponent is i/D: it is 2i/D")
class ExponentWithoutTwo(_Parts):
    def _exponents(self, x):
        return super()._exponents(x) / 2


@mistake("the exponent is 4i/D: the 2 of 2i is in the step of arange already")
class ExponentWithTwoTwice(_Parts):
    def _exponents(self, x):
        return super()._exponents(x) * 2


@mistake("pairs turn faster and faster: the exponent has a minus")
class Faster(_Parts):
    def _exponents(self, x):
        return -super()._exponents(x)


@mistake("all pairs turn alike: pair i is slower by base^(2i/D)")
class OneFrequency(_Parts):
    def _exponents(self, x):
        return 0 * super()._exponents(x)


@mistake("the base is always 10000: take the argument")
class BaseIgnored(_Parts):
    def _frequencies(self, x):
        return 10000.0 ** -self._exponents(x)


@mistake("the angles are multiplied by 2 pi: they are m base^(-2i/D) as it is")
class WholeTurns(_Parts):
    def _frequencies(self, x):
        return 2 * torch.pi * super()._frequencies(x)


@mistake("x left the graph: its gradient is turned back")
class Detached(_Parts):
    def _halves(self, x):
        return super()._halves(x.detach())


@mistake("x was overwritten: it must stay as it is")
class InPlace(_Parts):
    def forward(self, x, offset=0):
        y = super().forward(x, offset)
        x.data.copy_(y)
        return y


@mistake("the table of angles ends before position 2500: positions have no end")
class TableEnds(_Parts):
    def _positions(self, x, offset):
        return torch.arange(1024, dtype=x.dtype, device=x.device)[offset : offset + x.shape[-2]]


@mistake("the angles of the first call are kept: length and offset may be others in the next")
class KeepsTheFirstAngles(_Parts):
    first = None

    def _positions(self, x, offset):
        if self.first is None:
            self.first = super()._positions(x, offset)
        return self.first


@mistake("the frequencies are parameters: there is nothing to learn")
class Learned(_Parts):
    def __init__(self, dim, base=10000.0):
        super().__init__(dim, base)
        self.frequencies = nn.Parameter(base ** (-torch.arange(0, dim, 2) / dim))

    def _frequencies(self, x):
        return self.frequencies.to(x.dtype)


@mistake("the table is float64, and makes the result so: keep the dtype of x")
class AlwaysFloat64(_Parts):
    def _positions(self, x, offset):
        return super()._positions(x, offset).double()


@mistake("the result is always float32: keep the dtype of x")
class AlwaysFloat32(_Parts):
    def forward(self, x, offset=0):
        return super().forward(x, offset).float()


@mistake("the positions are made on the CPU: make them on the device of x")
class PositionsOnTheCpu(_Parts):
    def _positions(self, x, offset):
        return torch.arange(offset, offset + x.shape[-2], dtype=x.dtype)
