import torch
from torch import Tensor, nn
from torch.nn import functional


class ConvBlock(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()


class Inception(nn.Module):
    def __init__(self, c, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvBlock(c, c1, 1)
        self.branch2_reduce, self.branch2 = ConvBlock(c, c2[0], 1), ConvBlock(*c2, 3, 1)
        self.branch3_reduce, self.branch3 = ConvBlock(c, c3[0], 1), ConvBlock(*c3, 5, 2)
        self.branch4 = ConvBlock(c, c4, 1)

    def forward(self, x):
        three, five = self.branch2(self.branch2_reduce(x)), self.branch3(self.branch3_reduce(x))
        pool = self.branch4(functional.max_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([self.branch1(x), three, five, pool], dim=1)


class AuxiliaryHead(nn.Module):
    def __init__(self, c, k, dropout):
        super().__init__()
        self.reduce = ConvBlock(c, 8, 1)
        self.fc1, self.fc2 = nn.Linear(32, 16), nn.Linear(16, k)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        h = self.reduce(functional.adaptive_avg_pool2d(x, 2)).flatten(1)
        return self.fc2(self.dropout(self.fc1(h).relu()))


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, dropout=0.4):
        super().__init__()
        self.stem = ConvBlock(in_channels, 8, 3, 1)
        self.inception1 = Inception(8, 4, (4, 6), (2, 4), 2)
        self.inception2 = Inception(16, 6, (4, 8), (2, 6), 4)
        self.inception3 = Inception(24, 8, (6, 12), (4, 8), 4)
        self.auxiliary1 = AuxiliaryHead(16, num_classes, dropout)
        self.auxiliary2 = AuxiliaryHead(24, num_classes, dropout)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(32, num_classes)

    def forward(self, x):
        h1 = self.inception1(self.stem(x))
        h2 = self.inception2(self.pool(h1))
        main = self.fc(self.dropout(self.inception3(self.pool(h2)).mean((2, 3))))
        return (main, self.auxiliary1(h1), self.auxiliary2(h2)) if self.training else main


def auxiliary_loss(outputs, labels, weight=0.3):
    if isinstance(outputs, Tensor):
        return functional.cross_entropy(outputs, labels)
    loss = functional.cross_entropy(outputs[0], labels)
    for scores in outputs[1:]:
        loss = loss + weight * functional.cross_entropy(scores, labels)
    return loss


def train_inception(model, x, y, epochs, batch_size, lr, device, generator):
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        total = 0.0
        for rows in order.split(batch_size):
            images, labels = x[rows].to(device), y[rows].to(device)
            loss = auxiliary_loss(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses
