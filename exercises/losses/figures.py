"""The figures of the lesson on losses: `python docs/figures.py losses` draws them."""

import math

import torch
from matplotlib.figure import Figure
from plotting import BLUE, GREEN, INK, ORANGE, PURPLE, QUIET, RED, charts

from solutions.losses import (
    binary_cross_entropy_with_logits,
    calibration_error,
    contrastive_loss,
    cross_entropy,
    entropy,
    fit_temperature,
    hinge_loss,
    huber_loss,
    kl_divergence,
    l1_loss,
    log_sum_exp,
    mse_loss,
    nll_loss,
    sigmoid,
    softmax,
)

REGRESSION = (("mse_loss", mse_loss, BLUE), ("l1_loss", l1_loss, ORANGE), ("huber_loss", huber_loss, GREEN))


def _slope(losses, x):
    """The slope of each loss with respect to its own x."""
    return torch.autograd.grad(losses.sum(), x)[0]


def regression() -> Figure:
    """Left: three losses against the error. The squared error is a parabola, the absolute error a V,
    Huber's loss a parabola up to an error of 1 and straight beyond. Right: their slopes. That of the
    squared error grows with the error, that of the absolute one is −1 or 1, Huber's goes from −1 to 1 in a
    line."""
    figure, axes = charts(1, 2, height=2.8)
    error = torch.linspace(-3, 3, 120, requires_grad=True)
    for name, loss, color in REGRESSION:
        values = loss(error, torch.zeros(120), reduction="none")
        axes[0].plot(error.detach(), values.detach(), color=color, label=name)
        axes[1].plot(error.detach(), _slope(values, error), color=color)
    axes[0].set(title="the loss", xlabel="pred − target", ylim=(0, 5))
    axes[0].legend(fontsize=8.5, loc="upper center")
    axes[1].set(title="its slope", xlabel="pred − target", ylim=(-4, 4))
    return figure


def outlier() -> Figure:
    """The mean loss of one prediction for all of the numbers 1, 2, 2.2, 3.4 and 9. The squared error is
    smallest at their mean, 3.52, the absolute error at the number in the middle, 2.2, Huber's loss at
    2.53."""
    figure, axes = charts(height=2.6)
    data = torch.tensor([1.0, 2.0, 2.2, 3.4, 9.0])
    guesses = torch.linspace(0, 6, 241)
    for name, loss, color in REGRESSION:
        means = torch.stack([loss(guess.expand(5), data) for guess in guesses])
        best = guesses[means.argmin()]
        axes.plot(guesses, means - means.min(), color=color, label=f"{name}: smallest at {best:.2f}")
        axes.plot(best, 0, color=color, marker="o", markersize=5)
    axes.plot(
        data,
        torch.full((5,), -0.35),
        color=INK,
        linestyle="none",
        marker="|",
        markersize=10,
        label="the numbers",
    )
    axes.set(
        xlabel="one prediction for all", ylabel="mean loss, less its smallest", xlim=(0, 9.6), ylim=(-0.7, 4)
    )
    axes.legend(fontsize=8.5, loc="upper right")
    return figure


def overflow() -> Figure:
    """Left: exp in float32 on a logarithmic axis: inf above 88.7, 0 below −104. Right: the logarithm of
    exp(x) + exp(x). As it is written it exists between these two ends alone; with the largest entry taken
    out it is right everywhere."""
    figure, axes = charts(1, 2, height=2.6)
    x = torch.linspace(-150, 150, 601)
    power = x.exp()
    there = (power > 0) & power.isfinite()
    axes[0].plot(x[there], power[there], color=RED)
    axes[0].set(yscale="log", title="exp(x) in float32", xlabel="x", xlim=(-150, 150))
    axes[0].set(yticks=(1e-40, 1e-20, 1.0, 1e20, 1e38))
    axes[0].minorticks_off()
    axes[0].text(-128, 1e-42, "0", color=INK)
    axes[0].text(105, 1e34, "inf", color=INK)
    pair = torch.stack([x, x], 1)
    stable, plain = log_sum_exp(pair, 1), pair.exp().sum(1).log()
    axes[1].plot(x, stable, color=BLUE, label="m + log Σ exp(x − m)")
    axes[1].plot(
        x[plain.isfinite()],
        plain[plain.isfinite()],
        color=RED,
        linestyle="--",
        linewidth=2.4,
        label="log Σ exp(x)",
    )
    axes[1].set(title="log-sum-exp of (x, x)", xlabel="x", xlim=(-150, 150))
    axes[1].legend(fontsize=8.5, loc="upper left")
    return figure


def temperature() -> Figure:
    """The softmax of the scores 2, 1, 0 and −1, divided by a temperature T. The first class has 0.86 at T =
    0.5, 0.64 at T = 1 and 0.35 at T = 4; the order never changes."""
    figure, axes = charts(1, 3, height=2.2, sharey=True)
    scores = torch.tensor([2.0, 1.0, 0.0, -1.0])
    for each, t, color in zip(axes, (0.5, 1.0, 4.0), (RED, BLUE, GREEN), strict=True):
        probabilities = softmax(scores / t, 0)
        each.bar(range(4), probabilities, color=color, width=0.65)
        for k, p in enumerate(probabilities.tolist()):
            each.text(k, p + 0.03, f"{p:.2f}", ha="center", color=INK, fontsize=8.5)
        each.set(title=f"T = {t:g}", ylim=(0, 1), axisbelow=True)
        each.set_xticks(range(4), ("2", "1", "0", "−1"))
        each.grid(axis="x", visible=False)
    return figure


