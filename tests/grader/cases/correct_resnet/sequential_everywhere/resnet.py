import copy
from collections import OrderedDict, namedtuple

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def conv3x3(i, o, s=1):
    return nn.Conv2d(i, o, kernel_size=3, stride=s, padding=1, bias=False)


def conv1x1(i, o, s=1):
    return nn.Conv2d(i, o, kernel_size=1, stride=s, bias=False)


def projection(i, o, s):
    return nn.Sequential(conv1x1(i, o, s), nn.BatchNorm2d(o))


class PostActivation(nn.Sequential):
    """A Sequential with a shortcut around it. The child named downsample is not part of the row."""

    def forward(self, x):
        out, identity = x, x
        for name, layer in self.named_children():
            if name == "downsample":
                identity = layer(x)
            else:
                out = layer(out)
        return (out + identity).relu()


class ResidualBlock(PostActivation):
    def __init__(self, channels):
        super().__init__(
            OrderedDict(
                conv1=conv3x3(channels, channels),
                bn1=nn.BatchNorm2d(channels),
                act=nn.ReLU(),
                conv2=conv3x3(channels, channels),
                bn2=nn.BatchNorm2d(channels),
            )
        )


class DownsampleBlock(PostActivation):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__(
            OrderedDict(
                conv1=conv3x3(in_channels, out_channels, stride),
                bn1=nn.BatchNorm2d(out_channels),
                act=nn.ReLU(inplace=True),
                conv2=conv3x3(out_channels, out_channels),
                bn2=nn.BatchNorm2d(out_channels),
                downsample=projection(in_channels, out_channels, stride),
            )
        )


def basic_block(in_channels: int, channels: int, stride: int = 1) -> nn.Module:
    """Return the block of ResNet-18 and ResNet-34, made of yours; it is given, and no task."""
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(PostActivation):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.add_module("conv1", conv1x1(in_channels, channels))
        self.add_module("bn1", nn.BatchNorm2d(channels))
        self.add_module("relu1", nn.Identity())
        self.add_module("conv2", conv3x3(channels, channels, stride))
        self.add_module("bn2", nn.BatchNorm2d(channels))
        self.add_module("relu2", nn.ReLU())
        self.add_module("conv3", conv1x1(channels, channels * 4))
        self.add_module("bn3", nn.BatchNorm2d(channels * 4))
        self.relu1 = nn.ReLU()
        if stride != 1 or in_channels != channels * 4:
            self.add_module("downsample", projection(in_channels, channels * 4, stride))


class PreActivationBlock(nn.Sequential):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        needed = stride != 1 or in_channels != channels
        layers = [
            ("bn1", nn.BatchNorm2d(in_channels)),
            ("relu1", nn.ReLU()),
            ("conv1", conv3x3(in_channels, channels, stride)),
            ("bn2", nn.BatchNorm2d(channels)),
            ("relu2", nn.ReLU()),
            ("conv2", conv3x3(channels, channels)),
        ]
        super().__init__(OrderedDict(layers))
        self.downsample = conv1x1(in_channels, channels, stride) if needed else None

    def forward(self, x):
        a = self.relu1(self.bn1(x))
        identity = x if self.downsample is None else self.downsample(a)
        branch = nn.Sequential(self.conv1, self.bn2, self.relu2, self.conv2)
        return branch(a) + identity


def zero_init_residual_(model):
    for m in model.modules():
        if isinstance(m, Bottleneck):
            nn.init.constant_(m.bn3.weight, 0)
        elif isinstance(m, PostActivation):
            nn.init.constant_(m.bn2.weight, 0)
        elif isinstance(m, PreActivationBlock):
            nn.init.constant_(m.conv2.weight, 0)
    return model


def make_stage(block, in_channels, channels, num_blocks, stride):
    if num_blocks < 1:
        raise ValueError("num_blocks")
    rest = [block(channels * block.expansion, channels, 1) for _ in range(num_blocks - 1)]
    return nn.Sequential(block(in_channels, channels, stride), *rest)


