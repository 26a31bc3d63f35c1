"""Suite of cnn.conv_output_size."""

import itertools

import pytest
import torch
from torch.nn import functional

from grader.suite import check_equal, check_raises


def by_torch(size, kernel_size, stride, padding, dilation):
    """Return the length of what torch's own convolution makes of so many pixels."""
    x, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel_size)
    y = functional.conv1d(x, weight, stride=stride, padding=padding, dilation=dilation)
    return y.shape[2]


@pytest.mark.visible
def test_conv_output_size_of_digits(submission):
    """A window of 5 has 24 places on 28 pixels; an int comes back."""
    check_equal(submission.conv_output_size(28, 5), 24)


@pytest.mark.visible
def test_conv_output_size_with_stride(submission):
    """On 8 pixels a window of 3 in steps of 2 has 3 places; one pixel is left over."""
    check_equal(submission.conv_output_size(8, 3, stride=2), 3)


def test_conv_output_size_with_padding(submission):
    """Padding is added at both ends: a window of 5 with padding 2 keeps the size."""
    for size in (5, 9, 28):
        check_equal(submission.conv_output_size(size, 5, padding=2), size)


def test_conv_output_size_with_dilation(submission):
    """A window of 3 with gaps of 3 spans 7 pixels."""
    check_equal(submission.conv_output_size(7, 3, dilation=3), 1)
    check_equal(submission.conv_output_size(12, 3, dilation=3), 6)


@pytest.mark.weight(3)
def test_conv_output_size_matches_torch(submission):
    """Every combination of the five numbers gives the size that torch's has."""
    for size, kernel, stride, padding, dilation in itertools.product(
        (7, 10), (1, 3, 4), (1, 2, 3), (0, 1, 2), (1, 2)
    ):
        numbers = (size, kernel, stride, padding, dilation)
        check_equal(submission.conv_output_size(*numbers), by_torch(*numbers))


def test_conv_output_size_when_the_window_just_fits(submission):
    """A window as large as the padded axis has one place, whatever the stride."""
    for numbers in ((5, 5), (3, 5, 1, 1), (5, 3, 4, 0, 2), (1, 1, 9)):
        check_equal(submission.conv_output_size(*numbers), 1)


@pytest.mark.detail
def test_conv_output_size_is_exact(submission):
    """Sizes beyond the digits of a float come out exactly."""
    check_equal(submission.conv_output_size(10**18 + 7, 3, 3), (10**18 + 4) // 3 + 1)


@pytest.mark.parametrize("numbers", [(4, 5), (4, 7, 1, 1), (6, 3, 9, 0, 3)], ids=str)
def test_conv_output_size_refuses_a_window_that_does_not_fit(submission, numbers):
    """A window that spans more than the padded axis raises a ValueError about it."""
    with check_raises(ValueError, naming="kernel_size"):
        submission.conv_output_size(*numbers)
