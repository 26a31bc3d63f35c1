"""The figures of the lesson on convolutional networks: `python docs/figures.py cnn` draws them."""

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from plotting import (
    BLUE,
    FILL,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    RED,
    RULE,
    SERIES,
    arrow,
    box,
    charts,
    drawing,
    heat,
    image,
)
from torch import nn

from grader.data.load import load
from solutions.cnn import (
    LeNet,
    conv_output_size,
    corr2d,
    count_parameters,
    edge_filter,
    equivariance_error,
    im2col,
    learn_filter,
    max_pool2d,
    receptive_field,
    shift,
)


def _digit():
    """A four of MNIST, (28, 28): it has upright and slanting strokes."""
    part = load("mnist").train
    return part.x[part.y == 4][2, 0]


def _signed(axes, values, most):
    """Draw a matrix in two colours: above 0 blue, below 0 orange."""
    heat(axes, values.clamp(min=0), color=BLUE, low=0, high=most)
    heat(axes, -values.clamp(max=0), color=ORANGE, low=0, high=most)


def _numbers(axes, values, form):
    """Write the numbers of a small matrix into its squares."""
    for (i, j), value in zip(
        torch.cartesian_prod(*map(torch.arange, values.shape)), values.flatten(), strict=True
    ):
        text = format(value.item(), form)
        axes.text(j, i, "0.0" if text == "-0.0" else text, ha="center", va="center", fontsize=8.5)
    rows, columns = values.shape
    axes.set(xticks=[], yticks=[], xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    for i in range(1, rows):
        axes.axhline(i - 0.5, color=RULE, linewidth=0.6)
    for j in range(1, columns):
        axes.axvline(j - 0.5, color=RULE, linewidth=0.6)
    axes.spines[:].set_visible(True)


def sliding_window() -> Figure:
    """A kernel of 3 by 3 slides over a digit. The nine pixels of the window framed in red, each times the number of
    the kernel at its place, added up, are the red pixel of the response. It is blue where the image gets brighter
    to the right, orange where it gets darker: along the strokes."""
    digit = _digit()
    kernel, response = edge_filter(digit, "vertical")
    row, column = divmod(int(response.argmax()), response.shape[1])
    window = digit[row : row + 3, column : column + 3]
    figure, axes = charts(1, 4, height=2.5, width_ratios=(1.5, 1, 1, 1.5))
    image(axes[0], digit, f"image, {len(digit)} × {len(digit)}")
    axes[0].add_patch(Rectangle((column - 0.5, row - 0.5), 3, 3, fill=False, edgecolor=RED, linewidth=2))
    heat(axes[1], window, low=0, high=2)
    _numbers(axes[1], window, ".2f")
    axes[1].spines[:].set(color=RED, linewidth=2)
    axes[1].set_title("one window", loc="center", fontsize=8.5)
    _signed(axes[2], kernel, 5)
    _numbers(axes[2], kernel, ".0f")
    axes[2].set_title("kernel", loc="center", fontsize=8.5)
    _signed(axes[3], response, response.abs().max())
    axes[3].add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=RED, linewidth=2))
    axes[3].set(xticks=[], yticks=[])
    axes[3].spines[:].set_visible(True)
    axes[3].set_title(f"response, {len(response)} × {len(response)}", loc="center", fontsize=8.5)
    axes[3].set_xlabel(f"red: {response[row, column]:.2f}")
    axes[1].set_xlabel("times")
    axes[2].set_xlabel("added up")
    return figure


def output_sizes() -> Figure:
    """Four times a kernel of 3 on 7 by 7 pixels, with a point at the upper left corner of each place of the window:
    5 by 5 places; with a border of one pixel 7 by 7; in steps of 2, 3 by 3; with gaps of 2 the window spans five
    pixels and has 3 by 3. The first place is blue, the next one framed."""
    figure, axes = charts(1, 4, height=2.3)
    cases = {"plain": (1, 0, 1), "padding 1": (1, 1, 1), "stride 2": (2, 0, 1), "dilation 2": (1, 0, 2)}
    for each, (name, (stride, padding, dilation)) in zip(axes, cases.items(), strict=True):
        places = conv_output_size(7, 3, stride, padding, dilation)
        side = 7 + 2 * padding
        each.add_patch(Rectangle((padding, padding), 7, 7, facecolor=FILL, edgecolor=INK))
        each.hlines(range(side + 1), 0, side, color=RULE, linewidth=0.7)
        each.vlines(range(side + 1), 0, side, color=RULE, linewidth=0.7)
        for a in range(3):
            for b in range(3):
                place = (b * dilation, a * dilation)
                each.add_patch(Rectangle(place, 1, 1, facecolor=BLUE, alpha=0.55))
        span = dilation * 2 + 1
        each.add_patch(Rectangle((stride, 0), span, span, fill=False, edgecolor=ORANGE, linewidth=2))
        corners = torch.arange(places) * stride + 0.5
        across, down = torch.meshgrid(corners, corners, indexing="xy")
        each.plot(across.flatten(), down.flatten(), linestyle="none", marker="o", markersize=3, color=INK)
        each.set(xlim=(-0.1, side + 0.1), ylim=(side + 0.1, -0.1), aspect="equal")
        each.set_axis_off()
        each.set_title(f"{name}: {places} × {places}", loc="center", fontsize=9.5)
    return figure


