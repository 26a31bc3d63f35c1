"""What several suites of this topic share: blocks and nets of torch's own layers, with the keys of the docstrings."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_equal


def conv(c, k, size, stride=1):
    """Return a convolution without bias that keeps the size of the image, but for its stride."""
    return nn.Conv2d(c, k, size, stride=stride, padding=size // 2, bias=False)


def projection(c, k, stride):
    """Return a 1x1 convolution and its batch norm."""
    return nn.Sequential(conv(c, k, 1, stride), nn.BatchNorm2d(k))


class Residual(nn.Module):
    """A block whose shortcut is the identity, or a projection where there is one."""

    expansion = 1

    def __init__(self, c, k=None, stride=None):
        """Make the two convolutions; with `k` and `stride` a projection too."""
        super().__init__()
        k, s = k or c, stride or 1
        self.conv1, self.bn1 = conv(c, k, 3, s), nn.BatchNorm2d(k)
        self.conv2, self.bn2 = conv(k, k, 3), nn.BatchNorm2d(k)
        if stride:
            self.downsample = projection(c, k, s)

    def forward(self, x):
        """Return relu(F(x) + shortcut)."""
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).clamp(min=0)))
        return (y + (self.downsample(x) if hasattr(self, "downsample") else x)).clamp(min=0)


class Narrow(nn.Module):
    """A bottleneck."""

    expansion = 4

    def __init__(self, c, b, stride=1):
        """Make the three convolutions, and a projection where the shapes differ."""
        super().__init__()
        self.conv1, self.bn1 = conv(c, b, 1), nn.BatchNorm2d(b)
        self.conv2, self.bn2 = conv(b, b, 3, stride), nn.BatchNorm2d(b)
        self.conv3, self.bn3 = conv(b, 4 * b, 1), nn.BatchNorm2d(4 * b)
        if (c, stride) != (4 * b, 1):
            self.downsample = projection(c, 4 * b, stride)

    def forward(self, x):
        """Return relu(F(x) + shortcut)."""
        y = self.bn1(self.conv1(x)).clamp(min=0)
        y = self.bn3(self.conv3(self.bn2(self.conv2(y)).clamp(min=0)))
        return (y + (self.downsample(x) if hasattr(self, "downsample") else x)).clamp(min=0)


class PreActivation(nn.Module):
    """A block with norm and activation before each convolution."""

    expansion = 1

    def __init__(self, c, k, stride=1):
        """Make the two convolutions, and a projection where the shapes differ."""
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(c), conv(c, k, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(k), conv(k, k, 3)
        if (c, stride) != (k, 1):
            self.downsample = conv(c, k, 1, stride)

    def forward(self, x):
        """Return F(x) + shortcut."""
        a = self.bn1(x).clamp(min=0)
        y = self.conv2(self.bn2(self.conv1(a)).clamp(min=0))
        return y + (self.downsample(a) if hasattr(self, "downsample") else x)


def basic(c, k, stride=1):
    """Return the block of ResNet-18."""
    return Residual(c) if (c, stride) == (k, 1) else Residual(c, k, stride)


basic.expansion = 1


class Net(nn.Module):
    """A residual network of any number of stages."""

    def __init__(self, block, layers, classes, width=64, c=3):
        """Make stem, stages and the linear layer."""
        super().__init__()
        self.stages, self.conv1 = len(layers), nn.Conv2d(c, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        c = width
        for i, count in enumerate(layers):
            k = width * 2**i
            others = [block(k * block.expansion, k, 1) for _ in range(count - 1)]
            setattr(self, f"layer{i + 1}", nn.Sequential(block(c, k, min(i, 1) + 1), *others))
            c = k * block.expansion
        self.fc = nn.Linear(c, classes)

    def forward(self, x):
        """Return the scores."""
        x = functional.max_pool2d(self.bn1(self.conv1(x)).clamp(min=0), 3, 2, 1)
        for i in range(self.stages):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.fc(x.flatten(2).mean(2))


def sides(image_size):
    """Return height and width in front of the linear layer."""
    pair = (image_size, image_size) if isinstance(image_size, int) else image_size
    return [((side - 4) // 2 - 4) // 2 for side in pair]


class SmallNet(nn.Module):
    """The network for images of MNIST, and others."""

    def __init__(self, c=1, classes=10, image_size=28):
        """Make the layers."""
        super().__init__()
        h, w = sides(image_size)
        self.conv1, self.block1 = nn.Conv2d(c, 16, 5), Residual(16)
        self.conv2, self.block2 = nn.Conv2d(16, 32, 5), Residual(32)
        self.fc = nn.Linear(32 * h * w, classes)

    def forward(self, x):
        """Return the scores."""
        x = self.block1(functional.max_pool2d(self.conv1(x), 2).clamp(min=0))
        x = self.block2(functional.max_pool2d(self.conv2(x), 2).clamp(min=0))
        return self.fc(x.reshape(len(x), -1))


def entries(model):
    """Return what a model keeps: for each key of its state_dict the kind and the shape."""
    parameters = dict(model.named_parameters(remove_duplicate=False))
    kinds = {key: "parameter" if key in parameters else "buffer" for key in model.state_dict()}
    return {key: (kinds[key], tuple(value.shape)) for key, value in model.state_dict().items()}


def described(submission, name, args):
    """Return what a new module of the submission keeps, and how many numbers it learns."""
    module = getattr(submission, name)(*args)
    parameters = dict(module.named_parameters(remove_duplicate=False))
    kinds = {key: "parameter" if key in parameters else "buffer" for key in module.state_dict()}
    entries = {key: (kinds[key], tuple(value.shape)) for key, value in module.state_dict().items()}
    return entries, sum(parameter.numel() for parameter in module.parameters())


def check_entries(got, oracle):
    """Check keys, kinds and shapes of a module, and the number of its parameters."""
    kept, count = got
    want = entries(oracle)
    check_equal(sorted(kept), sorted(want), "keys of the state_dict")
    for key, kind in want.items():
        check_equal(kept[key], kind, f"kind and shape of {key}")
    check_equal(count, sum(p.numel() for p in oracle.parameters()), "the number of parameters")


def played(submission, name, args, state, x):
    """Set some weights of a new module by their names, and return what it makes of x in evaluation."""
    module = getattr(submission, name)(*args).to(x.dtype).eval()
    module.load_state_dict(state, strict=False)
    return module(x).detach()


def passing(channels):
    """Return a batch norm that passes everything on, in evaluation."""
    return {
        "weight": torch.ones(channels).double(),
        "bias": torch.zeros(channels).double(),
        "running_mean": torch.zeros(channels).double(),
        "running_var": torch.ones(channels).double() - 1e-5,
    }


def drawn_state(rng, model, dtype=torch.float64):
    """Draw a state of a model that is nothing special."""
    state = {}
    for key, value in model.state_dict().items():
        if value.dtype is torch.int64:
            state[key] = rng.integers(1, 9)
        elif key.endswith("running_var") or value.ndim == 1 and key.endswith("weight"):
            state[key] = rng.uniform(*value.shape, low=0.5, high=2.0, dtype=dtype)
        else:
            size = max(1, value[0].numel()) if value.ndim > 1 else 1
            state[key] = rng.normal(*value.shape, std=size**-0.5, dtype=dtype)
    return state
