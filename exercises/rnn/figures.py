"""The figures of the lesson on recurrent networks: `python docs/figures.py rnn` draws them."""

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from plotting import (
    BLUE,
    GOLD,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    QUIET,
    RED,
    RULE,
    SERIES,
    arrow,
    box,
    charts,
    drawing,
)
from torch import nn

from grader.data.load import load
from solutions.autograd import clip_gradient_norm_
from solutions.rnn import (
    RNN,
    CharRNN,
    Embedding,
    LSTMCell,
    RNNCell,
    decode,
    gradient_through_time,
    pad_sequences,
    rnn_cell_step,
    sample,
    train_char_rnn,
)

LETTERS = {"e": 0, "h": 1, "l": 2, "o": 3}
CHARACTERS = " abcdefghijklmnopqrstuvwxyz.,;"


def _column(axes, x, y, values, width=0.14, side=0.085):
    """Draw numbers from -1 to 1 as squares, one above the other, from y upwards."""
    for i, value in enumerate(values):
        color = BLUE if value > 0 else ORANGE
        axes.add_patch(
            Rectangle((x - width / 2, y + i * side), width, side, fc=color, alpha=abs(value), lw=0)
        )
    axes.add_patch(Rectangle((x - width / 2, y), width, side * len(values), fc="none", ec=QUIET, lw=0.7))


def _path(axes, *points, **options):
    """Draw a line through points that ends in an arrow."""
    look = {"color": QUIET, "linewidth": 1.2} | options
    axes.plot(*zip(*points[:-1], strict=True), solid_joinstyle="miter", **look)
    arrow(axes, points[-2], points[-1], **look)


def unrolled() -> Figure:
    """A cell with an arrow back to itself, and the same cell five times in a row, one for each letter of hello.
    A trained network answers o, h, l, o, l. Its states, drawn as squares, differ at the two letters l."""
    word, answer = "hello", "ohlol"
    tokens, targets = (torch.tensor([[LETTERS[letter] for letter in text]]) for text in (word, answer))
    model = CharRNN(4, 8).double()
    train_char_rnn(model, tokens, targets, 25, 0.05)
    with torch.no_grad():
        shares = model(tokens)[0][0].softmax(1)
        states = model.rnn(nn.functional.one_hot(tokens, 4).double())[0][0]
    figure, axes = drawing(height=3.0)
    box(axes, 0.75, 1.0, "cell", width=0.7)
    axes.text(0.75, 0.22, "xₜ", ha="center", va="center")
    axes.text(0.75, 2.0, "hₜ", ha="center", va="center")
    arrow(axes, (0.75, 0.36), (0.75, 0.77))
    arrow(axes, (0.75, 1.23), (0.75, 1.84))
    _path(axes, (0.75, 1.5), (0.15, 1.5), (0.15, 1.0), (0.39, 1.0))
    axes.text(1.62, 1.0, "=", ha="center", va="center", fontsize=15)
    for t in range(5):
        x = 2.6 + 1.06 * t
        box(axes, x, 1.0, "cell", width=0.62)
        axes.text(
            x, 0.22, word[t], ha="center", va="center", fontsize=12, color=RED if word[t] == "l" else INK
        )
        arrow(axes, (x, 0.36), (x, 0.77))
        arrow(axes, (x, 1.23), (x, 1.42))
        _column(axes, x, 1.44, states[t].tolist())
        arrow(axes, (x, 2.15), (x, 2.4))
        share, best = shares[t].max(0)
        text = f"{'ehlo'[best]} {share:.2f}"
        axes.text(x, 2.55, text, ha="center", va="center", fontsize=11, color=RED if word[t] == "l" else INK)
        arrow(axes, (x - 0.73 if t else x - 0.62, 1.0), (x - 0.33, 1.0))
        axes.text(
            x - 0.53, 1.13, f"h{'₋₀₁₂₃'[t]}{'₁' if t == 0 else ''}", ha="center", va="center", color=QUIET
        )
    axes.text(
        2.6 + 1.06 * 2, 2.84, "the likeliest answer and its probability", ha="center", color=QUIET, fontsize=9
    )
    return figure


