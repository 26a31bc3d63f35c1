"""The figures of the lesson on optimisers: `python docs/figures.py optimizers` draws them."""

import torch
from matplotlib.figure import Figure
from plotting import BLUE, GREEN, INK, ORANGE, PURPLE, QUIET, RED, RULE, SERIES, charts

from solutions.optimizers import SGD, Adadelta, Adagrad, Adam, RMSprop, cosine_lr, gradient_descent, step_lr

START = torch.tensor([-9.0, 1.5], dtype=torch.float64)
CURVATURES = torch.tensor([0.05, 1.0], dtype=torch.float64)


def _height(w):
    """A ravine: 20 times as steep across as along."""
    return (CURVATURES * w**2).sum(-1) / 2


def _contours(axes, across, up):
    x, y = torch.meshgrid(torch.linspace(*across, 60), torch.linspace(*up, 40), indexing="xy")
    axes.contour(x, y, _height(torch.stack([x, y], -1)) ** 0.5, levels=9, colors=RULE, linewidths=0.8)
    axes.plot(0, 0, marker="+", color=INK, markersize=8)
    axes.grid(visible=False)


def _path(make, steps):
    w = START.clone().requires_grad_()
    optimizer = make([w])
    path = [w.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        _height(w).backward()
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)


def learning_rates() -> Figure:
    """Three descents into a parabola of curvature 1. With a rate of 0.3 the points creep to the ground from one
    side, with 1.7 they jump from side to side and come nearer, with 2.05 each jump leads higher."""
    figure, axes = charts(1, 3, height=2.4, sharey=True)
    line = torch.linspace(-3.4, 3.4, 100)
    for each, rate, color in zip(axes, (0.3, 1.7, 2.05), (BLUE, GREEN, RED), strict=True):
        path = gradient_descent(lambda x: (x**2 / 2).sum(), torch.tensor([-2.4]), rate, 9)[:, 0]
        each.plot(line, line**2 / 2, color=RULE)
        each.plot(path, path**2 / 2, color=color, marker="o", markersize=3.5, linewidth=0.9)
        each.set(title=f"lr = {rate}", xlabel="x", ylim=(-0.3, 6))
    axes[0].set_ylabel("x² / 2")
    return figure


def ravine() -> Figure:
    """Contour lines of a long ravine with two paths of 25 steps. Plain descent zigzags across, gets shorter and
    shorter and stops on its way; with momentum it swings wide at first, then runs along the floor and comes near
    the ground."""
    figure, axes = charts(height=2.6)
    _contours(axes, (-10, 2.5), (-2, 2))
    for momentum, color, name in ((0.0, ORANGE, "plain"), (0.8, BLUE, "momentum 0.8")):
        path = _path(lambda p, m=momentum: SGD(p, lr=1.8 if m == 0 else 0.6, momentum=m), 25)
        axes.plot(*path.T, color=color, marker="o", markersize=2.5, linewidth=0.9, label=name)
    axes.set(xlabel="w₁, curvature 0.05", ylabel="w₂, curvature 1")
    axes.legend(loc="upper right")
    return figure


def methods() -> Figure:
    """One ravine, 60 steps of five methods. SGD with momentum swings across; Adagrad slows down early; RMSprop,
    Adadelta and Adam go nearly diagonally, since each weight has a rate of its own."""
    makers = {
        "SGD, momentum": lambda p: SGD(p, lr=0.3, momentum=0.8),
        "Adagrad": lambda p: Adagrad(p, lr=0.9),
        "RMSprop": lambda p: RMSprop(p, lr=0.2, alpha=0.9),
        "Adadelta": lambda p: Adadelta(p, lr=6.0, rho=0.9, eps=1e-4),
        "Adam": lambda p: Adam(p, lr=0.5),
    }
    figure, axes = charts(1, 2, height=3.0, width_ratios=(1.6, 1))
    _contours(axes[0], (-10, 3), (-2, 2))
    for (name, make), color in zip(makers.items(), SERIES, strict=False):
        path = _path(make, 60)
        axes[0].plot(*path.T, color=color, linewidth=1.3)
        axes[0].plot(*path[::10].T, color=color, linestyle="none", marker="o", markersize=2.8)
        axes[1].plot(_height(path).clamp(min=1e-8), color=color, label=name)
    axes[0].set(xlabel="w₁", ylabel="w₂", title="the paths, a point every ten steps")
    axes[1].set(yscale="log", xlabel="step", title="the height")
    axes[1].minorticks_off()
    axes[1].set(ylim=(1e-8, 8))
    axes[1].legend(fontsize=8, loc="lower left")
    return figure


def bias_correction() -> Figure:
    """Adam's average of a gradient that is 1 in every step. Without correction it begins at 0.1 and needs 30 steps
    to come near 1; divided by 1 − β₁ᵗ it is 1 from the first step on. The average of the squares, with β₂ = 0.999,
    needs thousands."""
    figure, axes = charts(1, 2, height=2.5, sharey=True)
    for each, beta, name, last in ((axes[0], 0.9, "m", 50), (axes[1], 0.999, "s", 3000)):
        t = torch.arange(1, last + 1, dtype=torch.float64)
        average = 1 - beta**t
        each.plot(t, average, color=ORANGE, label=f"{name}: the average itself")
        each.plot(t, average / (1 - beta**t), color=BLUE, label=f"{name}̂: divided by 1 − βᵗ")
        each.set(title=f"β = {beta}", xlabel="step t", ylim=(0, 1.15))
        each.legend(loc="lower right", fontsize=8.5)
    return figure


def schedules() -> Figure:
    """The learning rate over 100 steps: a staircase that falls to a half every 25 steps, and a cosine that rises in
    a line for ten steps and then falls along half a wave to 0."""
    figure, axes = charts(height=2.2)
    steps = range(101)
    axes.step(steps, [step_lr(it, 1.0, 25, 0.5) for it in steps], where="post", color=ORANGE, label="step_lr")
    axes.plot(
        steps, [cosine_lr(it, 1.0, 100, warmup=10) for it in steps], color=BLUE, label="cosine_lr, warmup 10"
    )
    axes.set(xlabel="step it", ylabel="lr / base_lr", ylim=(0, 1.1))
    axes.legend()
    return figure


def exact_zeros() -> Figure:
    """What a step does to a weight. A penalty of λw²/2 scales it by a factor below 1, which never gives 0. The
    proximal step of λ|w| moves it by ηλ towards 0 and holds it there: between −ηλ and ηλ the result is exactly
    0."""
    figure, axes = charts(height=2.4, width=4.6)
    z = torch.linspace(-2, 2, 201)
    axes.plot(z, z, color=RULE, linestyle="--", label="no penalty")
    axes.plot(z, z * 0.6, color=ORANGE, label="λw²/2: times 1 − ηλ")
    axes.plot(z, z.sign() * (z.abs() - 0.6).clamp(min=0), color=PURPLE, label="λ|w|: 0 between −ηλ and ηλ")
    axes.axhline(0, color=QUIET, linewidth=0.6)
    axes.set(xlabel="z, the weight after the step of the data", ylabel="w")
    axes.set(xticks=(-2, -0.6, 0, 0.6, 2), yticks=(-1, 0, 1))
    axes.legend(fontsize=8, loc="upper left")
    return figure
