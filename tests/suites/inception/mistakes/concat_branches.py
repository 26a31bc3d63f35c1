"""Wrong variants of inception.concat_branches."""

import torch

from grader.suite import mistake


def _check(branches):
    if not branches:
        raise ValueError("branches")
    if any(branch.ndim != 4 for branch in branches):
        raise ValueError("branches")
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


@mistake("the branches were added up: they stand behind one another")
def added(branches):
    _check(branches)
    return sum(branches)


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
    if not branches or any(branch.ndim != 4 for branch in branches):
        raise ValueError("branches")
    if any(branch.shape[2:] != branches[0].shape[2:] for branch in branches):
        raise ValueError("branches")
    return torch.cat(list(branches), dim=1)


@mistake("N and H are compared, W is not: raise a ValueError about branches")
def width_not_checked(branches):
    if not branches or any(branch.ndim != 4 for branch in branches):
        raise ValueError("branches")
    if any((len(b), b.shape[2]) != (len(branches[0]), branches[0].shape[2]) for b in branches):
        raise ValueError("branches")
    return torch.cat(list(branches), dim=1)


@mistake("only the first two branches are compared: all must have the same N, H and W")
def two_compared(branches):
    if any(branch.ndim != 4 for branch in branches) or not branches:
        raise ValueError("branches")
    _check(list(branches)[:2])
    return torch.cat(list(branches), dim=1)


@mistake("the number of axes is not checked: only (N, C, H, W) is welcome")
def axes_not_checked(branches):
    if not branches:
        raise ValueError("branches")
    if any(
        branch.shape[2:] != branches[0].shape[2:] or len(branch) != len(branches[0]) for branch in branches
    ):
        raise ValueError("branches")
    return torch.cat(list(branches), dim=1)


@mistake("an empty list is not refused: raise a ValueError about branches")
def empty_accepted(branches):
    if branches:
        _check(branches)
        return torch.cat(list(branches), dim=1)
    return torch.zeros(0, 0, 0, 0)


@mistake("larger branches are cropped to the smallest: raise a ValueError about branches")
def cropped(branches):
    if not branches or any(branch.ndim != 4 for branch in branches):
        raise ValueError("branches")
    n, h, w = (min(branch.shape[axis] for branch in branches) for axis in (0, 2, 3))
    return torch.cat([branch[:n, :, :h, :w] for branch in branches], dim=1)


@mistake("smaller branches are padded with zeros: raise a ValueError about branches")
def padded(branches):
    if not branches or any(branch.ndim != 4 for branch in branches):
        raise ValueError("branches")
    if any(len(branch) != len(branches[0]) for branch in branches):
        raise ValueError("branches")
    h, w = (max(branch.shape[axis] for branch in branches) for axis in (2, 3))
    fitted = [
        torch.nn.functional.pad(branch, (0, w - branch.shape[3], 0, h - branch.shape[2]))
        for branch in branches
    ]
    return torch.cat(fitted, dim=1)


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
