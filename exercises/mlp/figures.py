"""The figures of the lesson on multi-layer perceptrons: `python docs/figures.py mlp` draws them."""

import torch
from matplotlib.figure import Figure
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
    SERIES,
    charts,
    heat,
    label_rows,
)

from solutions.mlp import (
    MLP,
    BatchNorm1d,
    Dropout,
    LayerNorm,
    activation_scales,
    dead_relus,
    fit_curve,
    kaiming_normal_,
    leaky_relu,
    piecewise_linear,
    relu,
    sigmoid,
    tanh,
    xavier_uniform_,
)

CORNERS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = torch.tensor([0.0, 1.0, 1.0, 0.0])
LOOK = {0: (ORANGE, "o"), 1: (BLUE, "s")}  # of the points of a class


def _grid(low, high, count=61):
    x, y = torch.meshgrid(*[torch.linspace(low, high, count)] * 2, indexing="xy")
    return x, y, torch.stack([x, y], -1)


def _points(axes, points, classes, size=6.0):
    for label, (color, marker) in LOOK.items():
        chosen = points[classes == label]
        look = {"color": color, "marker": marker, "linestyle": "none", "markersize": size}
        axes.plot(*chosen.T, markeredgecolor=PAPER, markeredgewidth=0.6, zorder=3, **look)


def _descend(net, x, y, rate, steps, momentum=0.9):
    """Train by plain steps on all rows; return the losses, and the weights of the first layer on the way."""
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=momentum)
    losses, path = [], []
    for _ in range(steps):
        loss = (net(x).squeeze(1) - y).square().mean()
        losses.append(loss.item())
        path.append(net.layers[0].weight.detach().clone())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses, torch.stack(path)


def xor() -> Figure:
    """Four corners of a square, of which two opposite ones belong to one class. No straight line parts them. Two
    hidden units move the corners: three places are left, and there one line does it. Back in the square, that line
    is a band between two lines."""
    net = MLP((2, 2, 1), torch.relu)
    with torch.no_grad():
        net.layers[0].weight.fill_(1.0)
        net.layers[0].bias.copy_(torch.tensor([0.0, -1.0]))
        net.layers[1].weight.copy_(torch.tensor([[1.0, -2.0]]))
        net.layers[1].bias.zero_()
        hidden = torch.relu(net.layers[0](CORNERS))
        x, y, grid = _grid(-0.4, 1.4)
        scores = net(grid).squeeze(-1)
    figure, axes = charts(1, 3, height=2.6)
    _points(axes[0], CORNERS, XOR, 9)
    axes[0].plot([-0.3, 1.3], [0.9, 0.2], color=QUIET, linestyle="--")
    axes[0].set(title="no line parts the classes", xlabel="x₁", ylabel="x₂")
    _points(axes[1], hidden, XOR, 9)
    line = torch.tensor([-0.4, 2.4])
    axes[1].plot(line, (line - 0.5) / 2, color=QUIET, linestyle="--")
    axes[1].annotate("two corners", hidden[1], (0.62, 0.62), color=QUIET, ha="center",
                     arrowprops={"arrowstyle": "-", "color": QUIET, "shrinkB": 5})  # fmt: skip
    axes[1].set(
        title="where the units move them", xlabel="h₁ = relu(x₁ + x₂)", ylabel="h₂ = relu(x₁ + x₂ − 1)"
    )
    axes[1].set(xlim=(-0.4, 2.4), ylim=(-0.4, 1.4))
    axes[2].contourf(x, y, scores, levels=(0.5, 9), colors=BLUE, alpha=0.18)
    axes[2].contour(x, y, scores, levels=(0.5,), colors=QUIET, linestyles="--")
    _points(axes[2], CORNERS, XOR, 9)
    axes[2].set(title="y = h₁ − 2h₂ above 0.5", xlabel="x₁", ylabel="x₂")
    for each in (axes[0], axes[2]):
        each.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), aspect="equal")
    return figure


