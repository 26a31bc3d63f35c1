"""The figures of the lesson on Inception: `python docs/figures.py inception` draws them."""

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from plotting import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    QUIET,
    RED,
    RULE,
    arrow,
    box,
    charts,
    drawing,
    heat,
    image,
    label_rows,
)
from torch.nn import functional

from grader.data.load import load
from solutions.cnn import edge_filter
from solutions.inception import (
    AuxiliaryHead,
    GoogLeNet,
    Inception,
    InceptionA,
    concat_branches,
    multiplications,
    pointwise_conv,
)

BRANCHES = (BLUE, ORANGE, GREEN, PURPLE)


def _shapes(net, x):
    """Run a net, and return the shape that each of its modules gives, without the batch: by name."""
    found = {}
    for name, module in net.named_modules():
        module.register_forward_hook(lambda _, given, y, name=name: found.update({name: y}))
    with torch.no_grad():
        net(x)
    return {name: tuple(y.shape[1:]) for name, y in found.items() if isinstance(y, torch.Tensor)}


def _times(shape):
    return " × ".join(map(str, shape))


def inception_block() -> Figure:
    """An Inception block of GoogLeNet. An image of 192 channels goes into four branches side by side: 1×1; 1×1 and
    then 3×3; 1×1 and then 5×5; max pooling and then 1×1. They give 64, 128, 32 and 32 channels of the same 28 by 28
    pixels, which are put one after another: 256."""
    with torch.device("meta"):
        block, x = Inception(192, 64, (96, 128), (16, 32), 32), torch.zeros(1, 192, 28, 28)
    shapes = _shapes(block, x)

    def layer(name):
        conv = block.get_submodule(name).conv
        size = "×".join(map(str, conv.kernel_size))
        return f"{size}: {conv.in_channels} → {conv.out_channels}"

    rows = (
        (None, "branch1"),
        ("branch2_reduce", "branch2"),
        ("branch3_reduce", "branch3"),
        ("max pooling 3×3", "branch4"),
    )
    figure, axes = drawing(height=2.9)
    box(axes, 0.75, 1.45, f"x\n{_times(x.shape[1:])}", width=1.2, height=0.6)
    box(axes, 6.55, 1.45, f"joined\n{_times(shapes[''])}", width=1.25, height=2.4)
    for (first, second), y, color in zip(rows, (2.5, 1.8, 1.1, 0.4), BRANCHES, strict=True):
        start = (1.35, 1.45 + (y - 1.45) * 0.2)
        if first:
            text = layer(first) if first in shapes else first
            box(axes, 2.65, y, text, width=1.45, edgecolor=color, linewidth=1.5)
            arrow(axes, start, (1.92, y))
            arrow(axes, (3.38, y), (3.72, y))
        else:
            axes.plot((start[0], 1.75), (start[1], y), color=QUIET, linewidth=1.2)  # round the boxes below
            arrow(axes, (1.75, y), (3.72, y))
        box(axes, 4.45, y, layer(second), width=1.45, edgecolor=color, linewidth=1.5)
        arrow(axes, (5.18, y), (5.92, y), color=color)
        axes.text(5.5, y + 0.06, str(shapes[second][0]), ha="center", va="bottom", color=color)
    return figure


def one_matrix_for_all_pixels() -> Figure:
    """Three channels, a digit and how strong its upright and its level edges are, become two by one matrix of 2 by
    3. The first filter adds the edges, the second takes half of them from the digit. At each pixel three numbers go
    in and two come out: those of the red pixel stand above the pictures."""
    part = load("mnist").train
    digit = part.x[part.y == 4][2, 0]
    edges = [edge_filter(digit, way).response.abs() / 4 for way in ("vertical", "horizontal")]
    x = torch.stack([digit[1:-1, 1:-1], *edges])
    weight = torch.tensor([[0.0, 1.0, 1.0], [1.0, -0.5, -0.5]])
    y = pointwise_conv(x[None], weight[:, :, None, None])[0]
    row, column = divmod(int((x[0] + x[1] + x[2]).argmax()), 26)
    figure, axes = charts(1, 6, height=1.75, width_ratios=(1, 1, 1, 1.35, 1, 1))
    for each, picture in zip((*axes[:3], *axes[4:]), (*x, *y), strict=True):
        image(each, picture.clamp(min=0), f"{picture[row, column]:.2f}")
        frame = Rectangle((column - 1, row - 1), 2, 2, fill=False, edgecolor=RED, linewidth=1.5)
        each.add_patch(frame)
    heat(axes[3], weight.clamp(min=0), low=0, high=2)
    heat(axes[3], -weight.clamp(max=0), low=0, high=2, color=ORANGE)
    for f in range(2):
        for c in range(3):
            axes[3].text(c, f, f"{weight[f, c]:g}", ha="center", va="center", fontsize=8.5)
    axes[3].set(xticks=[], yticks=[])
    axes[3].set_title("2 filters × 3 channels", loc="center", fontsize=8.5)
    axes[3].spines[:].set_visible(True)
    return figure


