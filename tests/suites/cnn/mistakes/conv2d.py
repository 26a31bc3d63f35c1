"""Wrong variants of cnn.conv2d."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return reference("cnn").conv2d(x, weight, bias, stride, padding, dilation, groups)


def _pair(value):
    return (value, value) if isinstance(value, int) else value


def _checked(x, weight, bias, stride, padding, dilation, groups):
    """Refuse what the reference refuses; return the size of the result."""
    with torch.no_grad():
        return _right(x, weight, bias, stride, padding, dilation, groups).shape


def _cut(y, size):
    return y[:, :, : size[2], : size[3]]


@mistake("the kernels were flipped, as in mathematics: they lie on the image as they are written down")
def flipped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight.flip(-2, -1), bias, stride, padding, dilation, groups)


@mistake("the two numbers of stride are swapped: the first is for the rows (H)")
def stride_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight, bias, _pair(stride)[::-1], padding, dilation, groups)


@mistake(
    "the two numbers of padding are swapped: functional.pad takes the last axis first, so (pw, pw, ph, ph)"
)
def padding_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight, bias, stride, _pair(padding)[::-1], dilation, groups)


@mistake("the two numbers of dilation are swapped: the first is for the rows (H)")
def dilation_swapped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    size = _checked(x, weight, bias, stride, padding, dilation, groups)
    wide = functional.pad(reference("cnn")._padded(x, padding), (0, 20, 0, 20))
    return _cut(_right(wide, weight, bias, stride, 0, _pair(dilation)[::-1], groups), size)


@mistake("only the first number of each pair was used: the second is for the columns")
def first_of_each_pair(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    firsts = [_pair(value)[0] for value in (stride, padding, dilation)]
    return _right(x, weight, bias, *firsts, groups)


@mistake("the stride was ignored: the window moves by (sh, sw)")
def stride_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight, bias, 1, padding, dilation, groups)


@mistake("the size was rounded up: a step that does not fit any more is not taken")
def rounded_up(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    more = functional.pad(x, (pw, pw + sw - 1, ph, ph + sh - 1))
    return _right(more, weight, bias, stride, 0, dilation, groups)


@mistake("the padding came at the bottom and at the right only: it is added on all four sides")
def padded_at_two_sides(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    ph, pw = _pair(padding)
    return _right(functional.pad(x, (0, pw, 0, ph)), weight, bias, stride, 0, dilation, groups)


@mistake("all of the padding came before the first row and column: half of it belongs after the last ones")
def padded_before_only(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    ph, pw = _pair(padding)
    return _right(functional.pad(x, (2 * pw, 0, 2 * ph, 0)), weight, bias, stride, 0, dilation, groups)


@mistake("the border repeats the pixels of the edge: it is made of zeros")
def border_repeats_the_edge(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    ph, pw = _pair(padding)
    wide = functional.pad(x, (pw, pw, ph, ph), mode="replicate")
    return _right(wide, weight, bias, stride, 0, dilation, groups)


@mistake("the dilation was ignored: the pixels under the kernel lie (dh, dw) apart")
def dilation_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight, bias, stride, padding, 1, groups)


@mistake("the size forgets the dilation: a kernel of k pixels spans dilation * (k - 1) + 1")
def size_without_dilation(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (dh, dw), (kh, kw), (ph, pw) = _pair(dilation), weight.shape[2:], _pair(padding)
    wide = functional.pad(x, (pw, pw + (dw - 1) * (kw - 1), ph, ph + (dh - 1) * (kh - 1)))
    return _right(wide, weight, bias, stride, 0, dilation, groups)


@mistake("the window was taken to span dilation * k pixels; it is dilation * (k - 1) + 1")
def spans_too_much(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    (dh, dw), (ph, pw) = _pair(dilation), _pair(padding)
    h, w = x.shape[2] + 2 * ph - dh + 1, x.shape[3] + 2 * pw - dw + 1
    wide = reference("cnn")._padded(x, (ph, pw))
    return _right(wide[:, :, :h, :w], weight, bias, stride, 0, dilation, groups)


@mistake("the bias was added for every channel: it is added once, after the sum over the channels")
def bias_for_every_channel(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    many = None if bias is None else bias * (x.shape[1] // groups)
    return _right(x, weight, many, stride, padding, dilation, groups)


@mistake("the bias was ignored")
def bias_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight, None, stride, padding, dilation, groups)


@mistake("the bias was added before the sum over the kernel: it is added once to each pixel of the result")
def bias_for_every_position(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    many = None if bias is None else bias * weight[0, 0].numel()
    return _right(x, weight, many, stride, padding, dilation, groups)


@mistake(
    "the filters were dealt out to the groups in turn: the first F / G filters belong to the first group"
)
def filters_dealt_out(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _checked(x, weight, bias, stride, padding, dilation, groups)
    order = torch.arange(len(weight)).reshape(-1, groups).t().flatten()
    y = _right(x, weight[order], None, stride, padding, dilation, groups)
    y = y[:, order.argsort()]
    return y if bias is None else y + bias[:, None, None]


@mistake(
    "the channels were dealt out to the groups in turn: the first C / G channels belong to the first group"
)
def channels_dealt_out(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _checked(x, weight, bias, stride, padding, dilation, groups)
    order = torch.arange(x.shape[1]).reshape(-1, groups).t().flatten()
    return _right(x[:, order], weight, bias, stride, padding, dilation, groups)


@mistake("all groups saw the channels of the first: group g sees part g of the channels")
def first_channels_for_all(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _checked(x, weight, bias, stride, padding, dilation, groups)
    return _right(x[:, : x.shape[1] // groups], weight, bias, stride, padding, dilation)


@mistake("groups were ignored: each filter saw all channels, not those of its group")
def groups_ignored(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _checked(x, weight, bias, stride, padding, dilation, groups)
    return _right(x, weight.repeat(1, groups, 1, 1), bias, stride, padding, dilation)


@mistake("the axes of size 1 were squeezed away: a single image, filter or row keeps its axis")
def squeezed(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight, bias, stride, padding, dilation, groups).squeeze()


@mistake("as_strided was given the strides of a contiguous image: ask this one, x.stride()")
def strides_of_a_contiguous_image(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _, c, h, w = x.shape
    x = x.as_strided(x.shape, (c * h * w, h * w, w, 1))
    return _right(x, weight, bias, stride, padding, dilation, groups)


@mistake("the weights left the graph: .data, .numpy() or torch.tensor(weight) cuts their gradient")
def weight_left_the_graph(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _right(x, weight.detach(), bias, stride, padding, dilation, groups)


@mistake("the result is computed with NumPy: that works on the CPU only and cuts the gradients")
def through_numpy(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    values = (None if v is None else torch.from_numpy(v.detach().numpy()) for v in (x, weight, bias))
    return _right(*values, stride, padding, dilation, groups)


@mistake("a Python loop over the samples: the whole batch goes at once")
def loop_over_samples(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return torch.cat([_right(one[None], weight, bias, stride, padding, dilation, groups) for one in x])


@mistake("a Python loop over the filters: the product takes all of them at once")
def loop_over_filters(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _checked(x, weight, bias, stride, padding, dilation, groups)
    parts, each = x.chunk(groups, 1), len(weight) // groups
    y = [
        _right(parts[f // each], weight[f : f + 1], None, stride, padding, dilation)
        for f in range(len(weight))
    ]
    y = torch.cat(y, 1)
    return y if bias is None else y + bias[:, None, None]


@mistake("a Python loop over the pixels of the result: loop over the kh * kw positions of the kernel")
def loop_over_pixels(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    n, f, h, w = _checked(x, weight, bias, stride, padding, dilation, groups)
    (sh, sw), (dh, dw), (kh, kw) = _pair(stride), _pair(dilation), weight.shape[2:]
    wide, kernels = reference("cnn")._padded(x, padding), weight.unflatten(0, (groups, -1))
    pixels = []
    for i in range(h):
        for j in range(w):
            rows, columns = (
                slice(i * sh, i * sh + (kh - 1) * dh + 1, dh),
                slice(j * sw, j * sw + (kw - 1) * dw + 1, dw),
            )
            window = wide[:, :, rows, columns].unflatten(1, (groups, -1))
            pixels.append(torch.einsum("ngcab,gfcab->ngf", window, kernels).flatten(1))
    y = torch.stack(pixels, 2).unflatten(2, (h, w))
    return y if bias is None else y + bias[:, None, None]


@mistake("a weight for one channel is broadcast over all of them: raise a ValueError about weight")
def one_channel_broadcast(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if groups == 1 and weight.shape[1] == 1:
        weight = weight.expand(-1, x.shape[1], -1, -1)
    return _right(x, weight, bias, stride, padding, dilation, groups)


@mistake("what the groups leave over is dropped: raise a ValueError where they do not divide C and F")
def groups_not_refused(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    c, f = (size - size % groups for size in (x.shape[1], len(weight)))
    bias = None if bias is None else bias[:f]
    return _right(x[:, :c], weight[:f], bias, stride, padding, dilation, groups)


@mistake("torch's own convolution was used: the task is to build it")
def used_torch(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _checked(x, weight, bias, stride, padding, dilation, groups)
    return functional.conv2d(x, weight, bias, stride, padding, dilation, groups)
