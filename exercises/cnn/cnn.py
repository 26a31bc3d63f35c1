"""Convolutional networks: windows that slide over images, and the networks made of them.

Letters: N batch, C channels in, F filters (channels out), H W height and width, kh kw those of a kernel, G groups.
An image is (N, C, H, W): rows from top to bottom, columns from left to right. Every size that may be an int or a
pair (height, width) means the same for both axes when it is an int. What convolution means here is
cross-correlation, as everywhere in deep learning: the kernel is not flipped. Results have the dtype and the device
of their arguments, which stay unchanged.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """How many places a sliding window has along one axis: the size of a convolution's or pooling's output.

    A window of k pixels with gaps of d from one to the next spans s = d (k - 1) + 1 pixels. It starts at the left
    end of the padded axis, size + 2 padding pixels long, and moves on by stride as long as it fits:
    output = floor((size + 2 padding - s) / stride) + 1.

    Args:
        size: pixels of the input along the axis, at least 1.
        kernel_size: pixels of the window, at least 1.
        stride: pixels from one place of the window to the next, at least 1.
        padding: pixels added at each of the two ends, at least 0.
        dilation: pixels from one pixel of the window to the next, at least 1; 1 leaves no gaps.

    Returns:
        The number of places, an int, at least 1; exact for ints of any size.

    Raises:
        ValueError: naming the argument that is too small, or `kernel_size` when the window spans more than the
            padded axis.

    Example:
        >>> conv_output_size(28, 5), conv_output_size(7, 3, stride=2), conv_output_size(224, 7, 2, 3)
        (24, 3, 112)

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), sections 2.4 and 5.1.
    Deviations: none.
    """
    raise NotImplementedError("conv_output_size")


def corr2d(x: Tensor, k: Tensor) -> Tensor:
    """One kernel slides over one image: the cross-correlation of two matrices.

    y[i, j] = sum over a, b of k[a, b] * x[i + a, j + b]

    Args:
        x: (H, W), floating point, contiguous or not.
        k: (kh, kw), the dtype of x.

    Returns:
        y: (H - kh + 1, W - kw + 1).

    Raises:
        ValueError: naming `x` or `k` when it does not have two axes; naming `k` when it is higher or wider than x.

    Note:
        Differentiable in x and k. The kernel is not flipped.
        A Python loop is fine here, also one over the pixels.
        By hand: no torch conv1d, conv2d or conv3d, no torch.nn convolution, no torch.nn.functional.unfold (the
        method Tensor.unfold is welcome).

    Example:
        >>> x = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]])
        >>> corr2d(x, torch.tensor([[0.0, 1.0], [2.0, 3.0]]))
        tensor([[19., 25.],
                [37., 43.]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 7.2. Deviations: none.
    """
    raise NotImplementedError("corr2d")


def corr2d_multi(x: Tensor, k: Tensor) -> Tensor:
    """Several channels in, several filters out: each filter has one kernel for each channel, and adds up.

    y[f] = sum over c of corr2d(x[c], k[f, c])

    Args:
        x: (C, H, W), floating point, contiguous or not.
        k: (F, C, kh, kw), the dtype of x.

    Returns:
        y: (F, H - kh + 1, W - kw + 1).

    Raises:
        ValueError: naming `x` when it does not have three axes; naming `k` when it does not have four, when its second
            size is not C, or when it is higher or wider than x.

    Note:
        Differentiable in x and k. The kernels are not flipped.
        A Python loop is fine here, also one over the pixels.
        By hand: no torch conv1d, conv2d or conv3d, no torch.nn convolution, no torch.nn.functional.unfold (the
        method Tensor.unfold is welcome).

    Example:
        >>> x = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]])
        >>> k = torch.tensor([[[[1.0]], [[10.0]]], [[[0.0]], [[2.0]]], [[[-1.0]], [[1.0]]]])
        >>> corr2d_multi(x, k)
        tensor([[[31., 42.]],
        <BLANKLINE>
                [[ 6.,  8.]],
        <BLANKLINE>
                [[ 2.,  2.]]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 7.4. Deviations: none.
    """
    raise NotImplementedError("corr2d_multi")


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> Tensor:
    """The whole convolution: a batch, channels, filters, steps, a border, gaps and groups.

    Let xp be x with ph rows of zeros added above and below, and pw columns of zeros left and right. Then

    y[n, f, i, j] = bias[f]
                    + sum over c, a, b of weight[f, c, a, b] * xp[n, g * (C / G) + c, i * sh + a * dh, j * sw + b * dw]

    with G = groups and g = f // (F / G), the group of filter f: the first F / G filters see the first C / G channels
    only, and so on. H' = floor((H + 2 ph - dh (kh - 1) - 1) / sh) + 1, as in `conv_output_size`, and W' alike.

    Args:
        x: (N, C, H, W), floating point, every size at least 1; contiguous or not.
        weight: (F, C / G, kh, kw), the dtype of x.
        bias: (F,), the dtype of x, or None for no bias.
        stride: (sh, sw), or one int for both, at least 1.
        padding: (ph, pw), or one int for both, at least 0.
        dilation: (dh, dw), or one int for both, at least 1.
        groups: G, at least 1, a divisor of C and of F. G = C is the depthwise convolution.

    Returns:
        y: (N, F, H', W').

    Raises:
        ValueError: naming `x` when it does not have four axes; naming `groups` when it is below 1 or does not divide
            C and F; naming `weight` when it does not have four axes, when its second size is not C / G, or when it
            spans more than the padded image; naming `bias` when its shape is not (F,); naming `stride`, `padding` or
            `dilation` when one of its numbers is too small.

    Note:
        Differentiable in x, weight and bias. The kernels are not flipped.
        A Python loop over the kh * kw positions in the kernel is fine, and one over the groups; there is none over
        samples, channels, filters or pixels: the number of torch operations does not grow with N, C / G, F / G, H or W.
        By hand: no torch conv1d, conv2d, conv3d, conv_transpose or torch.nn convolution, no
        torch.nn.functional.unfold or torch.nn.Unfold. torch.nn.functional.pad, slices, the method Tensor.unfold,
        as_strided, matrix products and einsum are welcome.

    Example:
        >>> x = torch.arange(9.0).reshape(1, 1, 3, 3)
        >>> weight = torch.tensor([[[[1.0, 0.0], [0.0, 10.0]]]])
        >>> conv2d(x, weight, torch.tensor([0.5]), stride=2, padding=1)
        tensor([[[[ 0.5000, 20.5000],
                  [60.5000, 84.5000]]]])

    Source: torch.nn.functional.conv2d. Deviations: no padding given by a word, and x always has a batch axis.
    """
    raise NotImplementedError("conv2d")


def im2col(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """Images into columns: each place of the window becomes one column that holds all pixels in it.

    With xp, x with zeros around it as in `conv2d`, and H' times W' places of the window (`conv_output_size`):

    columns[n, (c * kh + a) * kw + b, i * W' + j] = xp[n, c, i * sh + a * dh, j * sw + b * dw]

    So a column goes through the channels, in each through the rows of the window, in each from left to right;
    and the columns go through the places row by row.

    Args:
        x: (N, C, H, W), floating point, every size at least 1; contiguous or not.
        kernel_size: (kh, kw), or one int for both, at least 1.
        stride: (sh, sw), or one int for both, at least 1.
        padding: (ph, pw), or one int for both, at least 0.
        dilation: (dh, dw), or one int for both, at least 1.

    Returns:
        columns: (N, C * kh * kw, H' * W').

    Raises:
        ValueError: naming `x` when it does not have four axes; naming `kernel_size`, `stride`, `padding` or `dilation`
            when one of its numbers is too small; naming `kernel_size` when the window spans more than the padded image.

    Note:
        Differentiable in x: a pixel in several windows gets the sum of what comes back from them.
        A Python loop over the kh * kw positions in the window is fine; there is none over samples, channels or pixels:
        the number of torch operations does not grow with N, C, H or W.
        By hand: no torch.nn.functional.unfold or torch.nn.Unfold, no torch convolution. The method Tensor.unfold,
        slices and as_strided are welcome.

    Example:
        >>> im2col(torch.arange(9.0).reshape(1, 1, 3, 3), (1, 2))
        tensor([[[0., 1., 3., 4., 6., 7.],
                 [1., 2., 4., 5., 7., 8.]]])

    Source: torch.nn.functional.unfold. Deviations: x always has a batch axis.
    """
    raise NotImplementedError("im2col")


def conv2d_im2col(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """A convolution as one matrix product: each filter is a row, each window is a column.

    With columns = im2col(x, (kh, kw), stride, padding, dilation) and weight as a matrix of the shape
    (F, C * kh * kw), the product of the two has the shape (N, F, H' * W'). Add the bias, and give it back its rows.

    Args:
        x: (N, C, H, W), floating point, every size at least 1; contiguous or not.
        weight: (F, C, kh, kw), the dtype of x; contiguous or not.
        bias: (F,), the dtype of x, or None for no bias.
        stride: (sh, sw), or one int for both, at least 1.
        padding: (ph, pw), or one int for both, at least 0.
        dilation: (dh, dw), or one int for both, at least 1.

    Returns:
        y: (N, F, H', W'), the same as conv2d(x, weight, bias, stride, padding, dilation).

    Raises:
        ValueError: naming `x` when it does not have four axes; naming `weight` when it does not have four axes or its
            second size is not C; naming `bias` when its shape is not (F,).

    Note:
        Differentiable in x, weight and bias.
        Exactly one matrix product in each call (@, matmul, mm, bmm, einsum, tensordot, addmm, baddbmm or linear), which
        takes the whole batch. A Python loop over the kh * kw positions in the window is fine; there is none over
        samples, channels, filters or pixels: the number of torch operations does not grow with N, C, F, H or W.
        By hand: no torch conv1d, conv2d, conv3d, conv_transpose or torch.nn convolution, no
        torch.nn.functional.unfold or torch.nn.Unfold. Your own im2col is welcome.

    Example:
        >>> x = torch.arange(9.0).reshape(1, 1, 3, 3)
        >>> weight = torch.tensor([[[[1.0, 0.0], [0.0, 10.0]]]])
        >>> conv2d_im2col(x, weight, torch.tensor([0.5]), stride=2, padding=1)
        tensor([[[[ 0.5000, 20.5000],
                  [60.5000, 84.5000]]]])

    Source: Chellapilla, Puri, Simard, High Performance Convolutional Neural Networks for Document Processing (2006).
    Deviations: one product of the filters with the windows of the whole batch.
    """
    raise NotImplementedError("conv2d_im2col")


def max_pool2d(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
) -> Tensor:
    """The largest pixel of each window, in each channel by itself.

    y[n, c, i, j] = max over a, b of xp[n, c, i * sh + a, j * sw + b]

    where xp is x with ph rows above and below and pw columns left and right that never win: they count as -inf, not
    as 0. H' = floor((H + 2 ph - kh) / sh) + 1, and W' alike.

    Args:
        x: (N, C, H, W), floating point, every size at least 1, any finite numbers; contiguous or not.
        kernel_size: (kh, kw), or one int for both, at least 1.
        stride: (sh, sw), or one int for both, at least 1; None stands for kernel_size, so that windows do not overlap.
        padding: (ph, pw), or one int for both, from 0 to half of the kernel size.

    Returns:
        y: (N, C, H', W').

    Raises:
        ValueError: naming `x` when it does not have four axes; naming `kernel_size` or `stride` when one of its numbers
            is below 1; naming `padding` when one of its numbers is negative or more than half of the kernel size along
            that axis; naming `kernel_size` when the window is larger than the padded image.

    Note:
        Differentiable in x: what comes from above goes to the largest pixel of the window. Where several are equally
        large, how it is shared among them is free; the shares are not negative and add up to all of it.
        A Python loop over the kh * kw positions in the window is fine; there is none over samples, channels or pixels:
        the number of torch operations does not grow with N, C, H or W.
        By hand: no torch max_pool1d, max_pool2d, max_pool3d, adaptive or fractional pooling or their torch.nn classes,
        no torch.nn.functional.unfold or torch.nn.Unfold. The method Tensor.unfold, slices, torch.maximum and amax are
        welcome.

    Example:
        >>> max_pool2d(torch.tensor([[[[1.0, 2.0, 0.0], [4.0, 3.0, 0.0], [5.0, 6.0, 7.0]]]]), (2, 1))
        tensor([[[[4., 3., 0.]]]])

    Source: torch.nn.functional.max_pool2d. Deviations: no dilation and no ceil_mode; x always has a batch axis.
    """
    raise NotImplementedError("max_pool2d")


def avg_pool2d(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean pixel of each window, in each channel by itself.

    y[n, c, i, j] = (sum over a, b of xp[n, c, i * sh + a, j * sw + b]) / m[i, j]

    where xp is x with ph rows of zeros above and below and pw columns of zeros left and right. m[i, j] = kh * kw when
    `count_include_pad`; else it is the number of pixels of the window that lie inside x.
    H' = floor((H + 2 ph - kh) / sh) + 1, and W' alike.

    Args:
        x: (N, C, H, W), floating point, every size at least 1; contiguous or not.
        kernel_size: (kh, kw), or one int for both, at least 1.
        stride: (sh, sw), or one int for both, at least 1; None stands for kernel_size, so that windows do not overlap.
        padding: (ph, pw), or one int for both, from 0 to half of the kernel size.
        count_include_pad: whether the zeros of the border count as pixels.

    Returns:
        y: (N, C, H', W').

    Raises:
        ValueError: naming `x` when it does not have four axes; naming `kernel_size` or `stride` when one of its numbers
            is below 1; naming `padding` when one of its numbers is negative or more than half of the kernel size along
            that axis; naming `kernel_size` when the window is larger than the padded image.

    Note:
        Differentiable in x.
        A Python loop over the kh * kw positions in the window is fine; there is none over samples, channels or pixels:
        the number of torch operations does not grow with N, C, H or W.
        By hand: no torch avg_pool1d, avg_pool2d, avg_pool3d, adaptive or lp pooling or their torch.nn classes, no torch
        convolution, no interpolate, no torch.nn.functional.unfold or torch.nn.Unfold. The method Tensor.unfold and
        slices are welcome.

    Example:
        >>> x = torch.tensor([[[[2.0, 4.0], [6.0, 8.0]]]])
        >>> avg_pool2d(x, 2)
        tensor([[[[5.]]]])
        >>> avg_pool2d(x, 2, padding=1)
        tensor([[[[0.5000, 1.0000],
                  [1.5000, 2.0000]]]])
        >>> avg_pool2d(x, 2, padding=1, count_include_pad=False)
        tensor([[[[2., 4.],
                  [6., 8.]]]])

    Source: torch.nn.functional.avg_pool2d. Deviations: no divisor_override and no ceil_mode; x always has a batch axis.
    """
    raise NotImplementedError("avg_pool2d")


def adaptive_avg_pool2d(x: Tensor, output_size: int | tuple[int, int]) -> Tensor:
    """Means over as many bins as are asked for, whatever the size of the image.

    Row i of the output stands for the rows from floor(i * H / OH) up to, but not with, ceil((i + 1) * H / OH), and
    column j for columns alike. y[n, c, i, j] is the mean of all pixels in row bin i and column bin j. So every
    bin has one pixel at least, neighbours may share pixels, and 7 rows in 3 bins are the rows 0-2, 2-4 and 4-6.

    Args:
        x: (N, C, H, W), floating point, every size at least 1; contiguous or not.
        output_size: (OH, OW), or one int for both, at least 1; may be larger than the image.

    Returns:
        y: (N, C, OH, OW); for output_size 1 the mean of each channel of each image.

    Raises:
        ValueError: naming `x` when it does not have four axes; naming `output_size` when one of its numbers is below 1.

    Note:
        Differentiable in x.
        A Python loop over the OH * OW bins is fine; there is none over samples, channels or pixels: the number of torch
        operations does not grow with N, C, H or W.
        By hand: no torch adaptive pooling, avg_pool1d, avg_pool2d, avg_pool3d or their torch.nn classes, no torch
        convolution, no interpolate.

    Example:
        >>> adaptive_avg_pool2d(torch.arange(7.0).reshape(1, 1, 1, 7), (1, 3))
        tensor([[[[1., 3., 5.]]]])

    Source: torch.nn.functional.adaptive_avg_pool2d. Deviations: no None in output_size; x always has a batch axis.
    """
    raise NotImplementedError("adaptive_avg_pool2d")


class EdgeResponse(NamedTuple):
    """What edge_filter returns."""

    kernel: Tensor  # (3, 3)
    response: Tensor  # (H - 2, W - 2)


def edge_filter(image: Tensor, direction: str) -> EdgeResponse:
    """Find edges: Sobel's kernel, and what an image answers to it.

    The kernel for vertical edges, which run from top to bottom, compares right with left; the one for horizontal
    edges, which run from left to right, compares below with above:

        vertical    -1  0  1        horizontal    -1 -2 -1
                    -2  0  2                       0  0  0
                    -1  0  1                       1  2  1

    response = corr2d(image, kernel): positive where the image gets brighter to the right, or downwards, negative where
    it gets darker, 0 on an even surface.

    Args:
        image: (H, W), floating point, both at least 3.
        direction: "vertical" or "horizontal", the edges to find.

    Returns:
        kernel: (3, 3), in the dtype and on the device of the image.
        response: (H - 2, W - 2).

    Raises:
        ValueError: naming `direction` when it is another word; naming `image` when it does not have two axes, or one of
            them is below 3.

    Note:
        The response is differentiable in the image. The kernel is not flipped.
        By hand: no torch conv1d, conv2d or conv3d, no torch.nn convolution, no torch.nn.functional.unfold. Your own
        corr2d is welcome.

    Example:
        >>> image = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).expand(3, 4)
        >>> edge_filter(image, "vertical").response
        tensor([[4., 4.]])
        >>> edge_filter(image, "horizontal").response
        tensor([[0., 0.]])

    Source: Sobel and Feldman (1968), as in Duda and Hart, Pattern Classification and Scene Analysis (1973), p. 271.
    Deviations: rows count downwards, so that positive means brighter below.
    """
    raise NotImplementedError("edge_filter")


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

    Start from a random kernel k and repeat: k <- k - lr * dL/dk, where L is the mean, over all M samples and all
    pixels of the output, of (corr2d(x[m], k) - y[m])^2.

    Args:
        x: (M, H, W), floating point, the images.
        y: (M, H - kh + 1, W - kw + 1), the dtype of x, what the unknown kernel made of them.
        kernel_size: (kh, kw), or one int for both, at least 1.
        lr: the learning rate, above 0.
        steps: how often the kernel is changed, at least 0. For 0 the first kernel comes back.
        generator: where the first kernel is drawn from; lies on the CPU, also when x does not.

    Returns:
        kernel: (kh, kw), the dtype and device of x, without a graph: the kernel after the last step.
        losses: a list of floats, one for each step: L of the kernel that the step started from.

    Raises:
        ValueError: naming `x` when it does not have three axes; naming `kernel_size` when one of its numbers is below 1
            or the kernel is larger than the images; naming `y` when its shape is not the one above; naming `steps`
            when it is negative.

    Note:
        The first kernel is random, each entry another number of size about 1 or less; its distribution is free. All
        draws come from the generator (torch's own random state stays as it was) and are the same whatever x, y, lr
        and steps are. Every step takes all samples and adds nothing to the formula: no momentum, no decay.
        x and y are unchanged. All of torch is free here, its own convolutions too.

    Example:
        >>> x = torch.tensor([[[1.0, 2.0, 4.0, 3.0]]])
        >>> y = torch.tensor([[[-1.0, -2.0, 1.0]]])  # left minus right
        >>> learned = learn_filter(x, y, (1, 2), 0.05, 400, torch.Generator().manual_seed(0))
        >>> learned.kernel.round(decimals=2) + 0.0, len(learned.losses)
        (tensor([[ 1., -1.]]), 400)

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 7.2.4. Deviations: several images, no bias.
    """
    raise NotImplementedError("learn_filter")


def receptive_field(layers: Sequence[tuple[int, int] | tuple[int, int, int]]) -> int:
    """How many pixels of the input, along one axis, one pixel of the output can see.

    Going through the layers, each with kernel k, stride s and dilation d, keep two numbers: the field r, 1 at first,
    and the jump j, which says how many pixels of the image lie from one pixel of the layer's input to the next, 1 at
    first. A layer makes r <- r + d (k - 1) j, and then j <- j s.

    Args:
        layers: (kernel, stride) or (kernel, stride, dilation) of each layer, the first layer first; ints, at least 1,
            and dilation 1 where it is left out. May be empty.

    Returns:
        The field r after the last layer, an int; 1 without layers.

    Raises:
        ValueError: naming `layers` when one of them is not two or three numbers, or a number is below 1.

    Example:
        >>> receptive_field([(3, 1), (3, 1)]), receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)])
        (5, 16)
        >>> receptive_field([(3, 1, 1), (3, 1, 2), (3, 1, 4)])
        15

    Source: Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks (Distill, 2019).
    Deviations: none.
    """
    raise NotImplementedError("receptive_field")


def count_parameters(model: nn.Module) -> int:
    """How many numbers a training would change.

    The sum, over all parameters of the model with requires_grad, of the number of their entries. A parameter that
    is used in several places counts once. Buffers, such as the running statistics of batch norm, do not count.

    Args:
        model: any module, on any device.

    Returns:
        The number, an int (one of numpy will do); 0 for a model without parameters.

    Note:
        The model is unchanged.

    Example:
        >>> count_parameters(nn.Conv2d(3, 8, kernel_size=5))  # 8 * 3 * 5 * 5 + 8
        608

    Source: torch.nn.Module.parameters. Deviations: none.
    """
    raise NotImplementedError("count_parameters")


# Networks


class BatchNorm2d(nn.Module):
    """Gives every channel mean 0 and variance 1 over batch and image, then a learned scale and shift.

    y = (x - m) / sqrt(v + eps) * weight + bias, with one m, v, weight and bias for each channel x[:, c].
    While training (`self.training`) m and v are the mean and the population variance (sum of (x - m)^2, over M) of
    the M = N * H * W values that the channel has in this batch. Each such batch is counted, num_batches_tracked + 1,
    and the running statistics take a step towards it:

        running_mean = (1 - a) * running_mean + a * m
        running_var  = (1 - a) * running_var  + a * v * M / (M - 1)      (the unbiased variance)

    where a is momentum; or, when momentum is None, a = 1 / num_batches_tracked, this batch included: the running
    statistics are then the plain means over all batches so far.
    In evaluation m and v are the running statistics, and all three buffers stay as they are.

    Args:
        num_features: C, at least 1.
        eps: added to the variance, under the root.
        momentum: the share of the new batch, from 0 to 1, or None.

    Parameters and buffers (keys of the state_dict, in any order):
        weight: (C,), a parameter, starts at 1.
        bias: (C,), a parameter, starts at 0.
        running_mean: (C,), a buffer, starts at 0.
        running_var: (C,), a buffer, starts at 1.
        num_batches_tracked: (), int64, a buffer, starts at 0.

    Forward:
        x: (N, C, H, W) -> y: (N, C, H, W). N * H * W is at least 2 while training, at least 1 in evaluation.

    Raises:
        ValueError: forward, naming `x`, when it is not (N, C, H, W), or when N * H * W is 1 while training. The
            buffers stay as they were.

    Note:
        Differentiable in x (through m and v too), weight and bias; the buffers are outside the graph. They may be
        changed in place or replaced by new tensors. The variance is precise in float32, even where a mean is 10 000
        times as large as the deviations: the mean of the squares minus the square of the mean is not.
        By hand: no torch batch_norm, nn.BatchNorm1d, BatchNorm2d, BatchNorm3d, native_batch_norm, instance_norm,
        group_norm, layer_norm.

    Example:
        >>> layer = BatchNorm2d(1)
        >>> layer(torch.tensor([[[[1.0, 3.0]]]]))
        tensor([[[[-1.0000,  1.0000]]]], grad_fn=<AddBackward0>)
        >>> layer.running_mean, layer.running_var, layer.num_batches_tracked
        (tensor([0.2000]), tensor([1.1000]), tensor(1))

    Source: Ioffe and Szegedy, Batch Normalization (2015), section 3.2; torch.nn.BatchNorm2d. Deviations: none.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1) -> None:
        raise NotImplementedError("BatchNorm2d.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x normalised; while training with the batch's statistics, else with the running ones."""
        raise NotImplementedError("BatchNorm2d.forward")


def shift(x: Tensor, dy: int, dx: int) -> Tensor:
    """Move images by whole pixels; what leaves is lost, and zeros come in.

    y[..., i, j] = x[..., i - dy, j - dx] where x has that pixel, else 0.

    Args:
        x: (*, H, W), any dtype.
        dy: how many rows to move down; up when negative. May be larger than H.
        dx: how many columns to move right; left when negative. May be larger than W.

    Returns:
        y: (*, H, W), the dtype of x, a tensor with memory of its own.

    Note:
        Differentiable in x. x is unchanged.

    Example:
        >>> shift(torch.tensor([[1, 2, 3], [4, 5, 6]]), 1, -1)
        tensor([[0, 0, 0],
                [2, 3, 0]])

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.2. Deviations: zeros come in.
    """
    raise NotImplementedError("shift")


def equivariance_error(
    f: Callable[[Tensor], Tensor], x: Tensor, dy: int, dx: int, border: int = 0, stride: int = 1
) -> float:
    """By how much a function of images breaks the rule "first shift, then f" = "first f, then shift".

    With y = f(x) and z = f(shift(x, dy, dx)), both (N, F, H', W'), the rule says z[n, f, i, j] =
    y[n, f, i - dy, j - dx]: what f finds moves along with the image. A function with a stride, such as pooling,
    takes larger steps: then dy / stride and dx / stride stand there. The error is the largest absolute difference
    of the two sides over all n, f, i and j for which neither i nor i - dy / stride lies in the first or last
    `border` rows, and neither j nor j - dx / stride in the first or last `border` columns, of the H' x W' output.
    The zeros that a padding or the shift itself brings in are thus left out: 0 is a translation-equivariant f.

    Args:
        f: takes (N, C, H, W), returns (N, F, H', W'); F, H' and W' may differ from C, H and W.
        x: (N, C, H, W), floating point.
        dy: how many rows to shift down, as in `shift`; a multiple of stride.
        dx: how many columns to shift right; a multiple of stride.
        border: how many rows and columns at each edge of the output to leave out, at least 0. A 3x3 kernel
            with padding 1 reaches over the edge by 1: border 1.
        stride: by how many pixels of x neighbours of the output differ, at least 1.

    Returns:
        The error, a float, at least 0.

    Raises:
        ValueError: naming `stride` when dy or dx is no multiple of it; naming `border` when no i or no j is left.

    Note:
        x is unchanged, and f is called on the device of x. The error needs no graph.

    Example:
        >>> x = torch.arange(12.0).reshape(1, 1, 3, 4)
        >>> equivariance_error(lambda x: 2 * x + 1, x, 1, 1)
        0.0
        >>> equivariance_error(lambda x: x * torch.arange(4.0), x, 0, 1)
        10.0

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 9.2. Deviations: none.
    """
    raise NotImplementedError("equivariance_error")


class SimpleCNN(nn.Module):
    """Two convolutions, each with ReLU and pooling, and one linear layer: digits in, scores out.

    x -> conv1 -> ReLU -> max pooling -> conv2 -> ReLU -> max pooling -> flatten -> fc -> y.
    Both convolutions have 5x5 kernels, stride 1, no padding; both poolings are 2x2 with stride 2 and drop a last odd
    row or column. Of 28x28 pixels 4x4 are left: 28 - 4 = 24, / 2 = 12, - 4 = 8, / 2 = 4, so that fc sees
    20 * 4 * 4 = 320 features.

    Args:
        in_channels: C, at least 1.
        num_classes: K, at least 1.
        image_size: H and W of the images: an int, or a pair (H, W). fc's width follows from it.

    Parameters (keys of the state_dict, in any order); conv1, conv2 are nn.Conv2d and fc is nn.Linear:
        conv1.weight (10, C, 5, 5), conv1.bias (10,),
        conv2.weight (20, 10, 5, 5), conv2.bias (20,),
        fc.weight (K, 20 * h * w), fc.bias (K,), with h, w what is left of H, W behind the second pooling.

    Each has torch's own initialisation.

    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no softmax.

    Raises:
        ValueError: naming `image_size` when h or w would be below 1: for H or W below 16.

    Note:
        Flattening keeps the order of memory: channels, then rows, then columns, as x.flatten(1) does.
        Differentiable in x and the parameters. The forward pass calls conv1, conv2 and fc, once each.

    Example:
        >>> model = SimpleCNN()
        >>> model(torch.zeros(2, 1, 28, 28)).shape, model.fc
        (torch.Size([2, 10]), Linear(in_features=320, out_features=10, bias=True))
        >>> SimpleCNN(3, 5, (16, 33)).fc.in_features
        100

    Source: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition (1998).
    Deviations: two convolutions of 10 and 20 channels, ReLU, max pooling and a single linear layer.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        raise NotImplementedError("SimpleCNN.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        raise NotImplementedError("SimpleCNN.forward")


class LeNet(nn.Module):
    """LeNet-5: two convolutions with tanh and average pooling, and three linear layers.

    x -> conv1 -> tanh -> average pooling -> conv2 -> tanh -> average pooling -> flatten
      -> fc1 -> tanh -> fc2 -> tanh -> fc3 -> y.
    Both convolutions have 5x5 kernels and stride 1; conv1 pads by 2 on each side (28x28 digits are treated like the
    32x32 ones of the paper), conv2 does not pad. Both poolings are 2x2 with stride 2 and drop a last odd row or column.
    Of 28x28 pixels 5x5 are left, and fc1 sees 16 * 5 * 5 = 400 features.

    Args:
        in_channels: C, at least 1.
        num_classes: K, at least 1.
        image_size: H and W of the images: an int, or a pair (H, W). fc1's width follows from it.

    Parameters (keys of the state_dict, in any order); convolutions are nn.Conv2d, the others nn.Linear:
        conv1.weight (6, C, 5, 5), conv1.bias (6,),
        conv2.weight (16, 6, 5, 5), conv2.bias (16,),
        fc1.weight (120, 16 * h * w), fc1.bias (120,), with h, w what is left of H, W behind the second pooling,
        fc2.weight (84, 120), fc2.bias (84,),
        fc3.weight (K, 84), fc3.bias (K,).

    Each has torch's own initialisation.

    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no tanh and no softmax behind fc3.

    Raises:
        ValueError: naming `image_size` when h or w would be below 1: for H or W below 12.

    Note:
        The order matters here: the mean of four tanh is not the tanh of the mean. Flattening as x.flatten(1).
        Differentiable in x and the parameters. The forward pass calls each of the five layers, once.

    Example:
        >>> model = LeNet()
        >>> model(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in model.parameters())
        (torch.Size([2, 10]), 61706)

    Source: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition (1998), II.B.
    Deviations: plain averages without trained coefficients and tanh before them, tanh not stretched, every map of
    conv2 sees all six maps, and a linear layer in place of Gaussian connections.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        raise NotImplementedError("LeNet.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        raise NotImplementedError("LeNet.forward")


def vgg_block(num_convs: int, in_channels: int, out_channels: int) -> nn.Sequential:
    """A block of VGG: 3x3 convolutions that keep the size, each with ReLU, and then pooling that halves it.

    conv -> ReLU -> conv -> ReLU -> ... -> max pooling. The convolutions have padding 1 and stride 1; the first goes
    from in_channels to out_channels, the others from out_channels to out_channels. The pooling is 2x2 with stride 2
    and drops a last odd row or column.

    Args:
        num_convs: how many convolutions, at least 1.
        in_channels: C, at least 1.
        out_channels: F, at least 1.

    Returns:
        A module: (N, C, H, W) -> (N, F, H // 2, W // 2), for any H and W from 2 on. It is an nn.Sequential of
        nn.Conv2d, nn.ReLU, nn.Conv2d, nn.ReLU, ..., nn.MaxPool2d, 2 * num_convs + 1 in all.
        Parameters (keys of the state_dict, in any order): 0.weight (F, C, 3, 3), 0.bias (F,), then 2.weight
        (F, F, 3, 3), 2.bias (F,), 4.weight, 4.bias and so on: every second module is a convolution. Each has
        torch's own initialisation, and no two places share a layer.

    Raises:
        ValueError: naming `num_convs` when it is below 1.

    Note:
        Differentiable in x and the parameters.

    Example:
        >>> block = vgg_block(2, 1, 4)
        >>> block(torch.zeros(5, 1, 8, 6)).shape, list(block.state_dict())
        (torch.Size([5, 4, 4, 3]), ['0.weight', '0.bias', '2.weight', '2.bias'])

    Source: Simonyan and Zisserman, Very Deep Convolutional Networks (2015), section 2.1. Deviations: none.
    """
    raise NotImplementedError("vgg_block")


class AlexNet(nn.Module):
    """AlexNet, scaled down: five convolutions, three poolings, and three linear layers with dropout between them.

    x -> conv1 -> ReLU -> max pooling -> conv2 -> ReLU -> max pooling
      -> conv3 -> ReLU -> conv4 -> ReLU -> conv5 -> ReLU -> max pooling -> flatten
      -> fc1 -> ReLU -> dropout -> fc2 -> ReLU -> dropout -> fc3 -> y.
    conv1 and conv2 have 5x5 kernels and padding 2, conv3 to conv5 3x3 kernels and padding 1; the stride is 1, and
    so the sizes stay. The three poolings are 3x3 with stride 2: their windows overlap, and s becomes (s - 3) // 2 + 1.
    Of 28x28 pixels 2x2 are left: 28 -> 13 -> 6 -> 2.

    Args:
        in_channels: C, at least 1.
        num_classes: K, at least 1.
        image_size: H and W of the images: an int, or a pair (H, W). fc1's width follows from it.
        width: B, at least 1. The convolutions have B, 3 B, 6 B, 4 B and 4 B channels, fc1 and fc2 64 B features.
        dropout: the share of features to switch off while training, from 0 to 1. What is kept is divided by
            1 - dropout, as nn.Dropout does.

    Parameters (keys of the state_dict, in any order); convolutions are nn.Conv2d, the others nn.Linear:
        conv1.weight (B, C, 5, 5), conv1.bias (B,),
        conv2.weight (3 B, B, 5, 5), conv2.bias (3 B,),
        conv3.weight (6 B, 3 B, 3, 3), conv3.bias (6 B,),
        conv4.weight (4 B, 6 B, 3, 3), conv4.bias (4 B,),
        conv5.weight (4 B, 4 B, 3, 3), conv5.bias (4 B,),
        fc1.weight (64 B, 4 B * h * w), fc1.bias (64 B,), with h, w what is left of H, W behind the last pooling,
        fc2.weight (64 B, 64 B), fc2.bias (64 B,),
        fc3.weight (K, 64 B), fc3.bias (K,).

    Each has torch's own initialisation.

    Forward:
        x: (N, C, H, W) -> y: (N, K), scores: no ReLU, no dropout and no softmax behind fc3.

    Raises:
        ValueError: naming `image_size` when h or w would be below 1: for H or W below 15.

    Note:
        In evaluation dropout does nothing. Flattening as x.flatten(1). Differentiable in x and the parameters.
        The forward pass calls each of the eight layers, once.

    Example:
        >>> model = AlexNet(width=2).eval()
        >>> model(torch.zeros(5, 1, 28, 28)).shape, model.fc1.in_features
        (torch.Size([5, 10]), 32)

    Source: Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural Networks (2012);
    the channels, with B = 64, are those of Krizhevsky, One Weird Trick (2014).
    Deviations: 5x5 kernels with stride 1 in conv1, for small images, and no response normalisation.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        image_size: int | tuple[int, int] = 28,
        width: int = 8,
        dropout: float = 0.5,
    ) -> None:
        raise NotImplementedError("AlexNet.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        raise NotImplementedError("AlexNet.forward")


def train_cnn(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    device: torch.device | str,
    epochs: int,
    lr: float,
    momentum: float = 0.5,
) -> list[float]:
    """Train a classifier of images on a device of your choice, and return the mean loss of each epoch.

    First the model is moved to the device. In each epoch, for each batch (x, y) of the loader in its order: x and y are
    moved to the device, the loss is the cross-entropy (mean over the batch) of the scores model(x) and the labels
    y, and one step of gradient descent with momentum follows, from the gradient g of that loss alone:

        v <- momentum * v + g,    w <- w - lr * v,

    with one v for each parameter, 0 at the start of the training and kept from epoch to epoch. That is
    torch.optim.SGD, which is welcome.

    Args:
        model: x -> scores (B, K), with at least one parameter; on any device. May hold dropout and batch norm.
        loader: gives batches (x, y), x (B, C, H, W) floating point and y (B,) int64, on any device; B may differ from
            batch to batch. A DataLoader, a list or the like: it is gone over once in each epoch, and may give
            other batches each time. At least one batch.
        device: where to compute, a torch.device or its name, such as "cpu".
        epochs: how often to go over the loader, at least 1.
        lr: the learning rate.
        momentum: how much of the step before goes on, from 0 to 1.

    Returns:
        A list of floats, one for each epoch: the mean over the samples of the epoch of the losses that its steps were
        made from (each sample counts the same, so a small last batch counts less than a full one).

    Note:
        The model is changed in place, and is on the device afterwards. It trains in training mode, whatever mode it
        had before; in which mode it is left does not matter. Gradients that it had before the call do not count.
        The batches of the loader are unchanged.
        What is asked of `train_cnn` and `SimpleCNN` together: with 800 digits of MNIST that were moved by up to 3
        pixels, batches of 10, five epochs and lr 0.05, far more held-out digits are read than a linear model reads.

    Example:
        >>> images = torch.tensor([[[[1.0]]], [[[-1.0]]]])
        >>> model = nn.Sequential(nn.Flatten(), nn.Linear(1, 2))
        >>> losses = train_cnn(model, [(images, torch.tensor([0, 1]))], "cpu", 40, 0.5)
        >>> len(losses), losses[-1] < 0.1
        (40, True)

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), algorithm 8.2; torch.optim.SGD. Deviations: none.
    """
    raise NotImplementedError("train_cnn")
