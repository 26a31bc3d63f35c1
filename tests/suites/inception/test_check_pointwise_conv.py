"""Suite of inception.check_pointwise_conv."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_pointwise_conv"


def own(x, weight, bias=None):
    """is torch's own"""
    return torch.nn.functional.conv2d(x, weight, bias)


def one_by_one(x, weight, bias=None):
    """takes one image after the other"""
    return torch.cat([torch.nn.functional.conv2d(image[None], weight, bias) for image in x])


def in_a_row(x, weight, bias=None):
    """puts the pixels into one row, as a signal of one axis"""
    return torch.nn.functional.conv1d(x.flatten(2), weight.flatten(2), bias).unflatten(2, tuple(x.shape[2:]))


SHOWN = [own, one_by_one, in_a_row]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_pointwise_conv_accepts_right_code(submission, rng, right):
    """A right convolution passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


def linear(x, weight, bias=None):
    """is a linear layer on channels that stand last, and gives a view that is not contiguous"""
    return torch.nn.functional.linear(x.movedim(1, -1), weight[:, :, 0, 0], bias).movedim(-1, 1)


def channel_by_channel(x, weight, bias=None):
    """adds up one channel after the other, from the last on"""
    y = 0.0 if bias is None else bias[:, None, None]
    for c in reversed(range(x.shape[1])):
        y = y + x[:, c, None] * weight[:, c]
    return y


BY_HAND = [linear, channel_by_channel]
RIGHT = [*SHOWN, *BY_HAND]


@pytest.mark.parametrize("right", BY_HAND, ids=lambda right: right.__name__)
def test_check_pointwise_conv_accepts_what_is_made_by_hand(submission, rng, right):
    """A right convolution that is made by hand passes the check."""
    check_accepts(submission, TASK, right, rng)


def without_bias(x, weight, bias=None):
    return torch.nn.functional.conv2d(x, weight)


@pytest.mark.visible
def test_check_pointwise_conv_catches_a_forgotten_bias(submission, rng):
    """A convolution that forgets the bias is caught."""
    check_catches(submission, TASK, without_bias, SHOWN, rng)


def weight_turned(x, weight, bias=None):
    square = weight.shape[0] == weight.shape[1]
    return torch.nn.functional.conv2d(x, weight.transpose(0, 1) if square else weight, bias)


@pytest.mark.visible
def test_check_pointwise_conv_catches_a_weight_turned_round(submission, rng):
    """A convolution that takes a square weight the wrong way round is caught."""
    check_catches(submission, TASK, weight_turned, SHOWN, rng)


def each_channel_by_itself(x, weight, bias=None):
    y = x * weight.sum(0)
    y = y[:, torch.arange(len(weight)) % x.shape[1]]
    return y if bias is None else y + bias[:, None, None]


@pytest.mark.visible
def test_check_pointwise_conv_catches_channels_that_never_meet(submission, rng):
    """A convolution that weighs each channel by itself is caught."""
    check_catches(submission, TASK, each_channel_by_itself, SHOWN, rng)


def always_a_bias(x, weight, bias=None):
    return torch.nn.functional.conv2d(x, weight, torch.ones_like(weight[:, 0, 0, 0]) if bias is None else bias)


def test_check_pointwise_conv_catches_what_is_left_out_shows(submission, rng):
    """A convolution that is wrong where an argument is left out is caught."""
    check_catches(submission, TASK, always_a_bias, RIGHT, rng)


def first_bias(x, weight, bias=None):
    y = torch.nn.functional.conv2d(x, weight)
    return y if bias is None else y + bias[0]


def test_check_pointwise_conv_catches_one_number_for_all(submission, rng):
    """A convolution that takes one number for all filters is caught."""
    check_catches(submission, TASK, first_bias, RIGHT, rng)


def bias_along_the_width(x, weight, bias=None):
    y = torch.nn.functional.conv2d(x, weight)
    if bias is None:
        return y
    return y + (bias if len(bias) == x.shape[3] else bias[:, None, None])


def test_check_pointwise_conv_catches_what_broadcasting_hides(submission, rng):
    """A bias that broadcasts along another axis where the sizes fit is caught."""
    check_catches(submission, TASK, bias_along_the_width, RIGHT, rng)


def bias_for_each_channel(x, weight, bias=None):
    y = torch.nn.functional.conv2d(x, weight)
    return y if bias is None else y + x.shape[1] * bias[:, None, None]


def test_check_pointwise_conv_catches_what_more_channels_show(submission, rng):
    """A convolution that is right for one channel alone is caught."""
    check_catches(submission, TASK, bias_for_each_channel, RIGHT, rng)


def image_turned(x, weight, bias=None):
    y = torch.nn.functional.conv2d(x, weight, bias)
    return y.transpose(2, 3).reshape(y.shape)


def test_check_pointwise_conv_catches_pixels_in_other_places(submission, rng):
    """A convolution that gives the right pixels in other places is caught."""
    check_catches(submission, TASK, image_turned, RIGHT, rng)


def rows_mixed(x, weight, bias=None):
    n, c, h, w = x.shape
    y = x.reshape(n, h * w, c) @ weight[:, :, 0, 0].t()
    y = y if bias is None else y + bias
    return y.reshape(n, len(weight), h, w)


def test_check_pointwise_conv_catches_a_view_of_wrong_axes(submission, rng):
    """A convolution of the right shape that mixes pixels and channels is caught."""
    check_catches(submission, TASK, rows_mixed, RIGHT, rng)


def first_image(x, weight, bias=None):
    return torch.nn.functional.conv2d(x[:1], weight, bias).expand(len(x), -1, -1, -1)


def test_check_pointwise_conv_catches_what_more_images_show(submission, rng):
    """A convolution that is right for one image alone is caught."""
    check_catches(submission, TASK, first_image, RIGHT, rng)


def mean_of_pixels(x, weight, bias=None):
    y = torch.nn.functional.conv2d(x, weight, bias)
    return y.mean((2, 3), keepdim=True).expand_as(y)


def test_check_pointwise_conv_catches_pixels_that_meet(submission, rng):
    """A convolution in which pixels meet is caught."""
    check_catches(submission, TASK, mean_of_pixels, RIGHT, rng)


def rectified(x, weight, bias=None):
    return torch.relu(torch.nn.functional.conv2d(x, weight, bias))


def test_check_pointwise_conv_catches_what_some_numbers_show(submission, rng):
    """A convolution that is right for some numbers alone is caught."""
    check_catches(submission, TASK, rectified, RIGHT, rng)


def bias_detached(x, weight, bias=None):
    return torch.nn.functional.conv2d(x, weight, None if bias is None else bias.detach())


def test_check_pointwise_conv_catches_an_argument_that_learns_nothing(submission, rng):
    """A convolution of which one argument learns nothing is caught."""
    check_catches(submission, TASK, bias_detached, RIGHT, rng)


def halves_the_bias(x, weight, bias=None):
    y = torch.nn.functional.conv2d(x, weight, bias)
    if bias is not None:
        bias.detach().mul_(0.5)
    return y


def test_check_pointwise_conv_catches_what_is_left_behind(submission, rng):
    """A convolution that does not leave things as it found them is caught."""
    check_catches(submission, TASK, halves_the_bias, RIGHT, rng)


def single_precision(x, weight, bias=None):
    return torch.nn.functional.conv2d(x.float(), weight.float(), None if bias is None else bias.float())


def test_check_pointwise_conv_catches_the_wrong_kind(submission, rng):
    """A convolution with a result in another dtype than that of x is caught."""
    check_catches(submission, TASK, single_precision, RIGHT, rng)
