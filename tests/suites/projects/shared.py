"""What suites of this topic share: the promised nets of torch's own layers, draws of data, tables of letters."""

import math

import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_that, dataset, draw_digits

OPTIMIZERS = ("optim", "SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW")
LOSSES = ("cross_entropy", "CrossEntropyLoss", "nll_loss", "NLLLoss", "cross_entropy_loss")
SIDE = 14  # of the digits


class Layers(nn.Module):
    """The MLP of digits_mlp."""

    def __init__(self, features):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(features, 128), nn.Linear(128, 10)])

    def forward(self, x):
        """Return the scores."""
        return self.layers[1](self.layers[0](x).relu())


class Convolutions(nn.Module):
    """The net of digits_cnn."""

    def __init__(self, channels, height, width):
        super().__init__()
        self.conv1 = nn.Parameter(torch.zeros(8, channels, 3, 3))
        self.conv2 = nn.Parameter(torch.zeros(16, 8, 3, 3))
        self.bn1, self.bn2 = nn.BatchNorm2d(8), nn.BatchNorm2d(16)
        self.fc = nn.Linear(16 * (height // 4) * (width // 4), 10)

    def forward(self, x):
        """Return the scores."""
        x = functional.max_pool2d(self.bn1(functional.conv2d(x, self.conv1, padding=1)).relu(), 2)
        x = functional.max_pool2d(self.bn2(functional.conv2d(x, self.conv2, padding=1)).relu(), 2)
        return self.fc(x.flatten(1))


class Block(nn.Module):
    """Two convolutions, with or without the way around them."""

    def __init__(self, residual):
        super().__init__()
        self.residual = residual
        self.conv1, self.conv2 = (nn.Conv2d(12, 12, 3, padding=1, bias=False) for _ in range(2))
        self.bn1, self.bn2 = nn.BatchNorm2d(12), nn.BatchNorm2d(12)

    def forward(self, x):
        """Return the ReLU of F(x), or of F(x) + x."""
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).clamp(min=0)))
        return (y + x if self.residual else y).clamp(min=0)


class Deep(nn.Module):
    """The net of depth."""

    def __init__(self, channels, blocks, residual):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(channels, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12)
        self.blocks = nn.Sequential(*(Block(residual) for _ in range(blocks)))
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        """Return the scores."""
        return self.fc(self.blocks(self.bn(self.stem(x)).clamp(min=0)).mean((2, 3)))


class Names(nn.Module):
    """The net of name_writer."""

    def __init__(self):
        super().__init__()
        self.embedding, self.cell, self.linear = nn.Embedding(27, 16), nn.LSTMCell(16, 64), nn.Linear(64, 27)

    def forward(self, tokens, state=None):
        """Return the scores of each step, and the last state."""
        shown = []
        for x in self.embedding(tokens).unbind(1):
            state = self.cell(x, state)
            shown.append(state[0])
        return self.linear(torch.stack(shown, 1)), state


def digits(rng, train=800, test=300, shift=4, side=SIDE):
    """Draw real digits, moved, under other names, and made smaller: x and y, and those that are held out."""
    x, y, x_test, y_test = draw_digits(rng, train, test, shift)
    return functional.avg_pool2d(x, 28 // side), y, functional.avg_pool2d(x_test, 28 // side), y_test


def draw_misread(draw, chosen, images, labels):
    """Attach the first held-out digits that were read wrong."""
    wrong = (chosen != labels).nonzero().flatten()[:12]
    panels = [f"{int(labels[i])}, read as {int(chosen[i])}" for i in wrong]
    draw.picture("digits that were misread", "images", images[wrong].reshape(-1, SIDE, SIDE), panels=panels)


def rows_of_names(names):
    """Return what is read, and what comes next, of some names: 1 to 26 for the letters, 0 around them, -100 behind."""
    longest = max(map(len, names)) + 1
    read, told = torch.zeros(len(names), longest, dtype=torch.int64), torch.full((len(names), longest), -100)
    for row, name in enumerate(names):
        letters = torch.tensor([ord(letter) - 96 for letter in name])
        read[row, 1 : len(name) + 1] = letters
        told[row, : len(name)], told[row, len(name)] = letters, 0
    return read, told


def names_of_rows(read):
    """Return the names that such rows stand for."""
    return ["".join(chr(token + 96) for token in row if token) for row in read.tolist()]


def draw_names(rng, train=1400, test=300):
    """Draw real names whose letters are renamed, so that nothing learned elsewhere helps."""
    data, letters = dataset("names"), rng.permutation(26).tolist()
    drawn = []
    for part, number in ((data.train, train), (data.test, test)):
        rows = rng.permutation(len(part.x))[:number].tolist()
        drawn.append(["".join(chr(97 + letters[ord(c) - 97]) for c in part.x[row]) for row in rows])
    return drawn


def table_perplexity(train, test, seen, vocabulary):
    """Return how well a table expects the tokens of some rows, that was counted on others.

    It looks `seen` tokens back; each share is (count + 3 q) / (number + 3) with q of the table that looks one less
    far. What stands before the first token counts as 0; a token below 0 is left out.
    """
    shares = torch.full((1,), 1 / vocabulary, dtype=torch.float64)
    for back in range(seen + 1):
        size = vocabulary ** (back + 1)
        counts = torch.bincount(places(train, back, vocabulary)[0], minlength=size).double().view(-1, vocabulary)
        before = shares.repeat(vocabulary if back else 1, 1).view(-1, vocabulary) if back else shares
        strength = 3 if back else vocabulary
        shares = (counts + strength * before) / (counts.sum(1, keepdim=True) + strength)
    found, _ = places(test, seen, vocabulary)
    return math.exp(-shares.flatten()[found].log().mean().item())


def places(rows, back, vocabulary):
    """Return of each token that counts the place of it and the `back` tokens before it in a table, and how many."""
    wide = functional.pad(rows, (back, 0))
    number = sum(wide[:, back - i : wide.shape[1] - i].clamp(min=0) * vocabulary**i for i in range(back + 1))
    kept = number[rows >= 0]
    return kept, len(kept)


def check_below(got, simple, factor, what="perplexity by the weights"):
    """Check a perplexity against that of a table, which it has to undercut by a factor."""
    most = factor * simple
    expected = f"below {most:.2f}: a table of three tokens has {simple:.2f} of the same held-out data"
    check_that(got < most, what, expected, f"{got:.2f}")
