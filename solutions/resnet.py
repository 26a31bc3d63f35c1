"""Residual networks: blocks with a shortcut, nets that are made of them, and what the shortcut does to gradients.

Letters: N batch, C channels in, C' channels out, B width of a bottleneck, H W image, K classes, D features.
Every module is a `torch.nn.Module` made of torch.nn.Conv2d, torch.nn.BatchNorm2d and torch.nn.Linear, with torch's
own defaults wherever nothing else is said. They stand under the names that the docstring gives, assigned in any order,
and only they have parameters and buffers: so the keys of the state_dict are known (conv1.weight, bn1.running_mean and
so on), and weights can be copied from one net into another by name. The names of `ResNet` are those of torchvision,
whose trained weights fit. Modules work in the dtype and on the device that `.to(...)` moved them to, change no input,
and are differentiable in x and all parameters. Initial weights are free unless the task is about them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    """Two convolutions and a shortcut around them: what is learned is the difference to x.

        y = relu(F(x) + x)  with  F(x) = bn2(conv2(relu(bn1(conv1(x)))))

    The shortcut has no parameters, and there is no activation between F and the sum.

    Args:
        channels: C, of x, of y and in between; at least 1.
    Sub-modules (keys of the state_dict begin with these names):
        conv1, conv2: nn.Conv2d, C -> C, 3x3, stride 1, padding 1, no bias.
        bn1, bn2: nn.BatchNorm2d of C channels.
    Forward:
        x: (N, C, H, W) -> y: (N, C, H, W).
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
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(F(x) + x)."""
        ### BEGIN SOLUTION
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h)) + x)
        ### END SOLUTION


### BEGIN SOLUTION


class _CountedLinear(nn.Module):
    """A linear layer that counts its calls, and gives something else in evaluation."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self.linear, self.calls = nn.Linear(3, 3).double(), 0
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.randn(p.shape, generator=generator, dtype=p.dtype))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.linear(x) if self.training else 2 * self.linear(x)


### END SOLUTION


def check_residual(residual: Callable[[nn.Module], nn.Module]) -> None:
    """A test of any shortcut: raises AssertionError if it is wrong, and nothing if it is right.

    Right: `residual(body)` puts a shortcut around a module that keeps the shape of x, and is a module itself:
        y = relu(body(x) + x)
    body runs once in each call; its parameters, and no others, are those of the module; train() and eval() reach it; y
    has the dtype of x, which stays as it was, also where body gives x itself. Right code of several styles has to pass.
    The points are the share of wrong code that is caught: one without a shortcut, one without relu, one with relu
    before the sum, and rarer ones. No other exception counts: where nothing requires a gradient, `backward` raises a
    RuntimeError.

    Args:
        residual: called as `residual(body)`, with a module; what it gives is called as `module(x)`.
    Example:
        >>> try:
        ...     check_residual(nn.Sequential)  # which has no shortcut
        ... except AssertionError:
        ...     print("wrong")
        wrong

    Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition (2015), figure 2.
    """
    ### BEGIN SOLUTION

    def must(condition: bool, what: str) -> None:
        if not condition:
            raise AssertionError(what)

    generator = torch.Generator().manual_seed(0)
    body = _CountedLinear(generator)
    module = residual(body)
    params = list(body.parameters())
    must({id(p) for p in module.parameters()} == {id(p) for p in params}, "the parameters are not those of body")
    for training in (True, False):
        module.train(training)
        must(body.training is training, "body stays in another mode")
        values = 2 * torch.randn(5, 3, generator=generator, dtype=torch.float64)
        x, own, body.calls = values.clone().requires_grad_(), values.clone().requires_grad_(), 0
        y = module(x)
        must(body.calls == 1, "body does not run once")
        want = torch.relu(body(own) + own)
        must(y.dtype == want.dtype and y.shape == want.shape, "dtype or shape differs")
        must(torch.allclose(y, want), "the values differ")
        must(torch.equal(x, values), "x was changed")
        above = torch.randn(5, 3, generator=generator, dtype=torch.float64)
        must(y.requires_grad, "the result is cut from the graph")
        slopes = torch.autograd.grad(y, [x, *params], above, allow_unused=True)
        for slope, right in zip(slopes, torch.autograd.grad(want, [own, *params], above), strict=True):
            must(slope is not None and torch.allclose(slope, right), "a gradient differs")
    x = values.clone()
    must(torch.equal(residual(nn.Identity())(x), torch.relu(2 * values)), "the values differ")
    must(torch.equal(x, values), "x was changed")
    ### END SOLUTION


