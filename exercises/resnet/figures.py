"""The figures of the lesson on residual networks: `python docs/figures.py resnet` draws them."""

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from plotting import BLUE, FILL, GREEN, INK, ORANGE, PURPLE, QUIET, RED, SERIES, arrow, box, charts, drawing
from torch.nn import functional

from grader.data.load import load
from solutions.cnn import BatchNorm2d, count_parameters
from solutions.projects import depth
from solutions.resnet import (
    Bottleneck,
    DownsampleBlock,
    MnistResNet,
    ResidualBlock,
    ResNet,
    basic_block,
    freeze_backbone,
    plain_vs_residual,
)


def _digits(every):
    part = load("mnist").train
    return part.x[::every], part.y[::every]


def degradation() -> Figure:
    """Training loss of three small nets with batch norm on 100 digits. Six plain layers learn well; twenty plain
    layers, which could do the same and more, stay far above them; twenty layers in residual blocks come down
    again."""
    x, y = _digits(40)
    x = functional.avg_pool2d(x, 4).double()
    figure, axes = charts(height=2.5, width=5.4)
    nets = (
        (2, False, BLUE, "6 layers, plain"),
        (9, False, RED, "20 layers, plain"),
        (9, True, GREEN, "20 layers, residual"),
    )
    for blocks, residual, color, name in nets:
        torch.manual_seed(0)
        order = torch.Generator().manual_seed(0)
        run = depth(x, y, order, blocks=blocks, residual=residual, epochs=6, batch_size=10, lr=0.1)
        axes.plot(range(1, 7), run.losses, marker="o", markersize=3.5, color=color, label=name)
    axes.set(xlabel="epoch", ylabel="training loss", ylim=(0, 2.9), xticks=range(1, 7))
    axes.legend(loc="lower left")
    return figure


