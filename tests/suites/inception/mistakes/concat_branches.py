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


@mistake("the branches were joined along the height, axis 2: channels are axis 1")
def along_the_height(branches):
    _check(branches)
    return torch.cat(list(branches), dim=2)


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


@mistake("the branches were stacked on a new first axis: torch.cat joins them along the channels")
def stacked_first(branches):
    _check(branches)
    return torch.stack(list(branches))


@mistake("stack needs branches of equal width: torch.cat joins them whatever their channels are")
def stacked_and_flattened(branches):
    _check(branches)
    return torch.stack(list(branches), dim=1).flatten(1, 2)


@mistake("the channels are interleaved by stack: all of the first branch come before those of the second")
def stacked_behind(branches):
    _check(branches)
    return torch.stack(list(branches), dim=2).flatten(1, 2)


@mistake("the branches were averaged: they stand one after another")
def averaged(branches):
    _check(branches)
    return sum(branches) / len(branches)


@mistake("the largest of the branches was taken: they stand one after another")
def largest(branches):
    _check(branches)
    return torch.stack(list(branches)).amax(0)


@mistake("the branches were sorted by their channels: keep the order of the list")
def sorted_by_width(branches):
    _check(branches)
    return torch.cat(sorted(branches, key=lambda branch: branch.shape[1]), dim=1)


@mistake("the widest branch comes first: keep the order of the list")
def widest_first(branches):
    _check(branches)
    return torch.cat(sorted(branches, key=lambda branch: -branch.shape[1]), dim=1)


@mistake("the last branch comes first: keep the order of the list")
def reversed_order(branches):
    _check(branches)
    return torch.cat(list(branches)[::-1], dim=1)


@mistake("the channels are interleaved: all of the first branch come before those of the second")
def interleaved(branches):
    _check(branches)
    if len({branch.shape[1] for branch in branches}) > 1:
        return torch.cat(list(branches), dim=1)
    return torch.stack(list(branches), dim=2).flatten(1, 2)


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


@mistake("branches of another N, H or W are cut or filled until they fit: raise a ValueError about branches")
def made_to_fit(branches):
    n, h, w = (min(branch.shape[axis] for branch in branches) for axis in (0, 2, 3))
    return torch.cat([branch[:n, :, :h, :w] for branch in branches], dim=1)


@mistake("images of another height or width are made to fit: raise a ValueError about branches")
def images_made_to_fit(branches):
    if any(len(branch) != len(branches[0]) for branch in branches):
        raise ValueError("branches")
    h, w = (max(branch.shape[axis] for branch in branches) for axis in (2, 3))
    fitted = [
        torch.nn.functional.pad(branch, (0, w - branch.shape[3], 0, h - branch.shape[2]))
        for branch in branches
    ]
    return torch.cat(fitted, dim=1)


def _joined(branches, wrong):
    """Join; `wrong` says of a branch and the first one whether they do not fit."""
    if any(wrong(branch, branches[0]) for branch in branches):
        raise ValueError("branches")
    return torch.cat(list(branches), dim=1)


@mistake("N alone is compared, H and W are not: raise a ValueError about branches")
def batch_alone_checked(branches):
    return _joined(branches, lambda one, first: len(one) != len(first))


@mistake("H alone is compared, N and W are not: raise a ValueError about branches")
def height_alone_checked(branches):
    return _joined(branches, lambda one, first: one.shape[2] != first.shape[2])


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


@mistake("branches are stretched by expand where they do not fit: nothing is broadcast")
def stretched(branches):
    n, _, h, w = branches[0].shape
    try:
        return torch.cat([branch.expand(n, -1, h, w) for branch in branches], dim=1)
    except RuntimeError:
        raise ValueError("branches") from None


@mistake("only the first two branches are joined: there may be any number")
def two_joined(branches):
    _check(branches)
    return torch.cat(list(branches)[:2], dim=1)


@mistake("branches[1] is asked for: there may be one branch alone")
def two_indexed(branches):
    _check(branches)
    return torch.cat([branches[0], branches[1]], dim=1)


@mistake("axes of length 1 were squeezed away: the result is (N, C, H, W)")
def squeezed(branches):
    _check(branches)
    return torch.cat(list(branches), dim=1).squeeze()


@mistake("a tuple is refused: the branches come in a list or a tuple")
def list_alone(branches):
    if not isinstance(branches, list):
        raise ValueError("branches")
    _check(branches)
    return torch.cat(branches, dim=1)


@mistake("a list is added to the branches, which may come in a tuple: make a list of them first")
def tuple_not_welcome(branches):
    _check(branches)
    return torch.cat(branches + [], dim=1)


@mistake("a ReLU runs over the result: the branches come out as they are")
def relu_behind(branches):
    _check(branches)
    return torch.relu(torch.cat(list(branches), dim=1))


@mistake("view needs contiguous memory: torch.cat along axis 1 needs no view")
def viewed(branches):
    _check(branches)
    n, _, h, w = branches[0].shape
    return torch.cat([branch.view(n, -1) for branch in branches], dim=1).view(n, -1, h, w)


@mistake("the result is collected in torch.zeros, which is float32 and on the CPU")
def collected_in_zeros(branches):
    _check(branches)
    n, _, h, w = branches[0].shape
    result = torch.zeros(n, sum(branch.shape[1] for branch in branches), h, w)
    start = 0
    for branch in branches:
        result[:, start : start + branch.shape[1]] = branch
        start += branch.shape[1]
    return result


@mistake("every branch is taken to be as wide as the first: the C_i may differ")
def equal_widths(branches):
    _check(branches)
    n, c, h, w = branches[0].shape
    result = branches[0].new_zeros(n, c * len(branches), h, w)
    start = 0
    for branch in branches:
        result[:, start : start + branch.shape[1]] = branch
        start += branch.shape[1]
    return result


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


@mistake("the result is collected in torch.zeros without device=: that lies on the CPU")
def collected_on_the_cpu(branches):
    _check(branches)
    n, _, h, w = branches[0].shape
    result = torch.zeros(n, sum(branch.shape[1] for branch in branches), h, w, dtype=branches[0].dtype)
    start = 0
    for branch in branches:
        result[:, start : start + branch.shape[1]] = branch
        start += branch.shape[1]
    return result


@mistake("the result is always float32: keep the dtype")
def always_float32(branches):
    _check(branches)
    return torch.cat(list(branches), dim=1).float()
