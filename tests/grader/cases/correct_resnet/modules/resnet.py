import copy
import functools
import itertools
import math
from collections import namedtuple

import torch
from torch import nn

thin = functools.partial(nn.Conv2d, bias=False)
three = functools.partial(thin, kernel_size=3, padding=1)
one = functools.partial(thin, kernel_size=1)


def run(module, plan, x):
    return functools.reduce(lambda h, name: RELU(h) if name == "relu" else getattr(module, name)(h), plan.split(), x)


RELU = nn.ReLU()


def projection(c, f, stride):
    return nn.Sequential(one(c, f, stride=stride), nn.BatchNorm2d(f))


class Block(nn.Module):
    """relu(F(x) + P(x)), F as the plan says."""

    plan = "conv1 bn1 relu conv2 bn2"
    last = "bn2"

    def add(self, *layers):
        for name, layer in layers:
            self.add_module(name, layer)

    def forward(self, x):
        branch = run(self, self.plan, x)
        shortcut = self.downsample(x) if "downsample" in self._modules else x
        return RELU(torch.add(shortcut, branch))


class ResidualBlock(Block):
    def __init__(self, channels):
        super().__init__()
        for i in "12":
            self.add(("conv" + i, three(channels, channels)), ("bn" + i, nn.BatchNorm2d(channels)))


class DownsampleBlock(Block):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.add(
            ("conv1", three(in_channels, out_channels, stride=stride)),
            ("bn1", nn.BatchNorm2d(out_channels)),
            ("conv2", three(out_channels, out_channels)),
            ("bn2", nn.BatchNorm2d(out_channels)),
            ("downsample", projection(in_channels, out_channels, stride)),
        )


def basic_block(in_channels, channels, stride=1):
    if stride == 1 and in_channels == channels:
        return ResidualBlock(channels)
    return DownsampleBlock(in_channels, channels, stride)


basic_block.expansion = 1


class Bottleneck(Block):
    expansion = 4
    plan = "conv1 bn1 relu conv2 bn2 relu conv3 bn3"
    last = "bn3"

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = self.expansion * channels
        self.add(
            ("conv1", one(in_channels, channels)),
            ("bn1", nn.BatchNorm2d(channels)),
            ("conv2", three(channels, channels, stride=stride)),
            ("bn2", nn.BatchNorm2d(channels)),
            ("conv3", one(channels, out)),
            ("bn3", nn.BatchNorm2d(out)),
        )
        if stride > 1 or in_channels != out:
            self.add(("downsample", projection(in_channels, out, stride)))


class PreActivationBlock(Block):
    expansion = 1
    last = "conv2"

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.add(
            ("bn1", nn.BatchNorm2d(in_channels)),
            ("conv1", three(in_channels, channels, stride=stride)),
            ("bn2", nn.BatchNorm2d(channels)),
            ("conv2", three(channels, channels)),
        )
        if stride > 1 or in_channels != channels:
            self.add(("downsample", one(in_channels, channels, stride=stride)))

    def forward(self, x):
        a = run(self, "bn1 relu", x)
        shortcut = self.downsample(a) if "downsample" in self._modules else x
        return shortcut + run(self, "conv1 bn2 relu conv2", a)


def zero_init_residual_(model):
    def empty(module):
        if isinstance(module, Block):
            getattr(module, module.last).weight.detach().zero_()

    return model.apply(empty)


def make_stage(block, in_channels, channels, num_blocks, stride):
    if num_blocks < 1:
        raise ValueError("num_blocks should be >= 1")
    first = [(in_channels, channels, stride)]
    others = itertools.repeat((channels * block.expansion, channels, 1), num_blocks - 1)
    return nn.Sequential(*itertools.starmap(block, itertools.chain(first, others)))


