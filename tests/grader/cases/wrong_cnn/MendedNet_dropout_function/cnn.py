import torch
import torch.nn.functional as F
from torch import nn


class MendedNet(nn.Module):
    def __init__(self, in_channels, widths, num_classes, image_size, dropout=0.5):
        super().__init__()
        self.dropout = dropout
        channels = [in_channels] + list(widths)
        self.convs = nn.ModuleList([nn.Conv2d(channels[i], channels[i + 1], 3, padding=1) for i in range(len(widths))])
        h, w = image_size
        for _ in widths:
            h, w = h // 2, w // 2
        self.fc = nn.Linear(channels[-1] * h * w, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        x = torch.flatten(x, start_dim=1)
        x = F.dropout(x, p=self.dropout)
        return self.fc(x)
