from typing import NamedTuple
import torch
from torch import Tensor, nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        out = functional.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return functional.relu(out + x)


class MnistResNet(nn.Module):
    def __init__(self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28) -> None:
        super().__init__()
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        if min(h, w) < 16:
            raise ValueError("image_size is too small")
        self.conv1 = nn.Conv2d(in_channels, 16, 5)
        self.block1 = ResidualBlock(16)
        self.conv2 = nn.Conv2d(16, 32, 5)
        self.block2 = ResidualBlock(32)
        self.fc = nn.Linear(32 * (((h - 4) // 2 - 4) // 2) * (((w - 4) // 2 - 4) // 2), num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.block1(functional.max_pool2d(functional.relu(self.conv1(x)), 2))
        x = self.block2(functional.max_pool2d(functional.relu(self.conv2(x)), 2))
        return self.fc(x.flatten(1))


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_resnet(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 4, batch_size: int = 10, lr: float = 0.001
) -> TrainingRun:
    model = MnistResNet(x.shape[1], 10, tuple(x.shape[2:])).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        model.train()
        total, steps = 0.0, 0
        for rows in torch.randperm(len(x), generator=generator).to(x.device).split(batch_size):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total, steps = total + loss.item(), steps + 1
        losses.append(total / steps)
    model.eval()
    return TrainingRun(model, losses)
