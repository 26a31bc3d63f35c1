"""Suite of cnn.conv2d."""

import itertools

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_raises,
    check_shape,
    check_vectorised,
)

SQUARE = torch.arange(9.0, dtype=torch.float64).reshape(1, 1, 3, 3)
KERNEL = torch.arange(4.0, dtype=torch.float64).reshape(1, 1, 2, 2)


def arguments(rng, image=(3, 2, 9, 7), filters=4, kernel=(3, 2), groups=1, dtype=torch.float64):
    """Draw x, weight and bias."""
    weight = rng.normal(filters, image[1] // groups, *kernel, dtype=dtype)
    return rng.normal(*image, dtype=dtype), weight, rng.normal(filters, dtype=dtype)


@pytest.mark.visible
def test_conv2d_shape(submission, rng):
    """Three images of 2 x 9 x 7 and four filters of 3 x 2 give (3, 4, 7, 6)."""
    x, weight, bias = arguments(rng)
    check_shape(submission.conv2d(x, weight, bias), (3, 4, 7, 6))


@pytest.mark.visible
def test_conv2d_by_hand(submission):
    """Top left: 0 * 0 + 1 * 1 + 2 * 3 + 3 * 4 = 19."""
    want = torch.tensor([[[[19.0, 25.0], [37.0, 43.0]]]]).double()
    check_close(submission.conv2d(SQUARE, KERNEL), want)


@pytest.mark.visible
def test_conv2d_by_hand_with_a_border(submission):
    """With padding 1 and stride 2 the kernel meets 0 0 / 0 0 and 0 0 / 1 2 first."""
    want = torch.tensor([[[[0.0, 8.0], [21.0, 43.0]]]]).double()
    check_close(submission.conv2d(SQUARE, KERNEL, stride=2, padding=1), want)


@pytest.mark.visible
def test_conv2d_of_one_pixel(submission, rng):
    """A single 1 in the middle shows the kernel, turned by 180 degrees."""
    x, weight = torch.zeros(1, 1, 5, 3, dtype=torch.float64), rng.normal(1, 1, 3, 2)
    x[0, 0, 2, 1] = 1
    check_close(submission.conv2d(x, weight), weight.flip(2, 3))


@pytest.mark.weight(2)
@pytest.mark.parametrize("kernel", [(3, 2), (1, 4), (1, 1), (9, 7)], ids=str)
def test_conv2d_of_a_batch(submission, rng, kernel):
    """Any number of samples, channels and filters gives what torch gives."""
    for image, dtype in (
        ((3, 2, 9, 7), torch.float64),
        ((1, 2, 9, 7), torch.float64),
        ((2, 1, 9, 7), torch.float32),
    ):
        x, weight, _ = arguments(rng, image, kernel=kernel, dtype=dtype)
        check_close(submission.conv2d(x, weight), functional.conv2d(x, weight))


def test_conv2d_adds_a_bias(submission, rng):
    """The bias is added once to every pixel of its filter."""
    x, weight, bias = arguments(rng, filters=6)
    check_close(submission.conv2d(x, weight, bias), functional.conv2d(x, weight, bias))
    x, weight, bias = arguments(rng, (1, 2, 3, 2), filters=1)
    check_close(submission.conv2d(x, weight, bias), functional.conv2d(x, weight, bias))


@pytest.mark.parametrize("stride", [2, (2, 1), (1, 3), (4, 5), 8], ids=str)
def test_conv2d_with_stride(submission, rng, stride):
    """The window moves by (sh, sw), and never beyond the image."""
    x, weight, bias = arguments(rng)
    want = functional.conv2d(x, weight, bias, stride)
    check_close(submission.conv2d(x, weight, bias, stride), want)


@pytest.mark.parametrize("padding", [1, (2, 0), (0, 3), (1, 2), 4], ids=str)
def test_conv2d_with_padding(submission, rng, padding):
    """Zeros are added above and below (ph), left and right (pw)."""
    x, weight, bias = arguments(rng)
    want = functional.conv2d(x, weight, bias, padding=padding)
    check_close(submission.conv2d(x, weight, bias, padding=padding), want)


@pytest.mark.parametrize("dilation", [2, (2, 1), (1, 3), (4, 6), (3, 4)], ids=str)
def test_conv2d_with_dilation(submission, rng, dilation):
    """The pixels under the kernel lie (dh, dw) apart."""
    x, weight, bias = arguments(rng)
    want = functional.conv2d(x, weight, bias, dilation=dilation)
    check_close(submission.conv2d(x, weight, bias, dilation=dilation), want)


@pytest.mark.parametrize(
    ("channels", "filters", "groups"), [(4, 6, 2), (6, 3, 3), (3, 6, 3), (4, 4, 4), (6, 4, 2)], ids=str
)
def test_conv2d_with_groups(submission, rng, channels, filters, groups):
    """Each group of filters sees its own group of channels, in order."""
    x, weight, bias = arguments(rng, (2, channels, 5, 4), filters, groups=groups)
    want = functional.conv2d(x, weight, bias, groups=groups)
    check_close(submission.conv2d(x, weight, bias, groups=groups), want)


@pytest.mark.weight(3)
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_conv2d_with_everything(submission, rng, groups):
    """Stride, padding, dilation and groups work together, in every combination."""
    x, weight, bias = arguments(rng, (2, 4, 9, 7), 8, groups=groups)
    sizes = (1, 2, (3, 2)), (0, 1, (2, 3)), (1, 2, (3, 1))
    for stride, padding, dilation in itertools.product(*sizes):
        options = (stride, padding, dilation, groups)
        check_close(
            submission.conv2d(x, weight, bias, *options), functional.conv2d(x, weight, bias, *options)
        )


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups"),
    [(1, 0, 1, 1), ((2, 3), 0, 1, 1), (1, (2, 1), 1, 1), (1, 0, (3, 2), 1), (1, 0, 1, 2), ((3, 2), (1, 2), (2, 1), 2)],
    ids=str,
)  # fmt: skip
def test_conv2d_gradients(submission, rng, stride, padding, dilation, groups):
    """The gradients of x, weight and bias are right."""
    args = [value.requires_grad_() for value in arguments(rng, (2, 4, 9, 7), 6, groups=groups)]
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    check_gradients(submission.conv2d, functional.conv2d, *args, **options, rng=rng)