def directions() -> Figure:
    """A bidirectional layer over four steps. Blue cells read to the right, orange ones to the left; each output
    has a blue and an orange half. The last states, h_n, stand at opposite ends: blue at step 3, orange at step
    0."""
    output, last = RNN(3, 5, bidirectional=True)(torch.zeros(4, 2, 3))
    figure, axes = drawing(height=3.1)
    for t in range(4):
        x = 1.35 + 1.5 * t
        axes.text(x, 0.2, f"x{'₀₁₂₃'[t]}", ha="center", va="center")
        box(axes, x - 0.25, 1.0, "→", width=0.46, edgecolor=BLUE, linewidth=1.5)
        box(axes, x + 0.25, 1.75, "←", width=0.46, edgecolor=ORANGE, linewidth=1.5)
        arrow(axes, (x - 0.06, 0.36), (x - 0.25, 0.77))
        arrow(axes, (x + 0.06, 0.36), (x + 0.25, 1.52))
        arrow(axes, (x - 0.25, 1.22), (x - 0.25, 2.33), color=BLUE)
        arrow(axes, (x + 0.25, 1.97), (x + 0.25, 2.33), color=ORANGE)
        for side, color, ends in ((-0.25, BLUE, t == 3), (0.25, ORANGE, t == 0)):
            look = {"facecolor": color, "alpha": 0.45} if ends else {}
            box(axes, x + side, 2.5, "h_n" if ends else "", width=0.48, height=0.3, edgecolor=color, **look)
        axes.text(x, 2.78, f"output at t = {t}", ha="center", va="center", fontsize=8.5, color=QUIET)
        arrow(axes, (x - 1.51 if t else x - 0.75, 1.0), (x - 0.49, 1.0), color=BLUE)
        arrow(axes, (x + 1.51 if t < 3 else x + 0.75, 1.75), (x + 0.49, 1.75), color=ORANGE)
    axes.text(0.42, 1.0, "h_0", ha="center", va="center")
    axes.text(6.78, 1.75, "h_0", ha="center", va="center")
    shapes = f"T = 4, N = 2, H = 5: output {tuple(output.shape)}, h_n {tuple(last.shape)}"
    axes.text(3.6, 2.98, shapes, ha="center", va="center", fontsize=9)
    return figure


def _scaled(size, radius):
    """Return a random matrix whose largest eigenvalue has this absolute value."""
    w = torch.randn(size, size, dtype=torch.float64)
    return w * (radius / torch.linalg.eigvals(w).abs().max())


def _norms_back(step, state, steps):
    """Return how long the gradient of a random sum of the last state is, 0, 1, 2, ... steps back."""
    states = [state]
    for _ in range(steps):
        states.append(step(states[-1]))
        states[-1].retain_grad()
    states[-1].backward(torch.randn_like(states[-1]))
    return [float(each.grad.norm()) for each in reversed(states[1:])]


def gradients() -> Figure:
    """Size of a gradient against steps back, logarithmic. Left the norm of powers of w: with spectral radius
    0.8 it vanishes, with 1 it stays, with 1.2 and 1.5 it explodes. Right the same w in a tanh network that
    reads noise: the slopes pull each line down."""
    figure, axes = charts(1, 2, height=2.7, sharey=True)
    for radius, color in zip((0.8, 1.0, 1.2, 1.5), SERIES, strict=False):
        torch.manual_seed(1)
        w, steps = _scaled(32, radius), 40
        axes[0].semilogy(gradient_through_time(w, steps), color=color, label=f"ρ = {radius}")
        zero, x = torch.zeros(32, dtype=torch.float64), torch.randn(1, 32, dtype=torch.float64) * 0.3
        eye, start = torch.eye(32, dtype=torch.float64), torch.zeros(1, 32, dtype=torch.float64)
        norms = _norms_back(
            lambda h, w=w, x=x, e=eye, z=zero: rnn_cell_step(torch.randn_like(x) * 0.3, h, e, w, z, z),
            start.requires_grad_(),
            steps + 1,
        )
        axes[1].semilogy([norm / norms[0] for norm in norms], color=color, label=f"ρ = {radius}")
    axes[0].set(title="a power of w: its norm", xlabel="steps back", ylim=(1e-6, 1e6))
    axes[1].set(title="tanh network: gradient of hₜ", xlabel="steps back")
    axes[1].legend(fontsize=8.5, loc="upper right", ncols=2)
    for each in axes:
        each.minorticks_off()
    return figure


