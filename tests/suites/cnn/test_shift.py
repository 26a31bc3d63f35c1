"""Suite of cnn.shift."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradients,
    check_like,
    check_manners,
    check_owns_memory,
)

MOVES = [(1, 2), (-1, 2), (2, -3), (-2, -1), (0, 3), (1, 0), (0, -2), (-3, 0), (0, 0)]


def oracle(x, dy, dx):
    """Roll, and multiply with zero what came round."""
    h, w = x.shape[-2:]
    rows, columns = torch.arange(h)[:, None] - dy, torch.arange(w) - dx
    stays = (rows >= 0) & (rows < h) & (columns >= 0) & (columns < w)
    return torch.roll(x, (dy, dx), (-2, -1)) * stays.to(x.dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool])
def test_shift_shape_and_dtype(submission, rng, dtype):
    """The result has the shape and the dtype of x."""
    x = rng.integers(1, 9, 2, 3, 5, 4).to(dtype)
    check_like(submission.shift(x, 1, -1), oracle(x, 1, -1))


@pytest.mark.visible
def test_shift_of_six_numbers(submission):
    """One row down and one column left, 1 and 4 leave and zeros come in."""
    x = torch.tensor([[1, 2, 3], [4, 5, 6]])
    check_close(submission.shift(x, 1, -1), torch.tensor([[0, 0, 0], [2, 3, 0]]))
    check_close(submission.shift(x, 0, 1), torch.tensor([[0, 1, 2], [0, 4, 5]]))


@pytest.mark.weight(3)
@pytest.mark.parametrize("dy, dx", MOVES)
def test_shift_in_all_directions(submission, rng, dy, dx):
    """Down and up, right and left, both, neither."""
    x = rng.uniform(2, 3, 5, 7, low=1, high=2)
    check_close(submission.shift(x, dy, dx), oracle(x, dy, dx))


@pytest.mark.parametrize("dy, dx", [(4, 0), (0, -6), (5, 1), (-9, 2), (1, 7), (-1, -13), (8, 12)])
def test_shift_out_of_the_picture(submission, rng, dy, dx):
    """Moved by its height or width, or further, nothing of the image is left."""
    check_close(submission.shift(rng.normal(2, 4, 6), dy, dx), torch.zeros(2, 4, 6).double())


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (1, 1, 1, 1), (2, 1, 5, 3, 4)], ids=str)
def test_shift_of_any_axes(submission, rng, shape):
    """A single image, and any axes before the rows, are moved alike."""
    x = rng.normal(*shape)
    check_close(submission.shift(x, -1, 1), oracle(x, -1, 1))


@pytest.mark.parametrize("dy, dx", [(1, -2), (0, 0)])
def test_shift_gradient(submission, rng, dy, dx):
    """The gradient moves back; pixels that left have none."""
    x = rng.normal(2, 3, 5, 4).requires_grad_()
    check_gradients(submission.shift, oracle, x, dy, dx, rng=rng)


@pytest.mark.detail
def test_shift_when_not_contiguous(submission, rng):
    """Transposed and expanded images give the right numbers."""
    x, same = rng.normal(5, 4).t(), rng.normal(1, 1, 3, 4).expand(2, 5, 3, 4)
    check_close(submission.shift(x, 1, -1), oracle(x, 1, -1))
    check_close(submission.shift(same, -1, 1), oracle(same, -1, 1))


@pytest.mark.detail
@pytest.mark.parametrize("dy, dx", [(0, 0), (1, 1)])
def test_shift_returns_new_memory(submission, rng, dy, dx):
    """The result shares no memory with x, not even where nothing moves."""
    x = rng.normal(3, 4)
    check_owns_memory(submission.shift(x, dy, dx), x)


def test_shift_has_manners(submission, rng):
    """x and torch's random state stay as they were."""
    x = rng.normal(2, 3, 4)
    check_manners(submission, lambda: submission.shift(x, 1, 2))


def test_shift_on_a_device(submission, rng):
    """On an accelerator the image is moved there."""
    check_device(submission.shift, rng.normal(2, 3, 4, 5), 1, -2)
