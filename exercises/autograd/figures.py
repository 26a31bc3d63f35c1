"""The figures of the lesson on autograd: `python docs/figures.py autograd` draws them."""

import torch
from matplotlib.figure import Figure
from plotting import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    QUIET,
    RED,
    arrow,
    box,
    cells,
    charts,
    drawing,
    label_rows,
)

from solutions.autograd import (
    ReLU,
    SoftmaxCrossEntropy,
    Value,
    fit_line,
    jacobian,
    numerical_gradient,
    topological_order,
)


def _say(axes, x, y, text, **options):
    axes.text(x, y, text, **({"ha": "center", "va": "center", "color": INK} | options))


def _number(value):
    return f"{value:g}".replace("-", "−")


def _node(axes, x, y, text, value):
    """Draw a box with its value above and its gradient below."""
    box(axes, x, y, text, width=1.0)
    _say(axes, x, y + 0.34, _number(value.data), color=BLUE)
    _say(axes, x, y - 0.36, _number(value.grad), color=ORANGE)


def graph() -> Figure:
    """The graph of c = (x y + x)² at x = 2 and y = −3. Above the boxes the values, forwards: −6, −4, 16.
    Below them the gradients, backwards: 1, −8, −8; y gets −16, and x gets −8 on the direct way and 24 through
    the product, together 16."""
    x, y = Value(2.0), Value(-3.0)
    a = x * y
    b = a + x
    c = b**2
    c.backward()
    figure, axes = drawing(height=2.75)
    places = {"x": (0.8, 2.0), "y": (0.8, 0.7), "a": (2.7, 0.9), "b": (4.6, 1.6), "c": (6.5, 1.6)}
    for start, end in (("x", "a"), ("y", "a"), ("x", "b"), ("a", "b"), ("b", "c")):
        (x0, y0), (x1, y1) = places[start], places[end]
        arrow(axes, (x0 + 0.52, y0), (x1 - 0.54, y1))
    words = (("x", "x", x), ("y", "y", y), ("a", "a = x · y", a), ("b", "b = a + x", b), ("c", "c = b²", c))
    for name, text, value in words:
        _node(axes, *places[name], text, value)
    slopes = (
        (2.3, 1.52, f"∂a/∂x = {_number(y.data)}"),
        (1.73, 0.62, f"∂a/∂y = {_number(x.data)}"),
        (2.9, 2.05, "∂b/∂x = 1"),
        (3.78, 1.02, "∂b/∂a = 1"),
        (5.55, 1.78, f"2b = {_number(2 * b.data)}"),
    )
    for at, up, text in slopes:
        _say(axes, at, up, text, color=QUIET, fontsize=8)
    _say(axes, 5.0, 2.55, "values, forwards →", color=BLUE, ha="left")
    _say(axes, 5.0, 0.35, "← gradients, backwards", color=ORANGE, ha="left")
    return figure


def secants() -> Figure:
    """Left: the parabola x² and lines through its points at 1 and at 1 + h. Their slopes are 3 for h = 1
    and 2.5 for h = 0.5; the tangent has slope 2. Right: max(x, 0) at its corner, with slope 0 to the left
    and slope 1 to the right."""
    figure, axes = charts(1, 2, height=2.8)
    x = torch.linspace(-0.3, 2.3, 60)
    axes[0].plot(x, x**2, color=INK, linewidth=1.2)
    for h, color in ((1.0, RED), (0.5, ORANGE)):
        slope = ((1 + h) ** 2 - 1) / h
        axes[0].plot(x[15:], 1 + slope * (x[15:] - 1), color=color, label=f"h = {h:g}: slope {slope:g}")
        axes[0].plot(1 + h, (1 + h) ** 2, color=color, marker="o", markersize=4)
    (tangent,) = jacobian(lambda z: z**2, torch.ones(1)).flatten().tolist()
    axes[0].plot(x[15:], 1 + tangent * (x[15:] - 1), color=BLUE, label=f"tangent: slope {tangent:g}")
    axes[0].plot(1, 1, color=INK, marker="o", markersize=4)
    axes[0].set(title="x² at x = 1", ylim=(-0.6, 5))
    axes[0].legend(fontsize=8.5)
    x = torch.linspace(-1, 1, 3)
    axes[1].plot(x, ReLU.apply(x), color=INK, linewidth=1.2)
    axes[1].plot((-0.75, 0.35), (0, 0), color=ORANGE, linestyle="--", label="from the left: slope 0")
    axes[1].plot((-0.35, 0.75), (-0.35, 0.75), color=BLUE, linestyle="--", label="from the right: slope 1")
    axes[1].plot(0, 0, color=INK, marker="o", markersize=4)
    axes[1].set(title="max(x, 0) at x = 0", ylim=(-0.5, 1.1))
    axes[1].legend(fontsize=8.5, loc="upper left")
    return figure


def step_sizes() -> Figure:
    """The error of the numerical slope of x⁴ at 1.3 against the step h, both axes logarithmic. Each line
    is a V. Central differences in float64 are best between 10⁻⁶ and 10⁻⁵; in float32 a step of 10⁻⁶ gives
    an error of 5 percent."""
    figure, axes = charts(height=3.0)
    steps = 10.0 ** torch.arange(-13, 0.1, 0.25, dtype=torch.float64)
    true = 4 * 1.3**3

    def f(x):
        return x * x * x * x  # products are rounded alike on every processor

    def one_sided(h):
        x = torch.tensor(1.3, dtype=torch.float64)
        return (f(x + h) - f(x)) / h

    def central(h):
        return numerical_gradient(
            lambda x: f(x).sum(), torch.full((1,), 1.3, dtype=torch.float64), eps=h.item()
        )

    def central32(h):
        x = torch.tensor(1.3)
        return (f(x + h.float()) - f(x - h.float())).double() / (2 * h)

    for slope, color, name in (
        (one_sided, ORANGE, "one-sided, float64"),
        (central, BLUE, "central, float64"),
        (central32, RED, "central, float32"),
    ):
        errors = torch.stack([(slope(h) - true).abs().squeeze() / true for h in steps]).clamp(min=1e-13)
        axes.plot(steps, errors, color=color, label=name)
    axes.set(xscale="log", yscale="log", xlabel="h", ylabel="relative error", ylim=(1e-13, 1e3))
    axes.minorticks_off()
    axes.legend(fontsize=8.5, loc="upper center", ncols=3)
    return figure


def fork() -> Figure:
    """Left: x = 2 is used in u = x² and in v = 3 x, and l = u v = 24. Backwards l gives 6 to u and 4 to v;
    at x these are 24 and 12, together 36. Right: in a chain of sums the nodes grow one by one, and the
    paths double."""
    figure, axes = charts(1, 2, height=2.6, width_ratios=(1.35, 1))
    figure.set_layout_engine("none")
    axes[0].set_position((0, 0, 0.568, 1))
    axes[0].set(xlim=(0, 4.2), ylim=(0, 2.6))
    axes[0].set_axis_off()
    x = Value(2.0)
    u, v = x * x, 3 * x
    loss = u * v
    loss.backward()
    through_u, through_v = u.grad * 2 * x.data, v.grad * 3
    for start, end in (
        ((1.13, 1.4), (1.62, 1.9)),
        ((1.13, 1.2), (1.62, 0.75)),
        ((2.66, 1.9), (3.12, 1.4)),
        ((2.66, 0.75), (3.12, 1.2)),
    ):
        arrow(axes[0], end, start, color=ORANGE)
    for place, text, value in (
        ((0.6, 1.3), "x", x),
        ((2.13, 1.95), "u = x²", u),
        ((2.13, 0.7), "v = 3x", v),
        ((3.63, 1.3), "l = u v", loss),
    ):
        _node(axes[0], *place, text, value)
    _say(axes[0], 1.2, 1.8, _number(through_u), color=ORANGE, fontsize=8.5)
    _say(axes[0], 1.2, 0.8, f"+ {_number(through_v)}", color=ORANGE, fontsize=8.5)
    axes[1].set_position((0.66, 0.2, 0.32, 0.65))
    nodes, paths, node, count = [], [], x, 1
    for _ in range(12):
        node, count = node + node, 2 * count
        nodes.append(len(topological_order(node)))
        paths.append(count)
    sums = range(1, 13)
    axes[1].plot(sums, paths, color=RED, marker="o", markersize=3, label="paths")
    axes[1].plot(sums, nodes, color=BLUE, marker="o", markersize=3, label="nodes")
    axes[1].set(
        yscale="log", xlabel="sums in a chain", xticks=(1, 4, 8, 12), title="how much is there to walk?"
    )
    axes[1].minorticks_off()
    axes[1].legend()
    return figure


def matrices() -> Figure:
    """The shapes of a linear layer: x, (5, 3), times the transpose of w gives y, (5, 4). Backwards u arrives
    in the shape of y, and the gradients of x and w are to be made in the shapes of x and w."""
    figure, axes = drawing(height=2.9)

    def block(x, y, rows, columns, name, color, inside=""):
        table = [[""] * columns for _ in range(rows)]
        cells(axes, x, y, table, width=0.2, height=0.2, colors=(color, 0.28))
        _say(axes, x + 0.1 * columns, y + 0.15, name, fontsize=9)
        _say(axes, x + 0.1 * columns, y - 0.1 * rows, inside, fontsize=13)

    _say(axes, 0.2, 2.3, "forwards", ha="left", color=QUIET)
    block(1.4, 2.6, 5, 3, "x (5, 3)", BLUE)
    _say(axes, 2.35, 2.1, "×")
    block(2.7, 2.4, 3, 4, "wᵀ (3, 4)", GREEN)
    _say(axes, 3.85, 2.1, "→")
    block(4.2, 2.6, 5, 4, "y (5, 4)", ORANGE)
    _say(axes, 0.2, 0.7, "backwards", ha="left", color=QUIET)
    block(1.4, 1.15, 5, 4, "u (5, 4)", ORANGE)
    _say(axes, 2.55, 0.65, "→")
    block(3.0, 1.15, 5, 3, "∂l/∂x (5, 3)", BLUE, "?")
    block(4.6, 1.05, 4, 3, "∂l/∂w (4, 3)", GREEN, "?")
    _say(axes, 5.7, 0.75, "from u and what\nforward saved", ha="left", fontsize=9, color=QUIET)
    return figure


def softmax_bars() -> Figure:
    """Bars for the scores 2, 0 and −1 and the label 1. The probabilities are 0.84, 0.11 and 0.04, the one-hot
    row is 0, 1, 0, and the gradient is their difference, 0.84, −0.89 and 0.04."""
    figure, axes = charts(1, 3, height=2.3, sharey=True)
    logits = torch.tensor([[2.0, 0.0, -1.0]], requires_grad=True)
    SoftmaxCrossEntropy.apply(logits, torch.tensor([1])).backward()
    target = torch.tensor([0.0, 1.0, 0.0])
    gradient = logits.grad[0]
    for each, values, color, name in (
        (axes[0], gradient + target, BLUE, "p: softmax of 2, 0, −1"),
        (axes[1], target, GREEN, "one-hot of the label 1"),
        (axes[2], gradient, ORANGE, "gradient: p − one-hot"),
    ):
        each.bar(range(3), values, color=color, width=0.6)
        each.axhline(0, color=QUIET, linewidth=0.8)
        for k, value in enumerate(values.tolist()):
            at = value + 0.12 if value >= 0 else value - 0.13
            _say(each, k, at, f"{value:.2f}".replace("-", "−"), fontsize=8.5)
        each.set(title=name, ylim=(-1.2, 1.3), axisbelow=True)
        label_rows(each, ("class 0", "class 1", "class 2"))
        each.tick_params(length=0)
        each.set_yticks((-1, 0, 1), ("−1", "0", "1"))
        each.grid(axis="x", visible=False)
    return figure


def first_loop() -> Figure:
    """Ten points and the line that descent finds, after 0, 1, 3 and 60 updates: it begins flat, turns quickly
    towards the points and then moves slowly into place. Beside it the loss, with a steep fall and then a slow
    one."""
    figure, axes = charts(1, 2, height=2.7)
    x = torch.linspace(0, 3, 10)
    y = 1.5 + 0.8 * x + 0.15 * torch.randn(10)
    axes[0].plot(x, y, color=INK, linestyle="none", marker="o", markersize=4)
    ends = torch.tensor([0.0, 3.0])
    for updates, color in ((0, QUIET), (1, RED), (3, ORANGE), (60, BLUE)):
        fit = fit_line(x, y, 0.1, updates)
        axes[0].plot(ends, fit.w * ends + fit.b, color=color, label=f"after {updates}")
    axes[0].set(xlabel="x", ylabel="y", ylim=(-0.4, 5.3))
    axes[0].legend(fontsize=8.5, loc="upper left", ncols=2)
    axes[1].plot(fit_line(x, y, 0.1, 61).losses, color=BLUE)
    axes[1].set(yscale="log", xlabel="update", title="the loss")
    axes[1].minorticks_off()
    return figure
