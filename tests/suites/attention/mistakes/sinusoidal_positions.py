"""Wrong variants of attention.sinusoidal_positions."""

import torch

from grader.suite import mistake


def _columns(dim, device):
    return torch.arange(0, dim, 2, device=device) / dim


def _table(length, dim, device, exponents=None, start=0):
    """The angles, (T, D/2)."""
    exponents = _columns(dim, device) if exponents is None else exponents
    positions = torch.arange(start, start + length, device=device).unsqueeze(1)
    return positions * 10000.0**-exponents


def _joined(first, second):
    return torch.stack([first, second], -1).flatten(1)


@mistake("sines fill the first half and cosines the second: they take turns, column by column")
def side_by_side(length, dim, device=None):
    angles = _table(length, dim, device)
    return torch.cat([angles.sin(), angles.cos()], 1)


@mistake("cosines stand in the even columns: sines do, cosines in the odd ones")
def cosines_first(length, dim, device=None):
    angles = _table(length, dim, device)
    return _joined(angles.cos(), angles.sin())


@mistake("sines stand in all columns: the odd ones hold cosines")
def sines_alone(length, dim, device=None):
    angles = _table(length, dim, device)
    return _joined(angles.sin(), angles.sin())


@mistake("the table has D/2 columns of sines: each angle gives a sine and a cosine, D columns")
def half_the_columns(length, dim, device=None):
    return _table(length, dim, device).sin()


@mistake("each column has an angle of its own: sine and cosine of a pair share 2i")
def an_angle_for_each_column(length, dim, device=None):
    columns = torch.arange(dim, device=device) / dim
    angles = _table(length, dim, device, columns)
    return torch.where(torch.arange(dim, device=device) % 2 == 0, angles.sin(), angles.cos())


@mistake("the exponent is i/D: it is 2i/D")
def exponent_without_two(length, dim, device=None):
    angles = _table(length, dim, device, _columns(dim, device) / 2)
    return _joined(angles.sin(), angles.cos())


@mistake("the exponent is 4i/D: the 2 of 2i is in the step of arange already")
def exponent_with_two_twice(length, dim, device=None):
    angles = _table(length, dim, device, _columns(dim, device) * 2)
    return _joined(angles.sin(), angles.cos())


@mistake("the exponents go from 0 to 1, over D - 2: they are 2i/D, and end below 1")
def exponents_up_to_one(length, dim, device=None):
    angles = _table(length, dim, device, torch.linspace(0, 1, dim // 2, device=device))
    return _joined(angles.sin(), angles.cos())


@mistake("positions are multiplied by 10000^(2i/D): they are divided by it")
def multiplied_instead_of_divided(length, dim, device=None):
    angles = _table(length, dim, device, -_columns(dim, device))
    return _joined(angles.sin(), angles.cos())


@mistake("all pairs turn alike: pair i is slower by 10000^(2i/D)")
def one_frequency(length, dim, device=None):
    angles = _table(length, dim, device, torch.zeros(dim // 2, device=device))
    return _joined(angles.sin(), angles.cos())


@mistake("the base is 1000: it is 10000")
def another_base(length, dim, device=None):
    angles = _table(length, dim, device, _columns(dim, device) * 0.75)
    return _joined(angles.sin(), angles.cos())


@mistake("the first position is 1: it is 0")
def counted_from_one(length, dim, device=None):
    angles = _table(length, dim, device, start=1)
    return _joined(angles.sin(), angles.cos())


@mistake("the angles are multiplied by 2 pi: they are t / 10000^(2i/D) as it is")
def whole_turns(length, dim, device=None):
    angles = _table(length, dim, device) * 2 * torch.pi
    return _joined(angles.sin(), angles.cos())


@mistake("a column for each position: positions are the rows, (T, D)")
def transposed(length, dim, device=None):
    angles = _table(length, dim, device)
    return _joined(angles.sin(), angles.cos()).t()


@mistake("the table has a batch axis of 1: (T, D) is asked for")
def with_a_batch_axis(length, dim, device=None):
    angles = _table(length, dim, device)
    return _joined(angles.sin(), angles.cos()).unsqueeze(0)


@mistake("the table is float64: it is float32")
def in_float64(length, dim, device=None):
    angles = _table(length, dim, device, _columns(dim, device).double())
    return _joined(angles.sin(), angles.cos())


@mistake("the device is not used: the table is made on the CPU")
def on_the_cpu(length, dim, device=None):
    angles = _table(length, dim, None)
    return _joined(angles.sin(), angles.cos())
