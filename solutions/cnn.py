"""Convolutional networks: windows that slide over images, and the networks made of them.

Letters: N batch, C channels in, F filters (channels out), H W height and width, kh kw those of a kernel, G groups.
An image is (N, C, H, W): rows from top to bottom, columns from left to right. A size that may be an int or a pair
(height, width) means the same for both axes when it is an int. Convolution here means cross-correlation, as everywhere
in deep learning: the kernel is not flipped. Tensors may lie in memory in any order, contiguous or not. Results have the
dtype and the device of their arguments, which stay unchanged (`x.new_zeros(2, 3)` has those of x, `torch.zeros(2, 3)`
is float32 on the CPU).
Every network or layer is a `torch.nn.Module`: it keeps parameters under the names its docstring gives (the keys of
`state_dict()`), and works in the dtype and on the device that `.to(...)` moved it to.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

### BEGIN SOLUTION


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """The sizes of both axes."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _padded(x: Tensor, padding: int | tuple[int, int], value: float = 0.0) -> Tensor:
    ph, pw = _pair(padding)
    return functional.pad(x, (pw, pw, ph, ph), value=value)


def _windows(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """A view (*, H, W) -> (*, H', W', kh, kw): for each place of a window what it covers."""
    (kh, kw), (sh, sw), (dh, dw) = _pair(kernel_size), _pair(stride), _pair(dilation)
    spans = x.unfold(-2, dh * (kh - 1) + 1, sh).unfold(-2, dw * (kw - 1) + 1, sw)
    return spans[..., ::dh, ::dw]


### END SOLUTION


def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """How many places a window has along one axis, an int: the size of the output of a convolution or pooling.

    The axis gets `padding` pixels more at each of its two ends. The window starts at its left end and moves on by
    `stride` pixels as long as all of it fits. From one pixel of the window to the next are `dilation` pixels.

    Args:
        size, kernel_size: pixels of the axis and of the window, at least 1; the result is exact for any number.
        stride, padding, dilation: ints, at least 1, 0 and 1. A dilation of 1 leaves no gaps in the window.
    Raises:
        ValueError: naming `kernel_size` when the window, with its gaps, does not fit even once.
    Example:
        >>> conv_output_size(28, 5), conv_output_size(7, 3, stride=2), conv_output_size(224, 7, 2, 3)
        (24, 3, 112)

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), sections 2.4 and 5.1.
    """
    ### BEGIN SOLUTION
    room = size + 2 * padding - (dilation * (kernel_size - 1) + 1)
    if room < 0:
        raise ValueError(f"kernel_size {kernel_size} does not fit on {size} pixels with padding {padding}")
    return room // stride + 1
    ### END SOLUTION


def corr2d(x: Tensor, k: Tensor) -> Tensor:
    """One kernel slides over one image: return their cross-correlation y, (H - kh + 1, W - kw + 1).

    y[i, j] = sum over a, b of k[a, b] * x[i + a, j + b]. Differentiable in x and k.
    A Python loop is fine here, also one over the pixels. By hand: no torch convolution (conv2d, nn.Conv2d and the
    like), no torch.nn.functional.unfold or nn.Unfold. The method Tensor.unfold is welcome.

    Args:
        x: (H, W), floating point.
        k: (kh, kw), the dtype of x, along no axis larger than x.
    Example:
        >>> corr2d(torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2))
        tensor([[19., 25.],
                [37., 43.]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 7.2.
    """
    ### BEGIN SOLUTION
    return (_windows(x, (k.shape[0], k.shape[1])) * k).sum(dim=(-2, -1))
    ### END SOLUTION


def corr2d_multi(x: Tensor, k: Tensor) -> Tensor:
    """Several channels in, several filters out: each filter has a kernel for each channel, and adds up the results.

    y[f] = sum over c of corr2d(x[c], k[f, c]); y is (F, H - kh + 1, W - kw + 1). Differentiable in x and k.
    A Python loop is fine. By hand: no torch convolution (conv2d, nn.Conv2d and the like), no unfold of torch.nn.

    Args:
        x: (C, H, W), floating point.
        k: (F, C, kh, kw), the dtype of x; kh and kw are at most H and W.
    Raises:
        ValueError: naming `k` when its second size is not C, also where torch would broadcast it.
    Example:
        >>> corr2d_multi(torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]]), torch.tensor([[[[1.0]], [[10.0]]]]))
        tensor([[[31., 42.]]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 7.4.
    """
    ### BEGIN SOLUTION
    if k.shape[1] != len(x):
        raise ValueError(f"k must have a kernel for each of {len(x)} channels, not {k.shape[1]}")
    windows = _windows(x, (k.shape[2], k.shape[3]))
    return (windows * k[:, :, None, None]).sum(dim=(1, -2, -1))
    ### END SOLUTION


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> Tensor:
    """The whole convolution, of a batch, with channels, filters, steps, a border, gaps and groups: (N, F, H', W').

    y[n, f, i, j] = bias[f]
                    + sum over c, a, b of weight[f, c, a, b] * xp[n, g * (C / G) + c, i * sh + a * dh, j * sw + b * dw]

    where xp is x with ph rows of zeros above and below and pw columns of zeros left and right, and g = f // (F / G) is
    the group of filter f: the first F / G filters see the first C / G channels only, and so on. `conv_output_size`
    gives H' and W'. Differentiable in x, weight and bias. Loops over groups and over the kh * kw positions of the
    kernel are fine; the number of torch operations must not grow with N, C / G, F / G, H or W.
    By hand: no torch convolution (conv2d, nn.Conv2d, ...), no unfold of torch.nn. pad, as_strided, einsum are welcome.

    Args:
        x, weight: (N, C, H, W), floating point, and (F, C / G, kh, kw), its dtype. With its gaps a kernel fits on xp.
        bias: (F,), the dtype of x, or None for no bias.
        stride, padding, dilation: (sh, sw), (ph, pw), (dh, dw), each at least 1, 0 and 1, or one int for both axes.
        groups: G, at least 1. G = C is the depthwise convolution.
    Raises:
        ValueError: naming `groups` when it does not divide C and F; naming `weight` when its second size is not C / G,
            also where torch would broadcast it.
    Example:
        >>> x, weight = torch.arange(9.0).reshape(1, 1, 3, 3), torch.arange(4.0).reshape(1, 1, 2, 2)
        >>> conv2d(x, weight, torch.tensor([0.5]), stride=2, padding=1).tolist()
        [[[[0.5, 8.5], [21.5, 43.5]]]]

    Source: torch.nn.functional.conv2d. Deviations: no padding given by a word, and x always has a batch axis.
    """
    ### BEGIN SOLUTION
    channels, filters = x.shape[1], len(weight)
    if channels % groups or filters % groups:
        raise ValueError(f"groups = {groups} must divide {channels} channels and {filters} filters")
    if weight.shape[1] != channels // groups:
        raise ValueError(f"weight must have {channels // groups} channels, not {weight.shape[1]}")
    windows = _windows(_padded(x, padding), (weight.shape[2], weight.shape[3]), stride, dilation)
    windows, kernels = windows.unflatten(1, (groups, -1)), weight.unflatten(0, (groups, -1))
    y = torch.einsum("ngcijab,gfcab->ngfij", windows, kernels).flatten(1, 2)
    return y if bias is None else y + bias[:, None, None]
    ### END SOLUTION


def im2col(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """Images into columns, (N, C * kh * kw, H' * W'): each place of a window becomes one column of all pixels in it.

    A column goes through the channels, in each through the rows of the window, in each row from left to right. The
    columns go through the places row by row. Border, steps and gaps are as in `conv2d`. Differentiable in x.
    A loop over the kh * kw positions is fine; the number of torch operations must not grow with N, C, H or W.
    By hand: no torch.nn.functional.unfold or nn.Unfold, no torch convolution. The method Tensor.unfold is welcome.

    Args:
        x: (N, C, H, W), floating point.
        kernel_size, stride, padding, dilation: pairs or ints, at least 1, 1, 0 and 1; with its gaps the window fits.
    Example:
        >>> im2col(torch.arange(9.0).reshape(1, 1, 3, 3), (1, 2)).tolist()
        [[[0.0, 1.0, 3.0, 4.0, 6.0, 7.0], [1.0, 2.0, 4.0, 5.0, 7.0, 8.0]]]

    Source: torch.nn.functional.unfold. Deviations: x always has a batch axis.
    """
    ### BEGIN SOLUTION
    windows = _windows(_padded(x, padding), kernel_size, stride, dilation)
    return windows.permute(0, 1, 4, 5, 2, 3).flatten(4, 5).flatten(1, 3)
    ### END SOLUTION


def conv2d_im2col(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """A convolution as one matrix product: each filter is a row, each window is a column.

    The result is that of conv2d(x, weight, bias, stride, padding, dilation), (N, F, H', W'). It is made of the columns
    of `im2col` and of weight as a matrix with F rows. Differentiable in x, weight and bias.
    Exactly one matrix product in each call takes the whole batch (@, matmul, mm, bmm, einsum, tensordot, addmm, baddbmm
    or linear). A loop over the kh * kw positions of the window is fine; the number of torch operations must not grow
    with N, C, F, H or W.
    By hand: no torch convolution (conv2d, nn.Conv2d and the like), no torch.nn.functional.unfold or nn.Unfold. Your own
    im2col is welcome.

    Args:
        x, weight: (N, C, H, W), floating point, and (F, C, kh, kw), its dtype. With its gaps a kernel fits.
        bias: (F,), the dtype of x, or None for no bias.
        stride, padding, dilation: (sh, sw), (ph, pw), (dh, dw), each at least 1, 0 and 1, or one int for both axes.
    Example:
        >>> x, weight = torch.arange(9.0).reshape(1, 1, 3, 3), torch.arange(4.0).reshape(1, 1, 2, 2)
        >>> conv2d_im2col(x, weight, torch.tensor([0.5]), stride=2, padding=1)
        tensor([[[[ 0.5000,  8.5000],
                  [21.5000, 43.5000]]]])

    Source: Chellapilla, Puri, Simard, High Performance Convolutional Neural Networks for Document Processing (2006).
    Deviations: one product of the filters with the windows of the whole batch.
    """
    ### BEGIN SOLUTION
    size = (weight.shape[2], weight.shape[3])
    columns = im2col(x, size, stride, padding, dilation)
    y = torch.matmul(weight.flatten(1), columns)
    height = conv_output_size(x.shape[2], size[0], _pair(stride)[0], _pair(padding)[0], _pair(dilation)[0])
    y = y.unflatten(2, (height, -1))
    return y if bias is None else y + bias[:, None, None]
    ### END SOLUTION


### BEGIN SOLUTION


def _pooling_windows(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None,
    padding: int | tuple[int, int],
    value: float,
) -> Tensor:
    """The windows (N, C, H', W', kh, kw) of a pooling, `value` in the border."""
    return _windows(_padded(x, padding, value), kernel_size, kernel_size if stride is None else stride)


### END SOLUTION


def max_pool2d(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
) -> Tensor:
    """The largest pixel of each window, in each channel by itself: (N, C, H', W'), sizes as in `conv_output_size`.

    Padding is added at both ends of each axis and never wins, not even over negative pixels. Differentiable in x: what
    comes from above goes to the largest pixel of the window; equally large ones may share it, with no negative share.
    A loop over the kh * kw positions is fine; the number of torch operations must not grow with N, C, H or W.
    By hand: no torch pooling of any kind, no interpolate, no functional.unfold. Tensor.unfold and amax are welcome.

    Args:
        x, kernel_size: (N, C, H, W), floating point, finite; (kh, kw) or an int, at least 1.
        stride, padding: pairs or ints; at least 1, or None for kernel_size; and from 0 to half of the kernel size.
    Example:
        >>> max_pool2d(torch.tensor([[[[1.0, 2.0, 0.0], [4.0, 3.0, 0.0], [5.0, 6.0, 7.0]]]]), (2, 1))
        tensor([[[[4., 3., 0.]]]])

    Source: torch.nn.functional.max_pool2d. Deviations: no dilation and no ceil_mode; x always has a batch axis.
    """
    ### BEGIN SOLUTION
    return _pooling_windows(x, kernel_size, stride, padding, -math.inf).amax(dim=(-2, -1))
    ### END SOLUTION


def check_max_pool2d(max_pool2d: Callable[..., Tensor]) -> None:
    """A test of any max pooling: raises AssertionError if it is wrong, and nothing if it is right.

    Right is what the task `max_pool2d` asks for: kernel, stride and padding as ints or pairs, padding that never wins,
    sizes rounded down, the dtype of x, differentiable in x, which stays as it was. Right code of several styles has to
    pass. The points are the share of wrong code that is caught: one that pools by the mean, one that pads with zeros,
    one that takes 1 for a stride that is not given, and rarer ones. Torch's own may be used, to compare with. Another
    exception than AssertionError does not count as caught: where nothing requires a gradient, `backward` raises a
    RuntimeError.

    Args:
        max_pool2d: called as `max_pool2d(x, kernel_size, stride, padding)`, the last two of which may be left out.
    Example:
        >>> check_max_pool2d(nn.functional.max_pool2d)

    Source: torch.nn.functional.max_pool2d.
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(0)
    settings: list[tuple[Any, ...]] = [(2,), ((2, 3),), ((3, 2), (1, 2)), (3, 2, 1)]
    settings += [((4, 3), (3, 1), (2, 0)), ((2, 5), 2, (0, 2))]
    for dtype in (torch.float64, torch.float32):
        for setting in settings:
            values = torch.randn(2, 3, 7, 8, generator=generator, dtype=dtype) - 1
            x, own = values.clone().requires_grad_(), values.clone().requires_grad_()
            got, want = max_pool2d(x, *setting), functional.max_pool2d(own, *setting)
            torch.testing.assert_close(got, want)
            assert torch.equal(x, values), "x was changed"
            assert got.requires_grad, "the result is cut from the graph"
            above = torch.randn(want.shape, generator=generator, dtype=dtype)
            got.backward(above)
            want.backward(above)
            torch.testing.assert_close(x.grad, own.grad)
    ### END SOLUTION


def avg_pool2d(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean pixel of each window, in each channel by itself: (N, C, H', W'), sizes as in `conv_output_size`.

    Zeros are added at both ends of each axis. With `count_include_pad` they are pixels too: divide by kh * kw always;
    without it divide by the number of pixels of the window that lie inside x. Differentiable in x.
    A loop over the kh * kw positions is fine; the number of torch operations must not grow with N, C, H or W.
    By hand: no torch pooling of any kind, no interpolate, no torch convolution, no torch.nn.functional.unfold or
    nn.Unfold. The method Tensor.unfold and slices are welcome.

    Args:
        x, kernel_size: (N, C, H, W), floating point; (kh, kw) or an int, at least 1.
        stride, padding: pairs or ints; at least 1, or None for kernel_size; and from 0 to half of the kernel size.
        count_include_pad: whether the zeros of the padding count as pixels.
    Example:
        >>> x = torch.tensor([[[[2.0, 4.0], [6.0, 8.0]]]])
        >>> avg_pool2d(x, 2, padding=1)
        tensor([[[[0.5000, 1.0000],
                  [1.5000, 2.0000]]]])
        >>> avg_pool2d(x, 2, padding=1, count_include_pad=False)
        tensor([[[[2., 4.],
                  [6., 8.]]]])

    Source: torch.nn.functional.avg_pool2d. Deviations: no divisor_override and no ceil_mode; x always has a batch axis.
    """
    ### BEGIN SOLUTION
    means = _pooling_windows(x, kernel_size, stride, padding, 0.0).mean(dim=(-2, -1))
    if count_include_pad:
        return means
    inside = torch.ones_like(x[:1, :1])  # the share of a window that lies inside is the mean of ones
    return means / _pooling_windows(inside, kernel_size, stride, padding, 0.0).mean(dim=(-2, -1))
    ### END SOLUTION


### BEGIN SOLUTION


def _bin_means(x: Tensor, dim: int, bins: int) -> Tensor:
    """The mean of each bin along one axis."""
    size = x.shape[dim]
    edges = [(i * size // bins, -(-(i + 1) * size // bins)) for i in range(bins)]
    return torch.stack([x.narrow(dim, a, b - a).mean(dim) for a, b in edges], dim)


### END SOLUTION


def adaptive_avg_pool2d(x: Tensor, output_size: int | tuple[int, int]) -> Tensor:
    """Means over as many bins as are asked for, whatever the size of the image: (N, C, OH, OW).

    y[n, c, i, j] is the mean of the pixels in row bin i and column bin j. Row bin i holds the rows from
    floor(i * H / OH) up to, but not with, ceil((i + 1) * H / OH), column bins alike: neighbours may share pixels.
    A loop over the OH * OW bins is fine; the number of torch operations must not grow with N, C, H or W.
    Differentiable in x. By hand: no torch pooling of any kind, no interpolate, no torch convolution.

    Args:
        x: (N, C, H, W), floating point.
        output_size: (OH, OW), or one int for both, at least 1; may be larger than the image.
    Example:
        >>> adaptive_avg_pool2d(torch.arange(7.0).reshape(1, 1, 1, 7), (1, 3))  # bins 0-2, 2-4 and 4-6
        tensor([[[[1., 3., 5.]]]])

    Source: torch.nn.functional.adaptive_avg_pool2d. Deviations: no None in output_size; x always has a batch axis.
    """
    ### BEGIN SOLUTION
    rows, columns = _pair(output_size)
    return _bin_means(_bin_means(x, 2, rows), 3, columns)
    ### END SOLUTION


class EdgeResponse(NamedTuple):
    """What edge_filter returns."""

    kernel: Tensor  # (3, 3), in the dtype and on the device of the image
    response: Tensor  # (H - 2, W - 2)


def edge_filter(image: Tensor, direction: str) -> EdgeResponse:
    """Find edges: return EdgeResponse(kernel, response), Sobel's kernel and corr2d(image, kernel).

        vertical edges run    -1  0  1        horizontal edges run    -1 -2 -1
        from top to bottom    -2  0  2        from left to right       0  0  0
                              -1  0  1                                 1  2  1
    Differentiable in image. By hand: no torch convolution, no unfold of torch.nn. Your own corr2d is welcome.

    Args:
        image: (H, W), floating point, both at least 3.
        direction: "vertical" or "horizontal", the edges to find.
    Example:
        >>> edge_filter(torch.tensor([[0.0, 0.0, 1.0, 1.0]]).expand(3, 4), "vertical").response
        tensor([[4., 4.]])

    Source: Sobel and Feldman (1968). Deviations: rows count downwards, so that positive means brighter below.
    """
    ### BEGIN SOLUTION
    rows = [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
    kernel = torch.tensor(rows, dtype=image.dtype, device=image.device)
    kernel = kernel if direction == "vertical" else kernel.t()
    return EdgeResponse(kernel, corr2d(image, kernel))
    ### END SOLUTION


class LearnedFilter(NamedTuple):
    """What learn_filter returns."""

    kernel: Tensor  # (kh, kw)
    losses: list[float]  # one for each step


def learn_filter(
    x: Tensor,
    y: Tensor,
    kernel_size: int | tuple[int, int],
    lr: float,
    steps: int,
    generator: torch.Generator,
) -> LearnedFilter:
    """Recover a kernel from images and what it made of them, by gradient descent.

    Start from a random kernel k, and make each step k <- k - lr * dL/dk, where L is the mean of (corr2d(x[m], k) -
    y[m])^2 over all images m and all their pixels. No momentum, no decay. All of torch is free, its convolutions too.
    Each entry of the first kernel is a draw of its own from the generator, of size about 1 or less, and is the same
    whatever x, y, lr and steps are. torch's own random state stays as it was.

    Args:
        x, y: (M, H, W), floating point, the images; (M, H - kh + 1, W - kw + 1), its dtype, what became of them.
        kernel_size: (kh, kw), or one int for both, at least 1, not larger than the images.
        lr, steps: the learning rate, above 0; how often the kernel is changed. 0 steps give the first kernel.
        generator: lies on the CPU, also when x does not.
    Returns:
        kernel: (kh, kw), the dtype and device of x, without a graph: the kernel after the last step.
        losses: a list of floats, for each step L of the kernel that it started from.
    Raises:
        ValueError: naming `y` when its shape is not the one above, also where torch would broadcast it.
    Example:
        >>> x, y = torch.tensor([[[1.0, 2.0, 4.0, 3.0]]]), torch.tensor([[[-1.0, -2.0, 1.0]]])  # left minus right
        >>> learn_filter(x, y, (1, 2), 0.05, 400, torch.Generator().manual_seed(0)).kernel.round(decimals=2)
        tensor([[ 1., -1.]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 7.2.4. Deviations: several images, no bias.
    """
    ### BEGIN SOLUTION
    kh, kw = _pair(kernel_size)
    size = (len(x), x.shape[1] - kh + 1, x.shape[2] - kw + 1)
    if tuple(y.shape) != size:
        raise ValueError(f"y must be {size}, not {tuple(y.shape)}")
    images, target = x.detach().unsqueeze(1), y.detach().unsqueeze(1)
    kernel = torch.randn(1, 1, kh, kw, generator=generator, dtype=x.dtype).to(x.device)
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        with torch.enable_grad():
            loss = (functional.conv2d(images, kernel) - target).square().mean()
        (gradient,) = torch.autograd.grad(loss, kernel)
        kernel = kernel.detach() - lr * gradient
        losses.append(loss.item())
    return LearnedFilter(kernel[0, 0], losses)
    ### END SOLUTION


def receptive_field(layers: Sequence[tuple[int, int] | tuple[int, int, int]]) -> int:
    """How many pixels of the input, along one axis, one pixel of the output can see, an int.

    The layers are convolutions or poolings, one after the other. Count from the first pixel of the input that can
    change the output pixel to the last one: both of them, and all between them. The input is large enough.

    Args:
        layers: for each layer, the first one first, (kernel, stride) or (kernel, stride, dilation), ints of at least 1,
            as in `conv_output_size`; dilation is 1 where it is left out. A list or a tuple, maybe empty: then 1.
    Example:
        >>> receptive_field([(3, 1), (3, 1)]), receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)])
        (5, 16)

    Source: Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks (Distill, 2019).
    """
    ### BEGIN SOLUTION
    field = jump = 1
    for layer in layers:
        kernel, stride, dilation = (*layer, 1)[:3]
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field
    ### END SOLUTION


def count_parameters(model: nn.Module) -> int:
    """How many numbers a training would change, an int (one of numpy will do).

    The sum, over all parameters of the model with requires_grad, of the number of their entries. A parameter that is
    used in several places counts once. Buffers, such as the running statistics of batch norm, do not count.

    Args:
        model: any module, on any device; it stays unchanged.
    Example:
        >>> count_parameters(nn.Conv2d(3, 8, kernel_size=5))  # 8 * 3 * 5 * 5 + 8
        608

    Source: torch.nn.Module.parameters.
    """
    ### BEGIN SOLUTION
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    ### END SOLUTION


# Networks


class BatchNorm2d(nn.Module):
    """Gives every channel mean 0 and variance 1 over batch and image: y = (x - m) / sqrt(v + eps) * weight + bias.

    While training m and v are the mean and the population variance (sum of squares / M) of the M = N * H * W values of
    each channel in this batch. num_batches_tracked grows by 1, and the running statistics, outside the graph, move:
    running = (1 - a) * running + a * new, with m and the unbiased variance v * M / (M - 1). a is momentum or, where
    that is None, 1 / num_batches_tracked, this batch included. In evaluation m and v are the running statistics, and
    all buffers stay. Differentiable in x (through m and v too), weight and bias. v is precise in float32, even where a
    mean is 10 000 times as large as the deviations: the mean of the squares minus the square of the mean is not.
    By hand: no torch batch_norm, nn.BatchNorm1d to 3d, native_batch_norm, instance_norm, group_norm, layer_norm.

    Args:
        num_features, eps: C; added to the variance, under the root.
        momentum: the share of the new batch, from 0 to 1, or None for plain means over all batches so far.
    Parameters and buffers (keys of the state_dict, in any order):
        weight, bias: (C,), parameters that start at 1 and at 0.
        running_mean, running_var: (C,), buffers that start at 0 and at 1.
        num_batches_tracked: (), int64, a buffer that starts at 0.
    Forward:
        x: (N, C, H, W) -> (N, C, H, W). M is at least 2 while training, at least 1 in evaluation.
    Example:
        >>> BatchNorm2d(1)(torch.tensor([[[[1.0, 3.0]]]])).detach()
        tensor([[[[-1.0000,  1.0000]]]])

    Source: Ioffe and Szegedy, Batch Normalization (2015), section 3.2; torch.nn.BatchNorm2d.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return x normalised; while training with the batch's statistics, else with the running ones."""
        ### BEGIN SOLUTION
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = self._batch_statistics(x)
        scale = self.weight / torch.sqrt(variance + self.eps)
        return (x - _of_channels(mean)) * _of_channels(scale) + _of_channels(self.bias)
        ### END SOLUTION

    ### BEGIN SOLUTION

    def _batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        count = x.numel() // x.shape[1]
        mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
        with torch.no_grad():
            self.num_batches_tracked += 1
            share = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
            self.running_mean.lerp_(mean, share)
            self.running_var.lerp_(variance * count / (count - 1), share)
        return mean, variance

    ### END SOLUTION


### BEGIN SOLUTION


def _of_channels(values: Tensor) -> Tensor:
    """One number for each channel, (C,), so that it meets an image (N, C, H, W)."""
    return values[:, None, None]


### END SOLUTION


def shift(x: Tensor, dy: int, dx: int) -> Tensor:
    """Move images by whole pixels; what leaves is lost, and zeros come in.

    y[..., i, j] = x[..., i - dy, j - dx] where x has that pixel, else 0. Differentiable in x.

    Args:
        x: (*, H, W), any dtype.
        dy, dx: how many rows to move down and columns to move right; negative is up and left. May exceed H and W.
    Returns:
        y: (*, H, W), the dtype of x, a tensor with memory of its own, also where nothing moves.
    Example:
        >>> shift(torch.tensor([[1, 2, 3], [4, 5, 6]]), 1, -1)
        tensor([[0, 0, 0],
                [2, 3, 0]])

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.2. Deviations: zeros come in.
    """
    ### BEGIN SOLUTION
    h, w = x.shape[-2:]
    (to_rows, from_rows), (to_columns, from_columns) = _moved(h, dy), _moved(w, dx)
    y = torch.zeros_like(x)
    y[..., to_rows, to_columns] = x[..., from_rows, from_columns]
    return y
    ### END SOLUTION


### BEGIN SOLUTION


def _moved(size: int, by: int) -> tuple[slice, slice]:
    """Where pixels arrive, and where they come from, along an axis that moves."""
    by = max(-size, min(size, by))
    return slice(max(0, by), size + min(0, by)), slice(max(0, -by), size - max(0, by))


### END SOLUTION


def equivariance_error(
    f: Callable[[Tensor], Tensor], x: Tensor, dy: int, dx: int, border: int = 0, stride: int = 1
) -> float:
    """By how much a function of images breaks the rule "first shift, then f" = "first f, then shift".

    With y = f(x) and z = f(shift(x, dy, dx)) the rule says that what f finds moves along with the image:
    z[n, k, i, j] = y[n, k, i - dy / stride, j - dx / stride]. The error, a Python float, is the largest absolute
    difference of the two sides over all n and k, and over all i and j for which both places, that of z and that of y,
    exist and lie in none of the first or last `border` rows and columns of the output. It needs no graph.

    Args:
        f: a function or module, takes (N, C, H, W), returns (N, F, H', W') of any size; is called where x lies.
        x: (N, C, H, W), floating point.
        dy, dx: how far to shift, as in `shift`.
        border: how many rows and columns to leave out at each edge of the output, at least 0; some place is left.
        stride: by how many pixels of x neighbours of the output lie apart, at least 1: 2 after a pooling by 2.
    Raises:
        ValueError: naming `stride` when it does not divide dy and dx: then the rule asks for a part of a pixel.
    Example:
        >>> x = torch.arange(12.0).reshape(1, 1, 3, 4)
        >>> equivariance_error(lambda x: 2 * x + 1, x, 1, 1)
        0.0
        >>> equivariance_error(lambda x: x * torch.arange(4.0), x, 0, 1)
        10.0

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.2.
    """
    ### BEGIN SOLUTION
    if dy % stride or dx % stride:
        raise ValueError(f"stride {stride} must divide dy = {dy} and dx = {dx}")
    with torch.no_grad():
        y, z = f(x), f(shift(x, dy, dx))
    z_rows, y_rows = _both_inside(y.shape[-2], dy // stride, border)
    z_columns, y_columns = _both_inside(y.shape[-1], dx // stride, border)
    difference = z[..., z_rows, z_columns] - y[..., y_rows, y_columns]
    return difference.abs().max().item()
    ### END SOLUTION


### BEGIN SOLUTION


def _both_inside(size: int, by: int, border: int) -> tuple[slice, slice]:
    """The places i for which i and i - by lie at least `border` away from both ends; and the places i - by."""
    start, stop = border + max(0, by), size - border + min(0, by)
    return slice(start, stop), slice(start - by, stop - by)


### END SOLUTION


class SimpleCNN(nn.Module):
    """Two convolutions, each with ReLU and pooling, and one linear layer: digits in, scores out.

    x -> conv1 -> ReLU -> max pooling -> conv2 -> ReLU -> max pooling -> flatten -> fc -> y.
    Both convolutions have 5x5 kernels, stride 1, no padding; both poolings are 2x2 with stride 2 and drop a last odd
    row or column. Flatten as x.flatten(1) does: channels, then rows, then columns. The forward pass calls conv1, conv2
    and fc once each, and is differentiable in x and the parameters.

    Args:
        in_channels, num_classes: C and K, at least 1.
        image_size: H and W of the images: an int or a pair (H, W), at least 16. fc's width follows from it.
    Parameters (keys of the state_dict, in any order) of two nn.Conv2d and an nn.Linear, as torch starts them:
        conv1.weight (10, C, 5, 5), conv1.bias (10,), conv2.weight (20, 10, 5, 5), conv2.bias (20,),
        fc.weight (K, 20 * h * w), fc.bias (K,), with h, w what is left of H, W after the second pooling.
    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no softmax.
    Example:
        >>> model = SimpleCNN(3, 5, (16, 33))
        >>> model(torch.zeros(2, 3, 16, 33)).shape, model.fc.in_features
        (torch.Size([2, 5]), 100)

    Source: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition (1998).
    Deviations: two convolutions of 10 and 20 channels, ReLU, max pooling and a single linear layer.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        h, w = (((side - 4) // 2 - 4) // 2 for side in _pair(image_size))
        self.conv1 = nn.Conv2d(in_channels, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.fc = nn.Linear(20 * h * w, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        ### BEGIN SOLUTION
        x = functional.max_pool2d(torch.relu(self.conv1(x)), 2)  # (N, 10, (H - 4) / 2, (W - 4) / 2)
        x = functional.max_pool2d(torch.relu(self.conv2(x)), 2)  # (N, 20, h, w)
        return self.fc(x.flatten(1))
        ### END SOLUTION


class LeNet(nn.Module):
    """LeNet-5: two convolutions with tanh and average pooling, and three linear layers.

    x -> conv1 -> tanh -> average pooling -> conv2 -> tanh -> average pooling -> flatten
      -> fc1 -> tanh -> fc2 -> tanh -> fc3 -> y.
    Both convolutions have 5x5 kernels and stride 1; conv1 pads by 2 on each side, conv2 does not pad. Both poolings are
    2x2 with stride 2 and drop a last odd row or column. Flatten as x.flatten(1) does. The forward pass calls each of
    the five layers once, and is differentiable in x and the parameters.

    Args:
        in_channels, num_classes: C and K, at least 1.
        image_size: H and W of the images: an int or a pair (H, W), at least 12. fc1's width follows from it.
    Parameters (keys of the state_dict, in any order) of nn.Conv2d and nn.Linear, as torch starts them:
        conv1.weight (6, C, 5, 5), conv1.bias (6,), conv2.weight (16, 6, 5, 5), conv2.bias (16,),
        fc1.weight (120, 16 * h * w), fc1.bias (120,), with h, w what is left of H, W after the second pooling,
        fc2.weight (84, 120), fc2.bias (84,), fc3.weight (K, 84), fc3.bias (K,).
    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no tanh and no softmax after fc3.
    Example:
        >>> model = LeNet()
        >>> model(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in model.parameters())
        (torch.Size([2, 10]), 61706)

    Source: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition (1998), II.B.
    Deviations: plain means and tanh, conv2 sees all six maps, and a linear layer in place of Gaussian connections.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        h, w = ((side // 2 - 4) // 2 for side in _pair(image_size))
        self.conv1 = nn.Conv2d(in_channels, 6, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * h * w, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        ### BEGIN SOLUTION
        x = functional.avg_pool2d(torch.tanh(self.conv1(x)), 2)  # (N, 6, H / 2, W / 2)
        x = functional.avg_pool2d(torch.tanh(self.conv2(x)), 2)  # (N, 16, h, w)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))
        ### END SOLUTION


def vgg_block(num_convs: int, in_channels: int, out_channels: int) -> nn.Sequential:
    """A block of VGG: 3x3 convolutions that keep the size, each with ReLU, and then one pooling that halves it.

    Return an nn.Sequential of nn.Conv2d, nn.ReLU, nn.Conv2d, nn.ReLU, ..., nn.MaxPool2d: 2 * num_convs + 1 modules,
    no two the same one, that make (N, F, H // 2, W // 2) of (N, C, H, W). The convolutions have padding 1 and stride 1,
    the first from C to F channels, the others from F to F. The pooling is 2x2 with stride 2 and drops a last odd row
    or column. Keys of the state_dict, as torch starts them: 0.weight (F, C, 3, 3), 0.bias (F,), 2.weight (F, F, 3, 3),
    2.bias (F,), 4.weight and so on.

    Args:
        num_convs, in_channels, out_channels: how many convolutions, C and F, at least 1.
    Example:
        >>> vgg_block(2, 1, 4)(torch.zeros(5, 1, 8, 6)).shape
        torch.Size([5, 4, 4, 3])

    Source: Simonyan and Zisserman, Very Deep Convolutional Networks (2015), section 2.1.
    """
    ### BEGIN SOLUTION
    layers: list[nn.Module] = []
    for channels in [in_channels] + [out_channels] * (num_convs - 1):
        layers += [nn.Conv2d(channels, out_channels, kernel_size=3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2))
    ### END SOLUTION


class VGG(nn.Module):
    """A network of VGG's kind: blocks that double the channels and halve the image, and two linear layers.

    x -> blocks.0 -> blocks.1 -> ... -> flatten -> fc1 -> ReLU -> fc2 -> y.
    `blocks` is an nn.ModuleList or nn.Sequential of your own `vgg_block`s. Flatten as x.flatten(1) does. The forward
    pass calls each block, fc1 and fc2 once, and is differentiable in x and the parameters.

    Args:
        config: a pair (convolutions, channels) for each block, at least one: VGG-11 has (1, 64), (1, 128), (2, 256),
            (2, 512), (2, 512). The first block has in_channels C, each other the channels of the one before it.
        in_channels, num_classes, hidden: C, K and the width D of fc1, at least 1.
        image_size: H and W of the images: an int or a pair (H, W), at least 2 ** len(config).
    Parameters (keys of the state_dict, in any order), as torch starts them:
        blocks.0.0.weight, blocks.0.0.bias and so on, as vgg_block has them; fc1.weight (D, F * h * w), fc1.bias (D,),
        with F the channels of the last block, h, w what is left of H, W; fc2.weight (K, D), fc2.bias (K,).
    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no ReLU and no softmax after fc2.
    Example:
        >>> VGG([(1, 4), (2, 8)], image_size=13)(torch.zeros(5, 1, 13, 13)).shape
        torch.Size([5, 10])

    Source: Simonyan and Zisserman, Very Deep Convolutional Networks (2015), section 2.
    Deviations: one hidden linear layer in place of two, and no dropout.
    """

    def __init__(
        self,
        config: Sequence[tuple[int, int]],
        in_channels: int = 1,
        num_classes: int = 10,
        image_size: int | tuple[int, int] = 28,
        hidden: int = 64,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.blocks = nn.ModuleList()
        h, w = _pair(image_size)
        for num_convs, channels in config:
            self.blocks.append(vgg_block(num_convs, in_channels, channels))
            in_channels, h, w = channels, h // 2, w // 2
        self.fc1 = nn.Linear(in_channels * h * w, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        ### BEGIN SOLUTION
        for block in self.blocks:
            x = block(x)  # half the height, half the width
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))
        ### END SOLUTION


class AlexNet(nn.Module):
    """AlexNet, scaled down: five convolutions, three poolings, and three linear layers with dropout between them.

    x -> conv1 -> ReLU -> max pooling -> conv2 -> ReLU -> max pooling
      -> conv3 -> ReLU -> conv4 -> ReLU -> conv5 -> ReLU -> max pooling -> flatten
      -> fc1 -> ReLU -> dropout -> fc2 -> ReLU -> dropout -> fc3 -> y.
    conv1 and conv2 have 5x5 kernels and padding 2, conv3 to conv5 3x3 kernels and padding 1; the stride is 1. The
    poolings are 3x3 with stride 2 and without padding. Flatten as x.flatten(1) does. The forward pass calls each of the
    eight layers once, and is differentiable in x and the parameters. In evaluation dropout does nothing.

    Args:
        in_channels, num_classes, width: C, K and B, at least 1; B says how wide the layers are.
        image_size: H and W of the images: an int or a pair (H, W), at least 15. fc1's width follows from it.
        dropout: the share of features that nn.Dropout sets to 0 while training, from 0 to 1.
    Parameters (keys of the state_dict, in any order) of nn.Conv2d and nn.Linear, as torch starts them, with biases:
        conv1.weight (B, C, 5, 5), conv2.weight (3 B, B, 5, 5), conv3.weight (6 B, 3 B, 3, 3), conv4.weight
        (4 B, 6 B, 3, 3), conv5.weight (4 B, 4 B, 3, 3), fc1.weight (64 B, 4 B * h * w), with h, w what is left of H, W
        after the last pooling, fc2.weight (64 B, 64 B), fc3.weight (K, 64 B); conv1.bias (B,) and so on.
    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no ReLU, no dropout and no softmax after fc3.
    Example:
        >>> AlexNet(width=2)(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 10])

    Source: Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural Networks (2012), with
    the channels of One Weird Trick (2014). Deviations: 5x5 kernels with stride 1 in conv1, no response normalisation.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        image_size: int | tuple[int, int] = 28,
        width: int = 8,
        dropout: float = 0.5,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        h, w = _pair(image_size)
        for _ in range(3):
            h, w = (h - 3) // 2 + 1, (w - 3) // 2 + 1
        self.conv1 = nn.Conv2d(in_channels, width, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(width, 3 * width, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(3 * width, 6 * width, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(6 * width, 4 * width, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(4 * width, 4 * width, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(4 * width * h * w, 64 * width)
        self.fc2 = nn.Linear(64 * width, 64 * width)
        self.fc3 = nn.Linear(64 * width, num_classes)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        ### BEGIN SOLUTION
        x = functional.max_pool2d(torch.relu(self.conv1(x)), 3, stride=2)
        x = functional.max_pool2d(torch.relu(self.conv2(x)), 3, stride=2)
        x = torch.relu(self.conv4(torch.relu(self.conv3(x))))
        x = functional.max_pool2d(torch.relu(self.conv5(x)), 3, stride=2)  # (N, 4 B, h, w)
        x = self.dropout(torch.relu(self.fc1(x.flatten(1))))
        x = self.dropout(torch.relu(self.fc2(x)))
        return self.fc3(x)
        ### END SOLUTION


def train_cnn(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    device: torch.device | str,
    epochs: int,
    lr: float,
    momentum: float = 0.5,
) -> list[float]:
    """Train a classifier of images on a device of your choice, and return the mean loss of each epoch.

    First the model moves to the device, for good; it is changed in place, in training mode, whatever mode it had. In
    each epoch, for each batch (x, y) of the loader: x and y move to the device, the loss is the cross-entropy (mean
    over the batch) of the scores model(x), and a step of gradient descent with momentum follows, v <- momentum * v + g
    and then w <- w - lr * v. g is the gradient of this loss alone; what the parameters had as gradient before does not
    count. There is one v for each parameter, 0 at the start of the training and kept from epoch to epoch. That is
    torch.optim.SGD, which is welcome.

    Args:
        model: x -> scores (B, K); on any device. May hold dropout and batch norm.
        loader: gives batches of x (B, C, H, W), floating point, and y (B,), int64, on any device; at least one batch, B
            may differ. A DataLoader, a list or the like: gone over once in each epoch, maybe with other batches.
        device: where to compute, a torch.device or its name, such as "cpu".
        epochs, lr, momentum: how often to go over the loader, at least 1; learning rate; from 0 to 1.
    Returns:
        A list of floats, for each epoch the mean over its samples of the losses that the steps were made from: a small
        last batch counts less than a full one. Your `SimpleCNN`, trained on 800 moved digits of MNIST in batches of 10,
        five epochs, lr 0.05, has to read far more held-out digits than a linear model.
    Example:
        >>> model, batch = nn.Linear(1, 2), (torch.tensor([[1.0], [-1.0]]), torch.tensor([0, 1]))
        >>> train_cnn(model, [batch], "cpu", 40, 0.5)[-1] < 0.1
        True

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), algorithm 8.2; torch.optim.SGD.
    """
    ### BEGIN SOLUTION
    model.to(device).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            loss = functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            count += len(x)
        losses.append(total / count)
    return losses
    ### END SOLUTION


class MendedConvNorm(nn.Module):
    """A convolution, a batch norm and a ReLU in one module. The code that is given runs, and is wrong: mend it.

        h = conv(x),    y = relu((h - m) / sqrt(v + eps) * weight + bias)

    While training m and v are mean and population variance of the M = N H W values of each channel of h, and both are
    part of the graph; outside of it running_mean moves to m and running_var to the unbiased v M / (M - 1), both by
    running = (1 - momentum) * running + momentum * new. In evaluation m and v are the running statistics, which stay.
    torch's functions and your own modules are welcome, and rewriting is as welcome as repairing.

    Args:
        in_channels, out_channels: C and F, at least 1.
        momentum, eps: the share of the new batch; what is added to the variance, under the root.
    Parameters and buffers (keys of the state_dict, in any order):
        conv.weight: (F, C, 3, 3), of an nn.Conv2d with padding 1 and without bias.
        weight, bias, running_mean, running_var: (F,), which start at 1, 0, 0 and 1; the last two are buffers.
    Forward:
        x: (N, C, H, W) -> y: (N, F, H, W). M is at least 2 while training.
    Example:
        >>> module = MendedConvNorm(1, 4).eval()
        >>> _ = module(torch.ones(2, 1, 5, 5))
        >>> module.running_mean, module.running_var
        (tensor([0., 0., 0., 0.]), tensor([1., 1., 1., 1.]))

    Source: Ioffe and Szegedy, Batch Normalization (2015), section 3.2.
    """

    def __init__(self, in_channels: int, out_channels: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.weight = nn.Parameter(torch.ones(out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.register_buffer("running_mean", torch.zeros(out_channels))
        self.register_buffer("running_var", torch.ones(out_channels))
        ### BEGIN STUB
        # super().__init__()
        # self.momentum, self.eps = momentum, eps
        # self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        # self.weight = nn.Parameter(torch.ones(out_channels))
        # self.bias = nn.Parameter(torch.zeros(out_channels))
        # self.register_buffer("running_mean", torch.zeros(out_channels))
        # self.register_buffer("running_var", torch.ones(out_channels))
        ### END STUB
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return relu of the normalised convolution."""
        ### BEGIN SOLUTION
        h = self.conv(x)
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = h.mean((0, 2, 3)), h.var((0, 2, 3), correction=0)
            count = h.numel() // h.shape[1]
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * count / (count - 1), self.momentum)
        scale = self.weight / torch.sqrt(variance + self.eps)
        return torch.relu((h - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None])
        ### BEGIN STUB
        # h = self.conv(x)
        # mean, variance = h.mean((0, 2, 3)), h.var((0, 2, 3), correction=0)
        # with torch.no_grad():
        #     self.running_mean.lerp_(mean, self.momentum)
        #     self.running_var.lerp_(variance, self.momentum)
        # if not self.training:
        #     mean, variance = self.running_mean, self.running_var
        # scale = self.weight / (torch.sqrt(variance) + self.eps)
        # return torch.relu((h - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None])
        ### END STUB
        ### END SOLUTION


class MendedNet(nn.Module):
    """A classifier of any depth, with dropout. The code that is given runs, and is wrong: mend it.

    For each width a convolution, ReLU and max pooling; then flatten, dropout and fc. The convolutions are 3x3 with
    stride 1 and padding 1; a pooling is 2x2 with stride 2, and drops a last odd row or column. Flatten each sample as
    x.flatten(1) does. Dropout works while training alone: each number is set to 0 with the probability `dropout`, the
    others are divided by 1 - dropout. The forward pass calls each convolution and fc once. The samples do not meet.

    Args:
        in_channels, num_classes: C and K, at least 1.
        widths: the channels that come out of each convolution, one number at least.
        image_size: the pair (H, W), so large that a pixel is left after the last pooling.
        dropout: from 0 to below 1.
    Parameters (keys of the state_dict, in any order) of nn.Conv2d and nn.Linear:
        convs.0.weight, convs.0.bias, convs.1.weight and so on; fc.weight (K, D), fc.bias (K,).
    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no softmax.
    Example:
        >>> model = MendedNet(1, (4, 8), 10, (28, 28))
        >>> model(torch.zeros(3, 1, 28, 28)).shape, sum(p.numel() for p in model.parameters())
        (torch.Size([3, 10]), 4266)

    Source: Srivastava et al., Dropout (2014), for the dropout.
    """

    def __init__(
        self,
        in_channels: int,
        widths: Sequence[int],
        num_classes: int,
        image_size: tuple[int, int],
        dropout: float = 0.5,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.dropout = dropout
        self.convs = nn.ModuleList()
        channels, (h, w) = in_channels, image_size
        for width in widths:
            self.convs.append(nn.Conv2d(channels, width, 3, padding=1))
            channels, h, w = width, h // 2, w // 2
        self.fc = nn.Linear(channels * h * w, num_classes)
        ### BEGIN STUB
        # super().__init__()
        # self.dropout = dropout
        # self.convs = []
        # channels, (h, w) = in_channels, image_size
        # for width in widths:
        #     self.convs.append(nn.Conv2d(channels, width, 3, padding=1))
        #     channels, h, w = width, h // 2, w // 2
        # self.fc = nn.Linear(channels * h * w, num_classes)
        ### END STUB
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        ### BEGIN SOLUTION
        for conv in self.convs:
            x = functional.max_pool2d(torch.relu(conv(x)), 2)
        features = functional.dropout(x.flatten(1), self.dropout, self.training)
        return self.fc(features)
        ### BEGIN STUB
        # for conv in self.convs:
        #     x = functional.max_pool2d(torch.relu(conv(x)), 2)
        # features = x.transpose(0, 1).reshape(len(x), -1)
        # features = functional.dropout(features, self.dropout)
        # return self.fc(features)
        ### END STUB
        ### END SOLUTION


class TranslationTest(NamedTuple):
    """What `translation_test` returns."""

    right: dict[str, list[int]]
    accuracies: dict[str, list[float]]
    steadiest: str


### BEGIN SOLUTION


def _count_right(model: nn.Module, x: Tensor, y: Tensor, batch_size: int) -> int:
    """Count the images whose largest score is that of their class; the modes are put back."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.no_grad():
        pairs = zip(x.split(batch_size), y.split(batch_size), strict=True)
        right = sum(int((model(images).argmax(1) == labels).sum()) for images, labels in pairs)
    for module, mode in modes:
        module.training = mode
    return right


### END SOLUTION


def translation_test(
    models: dict[str, nn.Module], x: Tensor, y: Tensor, distances: Sequence[int], batch_size: int = 64
) -> TranslationTest:
    """Move images further and further, and count how many of them each network still reads.

    At a distance d above 0 every image is shown four times: moved by d pixels up, down, left and right, zeros coming in
    as in `shift`. At distance 0 it is shown once, as it is. An image is read right when the largest score is that of
    its class. The networks compute in evaluation mode, without a graph, at most batch_size images at once. Afterwards
    every module is in the mode that it had.

    Args:
        models: networks by name, each from (B, C, H, W) to scores (B, K); they may hold dropout and batch norm.
        x, y: (N, C, H, W) and (N,) int64, images and classes, on the device of the networks.
        distances, batch_size: in pixels, at least one of them; at least 1.
    Returns:
        TranslationTest: right, for each name a list of ints: how many were read right at each distance; accuracies, for
        each name a list of floats: their share of the images shown; steadiest, the name with the smallest fall of the
        accuracy from the first distance to the last, the first among equals.
    Example:
        >>> x = torch.eye(3).reshape(1, 1, 3, 3)  # read by the pixel in its middle
        >>> net = nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
        >>> _ = net.load_state_dict({"1.weight": torch.eye(9)[[0, 4]] * torch.tensor([[0.0], [1.0]]),
        ...                          "1.bias": torch.tensor([0.5, 0.0])})
        >>> translation_test({"net": net}, x, torch.tensor([1]), [0, 1]).right
        {'net': [1, 0]}

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.3.
    """
    ### BEGIN SOLUTION
    right: dict[str, list[int]] = {name: [] for name in models}
    shown = []
    for d in distances:
        moves = [(-d, 0), (d, 0), (0, -d), (0, d)] if d else [(0, 0)]
        images, labels = torch.cat([shift(x, *move) for move in moves]), y.repeat(len(moves))
        shown.append(len(images))
        for name, model in models.items():
            right[name].append(_count_right(model, images, labels, batch_size))
    accuracies = {name: [k / n for k, n in zip(counts, shown, strict=True)] for name, counts in right.items()}
    steadiest = min(models, key=lambda name: accuracies[name][0] - accuracies[name][-1])
    return TranslationTest(right, accuracies, steadiest)
    ### END SOLUTION