class DownsampleBlock(nn.Module):
    """A residual block that changes the number of channels, the size of the image, or both.

        y = relu(F(x) + P(x))  with  F(x) = bn2(conv2(relu(bn1(conv1(x)))))  and  P(x) = downsample(x)

    The projection P is there in any case, also when stride is 1 and C' is C.

    Args:
        in_channels, out_channels: C, of x, and C', of y and in between.
        stride: of conv1 and of the projection, at least 1.
    Sub-modules (keys of the state_dict begin with these names):
        conv1, conv2: nn.Conv2d, C -> C' with `stride`, and C' -> C' with stride 1; both 3x3, padding 1, no bias.
        bn1, bn2: nn.BatchNorm2d of C' channels.
        downsample: nn.Sequential of an nn.Conv2d, C -> C', 1x1, `stride`, no padding, no bias, and an nn.BatchNorm2d of
            C' channels; no activation.
    Forward:
        x: (N, C, H, W) -> y: (N, C', ceil(H / stride), ceil(W / stride)).
    Example:
        >>> block = DownsampleBlock(3, 8, 2)
        >>> block(torch.zeros(5, 3, 7, 6)).shape, sum(p.numel() for p in block.parameters())
        (torch.Size([5, 8, 4, 3]), 864)

    Source: He, Zhang, Ren, Sun (2015), section 3.3, option B. Deviations: none.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample = _projection(in_channels, out_channels, stride)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(F(x) + P(x))."""
        ### BEGIN SOLUTION
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h)) + self.downsample(x))
        ### END SOLUTION


### BEGIN SOLUTION


