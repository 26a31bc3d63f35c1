"""Suite of inception.concat_branches."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradients,
    check_like,
    check_manners,
    check_owns_memory,
    check_raises,
)


def joined(branches):
    """Copy each branch to its channels."""
    n, _, h, w = branches[0].shape
    result = torch.zeros(n, sum(branch.shape[1] for branch in branches), h, w, dtype=branches[0].dtype)
    start = 0
    for branch in branches:
        result[:, start : start + branch.shape[1]] = branch
        start += branch.shape[1]
    return result


def drawn(rng, *channels, n=2, h=5, w=7, dtype=torch.float64):
    """Draw one branch for each number of channels."""
    return [rng.normal(n, c, h, w, dtype=dtype) for c in channels]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_concat_branches_shape_and_dtype(submission, rng, dtype):
    """3 + 1 + 4 channels make 8; N, H, W and the dtype stay."""
    branches = drawn(rng, 3, 1, 4, dtype=dtype)
    check_like(submission.concat_branches(branches), joined(branches))


@pytest.mark.visible
def test_concat_branches_of_single_pixels(submission):
    """Images of one pixel: (1, 2) and (3) of each sample make (1, 2, 3)."""
    first = torch.tensor([[1.0, 2.0], [10.0, 20.0]]).reshape(2, 2, 1, 1)
    second = torch.tensor([[3.0], [30.0]]).reshape(2, 1, 1, 1)
    want = torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]).reshape(2, 3, 1, 1)
    check_close(submission.concat_branches([first, second]), want)


@pytest.mark.weight(2)
@pytest.mark.parametrize("channels", [(3, 3), (3, 3, 3, 3), (1, 4, 2), (1, 1, 1, 1, 1)], ids=str)
@pytest.mark.parametrize("n, h, w", [(2, 5, 7), (1, 4, 1), (3, 3, 3)])
def test_concat_branches_in_their_order(submission, rng, n, h, w, channels):
    """Each branch stands in its place, for any number of branches."""
    branches = drawn(rng, *channels, n=n, h=h, w=w)
    check_close(submission.concat_branches(branches), joined(branches))


def test_concat_branches_of_a_tuple(submission, rng):
    """The branches may come in a tuple."""
    branches = tuple(drawn(rng, 2, 3))
    check_close(submission.concat_branches(branches), joined(branches))


def test_concat_branches_of_one(submission, rng):
    """One branch alone comes back as a new tensor."""
    (branch,) = drawn(rng, 3)
    got = submission.concat_branches([branch])
    check_close(got, branch)
    check_owns_memory(got, branch)


@pytest.mark.detail
def test_concat_branches_when_not_contiguous(submission, rng):
    """Permuted and expanded branches give the right value."""
    branches = [rng.normal(5, 7, 2, 3).permute(2, 3, 0, 1), rng.normal(2, 1, 5, 1).expand(2, 4, 5, 7)]
    check_close(submission.concat_branches(branches), joined(branches))


def test_concat_branches_gradient(submission, rng):
    """Each branch receives the gradient of its own channels."""

    def of_three(function):
        return lambda *branches: function(branches)

    branches = [branch.requires_grad_() for branch in drawn(rng, 3, 1, 2)]
    check_gradients(of_three(submission.concat_branches), of_three(joined), *branches, rng=rng)


@pytest.mark.parametrize(
    "shapes",
    [
        [(2, 3, 5, 7), (1, 4, 5, 7)],
        [(2, 3, 5, 7), (2, 4, 5, 1)],
        [(2, 3, 5, 7), (2, 4, 5, 7), (2, 3, 7, 5)],
    ],
    ids=str,
)
def test_concat_branches_refuses_branches_that_do_not_fit(submission, rng, shapes):
    """Branches of another N, H or W raise a ValueError about branches."""
    branches = [rng.normal(*shape) for shape in shapes]
    with check_raises(ValueError, naming="branches"):
        submission.concat_branches(branches)


def test_concat_branches_has_manners(submission, rng):
    """Branches, random state and modes stay as they were."""
    branches = drawn(rng, 3, 1)
    check_manners(submission, lambda: submission.concat_branches(branches))


def test_concat_branches_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.concat_branches, drawn(rng, 3, 1, 2))
