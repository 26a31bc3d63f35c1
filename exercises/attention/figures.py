"""The figures of the lesson on attention: `python docs/figures.py attention` draws them."""

import math

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from plotting import (
    BLUE,
    FILL,
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
    heat,
    image,
    label_rows,
)
from torch import nn

from grader.data.load import load
from solutions.attention import (
    GPT,
    PatchEmbedding,
    RotaryEmbedding,
    causal_mask,
    gelu,
    padding_mask,
    scaled_dot_product_attention,
    sinusoidal_positions,
    token_probabilities,
    tokenize,
    train_gpt,
    train_tokenizer,
)

WORDS = ("the", "keys", "to", "the", "cabinet", "are")
KINDS = ("article", "noun", "preposition", "head")
KEYS = torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
ASKED = {"keys": (1.0, 0, 0, 0), "cabinet": (0, 0, 1.0, 0), "are": (0, 1.0, 0, 1.0)}


def _squares(axes, x, y, values, color, *, across, side=0.2):
    """Draw numbers from 0 to 1 as a row or a column of squares, whose upper left corner is (x, y)."""
    for i, value in enumerate(values):
        place = (x + i * side, y - side) if across else (x, y - (i + 1) * side)
        axes.add_patch(Rectangle(place, side, side, fc=color, alpha=0.75 * float(value), lw=0))
        axes.add_patch(Rectangle(place, side, side, fc="none", ec=QUIET, lw=0.7))


def lookup() -> Figure:
    """Three words ask, six are asked. A key says what its word is, a query what is wanted. The word are wants a
    noun that is the head: keys has weight 0.90, cabinet 0.07. The word keys wants an article: both articles
    have 0.43."""
    queries = 5.0 * torch.tensor([ASKED[word] for word in ASKED])
    weights = scaled_dot_product_attention(queries, KEYS, KEYS).weights
    figure, axes = drawing(height=3.0)
    left, top, wide, high = 2.75, 1.62, 0.7, 0.42
    for s, word in enumerate(WORDS):
        axes.text(left + (s + 0.5) * wide, 2.78, word, ha="center", va="center")
        _squares(axes, left + (s + 0.5) * wide - 0.1, 2.6, KEYS[s], ORANGE, across=False)
    for i, kind in enumerate(KINDS):
        axes.text(left - 0.02, 2.5 - 0.2 * i, kind, ha="right", va="center", fontsize=8.5, color=QUIET)
    axes.text(left - 0.85, 2.78, "keys", ha="right", va="center", color=ORANGE)
    axes.text(0.75, 1.78, "queries", ha="left", va="center", color=GREEN)
    for t, word in enumerate(ASKED):
        middle = top - (t + 0.5) * high
        axes.text(0.7, middle, word, ha="right", va="center")
        _squares(axes, 0.8, middle + 0.1, queries[t] / 5, GREEN, across=True)
        arrow(axes, (1.75, middle), (left - 0.12, middle))
        for s, weight in enumerate(weights[t].tolist()):
            place = (left + s * wide, top - (t + 1) * high)
            axes.add_patch(Rectangle(place, wide, high, fc=BLUE, alpha=0.8 * weight, lw=0))
            axes.add_patch(Rectangle(place, wide, high, fc="none", ec=RULE, lw=0.8))
            axes.text(place[0] + wide / 2, middle, f"{weight:.2f}", ha="center", va="center")
    axes.text(
        left + 3 * wide,
        0.16,
        "weights: each row sums to 1",
        ha="center",
        va="center",
        color=QUIET,
        fontsize=9,
    )
    return figure


def root() -> Figure:
    """Three charts over the width D. The spread of the products is the root of D. Without the root the largest
    weight goes to 1 and the sum of the slopes to 0; divided by it both stay."""
    widths = [2**i for i in range(2, 10)]
    spread, largest, slopes = [], {False: [], True: []}, {False: [], True: []}
    for width in widths:
        query, key = torch.randn(500, 1, width), torch.randn(500, 10, width)
        spread.append(float((query @ key.transpose(1, 2)).std()))
        for scaled in (False, True):
            # The reference divides by the root; a query that is so much longer undoes it.
            longer = query if scaled else query * math.sqrt(width)
            w = scaled_dot_product_attention(longer, key, key).weights
            largest[scaled].append(float(w.amax(-1).mean()))
            slopes[scaled].append(float((w * (1 - w)).sum(-1).mean()))
    figure, axes = charts(1, 3, height=2.5)
    axes[0].loglog(widths, spread, "o", color=INK, markersize=4, base=2)
    axes[0].loglog(widths, [math.sqrt(width) for width in widths], color=QUIET, label="√D", base=2)
    axes[0].set(title="spread of q · k")
    axes[0].set_yticks([2, 4, 8, 16], ["2", "4", "8", "16"])
    for each, part, title in ((axes[1], largest, "largest weight"), (axes[2], slopes, "sum of w (1 − w)")):
        for scaled, color, name in ((False, RED, "q · k"), (True, BLUE, "q · k / √D")):
            each.semilogx(widths, part[scaled], color=color, marker="o", markersize=3, label=name, base=2)
        each.set(title=title, ylim=(0, 1.04))
    for each in axes:
        each.minorticks_off()
        each.set_xticks([4, 16, 64, 256], ["4", "16", "64", "256"])
        each.set(xlabel="D")
    axes[0].legend(fontsize=8.5)
    axes[1].legend(fontsize=8.5, loc="lower right")
    return figure


def masks() -> Figure:
    """Weights of five tokens that look at five: all; causal, with nothing above the diagonal; of length 3, with
    two empty columns; both at once. Every row sums to 1."""
    query, key = torch.randn(5, 8), torch.randn(5, 8)
    past, there = causal_mask(5), padding_mask(torch.tensor([3]), 5)
    figure, axes = charts(1, 4, height=2.55, sharey=True)
    named = (("all", None), ("causal", past), ("length 3", there), ("both", past & there))
    for each, (title, mask) in zip(axes, named, strict=True):
        weights = scaled_dot_product_attention(query, key, key, mask).weights
        heat(each, weights, low=0, high=1)
        for t, row in enumerate(weights.tolist()):
            for s, weight in enumerate(row):
                if mask is None or mask.expand(5, 5)[t, s]:
                    each.text(
                        s,
                        t,
                        f"{weight:.1f}".lstrip("0") if weight < 0.95 else "1",
                        ha="center",
                        va="center",
                        fontsize=7.5,
                    )
        label_rows(each, "01234", "01234")
        each.set_title(title)
        each.set_xlabel("is seen")
    axes[0].set_ylabel("looks")
    return figure


def heads() -> Figure:
    """Shapes from x to the heads and back, for 2 texts of 5 tokens, width 8 and 2 heads. The axis of the heads
    goes to the front by an exchange of axes, and the same way back."""
    n, t, e, h = 2, 5, 8, 2
    x = torch.zeros(n, t, e)
    joint = nn.functional.linear(x, torch.zeros(3 * e, e))
    cut = joint.reshape(n, t, 3, h, e // h)
    query, key, value = cut.permute(2, 0, 3, 1, 4)
    mixed, weights = scaled_dot_product_attention(query, key, value)
    back = mixed.transpose(1, 2)
    figure, axes = drawing(height=2.6)
    axes.set_ylim(0.3, 2.9)
    steps = (
        (0.75, 2.3, "x", x),
        (2.3, 2.3, "q, k, v side by side", joint),
        (4.2, 2.3, "cut into 3 and H", cut),
        (6.35, 2.3, "each of q, k, v:\nheads in front", query),
        (6.35, 0.85, "weights", weights),
        (4.2, 0.85, "mixtures", mixed),
        (2.3, 0.85, "heads back", back),
        (0.75, 0.85, "side by side, out_proj", back.reshape(n, t, e)),
    )
    for place, (a, b, text, tensor) in enumerate(steps):
        shape = "(" + ", ".join(map(str, tensor.shape)) + ")"
        color = QUIET if place in (0, 1, 7) else (BLUE if tensor.dim() == 4 else GOLD)
        box(axes, a, b, shape, width=1.18 if tensor.dim() < 5 else 1.35, edgecolor=color, linewidth=1.4)
        above = b > 1.5
        axes.text(
            a, b + 0.3 if above else b - 0.3, text, ha="center", va="bottom" if above else "top", fontsize=8.5
        )
    for a, b, words in ((1.34, 1.71, "@ Wᵀ"), (2.89, 3.52, "reshape"), (4.88, 5.76, "permute")):
        arrow(axes, (a, 2.3), (b, 2.3))
        axes.text((a + b) / 2, 1.98, words, ha="center", va="center", fontsize=8.5, color=QUIET)
    arrow(axes, (6.35, 2.09), (6.35, 1.06))
    axes.text(6.28, 1.58, "softmax(q kᵀ / √(E/H))", ha="right", va="center", fontsize=8.5, color=QUIET)
    for a, b, words in ((5.76, 4.79, "@ v"), (3.61, 2.89, "transpose"), (1.71, 1.34, "reshape")):
        arrow(axes, (a, 0.85), (b, 0.85))
        axes.text((a + b) / 2, 1.17, words, ha="center", va="center", fontsize=8.5, color=QUIET)
    return figure


def positions() -> Figure:
    """Left sines and cosines of 48 positions as a map: the first pair changes quickly, each further one more
    slowly. Right the product of one row with all rows, for three positions: the same hill, moved."""
    table = sinusoidal_positions(48, 32)
    figure, axes = charts(1, 2, height=2.7, width_ratios=(5, 6))
    heat(axes[0], table.t(), low=-1, high=1)
    axes[0].set(xlabel="position t", ylabel="feature", xticks=(0, 16, 32, 47), yticks=(0, 8, 16, 24, 31))
    for place, color in zip((8, 20, 32), SERIES, strict=False):
        axes[1].plot(table @ table[place], color=color, label=f"with position {place}")
    axes[1].set(xlabel="position", title="product of two rows", ylim=(4, 22))
    axes[1].legend(fontsize=8, ncols=3, loc="upper center", columnspacing=0.9, handlelength=1.2)
    return figure


def rotary() -> Figure:
    """Left two pairs of features at positions 0 to 5: arrows that turn by the same angle at each step, the
    first quickly, the second slowly. Right a score against the distance: the same for queries at 20 and at
    60."""
    figure, axes = charts(1, 3, height=2.4, width_ratios=(1, 1, 2))
    turned = RotaryEmbedding(4, base=16.0)(torch.ones(6, 4))
    for pair, (each, color) in enumerate(zip(axes, (BLUE, ORANGE), strict=False)):
        for m, (u, v) in enumerate(turned[:, [pair, pair + 2]].tolist()):
            look = {"arrowstyle": "-|>", "color": color, "alpha": 1 - 0.12 * m, "shrinkA": 0, "shrinkB": 0}
            each.annotate("", (u, v), (0, 0), arrowprops=look)
            each.text(1.22 * u, 1.22 * v, m, ha="center", va="center", fontsize=8.5)
        each.set(xlim=(-1.9, 1.9), ylim=(-1.9, 1.9), aspect="equal")
        each.set_title(f"pair {pair}", loc="center")
        each.set_axis_off()
    rotary_16, query, key = RotaryEmbedding(16), torch.randn(16), torch.randn(16)
    distances = list(range(-16, 17))
    for start, mark, color in ((20, "o", BLUE), (60, "x", RED)):
        q = rotary_16(query[None], start)[0]
        scores = [float(q @ rotary_16(key[None], start + d)[0]) for d in distances]
        axes[2].plot(distances, scores, mark, color=color, markersize=4.5, label=f"query at {start}")
    axes[2].set(xlabel="distance n − m of the key", title="score of query and key")
    axes[2].legend(fontsize=8.5)
    return figure


def block() -> Figure:
    """A straight line carries x through a block. Two branches leave it and are added to it: norm and attention,
    between the tokens; norm and two linear layers with a GELU, in each token by itself."""
    figure, axes = drawing(height=1.95)
    line = 0.5
    axes.text(0.2, line, "x", ha="center", va="center")
    arrow(axes, (0.32, line), (7.05, line), color=PURPLE, linewidth=2.2)
    axes.text(7.2, line, "x", ha="center", va="center")

    def branch(start, end, parts):
        first, last = parts[0], parts[-1]
        axes.plot([start, start, first[0] - first[2] / 2], [line, 1.3, 1.3], color=QUIET, linewidth=1.2)
        for (x, text, width, color), after in zip(parts, [*parts[1:], None], strict=True):
            box(axes, x, 1.3, text, width=width, edgecolor=color, linewidth=1.4)
            if after:
                arrow(axes, (x + width / 2, 1.3), (after[0] - after[2] / 2, 1.3))
        axes.plot([last[0] + last[2] / 2, end], [1.3, 1.3], color=QUIET, linewidth=1.2)
        arrow(axes, (end, 1.3), (end, line + 0.13))
        axes.add_patch(Rectangle((end - 0.13, line - 0.13), 0.26, 0.26, fc=PAPER, ec=INK, lw=1.2, zorder=3))
        axes.text(end, line, "+", ha="center", va="center_baseline", fontsize=12, zorder=4)

    branch(0.5, 2.95, [(1.0, "norm", 0.6, QUIET), (2.1, "attention", 0.95, BLUE)])
    parts = [(3.78, "norm", 0.6, QUIET), (4.66, "linear", 0.66, ORANGE), (5.42, "gelu", 0.5, ORANGE)]
    branch(3.3, 6.75, [*parts, (6.2, "linear", 0.66, ORANGE)])
    for x, text in ((1.7, "between tokens"), (5.0, "in each token by itself")):
        axes.text(x, 1.72, text, ha="center", va="center", color=QUIET, fontsize=9)
    for x, text in ((4.66, "E → 4E"), (6.2, "4E → E")):
        axes.text(x, 0.92, text, ha="center", va="center", color=QUIET, fontsize=8.5)
    return figure


def curves() -> Figure:
    """GELU and ReLU. Far from 0 they are the same; near 0 GELU is smooth, and a little negative from the
    left."""
    figure, axes = charts(height=2.1, width=4.4)
    x = torch.linspace(-3.5, 2.5, 121)
    axes.plot(x, x.clamp(min=0), color=ORANGE, label="ReLU")
    axes.plot(x, gelu(x), color=BLUE, label="GELU")
    lowest = x[gelu(x).argmin()]
    axes.plot(lowest, gelu(lowest), "o", color=BLUE, markersize=4)
    axes.set(xlabel="x", ylabel="y", ylim=(-0.4, 2.5), yticks=(0, 1, 2))
    axes.legend()
    return figure


def _weights_of(model, tokens):
    """Return the weights of the first block of a GPT for one text, (H, T, T)."""
    block, heads = model.blocks[0], model.blocks[0].attention.num_heads
    x = block.norm1(model.embedding(tokens) + model.positions.weight[: len(tokens)])
    joint = nn.functional.linear(x, block.attention.in_proj_weight, block.attention.in_proj_bias)
    query, key, value = joint.reshape(len(tokens), 3, heads, -1).permute(1, 2, 0, 3)
    return scaled_dot_product_attention(query, key, value, causal_mask(len(tokens))).weights


def looks_back() -> Figure:
    """A GPT of one block after texts in which two counting sequences are woven into one. Left the loss, which
    starts below the logarithm of 8 and falls. Right its weights: bright one step left of the diagonal, where
    the token stands that decides what comes next."""
    starts, t = torch.randint(0, 8, (400, 2)), torch.arange(13)
    texts = (starts[:, t % 2] + t // 2) % 8
    model = GPT(8, 12, 16, 1, 1).double()
    losses = train_gpt(
        model, texts[:, :-1], texts[:, 1:], torch.Generator().manual_seed(0), epochs=6, lr=0.02
    )
    figure, axes = charts(1, 2, height=2.9, width_ratios=(4, 5))
    axes[0].plot(range(1, len(losses) + 1), losses, color=BLUE, marker="o", markersize=3.5)
    axes[0].axhline(math.log(8), color=QUIET, linestyle="--", linewidth=1)
    axes[0].text(len(losses), math.log(8) + 0.04, "ln 8", color=QUIET, ha="right")
    axes[0].set(xlabel="epoch", ylabel="loss", ylim=(0, 2.4))
    text = texts[0, :-1]
    with torch.no_grad():
        heat(axes[1], _weights_of(model, text)[0], low=0, high=1)
    label_rows(axes[1], text.tolist(), text.tolist())
    axes[1].set(xlabel="is seen", ylabel="looks")
    return figure


def choices() -> Figure:
    """Probabilities of eight tokens, where a model is sure and where it is not. Three stay with top_k = 3 in
    both; with top_p = 0.8 one stays where it is sure, six where it is not."""
    sure = torch.tensor([0.82, 0.06, 0.04, 0.03, 0.02, 0.01, 0.01, 0.01])
    unsure = torch.tensor([0.19, 0.17, 0.15, 0.13, 0.11, 0.1, 0.08, 0.07])
    figure, axes = charts(2, 2, height=2.7, sharex=True, sharey="row")
    for row, shares in zip(axes, (sure, unsure), strict=True):
        for each, title, cut in zip(
            row, ("top_k = 3", "top_p = 0.8"), ({"top_k": 3}, {"top_p": 0.8}), strict=True
        ):
            left = token_probabilities(shares.log(), **cut) > 0
            each.bar(range(8), shares, color=[BLUE if stays else RULE for stays in left.tolist()])
            each.set(
                xticks=(),
                title=f"{title}: {int(left.sum())} stay" if int(left.sum()) > 1 else f"{title}: 1 stays",
            )
            each.grid(visible=False, axis="x")
    axes[0][0].set_ylabel("sure")
    axes[1][0].set_ylabel("not sure")
    return figure


def cache() -> Figure:
    """Left the causal square for four tokens in the cache and two new ones: only the two lower rows are
    computed. Right the places computed to write 64 tokens after 16: 79 with a cache, 3040 without."""
    past, new = 4, 2
    seen = causal_mask(past + new)
    figure, axes = charts(1, 2, height=2.7, width_ratios=(5, 6))
    for t in range(past + new):
        for s in range(past + new):
            color = (BLUE if t >= past else QUIET) if seen[t, s] else FILL
            alpha = 0.75 if t >= past and seen[t, s] else 0.25
            axes[0].add_patch(Rectangle((s - 0.46, t - 0.46), 0.92, 0.92, fc=color, alpha=alpha, lw=0))
    axes[0].set(
        xlim=(-0.6, 5.6), ylim=(5.6, -0.6), aspect="equal", xlabel="keys and values", ylabel="queries"
    )
    label_rows(axes[0], ["kept"] * 4 + ["new"] * 2, ["done"] * 4 + ["new"] * 2)
    axes[0].tick_params(labelsize=8)
    axes[0].grid(visible=False)
    written = torch.arange(1, 65)
    lengths = 16 + torch.arange(64)
    axes[1].plot(written, lengths.cumsum(0), color=RED, label="without")
    axes[1].plot(written, 16 + written - 1, color=BLUE, label="with a cache")
    axes[1].set(xlabel="tokens written", title="places computed")
    axes[1].legend(fontsize=8.5)
    return figure


def merges() -> Figure:
    """The text aaabdaaabac in bytes and after each of three merges: a pair becomes one box, wherever it stands.
    Eleven tokens become five."""
    text = "aaabdaaabac"
    pairs = train_tokenizer(text, 3)
    figure, axes = drawing(height=2.1)
    side, colors = 0.42, {256: BLUE, 257: ORANGE, 258: GREEN}
    spelled = {token: (token,) for token in text.encode()}
    for i, (first, second) in enumerate(pairs):
        spelled[256 + i] = spelled[first] + spelled[second]
    for step in range(len(pairs) + 1):
        y, at = 1.8 - 0.5 * step, 1.9
        tokens = tokenize(text, pairs[:step])
        for token in tokens:
            width = side * len(spelled[token])
            look = {"facecolor": colors[token], "alpha": 0.3} if token > 255 else {}
            box(axes, at + width / 2, y, "", width=width - 0.05, height=0.34, **look)
            name = f"{token}" if token > 255 else chr(token)
            axes.text(at + width / 2, y, name, ha="center", va="center")
            at += width
        name = "bytes" if not step else f"{' '.join(_named(p) for p in pairs[step - 1])} → {255 + step}"
        axes.text(1.75, y, name, ha="right", va="center")
        axes.text(6.62, y, f"{len(tokens)} tokens", ha="left", va="center", color=QUIET, fontsize=8.5)
    return figure


def _named(token):
    return chr(token) if token < 256 else str(token)


def patches() -> Figure:
    """A digit of 28 by 28 pixels, cut by red lines into 4 by 4 patches, and the patches in a row, 0 to 15, row
    by row. With the class token they are 17 tokens."""
    digit = load("mnist").train.x[3].reshape(1, 1, 28, 28)
    side = 7
    tokens = PatchEmbedding((28, 28), side, 1, 8)(digit)
    layer = nn.functional.unfold(digit, side, stride=side)[
        0
    ].t()  # the 16 patches in the order of the reference
    figure, grid = charts(3, 9, height=2.3, width_ratios=[5] + [2] * 8)
    for each in grid.flat:
        each.set_axis_off()
    whole = figure.add_subplot(grid[0, 0].get_gridspec()[:, 0])
    image(whole, digit[0, 0])
    for line in range(1, 4):
        whole.axhline(side * line - 0.5, color=RED, linewidth=0.8)
        whole.axvline(side * line - 0.5, color=RED, linewidth=0.8)
    whole.set_title("28 × 28", color=INK, fontsize=8.5, loc="center")
    for p, patch in enumerate(layer):
        image(grid[p // 8, 1 + p % 8], patch.reshape(side, side), str(p))
        grid[p // 8, 1 + p % 8].images[0].set_clim(0, 1)
    figure.text(
        0.62,
        0.12,
        f"{len(layer)} rows of {layer.shape[1]} numbers → linear → with the class token {tuple(tokens.shape)}",
        ha="center",
    )
    return figure
