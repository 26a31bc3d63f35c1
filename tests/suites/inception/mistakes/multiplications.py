"""Wrong variants of inception.multiplications."""

import torch

from grader.suite import mistake


def _counted(layer_spec, products, size=None, last_channels=None):
    """Walk along the layers; a variant may replace the products of a layer, its sizes, and its channels."""
    (channels, height, width), *convolutions = layer_spec
    total = 0
    for filters, kernel, stride, padding in convolutions:
        before = height, width
        height, width = ((size or _size)(side, kernel, stride, padding) for side in (height, width))
        total += products(filters, height, width, channels, kernel, before)
        channels = (last_channels or (lambda channels, filters: filters))(channels, filters)
    return total


def _size(side, kernel, stride, padding):
    return (side + 2 * padding - kernel) // stride + 1


def _right(filters, height, width, channels, kernel, before):
    return filters * height * width * channels * kernel * kernel


@mistake("the channels that come in are left out: each number is a sum over all of them")
def channels_in_left_out(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * k * k)


@mistake("the filters are left out: each of them gives H_out * W_out numbers")
def filters_left_out(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: h * w * c * k * k)


@mistake("the side of the kernel counts once: a kernel has k * k weights for each channel")
def kernel_not_squared(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * c * k)


@mistake("the size of the kernel is left out: each number is a sum over k * k pixels")
def kernel_left_out(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * c)


@mistake("the width is left out: a filter gives H_out * W_out numbers")
def width_left_out(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * c * k * k)


@mistake("the height counts twice: a filter gives H_out * W_out numbers")
def height_twice(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * h * c * k * k)


@mistake("channels in and out are added: each of the F filters reads all C channels, so they multiply")
def channels_added(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: (f + c) * h * w * k * k)


@mistake("F is left out, and C stands twice: each of the F filters gives H_out * W_out numbers")
def channels_in_twice(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: c * h * w * c * k * k)


@mistake("the positions of the padded image are counted: those that come out are H_out * W_out")
def positions_with_padding(layer_spec):
    (channels, height, width), *convolutions = layer_spec
    total = 0
    for filters, kernel, stride, padding in convolutions:
        high, wide = (side + 2 * padding for side in (height, width))
        total += _right(filters, high, wide, channels, kernel, None)
        height, width = (_size(side, kernel, stride, padding) for side in (height, width))
        channels = filters
    return total


@mistake("the positions of the image that comes in are counted, not those that come out")
def positions_that_come_in(layer_spec):
    def products(f, h, w, c, k, before):
        return f * before[0] * before[1] * c * k * k

    return _counted(layer_spec, products)


@mistake("the weights are counted: each is used once at every position")
def weights_for_multiplications(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * c * k * k)


@mistake("every layer has the channels of the image: from the second on it has those of the layer before")
def channels_of_the_image(layer_spec):
    return _counted(layer_spec, _right, last_channels=lambda channels, filters: channels)


@mistake("every layer works on the size of the image: it works on what the layer before gave")
def size_of_the_image(layer_spec):
    image, *convolutions = layer_spec
    total, channels = 0, image[0]
    for layer in convolutions:
        total += _counted([(channels, *image[1:]), layer], _right)
        channels = layer[0]
    return total


@mistake("every layer reads the image itself: channels and size go on from layer to layer")
def image_for_every_layer(layer_spec):
    image, *convolutions = layer_spec
    return sum(_counted([image, layer], _right) for layer in convolutions)


@mistake("the size never changes: stride, padding and kernel make H_out and W_out")
def size_kept(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: side)