@pytest.mark.parametrize("layout", ["channels last", "transposed", "cut out", "expanded"])
def test_conv2d_when_not_contiguous(submission, rng, shared, layout):
    """Images and kernels in any layout of memory give the right numbers."""
    x, weight, bias = arguments(rng, (3, 4, 9, 7), 6, groups=2)
    x, weight = shared.laid_out(x, layout), shared.laid_out(weight, layout)
    options = ((2, 1), (0, 1), (1, 2), 2)
    check_close(submission.conv2d(x, weight, bias, *options), functional.conv2d(x, weight, bias, *options))


LARGER = {"samples": (7, 4, 5, 6, 6), "channels": (2, 12, 5, 6, 6), "filters": (2, 4, 5, 6, 18)}
LARGER |= {"rows": (2, 4, 15, 6, 6), "columns": (2, 4, 5, 18, 6)}


@pytest.mark.parametrize("larger", LARGER)
def test_conv2d_without_a_loop(submission, rng, larger):
    """More samples, channels, filters or pixels take no more operations."""
    small, large = (
        arguments(rng, image, filters, groups=2) for *image, filters in ((2, 4, 5, 6, 6), LARGER[larger])
    )
    options = {"stride": 2, "padding": 1, "groups": 2}
    check_vectorised(
        submission,
        lambda: submission.conv2d(*small, **options),
        lambda: submission.conv2d(*large, **options),
    )


def test_conv2d_is_made_by_hand(submission, rng, shared):
    """Torch's own convolution and unfold are not used."""
    args = arguments(rng, (2, 4, 5, 6), groups=2)
    options = {"stride": 2, "padding": 1, "groups": 2}
    call = {"forbidden": shared.CONVOLUTIONS, "task": "conv2d"}
    check_by_hand(submission, lambda: submission.conv2d(*args, **options), **call)


def test_conv2d_has_manners(submission, rng):
    """Arguments and torch's state stay as they were."""
    args = arguments(rng, (2, 4, 5, 6), groups=2)
    check_manners(submission, lambda: submission.conv2d(*args, padding=1, groups=2))


@pytest.mark.parametrize(("channels", "kernels"), [(2, 1), (1, 2)])
def test_conv2d_refuses_other_channels(submission, rng, channels, kernels):
    """Filters for another number of channels raise a ValueError about weight."""
    with check_raises(ValueError, naming="weight"):
        submission.conv2d(rng.normal(3, channels, 9, 7), rng.normal(4, kernels, 3, 2), rng.normal(4))


@pytest.mark.parametrize(("channels", "filters", "groups"), [(4, 6, 3), (6, 4, 3)])
def test_conv2d_refuses_other_groups(submission, rng, channels, filters, groups):
    """Groups that do not divide channels and filters raise a ValueError about them."""
    weight = rng.normal(filters, channels // groups, 3, 2)
    with check_raises(ValueError, naming="groups"):
        submission.conv2d(rng.normal(2, channels, 9, 7), weight, groups=groups)


def test_conv2d_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    args = arguments(rng, (2, 4, 5, 6), 6, groups=2)
    check_device(submission.conv2d, *args, stride=(2, 1), padding=1, dilation=(1, 2), groups=2)
