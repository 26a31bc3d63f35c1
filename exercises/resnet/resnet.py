"""Residual networks: blocks with a shortcut, nets that are made of them, and what the shortcut does to gradients.

Letters: N batch, C channels, H W image, K classes, D features.
Every module is a `torch.nn.Module` made of torch.nn.Conv2d, torch.nn.BatchNorm2d and torch.nn.Linear, with torch's
own defaults wherever nothing else is said. They stand under the names that the docstring gives, and only they
have parameters and buffers: so weights can be copied from one net into another by name. The names of
`ResNet` are those of torchvision, whose trained weights fit. Modules work in the dtype and on the device that
`.to(...)` moved them to, and change no input. Initial weights are free unless the task is about them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    """Two convolutions and a shortcut around them: what is learned is the difference to x.

    y = relu(F(x) + x)  with  F(x) = bn2(conv2(relu(bn1(conv1(x)))))

    Args:
        channels: C, of x, of y and in between; at least 1.

    Sub-modules:
        conv1: nn.Conv2d, C -> C, 3x3, padding 1, stride 1, no bias.
        bn1: nn.BatchNorm2d of C channels.
        conv2, bn2: the same once more, with weights and statistics of their own.

    Keys of the state_dict, in any order:
        conv1.weight (C, C, 3, 3); bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var, all (C,), and
        bn1.num_batches_tracked (); conv2.weight (C, C, 3, 3); bn2.weight, ... as for bn1.

    Forward:
        x: (N, C, H, W) -> y: (N, C, H, W).

    Note:
        The shortcut has no parameters, and no activation before the sum; the last relu comes after it. x itself
        is unchanged. Differentiable in x, along both ways, and in the parameters. In training mode both batch
        norms use and update their statistics as torch.nn.BatchNorm2d does.

    Example:
        >>> block = ResidualBlock(2)
        >>> _ = nn.init.zeros_(block.bn2.weight)
        >>> block(torch.tensor([[[[1.0]], [[-1.0]]], [[[0.0]], [[5.0]]]])).flatten(1)  # F(x) = 0
        tensor([[1., 0.],
                [0., 5.]], grad_fn=<ViewBackward0>)

    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (2015), figure 2 and section 3.2.
    Deviations: none.
    """

    def __init__(self, channels: int) -> None:
        raise NotImplementedError("ResidualBlock.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(F(x) + x)."""
        raise NotImplementedError("ResidualBlock.forward")


class DownsampleBlock(nn.Module):
    """A residual block that changes the number of channels, the size of the image, or both.

    y = relu(F(x) + P(x))  with  F(x) = bn2(conv2(relu(bn1(conv1(x)))))  and the projection  P(x) = downsample(x)

    Args:
        in_channels: C, of x.
        out_channels: C', of y and in between.
        stride: of conv1 and of the projection, at least 1.

    Sub-modules:
        conv1: nn.Conv2d, C -> C', 3x3, padding 1, `stride`, no bias.
        bn1: nn.BatchNorm2d of C' channels.
        conv2: nn.Conv2d, C' -> C', 3x3, padding 1, stride 1, no bias.
        bn2: nn.BatchNorm2d of C' channels.
        downsample: nn.Sequential of an nn.Conv2d, C -> C', 1x1, no padding, `stride`, no bias, and an
            nn.BatchNorm2d of C' channels; no activation.

    Keys of the state_dict, in any order:
        conv1.weight (C', C, 3, 3), bn1.weight, ... (five keys of a batch norm), conv2.weight (C', C', 3, 3),
        bn2.weight, ..., downsample.0.weight (C', C, 1, 1), downsample.1.weight, ...

    Forward:
        x: (N, C, H, W) -> y: (N, C', ceil(H / stride), ceil(W / stride)).

    Note:
        The projection is there in any case, also when stride is 1 and C' is C. x is unchanged. Differentiable in
        x, along both ways, and in the parameters.

    Example:
        >>> block = DownsampleBlock(3, 8, 2)
        >>> block(torch.zeros(5, 3, 7, 6)).shape, sum(p.numel() for p in block.parameters())
        (torch.Size([5, 8, 4, 3]), 864)

    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (2015), section 3.3, option B.
    Deviations: none.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        raise NotImplementedError("DownsampleBlock.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(F(x) + P(x))."""
        raise NotImplementedError("DownsampleBlock.forward")


