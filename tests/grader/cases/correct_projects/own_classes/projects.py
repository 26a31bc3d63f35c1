from typing import NamedTuple

import torch
import torch.nn.functional as F
from attention import GPT
from cnn import BatchNorm2d, conv2d, max_pool2d
from losses import cross_entropy as xent
from losses import log_softmax, nll_loss
from mlp import MLP, Linear
from optimizers import SGD, Adam, cosine_lr, step_lr
from resnet import ResidualBlock
from rnn import Embedding, LSTMCell, decode, encode, sample
from torch import Tensor, nn


class Run(NamedTuple):
    model: nn.Module
    losses: list


class Writer(NamedTuple):
    model: nn.Module
    losses: list
    names: list


class Found(NamedTuple):
    losses: list
    accuracies: list


def batches(n, generator, size, device):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, size):
        yield order[start : start + size].to(device)


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = MLP((x.size(1), 128, 10), F.relu)
    model = model.to(x.device).to(x.dtype)
    opt = Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        model.train()
        seen = []
        for rows in batches(len(x), generator, batch_size, x.device):
            opt.zero_grad()
            loss = nll_loss(log_softmax(model(x[rows]), 1), y[rows], reduction="sum")
            (loss / len(rows)).backward()
            opt.step()
            seen.append(loss.item())
        losses.append(sum(seen) / len(x))
    return Run(model.eval(), losses)


class Conv(nn.Module):
    def __init__(self, in_channels, h, w):
        super().__init__()
        self.conv1 = nn.Parameter((2 / (9 * in_channels)) ** 0.5 * torch.randn(8, in_channels, 3, 3))
        self.bn1 = BatchNorm2d(8)
        self.conv2 = nn.Parameter(torch.randn(16, 8, 3, 3) / 6)
        self.bn2 = BatchNorm2d(16)
        self.fc = Linear(16 * (h // 4) * (w // 4), 10)

    def forward(self, x):
        x = F.relu(max_pool2d(self.bn1(conv2d(x, self.conv1, stride=1, padding=(1, 1))), kernel_size=2, stride=2))
        x = F.relu(max_pool2d(self.bn2(conv2d(x, self.conv2, stride=1, padding=(1, 1))), kernel_size=2, stride=2))
        return self.fc(torch.flatten(x, 1))


def digits_cnn(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    _, c, h, w = x.shape
    model = Conv(c, h, w).to(x)
    opt = Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        model.train()
        mean = 0.0
        for rows in batches(len(x), generator, batch_size, x.device):
            loss = xent(model(x[rows]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            mean += loss.item() * len(rows) / len(x)
        losses.append(mean)
    return Run(model.eval(), losses)


class Block(ResidualBlock):
    """With and without the shortcut."""

    def __init__(self, channels, residual):
        super().__init__(channels)
        self.residual = residual

    def forward(self, x):
        if self.residual:
            return super().forward(x)
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


def depth(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(x.shape[1], 12, 3, 1, 1, bias=False)
            self.bn = nn.BatchNorm2d(12)
            self.blocks = nn.Sequential()
            for number in range(blocks):
                self.blocks.add_module(str(number), Block(12, residual))
            self.fc = Linear(12, 10)

        def forward(self, images):
            h = self.blocks(F.relu(self.bn(self.stem(images))))
            return self.fc(h.flatten(2).mean(-1))

    model = Net().to(x)
    opt = SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in batches(len(x), generator, batch_size, x.device):
            loss = xent(model(x[rows]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * rows.numel()
        losses.append(total / len(x))
    model.eval()
    return Run(model, losses)


VOCABULARY = {".": 0, "<unk>": 27} | {chr(97 + i): i + 1 for i in range(26)}


def table(names, device):
    longest = max(len(name) for name in names) + 1
    x = torch.zeros(len(names), longest, dtype=torch.long, device=device)
    y = torch.full((len(names), longest), -100, dtype=torch.long, device=device)
    for i, name in enumerate(names):
        tokens = encode(name, VOCABULARY).to(device)
        x[i, 1 : 1 + len(tokens)] = tokens
        y[i, : len(tokens)] = tokens
        y[i, len(tokens)] = 0
    return x, y


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.cell, self.linear = Embedding(27, 16), LSTMCell(16, 64), Linear(64, 27)

    def forward(self, tokens, state=None):
        inputs = self.embedding(tokens)
        hidden = inputs.new_zeros(tokens.shape[0], tokens.shape[1], 64)
        hs = []
        for t in range(hidden.shape[1]):
            h, c = self.cell(inputs[:, t], state)
            state = (h, c)
            hs.append(h.unsqueeze(1))
        return self.linear(torch.cat(hs, 1)), state


def train_on_names(scores, model, names, generator, epochs, batch_size, opt, device, rate=None):
    x, y = table(names, device)
    losses, step = [], 0
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in batches(len(names), generator, batch_size, device):
            if rate:
                opt.param_groups[0]["lr"] = rate(step)
            step += 1
            wanted, got = y[rows], scores(x[rows])
            counts = wanted != -100
            loss = xent(got[counts], wanted[counts])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(names))
    model.eval()
    return losses


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    model = Net().to(device, dtype)
    opt = Adam(model.parameters(), lr=lr)
    losses = train_on_names(lambda x: model(x)[0], model, names, generator, epochs, batch_size, opt, device)
    written = []
    prompt = torch.zeros(1, dtype=torch.long, device=device)
    for _ in range(count):
        text = "".join(decode(sample(model, prompt, 20, 1.0, generator), VOCABULARY))
        written.append(text.split(".")[0])
    return Writer(model, losses, written)


def find_the_bugs(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
    mean = x.mean(0)
    std = ((x - mean) ** 2).mean(0).sqrt()
    x, x_val = (x - mean) / std, (x_val - mean) / std
    opt = Adam(model.parameters(), lr=lr)
    losses, accuracies = [], []
    best = {}
    for epoch in range(epochs):
        opt.param_groups[0]["lr"] = step_lr(epoch, lr, step_size=5, gamma=0.5)
        model.train()
        total = 0
        for rows in batches(len(x), generator, batch_size, x.device):
            loss = xent(model(x[rows]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            hits = int((torch.max(model(x_val), 1).indices == y_val).sum())
        if not accuracies or hits / len(y_val) > max(accuracies):
            best = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        accuracies.append(hits / len(y_val))
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(best[name])
    return Found(losses, accuracies)


def tiny_gpt(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    model = GPT(vocab_size=27, context=24, embed_dim=48, num_heads=4, num_layers=1).to(device, dtype)
    opt = Adam(model.parameters(), lr=lr)
    every = epochs * len(range(0, len(names), batch_size))
    losses = train_on_names(
        model, model, names, generator, epochs, batch_size, opt, device,
        lambda step: cosine_lr(step, lr, every, warmup=every // 10),
    )
    written = []
    with torch.no_grad():
        for _ in range(count):
            tokens = [0]
            for _ in range(20):
                scores: Tensor = model(torch.tensor([tokens], device=device))[0, -1].to(generator.device)
                tokens.append(torch.multinomial(F.softmax(scores, 0), 1, generator=generator).item())
                if tokens[-1] == 0:
                    break
            written.append("".join(chr(96 + token) for token in tokens if token))
    return Writer(model, losses, written)