def gradients_by_depth() -> Figure:
    """The gradient of the first layer in nets of 1 to 40 layers. With gain 0.3 that of the plain net falls to about
    a fifth with each layer, to 1e-30, that of the residual net stays near 1; with gain 1.4 the plain one falls
    slowly and the residual one explodes. Right, the losses at depth 30: the plain net does not move."""
    x = torch.randn(40, 10, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    y = torch.arange(40) % 10
    figure, axes = charts(1, 3, height=2.5)
    depths = (1, 5, 10, 20, 30, 40)
    for each, gain in zip(axes, (0.3, 1.4), strict=False):
        found = [
            plain_vs_residual(n, x, y, torch.Generator().manual_seed(0), gain=gain, steps=1) for n in depths
        ]
        each.plot(depths, [run.plain_norms[0] for run in found], color=RED, marker="o", markersize=3)
        each.plot(depths, [run.residual_norms[0] for run in found], color=GREEN, marker="o", markersize=3)
        each.set(yscale="log", ylim=(1e-32, 1e8), xlabel="layers", title=f"gradient, gain {gain}")
        each.minorticks_off()
    run = plain_vs_residual(30, x, y, torch.Generator().manual_seed(0), steps=20)
    axes[2].plot(run.plain_losses, color=RED, label="plain")
    axes[2].plot(run.residual_losses, color=GREEN, label="residual")
    axes[2].set(xlabel="step", title="loss at depth 30", ylim=(0, None))
    axes[2].legend(loc="lower left")
    return figure


def blocks() -> Figure:
    """Three blocks with shapes and parameters. A residual block: two 3×3 convolutions, and x is added before the
    last ReLU. One that shrinks: stride 2 in the first convolution and in the 1×1 convolution of the shortcut. A
    bottleneck: 1×1 from 256 to 64 channels, 3×3, 1×1 back to 256."""
    figure, axes = drawing(height=4.0)
    cases = (
        ("ResidualBlock", ResidualBlock(64), (64, 56, 56)),
        ("DownsampleBlock", DownsampleBlock(64, 128, 2), (64, 56, 56)),
        ("Bottleneck", Bottleneck(256, 64), (256, 56, 56)),
    )
    for place, (name, block, shape) in enumerate(cases):
        with torch.no_grad():
            y = block(torch.zeros(1, *shape))
        _block(axes, 0.85 + 2.5 * place, name, block, shape, tuple(y.shape[1:]))
    return figure


def _layer(conv):
    size = "×".join(map(str, conv.kernel_size))
    stride = f", stride {conv.stride[0]}" if conv.stride[0] > 1 else ""
    return f"{size}{stride}\n{conv.in_channels} → {conv.out_channels}"


def _block(axes, x, name, block, shape, result):
    """One block from top to bottom, its branch at x, its shortcut right of it."""
    convs = [layer for part, layer in block.named_children() if part.startswith("conv")]
    heights = (2.75, 1.75) if len(convs) == 2 else (2.9, 2.1, 1.3)
    texts = [" × ".join(map(str, sizes)) for sizes in (shape, result)]
    axes.text(x + 0.4, 3.8, f"{name}: {count_parameters(block):,}", ha="center", va="center")
    axes.text(x, 3.5, texts[0], ha="center", va="center", color=QUIET)
    top = 3.4
    for place, (conv, y) in enumerate(zip(convs, heights, strict=True)):
        arrow(axes, (x, top), (x, y + 0.21))
        if place:
            axes.text(x + 0.07, (top + y + 0.21) / 2, "bn, relu", va="center", fontsize=8, color=QUIET)
        box(axes, x, y, _layer(conv), width=1.25, edgecolor=BLUE, linewidth=1.4)
        axes.texts[-1].set_fontsize(8.5)
        top = y - 0.21
    arrow(axes, (x, top), (x, 0.86))
    axes.text(x + 0.07, (top + 0.86) / 2, "bn", va="center", fontsize=8, color=QUIET)
    axes.add_patch(Circle((x, 0.75), 0.11, facecolor=FILL, edgecolor=GREEN, linewidth=1.4))
    axes.text(x, 0.745, "+", ha="center", va="center")
    arrow(axes, (x, 0.64), (x, 0.35))
    axes.text(x + 0.07, 0.5, "relu", va="center", fontsize=8, color=QUIET)
    axes.text(x, 0.23, texts[1], ha="center", va="center", color=QUIET)
    side = x + 1.15
    axes.plot((x, side, side), (3.3, 3.3, 0.75), color=GREEN, linewidth=1.6, zorder=0.5)
    arrow(axes, (side, 0.75), (x + 0.11, 0.75), color=GREEN, linewidth=1.6)
    projection = dict(block.named_children()).get("downsample")
    if projection is None:
        axes.text(side - 0.07, 1.05, "x", ha="right", va="center", color=GREEN)
        return
    box(
        axes,
        side,
        1.75,
        f"{_layer(projection[0])}\nbn",
        width=0.86,
        height=0.62,
        edgecolor=GREEN,
        linewidth=1.4,
    )
    axes.texts[-1].set_fontsize(7.5)


def resnet_18() -> Figure:
    """ResNet-18 for an image of 224 by 224 as a row of boxes: a stem, four stages, the mean with the linear layer.
    From stage to stage the sides halve and the channels double; most of the parameters are in the last stage."""
    net, x = ResNet(basic_block, (2, 2, 2, 2)), torch.zeros(1, 3, 224, 224)
    shapes = {}
    for name, module in net.named_children():
        module.register_forward_hook(
            lambda _, given, y, name=name: shapes.update({name: (given[0].shape, y.shape)})
        )
    with torch.no_grad():
        net(x)
    steps = [
        ("image", x.shape, 0),
        ("conv1, pooling", shapes["layer1"][0], count_parameters(net.conv1) + count_parameters(net.bn1)),
    ]
    for i in range(1, 5):
        steps.append((f"layer{i}", shapes[f"layer{i}"][1], count_parameters(net.get_submodule(f"layer{i}"))))
    steps.append(("mean, fc", shapes["fc"][1], count_parameters(net.fc)))
    figure, axes = drawing(height=1.3)
    for place, (name, shape, count) in enumerate(steps):
        middle = 0.58 + place * 1.04
        color = BLUE if name.startswith("layer") else PURPLE if "fc" in name else QUIET
        text = f"{name}\n{' × '.join(map(str, shape[1:]))}"
        box(axes, middle, 0.85, text, width=0.9, height=0.62, edgecolor=color, linewidth=1.4)
        axes.texts[-1].set_fontsize(7.5)
        if count:
            axes.text(middle, 0.27, f"{count:,}", ha="center", va="center", fontsize=8.5)
        if place < len(steps) - 1:
            arrow(axes, (middle + 0.45, 0.85), (middle + 0.59, 0.85))
    axes.text(0.58, 0.27, "parameters", ha="center", va="center", color=QUIET, fontsize=8.5)
    return figure


def batch_norm() -> Figure:
    """What three channels in an untrained net hold, over 200 digits. Before batch norm each has its own middle and
    width, and a ReLU would cut off most of one and little of another. After it all three have mean 0 and deviation
    1."""
    x, _ = _digits(20)
    net, seen = MnistResNet(), []
    for layer in (net.block2.conv1, net.block2.bn1):
        layer.register_forward_hook(lambda _, given, y: seen.append(y.detach().transpose(0, 1).flatten(1)))
    with torch.no_grad():
        net(x)
    order = seen[0].mean(1).argsort()
    figure, axes = charts(1, 2, height=2.3)
    titles = ("before batch norm", "after batch norm")
    for each, values, title, ends in zip(axes, seen, titles, ((-1.2, 1.2), (-4, 4)), strict=True):
        for channel, color in zip(order[[0, len(order) // 2, -1]], SERIES, strict=False):
            counts = torch.histc(values[channel], 40, *ends)
            middles = torch.linspace(*ends, 41)[:-1] + (ends[1] - ends[0]) / 80
            share = counts / len(values[channel]) / (ends[1] - ends[0]) * 40
            mean, deviation = values[channel].mean(), values[channel].std()
            each.plot(
                middles,
                share,
                color=color,
                label=f"{mean + 0.0:.2f} ± {deviation:.2f}".replace("-0.00", "0.00"),
            )
        each.axvline(0, color=QUIET, linewidth=0.8)
        each.set(title=title, xlabel="value", yticks=())
        each.legend(fontsize=8, title="mean ± deviation", title_fontsize=8)
    return figure


def gradient_through_batch_norm() -> Figure:
    """What batch norm does to a gradient g of eight values, over x̂. Left, g from above; middle, without its mean: the
    bars add up to 0; right, without its part along x̂ too, the dashed line. Divided by σ, that is what x gets."""
    order = torch.Generator().manual_seed(3)
    x = torch.linspace(1, 3, 8, dtype=torch.float64, requires_grad=True)
    g = torch.randn(8, generator=order, dtype=torch.float64) + 0.6 + 0.5 * x.detach()
    layer = BatchNorm2d(1).double()
    y = layer(x.reshape(1, 1, 2, 4)).flatten()
    (slope,) = torch.autograd.grad(y, x, g)
    hat, sigma = y.detach(), (x.detach().var(correction=0) + layer.eps).sqrt()
    level = g - g.mean()
    last = level - hat * (g * hat).mean()
    assert torch.allclose(last / sigma, slope)
    figure, axes = charts(1, 3, height=2.3, sharey=True)
    titles = ("g, from above", "minus its mean", "minus its part along x̂")
    for each, bars, title, color in zip(axes, (g, level, last), titles, (ORANGE, PURPLE, BLUE), strict=True):
        each.bar(hat, bars, width=0.25, color=color, zorder=2)
        each.axhline(0, color=QUIET, linewidth=0.8)
        along = (bars * hat).sum() + 0.0
        sums = f"sum {bars.sum():.1f}, along x̂ {along:.1f}".replace("-0.0", "0.0")
        each.set(title=title, xlabel=sums)
    axes[0].plot(hat, hat * 0 + g.mean(), color=INK, linewidth=0.9, linestyle="--")
    axes[1].plot(hat, hat * (g * hat).mean(), color=INK, linewidth=0.9, linestyle="--")
    return figure


def running_statistics() -> Figure:
    """Left, the mean of a channel in 50 batches: the running mean with momentum 0.1 needs 20 batches to come near,
    that with momentum None is the plain mean of all. Right, other pictures pass through a net whose parameters are
    frozen: in training mode its scores drift, after freeze_backbone they stay."""
    x, _ = _digits(8)
    x = x[torch.randperm(len(x), generator=torch.Generator().manual_seed(0)), :, 6:22, 6:22]
    batches = x.split(10)[:50]
    figure, axes = charts(1, 2, height=2.5)
    for momentum, color in ((0.1, BLUE), (None, ORANGE)):
        layer, path = BatchNorm2d(1, momentum=momentum), [0.0]
        for batch in batches:
            layer(batch)
            path.append(layer.running_mean.item())
        axes[0].plot(path, color=color, label=f"momentum {momentum}")
    means = [batch.mean() for batch in batches]
    axes[0].plot(range(1, 51), means, marker=".", color=QUIET, linestyle="none", label="a batch", zorder=1)
    axes[0].set(xlabel="batch", title="running mean", ylim=(0, None))
    axes[0].legend(fontsize=8, loc="lower right")
    for frozen, color, name in ((False, RED, "requires_grad_(False)"), (True, GREEN, "freeze_backbone")):
        axes[1].plot(_drift(batches, frozen), color=color, label=name)
    axes[1].set(xlabel="batch", title="largest change of a score")
    axes[1].legend(fontsize=8, loc="upper left")
    return figure


@torch.no_grad()
def _drift(batches, frozen):
    """How far the scores of some digits move while other pictures pass through a net that is not trained."""
    torch.manual_seed(0)
    net = MnistResNet(image_size=16)
    shown = torch.cat(batches[:2])
    for batch in batches[:15]:  # the statistics of its own digits
        net(batch)
    if frozen:
        freeze_backbone(net)
    else:
        net.requires_grad_(False)
    start, moved = net.eval()(shown), [0.0]
    for batch in batches[20:40]:
        net.train()(1 - batch)
        moved.append((net.eval()(shown) - start).abs().max().item())
    return moved
