"""Wrong variants of inception.concat_branches."""

import torch

from grader.suite import mistake


def _check(branches):
    first = branches[0]
    if any(len(branch) != len(first) or branch.shape[2:] != first.shape[2:] for branch in branches):
        raise ValueError("branches")


@mistake("the branches were joined along the batch, axis 0: channels are axis 1")
def along_the_batch(branches):
    _check(branches)
    return torch.cat(list(branches), dim=0)


@mistake("the branches were joined along the width, the last axis: channels are axis 1")
def along_the_width(branches):
    _check(branches)
    return torch.cat(list(branches), dim=-1)


@mistake("the branches were stacked on a new axis: torch.cat joins them along the channels")
def stacked(branches):
    _check(branches)
    return torch.stack(list(branches), dim=1)


@mistake("the branches were added up: they stand one after another")
def added(branches):
    _check(branches)
    return sum(branches)


@mistake("stack needs branches of equal width: torch.cat joins them whatever their channels are")
def stacked_and_flattened(branches):
    _check(branches)
    return torch.stack(list(branches), dim=1).flatten(1, 2)


@mistake("branches that do not fit are left to torch.cat: raise a ValueError about branches")
def not_checked(branches):
    return torch.cat(list(branches), dim=1)


@mistake("H and W are compared, N is not: raise a ValueError about branches")
def batch_not_checked(branches):
    if any(branch.shape[2:] != branches[0].shape[2:] for branch in branches):
        raise ValueError("branches")
    return torch.cat(list(branches), dim=1)


@mistake("N and H are compared, W is not: raise a ValueError about branches")
def width_not_checked(branches):
    if any((len(b), b.shape[2]) != (len(branches[0]), branches[0].shape[2]) for b in branches):
        raise ValueError("branches")
    return torch.cat(list(branches), dim=1)


@mistake("only the first two branches are compared: all must have the same N, H and W")
def two_compared(branches):
    _check(list(branches)[:2])
    return torch.cat(list(branches), dim=1)


def _joined(branches, wrong):
    """Join; `wrong` says of a branch and the first one whether they do not fit."""
    if any(wrong(branch, branches[0]) for branch in branches):
        raise ValueError("branches")
    return torch.cat(list(branches), dim=1)


@mistake("the channels are compared too: the C_i may differ")
def channels_compared(branches):
    return _joined(branches, lambda one, first: one.shape != first.shape)


@mistake("branches that do not fit are asserted: a ValueError about branches is asked for")
def asserted(branches):
    try:
        _check(branches)
    except ValueError:
        raise AssertionError("branches") from None
    return torch.cat(list(branches), dim=1)


@mistake("a tuple is refused: the branches come in a list or a tuple")
def list_alone(branches):
    if not isinstance(branches, list):
        raise ValueError("branches")
    _check(branches)
    return torch.cat(branches, dim=1)


@mistake("one branch alone comes back as it is: return a new tensor")
def one_branch_returned(branches):
    _check(branches)
    return branches[0] if len(branches) == 1 else torch.cat(list(branches), dim=1)


@mistake("four branches are expected: there may be any number")
def four_expected(branches):
    _check(branches)
    first, second, third, fourth = branches
    return torch.cat([first, second, third, fourth], dim=1)


@mistake("the branches were detached: gradients flow into each of them")
def detached(branches):
    _check(branches)
    return torch.cat([branch.detach() for branch in branches], dim=1)
