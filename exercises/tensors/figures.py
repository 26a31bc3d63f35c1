"""The figures of the lesson on tensors: `python docs/figures.py tensors` draws them."""

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
    arrow,
    cells,
    charts,
    drawing,
    heat,
    image,
    label_rows,
)

from grader.data.load import load
from solutions.tensors import exponential_average, flatten_images, loss_surface, pairwise_distances

TINTS = [(color, 0.28) for color in (BLUE, ORANGE, GREEN, PURPLE)]


def _say(axes, x, y, text, **options):
    axes.text(x, y, text, **({"ha": "center", "va": "center", "color": INK} | options))


def image_and_row() -> Figure:
    """A handwritten three of MNIST: as 28 by 28 pixels; the bytes of 8 by 8 of them, 0 for black and 255 for
    white; and all as one row of 784 numbers, in which the rows of the image follow each other."""
    digits = load("mnist").train
    three = digits.x[digits.y == 3][5:6]
    figure, axes = charts(2, 2, height=4.1, height_ratios=(8, 1))
    image(axes[0, 0], three[0, 0], "(1, 28, 28): channel, rows, columns")
    axes[0, 0].add_patch(Rectangle((11.5, 3.5), 8, 8, fill=False, edgecolor=ORANGE, linewidth=1.5))
    part = (three[0, 0, 4:12, 12:20] * 255).round().int()
    heat(axes[0, 1], part)
    for i, row in enumerate(part.tolist()):
        for j, byte in enumerate(row):
            _say(axes[0, 1], j, i, byte, fontsize=8)
    axes[0, 1].set_title("the bytes in the frame", color=INK, fontsize=8.5, loc="center")
    label_rows(axes[0, 1], range(12, 20), range(4, 12))
    grid = axes[1, 0].get_gridspec()
    for each in axes[1]:
        each.remove()
    below = figure.add_subplot(grid[1, :])
    below.imshow(flatten_images(three), cmap="gray", aspect="auto", interpolation="none")
    below.grid(visible=False)
    below.set(yticks=(), xticks=range(0, 785, 112), title="(784,): the same numbers as one row")
    return figure