def clipping() -> Figure:
    """Left a loss against the recurrent weight: flat, then a wall. From the wall a plain step leads far out of
    the picture, a clipped one a little way down. Right two gradients, before and after: the long one gets norm
    1, the direction stays; the short one is left alone."""
    figure, axes = charts(1, 2, height=2.6, width_ratios=(3, 2))

    def loss(w):
        return (w**20 - 0.5) ** 2

    line = torch.linspace(0.8, 1.11, 120, dtype=torch.float64)
    w = torch.tensor(1.08, dtype=torch.float64, requires_grad=True)
    loss(w).backward()
    slope = float(w.grad)
    start = w.item()
    clip_gradient_norm_([w], 1.0)
    after = start - 0.03 * w.grad.item()
    axes[0].plot(line, loss(line), color=INK)
    axes[0].plot(start, loss(start), "o", color=RED)
    axes[0].annotate(
        "", (0.8, loss(start)), (start, loss(start)), arrowprops={"arrowstyle": "-|>", "color": ORANGE}
    )
    axes[0].text(
        0.81, loss(start) + 0.6, f"plain step, to w = −{0.03 * slope - start:.1f}", color=ORANGE, fontsize=9
    )
    axes[0].annotate(
        "", (after, loss(after)), (start, loss(start)), arrowprops={"arrowstyle": "-|>", "color": BLUE}
    )
    axes[0].text(0.9, 6.2, f"clipped step, to w = {after:.2f}", color=BLUE, fontsize=9)
    axes[0].set(xlabel="w", title="(w²⁰ − 0.5)², learning rate 0.03", ylim=(-0.8, 26), xlim=(0.8, 1.11))
    for parts in ((1.8, 2.4), (-0.48, 0.36)):
        g = torch.tensor(parts, requires_grad=True)
        g.grad = torch.tensor(parts)
        clip_gradient_norm_([g], 1.0)
        for values, color, width in ((parts, ORANGE, 1.2), (g.grad.tolist(), BLUE, 2.4)):
            look = {"arrowstyle": "-|>", "color": color, "lw": width, "shrinkA": 0, "shrinkB": 0}
            axes[1].annotate("", values, (0, 0), arrowprops=look)
    axes[1].add_patch(Circle((0, 0), 1, fc="none", ec=RULE, lw=1.2))
    axes[1].set(xlim=(-1.3, 2.6), ylim=(-1.2, 2.7), aspect="equal", title="norm at most 1")
    axes[1].set(xlabel="g₁", ylabel="g₂")
    return figure


def _dot(axes, x, y, sign):
    axes.add_patch(Circle((x, y), 0.13, fc=PAPER, ec=INK, lw=1.2, zorder=3))
    axes.text(x, y, sign, ha="center", va="center_baseline", fontsize=11, zorder=4)