def surprise() -> Figure:
    """Left: −log p, the loss of a sample whose true class has the probability p: 0 at p = 1, 0.69 at 0.5,
    2.30 at 0.1. Right: slopes with respect to the score of the true class. Where the net is sure and wrong,
    that of cross-entropy is near −1, that of the squared error of p near 0."""
    figure, axes = charts(1, 2, height=2.7)
    p = torch.logspace(-2.2, 0, 60)
    losses = nll_loss(p.log().unsqueeze(1), torch.zeros(60, dtype=torch.int64), reduction="none")
    axes[0].plot(p, losses, color=BLUE)
    for at in (0.1, 0.5, 1.0):
        axes[0].plot(at, -math.log(at), color=BLUE, marker="o", markersize=4)
        axes[0].text(at + 0.01, -math.log(at) + 0.15, f"{abs(math.log(at)):.2f}", color=INK, fontsize=8.5)
    axes[0].set(title="−log p", xlabel="p of the true class", xlim=(-0.02, 1.08), ylim=(-0.1, 5))
    score = torch.linspace(-6, 6, 80, requires_grad=True)
    one = torch.ones(80)
    of_entropy = _slope(binary_cross_entropy_with_logits(score, one, reduction="none"), score)
    of_square = _slope(mse_loss(sigmoid(score), one, reduction="none"), score)
    axes[1].plot(score.detach(), of_entropy, color=BLUE, label="cross-entropy")
    axes[1].plot(score.detach(), of_square, color=ORANGE, label="squared error of p")
    axes[1].set(title="slope with respect to the score", xlabel="score of the true class", ylim=(-1.1, 0.1))
    axes[1].legend(fontsize=8.5, loc="lower right")
    return figure


def coin() -> Figure:
    """Left: the entropy of a coin, largest, log 2, where it is fair. Right: a coin with heads in 0.3 of
    all throws, and a model that says q. The cross-entropy is the entropy, a flat line, plus the KL
    divergence, which is 0 at q = 0.3."""
    figure, axes = charts(1, 2, height=2.6)
    heads = torch.linspace(0, 1, 81)
    both = torch.stack([heads, 1 - heads], 1)
    axes[0].plot(heads, entropy(both, 1), color=BLUE)
    axes[0].axhline(math.log(2), color=QUIET, linewidth=0.8, linestyle="--")
    axes[0].text(0.02, math.log(2) + 0.02, "log 2 = 0.69", color=INK, fontsize=8.5)
    axes[0].set(title="entropy of a coin", xlabel="p of heads", ylim=(0, 0.82))
    model = both[2:-2]
    truth = torch.tensor([0.3, 0.7]).expand_as(model)
    flat, extra = entropy(truth, 1), kl_divergence(truth, model, 1)
    axes[1].plot(model[:, 0], flat + extra, color=PURPLE, label="cross-entropy")
    axes[1].plot(model[:, 0], extra, color=ORANGE, label="KL divergence")
    axes[1].plot(model[:, 0], flat, color=BLUE, label="entropy of the coin")
    axes[1].set(title="truth 0.3, model q", xlabel="q of heads", ylim=(0, 2.6))
    axes[1].legend(fontsize=8.5, loc="upper left")
    return figure


def margins() -> Figure:
    """Left: the loss of two classes against the lead of the true score. The hinge is exactly 0 from a lead
    of 1 on, cross-entropy never. Right: the contrastive loss against the distance of a pair: it pulls one
    kind together, and pushes two kinds apart up to the margin 1."""
    figure, axes = charts(1, 2, height=2.6, sharey=True)
    lead = torch.linspace(-2, 3, 101)
    label = torch.zeros(1, dtype=torch.int64)
    for name, loss, color in (
        ("hinge, margin 1", hinge_loss, ORANGE),
        ("cross-entropy", cross_entropy, BLUE),
    ):
        values = [loss(torch.tensor([[z, 0.0]]), label) for z in lead.tolist()]
        axes[0].plot(lead, values, color=color, label=name)
    axes[0].set(xlabel="score of the true class − other score", title="classes", ylim=(-0.05, 3.1))
    axes[0].legend(fontsize=8.5)
    distance = torch.linspace(0.001, 2.2, 101).unsqueeze(1)
    for name, same, color in (("same kind", True, GREEN), ("two kinds, margin 1", False, RED)):
        values = contrastive_loss(distance, torch.zeros(101, 1), torch.full((101,), same), reduction="none")
        axes[1].plot(distance, values, color=color, label=name)
    axes[1].set(xlabel="distance d", title="pairs")
    axes[1].legend(fontsize=8.5)
    return figure


def calibration() -> Figure:
    """The share of right answers in ten bins against the mean confidence, for 3000 made-up samples. Of
    logits that are 2.5 times too large nearly all points lie below the diagonal: surer than right. Divided
    by the fitted temperature they lie along it."""
    figure, axes = charts(width=4.6, height=3.0)
    scores = 1.4 * torch.randn(3000, 3)
    labels = torch.multinomial(torch.softmax(scores, 1), 1).squeeze(1)
    logits = 2.5 * scores
    t = fit_temperature(logits, labels)
    axes.plot((0.3, 1), (0.3, 1), color=QUIET, linestyle="--", linewidth=0.8)
    for name, values, color in (("as they are", logits, RED), (f"divided by T = {t:.2f}", logits / t, BLUE)):
        table = calibration_error(values, labels, 10)
        there = table.count > 0
        label = f"{name}: error {table.error:.2f}"
        axes.plot(
            table.confidence[there], table.accuracy[there], color=color, marker="o", markersize=4, label=label
        )
    axes.set(xlabel="confidence", ylabel="share of right answers", xlim=(0.3, 1.02), ylim=(0.2, 1.02))
    axes.legend(fontsize=8.5, loc="upper left")
    return figure
