from torch import Tensor, nn
from torch.nn import functional


class PreActivationBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
        else:
            self.downsample = None

    def forward(self, x: Tensor) -> Tensor:
        a = functional.relu(self.bn1(x))
        shortcut = a if self.downsample is None else self.downsample(a)
        out = self.conv1(a)
        out = self.conv2(functional.relu(self.bn2(out)))
        return out + shortcut
