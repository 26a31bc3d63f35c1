import torch
from torch import nn
from torch.nn import functional


class SimpleCNN(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        if min(h, w) < 16:
            raise ValueError("image_size is below 16")
        self.conv1 = nn.Conv2d(in_channels, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.fc = nn.Linear(20 * (((h - 4) // 2 - 4) // 2) * (((w - 4) // 2 - 4) // 2), num_classes)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.fc(x.flatten(1))


def train_cnn(model, loader, device, epochs, lr, momentum=0.5):
    model.to(device)
    model.train()
    losses = []
    for _ in range(epochs):
        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            count += len(x)
        losses.append(total / count)
    return losses
