import math
from typing import NamedTuple

import torch
from torch import nn

from attention import GPT
from cnn import BatchNorm2d, conv2d_im2col, max_pool2d
from losses import cross_entropy
from mlp import MLP, Linear
from optimizers import SGD, Adam, cosine_lr, step_lr
from resnet import ResidualBlock
from rnn import Embedding, LSTMCell, sample


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


def make_steps(model, optimizer, loss_of_rows, rate_of_step=None):
    """Return a function that makes one step for some rows, and says what the loss was."""
    state = {"number": 0}

    def step(rows):
        if rate_of_step is not None:
            for group in optimizer.param_groups:
                group["lr"] = rate_of_step(state["number"])
        state["number"] += 1
        for p in model.parameters():
            p.grad = None
        loss = loss_of_rows(rows)
        loss.backward()
        optimizer.step()
        return loss.detach().to("cpu", torch.float32)

    return step


def train_by(step, model, n, generator, epochs, batch_size):
    means = []
    for _ in range(epochs):
        model.train()
        order = torch.randperm(n, generator=generator)
        total = torch.tensor(0.0)
        begin = 0
        while begin < n:
            rows = order[begin : begin + batch_size]
            total = total + step(rows) * float(len(rows))
            begin += batch_size
        means.append(float(total / n))
    model.eval()
    return means


def on_images(model, x, y):
    def loss_of_rows(rows):
        picked = rows.to(x.device)
        return cross_entropy(model(x[picked]), y[picked])

    return loss_of_rows


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = MLP((x.shape[1], 128, 10), torch.relu)
    model = model.to(x.dtype).to(x.device)
    step = make_steps(model, Adam(model.parameters(), lr), on_images(model, x, y))
    return Run(model, train_by(step, model, x.shape[0], generator, epochs, batch_size))