def basic_block(in_channels: int, channels: int, stride: int = 1) -> nn.Module:
    """Return the block of ResNet-18 and ResNet-34, made of yours; it is given, and no task.

    Blocks for `make_stage` and `ResNet` are made as block(in_channels, channels, stride), give
    channels * block.expansion channels, and divide the image's sides by stride, rounded up.

    Args:
        in_channels: of the input.
        channels: of the output.
        stride: at least 1.

    Returns:
        A ResidualBlock where the shape stays, else a DownsampleBlock.
    """
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(nn.Module):
    """The block of ResNet-50: a 1x1 convolution narrows, a 3x3 works, a 1x1 widens four times.

    y = relu(F(x) + P(x))  with  F(x) = bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x))))))))
    P(x) = x where the shapes agree, that is where stride is 1 and in_channels is 4 B; else P(x) = downsample(x).

    Args:
        in_channels: C, of x.
        channels: B, the width of the bottleneck; y has 4 B channels.
        stride: of conv2, the 3x3, and of the projection, at least 1.

    Sub-modules:
        conv1: nn.Conv2d, C -> B, 1x1, stride 1, no bias.
        bn1: nn.BatchNorm2d of B channels.
        conv2: nn.Conv2d, B -> B, 3x3, padding 1, `stride`, no bias.
        bn2: nn.BatchNorm2d of B channels.
        conv3: nn.Conv2d, B -> 4 B, 1x1, stride 1, no bias.
        bn3: nn.BatchNorm2d of 4 B channels.
        downsample: only where it is needed, see above: nn.Sequential of an nn.Conv2d, C -> 4 B, 1x1, `stride`,
            no bias, and an nn.BatchNorm2d of 4 B channels; no activation.

    Keys of the state_dict, in any order:
        conv1.weight (B, C, 1, 1), bn1.weight, ... (five keys of a batch norm), conv2.weight (B, B, 3, 3),
        bn2.weight, ..., conv3.weight (4 B, B, 1, 1), bn3.weight, ...; with a projection also
        downsample.0.weight (4 B, C, 1, 1), downsample.1.weight, ...

    Forward:
        x: (N, C, H, W) -> y: (N, 4 B, ceil(H / stride), ceil(W / stride)).

    Note:
        x is unchanged. Differentiable in x, along both ways, and in the parameters.

    Example:
        >>> Bottleneck(64, 16)(torch.zeros(2, 64, 5, 5)).shape
        torch.Size([2, 64, 5, 5])
        >>> sorted(name for name, _ in Bottleneck(64, 32, 2).named_children())
        ['bn1', 'bn2', 'bn3', 'conv1', 'conv2', 'conv3', 'downsample']

    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (2015), section 4.1, figure 5.
    Deviations: the stride is on the 3x3 convolution, not on the first 1x1, which would skip three of four pixels.
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        raise NotImplementedError("Bottleneck.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(F(x) + P(x))."""
        raise NotImplementedError("Bottleneck.forward")