class ResNet(nn.Sequential):
    def __init__(self, block, layers, num_classes=1000, width=64, in_channels=3):
        super().__init__()
        if not layers:
            raise ValueError("layers should not be empty")
        self.conv1 = thin(in_channels, width, kernel_size=7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = width
        for number, many in enumerate(layers):
            inner = width * 2**number
            self.add_module(f"layer{number + 1}", make_stage(block, channels, inner, many, 2 if number else 1))
            channels = inner * block.expansion
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(channels, num_classes)


class MnistResNet(nn.Sequential):
    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        sides = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
        if min(sides) < 16:
            raise ValueError("image_size should be 16 at least")
        for i, (c, f) in enumerate(itertools.pairwise((in_channels, 16, 32)), 1):
            self.add_module(f"conv{i}", nn.Conv2d(c, f, 5))
            self.add_module(f"pool{i}", nn.MaxPool2d(2))
            self.add_module(f"relu{i}", nn.ReLU())
            self.add_module(f"block{i}", ResidualBlock(f))
            sides = [(side - 4) // 2 for side in sides]
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(32 * sides[0] * sides[1], num_classes)


def gradient_norms(model, x, y):
    twin = copy.deepcopy(model)
    twin.zero_grad(set_to_none=True)
    with torch.enable_grad():
        nn.CrossEntropyLoss()(twin(x), y).backward()
    learned = ((name, p.grad) for name, p in twin.named_parameters() if p.requires_grad)
    return {name: 0.0 if g is None else torch.linalg.vector_norm(g).item() for name, g in learned}


Comparison = namedtuple("Comparison", "plain_norms residual_norms plain_losses residual_losses")


class Layer(nn.Module):
    def __init__(self, weight, shortcut):
        super().__init__()
        self.weight = nn.Parameter(weight.clone())
        self.shortcut = shortcut

    def forward(self, h):
        out = nn.functional.linear(h.relu(), self.weight)
        return h + out if self.shortcut else out


def plain_vs_residual(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    if depth < 1:
        raise ValueError("depth should be >= 1")
    width = x.shape[1]
    start = torch.randn(depth, width, width, generator=generator, dtype=x.dtype) * gain / width**0.5
    start = start.to(x.device)

    def learn(shortcut):
        net = nn.Sequential(*(Layer(weight, shortcut) for weight in start))
        optimizer = torch.optim.SGD(net.parameters(), lr=lr)
        norms = []

        def step():
            optimizer.zero_grad()
            loss = nn.CrossEntropyLoss()(net(x.detach()), y)
            loss.backward()
            norms.extend(p.grad.norm().item() for p in net.parameters() if len(norms) < depth)
            return loss

        with torch.enable_grad():
            losses = [optimizer.step(step).item() for _ in range(steps)]
        return norms, losses

    (plain_norms, plain_losses), (residual_norms, residual_losses) = map(learn, (False, True))
    return Comparison(plain_norms, residual_norms, plain_losses, residual_losses)


class Frozen:
    """Mixed into the class of a batch norm: it stays in evaluation mode."""

    def train(self, mode=True):
        return super().train(False)


FROZEN = {kind: type("Frozen" + kind.__name__, (Frozen, kind), {}) for kind in (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)}
THAWED = {frozen: kind for kind, frozen in FROZEN.items()}
globals().update({frozen.__name__: frozen for frozen in THAWED})


def freeze_backbone(model, head="fc"):
    try:
        top = model.get_submodule(head)
    except AttributeError as error:
        raise ValueError(f"head should be a sub-module, not {head!r}") from error
    if top is model:
        raise ValueError("head should not be empty")
    inside = set(map(id, top.modules()))
    for module in model.modules():
        if id(module) in inside:
            module.__class__ = THAWED.get(type(module), type(module))
        elif type(module) in FROZEN:
            module.__class__ = FROZEN[type(module)]
            module.eval()
    for parameter in model.parameters():
        parameter.requires_grad = False
    for parameter in top.parameters():
        parameter.requires_grad = True
    return [*top.parameters()]


TrainingRun = namedtuple("TrainingRun", "model losses")


class Shuffled(torch.utils.data.Sampler):
    def __init__(self, count, size, generator):
        self.count, self.size, self.generator = count, size, generator

    def __iter__(self):
        order = torch.randperm(self.count, generator=self.generator).tolist()
        return (order[start : start + self.size] for start in range(0, self.count, self.size))


def train_resnet(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    net = MnistResNet(x.shape[1], image_size=x.shape[-2:]).to(device=x.device, dtype=x.dtype)
    optimizer, criterion = torch.optim.Adam(net.parameters(), lr), nn.CrossEntropyLoss(reduction="none")
    data = torch.utils.data.TensorDataset(x, y)
    sampler = Shuffled(len(data), batch_size, generator)
    history = []
    for _ in range(epochs):
        net.train()
        seen = []
        for rows in sampler:
            images, labels = data[rows]
            optimizer.zero_grad(set_to_none=False)
            losses = criterion(net(images), labels)
            losses.mean().backward()
            optimizer.step()
            seen.extend(losses.tolist())
        net.eval()
        history.append(math.fsum(seen) / len(data))
    net.eval()
    return TrainingRun(net, history)


class MendedDownsampleBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.conv1 = three(in_channels, out_channels, stride=stride)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = three(out_channels, out_channels)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.project = one(in_channels, out_channels, stride=stride)
        self.norm = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.norm(self.project(x))
        return self.relu(out)


def fix_fine_tuning(model, num_classes, batches, epochs, lr):
    for parameter in model.parameters():
        parameter.requires_grad = False
    model.eval()
    model.fc = nn.Linear(model.fc.in_features, num_classes).to(model.fc.weight)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=lr)
    history = []
    for _ in range(epochs):
        running = []
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
            running.append(loss.item())
        history.append(sum(running) / len(running))
    return history


def check_residual(residual):
    torch_state = torch.random.get_rng_state()
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(2)
    branch = nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), norm).double()
    twin = copy.deepcopy(branch)
    block = residual(branch)
    mine, right = list(block.parameters()), list(twin.parameters())
    assert len(mine) == 4 and all(any(p is q for q in branch.parameters()) for p in mine)
    for step, mode in enumerate([True, True, False]):
        block.train(mode)
        twin.train(mode)
        data = torch.randn(3, 2, 5, 4, dtype=torch.float64)
        x, z = data.clone().requires_grad_(), data.clone().requires_grad_()
        y, want = block(x), torch.relu(twin(z) + z)
        torch.testing.assert_close(y, want)
        assert torch.equal(x, data)
        assert y.requires_grad
        up = torch.randn_like(data)
        y.backward(up)
        want.backward(up)
        torch.testing.assert_close(x.grad, z.grad)
        for p, q in zip(branch.parameters(), right):
            assert p.grad is not None
            torch.testing.assert_close(p.grad, q.grad)
        # a second call of the branch would count here
        assert norm.num_batches_tracked.item() == min(step + 1, 2)
        torch.testing.assert_close(norm.running_mean, twin[1].running_mean)
    flat = torch.linspace(-1, 1, 6).view(2, 3)
    residual(nn.Identity())(flat)
    assert torch.equal(flat, torch.linspace(-1, 1, 6).view(2, 3))
    torch.random.set_rng_state(torch_state)
