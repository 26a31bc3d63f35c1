import torch
from torch import nn


def vgg_block(num_convs, in_channels, out_channels):
    layers = []
    for _ in range(num_convs):
        layers.append(nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1))
        layers.append(nn.ReLU())
        in_channels = out_channels
    layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*layers)


class VGG(nn.Module):
    def __init__(self, config, in_channels=1, num_classes=10, image_size=28, hidden=64):
        super().__init__()
        h, w = (image_size, image_size) if isinstance(image_size, int) else image_size
        self.blocks = []
        for num_convs, channels in config:
            self.blocks.append(vgg_block(num_convs, in_channels, channels))
            in_channels, h, w = channels, h // 2, w // 2
        self.fc1 = nn.Linear(in_channels * h * w, hidden)
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))