def curves() -> Figure:
    """A curve drawn in two ways. Six ramps, one from each of seven points to the next; their sum, with the first
    height added, goes through all seven points. Right, eight sigmoids found by gradient descent: their sum hardly
    bends after 10 steps, has a hill and a valley after 100 and follows the curve after 1000."""
    figure, axes = charts(1, 3, height=2.7)
    x = torch.linspace(-3, 3, 91)
    places = torch.linspace(-3, 3, 7)
    knots = torch.stack([places, _curve(places)], 1)
    for i, color in enumerate(SERIES):
        heights = torch.stack([torch.tensor(0.0), knots[i + 1, 1] - knots[i, 1]])
        ramp = piecewise_linear(x, torch.stack([places[i : i + 2], heights], 1))
        axes[0].plot(x, ramp, color=color, linewidth=1.2)
    axes[0].set(title="six ramps", xlabel="x", ylim=(-2.7, 2.7))
    axes[1].plot(x, _curve(x), color=RULE, linewidth=3, label="the curve")
    axes[1].plot(x, piecewise_linear(x, knots), color=BLUE, label="sum of ramps")
    axes[1].plot(*knots.T, color=BLUE, marker="o", linestyle="none", markersize=4)
    axes[1].set(title="their sum", xlabel="x")
    w, generator = torch.full((8,), 2.0), torch.Generator().manual_seed(3)
    start = (torch.tensor(0.0), torch.randn(8, generator=generator) / 2, -w * torch.linspace(-3, 3, 8), w)
    axes[2].plot(x, _curve(x), color=RULE, linewidth=3)
    for steps, more, color in ((10, 10, PURPLE), (100, 90, GREEN), (1000, 900, BLUE)):
        start = offset, c, b, w = fit_curve(x, _curve(x), start, 0.2, more)[:4]
        said = offset + (c * torch.sigmoid(b + w * x.unsqueeze(1))).sum(1)
        axes[2].plot(x, said, color=color, label=f"{steps} steps")
    axes[2].set(title="eight sigmoids, fitted", xlabel="x")
    for each in axes[1:]:
        each.set_ylim(-1.8, 2.6)
        each.legend(fontsize=8, loc="upper left")
    return figure


def _curve(x):
    return torch.sin(2 * x) + 0.3 * x


def regions() -> Figure:
    """Points of two classes, on a ring and inside of it, and nets that have learned to part them. One hidden unit
    cuts the plane along one line. Three units give a region with few corners, eight one that is nearly round. A thin
    line shows where each unit begins: there the border has its corners."""
    generator = torch.Generator().manual_seed(1)
    angle = torch.rand(72, generator=generator) * 2 * torch.pi
    radius = torch.where(torch.arange(72) < 36, 0.6, 1.6) + 0.18 * torch.randn(72, generator=generator)
    points = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)
    classes = (torch.arange(72) < 36).float()
    figure, axes = charts(1, 3, height=2.6, sharey=True)
    x, y, grid = _grid(-2.2, 2.2)
    for each, width, seed in zip(axes, (1, 3, 8), (0, 10, 2), strict=True):
        torch.manual_seed(seed)
        net = MLP((2, width, 1), torch.relu)
        _descend(net, points, classes, 0.05, 300)
        with torch.no_grad():
            scores = net(grid).squeeze(-1)
            each.contourf(x, y, scores, levels=(0.5, 9), colors=BLUE, alpha=0.18)
            for weight, bias in zip(net.layers[0].weight, net.layers[0].bias, strict=True):
                place = -bias * weight / weight.dot(weight)  # of the line on which the unit begins
                each.axline(place, place + weight.flip(0) * torch.tensor([1, -1]), color=QUIET, linewidth=0.7)
        _points(each, points, classes, 3.2)
        each.set(title=f"{width} hidden unit{'s' if width > 1 else ''}", xlabel="x₁", aspect="equal")
        each.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))
        each.grid(visible=False)
    axes[0].set_ylabel("x₂")
    return figure


def activations() -> Figure:
    """Four activations and their slopes. The slope of the ReLU jumps from 0 to 1, that of the leaky one from 0.1
    to 1. The sigmoid's slope has its top, 1/4, at 0, the tanh's reaches 1 there, and both are nearly 0 beyond 5."""
    figure, axes = charts(1, 4, height=2.3, sharex=True)
    x = torch.linspace(-6, 6, 241)
    functions = {
        "relu": relu,
        "leaky_relu, 0.1": lambda x: leaky_relu(x, 0.1),
        "sigmoid": sigmoid,
        "tanh": tanh,
    }
    for each, (name, function) in zip(axes, functions.items(), strict=True):
        found = function(x)
        each.plot(x, found.value, color=BLUE, label="value")
        slope = found.derivative.clone()
        slope[x.abs() < 1e-6] = torch.nan if "relu" in name else slope[x.abs() < 1e-6]
        each.plot(x, slope, color=ORANGE, label="slope")
        each.set(title=name, xlabel="x", xticks=(-6, 0, 6))
    for each in axes[:2]:
        each.set_ylim(-1, 6)
    for each in axes[2:]:
        each.set_ylim(-1.1, 1.1)
    axes[0].legend(fontsize=8, loc="upper left")
    return figure


def signals() -> Figure:
    """The size of a signal in each of ten layers with 128 units, forwards, and of the gradient on its way back,
    relative to where each starts. With weights of deviation 0.01 both shrink to nothing, with 1 they grow without
    end unless a tanh holds the signal down. With He's rule a ReLU holds both, Xavier's loses half of the squares in
    each layer; a tanh holds with Xavier's."""
    inits = {
        "normal, 1": lambda weight, generator: weight.normal_(0, 1, generator=generator),
        "He": lambda weight, generator: kaiming_normal_(weight, generator=generator),
        "Xavier": lambda weight, generator: xavier_uniform_(weight, generator=generator),
        "normal, 0.01": lambda weight, generator: weight.normal_(0, 0.01, generator=generator),
    }
    generator = torch.Generator().manual_seed(0)
    x, upstream = torch.randn(2, 100, 128, generator=generator)
    functions = {"ReLU": torch.relu, "tanh": torch.tanh}
    found = activation_scales(x, upstream, 10, inits, functions, generator)
    figure, axes = charts(1, 4, height=2.7, sharey=True)
    for column, name in enumerate(functions):
        for init, color in zip(inits, (RED, BLUE, GREEN, PURPLE), strict=True):
            sizes = found[init, name]
            forward, backward = axes[2 * column : 2 * column + 2]
            forward.plot(range(1, 11), sizes.forward, color=color, label=init)
            backward.plot(range(10, 0, -1), sizes.backward[::-1], color=color)
        forward.set(title=f"{name}: signal", xlabel="layer →")
        backward.set(title=f"{name}: gradient", xlabel="← layer")
    for each in axes:
        each.set(yscale="log", xticks=(1, 4, 7, 10), ylim=(1e-12, 1e12))
        each.minorticks_off()
    axes[0].set_ylabel("deviation")
    axes[2].legend(fontsize=8, loc="upper left")
    return figure