@mistake(
    "the size is divided by the stride, whatever kernel and padding are: (H + 2 * padding - k) // stride + 1"
)
def size_by_the_stride(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: side // stride)


@mistake("the size is that of a padding that keeps it, rounded up: (H + 2 * padding - k) // stride + 1")
def size_as_if_kept(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: -(-side // stride))


@mistake("the 1 is added before the division: (H + 2 * padding - k) // stride + 1")
def one_inside(layer_spec):
    return _counted(
        layer_spec, _right, lambda side, k, stride, padding: (side + 2 * padding - k + 1) // stride
    )


@mistake("the kernel counts one too much: (H + 2 * padding - k) // stride + 1")
def kernel_and_one(layer_spec):
    return _counted(
        layer_spec, _right, lambda side, k, stride, padding: (side + 2 * padding - k - 1) // stride + 1
    )


@mistake("the size was rounded to the nearest number: it is rounded down")
def rounded(layer_spec):
    return _counted(
        layer_spec, _right, lambda side, k, stride, padding: round((side + 2 * padding - k) / stride) + 1
    )


@mistake("the stride is left out of the size")
def stride_left_out(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: side + 2 * padding - k + 1)


@mistake("the padding is added on one side only: it counts twice")
def padding_once(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: (side + padding - k) // stride + 1)


@mistake("the padding is left out of the size")
def padding_left_out(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: (side - k) // stride + 1)


@mistake("the size was rounded up: what is left over at the edge is dropped")
def rounded_up(layer_spec):
    return _counted(
        layer_spec, _right, lambda side, k, stride, padding: -((k - side - 2 * padding) // stride) + 1
    )


@mistake("the size comes out of a true division: it is a float, and is not rounded down; use //")
def true_division(layer_spec):
    return _counted(
        layer_spec, _right, lambda side, k, stride, padding: (side + 2 * padding - k) / stride + 1
    )


@mistake("the size is one too small: (H + 2 * padding - k) // stride + 1")
def one_too_small(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: (side + 2 * padding - k) // stride)


@mistake("additions are counted too: twice what is asked for")
def additions_too(layer_spec):
    return 2 * _counted(layer_spec, _right)


@mistake("the bias is counted as a multiplication: it is added")
def bias_counted(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * (c * k * k + 1))


@mistake("one multiplication for the bias of each filter is counted: a bias is added")
def bias_of_each_filter(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * c * k * k + f)


@mistake("the additions within each sum are counted too: only the multiplications are asked for")
def sums_counted(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * (2 * c * k * k - 1))


@mistake("the additions are counted: the multiplications are asked for, C * k * k for each number")
def additions_alone(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * (c * k * k - 1))


@mistake("the layers are multiplied: their sum is asked for")
def product_of_layers(layer_spec):
    image, *convolutions = layer_spec
    total = 1
    for end in range(1, len(convolutions) + 1):
        total *= last_layer_only([image, *convolutions[:end]])
    return total


@mistake("only the first layer is counted: the sum over all is asked for")
def first_layer_only(layer_spec):
    return _counted(list(layer_spec)[:2], _right)


@mistake("the first convolution is left out: only the first entry of layer_spec is the image")
def first_layer_left_out(layer_spec):
    image, *convolutions = layer_spec
    return _counted([image, *convolutions[1:]], _right)


@mistake("only the last layer is counted: the sum over all is asked for")
def last_layer_only(layer_spec):
    if len(layer_spec) < 2:
        return 0
    return _counted(layer_spec, _right) - _counted(layer_spec[:-1], _right)


@mistake("padding and stride are read in turned order: a layer is (F, k, stride, padding)")
def padding_before_stride(layer_spec):
    image, *convolutions = layer_spec
    return _counted([image, *[(f, k, stride, padding) for f, k, padding, stride in convolutions]], _right)


@mistake("the kernel is read before the filters: a layer is (F, k, stride, padding)")
def kernel_before_filters(layer_spec):
    image, *convolutions = layer_spec
    return _counted([image, *[(f, k, stride, padding) for k, f, stride, padding in convolutions]], _right)


@mistake("the image is read as (H, W, C): it is (C, H, W)")
def channels_last(layer_spec):
    (height, width, channels), *convolutions = layer_spec
    return _counted([(channels, height, width), *convolutions], _right)


@mistake("a float comes back: the number is an int")
def float_returned(layer_spec):
    return float(_counted(layer_spec, _right))


@mistake("a tensor comes back: the number is a plain int")
def tensor_returned(layer_spec):
    return torch.tensor(_counted(layer_spec, _right))


@mistake("a list with the number of each layer comes back: their sum is asked for")
def list_returned(layer_spec):
    image, *convolutions = layer_spec
    specs = [[image, *convolutions[:end]] for end in range(1, len(convolutions) + 1)]
    return [last_layer_only(spec) for spec in specs]
