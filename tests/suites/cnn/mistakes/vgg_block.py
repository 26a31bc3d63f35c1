"""Wrong variants of cnn.vgg_block."""

from torch import nn

from grader.suite import mistake


def _conv(channels, out_channels, number):
    return nn.Conv2d(channels, out_channels, kernel_size=3, padding=1)


def _block(
    num_convs,
    in_channels,
    out_channels,
    conv=_conv,
    widths=lambda i, o: (i, o, o),
    bend=lambda number: [nn.ReLU()],
    pool=lambda: [nn.MaxPool2d(2)],
    each=lambda: [],
    count=lambda n: n,
):
    """The reference in parts, each of which a variant may replace."""
    layers, (channels, later, out) = [], widths(in_channels, out_channels)
    for number in range(count(num_convs)):
        layers += [conv(channels, out, number), *bend(number), *each()]
        channels = later
    return nn.Sequential(*layers, *pool())


@mistake("every convolution has in_channels: from the second on they see out_channels")
def always_from_in_channels(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, widths=lambda i, o: (i, i, o))


@mistake("in_channels and out_channels are swapped")
def channels_swapped(num_convs, in_channels, out_channels):
    return _block(num_convs, out_channels, in_channels)


@mistake("one convolution serves all places but the first: make a new one in each turn of the loop")
def one_layer_repeated(num_convs, in_channels, out_channels):
    again = _conv(out_channels, out_channels, 1)
    return _block(
        num_convs, in_channels, out_channels, conv=lambda c, o, number: again if number else _conv(c, o, 0)
    )


@mistake("there is no padding: with 3x3 kernels a padding of 1 keeps the size")
def not_padded(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, conv=lambda c, o, number: nn.Conv2d(c, o, 3))


@mistake("the kernels are 5x5 with padding 2: they are 3x3 with padding 1")
def large_kernels(num_convs, in_channels, out_channels):
    return _block(
        num_convs, in_channels, out_channels, conv=lambda c, o, number: nn.Conv2d(c, o, 5, padding=2)
    )


@mistake("the convolutions have no bias")
def without_bias(num_convs, in_channels, out_channels):
    def conv(c, o, number):
        return nn.Conv2d(c, o, 3, padding=1, bias=False)

    return _block(num_convs, in_channels, out_channels, conv=conv)


@mistake("the last convolution halves the size by its stride: the pooling does that")
def strided_convolution(num_convs, in_channels, out_channels):
    def conv(c, o, number):
        return nn.Conv2d(c, o, 3, padding=1, stride=2 if number == num_convs - 1 else 1)

    return _block(num_convs, in_channels, out_channels, conv=conv, pool=lambda: [nn.Identity()])


@mistake("there is no ReLU: one follows each convolution")
def without_relu(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, bend=lambda number: [nn.Identity()])


@mistake("there is one ReLU at the end of the block: one follows each convolution")
def one_relu_at_the_end(num_convs, in_channels, out_channels):
    return _block(
        num_convs,
        in_channels,
        out_channels,
        bend=lambda number: [],
        pool=lambda: [nn.ReLU(), nn.MaxPool2d(2)],
    )


@mistake("no ReLU follows the last convolution: one follows each of them")
def last_relu_missing(num_convs, in_channels, out_channels):
    def bend(number):
        return [nn.ReLU() if number < num_convs - 1 else nn.Identity()]

    return _block(num_convs, in_channels, out_channels, bend=bend)


@mistake("no pooling stands at the end: it halves height and width")
def without_pooling(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, pool=lambda: [])


@mistake("a pooling follows each convolution: there is one, at the end")
def pooled_each_time(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, each=lambda: [nn.MaxPool2d(2)], pool=lambda: [])


@mistake("the pooling takes means: it takes the largest of each 2x2 window")
def average_pooling(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, pool=lambda: [nn.AvgPool2d(2)])


@mistake("the pooling has stride 1: its stride is 2")
def pooling_of_stride_one(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, pool=lambda: [nn.MaxPool2d(2, stride=1)])


@mistake("the pooling rounds up, ceil_mode=True: a last odd row or column is dropped")
def rounded_up(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, pool=lambda: [nn.MaxPool2d(2, ceil_mode=True)])


@mistake("the pooling windows are 3x3 and overlap: they are 2x2")
def overlapping_pooling(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, pool=lambda: [nn.MaxPool2d(3, 2, padding=1)])


@mistake("there is one convolution too many")
def one_too_many(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, count=lambda n: n + 1)


@mistake("there is one convolution too few")
def one_too_few(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels, count=lambda n: max(n - 1, 1))


@mistake("a batch norm follows each convolution: the block has none")
def with_batch_norm(num_convs, in_channels, out_channels):
    return _block(
        num_convs, in_channels, out_channels, bend=lambda n: [nn.BatchNorm2d(out_channels), nn.ReLU()]
    )


@mistake("a list comes back: a module is asked for, nn.Sequential(*layers)")
def list_returned(num_convs, in_channels, out_channels):
    return list(_block(num_convs, in_channels, out_channels))


@mistake("all convolutions are copies of the first or the second: each draws its own weights")
def equal_starts(num_convs, in_channels, out_channels):
    block = _block(num_convs, in_channels, out_channels)
    for number in range(4, len(block) - 1, 2):
        block[number].load_state_dict(block[2].state_dict())
    return block


@mistake("the convolutions go to cuda by themselves: the caller chooses the device")
def always_on_cuda(num_convs, in_channels, out_channels):
    return _block(num_convs, in_channels, out_channels).to("cuda")
