"""Suite of cnn.check_max_pool2d."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_max_pool2d"


def own(x, kernel_size, stride=None, padding=0):
    """is torch's own"""
    return torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)


def layer(x, kernel_size, stride=None, padding=0):
    """is torch's own layer"""
    return torch.nn.MaxPool2d(kernel_size, stride, padding)(x)


def one_by_one(x, kernel_size, stride=None, padding=0):
    """takes one image and one channel after the other"""
    images = [torch.nn.functional.max_pool2d(c[None], kernel_size, stride, padding) for c in x.flatten(0, 1)]
    return torch.cat(images).unflatten(0, tuple(x.shape[:2]))


SHOWN = [own, layer, one_by_one]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_max_pool2d_accepts_right_code(submission, rng, right):
    """A right pooling passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


def by_windows(x, kernel_size, stride=None, padding=0):
    """cuts windows out of a border of -inf"""
    (kh, kw), (ph, pw) = [v if isinstance(v, tuple) else (v, v) for v in (kernel_size, padding)]
    steps = kernel_size if stride is None else stride
    sh, sw = steps if isinstance(steps, tuple) else (steps, steps)
    border = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-math.inf)  # noqa: F821  # math is there
    return border.unfold(2, kh, sh).unfold(3, kw, sw).amax((-2, -1))


def of_positions(x, kernel_size, stride=None, padding=0):
    """asks where the largest pixels are, and picks them"""
    _, places = torch.nn.functional.max_pool2d(x, kernel_size, stride, padding, return_indices=True)
    return x.flatten(2).gather(2, places.flatten(2)).reshape(places.shape)


HIDDEN = [by_windows, of_positions]
RIGHT = [*SHOWN, *HIDDEN]


@pytest.mark.parametrize("right", HIDDEN, ids=lambda right: right.__name__)
def test_check_max_pool2d_accepts_what_is_made_by_hand(submission, rng, right):
    """A right pooling that is made by hand passes the check."""
    check_accepts(submission, TASK, right, rng)


def mean(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.avg_pool2d(x, kernel_size, stride, padding)


@pytest.mark.visible
def test_check_max_pool2d_catches_a_mean(submission, rng):
    """A pooling by the mean is caught."""
    check_catches(submission, TASK, mean, SHOWN, rng)


def zeros_around(x, kernel_size, stride=None, padding=0):
    ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
    return torch.nn.functional.max_pool2d(torch.nn.functional.pad(x, (pw, pw, ph, ph)), kernel_size, stride)


@pytest.mark.visible
def test_check_max_pool2d_catches_zeros_as_padding(submission, rng):
    """A pooling that pads with zeros is caught."""
    check_catches(submission, TASK, zeros_around, SHOWN, rng)


def stride_one(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x, kernel_size, 1 if stride is None else stride, padding)


@pytest.mark.visible
def test_check_max_pool2d_catches_a_wrong_usual_stride(submission, rng):
    """A pooling that takes 1 for a stride that is not given is caught."""
    check_catches(submission, TASK, stride_one, SHOWN, rng)


def stride_of_kernel(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x, kernel_size, None, padding)


def test_check_max_pool2d_catches_an_argument_that_is_not_used(submission, rng):
    """A pooling that does not look at one of its arguments is caught."""
    check_catches(submission, TASK, stride_of_kernel, RIGHT, rng)


def without_padding(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x, kernel_size, stride)


def test_check_max_pool2d_catches_another_argument_that_is_not_used(submission, rng):
    """A pooling that does not look at another of its arguments is caught."""
    check_catches(submission, TASK, without_padding, RIGHT, rng)


def kernel_turned(x, kernel_size, stride=None, padding=0):
    kernel = kernel_size[::-1] if isinstance(kernel_size, tuple) else kernel_size
    stride = kernel_size if stride is None else stride
    ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
    border = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-math.inf)  # noqa: F821  # math is there
    return torch.nn.functional.max_pool2d(border, kernel, stride)


def test_check_max_pool2d_catches_what_a_pair_shows(submission, rng):
    """A pooling that is wrong for some pairs alone is caught."""
    check_catches(submission, TASK, kernel_turned, RIGHT, rng)


def stride_turned(x, kernel_size, stride=None, padding=0):
    stride = stride[::-1] if isinstance(stride, tuple) else stride
    return torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)


def test_check_max_pool2d_catches_what_another_pair_shows(submission, rng):
    """A pooling that is wrong for some other pairs alone is caught."""
    check_catches(submission, TASK, stride_turned, RIGHT, rng)


def padding_turned(x, kernel_size, stride=None, padding=0):
    pw, ph = padding if isinstance(padding, tuple) else (padding, padding)
    border = torch.nn.functional.pad(x, (pw, pw, ph, ph), value=-math.inf)  # noqa: F821  # math is there
    return torch.nn.functional.max_pool2d(border, kernel_size, stride)


def test_check_max_pool2d_catches_what_a_third_pair_shows(submission, rng):
    """A pooling that is wrong for pairs of a third kind alone is caught."""
    check_catches(submission, TASK, padding_turned, RIGHT, rng)


def rounded_up(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x, kernel_size, stride, padding, ceil_mode=True)


def test_check_max_pool2d_catches_what_some_sizes_show(submission, rng):
    """A pooling that is wrong for some sizes of images alone is caught."""
    check_catches(submission, TASK, rounded_up, RIGHT, rng)


def of_absolute_pixels(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x.abs(), kernel_size, stride, padding)


def test_check_max_pool2d_catches_what_some_pixels_show(submission, rng):
    """A pooling that is right for some pixels alone is caught."""
    check_catches(submission, TASK, of_absolute_pixels, RIGHT, rng)


def over_channels(x, kernel_size, stride=None, padding=0):
    y = torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)
    return y.amax(1, keepdim=True).expand_as(y)


def test_check_max_pool2d_catches_what_more_channels_show(submission, rng):
    """A pooling that is right for one channel alone is caught."""
    check_catches(submission, TASK, over_channels, RIGHT, rng)


def first_image(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x[:1], kernel_size, stride, padding).expand(len(x), -1, -1, -1)


def test_check_max_pool2d_catches_what_more_images_show(submission, rng):
    """A pooling that is right for one image alone is caught."""
    check_catches(submission, TASK, first_image, RIGHT, rng)


def detached(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x.detach(), kernel_size, stride, padding)


def test_check_max_pool2d_catches_a_cut_graph(submission, rng):
    """A pooling that nobody can learn through is caught."""
    check_catches(submission, TASK, detached, RIGHT, rng)


def gradient_of_a_mean(x, kernel_size, stride=None, padding=0):
    y = torch.nn.functional.avg_pool2d(x, kernel_size, stride, padding)
    return y + (torch.nn.functional.max_pool2d(x, kernel_size, stride, padding) - y).detach()


def test_check_max_pool2d_catches_wrong_gradients(submission, rng):
    """A pooling with right numbers and wrong gradients is caught."""
    check_catches(submission, TASK, gradient_of_a_mean, RIGHT, rng)


def cuts_negatives(x, kernel_size, stride=None, padding=0):
    y = torch.nn.functional.max_pool2d(x, kernel_size, stride, padding)
    x.detach().clamp_(min=0)
    return y


def test_check_max_pool2d_catches_what_is_left_behind(submission, rng):
    """A pooling that does not leave things as it found them is caught."""
    check_catches(submission, TASK, cuts_negatives, RIGHT, rng)


def single_precision(x, kernel_size, stride=None, padding=0):
    return torch.nn.functional.max_pool2d(x.float(), kernel_size, stride, padding)


def test_check_max_pool2d_catches_the_wrong_kind(submission, rng):
    """A pooling with a result in another dtype than that of x is caught."""
    check_catches(submission, TASK, single_precision, RIGHT, rng)
