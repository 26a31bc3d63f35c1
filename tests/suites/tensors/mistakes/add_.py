"""Wrong ways to add in place."""

import torch

from grader.suite import mistake


def _check(out, x):
    if x.shape != out.shape:
        raise ValueError("x must have the shape of out")


@mistake("`out + x` is a new tensor: out itself did not change")
def made_a_new_tensor(out, x):
    _check(out, x)
    return out + x


@mistake("nothing was returned; return out")
def returned_nothing(out, x):
    _check(out, x)
    out.copy_(out + x)


@mistake("out was changed, but a copy of it was returned")
def returned_a_copy(out, x):
    _check(out, x)
    return out.copy_(out + x).clone()


@mistake("`out.data = ...` gives out other memory; write into the memory that it has")
def other_memory(out, x):
    _check(out, x)
    out.data = out + x
    return out


@mistake("torch refuses out += x where both share memory: compute the sum first, then copy it into out")
def overlapping_memory(out, x):
    _check(out, x)
    out += x
    return out


@mistake("x was changed instead of out")
def changed_x(out, x):
    _check(out, x)
    return x.copy_(out + x)


@mistake("out was overwritten with x; its old values have to be in the sum")
def overwrote(out, x):
    _check(out, x)
    return out.copy_(x.clone())


@mistake("an x of another shape is broadcast in silence; the shapes must agree")
def broadcast(out, x):
    return out.copy_(out + x)


@mistake("a loop reads entries that it has already written where out and x share memory")
def one_entry_at_a_time(out, x):
    _check(out, x)
    for index in torch.ones(out.shape).nonzero().tolist():
        out[tuple(index)] = out[tuple(index)] + x[tuple(index)]
    return out


@mistake("the sum went through detach or no_grad, so that no gradient reaches x")
def left_the_graph(out, x):
    _check(out, x)
    return out.copy_((out + x).detach())


@mistake("the shapes are compared only after out has been changed")
def changed_before_the_check(out, x):
    try:
        return out.copy_(out + x)
    finally:
        _check(out, x)


@mistake("reshape copies an out that is not contiguous: the sum went into the copy")
def added_to_a_copy(out, x):
    _check(out, x)
    out.reshape(-1).copy_((out + x).reshape(-1))
    return out