class PreActivationBlock(nn.Module):
    """A residual block with norm and activation before each convolution, and nothing after the sum.

    y = F(x) + P(x)  with  a = relu(bn1(x)),  F(x) = conv2(relu(bn2(conv1(a))))
    P(x) = x where the shapes agree, that is where stride is 1 and in_channels is C'; else P(x) = downsample(a).

    Args:
        in_channels: C, of x.
        channels: C', of y.
        stride: of conv1 and of the projection, at least 1.

    Sub-modules:
        bn1: nn.BatchNorm2d of C channels, the number that comes in.
        conv1: nn.Conv2d, C -> C', 3x3, padding 1, `stride`, no bias.
        bn2: nn.BatchNorm2d of C' channels.
        conv2: nn.Conv2d, C' -> C', 3x3, padding 1, stride 1, no bias.
        downsample: only where it is needed, see above: an nn.Conv2d, C -> C', 1x1, `stride`, no bias; it is fed
            with a, not with x, and has no batch norm.

    Keys of the state_dict, in any order:
        bn1.weight, ... (five keys of a batch norm, each (C,) but the last), conv1.weight (C', C, 3, 3),
        bn2.weight, ..., conv2.weight (C', C', 3, 3); with a projection also downsample.weight (C', C, 1, 1).

    Forward:
        x: (N, C, H, W) -> y: (N, C', ceil(H / stride), ceil(W / stride)).

    Note:
        Along the identity nothing is in the way: a chain of such blocks hands on x itself, negative numbers too.
        x is unchanged. Differentiable in x, along both ways, and in the parameters.

    Example:
        >>> block = PreActivationBlock(1, 1)
        >>> _ = nn.init.zeros_(block.conv2.weight)
        >>> block(torch.tensor([[[[1.0, -2.0]]]]))  # F(x) = 0
        tensor([[[[ 1., -2.]]]], grad_fn=<AddBackward0>)

    Source: He, Zhang, Ren, Sun, Identity Mappings in Deep Residual Networks (2016), figure 4 (e).
    Deviations: none; the projection takes a, as in the authors' code.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        raise NotImplementedError("PreActivationBlock.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return F(x) + P(x)."""
        raise NotImplementedError("PreActivationBlock.forward")


def zero_init_residual_(model: nn.Module) -> nn.Module:
    """Let every residual block of a model start with an empty branch: F(x) = 0, and y is made of the shortcut alone.

    A very deep net then starts as a shallow one, and each block comes in as training gives it something to do.
    For this the last layer of each branch gets zeros:

        ResidualBlock, DownsampleBlock   bn2.weight = 0
        Bottleneck                       bn3.weight = 0
        PreActivationBlock               conv2.weight = 0    (its branch ends with a convolution)

    Args:
        model: any module that holds blocks of these four classes, at any depth, or is one of them.

    Returns:
        The model itself.

    Note:
        In place: the parameters stay the objects that they were, on their device, in their dtype, with their
        requires_grad; no graph is built. All other parameters and buffers stay as they are: the
        biases, the batch norms in a projection, and batch norms outside of blocks.

    Example:
        >>> model = zero_init_residual_(nn.Sequential(nn.BatchNorm2d(3), ResidualBlock(3)))
        >>> model[0].weight.detach(), model[1].bn1.weight.detach(), model[1].bn2.weight.detach()
        (tensor([1., 1., 1.]), tensor([1., 1., 1.]), tensor([0., 0., 0.]))

    Source: Goyal et al., Accurate, Large Minibatch SGD (2017), section 5.1. Deviations: PreActivationBlock has no
    last batch norm, so its last convolution gets the zeros.
    """
    raise NotImplementedError("zero_init_residual_")


def make_stage(
    block: Callable[[int, int, int], nn.Module], in_channels: int, channels: int, num_blocks: int, stride: int
) -> nn.Sequential:
    """Return some blocks in a row: the first may change the shape, the others keep it.

    The first is block(in_channels, channels, stride), every other one block(channels * block.expansion, channels, 1).

    Args:
        block: makes a block when it is called with these three, by position; block.expansion (an int) says how
            many times `channels` comes out. Such are basic_block, Bottleneck and PreActivationBlock.
        in_channels: what comes in.
        channels: the second argument of every block.
        num_blocks: how many blocks, at least 1.
        stride: of the first block.

    Returns:
        An nn.Sequential of num_blocks blocks, each a new object, and nothing else.

    Raises:
        ValueError: naming `num_blocks` when it is below 1.

    Example:
        >>> stage = make_stage(Bottleneck, 64, 32, 3, 2)
        >>> [layer.conv1.in_channels for layer in stage], [layer.conv2.stride for layer in stage]
        ([64, 128, 128], [(2, 2), (1, 1), (1, 1)])

    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (2015), table 1. Deviations: none.
    """
    raise NotImplementedError("make_stage")