def reduction() -> Figure:
    """Multiplications from 192 to 32 channels of 28 by 28 pixels. A 5×5 convolution alone needs 120 million; a 1×1
    to 16 channels in front of it 2.4 and 10 million. At the right the same for any number R of reduced channels: a
    line through 0, which pays as long as R is below 155."""
    direct = multiplications([(192, 28, 28), (32, 5, 1, 2)])
    narrow = multiplications([(192, 28, 28), (16, 1, 1, 0)])
    both = [multiplications([(192, 28, 28), (r, 1, 1, 0), (32, 5, 1, 2)]) for r in (1, 16, 192)]
    figure, axes = charts(1, 2, height=2.3, width_ratios=(1.4, 1))
    axes[0].barh(1, direct / 1e6, color=ORANGE, height=0.5)
    axes[0].barh(0, narrow / 1e6, color=BLUE, height=0.5)
    axes[0].barh(0, (both[1] - narrow) / 1e6, left=narrow / 1e6, color=ORANGE, height=0.5)
    axes[0].text(direct / 2e6, 1, f"5×5: {direct:,}", ha="center", va="center", color=PAPER)
    note = f"1×1: {narrow:,}\n5×5: {both[1] - narrow:,}\ntogether {both[1]:,}"
    axes[0].text(both[1] / 1e6 + 3, 0, note, va="center")
    axes[0].set(
        yticks=(1, 0), yticklabels=("alone", "R = 16"), xlabel="million multiplications", ylim=(-0.5, 1.4)
    )
    axes[0].grid(visible=False)
    axes[1].plot((0, 192), (0, both[2] / 1e6), color=BLUE, label="1×1 to R, then 5×5")
    axes[1].axhline(direct / 1e6, color=ORANGE, label="5×5 alone")
    axes[1].plot(16, both[1] / 1e6, marker="o", color=BLUE)
    even = direct / both[0]
    axes[1].plot(even, direct / 1e6, marker="o", color=INK)
    axes[1].annotate(f"R = {even:.0f}", (even, direct / 1e6), (even - 45, direct / 1e6 + 12))
    axes[1].set(xlabel="reduced channels R", ylabel="million", xticks=(0, 16, 96, 192), ylim=(0, 160))
    axes[1].legend(fontsize=8, loc="lower right")
    return figure


def reach() -> Figure:
    """One white pixel goes through an InceptionA whose weights are all 1, and this much is not 0 after each
    branch: one pixel after the 1×1; 5 by 5 after the 5×5; 5 by 5 after two 3×3 as well, strongest in the middle;
    3 by 3 after the average pooling."""
    block = InceptionA(1)
    with torch.no_grad():
        for name, parameter in block.named_parameters():
            parameter.fill_(float(name.endswith("weight")))
        x = torch.zeros(1, 1, 9, 9)
        x[..., 4, 4] = 1.0
        y = block(x)[0]
    figure, axes = charts(1, 4, height=2.2)
    firsts = (0, 16, 40, 64)
    names = ("1×1", "1×1 → 5×5", "1×1 → 3×3 → 3×3", "average → 1×1")
    for each, first, name in zip(axes, firsts, names, strict=True):
        picture = y[first]
        heat(each, picture, low=0)
        reached = (picture > 1e-6).any(0).sum().item()
        each.set_title(f"{name}", loc="center", fontsize=9)
        each.set_xlabel(f"reaches {reached} × {reached}")
        each.set(xticks=[], yticks=[])
        each.hlines([i - 0.5 for i in range(1, 9)], -0.5, 8.5, color=RULE, linewidth=0.5)
        each.vlines([i - 0.5 for i in range(1, 9)], -0.5, 8.5, color=RULE, linewidth=0.5)
        each.spines[:].set_visible(True)
    return figure


def joining() -> Figure:
    """Four branches with two channels each, of two images: a square is a channel, its colour the branch, its letter
    the image. Joined along the channels each image has its own eight. Joined along the first axis and reshaped,
    both have eight channels too, but each row holds channels of both images, and the last two branches are missing
    in the first row."""
    count, channels = 2, 2
    # each number says which image and which branch it belongs to
    branches = [
        (torch.arange(count)[:, None] + 10 * b).expand(count, channels)[:, :, None, None] for b in range(4)
    ]
    right = concat_branches(branches)
    wrong = torch.cat(branches).reshape(count, 4 * channels, 1, 1)
    figure, axes = charts(1, 2, height=1.35)
    for each, joined, title in ((axes[0], right, "dim=1"), (axes[1], wrong, "dim=0, then reshape")):
        for i in range(count):
            for c in range(4 * channels):
                branch, which = divmod(int(joined[i, c]), 10)
                each.add_patch(Rectangle((c, -i), 0.92, 0.9, facecolor=BRANCHES[branch], alpha=0.5))
                each.text(c + 0.46, 0.45 - i, "AB"[which], ha="center", va="center")
        each.set(xlim=(-1.5, 8.1), ylim=(-1.1, 1))
        for i in range(count):
            each.text(-0.2, 0.45 - i, f"y[{i}]", ha="right", va="center", color=QUIET)
        each.set_axis_off()
        each.set_title(title, loc="center")
    return figure