def windows_as_columns() -> Figure:
    """An image of 3 by 3 and a kernel of 2 by 2 as a product of matrices. Each of the four windows is a column of
    four numbers in its colour, the kernel a row. Row times column is one pixel of the output."""
    x, k = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
    columns, found = im2col(x[None, None], 2)[0], corr2d(x, k).flatten()
    figure, axes = drawing(height=2.8)
    cell, left, top = 0.3, 2.5, 1.55

    def square(x0, y0, text, **look):
        axes.add_patch(
            Rectangle((x0, y0 - cell), cell, cell, **({"facecolor": FILL, "linewidth": 0.6} | look))
        )
        axes.text(x0 + cell / 2, y0 - cell / 2, text, ha="center", va="center", fontsize=9)

    for i, value in enumerate(k.flatten()):
        square(0.55 + i * cell, top - 1.5 * cell, f"{value:.0f}")
    axes.text(0.55 + 2 * cell, top - 2.9 * cell, "the kernel\nas a row", ha="center", va="top", color=QUIET)
    axes.text(2.1, top - 2 * cell, "×", ha="center", va="center", fontsize=13)
    axes.text(5.92, top - 2 * cell, "=", ha="center", va="center", fontsize=13)
    axes.text(0.45, 2.42, "the image with\neach window", ha="left", va="center", color=QUIET)
    for place, color in enumerate(SERIES[:4]):
        middle, (i, j) = left + 0.4 + place * 0.88, divmod(place, 2)
        small = 0.22
        for pixel, value in enumerate(x.flatten()):
            a, b = divmod(pixel, 3)
            inside = i <= a < i + 2 and j <= b < j + 2
            look = {"facecolor": color, "alpha": 0.45} if inside else {"facecolor": "none"}
            corner = (middle + (b - 1.5) * small, 2.75 - (a + 1) * small)
            axes.add_patch(Rectangle(corner, small, small, edgecolor=QUIET, linewidth=0.5, **look))
            axes.text(
                corner[0] + small / 2,
                corner[1] + small / 2,
                f"{value:.0f}",
                ha="center",
                va="center",
                fontsize=7,
            )
        arrow(axes, (middle, 2.02), (middle, 1.62), color=color)
        for a, value in enumerate(columns[:, place]):
            square(middle - cell / 2, top - a * cell, f"{value:.0f}", facecolor=color, alpha=0.45)
        square(6.15 + place * cell, top - 1.5 * cell, f"{found[place]:.0f}", facecolor=color, alpha=0.45)
    axes.text(
        left + 0.4 + 1.5 * 0.88, top - 4.35 * cell, "the columns", ha="center", va="center", color=QUIET
    )
    axes.text(
        6.15 + 2 * cell, top - 2.9 * cell, "the output,\nplace by place", ha="center", va="top", color=QUIET
    )
    return figure


