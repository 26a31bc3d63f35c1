"""Suite of cnn.receptive_field."""

import pytest
import torch

from grader.suite import check_equal


def seen(layers):
    """Return from the first to the last pixel that output 0 sees, by going back through the layers."""
    first, last = 0, 0
    for kernel, stride, dilation in reversed([(*layer, 1)[:3] for layer in layers]):
        first, last = first * stride, last * stride + dilation * (kernel - 1)
    return last - first + 1


@pytest.mark.visible
def test_receptive_field_of_two_layers(submission):
    """Two kernels of 3 see 5 pixels; an int comes back."""
    check_equal(submission.receptive_field([(3, 1), (3, 1)]), 5)


@pytest.mark.visible
def test_receptive_field_behind_a_stride(submission):
    """After a pooling by 2 a kernel of 5 adds 8 pixels: 5, 6, 14, 16."""
    layers = [(5, 1), (2, 2), (5, 1), (2, 2)]
    for count, want in enumerate((5, 6, 14, 16), start=1):
        check_equal(submission.receptive_field(layers[:count]), want)


@pytest.mark.visible
def test_receptive_field_with_dilation(submission):
    """Kernels of 3 with gaps of 1, 2 and 4 see 15 pixels."""
    check_equal(submission.receptive_field([(3, 1, 1), (3, 1, 2), (3, 1, 4)]), 15)


def test_receptive_field_of_one_layer(submission):
    """One kernel sees as many pixels as it spans; its own stride does not matter."""
    for layer, want in (((7, 2), 7), ((3, 4, 2), 5), ((1, 3), 1), ((2, 1, 9), 10)):
        check_equal(submission.receptive_field([layer]), want)


CONES = {
    "3, 3, 3, 3": [(3, 1)] * 4,
    "each stride 2": [(3, 2)] * 4,
    "dilations 1, 2, 4, 8": [(3, 1, 1), (3, 1, 2), (3, 1, 4), (3, 1, 8)],
}


def test_receptive_field_without_layers(submission, draw):
    """Without layers a pixel sees itself; each layer more below widens what it sees."""
    cones = []
    for layers in CONES.values():
        sizes = []
        for start in reversed(range(len(layers) + 1)):
            sizes.append(seen(layers[start:]))
            check_equal(submission.receptive_field(layers[start:]), sizes[-1])
        cones.append(cone(sizes))
    draw.picture(
        "what one output sees, from layer to layer", "images", torch.stack(cones), panels=list(CONES),
        caption="the output above, the pixels of the input below",
    )  # fmt: skip


def cone(sizes, width=31):
    """Return an image with a bar of each size, one below the other."""
    image = torch.zeros(6 * len(sizes), width)
    for row, size in enumerate(sizes):
        image[6 * row : 6 * row + 5, (width - size) // 2 : (width + size) // 2] = 1
    return image


@pytest.mark.weight(3)
@pytest.mark.parametrize("count", [2, 3, 5])
def test_receptive_field_of_any_layers(submission, rng, count):
    """Kernels, strides and dilations of any size: what can be seen is counted."""
    for _ in range(8):
        numbers = rng.integers(1, 5, count, 3).tolist()
        layers = [tuple(layer) if layer[2] > 1 else tuple(layer[:2]) for layer in numbers]
        check_equal(submission.receptive_field(layers), seen(layers))


@pytest.mark.detail
def test_receptive_field_leaves_the_layers(submission):
    """A tuple of layers will do as well, and a list is unchanged."""
    layers = ((3, 2), (5, 1, 2))
    check_equal(submission.receptive_field(layers), 19)
    check_equal(submission.receptive_field(list(layers)), 19)
