import torch
from torch import Tensor, nn
from torch.nn import functional


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class AlexNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28, width=8, dropout=0.5):
        super().__init__()
        sides = []
        for side in _pair(image_size):
            for _ in range(3):
                side = (side - 3) // 2 + 1
            sides.append(side)
        if min(sides) < 1:
            raise ValueError("image_size is too small")
        self.conv1 = nn.Conv2d(in_channels, width, 5, padding=2)
        self.conv2 = nn.Conv2d(width, 3 * width, 5, padding=2)
        self.conv3 = nn.Conv2d(3 * width, 6 * width, 3, padding=1)
        self.conv4 = nn.Conv2d(6 * width, 4 * width, 3, padding=1)
        self.conv5 = nn.Conv2d(4 * width, 4 * width, 3, padding=1)
        self.fc1 = nn.Linear(4 * width * sides[0] * sides[1], 64 * width)
        self.fc2 = nn.Linear(64 * width, 64 * width)
        self.fc3 = nn.Linear(64 * width, num_classes)
        self.dropout = dropout

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.conv1(x)), 3, stride=2)
        x = functional.max_pool2d(torch.relu(self.conv2(x)), 3, stride=2)
        x = torch.relu(self.conv3(x))
        x = torch.relu(self.conv4(x))
        x = functional.max_pool2d(torch.relu(self.conv5(x)), 3, stride=2)
        x = torch.relu(self.fc1(x.flatten(1)))
        x = functional.dropout(x, self.dropout)
        x = torch.relu(self.fc2(x))
        x = functional.dropout(x, self.dropout)
        return self.fc3(x)
