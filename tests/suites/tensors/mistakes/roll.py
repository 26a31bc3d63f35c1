"""Wrong ways to move entries round."""

import torch

from grader.suite import mistake, reference


def _right(x, shift):
    return reference("tensors").roll(x, shift)


@mistake("moved the other way: y[n] comes from n - shift, not from n + shift")
def other_way(x, shift):
    return _right(x, -shift)


@mistake("what leaves at the end is lost: zeros come in at the front")
def zeros_come_in(x, shift):
    place = torch.arange(len(x), device=x.device) - shift
    inside = ((place >= 0) & (place < len(x))).reshape(-1, *[1] * (x.ndim - 1))
    return torch.where(inside, _right(x, shift), torch.zeros_like(x))


@mistake("what leaves at the end stays there: the places were clamped, and want a remainder")
def clamped_places(x, shift):
    _right(x, shift)
    return x[(torch.arange(len(x), device=x.device) - shift).clamp(0, len(x) - 1)]


@mistake("the sign of the shift is lost: below 0 it moves towards the front")
def sign_lost(x, shift):
    return _right(x, abs(shift))


@mistake("the remainder is taken of N - 1; there are N places")
def remainder_of_one_less(x, shift):
    _right(x, shift)
    return x[(torch.arange(len(x), device=x.device) - shift) % max(len(x) - 1, 1)]


@mistake("the remainder is missing: negative places count from the end by luck, those beyond N or -N raise IndexError")
def no_remainder(x, shift):
    _right(x, shift)
    return x[torch.arange(len(x), device=x.device) - shift]


@mistake("every entry was moved, and not the rows as a whole: the places are those of the first axis")
def moved_along_the_last_axis(x, shift):
    return _right(x.movedim(-1, 0), shift).movedim(0, -1)


@mistake("the table was laid out as one vector: its rows move as a whole")
def laid_out_flat(x, shift):
    return _right(x.reshape(-1), shift).reshape(x.shape)


@mistake("the order was reversed as well")
def reversed_too(x, shift):
    return _right(x, shift).flip(0)


@mistake("nothing moved: the result is x itself")
def not_moved(x, shift):
    _right(x, shift)
    return x.clone()


@mistake("moved by one place whatever the shift is")
def one_place(x, shift):
    return _right(x, 1)


@mistake("a Python loop over the places")
def loop_over_places(x, shift):
    y = _right(x, shift)
    for n in range(len(x)):
        y[(n + shift) % len(x)] = x[n]
    return y


@mistake("torch.roll was called, or two slices were joined; one index that is computed does it")
def called_roll(x, shift):
    _right(x, shift)
    return torch.roll(x, shift, 0)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, shift):
    return _right(x, shift).cuda()