def gates() -> Figure:
    """Two cells. In the LSTM the memory c runs along the top: multiplied by f, then i times g is added, and o
    lets a part out as the new state. In the GRU the state itself does: z keeps a part, 1 minus z lets new
    content n in."""
    figure, axes = drawing(height=3.3)
    top = 2.55
    _path(axes, (0.3, top), (4.1, top), color=PURPLE, linewidth=2.2)
    axes.text(0.14, top, "c", ha="center", va="center")
    axes.text(4.25, top, "c'", ha="center", va="center")
    box(axes, 2.0, 0.3, "x and h: one sum of width 4H", width=3.6, height=0.36)
    for x, name, bend in ((0.6, "f", "σ"), (1.4, "i", "σ"), (2.1, "g", "tanh"), (3.4, "o", "σ")):
        arrow(axes, (x, 0.48), (x, 0.82))
        box(
            axes,
            x,
            1.0,
            bend,
            width=0.5,
            height=0.36,
            edgecolor=BLUE if bend == "σ" else ORANGE,
            linewidth=1.4,
        )
        side = 0.12 if name == "g" else -0.12
        axes.text(x + side, 1.32, name, ha="center", va="center")
    for x, y, sign in ((0.6, top, "×"), (1.75, 1.8, "×"), (1.75, top, "+"), (3.4, 1.6, "×")):
        _dot(axes, x, y, sign)
    arrow(axes, (0.6, 1.18), (0.6, top - 0.13))
    arrow(axes, (1.4, 1.18), (1.68, 1.69))
    arrow(axes, (2.1, 1.18), (1.82, 1.69))
    arrow(axes, (1.75, 1.93), (1.75, top - 0.13))
    arrow(axes, (3.4, 1.18), (3.4, 1.47))
    box(axes, 3.4, 2.08, "tanh", width=0.5, height=0.3, edgecolor=ORANGE, linewidth=1.4)
    arrow(axes, (3.4, top), (3.4, 2.23))
    arrow(axes, (3.4, 1.93), (3.4, 1.73))
    arrow(axes, (3.53, 1.6), (4.1, 1.6))
    axes.text(4.25, 1.6, "h'", ha="center", va="center")
    axes.text(0.1, 3.08, "LSTM", ha="left", va="center", fontsize=10.5)

    _path(axes, (4.9, top), (7.05, top), color=PURPLE, linewidth=2.2)
    axes.text(4.75, top, "h", ha="center", va="center")
    axes.text(7.22, top, "h'", ha="center", va="center")
    box(axes, 5.98, 0.3, "x and h: two products, 3H", width=2.4, height=0.36)
    for x, name, bend in ((5.15, "z", "σ"), (5.95, "r", "σ"), (6.75, "n", "tanh")):
        arrow(axes, (x, 0.48), (x, 0.82))
        box(
            axes,
            x,
            1.0,
            bend,
            width=0.5,
            height=0.36,
            edgecolor=BLUE if bend == "σ" else ORANGE,
            linewidth=1.4,
        )
        axes.text(x - 0.12, 1.32, name, ha="center", va="center")
    for x, y, sign in ((5.15, top, "×"), (6.75, 1.8, "×"), (6.75, top, "+")):
        _dot(axes, x, y, sign)
    arrow(axes, (5.15, 1.18), (5.15, top - 0.13))
    arrow(axes, (6.2, 1.0), (6.5, 1.0))
    arrow(axes, (6.75, 1.18), (6.75, 1.67))
    arrow(axes, (6.75, 1.93), (6.75, top - 0.13))
    arrow(axes, (5.15, 1.8), (6.62, 1.8))
    axes.text(5.9, 1.93, "1 − z", ha="center", va="center", color=QUIET)
    axes.text(4.7, 3.08, "GRU", ha="left", va="center", fontsize=10.5)
    return figure