def pooling() -> Figure:
    """A digit, moved by 1 and by 2 pixels, and below each its max pooling by 2: moved by 2 it is the same one pixel
    further, moved by 1 it has other pixels. At the right, how much a picture changes with the shift: the pixels
    most, a large pooling least."""
    digit = _digit()[None, None]
    figure, axes = charts(2, 4, height=3.0, width_ratios=(1, 1, 1, 1.9))
    pooled = [max_pool2d(shift(digit, 0, by), 2) for by in range(3)]
    error = equivariance_error(lambda x: max_pool2d(x, 2), digit, 0, 2, stride=2)
    for by in range(3):
        image(axes[0, by], shift(digit, 0, by)[0, 0], f"moved by {by}" if by else "image")
        image(
            axes[1, by],
            pooled[by][0, 0],
            ("max pooling by 2", "other pixels", f"1 further: error {error:.0f}")[by],
        )
    grid = axes[0, 3].get_gridspec()
    axes[0, 3].remove()
    axes[1, 3].remove()
    chart = figure.add_subplot(grid[:, 3])
    for size, color in ((1, INK), (2, BLUE), (4, ORANGE)):
        pictures = [max_pool2d(shift(digit, 0, by), size) for by in range(5)]
        change = [(p - pictures[0]).norm() / pictures[0].norm() for p in pictures]
        name = f"max pooling by {size}" if size > 1 else "the pixels"
        chart.plot(change, marker="o", markersize=3, color=color, label=name)
    chart.set(
        xlabel="moved by, in pixels", title="‖moved − before‖ / ‖before‖", xticks=range(5), ylim=(0, None)
    )
    chart.legend(fontsize=8, loc="lower right")
    return figure


def learned_kernel() -> Figure:
    """A kernel of nine numbers that gradient descent finds: random at first; after 30 steps negative at the left
    and positive at the right; after 600 nearly the one that made the edges. The loss falls all the way."""
    digit = _digit()[2:26, 2:26]
    wanted, edges = edge_filter(digit, "vertical")
    figure, axes = charts(1, 5, height=1.9, width_ratios=(1, 1, 1, 1, 2))
    losses = []
    for each, steps in zip(axes, (0, 30, 600), strict=False):
        kernel, losses = learn_filter(
            digit[None], edges[None], 3, 0.5, steps, torch.Generator().manual_seed(1)
        )
        _signed(each, kernel, 4)
        _numbers(each, kernel, ".1f")
        each.set_title(f"after {steps} steps", loc="center", fontsize=8.5)
    _signed(axes[3], wanted, 4)
    _numbers(axes[3], wanted, ".1f")
    axes[3].set_title("the one wanted", loc="center", fontsize=8.5)
    axes[4].plot(losses, color=BLUE)
    axes[4].set(yscale="log", xlabel="step", title="loss")
    axes[4].minorticks_off()
    return figure


def receptive_cone() -> Figure:
    """What one output pixel sees through three layers. Kernels of 3 see 3, 5, then 7 pixels. With a pooling of 2 in
    the middle the last kernel steps over two pixels at a time, and the three layers see 8."""
    figure, axes = charts(1, 2, height=2.4)
    cases = ([(3, 1), (3, 1), (3, 1)], [(3, 1), (2, 2), (3, 1)])
    for each, layers in zip(axes, cases, strict=True):
        _cone(each, layers)
    axes[0].set_title(f"kernels 3, 3, 3: {receptive_field(cases[0])} pixels", loc="center")
    axes[1].set_title(f"kernel 3, pooling 2, kernel 3: {receptive_field(cases[1])} pixels", loc="center")
    return figure


