"""What several suites of this topic share."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import check_dtype, check_equal, check_shape, check_that


class SimpleNet(nn.Module):
    """The network of SimpleCNN; how many features there are is found by a run."""

    def __init__(self, in_channels=1, num_classes=10, image_size=28):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(in_channels, 10, 5), nn.Conv2d(10, 20, 5)
        size = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        self.fc = nn.Linear(self.features(torch.zeros(1, in_channels, *size)).shape[1], num_classes)

    def features(self, x):
        """Return what the last layer sees."""
        for conv in (self.conv1, self.conv2):
            x = functional.max_pool2d(conv(x).relu(), (2, 2))
        return torch.flatten(x, start_dim=1)

    def forward(self, x):
        """Return the scores."""
        return self.fc(self.features(x))


def described(submission, name, args):
    """Return what a new module keeps: for each key of its state_dict the kind and the shape."""
    module = getattr(submission, name)(*args)
    parameters = dict(module.named_parameters())
    kinds = {key: "parameter" if key in parameters else "buffer" for key in module.state_dict()}
    return {key: (kinds[key], tuple(value.shape)) for key, value in module.state_dict().items()}


def state(submission, name, args):
    """Return the values that a new module starts with."""
    return {
        key: value.detach().clone() for key, value in getattr(submission, name)(*args).state_dict().items()
    }


def kept(oracle):
    """Return what `described` should see of a network that has parameters alone."""
    return {key: ("parameter", tuple(value.shape)) for key, value in oracle.state_dict().items()}


def shares(oracle, **entries):
    """Return weights of a network that are all 0 but for a few, each (value, index)."""
    weights = {key: torch.zeros_like(value).double() for key, value in oracle.state_dict().items()}
    for name, (value, *index) in entries.items():
        weights[name.replace("_", ".")][tuple(index)] = value
    return weights


def check_start(weights, oracle):
    """Check that the weights a network starts with are drawn as torch does it, up to 1 / sqrt(fan in)."""
    check_equal(sorted(weights), sorted(oracle.state_dict()), "keys of the state_dict")
    for key, value in oracle.state_dict().items():
        check_shape(weights[key], value.shape, key)
        check_dtype(weights[key], value.dtype, key)
        if value.ndim > 1:
            largest, bound = weights[key].abs().max().item(), value[0].numel() ** -0.5
            usual = 0.5 * bound <= largest <= 1.001 * bound and len(weights[key].unique()) > 1
            text = "0" if largest == 0 else "other sizes, or all alike"
            check_that(usual, f"sizes of {key} at the start", "up to 1 / sqrt(fan in)", text)


def play(submission, name, args, weights, x, upstream, training=True):
    """Set a module's weights by their names, run it once forwards and backwards, return what is to be seen."""
    module = getattr(submission, name)(*args).to(device=x.device, dtype=x.dtype)
    module.load_state_dict(weights)
    module.train(training)
    x = x.detach().clone().requires_grad_()
    y = module(x)
    y.backward(upstream)
    seen = {"output": y.detach(), "gradient of x": x.grad}
    seen.update({f"gradient of {key}": value.grad for key, value in module.named_parameters()})
    seen.update({key: value.detach() for key, value in module.named_buffers()})
    return seen


def reload(submission, name, args, weights, x):
    """Save a module's state and load it into a new one; return what both make of x in evaluation."""
    import io

    first, second = (getattr(submission, name)(*args).to(x.dtype).eval() for _ in range(2))
    first.load_state_dict(weights)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second.load_state_dict(torch.load(file))
    return first(x).detach(), second(x).detach()


SLIDING = ("Unfold", "im2col")  # torch.nn.functional.unfold runs im2col; the method Tensor.unfold is welcome
CONVOLUTIONS = (
    *(f"{kind}{axes}d" for kind in ("conv", "conv_transpose", "Conv", "ConvTranspose") for axes in (1, 2, 3)),
    *("convolution", "mkldnn_convolution", "slow_conv3d", "conv_tbc", "LazyConv1d", "LazyConv2d", "LazyConv3d"),
    *SLIDING,
)  # fmt: skip
POOLINGS = (
    *(f"{kind}_pool{axes}d" for kind in ("max", "avg", "lp") for axes in (1, 2, 3)),
    *(f"{kind}Pool{axes}d" for kind in ("Max", "Avg", "LP") for axes in (1, 2, 3)),
    *(f"adaptive_{kind}_pool{axes}d" for kind in ("max", "avg") for axes in (1, 2, 3)),
    *(f"Adaptive{kind}Pool{axes}d" for kind in ("Max", "Avg") for axes in (1, 2, 3)),
    *(f"max_pool{axes}d_with_indices" for axes in (1, 2, 3)),
    *("fractional_max_pool2d", "FractionalMaxPool2d", "interpolate", "Upsample"),
    *SLIDING,
)  # fmt: skip


def laid_out(x, layout):
    """Return images (N, C, H, W) with these values in another layout of memory; "expanded" shows the first N times."""
    n, c, h, w = x.shape
    if layout == "channels last":
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    if layout == "transposed":
        return x.transpose(2, 3).contiguous().transpose(2, 3)
    if layout == "expanded":
        return x[:1].clone().expand(n, c, h, w)
    large = torch.full((n + 1, c + 2, 2 * h, w + 3), 7.0, dtype=x.dtype)
    part = large[1:, 1:-1, ::2, 2:-1]
    part.copy_(x)
    return part
