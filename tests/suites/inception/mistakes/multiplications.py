"""Wrong variants of inception.multiplications."""

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


@mistake("the size never changes: stride, padding and kernel make H_out and W_out")
def size_kept(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: side)


@mistake("the 1 is added before the division: (H + 2 * padding - k) // stride + 1")
def one_inside(layer_spec):
    return _counted(
        layer_spec, _right, lambda side, k, stride, padding: (side + 2 * padding - k + 1) // stride
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


@mistake("the size is one too small: (H + 2 * padding - k) // stride + 1")
def one_too_small(layer_spec):
    return _counted(layer_spec, _right, lambda side, k, stride, padding: (side + 2 * padding - k) // stride)


@mistake("the bias is counted as a multiplication: it is added")
def bias_counted(layer_spec):
    return _counted(layer_spec, lambda f, h, w, c, k, before: f * h * w * (c * k * k + 1))


@mistake("only the last layer is counted: the sum over all is asked for")
def last_layer_only(layer_spec):
    if len(layer_spec) < 2:
        return 0
    return _counted(layer_spec, _right) - _counted(layer_spec[:-1], _right)


@mistake("padding and stride are read in turned order: a layer is (F, k, stride, padding)")
def padding_before_stride(layer_spec):
    image, *convolutions = layer_spec
    return _counted([image, *[(f, k, stride, padding) for f, k, padding, stride in convolutions]], _right)
