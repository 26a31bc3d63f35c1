"""Inception: several convolutions side by side, and what a 1x1 convolution saves.

Letters: N batch, C channels, H and W height and width of an image, F filters (channels out), K classes, k the side of
a square kernel. Images are (N, C, H, W). A convolution, and a pool, makes of H pixels
H_out = floor((H + 2 * padding - k) / stride) + 1, and of W pixels W_out likewise.
Every module is a `torch.nn.Module`: it keeps its sub-modules under the names that its docstring gives, so that the
keys of `state_dict()` are known and weights can be copied by name; the order in which they are assigned is free. It
works in the dtype and on the device that `.to(...)` moved it to, has torch's own initial weights, changes no input,
and is differentiable in x and all parameters. What has no weights (a pool, a ReLU, a dropout) may be a function or a
sub-module of any name.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


def pointwise_conv(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Convolve with a 1x1 kernel: at each pixel by itself, a matrix product over the channels.

    y[n, f, i, j] = sum over c of weight[f, c, 0, 0] * x[n, c, i, j], plus bias[f] if there is one.

    One product serves the whole batch: no Python loop over samples, channels or pixels. Differentiable in x, weight
    and bias. By hand: no torch convolution of any kind, neither as a function (conv1d, conv2d, conv3d, convolution,
    conv_transpose2d, ...) nor as a layer (nn.Conv1d, nn.Conv2d, nn.Conv3d, ...).

    Args:
        x, weight: (N, C, H, W), images, float32 or float64; (F, C, 1, 1), in the dtype of x.
        bias: (F,), in the dtype of x, or None.
    Returns:
        (N, F, H, W), the dtype of x.
    Raises:
        ValueError: naming `weight` when it is not (F, C, 1, 1) with the C of x; naming `bias` when it is not (F,). Both
            also where torch would broadcast.
    Example:
        >>> x = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]])  # one image, two channels, one row of two pixels
        >>> weight = torch.tensor([[1.0, 1.0], [2.0, 0.0]]).reshape(2, 2, 1, 1)
        >>> pointwise_conv(x, weight, torch.tensor([0.0, 5.0])).flatten(2)  # 1 + 10, 2 + 20; 2 + 5, 4 + 5
        tensor([[[11., 22.],
                 [ 7.,  9.]]])

    Source: Lin, Chen, Yan, Network in Network (2013). Deviations: other shapes raise ValueError.
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    filters = len(weight)
    if tuple(weight.shape) != (filters, c, 1, 1):
        raise ValueError(f"weight must be (F, {c}, 1, 1), not {tuple(weight.shape)}")
    if bias is not None and tuple(bias.shape) != (filters,):
        raise ValueError(f"bias must be ({filters},), not {tuple(bias.shape)}")
    y = (weight.reshape(filters, c) @ x.reshape(n, c, h * w)).reshape(n, filters, h, w)
    return y if bias is None else y + bias.reshape(filters, 1, 1)
    ### END SOLUTION


def check_pointwise_conv(pointwise_conv: Callable[..., Tensor]) -> None:
    """A test of any 1x1 convolution: raises AssertionError if it is wrong, and nothing if it is right.

    Right is what the task `pointwise_conv` asks for, for shapes that fit: each pixel by itself, all channels into each
    filter, with a bias or without; differentiable in all arguments, which stay as they were. Right code of several
    styles has to pass, each of which rounds in its own way. The points are the share of wrong code that is caught: one
    that forgets the bias, one that turns the weight round, one that weighs each channel by itself, and rarer ones.
    Torch's own may be used. No other exception counts: where nothing requires a gradient, `backward` raises a
    RuntimeError.

    Args:
        pointwise_conv: called as `pointwise_conv(x, weight, bias)`, the last of which may be left out or None.
    Example:
        >>> check_pointwise_conv(functional.conv2d)

    Source: Lin, Chen, Yan, Network in Network (2013).
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(0)
    for dtype in (torch.float64, torch.float32):
        for channels, filters, with_bias in ((3, 4, True), (2, 5, True), (3, 3, True), (4, 2, False)):
            shapes = [(2, channels, 5, 4), (filters, channels, 1, 1), (filters,)][: 2 + with_bias]
            values = [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
            mine, own = ([value.clone().requires_grad_() for value in values] for _ in range(2))
            got, want = pointwise_conv(*mine), functional.conv2d(*own)
            torch.testing.assert_close(got, want)
            assert got.requires_grad, "the result is cut from the graph"
            above = torch.randn(want.shape, generator=generator, dtype=dtype)
            slopes = torch.autograd.grad(got, mine, above, allow_unused=True)
            for slope, right in zip(slopes, torch.autograd.grad(want, own, above), strict=True):
                assert slope is not None, "an argument is cut from the graph"
                torch.testing.assert_close(slope, right)
            for after, before in zip(mine, values, strict=True):
                assert torch.equal(after, before), "an argument was changed"
    ### END SOLUTION


def multiplications(layer_spec: Sequence[Sequence[int]]) -> int:
    """Count the multiplications that a chain of convolutions needs for one image.

    A filter has a weight for each channel of its image and each place of its k x k kernel. Every number that comes out
    is a sum of products, one for each weight of its filter. The F channels of H_out x W_out numbers that come out are
    the image of the next convolution. Products with the zeros of the padding count; a bias is not multiplied.

    Args:
        layer_spec: a list or tuple. First the image, (C, H, W); then any number of convolutions, in order, each
            (F, k, stride, padding): filters, side of the kernel, stride and padding for both axes. All are ints:
            padding at least 0, the others at least 1. No kernel is larger than its image with the padding.
    Returns:
        The sum over all convolutions, an int; 0 when there are none.
    Example:
        >>> multiplications([(192, 28, 28), (32, 5, 1, 2)])
        120422400
        >>> multiplications([(192, 28, 28), (16, 1, 1, 0), (32, 5, 1, 2)])  # channels reduced first: a tenth
        12443648

    Source: Szegedy et al., Going Deeper with Convolutions (2015), section 4. Deviations: none.
    """
    ### BEGIN SOLUTION
    (channels, height, width), *convolutions = layer_spec
    total = 0
    for filters, kernel, stride, padding in convolutions:
        height, width = ((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
        total += filters * height * width * channels * kernel * kernel
        channels = filters
    return total
    ### END SOLUTION


def concat_branches(branches: Sequence[Tensor]) -> Tensor:
    """Put the outputs of several branches one after another, along the channels. Nothing is cropped or stretched.

    Args:
        branches: a list or tuple of at least one tensor; branch i is (N, C_i, H, W), with the same N, H and W for
            all, of one dtype and on one device. The C_i may differ.
    Returns:
        (N, C_0 + C_1 + ..., H, W): the channels of branch 0 first, then those of branch 1, and so on. A new tensor,
        also when there is one branch only. Differentiable in every branch.
    Raises:
        ValueError: naming `branches` when their N, H or W differ.
    Example:
        >>> concat_branches([torch.zeros(2, 16, 7, 7), torch.ones(2, 24, 7, 7)]).shape
        torch.Size([2, 40, 7, 7])

    Source: Szegedy et al., Going Deeper with Convolutions (2015), figure 2. Deviations: none.
    """
    ### BEGIN SOLUTION
    if len({(len(branch), *branch.shape[2:]) for branch in branches}) > 1:
        raise ValueError(f"branches differ in N, H or W: {[tuple(branch.shape) for branch in branches]}")
    return torch.cat(list(branches), dim=1)
    ### END SOLUTION


class InceptionA(nn.Module):
    """Four branches side by side on the same input. The output has their channels in this order:

        channels  0-15:  branch1x1(x)
        channels 16-39:  branch5x5_2(branch5x5_1(x))
        channels 40-63:  branch3x3_3(branch3x3_2(branch3x3_1(x)))
        channels 64-87:  branch_pool(average of x over 3x3 windows, stride 1, padding 1)

    There is no activation and no normalisation inside. At the border the average divides by 9 too: the zeros of the
    padding count (torch's default). The attribute out_channels is the int 88, which the next layer needs to know.

    Args:
        in_channels: C, at least 1.
    Sub-modules, torch.nn.Conv2d with bias, stride 1 and the padding that keeps H and W (keys: name.weight, name.bias):
        branch1x1, branch5x5_1, branch3x3_1: weight (16, C, 1, 1); branch_pool: weight (24, C, 1, 1).
        branch5x5_2, branch3x3_2, branch3x3_3: weight (24, 16, 5, 5), (24, 16, 3, 3), (24, 24, 3, 3).
    Forward:
        x: (N, C, H, W), H and W at least 1 -> y: (N, 88, H, W).
    Example:
        >>> InceptionA(10)(torch.zeros(2, 10, 12, 12)).shape, InceptionA(10).out_channels
        (torch.Size([2, 88, 12, 12]), 88)

    Source: Szegedy et al., Going Deeper with Convolutions (2015), figure 2b, and Rethinking the Inception
    Architecture (2016), figure 5, for the two 3x3. Deviations: other widths; average pooling; no ReLU.
    """

    def __init__(self, in_channels: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.branch1x1 = nn.Conv2d(in_channels, 16, 1)
        self.branch5x5_1 = nn.Conv2d(in_channels, 16, 1)
        self.branch5x5_2 = nn.Conv2d(16, 24, 5, padding=2)
        self.branch3x3_1 = nn.Conv2d(in_channels, 16, 1)
        self.branch3x3_2 = nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)
        self.branch_pool = nn.Conv2d(in_channels, 24, 1)
        last = (self.branch1x1, self.branch5x5_2, self.branch3x3_3, self.branch_pool)
        self.out_channels = sum(layer.out_channels for layer in last)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the four branches, one after the other along the channels."""
        ### BEGIN SOLUTION
        small = self.branch1x1(x)
        large = self.branch5x5_2(self.branch5x5_1(x))
        twice = self.branch3x3_3(self.branch3x3_2(self.branch3x3_1(x)))
        pooled = self.branch_pool(functional.avg_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([small, large, twice, pooled], dim=1)
        ### END SOLUTION


class InceptionNet(nn.Module):
    """A classifier with two `InceptionA` blocks.

        h = inception1(relu(max_pool(conv1(x))))
        h = inception2(relu(max_pool(conv2(h))))
        y = fc(all numbers of h in a row, for each image: channel by channel, and in each row by row)

    max_pool takes the largest of each 2x2 window, stride 2; what is left over at the right or lower edge is dropped.

    Args:
        in_channels, num_classes: C of the images and K, at least 1.
        image_size: the side of the square images, an int, or a pair (H, W); each side is at least 16.
    Sub-modules (keys of the state_dict begin with these names):
        conv1, conv2: torch.nn.Conv2d, weight (10, C, 5, 5) and (20, 88, 5, 5), with bias and without padding.
        inception1, inception2: InceptionA(10) and InceptionA(20).
        fc: torch.nn.Linear, weight (K, D), bias (K,). D is how many numbers inception2 gives for an image of
            image_size: compute it, do not type it in.
    Forward:
        x: (N, C, H, W), of image_size -> y: (N, K), raw scores: no softmax.
    Example:
        >>> InceptionNet()(torch.zeros(3, 1, 28, 28)).shape, InceptionNet().fc.in_features
        (torch.Size([3, 10]), 1408)

    Source: LeCun et al., Gradient-Based Learning Applied to Document Recognition (1998), for the frame.
    Deviations: Inception blocks after the pools.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        sides = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
        self.conv1 = nn.Conv2d(in_channels, 10, 5)
        self.inception1 = InceptionA(10)
        self.conv2 = nn.Conv2d(self.inception1.out_channels, 20, 5)
        self.inception2 = InceptionA(20)
        height, width = (((side - 4) // 2 - 4) // 2 for side in sides)
        self.fc = nn.Linear(self.inception2.out_channels * height * width, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return one score for each class."""
        ### BEGIN SOLUTION
        x = self.inception1(torch.relu(functional.max_pool2d(self.conv1(x), 2)))
        x = self.inception2(torch.relu(functional.max_pool2d(self.conv2(x), 2)))
        return self.fc(x.flatten(1))
        ### END SOLUTION


class ConvBlock(nn.Module):
    """A convolution without bias, then batch norm, then ReLU: y = relu(bn(conv(x))).

    Batch norm takes the mean away and adds a bias of its own: one in the convolution would change nothing.

    Args:
        in_channels, out_channels: C and F, at least 1.
        kernel_size, stride: k, the side of the square kernel, and the stride of the convolution.
        padding: of the convolution, zeros on all four sides.
    Sub-modules:
        conv: torch.nn.Conv2d. Its only key of the state_dict is conv.weight, (F, C, k, k).
        bn: torch.nn.BatchNorm2d with its defaults. Its keys are bn.weight, bn.bias, bn.running_mean and bn.running_var,
            each (F,), and bn.num_batches_tracked, ().
    Forward:
        x: (N, C, H, W) -> y: (N, F, H_out, W_out). While training, batch norm uses the statistics of the batch; in
        evaluation its running ones.
    Example:
        >>> block = ConvBlock(3, 8, 5, padding=2)
        >>> block(torch.zeros(2, 3, 9, 7)).shape, sum(p.numel() for p in block.parameters())
        (torch.Size([2, 8, 9, 7]), 616)

    Source: Ioffe and Szegedy, Batch Normalization (2015), section 3.2. Deviations: none.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(bn(conv(x)))."""
        ### BEGIN SOLUTION
        return torch.relu(self.bn(self.conv(x)))
        ### END SOLUTION


class Inception(nn.Module):
    """GoogLeNet's block: 1x1, 3x3 and 5x5 convolutions and a max pool side by side. The output has, in this order:

        branch1(x)                             c1 channels       1x1
        branch2(branch2_reduce(x))             c2[1] channels    1x1 to c2[0], then 3x3
        branch3(branch3_reduce(x))             c3[1] channels    1x1 to c3[0], then 5x5
        branch4(largest of x in 3x3 windows)   c4 channels       stride 1, then 1x1

    All branches keep H and W. x may be negative: a window at the edge takes the largest of the pixels that exist, as
    torch's max pool does. The attribute out_channels is the int c1 + c2[1] + c3[1] + c4.

    Args:
        in_channels, c1, c4: C, and the channels of the first and the last branch.
        c2, c3: pairs: channels after the reduction, and after the convolution that follows.
    Sub-modules, each a ConvBlock of yours with stride 1 (keys of the state_dict: name.conv.weight and so on):
        branch1, branch4: conv.weight (c1, C, 1, 1) and (c4, C, 1, 1).
        branch2_reduce, branch2: conv.weight (c2[0], C, 1, 1) and (c2[1], c2[0], 3, 3).
        branch3_reduce, branch3: conv.weight (c3[0], C, 1, 1) and (c3[1], c3[0], 5, 5).
    Forward:
        x: (N, C, H, W), H and W at least 1 -> y: (N, out_channels, H, W).
    Example:
        >>> Inception(192, 64, (96, 128), (16, 32), 32)(torch.zeros(2, 192, 7, 7)).shape
        torch.Size([2, 256, 7, 7])

    Source: Szegedy et al., Going Deeper with Convolutions (2015), figure 2b and table 1. Deviations: batch norm.
    """

    def __init__(self, in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.branch1 = ConvBlock(in_channels, c1, 1)
        self.branch2_reduce = ConvBlock(in_channels, c2[0], 1)
        self.branch2 = ConvBlock(c2[0], c2[1], 3, padding=1)
        self.branch3_reduce = ConvBlock(in_channels, c3[0], 1)
        self.branch3 = ConvBlock(c3[0], c3[1], 5, padding=2)
        self.branch4 = ConvBlock(in_channels, c4, 1)
        self.out_channels = c1 + c2[1] + c3[1] + c4
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the four branches, one after the other along the channels."""
        ### BEGIN SOLUTION
        small = self.branch1(x)
        middle = self.branch2(self.branch2_reduce(x))
        large = self.branch3(self.branch3_reduce(x))
        pooled = self.branch4(functional.max_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([small, middle, large, pooled], dim=1)
        ### END SOLUTION


class AuxiliaryHead(nn.Module):
    """A small classifier on the features in the middle of a network.

        h = reduce(x averaged to 2x2 pixels)                                 (N, channels, 2, 2)
        h = dropout(relu(fc1(h in rows: channel by channel, row by row)))    (N, hidden)
        y = fc2(h)                                                           (N, K)

    The average is that of torch.nn.AdaptiveAvgPool2d(2). Dropout is torch's: off in evaluation.

    Args:
        in_channels, num_classes: C and K, at least 1.
        channels, hidden: the channels that `reduce` gives, and the width of the hidden layer.
        dropout: the probability that a hidden unit is switched off while training, from 0 to 1.
    Sub-modules (keys of the state_dict begin with these names):
        reduce: a ConvBlock of yours, conv.weight (channels, C, 1, 1).
        fc1, fc2: torch.nn.Linear, weight (hidden, 4 * channels) and (K, hidden), with bias.
    Forward:
        x: (N, C, H, W), H and W at least 1 -> y: (N, K), raw scores: no softmax.
    Example:
        >>> AuxiliaryHead(16, 10)(torch.zeros(3, 16, 7, 5)).shape
        torch.Size([3, 10])

    Source: Szegedy et al., Going Deeper with Convolutions (2015), section 5.
    Deviations: pooled to 2x2, not with 5x5 windows of stride 3; batch norm; smaller widths.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int = 10,
        channels: int = 8,
        hidden: int = 16,
        dropout: float = 0.7,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(2)
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.fc1 = nn.Linear(4 * channels, hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return one score for each class."""
        ### BEGIN SOLUTION
        x = self.reduce(self.pool(x)).flatten(1)
        return self.fc2(self.dropout(torch.relu(self.fc1(x))))
        ### END SOLUTION


class GoogLeNetOutput(NamedTuple):
    """What a GoogLeNet returns while it is trained."""

    main: Tensor  # (N, K) scores of the whole network
    auxiliary1: Tensor  # (N, K) scores of the head after the first block
    auxiliary2: Tensor  # (N, K) scores of the head after the second block


class GoogLeNet(nn.Module):
    """A small GoogLeNet: a stem, three Inception blocks, and two auxiliary heads that help to train it.

        h1 = inception1(stem(x))                           (N, 16, H, W)
        h2 = inception2(max_pool(h1))                      (N, 24, H/2, W/2)
        h3 = inception3(max_pool(h2))                      (N, 32, H/4, W/4)
        main = fc(dropout(h3 averaged over its pixels)),   auxiliary1 = auxiliary1(h1),   auxiliary2 = auxiliary2(h2)

    max_pool: 3x3 windows, stride 2, no padding, sizes rounded up (torch's ceil_mode=True): 8 pixels become 4, then 2.

    Args:
        in_channels, num_classes: C of the images and K, at least 1.
        dropout: the probability before `fc`, and that of both auxiliary heads.
    Sub-modules (keys of the state_dict begin with these names):
        stem: ConvBlock(C, 8, 3, padding=1); fc: torch.nn.Linear, weight (K, 32), bias (K,).
        inception1, inception2: Inception(8, 4, (4, 6), (2, 4), 2) and Inception(16, 6, (4, 8), (2, 6), 4).
        inception3: Inception(24, 8, (6, 12), (4, 8), 4).
        auxiliary1, auxiliary2: AuxiliaryHead(16, K, dropout=dropout) and AuxiliaryHead(24, K, dropout=dropout).
    Forward:
        x: (N, C, H, W), H and W at least 8 -> while training a GoogLeNetOutput (main, auxiliary1, auxiliary2), each
        (N, K), raw scores; in evaluation main alone, (N, K): then the heads are not run.
    Example:
        >>> len(GoogLeNet()(torch.zeros(5, 1, 8, 8))), GoogLeNet().eval()(torch.zeros(5, 1, 8, 8)).shape
        (3, torch.Size([5, 10]))

    Source: Szegedy et al. (2015), table 1 and section 5. Deviations: smaller; batch norm; one dropout for all.
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 10, dropout: float = 0.4) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.stem = ConvBlock(in_channels, 8, 3, padding=1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(self.inception1.out_channels, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(self.inception2.out_channels, 8, (6, 12), (4, 8), 4)
        self.auxiliary1 = AuxiliaryHead(self.inception1.out_channels, num_classes, dropout=dropout)
        self.auxiliary2 = AuxiliaryHead(self.inception2.out_channels, num_classes, dropout=dropout)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(self.inception3.out_channels, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> GoogLeNetOutput | Tensor:
        """Return the scores of all three classifiers while training, those of the last one in evaluation."""
        ### BEGIN SOLUTION
        first = self.inception1(self.stem(x))
        second = self.inception2(self.pool(first))
        third = self.inception3(self.pool(second))
        main = self.fc(self.dropout(third.mean((2, 3))))
        if not self.training:
            return main
        return GoogLeNetOutput(main, self.auxiliary1(first), self.auxiliary2(second))
        ### END SOLUTION


def auxiliary_loss(outputs: Tensor | Sequence[Tensor], labels: Tensor, weight: float = 0.3) -> Tensor:
    """Return the loss of a network with auxiliary heads, each cross-entropy the mean over the N samples:

        cross_entropy(main) + weight * (cross_entropy(auxiliary1) + cross_entropy(auxiliary2) + ...)

    Args:
        outputs: a tuple or list of scores, (N, K) each: the main ones first, then those of any number of auxiliary
            heads, none included. Or a tensor, (N, K): the main scores alone, as a network in evaluation returns them.
        labels, weight: (N,) int64, class indices; how much each auxiliary loss counts.
    Returns:
        (), the dtype of the scores. Differentiable in all scores. torch's cross_entropy is welcome.
    Example:
        >>> auxiliary_loss([torch.zeros(4, 10)] * 3, torch.tensor([0, 1, 2, 3]))  # (1 + 0.3 + 0.3) log 10
        tensor(3.6841)

    Source: Szegedy et al., Going Deeper with Convolutions (2015), section 5. Deviations: none.
    """
    ### BEGIN SOLUTION
    if isinstance(outputs, Tensor):
        return functional.cross_entropy(outputs, labels)
    main, *heads = (functional.cross_entropy(scores, labels) for scores in outputs)
    return main + weight * sum(heads)
    ### END SOLUTION


def train_inception(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    device: torch.device,
    generator: torch.Generator,
) -> list[float]:
    """Train a network with auxiliary heads, on a device.

    Move the model to the device. Then each epoch, in training mode: the N samples in a new random order, in batches of
    batch_size, of which the last may be smaller and counts too. For each batch, moved to the device:
    auxiliary_loss(model(images), labels) with weight 0.3, its own gradient, one step of one Adam with learning rate lr.

    Args:
        model: a GoogLeNet, or any module that returns a tuple of scores while training and the main scores in
            evaluation; in either mode, on any device. Trained in place; it stays on the device, in any mode.
        x, y: (N, C, H, W) and (N,) int64, images in the dtype of the model and labels, on the CPU, unchanged.
        epochs, batch_size, lr: how often to go over the samples; samples in a batch, from 1 to N; the learning rate.
        device, generator: where to compute; a CPU generator, the source of the orders and of nothing else.
    Returns:
        A list of floats, one for each epoch: the mean over its N samples of the losses that the steps were made from.
        What is asked together with `GoogLeNet(dropout=0.0)`: of digits of MNIST, 14 x 14 and moved, far more are read
        than a linear model reads, after 6 epochs over 700 images in batches of 20 with lr 0.004.
    Example:
        >>> y = torch.arange(40) % 10
        >>> x, order = functional.one_hot(y, 64).float().reshape(40, 1, 8, 8), torch.Generator().manual_seed(0)
        >>> losses = train_inception(GoogLeNet(dropout=0.0), x, y, 6, 8, 0.01, torch.device("cpu"), order)
        >>> len(losses), losses[-1] < losses[0]
        (6, True)

    Source: Szegedy et al., Going Deeper with Convolutions (2015), sections 5 and 6. Deviations: Adam.
    """
    ### BEGIN SOLUTION
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = auxiliary_loss(model(x[rows].to(device)), y[rows].to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses
    ### END SOLUTION


class MendedInception(nn.Module):
    """Four branches with ReLU on the same input. The code that is given runs, and is wrong: mend it.

    The output has the channels of the branches in this order, F of each:

        relu(branch1(x))
        relu(branch3(relu(reduce3(x))))
        relu(branch5(relu(reduce5(x))))
        relu(branch_pool(largest of x over 3x3 windows, stride 1, padding 1))

    Each of the six layers has weights of its own. The samples do not meet.

    Args:
        in_channels, reduced, channels: C, of x; R, in front of the large kernels; F, of each branch.
    Sub-modules, torch.nn.Conv2d with bias and the padding that keeps H and W (keys: name.weight, name.bias):
        branch1, branch_pool: weight (F, C, 1, 1); reduce3, reduce5: weight (R, C, 1, 1).
        branch3, branch5: weight (F, R, 3, 3) and (F, R, 5, 5).
    Forward:
        x: (N, C, H, W) -> y: (N, 4 F, H, W).
    Example:
        >>> block = MendedInception(3, 2, 5)
        >>> block(torch.zeros(2, 3, 9, 7)).shape, sum(p.numel() for p in block.parameters())
        (torch.Size([2, 20, 9, 7]), 406)

    Source: Szegedy et al., Going Deeper with Convolutions (2015), figure 2b. Deviations: equal widths.
    """

    def __init__(self, in_channels: int, reduced: int, channels: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, channels, 1)
        self.reduce3 = nn.Conv2d(in_channels, reduced, 1)
        self.reduce5 = nn.Conv2d(in_channels, reduced, 1)
        self.branch3 = nn.Conv2d(reduced, channels, 3, padding=1)
        self.branch5 = nn.Conv2d(reduced, channels, 5, padding=2)
        self.branch_pool = nn.Conv2d(in_channels, channels, 1)
        ### BEGIN STUB
        # super().__init__()
        # self.branch1 = nn.Conv2d(in_channels, channels, 1)
        # self.reduce3 = self.reduce5 = nn.Conv2d(in_channels, reduced, 1)
        # self.branch3 = nn.Conv2d(reduced, channels, 3, padding=1)
        # self.branch5 = nn.Conv2d(reduced, channels, 5, padding=2)
        # self.branch_pool = nn.Conv2d(in_channels, channels, 1)
        ### END STUB
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the four branches, one after the other along the channels."""
        ### BEGIN SOLUTION
        small = self.branch1(x)
        middle = self.branch3(torch.relu(self.reduce3(x)))
        large = self.branch5(torch.relu(self.reduce5(x)))
        pooled = self.branch_pool(functional.max_pool2d(x, 3, stride=1, padding=1))
        return torch.relu(torch.cat([small, middle, large, pooled], dim=1))
        ### BEGIN STUB
        # n, _, h, w = x.shape
        # small = torch.relu(self.branch1(x))
        # middle = torch.relu(self.branch3(torch.relu(self.reduce3(x))))
        # large = self.branch5(torch.relu(self.reduce5(x)))
        # pooled = torch.relu(self.branch_pool(functional.max_pool2d(x, 3, stride=1, padding=1)))
        # return torch.cat([small, middle, large, pooled]).reshape(n, -1, h, w)
        ### END STUB
        ### END SOLUTION
