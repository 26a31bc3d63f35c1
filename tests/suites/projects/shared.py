"""What suites of this topic share: the promised nets of torch's own layers, draws of data, tables of letters."""

import math

import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_equal, check_that, dataset, draw_digits

OPTIMIZERS = ("optim", "SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW")
LOSSES = ("cross_entropy", "CrossEntropyLoss", "nll_loss", "NLLLoss", "cross_entropy_loss")
SIDE = 14  # of the digits
BAND = 0.55  # of the mean logarithm, between names that the weights write and those that came back


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


class Heads(nn.MultiheadAttention):
    """Self-attention of torch, each token over itself and those before it; it keeps its maps."""

    def __init__(self):
        super().__init__(48, 4, batch_first=True)

    def forward(self, x):
        """Return what each token gathered."""
        hidden = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        y, self.maps = super().forward(x, x, x, attn_mask=hidden, average_attn_weights=False)
        return y


class TokenBlock(nn.Module):
    """A TransformerBlock of torch's own layers."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(48, eps=1e-6), nn.RMSNorm(48, eps=1e-6)
        self.attention, self.linear1, self.linear2 = Heads(), nn.Linear(48, 192), nn.Linear(192, 48)

    def forward(self, x):
        """Look back, then think."""
        x = x + self.attention(self.norm1(x))
        return x + self.linear2(functional.gelu(self.linear1(self.norm2(x))))


class TinyGPT(nn.Module):
    """The net of tiny_gpt."""

    def __init__(self):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(27, 48), nn.Embedding(24, 48)
        self.blocks, self.norm = nn.ModuleList([TokenBlock()]), nn.RMSNorm(48, eps=1e-6)

    def forward(self, tokens):
        """Return the scores of each step."""
        x = self.blocks[0](self.embedding(tokens.long()) + self.positions.weight[: tokens.shape[1]])
        return functional.linear(self.norm(x), self.embedding.weight)


class Names(nn.Module):
    """The net of name_writer."""

    def __init__(self):
        super().__init__()
        self.embedding, self.cell, self.linear = nn.Embedding(27, 16), nn.LSTMCell(16, 64), nn.Linear(64, 27)

    def forward(self, tokens, state=None):
        """Return the scores of each step, and the last state."""
        shown = []
        for x in self.embedding(tokens.long()).unbind(1):
            state = self.cell(x, state)
            shown.append(state[0])
        return self.linear(torch.stack(shown, 1)), state


def digits(rng, train=800, test=300, shift=4, side=SIDE):
    """Draw real digits, moved, under other names, and made smaller: x and y, and those that are held out."""
    return draw_digits(rng, train, test, shift, side)


def rows_of_names(names, dtype=torch.float32):
    """Return what is read, and what comes next, of some names: 1 to 26 for the letters, 0 around them, -100 after.

    What is read has the dtype that a net is to be trained in.
    """
    longest = max(map(len, names)) + 1
    read, told = torch.zeros(len(names), longest, dtype=torch.int64), torch.full((len(names), longest), -100)
    for row, name in enumerate(names):
        letters = torch.tensor([ord(letter) - 96 for letter in name])
        read[row, 1 : len(name) + 1] = letters
        told[row, : len(name)], told[row, len(name)] = letters, 0
    return read.to(dtype), told


def names_of_rows(read):
    """Return the names that such rows stand for."""
    return ["".join(chr(token + 96) for token in row if token) for row in read.tolist()]


def draw_names(rng, train=1400, test=300):
    """Draw real names to train on and to test on, and how their letters are renamed, so that nothing old helps."""
    data, letters = dataset("names"), rng.permutation(26).tolist()
    drawn = []
    for part, number in ((data.train, train), (data.test, test)):
        rows = rng.permutation(len(part.x))[:number].tolist()
        drawn.append(["".join(chr(97 + letters[ord(c) - 97]) for c in part.x[row]) for row in rows])
    return *drawn, letters


def in_real_letters(names, letters):
    """Return names with their letters as they are at home."""
    back = {97 + letter: 97 + place for place, letter in enumerate(letters)}
    return [name.translate(back) for name in names]


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


class ByRows:
    """The submission, whose task takes rows of numbers and leaves the names that it wrote here."""

    def __init__(self, submission, task):
        self.submission, self.task, self.names = submission, task, []

    def __getattr__(self, name):
        return self.train if name == self.task else getattr(self.submission, name)

    def train(self, x, y, generator, count=0, **options):
        """Train on names, in the dtype of their rows, and return model and losses."""
        names, task = names_of_rows(x.long()), getattr(self.submission, self.task)
        got = task(names, generator, count, device=y.device, dtype=x.dtype, **options)
        check_that(
            type(got).__name__ in ("Record", "tuple") and len(got) == 3,
            "the result", "a named tuple (model, losses, names)", "something else",
        )  # fmt: skip
        model, losses, self.names = got
        return model, losses


def check_names(names, count):
    """Check that so many strings of at most 20 small letters came back."""
    texts = type(names) is list and all(type(name) is str for name in names)
    check_that(texts, "names", "a list of strings", "something else")
    check_equal(len(names), count, "the number of names")
    letters = all("a" <= letter <= "z" for name in names for letter in name)
    check_that(letters, "the letters of names", "a to z alone", "others")
    check_that(max(map(len, names), default=0) <= 20, "the longest name", "at most 20 letters", "more")


def check_others(names, earlier):
    """Check that another generator wrote other names."""
    check_that(names != earlier, None, "other names from another generator", "the same")


def names_by_the_weights(scores_of, count, seed):
    """Let the oracle write names: rows of what is read and what comes next."""
    generator, rows = torch.Generator().manual_seed(seed), torch.zeros(count, 1, dtype=torch.int64)
    for _ in range(20):
        shares = scores_of(rows)[:, -1].softmax(1)
        rows = torch.cat([rows, torch.multinomial(shares, 1, generator=generator)], 1)
    ended = (rows[:, 1:] == 0).cumsum(1)
    told = torch.where((ended == 0) | ((ended == 1) & (rows[:, 1:] == 0)), rows[:, 1:], -100)
    return rows[:, :-1], told


def check_written(scores_of, written, names, seed):
    """Check that names are as likely as those that the weights write, and not those of the training."""
    kept = [name for name in written if name]
    check_that(len(kept) >= 20, "the names that were written", "names with letters", "hardly any letter")
    with torch.no_grad():
        rows, told = rows_of_names(kept)
        theirs = functional.cross_entropy(scores_of(rows).flatten(0, 1), told.flatten()).item()
        rows, told = names_by_the_weights(scores_of, 200, seed)
        own = functional.cross_entropy(scores_of(rows).flatten(0, 1), told.flatten()).item()
    low, high = math.exp(own - BAND), math.exp(own + BAND)
    expected = f"between {low:.1f} and {high:.1f}, as of names drawn by the weights that came back"
    fits = own - BAND < theirs < own + BAND
    check_that(fits, "the perplexity of the written names", expected, f"{math.exp(theirs):.1f}")
    known = sum(name in set(names) for name in kept)
    check_that(known <= len(kept) // 2, "how many written names are new", "most", f"{len(kept) - known}")
    check_that(len(set(kept)) > len(kept) // 2, "how many written names differ", "most", f"{len(set(kept))}")
