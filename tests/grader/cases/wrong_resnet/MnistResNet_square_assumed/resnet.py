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
    def __init__(
        self, in_channels: int = 1, num_classes: int = 10, image_size: int | tuple[int, int] = 28
    ) -> None:
        super().__init__()
        height, width = (image_size, image_size) if isinstance(image_size, int) else image_size
        if height < 16 or width < 16:
            raise ValueError(f"image_size must be at least 16, not {image_size}")
        self.conv1 = nn.Conv2d(in_channels, 16, 5)
        self.block1 = ResidualBlock(16)
        self.conv2 = nn.Conv2d(16, 32, 5)
        self.block2 = ResidualBlock(32)
        rows = ((height - 4) // 2 - 4) // 2
        self.fc = nn.Linear(32 * rows * rows, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        h = self.block1(functional.max_pool2d(functional.relu(self.conv1(x)), 2))
        h = self.block2(functional.max_pool2d(functional.relu(self.conv2(h)), 2))
        return self.fc(h.flatten(1))
