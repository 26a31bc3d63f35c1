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


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = MLP((x.shape[1], 128, 10), torch.relu).to(device=x.device, dtype=x.dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    history = []
    n = len(x)
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            idx = perm[i : i + batch_size].to(x.device)
            inputs, labels = x[idx], y[idx]
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = cross_entropy(outputs, labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * inputs.size(0)
        history.append(running_loss / n)
    model.eval()
    return Run(model, history)


class DigitsCNN(nn.Module):
    def __init__(self, channels, height, width):
        super().__init__()
        self.conv1 = nn.Parameter(torch.randn(8, channels, 3, 3) * (2 / (9 * channels)) ** 0.5)
        self.bn1 = BatchNorm2d(8)
        self.conv2 = nn.Parameter(torch.randn(16, 8, 3, 3) * (2 / 72) ** 0.5)
        self.bn2 = BatchNorm2d(16)
        self.fc = Linear(16 * (height // 4) * (width // 4), 10)

    def forward(self, x):
        x = max_pool2d(torch.relu(self.bn1(conv2d_im2col(x, self.conv1, padding=1))), 2)
        x = max_pool2d(torch.relu(self.bn2(conv2d_im2col(x, self.conv2, padding=1))), 2)
        return self.fc(x.flatten(1))


def digits_cnn(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model = DigitsCNN(*x.shape[1:]).to(device=x.device, dtype=x.dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    history = []
    n = len(x)
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            idx = perm[i : i + batch_size].to(x.device)
            inputs, labels = x[idx], y[idx]
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = cross_entropy(outputs, labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * inputs.size(0)
        history.append(running_loss / n)
    model.eval()
    return Run(model, history)


class PlainBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)))


class DepthNet(nn.Module):
    def __init__(self, channels, blocks, residual):
        super().__init__()
        self.stem = nn.Conv2d(channels, 12, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(12)
        kind = ResidualBlock if residual else PlainBlock
        self.blocks = nn.Sequential(*[kind(12) for _ in range(blocks)])
        self.fc = Linear(12, 10)

    def forward(self, x):
        x = torch.relu(self.bn(self.stem(x)))
        x = self.blocks(x)
        return self.fc(x.mean(dim=(2, 3)))


def depth(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    model = DepthNet(x.shape[1], blocks, residual).to(device=x.device, dtype=x.dtype)
    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)
    history = []
    n = len(x)
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            idx = perm[i : i + batch_size].to(x.device)
            inputs, labels = x[idx], y[idx]
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = cross_entropy(outputs, labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * inputs.size(0)
        history.append(running_loss / n)
    model.eval()
    return Run(model, history)


class NameNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = Embedding(27, 16)
        self.cell = LSTMCell(16, 64)
        self.linear = Linear(64, 27)

    def forward(self, tokens, state=None):
        vectors = self.embedding(tokens)
        outputs = []
        for t in range(tokens.shape[1]):
            state = self.cell(vectors[:, t], state)
            outputs.append(state[0])
        return self.linear(torch.stack(outputs, dim=1)), state


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    model = NameNet().to(device=device, dtype=dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    encoded = [[0] + [ord(c) - ord("a") + 1 for c in name] + [0] for name in names]
    history = []
    n = len(names)
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator).tolist()
        for i in range(0, n, batch_size):
            rows = [encoded[j] for j in perm[i : i + batch_size]]
            inputs = pad_sequences([torch.tensor(r[:-1], device=device) for r in rows]).padded
            targets = pad_sequences([torch.tensor(r[1:], device=device) for r in rows], padding_value=-100).padded
            optimizer.zero_grad()
            scores, _ = model(inputs)
            loss = cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=-100)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(rows)
        history.append(running_loss / n)
    model.eval()
    written = []
    start = torch.tensor([0], device=device)
    for _ in range(count):
        tokens = sample(model, start, 20, 1.0, generator).tolist()
        if 0 in tokens:
            tokens = tokens[: tokens.index(0)]
        written.append("".join(chr(ord("a") + t - 1) for t in tokens))
    return Writer(model, history, written)


def find_the_bugs(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
    mean, std = x.mean(0), x.std(0, correction=0)
    x, x_val = (x - mean) / std, (x_val - mean) / std
    optimizer = Adam(model.parameters(), lr=lr)
    losses, accuracies = [], []
    best_accuracy, best_state = -1.0, None
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = step_lr(epoch, lr, 5, 0.5)
        model.train()
        running_loss = 0.0
        perm = torch.randperm(len(x), generator=generator)
        for i in range(0, len(x), batch_size):
            idx = perm[i : i + batch_size].to(x.device)
            optimizer.zero_grad()
            loss = cross_entropy(model(x[idx]), y[idx])
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(idx)
        losses.append(running_loss / len(x))
        model.eval()
        with torch.no_grad():
            correct = (model(x_val).argmax(dim=1) == y_val).sum().item()
        accuracies.append(correct / len(x_val))
        if accuracies[-1] > best_accuracy:
            best_accuracy = accuracies[-1]
            best_state = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(best_state)
    return Found(losses, accuracies)


def tiny_gpt(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    model = GPT(27, 24, 48, 4, 1).to(device=device, dtype=dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    encoded = [[0] + [ord(c) - ord("a") + 1 for c in name] + [0] for name in names]
    n = len(names)
    total = epochs * ((n + batch_size - 1) // batch_size)
    it = 0
    history = []
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator).tolist()
        for i in range(0, n, batch_size):
            rows = [encoded[j] for j in perm[i : i + batch_size]]
            inputs = pad_sequences([torch.tensor(r[:-1], device=device) for r in rows]).padded
            targets = pad_sequences([torch.tensor(r[1:], device=device) for r in rows], padding_value=-100).padded
            for group in optimizer.param_groups:
                group["lr"] = cosine_lr(it, lr, total, total // 10)
            it += 1
            optimizer.zero_grad()
            scores = model(inputs)
            loss = cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=-100)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(rows)
        history.append(running_loss / n)
    model.eval()
    written = []
    with torch.no_grad():
        for _ in range(count):
            tokens = [0]
            while len(tokens) < 21:
                scores = model(torch.tensor([tokens], device=device))[0, -1]
                probs = torch.softmax(scores, dim=0).to(generator.device)
                k = torch.multinomial(probs, 1, generator=generator).item()
                if k == 0:
                    break
                tokens.append(k)
            written.append("".join(chr(ord("a") + t - 1) for t in tokens[1:]))
    return Writer(model, history, written)