def memory() -> Figure:
    """Size of the gradient of the input against steps back, logarithmic. It falls steeply in a plain cell and
    in a fresh LSTM. In an LSTM whose forget gates are near 1, by a bias of 4, it has hardly fallen after 40
    steps."""
    figure, axes = charts(height=2.4, width=5.4)
    steps, size = 40, 32
    for name, make, bias in (
        ("RNNCell", RNNCell, 0),
        ("LSTMCell", LSTMCell, 0),
        ("LSTMCell, f near 1", LSTMCell, 4),
    ):
        torch.manual_seed(2)
        cell = make(8, size).double()
        if bias:
            with torch.no_grad():
                cell.bias_ih[size : 2 * size] = bias
        inputs, state = torch.randn(steps + 1, 1, 8, dtype=torch.float64, requires_grad=True), None
        for x in inputs:
            state = cell(x, state)
        last = state if torch.is_tensor(state) else state.h
        last.backward(torch.randn_like(last))
        norms = inputs.grad.flatten(1).norm(dim=1).flip(0)
        axes.semilogy(norms / norms[0], label=name)
    axes.minorticks_off()
    axes.set(xlabel="steps back", ylabel="gradient of xₜ", ylim=(1e-14, 10))
    axes.legend(fontsize=8.5, loc="lower left")
    return figure


def _table(axes, x, y, rows, names, color, side=0.5, height=0.3):
    """Draw numbers as a table whose upper left corner is (x, y); names stand left of the rows."""
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            mark = {"fc": color, "alpha": 0.28} if any(row) and color else {"fc": "none"}
            axes.add_patch(Rectangle((x + j * side, y - (i + 1) * height), side, height, lw=0, **mark))
            place = (x + j * side, y - (i + 1) * height)
            axes.add_patch(Rectangle(place, side, height, fc="none", ec=QUIET, lw=0.8))
            axes.text(
                x + (j + 0.5) * side,
                y - (i + 0.5) * height,
                f"{value:g}",
                ha="center",
                va="center",
                fontsize=9,
            )
        if names:
            axes.text(
                x - 0.08, y - (i + 0.5) * height, names[i], ha="right", va="center", color=QUIET, fontsize=9
            )


def embedding() -> Figure:
    """A table of five rows, from which the tokens 2, 0, 2 take rows. On the way back three gradients go to
    these rows: row 2 gets the sum of two, row 0 gets one, all others get 0."""
    layer = Embedding(5, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[3.0, 4], [7, 1], [5, 9], [2, 8], [6, 0]]))
    tokens, above = torch.tensor([2, 0, 2]), torch.tensor([[1.0, 2], [10, 20], [100, 200]])
    y = layer(tokens)
    y.backward(above)
    figure, axes = drawing(height=2.05)
    axes.set_ylim(0.25, 2.3)
    top = 1.85
    rows = [str(v) for v in range(5)]
    for i, token in enumerate(tokens.tolist()):
        color = (BLUE, GREEN, PURPLE)[i]
        line = top - (token + 0.5) * 0.3
        arrow(axes, (1.45, line), (2.08, 1.55 - i * 0.3), color=color)
        arrow(axes, (4.85, 1.55 - i * 0.3), (5.68, line), color=color)
    _table(axes, 0.42, top, layer.weight.tolist(), rows, "")
    _table(axes, 2.38, 1.7, y.tolist(), tokens.tolist(), "")
    _table(axes, 3.82, 1.7, above.tolist(), [], "")
    _table(axes, 5.98, top, layer.weight.grad.tolist(), rows, RED)
    for x, text in (
        (0.92, "weight (V, E)"),
        (2.88, "y: rows 2, 0, 2"),
        (4.32, "gradient of y"),
        (6.48, "gradient of weight"),
    ):
        axes.text(x, 2.1, text, ha="center", va="center", fontsize=9)
    return figure


