import copy
import math
from collections import namedtuple

import attention
import cnn as conv
import losses
import mlp
import optimizers as optim
import resnet
import rnn
import torch
import training as loops
from torch import nn

Run = namedtuple("Run", "model losses")
Writer = namedtuple("Writer", "model losses names")
Found = namedtuple("Found", "losses accuracies")


class Trainer:
    def __init__(self, net, optimizer, generator, batch_size, schedule=None):
        self.net, self.optimizer, self.generator, self.batch_size = net, optimizer, generator, batch_size
        self.schedule, self.count = schedule, 0

    def loss(self, x, y):
        return losses.cross_entropy(self.net(x), y)

    def epoch(self, x, y):
        self.net.train()
        total = torch.zeros((), dtype=torch.float64)
        for rows in torch.randperm(len(y), generator=self.generator).split(self.batch_size):
            rows = rows.to(y.device)
            if self.schedule:
                for group in self.optimizer.param_groups:
                    group["lr"] = self.schedule(self.count)
            self.count += 1
            self.optimizer.zero_grad()
            loss = self.loss(x[rows], y[rows])
            loss.backward()
            self.optimizer.step()
            total += loss.detach().double().cpu() * len(rows)
        return float(total / len(y))

    def fit(self, x, y, epochs):
        history = [self.epoch(x, y) for _ in range(epochs)]
        self.net.eval()
        return history


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    net = mlp.MLP([x.shape[1], 128, 10], torch.relu).to(device=x.device, dtype=x.dtype)
    trainer = Trainer(net, optim.Adam(net.parameters(), lr), generator, batch_size)
    history = trainer.fit(x, y, epochs)
    return Run(net, history)


class ConvNet(nn.Module):
    def __init__(self, shape):
        super().__init__()
        c, h, w = shape
        self.conv1 = nn.Parameter(torch.empty(8, c, 3, 3))
        self.conv2 = nn.Parameter(torch.empty(16, 8, 3, 3))
        with torch.no_grad():
            self.conv1.normal_(0, math.sqrt(2 / (9 * c)))
            self.conv2.normal_(0, math.sqrt(2 / 72))
        self.bn1 = conv.BatchNorm2d(8)
        self.bn2 = conv.BatchNorm2d(16)
        self.fc = mlp.Linear((h // 2 // 2) * (w // 2 // 2) * 16, 10)

    def forward(self, x):
        x = conv.max_pool2d(self.bn1(conv.conv2d(x, self.conv1, padding=1)).clamp(min=0), 2)
        x = conv.max_pool2d(self.bn2(conv.conv2d(x, self.conv2, padding=1)).clamp(min=0), 2)
        return self.fc(x.reshape(len(x), -1))


def digits_cnn(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    net = ConvNet(x.shape[1:]).to(device=x.device, dtype=x.dtype)
    trainer = Trainer(net, optim.Adam(net.parameters(), lr), generator, batch_size)
    history = trainer.fit(x, y, epochs)
    return Run(net, history)


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        for number in (1, 2):
            setattr(self, f"conv{number}", nn.Conv2d(12, 12, 3, padding=1, bias=False))
            setattr(self, f"bn{number}", conv.BatchNorm2d(12))

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        return self.bn2(self.conv2(x)).relu()


class Tower(nn.Module):
    def __init__(self, channels, blocks, residual):
        super().__init__()
        make = (lambda: resnet.ResidualBlock(12)) if residual else Plain
        self.stem = nn.Conv2d(channels, 12, 3, padding=1, bias=False)
        self.bn = conv.BatchNorm2d(12)
        self.blocks = nn.Sequential(*[make() for _ in range(blocks)])
        self.fc = mlp.Linear(12, 10)

    def forward(self, x):
        x = self.bn(self.stem(x)).relu()
        return self.fc(conv.adaptive_avg_pool2d(self.blocks(x), 1).flatten(1))


def depth(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    net = Tower(x.shape[1], blocks, residual).to(device=x.device, dtype=x.dtype)
    trainer = Trainer(net, optim.SGD(net.parameters(), lr, 0.9), generator, batch_size)
    history = trainer.fit(x, y, epochs)
    return Run(net, history)


class Letters(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = rnn.Embedding(27, 16)
        self.cell = rnn.LSTMCell(16, 64)
        self.linear = mlp.Linear(64, 27)

    def forward(self, tokens, state=None):
        scores = []
        for t in range(tokens.shape[1]):
            state = self.cell(self.embedding(tokens[:, t]), state)
            scores.append(self.linear(state.h))
        return torch.stack(scores, dim=1), state


class NameTrainer(Trainer):
    def loss(self, x, y):
        scores = self.net(x)
        if isinstance(scores, tuple):
            scores = scores[0]
        return losses.cross_entropy(scores.transpose(1, 2), y, ignore_index=-100)


def numbers(names, device):
    inputs = [torch.tensor([0] + [ord(c) - 96 for c in name]) for name in names]
    targets = [torch.tensor([ord(c) - 96 for c in name] + [0]) for name in names]
    x = rnn.pad_sequences(inputs, 0)[0]
    y = rnn.pad_sequences(targets, -100)[0]
    return x.to(device), y.to(device)


def spelled(tokens):
    name = ""
    for token in tokens:
        if int(token) == 0:
            return name
        name += chr(96 + int(token))
    return name


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    net = Letters().to(device=device, dtype=dtype)
    trainer = NameTrainer(net, optim.Adam(net.parameters(), lr), generator, batch_size)
    history = trainer.fit(*numbers(names, device), epochs)
    start = torch.tensor([0], device=device)
    written = [spelled(rnn.sample(net, start, 20, 1.0, generator)) for _ in range(count)]
    return Writer(net, history, written)


def find_the_bugs(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
    x, x_val = loops.standardize(x, x_val)
    trainer = Trainer(model, optim.Adam(model.parameters(), lr), generator, batch_size)
    history, accuracies = [], []
    best, state = -1, None
    for epoch in range(epochs):
        trainer.optimizer.param_groups[0]["lr"] = optim.step_lr(epoch, lr, 5, 0.5)
        history.append(trainer.epoch(x, y))
        model.eval()
        with torch.no_grad():
            right = model(x_val).argmax(dim=1).eq(y_val)
        accuracies.append(right.sum().item() / len(y_val))
        if accuracies[-1] > best:
            best, state = accuracies[-1], copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    return Found(history, accuracies)


def tiny_gpt(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    net = attention.GPT(27, 24, 48, 4, 1).to(device=device, dtype=dtype)
    nn.init.zeros_(net.positions.weight)  # small, as GPT asks
    total = epochs * math.ceil(len(names) / batch_size)
    schedule = lambda step: optim.cosine_lr(step, lr, total, total // 10)
    trainer = NameTrainer(net, optim.Adam(net.parameters(), lr), generator, batch_size, schedule)
    history = trainer.fit(*numbers(names, device), epochs)
    written = []
    for _ in range(count):
        start = torch.zeros(1, 1, dtype=torch.int64, device=device)
        written.append(spelled(attention.generate(net, start, 20, generator=generator)[0].tolist()))
    return Writer(net, history, written)