class ResNet(nn.Module):
    """The residual network: a stem, stages of blocks, the mean over the image, one linear layer.

    h = maxpool(relu(bn1(conv1(x))));  h = layer1(h), then layer2, ...;  y = fc(mean of h over its pixels).
    Stage i (1, 2, ...) is a row of layers[i - 1] blocks of width * 2^(i - 1) channels, times block.expansion; the
    first block of stage 1 has stride 1, the first of every further stage has stride 2, and all others have 1.

    Args:
        block: as for `make_stage`: basic_block, Bottleneck, PreActivationBlock or another.
        layers: how many blocks each stage has; the number of stages is free, at least one. With four stages
            (2, 2, 2, 2) of basic_block are ResNet-18, (3, 4, 6, 3) ResNet-34, and the same of Bottleneck
            ResNet-50.
        num_classes: K.
        width: channels of the stem and of stage 1.
        in_channels: C, of the images.

    Sub-modules:
        conv1: nn.Conv2d, C -> width, 7x7, stride 2, padding 3, no bias.
        bn1: nn.BatchNorm2d of width channels.
        layer1, layer2, ...: a stage each, an nn.Sequential of its blocks, as `make_stage` makes it.
        fc: nn.Linear to K scores, with bias.

    Keys of the state_dict, in any order:
        conv1.weight (width, C, 7, 7), bn1.weight, ..., layer1.0.<keys of the block>, layer1.1.<...>, ...,
        fc.weight (K, channels of the last stage), fc.bias (K,).

    Forward:
        x: (N, C, H, W), H and W any numbers of at least 1 -> y: (N, K), scores.

    Raises:
        ValueError: naming `layers` when it is empty.

    Note:
        The max pooling of the stem is 3x3 with stride 2 and padding 1. The mean is over all pixels that are
        left, whatever the size of the image. No softmax. Differentiable in x and the parameters.

    Example:
        >>> with torch.device("meta"):  # shapes without numbers
        ...     nets = ResNet(basic_block, (2, 2, 2, 2)), ResNet(Bottleneck, (3, 4, 6, 3))
        >>> [sum(p.numel() for p in net.parameters()) for net in nets]
        [11689512, 25557032]
        >>> ResNet(basic_block, (1, 1), num_classes=5, width=4)(torch.zeros(2, 3, 30, 20)).shape
        torch.Size([2, 5])

    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (2015), table 1.
    Deviations: the number of stages is free; see `Bottleneck` for its stride.
    """

    def __init__(
        self,
        block: Callable[[int, int, int], nn.Module],
        layers: Sequence[int],
        num_classes: int = 1000,
        width: int = 64,
        in_channels: int = 3,
    ) -> None:
        raise NotImplementedError("ResNet.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of each image."""
        raise NotImplementedError("ResNet.forward")


class MnistResNet(nn.Module):
    """A small residual network for digits: two convolutions, each followed by pooling and a residual block.

    h = block1(pool(relu(conv1(x))));  h = block2(pool(relu(conv2(h))));  y = fc(all numbers of h in a row)
    pool is the largest of each 2x2, with stride 2; a last row or column without a partner is left out.

    Args:
        in_channels: C, of the images.
        num_classes: K.
        image_size: H and W of the images: an int, or a pair (H, W). fc's width follows from it.

    Sub-modules:
        conv1: nn.Conv2d, C -> 16, 5x5, no padding, with bias.
        block1: ResidualBlock of 16 channels.
        conv2: nn.Conv2d, 16 -> 32, 5x5, no padding, with bias.
        block2: ResidualBlock of 32 channels.
        fc: nn.Linear to K scores, with bias; it takes what block2 gives, 512 numbers for an image of 28 x 28.

    Keys of the state_dict, in any order:
        conv1.weight (16, C, 5, 5), conv1.bias (16,), block1.<keys of ResidualBlock>, conv2.weight (32, 16, 5, 5),
        conv2.bias (32,), block2.<keys of ResidualBlock>, fc.weight (K, in_features), fc.bias (K,).

    Forward:
        x: (N, C, H, W) -> y: (N, K), scores.

    Raises:
        ValueError: naming `image_size` when H or W is below 16: nothing would be left for fc.

    Note:
        No softmax. h goes into fc in the order of h.flatten(1): channel by channel, row by row. x is unchanged.
        Differentiable in x and the parameters.

    Example:
        >>> MnistResNet().fc.in_features, MnistResNet(image_size=(20, 33)).fc.in_features  # 32 * 4 * 4, 32 * 2 * 5
        (512, 320)

    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (2015), for the block; a net of this
    shape is common in courses. Deviations: none.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        raise NotImplementedError("MnistResNet.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of each image."""
        raise NotImplementedError("MnistResNet.forward")


def gradient_norms(model: nn.Module, x: Tensor, y: Tensor) -> dict[str, float]:
    """Return how large the gradient of each parameter is, and leave no trace.

    The loss is the mean cross-entropy of the scores model(x) and the labels y; the norm of a gradient is the root
    of the sum of its squares.

    Args:
        model: model(x) are raw scores (N, K); it may hold batch norm. Without dropout.
        x: (N, *), a batch, on the device of the model.
        y: (N,) int64, its labels, there too.

    Returns:
        A dict from the name of each parameter that requires a gradient to the norm of its gradient, a float; in
        the order of `model.named_parameters()`. A parameter that the loss does not depend on has the norm 0.0.

    Note:
        The model computes in the modes that it is in. Afterwards its parameters, their .grad (a tensor or None),
        its buffers (running statistics and counters of batch norm), all modes and torch's random state are what
        they were. It works under torch.no_grad() too.

    Example:
        >>> model = nn.Linear(1, 2)
        >>> _ = nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)
        >>> norms = gradient_norms(model, torch.tensor([[4.0]]), torch.tensor([1]))
        >>> {name: round(norm, 4) for name, norm in norms.items()}  # of (2, -2) and (0.5, -0.5)
        {'weight': 2.8284, 'bias': 0.7071}

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010),
    section 4.2. Deviations: norms instead of histograms.
    """
    raise NotImplementedError("gradient_norms")


class Comparison(NamedTuple):
    """What `plain_vs_residual` returns."""

    plain_norms: list[float]  # of the gradient of W_1, ..., W_depth before the first step
    residual_norms: list[float]
    plain_losses: list[float]  # before each step
    residual_losses: list[float]


def plain_vs_residual(
    depth: int,
    x: Tensor,
    y: Tensor,
    generator: torch.Generator,
    gain: float = 0.3,
    lr: float = 0.1,
    steps: int = 20,
) -> Comparison:
    """Train a deep net with shortcuts and its twin without, from the same weights: one learns, one does not.

    Both have `depth` layers with weights W_1, ..., W_depth, all (D, D), and no biases:

        plain      h_0 = x,   h_l =           relu(h_{l-1}) W_l^T      (W_l^T: W_l transposed)
        residual   h_0 = x,   h_l = h_{l-1} + relu(h_{l-1}) W_l^T

    The scores are h_depth, one for each of D classes; the loss is their mean cross-entropy with y. Each net starts
    from these weights, which are drawn once, in this one call, and then moved to the device of x:

        gain * torch.randn(depth, D, D, generator=generator, dtype=x.dtype) / sqrt(D)

    and takes `steps` steps of gradient descent on the whole batch: W_l <- W_l - lr * gradient.

    Args:
        depth: the number of layers, at least 1.
        x: (N, D) float64, on any device.
        y: (N,) int64, labels from 0 to D - 1, on the device of x.
        generator: a generator of the CPU, where the weights come from.
        gain: how large the weights start.
        lr: the learning rate.
        steps: how many steps, at least 1.

    Returns:
        plain_norms, residual_norms: lists of `depth` floats, for each layer, first to last, the norm of the
            loss's gradient with respect to W_l before the first step (root of the sum of squares).
        plain_losses, residual_losses: lists of `steps` floats, the loss before each step.

    Raises:
        ValueError: naming `depth` when it is below 1.

    Note:
        x and y are unchanged. No random numbers are drawn but the weights.

    Example:
        >>> generator = torch.Generator().manual_seed(0)
        >>> x, y = torch.eye(4, dtype=torch.float64), torch.tensor([1, 2, 3, 0])
        >>> seen = plain_vs_residual(30, x, y, generator)
        >>> seen.plain_norms[0] < 1e-15, seen.residual_norms[0] > 0.1  # the gradient of the first layer
        (True, True)
        >>> seen.plain_losses[0] - seen.plain_losses[-1] < 1e-9, seen.residual_losses[-1] < 0.5
        (True, True)

    Source: He, Zhang, Ren, Sun, Identity Mappings in Deep Residual Networks (2016), section 2.
    Deviations: linear layers without batch norm, the smallest nets that show it.
    """
    raise NotImplementedError("plain_vs_residual")


def freeze_backbone(model: nn.Module, head: str = "fc") -> list[nn.Parameter]:
    """Freeze a trained net but for its head, so that only the head learns a new task.

    Backbone is all of the model that is not in the head. Two things in it must not move: its parameters, and the
    running statistics of its batch norms, which every forward pass in training mode would change.

    Args:
        model: any module; it may hold nn.BatchNorm1d, 2d and 3d at any depth.
        head: the name of the sub-module that goes on learning, as `model.get_submodule` knows it: "fc", or
            "classifier.1"; it may be a layer or a module that holds several, batch norms among them.

    Returns:
        The parameters of the head, in the order of `head.parameters()`, as a list for an optimiser.

    Raises:
        ValueError: naming `head` when the model has no sub-module of that name (an empty name is none).

    Note:
        The model is changed in place, and from then on, also after any later model.train() or model.eval():
        - parameters of the backbone have requires_grad False, those of the head True;
        - batch norms of the backbone compute as in evaluation mode, with their running statistics, and change
          none of their buffers;
        - everything else follows the mode of the model: the batch norms of the head train, and a dropout in the
          backbone drops while the model is in training mode.
        How that is done is free, as long as the keys of the state_dict and the names of the sub-modules stay.
        The call itself changes no value of a parameter or buffer, and no mode outside of the backbone's batch
        norms. The gradient of x still flows through the backbone.

    Example:
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 4))
        >>> [tuple(p.shape) for p in freeze_backbone(model, "2")]
        [(4, 3), (4,)]
        >>> _ = model.train()(torch.ones(5, 2))
        >>> model[1].running_mean
        tensor([0., 0., 0.])

    Source: Yosinski, Clune, Bengio, Lipson, How transferable are features in deep neural networks? (2014).
    Deviations: none.
    """
    raise NotImplementedError("freeze_backbone")


class TrainingRun(NamedTuple):
    """What a whole training returns."""

    model: nn.Module  # in evaluation mode
    losses: list[float]


def train_resnet(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 4, batch_size: int = 10, lr: float = 0.001
) -> TrainingRun:
    """Train a residual network to read digits, and give it back: the whole way, from pixels to a net that predicts.

    The net is a new MnistResNet for images like x, with ten classes, in the dtype and on the device of x. Each epoch
    goes once over all samples, in the batches of a new `torch.randperm(N, generator=generator).split(batch_size)`; the
    last may be smaller, and counts. Each batch is one step of torch.optim.Adam with this lr, of which one serves for
    the whole training, along the gradient of the batch's own mean cross-entropy.

    Args:
        x: (N, C, H, W) floating point, images of at least 16 x 16 pixels.
        y: (N,) int64, their digits, on the device of x.
        generator: a generator of the CPU, which only draws the orders.
        epochs: how often to go over the samples; 0 gives the untrained net.
        batch_size: samples of a batch.
        lr: the learning rate.

    Returns:
        model: the net, in evaluation mode.
        losses: a list of `epochs` floats, for each epoch the mean over its samples of the losses that the steps were
            made from; a small last batch counts less than a full one.

    Note:
        What is read is not given: afterwards the net meets images that it has never seen. Of digits of MNIST, moved by
        up to 4 pixels, it reads about 0.8 after the training with 700; the nearest mean and a linear model read 0.4.
        Initial weights come from torch's own generator. x and y are unchanged.

    Example:
        >>> x, y = torch.rand(30, 1, 16, 16), torch.arange(30) % 10
        >>> run = train_resnet(x, y, torch.Generator().manual_seed(0), epochs=2)
        >>> run.model(x[:5]).shape, run.model.training, len(run.losses)
        (torch.Size([5, 10]), False, 2)

    Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits (1998), whose images they are.
    Deviations: 5,000 of them, moved at random.
    """
    raise NotImplementedError("train_resnet")