def _cone(axes, layers):
    """Rows of pixels, the image at the bottom; what the middle pixel at the top sees is filled."""
    sizes, middles = [12], [torch.arange(12.0)]  # where on the image the middle of each pixel lies
    for kernel, stride in layers:
        sizes.append(conv_output_size(sizes[-1], kernel, stride))
        below = middles[-1]
        middles.append(
            torch.stack([below[i * stride : i * stride + kernel].mean() for i in range(sizes[-1])])
        )
    seen = {(sizes[-1] - 1) // 2}
    for level in range(len(layers), -1, -1):
        for i in range(sizes[level]):
            look = {"facecolor": BLUE, "alpha": 0.6} if i in seen else {"facecolor": FILL}
            corner = (middles[level][i] - 0.36, level - 0.18)
            axes.add_patch(Rectangle(corner, 0.72, 0.36, edgecolor=QUIET, linewidth=0.7, **look))
        axes.text(12.0, level, f"{len(seen)}", va="center", color=BLUE)
        if level:
            kernel, stride = layers[level - 1]
            below = {i * stride + a for i in seen for a in range(kernel)}
            ends = [middles[level][[min(seen), max(seen)]], middles[level - 1][[min(below), max(below)]]]
            for side, sign in ((0, -1), (1, 1)):
                line = [ends[0][side] + 0.36 * sign, ends[1][side] + 0.36 * sign]
                axes.plot(line, [level - 0.18, level - 1 + 0.18], color=BLUE, linewidth=0.8)
            seen = below
    axes.set(xlim=(-1.9, 12.6), ylim=(-0.4, len(layers) + 0.4))
    for level, name in ((0, "image"), (len(layers), "output")):
        axes.text(-0.6, level, name, ha="right", va="center", color=QUIET, fontsize=8.5)
    axes.set_axis_off()


def shared_weights() -> Figure:
    """Six pixels and four outputs: a linear layer has 24 weights, one a line, a convolution three, one a colour.
    From 28 by 28 pixels to ten pictures of 24 by 24 it is 4,521,600 parameters against 260."""
    figure, axes = charts(1, 3, height=2.4, width_ratios=(1, 1, 1.25))
    for each, title in ((axes[0], "linear: 24 weights"), (axes[1], "convolution: 3 weights")):
        for i in range(4):
            for j in range(6):
                near = 0 <= j - i < 3
                color = (BLUE, ORANGE, GREEN)[j - i] if near else None
                if each is axes[0]:
                    each.plot((0, 1), (5 - j, 4 - i), color=QUIET, linewidth=0.7)
                elif near:
                    each.plot((0, 1), (5 - j, 4 - i), color=color, linewidth=1.6)
        for side, count, first in ((0, 6, 0), (1, 4, 1)):
            each.plot([side] * count, range(first, first + count), linestyle="none", marker="o", color=INK)
        each.set(xlim=(-0.2, 1.2), ylim=(-0.6, 5.4))
        each.set_axis_off()
        each.set_title(title, loc="center")
    side = conv_output_size(28, 5)
    with torch.device("meta"):
        counts = [
            count_parameters(layer) for layer in (nn.Linear(28 * 28, 10 * side * side), nn.Conv2d(1, 10, 5))
        ]
    axes[2].bar(("linear", "convolution"), counts, color=(QUIET, BLUE), width=0.55)
    for place, count in enumerate(counts):
        axes[2].text(place, count * 1.3, f"{count:,}", ha="center", va="bottom")
    axes[2].set(yscale="log", ylim=(10, 1e8), title="parameters")
    axes[2].grid(visible=False)
    axes[2].minorticks_off()
    return figure


def lenet() -> Figure:
    """The shapes in LeNet as boxes. The sides of the pictures shrink, 28, 28, 14, 10, 5, while their number grows,
    1, 6, 6, 16, 16; 400 numbers in a row become 120, 84 and 10 scores."""
    shapes = []
    net = LeNet()
    for name in ("conv1", "conv2", "fc1", "fc2", "fc3"):
        layer = net.get_submodule(name)
        layer.register_forward_hook(
            lambda _, given, result: shapes.append((tuple(given[0].shape[1:]), tuple(result.shape[1:])))
        )
    net(torch.zeros(1, 1, 28, 28))
    (start, first), (half, second), (flat, third), (_, fourth), (_, last) = shapes
    quarter = (second[0], second[1] // 2, second[2] // 2)
    assert quarter[0] * quarter[1] * quarter[2] == flat[0]
    figure, axes = drawing(height=2.15)
    left = 0.2
    for shape, name, color in (
        (start, "image", RULE),
        (first, "conv1", BLUE),
        (half, "pooling", GREEN),
        (second, "conv2", BLUE),
        (quarter, "pooling", GREEN),
    ):
        channels, side = shape[0], shape[1] / 28 * 0.95
        for channel in range(channels):
            place = (left + channel * 0.026, 1.07 - side / 2 - channels * 0.013 + channel * 0.026)
            axes.add_patch(Rectangle(place, side, side, facecolor=FILL, edgecolor=color, linewidth=0.9))
        wide = side + channels * 0.026
        axes.text(left + wide / 2, 0.15, f"{channels} × {shape[1]} × {shape[2]}", ha="center", fontsize=8.5)
        axes.text(left + wide / 2, 1.9, name, ha="center", color=QUIET, fontsize=8.5)
        left += wide + 0.22
    for (count,), name in ((flat, "flatten"), (third, "fc1"), (fourth, "fc2"), (last, "fc3")):
        tall = 0.2 + count / 400 * 1.1
        axes.add_patch(Rectangle((left, 1.07 - tall / 2), 0.13, tall, facecolor=FILL, edgecolor=PURPLE))
        axes.text(left + 0.065, 0.15, f"{count}", ha="center", fontsize=8.5)
        axes.text(left + 0.065, 1.9, name, ha="center", color=QUIET, fontsize=8.5)
        left += 0.52
    return figure
