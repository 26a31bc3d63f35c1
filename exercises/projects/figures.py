"""The figures of the lesson on projects: `python docs/figures.py projects` draws them.

Their trainings are shorter than those of the tasks, so that all of them are drawn in seconds.
"""

import functools
import importlib.util
from pathlib import Path

import torch
from matplotlib.figure import Figure
from plotting import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    QUIET,
    RED,
    SERIES,
    arrow,
    box,
    charts,
    drawing,
    heat,
    image,
    label_rows,
)
from torch.nn import functional

from grader.course import load_course
from grader.data.load import load
from grader.suite import Random, shifted, simple_accuracies
from solutions.attention import scaled_dot_product_attention
from solutions.mlp import MLP
from solutions.projects import depth, digits_cnn, digits_mlp, find_the_bugs, name_writer, tiny_gpt

LETTERS = "0abcdefghijklmnopqrstuvwxyz"


def _generator(seed=0):
    return torch.Generator().manual_seed(seed)


@functools.cache
def _digits(train=500, test=300):
    """Digits moved by up to four pixels and made smaller, 14 x 14: to train on, and held out."""
    data, rng, parts = load("mnist"), Random(0), []
    for part, count in ((data.train, train), (data.test, test)):
        rows = rng.permutation(len(part.y))[:count]
        parts += functional.avg_pool2d(shifted(part.x[rows], 4, rng), 2), part.y[rows]
    return parts


@functools.cache
def _readers():
    """The net of digits_mlp, after six epochs, and that of digits_cnn, after three."""
    x, y, _, _ = _digits()
    torch.manual_seed(0)
    mlp, cnn = digits_mlp(x.flatten(1), y, _generator(), epochs=6), digits_cnn(x, y, _generator(), epochs=3)
    return mlp.model, cnn.model


def parts() -> Figure:
    """Seven topics on the left, six projects on the right, and an arrow where a project takes a part of a topic. The
    net, the loss and the optimiser, of mlp, losses and optimizers, go nearly everywhere; cnn, resnet, rnn and
    attention give one project its own kind of layer. Thick arrows on the right lead from a project to those that go
    on from it: digits_mlp to digits_cnn and to depth, name_writer to tiny_gpt."""
    topics = ("cnn", "resnet", "mlp", "losses", "optimizers", "rnn", "attention")
    tasks = {task.name: task.needs for task in load_course().topic("projects").tasks}
    order = ("digits_cnn", "depth", "digits_mlp", "find_the_bugs", "name_writer", "tiny_gpt")
    left = {topic: 4.35 - 0.66 * place for place, topic in enumerate(topics)}
    right = {name: 4.3 - 0.78 * place for place, name in enumerate(order)}
    figure, axes = drawing(height=4.7)
    for topic, color in zip(topics, (*SERIES, INK), strict=True):
        needed = {need for needs in tasks.values() for need in needs if need.split(".")[0] == topic}
        for name in order:
            if any(need in needed for need in tasks[name]):
                arrow(axes, (3.02, left[topic]), (5.0, right[name]), color=color, linewidth=1.0)
        box(axes, 1.53, left[topic], width=2.95, height=0.56, edgecolor=color)
        axes.text(1.53, left[topic] + 0.13, topic, ha="center", va="center", fontweight="bold", fontsize=9.5)
        names = ", ".join(sorted(need.split(".")[1] for need in needed))
        axes.text(1.53, left[topic] - 0.13, names, ha="center", va="center", color=QUIET, fontsize=8)
    for name in order:
        box(axes, 5.75, right[name], name, width=1.45, height=0.46)
        for need in tasks[name]:
            if need.startswith("projects."):
                start, end = right[need.split(".")[1]], right[name]
                arrow(axes, (6.5, start), (6.5, end), bend=0.45 if end > start else -0.45, linewidth=2.0)
    return figure