def strides() -> Figure:
    """Twelve numbers in one piece of memory, read in three ways. As (3, 4) the strides are 4 and 1. The
    transpose has the strides 1 and 4 and reads the same places in another order. Reshaped to (4, 3) the
    numbers have other neighbours."""
    figure, axes = drawing(height=2.75)
    row = torch.arange(12).view(3, 4)
    _say(axes, 0.15, 2.55, "memory", ha="left", color=QUIET)
    cells(axes, 1.1, 2.7, [range(12)], width=0.44, colors=[[TINTS[i // 4] for i in range(12)]])
    for x, name, table in (
        (0.3, "x", row),
        (2.85, "x.T", row.T),
        (5.4, "x.reshape(4, 3)", row.reshape(4, 3)),
    ):
        shape, steps = tuple(table.shape), table.stride()
        _say(axes, x, 1.98, name, ha="left", family="monospace")
        _say(axes, x, 1.72, f"{shape}, strides {steps}", ha="left", color=QUIET, fontsize=9)
        colors = [[TINTS[number // 4] for number in line] for line in table.tolist()]
        cells(axes, x, 1.52, table.tolist(), width=0.44, height=0.34, colors=colors)
    return figure


def broadcasting() -> Figure:
    """A column of shape (3, 1) plus a row of shape (4,). The column is repeated four times, the row three
    times, and in the sum, (3, 4), every number of the one meets every number of the other."""
    figure, axes = drawing(height=2.2)
    column, row = torch.tensor([[10], [20], [30]]), torch.tensor([1, 2, 3, 4])
    down, across = [[TINTS[0]]] * 3, [TINTS[1]]
    faded = (FILL, 0.6)
    cells(axes, 0.15, 1.55, column.tolist(), colors=down)
    cells(axes, 0.65, 1.55, column.expand(3, 3).tolist(), colors=faded)
    _say(axes, 1.0, 1.88, "(3, 1) stretches to (3, 4)", fontsize=9)
    _say(axes, 2.25, 1.1, "+", fontsize=14)
    cells(axes, 2.6, 1.55, [row.tolist()], colors=[across * 4])
    cells(axes, 2.6, 1.2, row.expand(2, 4).tolist(), colors=faded)
    _say(axes, 3.4, 1.88, "(4,) stretches to (3, 4)", fontsize=9)
    _say(axes, 4.5, 1.1, "=", fontsize=14)
    cells(axes, 4.85, 1.55, (column + row).tolist(), width=0.5, colors=TINTS[2])
    _say(axes, 5.85, 1.88, f"{tuple((column + row).shape)}", fontsize=9)
    _say(axes, 0.15, 0.25, "aligned from the right: (3, 1) and (·, 4) give (3, 4)", ha="left", color=QUIET)
    return figure


def reductions() -> Figure:
    """A table of two rows and three columns. Its mean over axis 0 leaves three numbers, one below each
    column. Over axis 1 two numbers are left: with keepdim a column beside the rows, without it a flat pair
    that would meet the columns."""
    figure, axes = drawing(height=2.3)
    table = torch.tensor([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]])

    def show(x, y, value, text, color):
        rows = value if value.dim() == 2 else value.unsqueeze(0)
        cells(
            axes,
            x,
            y,
            [[f"{number:g}" for number in line] for line in rows.tolist()],
            width=0.5,
            colors=color,
        )
        size = 0.3 * len(rows)
        _say(axes, x + 0.5 * rows.shape[1] + 0.15, y - size / 2, text, ha="left", fontsize=9)

    cells(axes, 0.3, 1.95, [[f"{number:g}" for number in row] for row in table.tolist()], width=0.5)
    _say(axes, 1.05, 2.12, "table: (2, 3)", fontsize=9)
    arrow(axes, (1.05, 1.28), (1.05, 0.82))
    show(0.3, 0.75, table.mean(dim=0), "", TINTS[0])
    _say(axes, 0.3, 0.25, "mean(dim=0): (3,)", ha="left", fontsize=9)
    arrow(axes, (1.9, 1.65), (2.75, 1.65))
    show(
        2.9,
        1.95,
        table.mean(dim=1, keepdim=True),
        "mean(dim=1, keepdim=True): (2, 1),\nbeside its rows",
        TINTS[1],
    )
    arrow(axes, (1.9, 1.45), (2.75, 0.7))
    show(2.9, 0.75, table.mean(dim=1), "mean(dim=1): (2,), meets the columns", TINTS[3])
    return figure


def distances() -> Figure:
    """Six points in the plane, in two heaps of three, and the table of their distances. The diagonal is 0,
    and two pale squares show the heaps."""
    points = torch.tensor([[1.0, 1.0], [1.5, 2.2], [2.4, 1.1], [6.0, 4.0], [7.1, 4.4], [6.6, 3.0]])
    figure, axes = charts(1, 2, height=2.8)
    axes[0].plot(*points.T, color=BLUE, linestyle="none", marker="o", markersize=5)
    for name, (x, y) in zip("abcdef", points.tolist(), strict=True):
        _say(axes[0], x + 0.3, y + 0.2, name)
    axes[0].set(xlim=(0, 8.2), ylim=(0, 5.4), aspect="equal", title="x: (6, 2)")
    table = pairwise_distances(points, points)
    heat(axes[1], table, color=ORANGE)
    for i, row in enumerate(table.tolist()):
        for j, distance in enumerate(row):
            _say(axes[1], j, i, f"{distance:.1f}", fontsize=8.5)
    label_rows(axes[1], "abcdef", "abcdef")
    axes[1].set(title="distance of every pair: (6, 6)")
    return figure


def positions() -> Figure:
    """The numbers of five rows as a column, less those of five columns as a row. The difference is 0 on the
    diagonal, positive below, negative above, and constant along each line parallel to it: one comparison
    picks a triangle or a diagonal."""
    figure, axes = drawing(height=2.35)
    place = torch.arange(5)
    table = place[:, None] - place
    cells(axes, 0.3, 1.75, place[:, None].tolist(), colors=TINTS[0])
    _say(axes, 0.5, 1.95, "n: (5, 1)", fontsize=9)
    _say(axes, 1.0, 1.0, "−", fontsize=14)
    cells(axes, 1.3, 1.15, [place.tolist()], colors=TINTS[1])
    _say(axes, 2.3, 1.35, "m: (5,)", fontsize=9)
    _say(axes, 3.6, 1.0, "=", fontsize=14)
    sides = [[TINTS[2] if d == 0 else TINTS[0] if d > 0 else FILL for d in row] for row in table.tolist()]
    cells(axes, 3.9, 1.75, [[f"{d}".replace("-", "−") for d in row] for row in table.tolist()], colors=sides)
    _say(axes, 4.9, 1.95, "n − m: (5, 5)", fontsize=9)
    _say(axes, 6.05, 1.55, "negative: above", ha="left", fontsize=9)
    _say(axes, 6.05, 1.0, "0: the diagonal", ha="left", fontsize=9)
    _say(axes, 6.05, 0.45, "positive: below", ha="left", fontsize=9)
    return figure


def smoothing() -> Figure:
    """A noisy falling curve and two averages of it with β = 0.9. The average as it is begins near 0 and needs
    some thirty steps to reach the curve; divided by 1 − βᵗ it follows from the first step on."""
    figure, axes = charts(height=2.7)
    t = torch.arange(1, 101)
    noisy = 0.5 + 1.5 * torch.exp(-t / 30) + 0.18 * torch.randn(100)
    axes.plot(t, noisy, color=QUIET, linewidth=0.8, label="the values xₜ")
    axes.plot(t, exponential_average(noisy, 0.9), color=ORANGE, label="vₜ, as it is")
    corrected = exponential_average(noisy, 0.9, bias_correction=True)
    axes.plot(t, corrected, color=BLUE, label="vₜ / (1 − βᵗ), corrected")
    axes.set(xlabel="step t", ylim=(0, 2.4))
    axes.legend()
    return figure


def surface() -> Figure:
    """Five points near the line 2 x + 1, and the mean squared error of other lines w x + b as contours over w
    and b. They lie aslant around one lowest place: a smaller slope is partly made up for by a larger offset."""
    figure, axes = charts(1, 2, height=2.8, width_ratios=(1, 1.3))
    x = torch.tensor([0.0, 1.0, 2.0, 3.0, 4.0])
    y = torch.tensor([1.3, 2.6, 5.4, 6.8, 9.1])
    axes[0].plot(x, y, color=INK, linestyle="none", marker="o", markersize=4.5, label="points (x[n], y[n])")
    axes[0].plot(x, 2 * x + 1, color=BLUE, label="w = 2, b = 1")
    axes[0].plot(x, 1 * x + 2, color=ORANGE, label="w = 1, b = 2")
    axes[0].set(xlabel="x", ylabel="y", ylim=(0, 12.5))
    axes[0].legend(fontsize=8.5, loc="upper left")
    w, b = torch.linspace(0, 4, 41), torch.linspace(-3, 5, 41)
    cost = loss_surface(*(each.double() for each in (w, b, x, y)))
    axes[1].contour(w, b, cost.T, levels=(0.31, 1.03, 2.05, 4.1, 8.1, 14.1, 22.1, 32.1), colors=QUIET, linewidths=0.8)
    for slope, offset, color in ((2.0, 1.0, BLUE), (1.0, 2.0, ORANGE)):
        axes[1].plot(slope, offset, color=color, marker="o", markersize=5)
        found = loss_surface(torch.tensor([slope]), torch.tensor([offset]), x, y).item()
        _say(axes[1], slope + 0.1, offset + 0.4, f"{found:.2f}", ha="left", fontsize=8.5)
    axes[1].set(xlabel="w", ylabel="b", title="cost of each line: (41, 41) numbers")
    return figure
