import torch
from torch import Tensor, nn
from torch.nn import functional


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class SimpleCNN(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = (((side - 4) // 2 - 4) // 2 for side in _pair(image_size))
        if min(h, w) < 1:
            raise ValueError("image_size is too small")
        self.conv1 = nn.Conv2d(in_channels, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.fc = nn.Linear(20 * h * w, num_classes)

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(torch.relu(self.conv2(x)), 2)
        scores = self.fc(x.flatten(1))
        return functional.log_softmax(scores, dim=1)