def digits() -> Figure:
    """Held-out digits that were moved by up to four pixels, and two nets after short trainings on 500 others. Bars
    show the share of 300 that is read right: a linear model reads the fewest, digits_mlp more, digits_cnn the most.
    Beside them eight digits that digits_mlp misread and digits_cnn read right."""
    x, y, x_test, y_test = _digits()
    mlp, cnn = _readers()
    with torch.no_grad():
        said, better = mlp(x_test.flatten(1)).argmax(1), cnn(x_test).argmax(1)
    shares = {
        "linear": simple_accuracies(x, y, x_test, y_test)["a linear model"],
        "digits_mlp": (said == y_test).float().mean().item(),
        "digits_cnn": (better == y_test).float().mean().item(),
    }
    figure, axes = charts(1, 2, height=2.5, width_ratios=(1, 1.6))
    bars = axes[0].bar(shares.keys(), shares.values(), color=(QUIET, ORANGE, BLUE), width=0.6)
    axes[0].bar_label(bars, fmt="%.2f", fontsize=8.5)
    axes[0].set(title="read right", ylim=(0, 1), yticks=(0, 0.5, 1))
    axes[0].grid(visible=False, axis="x")
    axes[1].set_axis_off()
    for place, i in enumerate(((said != y_test) & (better == y_test)).nonzero().flatten()[:8]):
        small = axes[1].inset_axes((0.25 * (place % 4), 0.5 - 0.54 * (place // 4), 0.22, 0.42))
        image(small, x_test[i, 0], f"{y_test[i]}, said {said[i]}")
    return figure


def filters() -> Figure:
    """What digits_cnn made of its eight filters of 3 by 3 weights, above, from dark for negative to bright for
    positive. Below, where each of them, after its norm and ReLU, finds something in one digit: edges of one
    direction, or whole strokes."""
    _, _, x_test, _ = _digits()
    _, cnn = _readers()
    with torch.no_grad():
        maps = torch.relu(cnn.bn1(functional.conv2d(x_test[:1], cnn.conv1, padding=1)))[0]
    figure, axes = charts(2, 9, height=1.9)
    axes[0, 0].set_axis_off()
    image(axes[1, 0], x_test[0, 0], "the digit")
    for i in range(8):
        image(axes[0, i + 1], cnn.conv1[i, 0].detach(), f"filter {i + 1}")
        image(axes[1, i + 1], maps[i], "finds")
    return figure


def deeper() -> Figure:
    """Training loss of three nets of the project depth on 300 digits of 7 by 7 pixels, in three epochs. The plain net
    of 20 layers falls the slowest, on the very images that it trains on. With shortcuts the same 20 layers fall
    faster than the 6 plain ones."""
    x, y, _, _ = _digits()
    x = functional.avg_pool2d(x[:300], 2).double()  # float32 would draw other lines on each processor
    figure, axes = charts(height=2.4, width=5.4)
    for blocks, residual, color in ((2, False, GREEN), (9, False, RED), (9, True, BLUE)):
        torch.manual_seed(0)
        losses = depth(x, y[:300], _generator(), blocks, residual, epochs=3).losses
        name = f"{2 * blocks + 2} {'residual' if residual else 'plain'} layers"
        axes.plot(range(1, 4), losses, color=color, marker="o", markersize=4, label=name)
    axes.set(xlabel="epoch", ylabel="training loss", xticks=range(1, 4), ylim=(0, 2.5))
    axes.legend(fontsize=8, loc="lower left")
    return figure


def reads_and_says() -> Figure:
    """The name anna on its way through name_writer. It reads 0, a, n, n, a and is to say a, n, n, a, 0: at each step
    what comes next. A token becomes a vector of 16 numbers, the cell makes a state of 64, the linear layer 27 scores;
    the state goes on to the next step."""
    figure, axes = drawing(height=2.5)
    for place, (read, said) in enumerate(zip("0anna", "anna0", strict=True)):
        x = 1.65 + 1.2 * place
        axes.text(x, 0.15, read, ha="center", va="center", fontsize=12, fontweight="bold")
        box(axes, x, 0.62, "embedding", width=0.9, height=0.34)
        box(axes, x, 1.25, "cell", width=0.9, height=0.42, edgecolor=BLUE)
        box(axes, x, 1.88, "linear", width=0.9, height=0.34)
        axes.text(x, 2.36, said, ha="center", va="center", fontsize=12, fontweight="bold", color=ORANGE)
        for low, high in ((0.26, 0.44), (0.8, 1.03), (1.47, 1.7), (2.06, 2.25)):
            arrow(axes, (x, low), (x, high))
        if place:
            arrow(axes, (x - 0.74, 1.25), (x - 0.46, 1.25), color=BLUE)
    for y, text in (
        (0.15, "reads"),
        (0.62, "(N, 16)"),
        (1.25, "(N, 64)"),
        (1.88, "(N, 27)"),
        (2.36, "is to say"),
    ):
        axes.text(0.55, y, text, ha="center", va="center", color=QUIET, fontsize=9)
    return figure


def names() -> Figure:
    """What name_writer expects after each part of the name petrov, after three epochs: a column for each step, a row
    for each letter, the darker the likelier. The letter that came is framed. After p and r it expects vowels,
    after v the end, which is written as 0. Beside it names that it writes, before the training and after three
    epochs."""
    known = load("names").train.x[::2]
    torch.manual_seed(0)
    before = name_writer(known, _generator(), 9, epochs=0).names
    after = name_writer(known, _generator(), 9, epochs=3)
    name = "petrov"
    tokens = torch.tensor([[0, *(ord(letter) - 96 for letter in name)]])
    with torch.no_grad():
        shares = after.model(tokens)[0][0].softmax(1)
    figure, axes = charts(1, 2, height=4.2, width_ratios=(1, 1.3))
    heat(axes[0], shares.t(), high=0.5)
    axes[0].set_aspect("auto")
    label_rows(axes[0], ("0", *name), LETTERS)
    axes[0].tick_params(axis="y", labelsize=7)
    for step, letter in enumerate((*tokens[0, 1:].tolist(), 0)):
        axes[0].plot(
            step, letter, marker="s", markersize=7, fillstyle="none", color=ORANGE, markeredgewidth=1.2
        )
    axes[0].set(xlabel="read so far, up to", ylabel="expected next")
    axes[1].set_axis_off()
    for x, title, written in ((0.05, "untrained", before), (0.65, "after three epochs", after.names)):
        axes[1].text(x, 0.95, title, fontsize=9.5, color=QUIET)
        for row, text in enumerate(written):
            axes[1].text(x, 0.87 - 0.075 * row, text, fontsize=10)
    return figure


def attention_map() -> Figure:
    """Where each of the four heads of tiny_gpt looks while it reads the name petrov, after two epochs: a row for the
    token that asks, a column for the one that is looked at, the darker the more. Nothing lies right of the diagonal,
    for what comes later is masked."""
    torch.manual_seed(0)
    model = tiny_gpt(load("names").train.x[::2], _generator(), 0, epochs=2).model
    name, attention = "petrov", model.blocks[0].attention
    tokens = torch.tensor([[0, *(ord(letter) - 96 for letter in name)]])
    seen = []
    attention.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        model(tokens)
        joint = functional.linear(seen[0], attention.in_proj_weight, attention.in_proj_bias)
    query, key, value = joint.reshape(7, 3, 4, 12).permute(1, 2, 0, 3)
    weights = scaled_dot_product_attention(
        query, key, value, torch.ones(7, 7, dtype=torch.bool).tril()
    ).weights
    figure, axes = charts(1, 4, height=2.2)
    for head, each in enumerate(axes):
        heat(each, weights[head], low=0, high=1)
        label_rows(each, ("0", *name), ("0", *name))
        each.set(title=f"head {head + 1}", xlabel="looked at")
    axes[0].set_ylabel("asks")
    return figure


def falling_losses() -> Figure:
    """The script of find_the_bugs, as it is given and mended, on the same table of tissue samples. The loss of the
    given one falls too, and then stays. The accuracy that it reports, 0.59 in each epoch, is counted wrong; that of
    the mended one comes near 1."""
    file = Path(__file__).with_name("projects.py")
    spec = importlib.util.spec_from_file_location("given_script", file)
    given = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(given)
    data = load("breast_cancer")
    x, y, x_val, y_val = data.train.x[:350], data.train.y[:350], data.train.x[350:], data.train.y[350:]
    figure, axes = charts(1, 2, height=2.3)
    for script, color, name in ((given.find_the_bugs, RED, "as given"), (find_the_bugs, BLUE, "mended")):
        torch.manual_seed(0)
        net = MLP((30, 16, 2), torch.relu)
        found = script(net, x, y, x_val, y_val, _generator(), 8, lr=0.1)
        epochs = range(1, 9)
        axes[0].plot(epochs, found.losses, color=color, marker="o", markersize=3, label=name)
        axes[1].plot(epochs, found.accuracies, color=color, marker="o", markersize=3, label=name)
    axes[0].set(title="training loss", xlabel="epoch", ylim=(0, None))
    axes[1].set(title="accuracy that it reports", xlabel="epoch", ylim=(0, 1.05))
    axes[0].legend(fontsize=8)
    return figure
