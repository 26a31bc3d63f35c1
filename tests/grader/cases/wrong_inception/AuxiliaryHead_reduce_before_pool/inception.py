import torch
from torch import Tensor, nn
from torch.nn import functional


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class AuxiliaryHead(nn.Module):
    def __init__(self, in_channels, num_classes=10, channels=8, hidden=16, dropout=0.7):
        super().__init__()
        self.reduce = ConvBlock(in_channels, channels, 1)
        self.fc1 = nn.Linear(4 * channels, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)
        self.p = dropout

    def forward(self, x):
        h = functional.adaptive_avg_pool2d(self.reduce(x), 2)
        h = torch.relu(self.fc1(h.flatten(1)))
        h = functional.dropout(h, self.p, training=self.training)
        return self.fc2(h)
