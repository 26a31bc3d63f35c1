"""Suite of cnn.edge_filter."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_fields,
    check_gradients,
    check_manners,
    dataset,
)

VERTICAL = [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
HORIZONTAL = [[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]
DIRECTIONS = {"vertical": VERTICAL, "horizontal": HORIZONTAL}


def oracle(image, direction):
    """Return the kernel, and the response by torch's own convolution."""
    kernel = torch.tensor(DIRECTIONS[direction], dtype=image.dtype)
    return kernel, functional.conv2d(image[None, None], kernel[None, None])[0, 0]


@pytest.mark.visible
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_edge_filter_kernel(submission, direction):
    """The kernel is Sobel's for these edges, and the response loses two pixels."""
    image = torch.zeros(4, 6, dtype=torch.float64)
    want = torch.tensor(DIRECTIONS[direction], dtype=torch.float64)
    check_close(submission.edge_filter(image, direction), (want, image[2:, 2:]))


@pytest.mark.visible
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_edge_filter_of_a_step(submission, direction):
    """Dark on the left, bright on the right: a vertical edge of 4, no other one."""
    image = torch.tensor([[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]]).expand(4, 6)
    want = torch.tensor([[0.0, 4.0, 4.0, 0.0]]).expand(2, 4)
    kernel = torch.tensor(DIRECTIONS[direction])
    want = (kernel, want if direction == "vertical" else 0 * want)
    check_close(submission.edge_filter(image, direction), want)


@pytest.mark.visible
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_edge_filter_of_a_slope(submission, direction):
    """A slope of -3 a row and 2 a column answers 8 times that, with its sign."""
    rows, columns = torch.arange(5.0, dtype=torch.float64), torch.arange(4.0, dtype=torch.float64)
    image = 2 * columns - 3 * rows[:, None]
    response = torch.full((3, 2), 16.0 if direction == "vertical" else -24.0, dtype=torch.float64)
    kernel = torch.tensor(DIRECTIONS[direction], dtype=torch.float64)
    check_close(submission.edge_filter(image, direction), (kernel, response))


@pytest.mark.weight(2)
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_edge_filter_of_any_image(submission, rng, direction, dtype, draw):
    """The response is what the kernel makes of the image, in its dtype."""
    for image in (rng.normal(5, 7), rng.normal(3, 3), rng.normal(4, 8).t(), rng.normal(1, 5).expand(6, 5)):
        image = image.to(dtype)
        check_close(submission.edge_filter(image, direction), oracle(image, direction))
    digits = dataset("mnist").test.x
    image = digits[rng.integers(0, len(digits), 1)][0, 0].to(dtype)
    got = submission.edge_filter(image, direction)
    check_close(got, oracle(image, direction))
    if dtype is torch.float64:
        pair = torch.stack([4 * image[1:-1, 1:-1], got[1]])
        draw.picture(f"{direction} edges of a digit", "filters", pair, panels=["the digit", "its edges"])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_edge_filter_gradient(submission, rng, direction):
    """The gradient of the image is right."""
    check_gradients(submission.edge_filter, oracle, rng.normal(5, 7).requires_grad_(), direction, rng=rng)


def test_edge_filter_is_made_by_hand(submission, rng, shared):
    """Torch's own convolution is not used."""
    image, call = rng.normal(4, 5), {"forbidden": shared.CONVOLUTIONS, "task": "edge_filter"}
    check_by_hand(submission, lambda: submission.edge_filter(image, "vertical"), **call)


def test_edge_filter_has_manners(submission, rng):
    """The image and torch's state stay as they were."""
    image = rng.normal(4, 5)
    check_manners(submission, lambda: submission.edge_filter(image, "horizontal"))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_edge_filter_on_a_device(submission, rng, direction):
    """On an accelerator kernel and response are the same and stay there."""

    def parts(image):
        return list(submission.edge_filter(image, direction))

    check_device(parts, rng.normal(4, 5))


def test_edge_filter_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields kernel and response."""
    check_fields(submission.edge_filter(rng.normal(4, 5), "vertical"), ("kernel", "response"))