def twins() -> Figure:
    """The weights of four hidden units while a net learns XOR, and its loss. From equal weights all four stay on
    one line for ever, and the loss stops at 0.25. From random weights they part, and the loss falls to 0."""
    figure, axes = charts(1, 3, height=2.4)
    for each, start in zip(axes, ("equal weights", "random weights"), strict=False):
        torch.manual_seed(4)
        net = MLP((2, 4, 1), torch.tanh)
        if start == "equal weights":
            for parameter in net.parameters():
                torch.nn.init.constant_(parameter, 0.5)
        losses, path = _descend(net, CORNERS, XOR, 0.05, 200)
        for unit in range(4):
            each.plot(path[::4, unit, 0], color=SERIES[unit], linewidth=3.4 - 0.8 * unit)
        each.set(title=start, xlabel="step", ylim=(-3, 3))
        each.set_xticks((0, 25, 50), ("0", "100", "200"))
        color = RED if start == "equal weights" else BLUE
        axes[2].plot(range(0, 200, 2), losses[::2], color=color, label=start)
    axes[0].set_ylabel("weight of x₁ in each unit")
    axes[2].set(title="loss", xlabel="step", ylim=(0, 0.6))
    axes[2].legend(fontsize=8)
    return figure


def dead_units() -> Figure:
    """What a learning rate does to ReLUs in 60 steps. Left, the share of units of the second hidden layer that are on
    for no row: hardly any at a rate of 0.05, most at 0.5. Right, the losses at a rate of 0.5: both nets are thrown far
    up at first. The one with ReLUs falls back to the loss of a constant again and again, the leaky one learns."""
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(
        200, 5, generator=generator, dtype=torch.float64
    )  # with fewer digits each machine goes its way
    y = 2 * torch.sin(x[:, 0]) + x[:, 1] * x[:, 2]
    rates, shares = (0.05, 0.2, 0.35, 0.5), []
    for rate in rates:
        torch.manual_seed(3)
        found = dead_relus(MLP((5, 64, 64, 1), torch.relu).double(), x, y, rate, 60)
        shares.append((found.relu[1], found.leaky[1]))
    figure, axes = charts(1, 2, height=2.5)
    for values, color, name in zip(
        zip(*shares, strict=True), (ORANGE, BLUE), ("ReLU", "leaky ReLU"), strict=True
    ):
        axes[0].plot(rates, values, color=color, marker="o", markersize=4, label=name)
    axes[0].set(
        title="units that are on for no row", xlabel="learning rate", ylabel="share", ylim=(-0.03, 1.03)
    )
    axes[0].legend(fontsize=8)
    axes[1].plot(found.relu_losses, color=ORANGE, label="ReLU")
    axes[1].plot(found.leaky_losses, color=BLUE, label="leaky ReLU")
    axes[1].set(title="losses at a rate of 0.5", xlabel="step", yscale="log", ylim=(0.1, 100))
    axes[1].minorticks_off()
    axes[1].legend(fontsize=8, loc="upper right")
    return figure


def dropout() -> Figure:
    """Ones that go through a layer of dropout with p = 0.5. While training each call switches off another half and
    doubles the rest, so that the mean stays near 1; in evaluation all ones pass."""
    layer, x = Dropout(0.5), torch.ones(8, 12)
    figure, axes = charts(1, 3, height=1.9)
    titles = ("one call", "the next call", "evaluation")
    for each, title in zip(axes, titles, strict=True):
        y = layer.train(title != "evaluation")(x)
        heat(each, y, low=0, high=2)
        label_rows(each)
        each.set(title=f"{title}: mean {y.mean():.2f}", xlabel="unit", ylabel="sample")
    return figure


def normalized() -> Figure:
    """A batch of six samples with eight features, as it comes, after batch norm and after layer norm. The columns
    are of different height; so is one row. Batch norm evens out the columns, and the odd row stays odd. Layer norm
    evens out the rows, and the columns stay different."""
    x = torch.randn(6, 8) + torch.linspace(-3, 3, 8)[torch.randperm(8)]
    x[2] += 3
    figure, axes = charts(1, 3, height=1.9)
    for each, title, y in zip(
        axes,
        ("the batch", "BatchNorm1d: by column", "LayerNorm: by row"),
        (x, BatchNorm1d(8)(x).detach(), LayerNorm(8)(x).detach()),
        strict=True,
    ):
        heat(each, y)
        label_rows(each)
        each.set(title=title, xlabel="feature", ylabel="sample")
    return figure