def packing() -> Figure:
    """Five surnames. Left padded to a rectangle; the last letter of each is marked, in another column for each
    length. Right packed: sorted by length, no empty cell; below each step, how many names are still read."""
    names = load("names").train.x
    chosen = [next(name for name in names if len(name) == length) for length in (4, 7, 2, 6, 3)]
    tokens = [torch.tensor([ord(letter) - ord("a") for letter in name]) for name in chosen]
    padded, lengths = pad_sequences(tokens)
    packed = nn.utils.rnn.pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)
    figure, axes = drawing(height=2.75)
    side, top = 0.36, 2.3

    def cell(x, row, t, letter, ends, empty):
        look = {"fc": GOLD, "alpha": 0.35} if ends else {"fc": "none"}
        place = (x + t * side, top - (row + 1) * side)
        axes.add_patch(Rectangle(place, side, side, lw=0, **look))
        axes.add_patch(Rectangle(place, side, side, fc="none", ec=RULE if empty else QUIET, lw=0.8))
        at = (place[0] + side / 2, place[1] + side / 2)
        axes.text(*at, letter, ha="center", va="center", color=QUIET if empty else INK)

    for n, (row, length) in enumerate(zip(padded.tolist(), lengths.tolist(), strict=True)):
        for t, token in enumerate(row):
            empty = t >= length
            cell(0.35, n, t, "·" if empty else chr(97 + token), t == length - 1, empty)
        axes.text(0.25, top - (n + 0.5) * side, n, ha="right", va="center", color=QUIET)
        axes.text(3.05, top - (n + 0.5) * side, f"length {length}", va="center", color=QUIET, fontsize=9)
    starts = packed.batch_sizes.cumsum(0) - packed.batch_sizes
    for t, (size, start) in enumerate(zip(packed.batch_sizes.tolist(), starts.tolist(), strict=True)):
        for row in range(size):
            n = int(packed.sorted_indices[row])
            cell(4.6, row, t, chr(97 + int(packed.data[start + row])), t == lengths[n] - 1, False)
        axes.text(4.6 + (t + 0.5) * side, 0.3, size, ha="center", va="center")
    for row, n in enumerate(packed.sorted_indices.tolist()):
        axes.text(4.5, top - (row + 0.5) * side, n, ha="right", va="center", color=QUIET)
    axes.text(4.5, 0.3, "names:", ha="right", va="center", color=QUIET, fontsize=9)
    axes.text(0.35, 2.55, f"padded: {tuple(padded.shape)}, {padded.numel()} steps", va="center")
    axes.text(4.6, 2.55, f"packed: {len(packed.data)} steps", va="center")
    return figure


def temperature() -> Figure:
    """Probabilities of the letter after the words the th at three temperatures, by a small network that has
    read 200 passages of Austen, and what it writes. At 0.5 two letters have nearly all; at 2 six are likely,
    and words fall apart."""
    text = [
        CHARACTERS.index(c)
        for c in load("austen").train[:40000].lower().replace("\n", " ")
        if c in CHARACTERS
    ]
    rows = torch.tensor(text)[torch.arange(0, 200 * 150, 150)[:, None] + torch.arange(21)]
    model = CharRNN(30, 32).double()
    train_char_rnn(model, rows[:, :-1], rows[:, 1:], 80, 0.02)
    vocabulary = {letter: number for number, letter in enumerate(CHARACTERS)}
    prompt = torch.tensor([vocabulary[letter] for letter in "the th"])
    with torch.no_grad():
        scores = model(prompt[None])[0][0, -1]
    best = scores.argsort(descending=True)[:6]
    figure, axes = charts(1, 3, height=2.7, sharey=True)
    figure.get_layout_engine().set(rect=(0, 0.27, 1, 0.73))
    for i, (each, warmth, color) in enumerate(zip(axes, (0.5, 1.0, 2.0), SERIES, strict=False)):
        each.bar(range(6), (scores / warmth).softmax(0)[best], color=color)
        each.set_xticks(range(6), [CHARACTERS[k].replace(" ", "space") for k in best])
        each.set(title=f"temperature {warmth:g}", ylim=(0, 1))
        each.grid(visible=False, axis="x")
        written = sample(model, prompt, 66, warmth, torch.Generator().manual_seed(3))
        line = "".join(decode(written, vocabulary))
        figure.text(0.02, 0.19 - 0.08 * i, f"{warmth:g}:", color=color, fontsize=9)
        figure.text(0.07, 0.19 - 0.08 * i, f"th{line}", fontsize=9, family="monospace")
    axes[0].set_ylabel("probability")
    return figure
