"""The figures of the lesson on training: `python docs/figures.py training` draws them."""

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
    arrow,
    box,
    charts,
    drawing,
    heat,
    image,
)
from torch.nn import functional

from grader.data.load import load
from solutions.mlp import MLP
from solutions.training import (
    EarlyStopping,
    choose_degree,
    evaluate,
    fit_polynomial,
    kfold_indices,
    learning_rate_range,
    polynomial_features,
    precision_and_recall,
    predict,
    selection_leak,
    standardize,
    three_way_split,
    train_classifier,
    train_digits,
    train_epoch,
)


def _wave(count, seed):
    """Points of sin(3x) with noise of deviation 0.3."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(count, generator=generator, dtype=torch.float64) * 2 - 1
    return x, torch.sin(3 * x) + 0.3 * torch.randn(count, generator=generator, dtype=torch.float64)


def _digits(train, test):
    """Digits of 14 x 14 pixels in rows: some to train on, others that are held out."""
    data, parts = load("mnist"), []
    generator = torch.Generator().manual_seed(0)
    for part, count in ((data.train, train), (data.test, test)):
        rows = torch.randperm(len(part.y), generator=generator)[:count]
        parts += functional.avg_pool2d(part.x[rows], 2).flatten(1), part.y[rows]
    return parts


def fits() -> Figure:
    """The same twenty noisy points and three polynomials. Degree 1 misses the wave. Degree 3 follows it. Degree 13
    comes nearest to the points it was fitted to and leaps far away between them, so that its error on twenty other
    points of the same wave is more than a hundred."""
    (x, y), (x_val, y_val) = _wave(20, 3), _wave(20, 4)
    line = torch.linspace(-1, 1, 101, dtype=torch.float64)
    figure, axes = charts(1, 3, height=2.5, sharey=True)
    for each, degree in zip(axes, (1, 3, 13), strict=True):
        fit = fit_polynomial(x, y, x_val, y_val, degree)
        each.plot(line, torch.sin(3 * line), color=RULE, linewidth=3)
        each.plot(line, polynomial_features(line, degree) @ fit.weights, color=PURPLE)
        fitted, other = f"fitted to: {fit.train_error:.2f}", f"not seen: {fit.validation_error:.2f}"
        each.plot(x, y, color=BLUE, marker="o", linestyle="none", markersize=4, label=fitted)
        each.plot(x_val, y_val, color=ORANGE, marker="x", linestyle="none", markersize=4, label=other)
        each.set(title=f"degree {degree}", xlabel="x", ylim=(-2.2, 3.2))
        each.legend(fontsize=8, loc="upper left", handletextpad=0.1, borderpad=0)
    return figure


def degrees() -> Figure:
    """Mean squared error against the degree of the polynomial. On the points it was fitted to the error only falls.
    On other points it falls to degree 3, stays near the noise, and rises steeply after degree 9. Five-fold
    cross-validation sees much the same from 30 points alone; here it chooses degree 5."""
    (x, y), (x_val, y_val) = _wave(30, 3), _wave(400, 4)
    all_degrees = range(1, 13)
    found = [fit_polynomial(x, y, x_val, y_val, degree) for degree in all_degrees]
    folds = choose_degree(x, y, x, list(all_degrees), 5, torch.Generator().manual_seed(0), 1e-6)
    figure, axes = charts(height=2.6, width=5.6)
    axes.plot(all_degrees, [fit.train_error for fit in found], color=BLUE, marker="o", markersize=4)
    axes.plot(all_degrees, [fit.validation_error for fit in found], color=ORANGE, marker="o", markersize=4)
    axes.plot(all_degrees, folds.errors, color=PURPLE, marker="s", markersize=4, linestyle="--")
    axes.axhline(0.09, color=QUIET, linewidth=0.8)
    axes.set(xlabel="degree", ylabel="mean squared error", yscale="log", xticks=all_degrees)
    axes.set_yticks((0.05, 0.1, 0.5, 1, 5), ("0.05", "0.1", "0.5", "1", "5"))
    axes.minorticks_off()
    axes.set_ylim(0.03, 12)
    axes.legend(
        ("30 points, fitted to", "400 other points", "cross-validation", "the noise, 0.09"), fontsize=8
    )
    return figure


def pipeline() -> Figure:
    """Where rows go. Of 1442 digits a random order deals out 1010 to train on, 216 to validate on and 216 to test
    on. Mean and deviation are measured on the training rows alone and used for all. In each epoch the training rows
    come in a new order, in 32 batches of at most 32 rows, the last of 18; each makes one step. After each epoch the
    validation rows are measured, without a step. The test rows are used once, at the end."""
    n = len(load("digits").train.y)
    parts = three_way_split(n, (0.7, 0.15, 0.15), torch.Generator().manual_seed(0))
    train, validation, test = (len(part) for part in parts)
    batches = -(-train // 32)
    figure, axes = drawing(height=3.0)
    box(axes, 0.75, 1.5, f"{n} rows", width=1.1, height=2.45)
    places = (
        (train, "train", 2.45, BLUE),
        (validation, "validation", 1.5, PURPLE),
        (test, "test", 0.55, ORANGE),
    )
    for count, name, y, color in places:
        arrow(axes, (1.32, y), (1.75, y))
        box(axes, 2.4, y, f"{name}\n{count} rows", width=1.25, height=0.55, edgecolor=color)
    axes.text(1.53, 2.82, "three_way_split", ha="center", color=QUIET, fontsize=8.5)
    arrow(axes, (3.05, 2.45), (3.48, 2.45))
    arrow(axes, (3.05, 1.5), (3.48, 1.5))
    arrow(axes, (3.05, 0.55), (3.48, 0.55))
    box(axes, 4.05, 1.5, "standardize\nwith mean\nand deviation\nof train", width=1.1, height=2.45)
    arrow(axes, (4.62, 2.45), (5.0, 2.45))
    for i in range(4):
        box(axes, 5.14 + 0.28 * i, 2.45, "", width=0.22, height=0.5, edgecolor=BLUE)
    last = train - 32 * (batches - 1)
    axes.text(6.27, 2.45, f"{batches} batches,\nthe last of {last}", va="center", fontsize=8.5)
    axes.text(5.02, 2.82, "a new order in each epoch", color=QUIET, fontsize=8.5)
    arrow(axes, (5.55, 2.18), (5.55, 1.8), color=BLUE)
    axes.text(5.63, 1.98, "a step for each", fontsize=8.5, va="center")
    arrow(axes, (4.62, 1.5), (5.0, 1.5))
    box(axes, 5.55, 1.5, "model", width=1.0, height=0.52)
    axes.text(6.15, 1.5, "validation loss\nafter each epoch:\nno step", va="center", fontsize=8.5)
    arrow(axes, (4.62, 0.55), (5.0, 0.55))
    box(axes, 5.55, 0.55, "the one kept", width=1.0, height=0.52)
    arrow(axes, (5.55, 1.23), (5.55, 0.83))
    axes.text(6.15, 0.55, "measured once,\nat the very end", va="center", fontsize=8.5)
    return figure


def folds() -> Figure:
    """Twenty rows and five rounds. In each round four rows validate, chosen at random, and the other sixteen train.
    Each row validates once."""
    figure, axes = charts(height=1.6, width=5.6)
    table = torch.zeros(5, 20)
    for i, fold in enumerate(kfold_indices(20, 5, torch.Generator().manual_seed(0))):
        table[i, fold.validation] = 1
    heat(axes, table, color=ORANGE, low=-0.25)
    axes.set(xlabel="row", ylabel="round", xticks=range(0, 20, 5), yticks=range(5))
    axes.set_yticklabels(range(1, 6))
    axes.tick_params(length=0)
    return figure


def leak() -> Figure:
    """Twelve draws of pure noise: 50 rows, 1000 columns, a target that has nothing to do with them. Five columns
    chosen by all rows before the folds seem to predict it with half the error of the mean. Chosen in each fold by
    its training rows alone they are worse than the mean."""
    errors = []
    for seed in range(12):
        generator = torch.Generator().manual_seed(seed)
        x, y = torch.randn(50, 1000, generator=generator), torch.randn(50, generator=generator)
        found = selection_leak(x, y, kfold_indices(50, 5, generator), 5)
        errors.append((found.leaky_error, found.mean_error, found.honest_error))
    figure, axes = charts(height=2.0, width=6.2)
    names = ("columns chosen by all rows", "no column: the mean", "chosen in each fold")
    for place, values in enumerate(zip(*errors, strict=True)):
        color = (ORANGE, QUIET, BLUE)[place]
        axes.plot(values, [place] * 12, color=color, marker="o", markersize=5, linestyle="none", alpha=0.7)
    axes.set_yticks(range(3), names)
    axes.set(xlabel="error of cross-validation, one point a draw", ylim=(2.5, -0.5), xlim=(0, None))
    return figure


def stopping() -> Figure:
    """A net with 128 hidden units and 150 digits, of which a fifth has a wrong label. The training loss falls to 0 in
    50 epochs. The validation loss is lowest at epoch 7, then rises while the training loss still falls. Early stopping
    with a patience of 8 ends the training after epoch 15 and gives the weights of epoch 7 back."""
    x, y, x_val, y_val = _digits(150, 400)
    wrong = torch.arange(150) % 5 == 0
    y = torch.where(wrong, (y + 3) % 10, y)
    net = MLP((196, 128, 10), torch.relu)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    stop, train, validation, ended = EarlyStopping(patience=8), [], [], None
    for epoch in range(50):
        batches = [(x[rows], y[rows]) for rows in torch.randperm(150).split(25)]
        train.append(train_epoch(net, batches, functional.cross_entropy, optimizer))
        validation.append(evaluate(net, [(x_val, y_val)], functional.cross_entropy))
        if ended is None and stop.step(validation[-1], net):
            ended = epoch
    best = validation.index(stop.best_loss)
    figure, axes = charts(height=2.6, width=6.2)
    epochs = range(1, 51)
    axes.plot(epochs, train, color=BLUE, label="training")
    axes.plot(epochs, validation, color=ORANGE, label="validation")
    axes.axvspan(ended + 1, 50.5, color=RULE, alpha=0.35, linewidth=0)
    axes.plot(best + 1, stop.best_loss, color=ORANGE, marker="o")
    axes.annotate(f"lowest, epoch {best + 1}", (best + 1, stop.best_loss), (10.5, 2.1), color=INK,
                  arrowprops={"arrowstyle": "-", "color": QUIET})  # fmt: skip
    axes.text(ended + 1.6, 2.7, "not run: stopped after epoch " + str(ended + 1), color=QUIET)
    axes.set(xlabel="epoch", ylabel="loss", xlim=(0, 50.5), ylim=(0, 3))
    axes.legend(fontsize=8, loc="upper right")
    return figure


def rates() -> Figure:
    """Loss of held-out digits after 20 steps, for nine learning rates from the same start. Up to 0.01 hardly
    anything happens. The best rate is 1. Three times more learns less, and ten times more destroys the net: its
    training diverged, which a cross marks."""
    x, y, x_val, y_val = _digits(600, 300)
    tried = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
    net = MLP((196, 64, 10), torch.relu)
    found = learning_rate_range(net, (x, y), (x_val, y_val), functional.cross_entropy, tried, 20)
    figure, axes = charts(height=2.4, width=5.6)
    axes.plot(tried, found.losses, color=BLUE, marker="o", markersize=4)
    axes.plot(found.best, min(found.losses), color=GREEN, marker="o", markersize=7)
    diverged = [rate for rate, loss in zip(tried, found.losses, strict=True) if loss != loss]
    axes.plot(
        diverged, [found.start_loss] * len(diverged), color=RED, marker="x", linestyle="none", markersize=7
    )
    axes.axhline(found.start_loss, color=QUIET, linewidth=0.8, linestyle="--")
    axes.text(0.001, found.start_loss - 0.12, "before any step", color=QUIET, fontsize=8.5, va="top")
    axes.set(xscale="log", xlabel="learning rate", ylabel="loss after 20 steps", ylim=(0, 2.6))
    axes.set_xticks((0.001, 0.01, 0.1, 1, 10), ("0.001", "0.01", "0.1", "1", "10"))
    axes.minorticks_off()
    return figure


def confusion() -> Figure:
    """What a small net says of 355 held-out digits of 8 by 8 pixels: a row for each true digit, a column for each
    answer, and the number of digits where they meet. Most lie on the diagonal. Beside it six of those that lie
    elsewhere, with what they are and what was said."""
    data = load("digits")
    x, x_test = (part.x.flatten(1) for part in (data.train, data.test))
    run = train_digits(x, data.train.y, torch.Generator().manual_seed(0), epochs=4)
    said, y = predict(run.model, x_test).argmax(1), data.test.y
    counts = torch.bincount(10 * y + said, minlength=100).view(10, 10)
    figure, axes = charts(1, 2, height=3.2, width_ratios=(1.35, 1))
    heat(axes[0], counts, high=40)
    for i in range(10):
        for j in range(10):
            if counts[i, j]:
                axes[0].text(j, i, int(counts[i, j]), ha="center", va="center", fontsize=8)
    right = counts.diagonal().sum() / counts.sum()
    axes[0].set(xlabel="the net says", ylabel="the digit is", xticks=range(10), yticks=range(10))
    axes[0].set(title=f"{right:.1%} read right")
    axes[0].tick_params(length=0)
    wrong = (said != y).nonzero().flatten()[:6]
    axes[1].set_axis_off()
    for place, i in enumerate(wrong):
        small = axes[1].inset_axes((0.34 * (place % 3), 0.5 - 0.52 * (place // 3), 0.3, 0.4))
        image(small, data.test.x[i, 0], f"{y[i]}, said {said[i]}")
    return figure


def thresholds() -> Figure:
    """Precision, recall and f1 of a logistic regression on 113 held-out tissue samples, against the threshold of an
    alarm. The higher the threshold, the fewer alarms: recall falls, precision mostly rises. f1 is largest where both
    are large."""
    data = load("breast_cancer")
    x, x_test = standardize(data.train.x, data.test.x)
    malignant = data.classes.index("malignant")
    run = train_classifier(
        data.train.x, (data.train.y == malignant).long(), torch.Generator().manual_seed(0), 4
    )
    scores, labels = predict(run.model, x_test), (data.test.y == malignant).long()
    steps = torch.linspace(0.01, 0.99, 50).tolist()
    found = [precision_and_recall(scores, labels, threshold) for threshold in steps]
    figure, axes = charts(height=2.3, width=5.6)
    for name, color in (("precision", BLUE), ("recall", ORANGE), ("f1", GREEN)):
        axes.plot(steps, [getattr(one, name) for one in found], color=color, label=name)
    axes.set(xlabel="threshold", ylabel="share", ylim=(0.4, 1.02))
    axes.legend(fontsize=8, loc="lower center")
    return figure