def digits_cnn(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    n, c, h, w = x.shape

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_parameter("conv1", nn.Parameter(torch.normal(0.0, math.sqrt(2 / (9 * c)), (8, c, 3, 3))))
            self.register_parameter("conv2", nn.Parameter(torch.normal(0.0, math.sqrt(2 / 72), (16, 8, 3, 3))))
            self.bn1 = BatchNorm2d(8)
            self.bn2 = BatchNorm2d(16)
            self.fc = Linear(16 * math.floor(h / 4) * math.floor(w / 4), 10)

        def forward(self, images):
            first = conv2d_im2col(images, self.conv1, stride=1, padding=1)
            first = max_pool2d(torch.relu(self.bn1(first)), 2)
            second = conv2d_im2col(first, self.conv2, stride=1, padding=1)
            second = max_pool2d(torch.relu(self.bn2(second)), 2)
            return self.fc(second.reshape(second.shape[0], -1))

    net = Net().to(x.device, x.dtype)
    step = make_steps(net, Adam(net.parameters(), lr), on_images(net, x, y))
    return Run(net, train_by(step, net, n, generator, epochs, batch_size))


def depth(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    def without_sum(block):
        def forward(images):
            hidden = torch.relu(block.bn1(block.conv1(images)))
            return torch.relu(block.bn2(block.conv2(hidden)))

        block.forward = forward
        return block

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(x.shape[1], 12, 3, padding=1, bias=False)
            self.bn = nn.BatchNorm2d(12)
            row = []
            for _ in range(blocks):
                block = ResidualBlock(12)
                row.append(block if residual else without_sum(block))
            self.blocks = nn.Sequential(*row)
            self.fc = Linear(12, 10)

        def forward(self, images):
            images = torch.relu(self.bn(self.stem(images)))
            images = self.blocks(images)
            return self.fc(images.sum((2, 3)) / (images.shape[2] * images.shape[3]))

    net = Net().to(x.device, x.dtype)
    step = make_steps(net, SGD(net.parameters(), lr, momentum=0.9), on_images(net, x, y))
    return Run(net, train_by(step, net, len(x), generator, epochs, batch_size))


def tokens_of(name):
    return [ord(letter) - 96 for letter in name]


def letters_of(tokens):
    text = ""
    for token in tokens:
        if token == 0:
            return text
        text += "abcdefghijklmnopqrstuvwxyz"[token - 1]
    return text


def on_names(names, device, scores_of):
    def loss_of_rows(rows):
        chosen = [tokens_of(names[i]) for i in rows.tolist()]
        longest = max(len(tokens) for tokens in chosen) + 1
        read = torch.zeros(len(chosen), longest, dtype=torch.int64)
        said = torch.full((len(chosen), longest), -100)
        for i, tokens in enumerate(chosen):
            read[i, 1 : len(tokens) + 1] = torch.tensor(tokens)
            said[i, : len(tokens) + 1] = torch.tensor([*tokens, 0])
        scores = scores_of(read.to(device))
        keep = (said != -100).to(device)
        return cross_entropy(scores[keep], said.to(device)[keep])

    return loss_of_rows


def name_writer(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = Embedding(27, 16)
            self.cell = LSTMCell(16, 64)
            self.linear = Linear(64, 27)

        def forward(self, tokens, state=None):
            n, t = tokens.shape
            if state is None:
                zeros = self.linear.weight.new_zeros(n, 64)
                state = (zeros, zeros)
            rows = []
            for i in range(t):
                state = self.cell(self.embedding(tokens[:, i]), state)
                rows.append(self.linear(state[0]).unsqueeze(1))
            return torch.cat(rows, 1), state

    net = Net().to(device).to(dtype)
    loss_of = on_names(names, device, lambda read: net(read)[0])
    losses = train_by(make_steps(net, Adam(net.parameters(), lr), loss_of), net, len(names), generator, epochs, batch_size)

    def write():
        text = [0]
        while len(text) < 21:
            token = sample(net, torch.tensor(text, device=device), 1, 1.0, generator).item()
            if token == 0:
                break
            text.append(token)
        return letters_of(text[1:])

    return Writer(net, losses, [write() for _ in range(count)])


def find_the_bugs(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
    n = len(x)
    m = x.sum(0) / n
    s = ((x - m) ** 2).sum(0).div(n).sqrt()
    x, x_val = (x - m) / s, (x_val - m) / s
    optimizer = Adam(model.parameters(), lr)
    losses, accuracies = [], []
    saved = []
    for epoch in range(epochs):
        rate = step_lr(epoch, lr, 5, 0.5)
        step = make_steps(model, optimizer, on_images(model, x, y), lambda _, rate=rate: rate)
        losses.extend(train_by(step, model, n, generator, 1, batch_size))
        with torch.no_grad():
            scores = model(x_val)
        right = 0
        for row, label in zip(scores, y_val, strict=True):
            if row.argmax().item() == label.item():
                right += 1
        accuracies.append(right / len(y_val))
        saved.append({name: tensor.detach().clone() for name, tensor in model.state_dict().items()})
    model.load_state_dict(saved[accuracies.index(max(accuracies))])
    return Found(losses, accuracies)


def tiny_gpt(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    net = GPT(27, 24, 48, 4, 1).to(device).to(dtype)
    per_epoch = math.ceil(len(names) / batch_size)
    total = epochs * per_epoch
    step = make_steps(
        net,
        Adam(net.parameters(), lr),
        on_names(names, device, net),
        lambda number: cosine_lr(number, lr, total, total // 10),
    )
    losses = train_by(step, net, len(names), generator, epochs, batch_size)

    def draw(text):
        with torch.no_grad():
            scores = net(torch.tensor([text], device=device))[0, -1].to(generator.device)
        e = torch.exp(scores - scores.max())
        return int(torch.multinomial(e / e.sum(), 1, generator=generator))

    written = []
    for _ in range(count):
        text = [0]
        for _ in range(20):
            token = draw(text)
            if token == 0:
                break
            text.append(token)
        written.append(letters_of(text[1:]))
    return Writer(net, losses, written)