class ResNet(nn.Sequential):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        if not len(layers):
            raise ValueError("layers must not be empty")
        rows = OrderedDict()
        rows["conv1"] = nn.Conv2d(in_channels, width, 7, stride=2, padding=3, bias=False)
        rows["bn1"] = nn.BatchNorm2d(width)
        rows["relu"] = nn.ReLU()
        rows["maxpool"] = nn.MaxPool2d(3, 2, 1)
        c = width
        for i, n in enumerate(layers, start=1):
            rows[f"layer{i}"] = make_stage(block, c, width, n, 1 if i == 1 else 2)
            c, width = width * block.expansion, width * 2
        rows["avgpool"] = nn.AdaptiveAvgPool2d((1, 1))
        rows["flat"] = nn.Flatten()
        rows["fc"] = nn.Linear(c, num_classes)
        super().__init__(rows)


class MnistResNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        size = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        if min(size) < 16:
            raise ValueError("image_size has to be at least 16")
        self.conv1 = nn.Conv2d(in_channels, 16, kernel_size=5)
        self.block1 = ResidualBlock(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5)
        self.block2 = ResidualBlock(32)
        # a picture of nothing tells how many numbers are left
        with torch.no_grad():
            left = self.eval().features(torch.zeros(1, in_channels, *size)).numel()
        self.train()
        self.fc = nn.Linear(left, num_classes)

    def features(self, x):
        front = nn.Sequential(self.conv1, nn.ReLU(), nn.MaxPool2d(2), self.block1)
        back = nn.Sequential(self.conv2, nn.ReLU(), nn.MaxPool2d(2), self.block2, nn.Flatten())
        front.training = back.training = self.training
        return back(front(x))

    def forward(self, x):
        return self.fc(self.features(x))


def gradient_norms(model, x, y):
    twin = copy.deepcopy(model)
    twin.zero_grad()
    with torch.enable_grad():
        loss = nn.CrossEntropyLoss()(twin(x), y)
        if loss.requires_grad:
            loss.backward()
    norms = {}
    for name, p in twin.named_parameters():
        if p.requires_grad:
            norms[name] = float(p.grad.norm()) if p.grad is not None else 0.0
    return norms


Comparison = namedtuple("Comparison", "plain_norms residual_norms plain_losses residual_losses")


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def layer(weight, kind):
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    linear.weight = nn.Parameter(weight.clone())
    return kind(nn.ReLU(), linear)


def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    if depth < 1:
        raise ValueError("depth has to be 1 or more")
    d = x.shape[1]
    weights = (gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / d**0.5).to(x.device)
    norms, losses = [], []
    for kind in (nn.Sequential, Residual):
        net = nn.Sequential(*[layer(w, kind) for w in weights])
        sgd = torch.optim.SGD(net.parameters(), lr=lr)
        curve = []
        for step in range(steps):
            sgd.zero_grad()
            loss = nn.CrossEntropyLoss()(net(x), y)
            loss.backward()
            if step == 0:
                norms.append([p.grad.norm().item() for p in net.parameters()])
            sgd.step()
            curve.append(loss.item())
        losses.append(curve)
    return Comparison(*norms, *losses)


def freeze_backbone(model, head="fc"):
    if head not in [n for n, _ in model.named_modules() if n]:
        raise ValueError(f"the model has no head {head!r}")
    keep = model.get_submodule(head)
    for p in model.parameters():
        p.requires_grad_(False)
    for p in keep.parameters():
        p.requires_grad_(True)
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)) and all(m is not k for k in keep.modules()):
            # the same layer, of a class that knows no training mode
            m.__class__ = type("Frozen" + type(m).__name__, (type(m),), {"train": never_train})
            m.eval()
    return list(keep.parameters())


def never_train(self, mode=True):
    return nn.Module.train(self, False)


TrainingRun = namedtuple("TrainingRun", ["model", "losses"])


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = MnistResNet(in_channels=x.shape[1], image_size=tuple(x.shape[-2:])).to(x.device, x.dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss()
    data = TensorDataset(x, y)
    losses = []
    for _ in range(epochs):
        batches = [b.tolist() for b in torch.randperm(len(data), generator=generator).split(batch_size)]
        with torch.random.fork_rng(devices=[]):  # a loader draws a seed of its own
            loader = DataLoader(data, batch_sampler=batches)
            running = 0.0
            for images, labels in loader:
                optimizer.zero_grad()
                loss = criterion(model(images), labels)
                loss.backward()
                optimizer.step()
                running += loss.item() * images.size(0)
        losses.append(running / len(data))
    return TrainingRun(model.eval(), losses)