def googlenet() -> Figure:
    """The small GoogLeNet as a row of boxes with shapes for an image of 28 by 28: stem, three Inception blocks with
    a pooling between them, the mean over the pixels, the linear layer. After the first and the second block hangs
    an auxiliary head with ten scores of its own, while training."""
    net = GoogLeNet()
    shapes = _shapes(net, torch.zeros(2, 1, 28, 28))
    halves = [tuple(net.pool(torch.zeros(1, *shapes[f"inception{i}"])).shape[1:]) for i in (1, 2)]
    steps = (
        ("image", (1, 28, 28)),
        ("stem", shapes["stem"]),
        ("inception1", shapes["inception1"]),
        ("pooling", halves[0]),
        ("inception2", shapes["inception2"]),
        ("pooling", halves[1]),
        ("inception3", shapes["inception3"]),
        ("mean, fc", shapes["fc"]),
    )
    figure, axes = drawing(height=1.8)
    colors = {"inception": BLUE, "pooling": GREEN, "mean, fc": PURPLE}
    for place, (name, shape) in enumerate(steps):
        x, last = 0.5 + place * 0.915, place == len(steps) - 1
        color = colors.get(name.rstrip("123"), QUIET)
        text = f"{name}\n{_times(shape)}"
        box(axes, x, 1.4, text, width=0.8, height=0.6, edgecolor=color, linewidth=1.4)
        axes.texts[-1].set_fontsize(7.5)
        if not last:
            arrow(axes, (x + 0.4, 1.4), (x + 0.515, 1.4))
    for number, place in ((1, 2), (2, 4)):
        x = 0.5 + place * 0.915
        arrow(axes, (x, 1.1), (x, 0.72), color=ORANGE)
        text = f"auxiliary{number}\n{_times(shapes[f'auxiliary{number}'])} scores"
        box(axes, x, 0.42, text, width=1.2, height=0.6, edgecolor=ORANGE, linewidth=1.4)
        axes.texts[-1].set_fontsize(8)
    return figure


def auxiliary_heads() -> Figure:
    """Left, an auxiliary head with the shapes of the first one, from 16 channels to ten scores. Right, which part
    of an untrained GoogLeNet gets how long a gradient from each of the three losses, on 100 digits: the loss at the
    end reaches all parts, that of the second head stem and two blocks, that of the first head stem and one
    block."""
    head = AuxiliaryHead(16)
    shapes = _shapes(head, torch.zeros(2, 16, 28, 28))
    steps = (
        ("x", (16, 28, 28)),
        ("average", shapes["pool"]),
        ("1×1", shapes["reduce"]),
        ("linear, relu", shapes["fc1"]),
        ("dropout, linear", shapes["fc2"]),
    )
    figure, axes = charts(1, 2, height=2.5, width_ratios=(1, 1.5))
    axes[0].set(xlim=(0, 2.6), ylim=(0, 2.5))
    axes[0].set_axis_off()
    for place, (name, shape) in enumerate(steps):
        y = 2.25 - place * 0.5
        box(axes[0], 0.72, y, name, width=1.3, height=0.32, edgecolor=ORANGE)
        axes[0].text(1.5, y, _times(shape), va="center", color=QUIET)
        if place < len(steps) - 1:
            arrow(axes[0], (0.72, y - 0.16), (0.72, y - 0.34))
    _gradients(axes[1])
    return figure


def _gradients(axes):
    """A table of the norms of gradients, by loss and by part."""
    part = load("mnist").train
    x, y = functional.avg_pool2d(part.x[::40], 2), part.y[::40]
    net = GoogLeNet(dropout=0.0)
    names = ("stem", "inception1", "inception2", "inception3")
    table = torch.zeros(3, 4)
    for i, scores in enumerate(net(x)):
        loss = functional.cross_entropy(scores, y)
        for j, name in enumerate(names):
            weights = list(net.get_submodule(name).parameters())
            slopes = torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True)
            table[i, j] = sum(float(g.square().sum()) for g in slopes if g is not None) ** 0.5
    table = table[[0, 2, 1]]
    heat(axes, table, low=0)
    label_rows(axes, ("stem", "block 1", "block 2", "block 3"), ("main", "auxiliary2", "auxiliary1"))
    for i in range(3):
        for j in range(4):
            text = f"{table[i, j]:.2f}" if table[i, j] else "–"
            axes.text(j, i, text, ha="center", va="center")
    axes.set_title("length of the gradient", loc="center")
