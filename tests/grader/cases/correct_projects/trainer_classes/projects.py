import copy
import itertools
import string
from typing import NamedTuple

import torch
from torch import nn

from attention import GPT
from cnn import BatchNorm2d, conv2d_im2col, max_pool2d
from losses import cross_entropy
from mlp import MLP, Linear
from optimizers import SGD, Adam, cosine_lr, step_lr
from resnet import ResidualBlock
from rnn import Embedding, LSTMCell, pad_sequences, sample


class Run(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]


class Writer(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]
    names: list[str]  # written by the model


class Found(NamedTuple):
    losses: list[float]
    accuracies: list[float]


class Trainer:
    """The one loop of all projects; what differs comes in as objects."""

    def __init__(self, model, optimizer, generator, batch_size):
        self.model, self.optimizer = model, optimizer
        self.generator, self.batch_size = generator, batch_size
        self.step_number = 0
        self.losses = []

    def schedule(self):
        """Nothing to change by default."""

    def batch_loss(self, rows):
        raise NotImplementedError

    def one_step(self, rows):
        self.schedule()
        loss = self.batch_loss(rows)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step_number += 1
        return loss.detach().item()

    def run_epoch(self, n):
        self.model.train()
        pieces = torch.randperm(n, generator=self.generator).split(self.batch_size)
        weighted = [self.one_step(rows) * rows.numel() for rows in pieces]
        self.losses.append(sum(weighted) / n)

    def fit(self, n, epochs):
        for _ in range(epochs):
            self.run_epoch(n)
        self.model.eval()
        return self


class ImageTrainer(Trainer):
    def __init__(self, model, optimizer, generator, batch_size, x, y):
        super().__init__(model, optimizer, generator, batch_size)
        self.x, self.y = x, y

    def batch_loss(self, rows):
        rows = rows.to(self.x.device)
        return cross_entropy(self.model(self.x.index_select(0, rows)), self.y.index_select(0, rows))


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = MLP([x.size(-1), 128, 10], torch.relu).to(x)
    trainer = ImageTrainer(model, Adam(model.parameters(), lr), generator, batch_size, x, y)
    return Run(model, trainer.fit(len(y), epochs).losses)


class ConvStage(nn.Module):
    """Only the arithmetic: the weights live in the net."""

    def forward(self, x, weight, norm):
        return max_pool2d(norm(conv2d_im2col(x, weight, None, 1, 1)).clamp(min=0), 2, 2)