def _projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """Return a 1x1 convolution with a stride, and its batch norm."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
    )


### END SOLUTION


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

    P(x) = x where the shapes agree: stride is 1 and C is 4 B. Else P(x) = downsample(x).

    Args:
        in_channels, channels: C, of x, and B, the width of the bottleneck; y has 4 B channels.
        stride: of conv2, the 3x3, and of the projection, at least 1.
    Sub-modules (keys of the state_dict begin with these names):
        conv1, conv3: nn.Conv2d, C -> B and B -> 4 B, both 1x1, stride 1, no bias.
        conv2: nn.Conv2d, B -> B, 3x3, padding 1, `stride`, no bias.
        bn1, bn2, bn3: nn.BatchNorm2d of B, B and 4 B channels.
        downsample: only where P needs it. nn.Sequential of an nn.Conv2d, C -> 4 B, 1x1, `stride`, no bias, and an
            nn.BatchNorm2d of 4 B channels; no activation.
    Forward:
        x: (N, C, H, W) -> y: (N, 4 B, ceil(H / stride), ceil(W / stride)).
    Example:
        >>> Bottleneck(64, 16)(torch.zeros(2, 64, 5, 5)).shape, Bottleneck(64, 32, 2)(torch.zeros(2, 64, 5, 5)).shape
        (torch.Size([2, 64, 5, 5]), torch.Size([2, 128, 3, 3]))

    Source: He, Zhang, Ren, Sun (2015), section 4.1, figure 5.
    Deviations: the stride is on the 3x3 convolution, not on the first 1x1, which would skip three of four pixels.
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        wide = channels * self.expansion
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        fits = stride == 1 and in_channels == wide
        self.downsample = None if fits else _projection(in_channels, wide, stride)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(F(x) + P(x))."""
        ### BEGIN SOLUTION
        h = torch.relu(self.bn1(self.conv1(x)))
        h = torch.relu(self.bn2(self.conv2(h)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.bn3(self.conv3(h)) + shortcut)
        ### END SOLUTION


class PreActivationBlock(nn.Module):
    """A residual block with norm and activation before each convolution, and nothing after the sum.

        y = F(x) + P(x)  with  a = relu(bn1(x)),  F(x) = conv2(relu(bn2(conv1(a))))

    P(x) = x where the shapes agree: stride is 1 and C is C'. Else P(x) = downsample(a): it reads a, not x.

    Args:
        in_channels, channels: C, of x, and C', of y.
        stride: of conv1 and of the projection, at least 1.
    Sub-modules (keys of the state_dict begin with these names):
        bn1, bn2: nn.BatchNorm2d of C channels, and of C'.
        conv1, conv2: nn.Conv2d, C -> C' with `stride`, and C' -> C' with stride 1; both 3x3, padding 1, no bias.
        downsample: only where P needs it. An nn.Conv2d, C -> C', 1x1, `stride`, no bias; no batch norm.
    Forward:
        x: (N, C, H, W) -> y: (N, C', ceil(H / stride), ceil(W / stride)).
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
        ### BEGIN SOLUTION
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return F(x) + P(x)."""
        ### BEGIN SOLUTION
        a = torch.relu(self.bn1(x))
        shortcut = x if self.downsample is None else self.downsample(a)
        return self.conv2(torch.relu(self.bn2(self.conv1(a)))) + shortcut
        ### END SOLUTION


def zero_init_residual_(model: nn.Module) -> nn.Module:
    """Let every residual block of a model start with an empty branch: F(x) = 0, and y is made of the shortcut alone.

    For this the weight of the last layer of each branch F becomes 0, a batch norm's or a convolution's. A very deep net
    then starts as a shallow one, and each block comes in as training gives it something to do.

    In place: the parameters stay the objects that they were, on their device, in their dtype, with their requires_grad,
    and no graph is built. All other parameters and buffers stay as they are: the biases, the batch norm in a
    projection, and layers outside of blocks.

    Args:
        model: any module that holds blocks of your four classes (ResidualBlock, DownsampleBlock, Bottleneck,
            PreActivationBlock), at any depth, or is one of them; it may hold none.
    Returns:
        The model itself.
    Example:
        >>> model = zero_init_residual_(nn.Sequential(nn.BatchNorm2d(3), ResidualBlock(3)))
        >>> model[0].weight.detach(), model[1].bn1.weight.detach(), model[1].bn2.weight.detach()
        (tensor([1., 1., 1.]), tensor([1., 1., 1.]), tensor([0., 0., 0.]))

    Source: Goyal et al., Accurate, Large Minibatch SGD (2017), section 5.1.
    Deviations: the branch of a PreActivationBlock ends with a convolution, so that gets the zeros.
    """
    ### BEGIN SOLUTION
    for module in model.modules():
        if isinstance(module, Bottleneck):
            nn.init.zeros_(module.bn3.weight)
        elif isinstance(module, (ResidualBlock, DownsampleBlock)):
            nn.init.zeros_(module.bn2.weight)
        elif isinstance(module, PreActivationBlock):
            nn.init.zeros_(module.conv2.weight)
    return model
    ### END SOLUTION


def make_stage(
    block: Callable[[int, int, int], nn.Module], in_channels: int, channels: int, num_blocks: int, stride: int
) -> nn.Sequential:
    """Return some blocks in a row: the first may change the shape, the others keep it.

    Args:
        block: called with three arguments by position it makes a block; the int block.expansion says how many times its
            second argument comes out. Such are basic_block, Bottleneck and PreActivationBlock.
        in_channels, channels, stride: the first block is block(in_channels, channels, stride), every other one
            block(channels * block.expansion, channels, 1).
        num_blocks: how many blocks, at least 1.
    Returns:
        An nn.Sequential of num_blocks blocks, each a new object, and nothing else.
    Example:
        >>> [layer.conv1.in_channels for layer in make_stage(Bottleneck, 64, 32, 3, 2)]
        [64, 128, 128]

    Source: He, Zhang, Ren, Sun (2015), table 1. Deviations: none.
    """
    ### BEGIN SOLUTION
    first = block(in_channels, channels, stride)
    others = (block(channels * block.expansion, channels, 1) for _ in range(num_blocks - 1))
    return nn.Sequential(first, *others)
    ### END SOLUTION


class ResNet(nn.Module):
    """The residual network: a stem, stages of blocks, the mean over the image, one linear layer.

        h = maxpool(relu(bn1(conv1(x))));   h = layer1(h), then layer2, ...;   y = fc(mean of h over its pixels)

    maxpool is 3x3, stride 2, padding 1. Stage i (1, 2, ...) has layers[i - 1] blocks, made with width * 2^(i - 1)
    channels; its first block has stride 2, in stage 1 stride 1.

    Args:
        block: as for `make_stage`: basic_block, Bottleneck, PreActivationBlock or another.
        layers: how many blocks each stage has, for one stage or more. (2, 2, 2, 2) of basic_block is ResNet-18,
            (3, 4, 6, 3) of it ResNet-34, and the same of Bottleneck ResNet-50.
        num_classes, width, in_channels: K, the channels of the stem, and C, of the images.
    Sub-modules (keys of the state_dict begin with these names):
        conv1, bn1: nn.Conv2d, C -> width, 7x7, stride 2, padding 3, no bias; nn.BatchNorm2d of width channels.
        layer1, layer2, ...: a stage each, the nn.Sequential that `make_stage` returns.
        fc: nn.Linear, from the channels that the last stage gives to K, with bias.
    Forward:
        x: (N, C, H, W), H and W at least 1 -> y: (N, K), raw scores: no softmax.
    Example:
        >>> with torch.device("meta"):  # shapes without numbers
        ...     net = ResNet(basic_block, (2, 2, 2, 2))
        >>> sum(p.numel() for p in net.parameters()), ResNet(basic_block, (1,), 5)(torch.zeros(2, 3, 9, 8)).shape
        (11689512, torch.Size([2, 5]))

    Source: He, Zhang, Ren, Sun (2015), table 1. Deviations: any number of stages; `Bottleneck` has its own.
    """

    def __init__(
        self,
        block: Callable[[int, int, int], nn.Module],
        layers: Sequence[int],
        num_classes: int = 1000,
        width: int = 64,
        in_channels: int = 3,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self._stages = [f"layer{i + 1}" for i in range(len(layers))]
        channels = width
        for i, name in enumerate(self._stages):
            self.add_module(name, make_stage(block, channels, width * 2**i, layers[i], 1 if i == 0 else 2))
            channels = width * 2**i * block.expansion
        self.fc = nn.Linear(channels, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of each image."""
        ### BEGIN SOLUTION
        h = torch.relu(self.bn1(self.conv1(x)))
        h = functional.max_pool2d(h, 3, stride=2, padding=1)
        for name in self._stages:
            h = self.get_submodule(name)(h)
        return self.fc(h.mean((2, 3)))
        ### END SOLUTION


class MnistResNet(nn.Module):
    """A small residual network for digits: two convolutions, each followed by pooling and a residual block.

        h = block1(pool(relu(conv1(x))))
        h = block2(pool(relu(conv2(h))))
        y = fc(all numbers of h in a row, for each image: channel by channel, and in each row by row)

    pool is the largest of each 2x2, with stride 2; a last row or column without a partner is left out.

    Args:
        in_channels, num_classes: C, of the images, and K.
        image_size: H and W of the images: an int for both, or a pair (H, W); each at least 16.
    Sub-modules (keys of the state_dict begin with these names):
        conv1, conv2: nn.Conv2d, C -> 16 and 16 -> 32, 5x5, no padding, with bias.
        block1, block2: ResidualBlock of 16 and of 32 channels.
        fc: nn.Linear, from what block2 gives for an image of image_size to K scores, with bias.
    Forward:
        x: (N, C, H, W), of image_size -> y: (N, K), raw scores: no softmax.
    Example:
        >>> MnistResNet().fc.in_features, MnistResNet(image_size=(20, 33)).fc.in_features  # 32 * 4 * 4, 32 * 2 * 5
        (512, 320)

    Source: He, Zhang, Ren, Sun (2015), for the block; a net of this shape is common in courses. Deviations: none.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        sides = (image_size, image_size) if isinstance(image_size, int) else image_size
        height, width = (((side - 4) // 2 - 4) // 2 for side in sides)
        self.conv1 = nn.Conv2d(in_channels, 16, 5)
        self.block1 = ResidualBlock(16)
        self.conv2 = nn.Conv2d(16, 32, 5)
        self.block2 = ResidualBlock(32)
        self.fc = nn.Linear(32 * height * width, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of each image."""
        ### BEGIN SOLUTION
        h = self.block1(functional.max_pool2d(torch.relu(self.conv1(x)), 2))
        h = self.block2(functional.max_pool2d(torch.relu(self.conv2(h)), 2))
        return self.fc(h.flatten(1))
        ### END SOLUTION


def gradient_norms(model: nn.Module, x: Tensor, y: Tensor) -> dict[str, float]:
    """Return how large the gradient of each parameter is, and leave no trace.

    The loss is the mean cross-entropy of the scores model(x) and the labels y. The norm of a gradient is the root of
    the sum of its squares. The model computes in the modes that it is in. It works under torch.no_grad() too.
    Afterwards the parameters, their .grad (a tensor or None), the buffers (running statistics and counters of batch
    norm), all modes and torch's random state are what they were.

    Args:
        model: model(x) are raw scores (N, K). It may hold batch norm, but no dropout.
        x, y: (N, *), a batch, and (N,) int64, its labels; both on the device of the model.
    Returns:
        A dict from the name of each parameter that requires a gradient to the norm of its gradient, a float, in the
        order of `model.named_parameters()`. A parameter that the loss does not depend on has the norm 0.0.
    Example:
        >>> model = nn.Linear(1, 2)
        >>> _ = nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)
        >>> norms = gradient_norms(model, torch.tensor([[4.0]]), torch.tensor([1]))
        >>> {name: round(norm, 4) for name, norm in norms.items()}  # of (2, -2) and (0.5, -0.5)
        {'weight': 2.8284, 'bias': 0.7071}

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010),
    section 4.2. Deviations: norms instead of histograms.
    """
    ### BEGIN SOLUTION
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    with torch.enable_grad():
        scores = torch.func.functional_call(model, buffers, (x,))
        loss = functional.cross_entropy(scores, y)
    gradients = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    norms = (0.0 if g is None else g.norm().item() for g in gradients)
    return dict(zip(parameters, norms, strict=True))
    ### END SOLUTION


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

        plain      h_0 = x,   h_l =           relu(h_{l-1}) W_l^T      for l = 1, ..., depth; W^T is W transposed
        residual   h_0 = x,   h_l = h_{l-1} + relu(h_{l-1}) W_l^T      each W_l is (D, D); there are no biases

    The scores are h_depth, one for each of D classes; the loss is their mean cross-entropy with y. Each net starts from
    gain * torch.randn(depth, D, D, generator=generator, dtype=x.dtype) / sqrt(D), drawn once for both and then moved to
    the device of x, and makes `steps` steps on the whole batch, along its own gradients: W_l <- W_l - lr * gradient.

    Args:
        depth, steps, gain, lr: layers and steps, at least 1; how large the weights start; the learning rate.
        x, y: (N, D) float64 and (N,) int64, labels from 0 to D - 1, on the same device, any.
        generator: of the CPU; no other random numbers are drawn.
    Returns:
        plain_norms, residual_norms: lists of `depth` floats: for W_1, ..., W_depth the norm of the gradient before the
            first step (root of the sum of squares).
        plain_losses, residual_losses: lists of `steps` floats, the loss before each step.
    Example:
        >>> seen = plain_vs_residual(30, torch.eye(4).double(), torch.arange(4), torch.Generator().manual_seed(0))
        >>> seen.plain_norms[0] < 1e-15, seen.residual_norms[0] > 0.1  # the gradient of the first layer
        (True, True)

    Source: He, Zhang, Ren, Sun, Identity Mappings in Deep Residual Networks (2016), section 2.
    Deviations: linear layers without batch norm, the smallest nets that show it.
    """
    ### BEGIN SOLUTION
    d = x.shape[1]
    start = gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / d**0.5
    start = start.to(x.device)
    plain_norms, plain_losses = _descend(start, x, y, False, lr, steps)
    residual_norms, residual_losses = _descend(start, x, y, True, lr, steps)
    return Comparison(plain_norms, residual_norms, plain_losses, residual_losses)
    ### END SOLUTION


### BEGIN SOLUTION


def _descend(
    start: Tensor, x: Tensor, y: Tensor, skip: bool, lr: float, steps: int
) -> tuple[list[float], list[float]]:
    """Train one net; return the norms of its first gradients, and its losses."""
    weights, norms, losses = start.clone().requires_grad_(), [], []
    for step in range(steps):
        h = x
        for weight in weights.unbind():
            branch = torch.relu(h) @ weight.t()
            h = h + branch if skip else branch
        loss = functional.cross_entropy(h, y)
        (gradient,) = torch.autograd.grad(loss, weights)
        if step == 0:
            norms = gradient.flatten(1).norm(dim=1).tolist()
        losses.append(loss.item())
        with torch.no_grad():
            weights -= lr * gradient
    return norms, losses


### END SOLUTION


def freeze_backbone(model: nn.Module, head: str = "fc") -> list[nn.Parameter]:
    """Freeze a trained net but for its head, so that only the head learns a new task.

    The backbone is all but the head. In place, and from now on, whatever model.train() or model.eval() comes later:
    - parameters of the backbone have requires_grad False, those of the head True;
    - batch norms of the backbone (BatchNorm1d, 2d, 3d, at any depth) compute as in evaluation, and keep their buffers;
    - all else follows the mode of the model: batch norms of the head train, a dropout of the backbone drops.
    How that is done is free, as long as the keys of the state_dict and the names of the sub-modules stay. The call
    changes no value, and no mode but those of the backbone's batch norms. The gradient of x still flows through.

    Args:
        model, head: any module; the name of the part that goes on learning, as `model.get_submodule` knows it: "fc",
            or "classifier.1". That part is a layer or holds several, batch norms among them.
    Returns:
        A list of the parameters of the head, in the order of its `parameters()`, for an optimiser.
    Raises:
        ValueError: naming `head` when the model has no sub-module of that name.
    Example:
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 4))
        >>> [tuple(p.shape) for p in freeze_backbone(model, "2")], model.train()(torch.ones(5, 2)).shape
        ([(4, 3), (4,)], torch.Size([5, 4]))
        >>> model[1].running_mean
        tensor([0., 0., 0.])

    Source: Yosinski, Clune, Bengio, Lipson, How transferable are features in deep neural networks? (2014).
    """
    ### BEGIN SOLUTION
    if head not in dict(model.named_modules()):
        raise ValueError(f"head must name a sub-module of the model, not {head!r}")
    kept = model.get_submodule(head)
    model.requires_grad_(False)
    kept.requires_grad_(True)
    inside = set(kept.modules())
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and module not in inside:
            module.register_forward_pre_hook(_evaluate)
    return list(kept.parameters())
    ### END SOLUTION


### BEGIN SOLUTION


def _evaluate(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    """Put a module into evaluation mode, right before it computes."""
    module.eval()


### END SOLUTION


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
        x, y: (N, C, H, W) floating point, images of at least 16 x 16 pixels; (N,) int64, their digits, on the device
            of x. Both stay as they were.
        generator: a generator of the CPU, which only draws the orders.
        epochs, batch_size, lr: how often to go over the samples, 0 for the untrained net; samples of a batch; the
            learning rate.
    Returns:
        model: the net, in evaluation mode. Of digits of MNIST that it has never seen, moved by up to 4 pixels, it reads
            about 0.8 after the training with 700; the nearest mean and a linear model read 0.4.
        losses: a list of `epochs` floats, for each epoch the mean over its samples of the losses that the steps were
            made from.
    Example:
        >>> x, y = torch.rand(30, 1, 16, 16), torch.arange(30) % 10
        >>> run = train_resnet(x, y, torch.Generator().manual_seed(0), epochs=2)
        >>> run.model(x[:5]).shape, run.model.training, len(run.losses)
        (torch.Size([5, 10]), False, 2)

    Source: LeCun, Cortes and Burges, The MNIST database (1998), whose images they are; moved at random here.
    """
    ### BEGIN SOLUTION
    model = MnistResNet(x.shape[1], 10, (x.shape[2], x.shape[3])).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).to(x.device).split(batch_size):
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return TrainingRun(model.eval(), losses)
    ### END SOLUTION


class MendedDownsampleBlock(nn.Module):
    """A residual block that shrinks the image. The code that is given runs, and is wrong: mend it.

        y = relu(F(x) + P(x))  with  F(x) = bn2(conv2(relu(bn1(conv1(x)))))  and  P(x) = norm(project(x))

    P takes every stride-th pixel in both directions, beginning with the first, as conv1 does. Differentiable in x,
    through F and through P.

    Args:
        in_channels, out_channels: C, of x, and C', of y and in between.
        stride: of conv1 and of the projection, at least 1.
    Sub-modules (keys of the state_dict begin with these names):
        conv1, conv2: nn.Conv2d, C -> C' with `stride`, and C' -> C' with stride 1; both 3x3, padding 1, no bias.
        project: nn.Conv2d, C -> C', 1x1, `stride`, no padding, no bias.
        bn1, bn2, norm: nn.BatchNorm2d of C' channels.
    Forward:
        x: (N, C, H, W) -> y: (N, C', ceil(H / stride), ceil(W / stride)).
    Example:
        >>> MendedDownsampleBlock(3, 8, 2)(torch.zeros(5, 3, 7, 6)).shape
        torch.Size([5, 8, 4, 3])

    Source: He, Zhang, Ren, Sun (2015), section 3.3, option B. Deviations: none.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.project = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        ### BEGIN STUB
        # super().__init__()
        # self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        # self.bn1 = nn.BatchNorm2d(out_channels)
        # self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        # self.bn2 = nn.BatchNorm2d(out_channels)
        # self.project = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        # self.norm = nn.BatchNorm2d(out_channels)
        ### END STUB
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(F(x) + P(x))."""
        ### BEGIN SOLUTION
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h)) + self.norm(self.project(x)))
        ### BEGIN STUB
        # identity = x.detach().clone()
        # h = torch.relu(self.bn1(self.conv1(x)))
        # h = torch.relu(self.bn2(self.conv2(h)))
        # shortcut = self.norm(self.project(identity))
        # return h + shortcut[:, :, : h.shape[2], : h.shape[3]]
        ### END STUB
        ### END SOLUTION


def fix_fine_tuning(
    model: nn.Module, num_classes: int, batches: Sequence[tuple[Tensor, Tensor]], epochs: int, lr: float
) -> list[float]:
    """Give a trained net a new last layer, and train that alone. The code that is given runs, and is wrong: mend it.

    First model.fc becomes a new nn.Linear from as many features to num_classes scores, as torch starts it, in the
    dtype and on the device of the old one. All other parameters and all buffers keep their values for good: they
    require no gradient any more, and the whole model is in evaluation mode, in which it is left. Then, in each epoch
    and for each batch in order: the mean cross-entropy of model(x) and y, and one step w <- w - lr * gradient for fc.

    Args:
        model: x -> scores (B, K); its last layer is `fc`, an nn.Linear. May hold batch norm and dropout. It changes.
        num_classes: of the new task; the labels lie below it.
        batches: pairs (x, y) on the device of the model; gone over once in each epoch.
        epochs, lr: how often; the learning rate.
    Returns:
        A list of floats, for each epoch the mean over its batches of the losses before the steps.
    Example:
        >>> model = nn.Sequential()
        >>> model.add_module("fc", nn.Linear(4, 10))
        >>> losses = fix_fine_tuning(model, 3, [(torch.zeros(2, 4), torch.tensor([0, 1]))], epochs=5, lr=0.1)
        >>> len(losses), model.fc.out_features, model.training
        (5, 3, False)

    Source: Yosinski et al., How Transferable are Features in Deep Neural Networks? (2014).
    """
    ### BEGIN SOLUTION
    old = model.fc.weight
    model.requires_grad_(False)
    model.fc = nn.Linear(old.shape[1], num_classes, dtype=old.dtype, device=old.device)
    model.eval()
    optimizer = torch.optim.SGD(model.fc.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x, y in batches:
            loss = functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
    ### BEGIN STUB
    # model.requires_grad = False
    # optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    # old = model.fc.weight
    # model.fc = nn.Linear(old.shape[1], num_classes, dtype=old.dtype, device=old.device)
    # losses = []
    # for _ in range(epochs):
    #     model.train()
    #     total = 0.0
    #     for x, y in batches:
    #         loss = functional.cross_entropy(model(x), y)
    #         optimizer.zero_grad()
    #         loss.backward()
    #         optimizer.step()
    #         total += loss.item()
    #     losses.append(total / len(batches))
    # model.eval()
    # return losses
    ### END STUB
    ### END SOLUTION
