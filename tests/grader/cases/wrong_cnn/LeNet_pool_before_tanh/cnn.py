import torch
from torch import Tensor, nn
from torch.nn import functional


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class LeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = ((side // 2 - 4) // 2 for side in _pair(image_size))
        if min(h, w) < 1:
            raise ValueError("image_size is too small")
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * h * w, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = torch.tanh(functional.avg_pool2d(self.conv1(x), 2))
        x = torch.tanh(functional.avg_pool2d(self.conv2(x), 2))
        x = torch.tanh(self.fc1(x.flatten(1)))
        x = torch.tanh(self.fc2(x))
        return self.fc3(x)