class Reader(nn.Module):
    def __init__(self, c, h, w, **where):
        super().__init__()
        self.conv1 = nn.Parameter(torch.empty(8, c, 3, 3))
        self.conv2 = nn.Parameter(torch.empty(16, 8, 3, 3))
        for filters in (self.conv1, self.conv2):
            nn.init.kaiming_normal_(filters, nonlinearity="relu")
        self.bn1, self.bn2 = BatchNorm2d(8), BatchNorm2d(16)
        self.fc = Linear(16 * (h // 4) * (w // 4), 10)
        self.stage = ConvStage()
        self.to(**where)

    def forward(self, x):
        for weight, norm in ((self.conv1, self.bn1), (self.conv2, self.bn2)):
            x = self.stage(x, weight, norm)
        return self.fc(x.flatten(1))


def digits_cnn(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model = Reader(*x.shape[1:], device=x.device, dtype=x.dtype)
    trainer = ImageTrainer(model, Adam(list(model.parameters()), lr=lr), generator, batch_size, x, y)
    return Run(model, trainer.fit(x.shape[0], epochs).losses)


class Unshortened(ResidualBlock):
    def forward(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())).relu()


class Tower(nn.Module):
    def __init__(self, channels, count, block):
        super().__init__()
        self.stem = nn.Conv2d(channels, 12, kernel_size=3, padding=1, bias=False)
        self.bn = BatchNorm2d(12)
        self.blocks = nn.Sequential()
        for number in range(count):
            self.blocks.add_module(str(number), block(12))
        self.fc = Linear(12, 10)

    def forward(self, x):
        h = self.blocks(self.bn(self.stem(x)).relu())
        return self.fc(h.flatten(2).mean(2))


def depth(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    model = Tower(x.shape[1], blocks, ResidualBlock if residual else Unshortened).to(x)
    trainer = ImageTrainer(model, SGD(model.parameters(), lr, 0.9), generator, batch_size, x, y)
    return Run(model, trainer.fit(x.shape[0], epochs).losses)


class Alphabet:
    letters = "\0" + string.ascii_lowercase

    def read(self, name):
        return [self.letters.index(letter) for letter in name]

    def write(self, tokens):
        return "".join(self.letters[token] for token in itertools.takewhile(bool, tokens))


class NamesTrainer(Trainer):
    def __init__(self, model, optimizer, generator, batch_size, names, device):
        super().__init__(model, optimizer, generator, batch_size)
        self.texts = [torch.tensor(Alphabet().read(name)) for name in names]
        self.device = device

    def batch_loss(self, rows):
        zero = torch.zeros(1, dtype=torch.int64)
        chosen = [self.texts[row] for row in rows]
        read = pad_sequences([torch.cat([zero, text]) for text in chosen]).padded.to(self.device)
        said = pad_sequences([torch.cat([text, zero]) for text in chosen], -100).padded.to(self.device)
        scores = self.model(read)
        scores = scores[0] if isinstance(scores, tuple) else scores
        return cross_entropy(scores.transpose(1, 2), said)


class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.cell, self.linear = Embedding(27, 16), LSTMCell(16, 64), Linear(64, 27)

    def forward(self, tokens, state=None):
        scores = []
        for column in tokens.unbind(1):
            state = self.cell(self.embedding(column), state)
            scores.append(self.linear(state.h))
        return torch.stack(scores, 1), state


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    model = Memory().to(device, dtype)
    trainer = NamesTrainer(model, Adam(model.parameters(), lr=lr), generator, batch_size, names, device)
    trainer.fit(len(names), epochs)
    start = torch.zeros(1, dtype=torch.int64, device=device)
    drawn = [sample(model, start, 20, 1.0, generator) for _ in range(count)]
    return Writer(model, trainer.losses, [Alphabet().write(tokens.tolist()) for tokens in drawn])


class TableTrainer(ImageTrainer):
    def __init__(self, *args, lr, x_val, y_val):
        super().__init__(*args)
        self.lr, self.x_val, self.y_val = lr, x_val, y_val
        self.accuracies, self.best = [], None

    def schedule(self):
        for group in self.optimizer.param_groups:
            group["lr"] = step_lr(len(self.losses), self.lr, step_size=5, gamma=0.5)

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        accuracy = (self.model(self.x_val).max(1).indices == self.y_val).double().mean().item()
        if not self.accuracies or accuracy > max(self.accuracies):
            self.best = copy.deepcopy(self.model.state_dict())
        self.accuracies.append(accuracy)

    def run_epoch(self, n):
        super().run_epoch(n)
        self.validate()


def find_the_bugs(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
    center, spread = x.mean(0, keepdim=True), x.var(0, unbiased=False, keepdim=True).sqrt()
    x, x_val = (x - center).div(spread), (x_val - center).div(spread)
    optimizer = Adam(model.parameters(), lr=lr)
    trainer = TableTrainer(model, optimizer, generator, batch_size, x, y, lr=lr, x_val=x_val, y_val=y_val)
    trainer.fit(len(x), epochs)
    model.load_state_dict(trainer.best)
    return Found(trainer.losses, trainer.accuracies)


class GPTTrainer(NamesTrainer):
    def __init__(self, *args, lr, steps):
        super().__init__(*args)
        self.lr, self.steps = lr, steps

    def schedule(self):
        self.optimizer.param_groups[0]["lr"] = cosine_lr(self.step_number, self.lr, self.steps, self.steps // 10)


class Pen:
    def __init__(self, model, generator, device):
        self.model, self.generator, self.device = model, generator, device

    @torch.no_grad()
    def __call__(self):
        text = torch.zeros(1, 1, dtype=torch.int64, device=self.device)
        for _ in range(20):
            chances = self.model(text)[0, -1].softmax(0)
            token = torch.multinomial(chances.to(self.generator.device), 1, generator=self.generator)
            if token.item() == 0:
                break
            text = torch.cat([text, token.to(self.device)[None]], 1)
        return Alphabet().write(text[0, 1:].tolist())


def tiny_gpt(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    model = GPT(vocab_size=27, context=24, embed_dim=48, num_heads=4, num_layers=1).to(device, dtype)
    steps = epochs * -(-len(names) // batch_size)
    optimizer = Adam(model.parameters(), lr=lr)
    trainer = GPTTrainer(model, optimizer, generator, batch_size, names, device, lr=lr, steps=steps)
    trainer.fit(len(names), epochs)
    pen = Pen(model, generator, device)
    return Writer(model, trainer.losses, [pen() for _ in range(count)])
