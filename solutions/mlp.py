"""Multi-layer perceptrons: modules, their parts, and how they are trained.

Letters: N batch, D features in, H hidden units, K classes or features out; `*` any further axes, none included.
Every module is a `torch.nn.Module`: it keeps parameters under the names its docstring gives (the keys of
`state_dict()`), works in the dtype and on the device that `.to(...)` moved it to, computes in float64 as in
float32, and changes no input. Where a function draws random numbers, the order of the draws is free.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import contextlib
import copy
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, random_split


class Activation(NamedTuple):
    """What an activation function returns."""

    value: Tensor  # the shape and dtype of x
    derivative: Tensor  # the slope at each element of x: the same shape and dtype


def hard_sigmoid(x: Tensor) -> Tensor:
    """A ramp between two flat ends, made of two ReLUs: 0 up to -3, 1 from 3 on, and straight in between.

    Differentiable in x; at the two corners the slope is free.
    By hand: no torch hardsigmoid, relu6, hardtanh. torch.relu and clamp are welcome.

    Args:
        x: (*), floating point, from -1000 to 1000.
    Returns:
        (*), from 0 to 1.
    Example:
        >>> hard_sigmoid(torch.tensor([-9.0, -3.0, 0.0, 1.5, 9.0]))
        tensor([0.0000, 0.0000, 0.5000, 0.7500, 1.0000])

    Source: torch.nn.Hardsigmoid, whose corners these are.
    """
    ### BEGIN SOLUTION
    return (torch.relu(x + 3) - torch.relu(x - 3)) / 6
    ### END SOLUTION


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    """A curve of straight pieces through given points, constant beyond them, as a sum of ramps: what ReLUs can build.

    y(x) = h_0 + sum over i of (h_{i+1} - h_i) * ramp((x - t_i) / (t_{i+1} - t_i)), ramp(u) = relu(u) - relu(u - 1),
    which is hard_sigmoid(6u - 3). Differentiable in x and knots; at a knot either slope is right. No loop over the
    elements of x. By hand: no torch searchsorted, bucketize, histc.

    Args:
        x: (*), floating point, from -1000 to 1000; the result has its shape and dtype.
        knots: (M, 2), the dtype of x, M at least 2: each row is t_i, h_i; the t_i rise by at least 0.01 each time.
    Example:
        >>> knots = torch.tensor([[0.0, 1.0], [2.0, 5.0], [3.0, 4.0]])
        >>> piecewise_linear(torch.tensor([-1.0, 0.0, 1.0, 2.0, 2.5, 9.0]), knots)
        tensor([1.0000, 1.0000, 3.0000, 5.0000, 4.5000, 4.0000])

    Source: Deep Learning (2016), section 6.4.1.
    """
    ### BEGIN SOLUTION
    positions, heights = knots[:, 0], knots[:, 1]
    widths, steps = positions.diff(), heights.diff()
    u = (x.unsqueeze(-1) - positions[:-1]) / widths
    return heights[0] + (steps * hard_sigmoid(6 * u - 3)).sum(-1)
    ### END SOLUTION


def relu(x: Tensor) -> Activation:
    """The rectified linear unit and its derivative, which at 0 is 0.

    value = x where x > 0, else 0. Differentiable in x; the derivative may be in the graph or detached.
    By hand: no torch relu, relu_, ReLU, threshold, leaky_relu, hardtanh, and no autograd (grad, backward).

    Args:
        x: (*), floating point, any size of number.
    Returns:
        Activation(value, derivative), both of the shape and dtype of x.
    Example:
        >>> relu(torch.tensor([-2.0, 0.0, 3.0]))
        Activation(value=tensor([0., 0., 3.]), derivative=tensor([0., 0., 1.]))

    Source: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines (2010).
    """
    ### BEGIN SOLUTION
    positive = x > 0
    return Activation(torch.where(positive, x, 0.0), positive.to(x.dtype))
    ### END SOLUTION


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Activation:
    """A ReLU that keeps a small slope on the left, and its derivative.

    value = x where x > 0, else negative_slope * x. Differentiable in x; the derivative, at 0 that from the left, may be
    detached. By hand: no torch leaky_relu, leaky_relu_, LeakyReLU, prelu, PReLU, rrelu, no autograd (grad, backward).

    Args:
        x, negative_slope: (*), floating point; any number, also 0, below 0 or above 1.
    Returns:
        Activation(value, derivative), both of the shape and dtype of x.
    Example:
        >>> leaky_relu(torch.tensor([-2.0, 0.0, 3.0]), negative_slope=0.25)
        Activation(value=tensor([-0.5000,  0.0000,  3.0000]), derivative=tensor([0.2500, 0.2500, 1.0000]))

    Source: Maas, Hannun, Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013).
    """
    ### BEGIN SOLUTION
    slope = torch.where(x > 0, torch.ones_like(x), negative_slope)
    return Activation(slope * x, slope)
    ### END SOLUTION


### BEGIN SOLUTION


def _sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), where no exponent is positive; -|x| keeps the slope -1 at 0."""
    small = torch.exp(torch.where(x >= 0, -x, x))
    return torch.where(x >= 0, 1.0, small) / (1 + small)


### END SOLUTION


def sigmoid(x: Tensor) -> Activation:
    """The logistic function 1 / (1 + exp(-x)) and its derivative.

    Differentiable in x; nothing is nan, whatever x is; the derivative may be in the graph or detached.
    By hand: no torch sigmoid, Sigmoid, expit, logsigmoid, softplus, tanh, and no autograd (grad, backward).

    Args:
        x: (*), floating point, any size of number.
    Returns:
        Activation(value, derivative), both of the shape and dtype of x.
    Example:
        >>> sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
        Activation(value=tensor([0.0000, 0.5000, 1.0000]), derivative=tensor([0.0000, 0.2500, 0.0000]))

    Source: Deep Learning (2016), section 3.10.
    """
    ### BEGIN SOLUTION
    y = _sigmoid(x)
    return Activation(y, y * (1 - y))
    ### END SOLUTION


def tanh(x: Tensor) -> Activation:
    """The hyperbolic tangent (exp(x) - exp(-x)) / (exp(x) + exp(-x)) and its derivative.

    Differentiable in x; nothing is nan, whatever x is; the derivative may be in the graph or detached.
    By hand: no torch tanh, tanh_, Tanh, sinh, cosh, sigmoid, Sigmoid, expit, and no autograd (grad, backward).

    Args:
        x: (*), floating point, any size of number.
    Returns:
        Activation(value, derivative), both of the shape and dtype of x.
    Example:
        >>> tanh(torch.tensor([-1000.0, 0.0, 1000.0]))
        Activation(value=tensor([-1.,  0.,  1.]), derivative=tensor([0., 1., 0.]))

    Source: LeCun, Bottou, Orr, Müller, Efficient BackProp (1998), section 4.4.
    """
    ### BEGIN SOLUTION
    y = 2 * _sigmoid(2 * x) - 1
    return Activation(y, 1 - y * y)
    ### END SOLUTION


class Linear(nn.Module):
    """A fully connected layer, from parameters: y = x W^T + b, over the last axis of x.

    Differentiable in x and the parameters.
    By hand: no torch nn.Linear, nn.LazyLinear, nn.Bilinear, functional linear, addmm, baddbmm.

    Args:
        in_features, out_features: D and K, at least 1 each.
        bias: whether b is learned; without it y = x W^T.
    Parameters (keys of the state_dict, in any order):
        weight: (K, D), one row for each output.
        bias: (K,); with bias=False the attribute `bias` is None and the key is absent.
        Every entry of both starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(D).
    Forward:
        x: (*, D) -> (*, K); a single vector (D,) gives (K,).
    Example:
        >>> layer = Linear(3, 2)
        >>> layer(torch.ones(5, 3)).shape
        torch.Size([5, 2])
        >>> [(name, tuple(p.shape)) for name, p in layer.named_parameters()]
        [('weight', (2, 3)), ('bias', (2,))]

    Source: torch.nn.Linear.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        r = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-r, r))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-r, r)) if bias else None
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return x W^T + b."""
        ### BEGIN SOLUTION
        y = x @ self.weight.t()
        return y if self.bias is None else y + self.bias
        ### END SOLUTION


def xavier_uniform_(weight: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """Fills a weight so that signals keep their variance forwards and backwards (Glorot's rule).

    Uniform on (-a, a), a = gain * sqrt(6 / (fan_in + fan_out)). By hand: nothing of torch.nn.init.

    Args:
        weight: (fan_out, fan_in), floating point, overwritten in place; perhaps a parameter, or a view.
        gain, generator: a factor, at least 0; where the draws come from, torch's global state only if it is None.
    Returns:
        weight itself, the same tensor: still a leaf, with requires_grad and grad as they were.
    Example:
        >>> weight = torch.empty(20, 30)
        >>> xavier_uniform_(weight) is weight, bool(weight.abs().max() <= (6 / 50) ** 0.5)
        (True, True)

    Source: Glorot and Bengio, Difficulty of Training Deep Feedforward Neural Networks (2010), equation 16.
    """
    ### BEGIN SOLUTION
    a = gain * math.sqrt(6 / sum(weight.shape))
    with torch.no_grad():
        return weight.uniform_(-a, a, generator=generator)
    ### END SOLUTION


def kaiming_normal_(weight: Tensor, mode: str = "fan_in", generator: torch.Generator | None = None) -> Tensor:
    """Fills a weight so that signals keep their size through layers with ReLU (He's rule).

    Every entry is drawn from the normal distribution with mean 0 and standard deviation sqrt(2 / fan).
    By hand: nothing of torch.nn.init; normal_ and randn are welcome.

    Args:
        weight: (fan_out, fan_in), floating point, overwritten in place; perhaps a parameter, or a view.
        mode, generator: "fan_in" or "fan_out"; where the draws come from, torch's global state only if it is None.
    Returns:
        weight itself, the same tensor: still a leaf, with requires_grad and grad as they were.
    Example:
        >>> kaiming_normal_(torch.empty(20, 30)).shape
        torch.Size([20, 30])

    Source: He, Zhang, Ren, Sun, Delving Deep into Rectifiers (2015), equations 10 and 14.
    """
    ### BEGIN SOLUTION
    fan = weight.shape[1] if mode == "fan_in" else weight.shape[0]
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / fan), generator=generator)
    ### END SOLUTION


def breaks_symmetry(model: nn.Module) -> bool:
    """Whether training can tell the hidden units of a network apart.

    Two hidden units of one layer are twins when their incoming weights are equal, their biases are equal, and their
    outgoing weights are equal too. Twins compute the same value and receive the same gradient, so they stay twins.
    One difference, in or out, is enough to part two units. Equal means exactly equal. Nothing is run or drawn.

    Args:
        model: any module. Its torch.nn.Linear layers in the order of `model.modules()` are taken for a chain: unit j of
            a layer has row j of its weight coming in, entry j of its bias (if it has one), and column j of the next
            layer's weight going out. The outputs of the last layer are no hidden units.
    Returns:
        A Python bool: True when no hidden layer has two twins, also when there are no hidden units.
    Example:
        >>> model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        >>> breaks_symmetry(model)
        True
        >>> for p in model.parameters():
        ...     _ = nn.init.constant_(p, 0.5)
        >>> breaks_symmetry(model)
        False

    Source: Deep Learning (2016), section 8.4.
    """
    ### BEGIN SOLUTION
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    for layer, following in itertools.pairwise(layers):
        parts = [layer.weight.detach(), following.weight.detach().t()]
        if layer.bias is not None:
            parts.append(layer.bias.detach().unsqueeze(1))
        units = torch.cat(parts, dim=1)
        if len(torch.unique(units, dim=0)) < len(units):
            return False
    return True
    ### END SOLUTION


class LogisticRegression(nn.Module):
    """The probability of one of two classes, from a weighted sum of the features: p = sigmoid(w . x + b).

    Differentiable in x and the parameters, without nan for any size of score.

    Args:
        num_features: D, at least 1.
    Parameters (keys of the state_dict, in any order):
        linear.weight: (1, D).
        linear.bias: (1,).
        `linear` is a torch.nn.Linear or your own `Linear`, with its own initialisation.
    Forward:
        x: (N, D) -> (N,), from 0 to 1: a probability for each sample, not a column (N, 1). N may be 1.
    Example:
        >>> model = LogisticRegression(3)
        >>> model(torch.zeros(5, 3)).shape
        torch.Size([5])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.
    """

    def __init__(self, num_features: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.linear = nn.Linear(num_features, 1)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the probability of class 1 for each row of x."""
        ### BEGIN SOLUTION
        return torch.sigmoid(self.linear(x).squeeze(1))
        ### END SOLUTION


class SoftmaxRegression(nn.Module):
    """The scores of K classes, each a weighted sum of all pixels: z = W flat(x) + b.

    flat turns each sample into one vector, row by row as torch.flatten does. The scores are logits, no probabilities:
    torch's cross_entropy takes the softmax itself. Differentiable in x and the parameters.

    Args:
        num_features, num_classes: D, the number of features of one sample, and K, at least 1 each.
    Parameters (keys of the state_dict, in any order):
        linear.weight: (K, D).
        linear.bias: (K,).
        `linear` is a torch.nn.Linear or your own `Linear`, with its own initialisation.
    Forward:
        x: (N, *), samples of D numbers each, in any number of axes, such as images (N, C, H, W) with C * H * W = D
            -> (N, K). N may be 1.
    Example:
        >>> model = SoftmaxRegression(1 * 28 * 28, 10)
        >>> model(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 10])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.
    """

    def __init__(self, num_features: int, num_classes: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.linear = nn.Linear(num_features, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of each sample."""
        ### BEGIN SOLUTION
        return self.linear(x.flatten(1))
        ### END SOLUTION


class MLP(nn.Module):
    """Linear layers one after the other, with an activation between them.

    h_0 = x;  h_{i+1} = activation(W_i h_i + b_i) for every layer but the last;  y = W_{L-1} h_{L-1} + b_{L-1}.
    No activation after the last layer, so y may be any number. Differentiable in x and the parameters.

    Args:
        sizes: the widths from input to output, at least two: (8, 6, 4, 1) has the layers 8 -> 6, 6 -> 4 and 4 -> 1.
        activation: a function of one tensor that keeps its shape and has no parameters, such as torch.relu or
            nn.Tanh().
    Parameters (keys of the state_dict, in any order):
        layers.0.weight (sizes[1], sizes[0]), layers.0.bias (sizes[1],), then layers.1.weight and so on: `layers` is an
        nn.ModuleList of the linear layers and nothing else, each a torch.nn.Linear or your own `Linear`.
    Forward:
        x: (*, sizes[0]) -> (*, sizes[-1]).
    Example:
        >>> model = MLP((8, 6, 4, 1), torch.sigmoid)
        >>> model(torch.zeros(5, 8)).shape, sum(p.numel() for p in model.parameters())
        (torch.Size([5, 1]), 87)

    Source: Deep Learning (2016), chapter 6.
    """

    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.activation = activation
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in itertools.pairwise(sizes))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the output of the last layer."""
        ### BEGIN SOLUTION
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)
        ### END SOLUTION


class Dropout(nn.Module):
    """Switches units off at random while training, and does nothing otherwise.

    While training (`self.training`): y_i = 0 with probability p, else x_i / (1 - p), so that the mean is kept. Every
    element is decided by itself, anew at each call, from torch's global random state. In evaluation: y = x.
    No parameters, no buffers. x stays as it is. Differentiable in x.
    By hand: no torch dropout, nn.Dropout, dropout1d, alpha_dropout, feature_dropout, native_dropout.

    Args:
        p: the probability of 0, from 0 to 1. p = 0 changes nothing; p = 1 gives zeros (not nan).
    Forward:
        x: (*), floating point -> (*), the dtype and device of x.
    Example:
        >>> layer = Dropout(0.5)
        >>> sorted(set(layer(torch.ones(1000)).tolist()))
        [0.0, 2.0]
        >>> layer.eval()(torch.ones(3))
        tensor([1., 1., 1.])

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014).
    Deviations: the scale is applied while training (inverted dropout).
    """

    def __init__(self, p: float = 0.5) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.p = p
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return x, while training with some elements switched off and the others scaled."""
        ### BEGIN SOLUTION
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return x * 0
        kept = torch.rand_like(x) >= self.p
        return x * kept / (1 - self.p)
        ### END SOLUTION


class BatchNorm1d(nn.Module):
    """Gives every feature mean 0 and variance 1 over the batch: y = (x - m) / sqrt(v + eps) * weight + bias.

    While training m and v are the mean and the population variance (sum of squares / N) of each column of this batch,
    and the running statistics, outside the graph, move: running = (1 - momentum) * running + momentum * new, with m and
    the unbiased variance v * N / (N - 1). In evaluation m and v are the running statistics, which then stay.
    Differentiable in x (through m and v too), weight and bias.
    By hand: no torch batch_norm, nn.BatchNorm1d, BatchNorm2d, native_batch_norm, instance_norm, layer_norm.

    Args:
        num_features, eps, momentum: D; added to the variance; the share of the new batch, from 0 to 1.
    Parameters and buffers (keys of the state_dict, in any order):
        weight, bias: (D,), parameters that start at 1 and at 0.
        running_mean, running_var: (D,), buffers that start at 0 and at 1.
    Forward:
        x: (N, D) -> (N, D).
    Raises:
        ValueError: forward, naming `x`, when N = 1 while training: one sample has no variance.
    Example:
        >>> layer = BatchNorm1d(2)
        >>> layer(torch.tensor([[1.0, 10.0], [3.0, 30.0]])).detach()[0], layer.running_mean
        (tensor([-1.0000, -1.0000]), tensor([0.2000, 2.0000]))

    Source: Ioffe and Szegedy, Batch Normalization (2015); running averages as in torch, without num_batches_tracked.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return x normalised; while training with the batch's statistics, else with the running ones."""
        ### BEGIN SOLUTION
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = self._batch_statistics(x)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias
        ### END SOLUTION

    ### BEGIN SOLUTION

    def _batch_statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        n = len(x)
        if n < 2:
            raise ValueError("x must hold at least 2 samples while training: one has no variance")
        mean, variance = x.mean(0), x.var(0, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * n / (n - 1), self.momentum)
        return mean, variance

    ### END SOLUTION


class LayerNorm(nn.Module):
    """Gives every sample mean 0 and variance 1 over its features: y = (x - m) / sqrt(v + eps) * weight + bias.

    m and v are the mean and the population variance (sum of squares / D) of each row, over the last axis of x. No other
    sample matters; training and evaluation are the same. No buffers. Differentiable in x (through m and v too), weight
    and bias; a row of equal numbers gives bias, up to rounding, and a finite gradient.
    By hand: no torch layer_norm, nn.LayerNorm, native_layer_norm, group_norm, batch_norm, rms_norm.

    Args:
        num_features, eps: D; added to the variance, under the root.
    Parameters (keys of the state_dict, in any order):
        weight, bias: (D,), start at 1 and at 0.
    Forward:
        x: (*, D) -> (*, D); a single vector (D,) is welcome.
    Example:
        >>> layer = LayerNorm(2)
        >>> layer(torch.tensor([[1.0, 3.0], [30.0, 10.0]])).detach()
        tensor([[-1.0000,  1.0000],
                [ 1.0000, -1.0000]])

    Source: Ba, Kiros, Hinton, Layer Normalization (2016); eps as in torch.nn.LayerNorm.
    """

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return x with every row normalised."""
        ### BEGIN SOLUTION
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True)
        return (x - mean) / torch.sqrt(variance + self.eps) * self.weight + self.bias
        ### END SOLUTION


class SharedMLP(nn.Module):
    """A network that uses one hidden layer twice.

    h1 = relu(first(x));  h2 = relu(shared(h1));  h3 = relu(shared(h2));  y = last(h3).
    Differentiable in x and the parameters.

    Args:
        in_features, hidden, out_features: D; H, the width of h1, h2 and h3; K.
    Parameters (keys of the state_dict, in any order):
        first.weight (H, D), first.bias (H,), shared.weight (H, H), shared.bias (H,), last.weight (K, H) and
        last.bias (K,): six, since both uses of `shared` are one and the same layer. Each layer is a torch.nn.Linear or
        your own `Linear`, with its own initialisation.
    Forward:
        x: (*, D) -> (*, K).
    Example:
        >>> model = SharedMLP(4, 8, 1)
        >>> model(torch.zeros(5, 4)).shape, sum(p.numel() for p in model.parameters())
        (torch.Size([5, 1]), 121)

    Source: Dive into Deep Learning, section 6.2, on tied parameters.
    """

    def __init__(self, in_features: int, hidden: int, out_features: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.first = nn.Linear(in_features, hidden)
        self.shared = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, out_features)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return last(relu(shared(relu(shared(relu(first(x)))))))."""
        ### BEGIN SOLUTION
        for layer in (self.first, self.shared, self.shared):
            x = torch.relu(layer(x))
        return self.last(x)
        ### END SOLUTION


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Two groups of parameters for an optimiser: weights decay, biases do not.

    A parameter decays when it has two axes or more (weights of linear and convolution layers). Biases, and the scale
    and shift of normalisation layers, have one. The number of axes decides, not the name. The model stays as it is.

    Args:
        model: any module; parameters with requires_grad False belong to neither group.
        weight_decay: the decay of the first group, at least 0.
    Returns:
        A list of two dicts for any torch.optim class, each with the keys "params" (a list of the parameters themselves,
        in the order of `model.parameters()`, each once, also when layers share it) and "weight_decay": first those that
        decay, with weight_decay, then the others, with 0.0. A group may be empty.
    Example:
        >>> groups = parameter_groups(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)), 0.1)
        >>> [(g["weight_decay"], [tuple(p.shape) for p in g["params"]]) for g in groups]
        [(0.1, [(2, 3)]), (0.0, [(2,), (2,), (2,)])]

    Source: Deep Learning (2016), section 7.1: the biases are left unregularised.
    """
    ### BEGIN SOLUTION
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    ### END SOLUTION


### BEGIN SOLUTION
MISSING = ("", "NA")


def _is_word(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell not in MISSING
    return False


def _features(name: str, cells: Sequence[str]) -> dict[str, Tensor]:
    """Return the features of one column by name, each (N,) float64."""
    words = sorted({cell for cell in cells if cell not in MISSING})
    if any(map(_is_word, cells)):
        kinds = {f"{name}={word}": [cell == word for cell in cells] for word in words}
        kinds[f"{name}=NA"] = [cell in MISSING for cell in cells]
        return {kind: torch.tensor(chosen, dtype=torch.float64) for kind, chosen in kinds.items()}
    numbers = [math.nan if cell in MISSING else float(cell) for cell in cells]
    column = torch.tensor(numbers, dtype=torch.float64)
    return {name: torch.where(column.isnan(), column.nanmean().nan_to_num(0.0), column)}


### END SOLUTION


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    """A table in a CSV file as a data set of pairs (features, target).

    The first line names the columns; each further line is a row. Spaces around cells and blank lines do not count.
    A cell that is empty or NA is missing. A row whose target is missing is left out. In the rows that stay
    - a column of numbers is one feature; a missing cell becomes the mean of those that are there, 0 if none is;
    - a column with a word is one feature for each of its words, in ascending order, and one for missing: 1 where the
      cell is that, else 0. Their names are "column=word" and "column=NA".

    Args:
        path, target: the file; the name of the column to predict, which holds numbers. All others are features.
    Attributes:
        names: the names of the D features, a list in the order of the file.
        x, y: (N, D) and (N,), float32: features and targets. dataset[i] is (x[i], y[i]), an IndexError beyond the ends.
    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with open(folder + "/a.csv", "w") as file:
        ...         _ = file.write("rooms,roof,price\\n2,Tile,100\\n,NA,200\\n4,Tile,NA\\n")
        ...     dataset = CSVDataset(folder + "/a.csv", "price")
        >>> dataset.names, dataset[1]
        (['rooms', 'roof=Tile', 'roof=NA'], (tensor([2., 0., 1.]), tensor(200.)))

    Source: torch.utils.data.Dataset; pandas.get_dummies with dummy_na=True.
    """

    def __init__(self, path: str, target: str) -> None:
        ### BEGIN SOLUTION
        with open(path) as file:
            header, *rows = ([cell.strip() for cell in line.split(",")] for line in file if line.strip())
        place = header.index(target)
        rows = [row for row in rows if row[place] not in MISSING]
        columns = [[row[i] for row in rows] for i in range(len(header))]
        self.y = torch.tensor([float(cell) for cell in columns.pop(place)])
        features: dict[str, Tensor] = {}
        for name, cells in zip(header[:place] + header[place + 1 :], columns, strict=True):
            features |= _features(name, cells)
        self.names = list(features)
        self.x = torch.stack(list(features.values()), dim=1).float()
        ### END SOLUTION

    def __len__(self) -> int:
        ### BEGIN SOLUTION
        return len(self.y)
        ### END SOLUTION

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        ### BEGIN SOLUTION
        return self.x[index], self.y[index]
        ### END SOLUTION


class Loaders(NamedTuple):
    """What `make_loaders` returns."""

    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    """Deal a data set out into two parts at random, and load each in batches.

    Every sample is in exactly one part, and comes once in each epoch of that part; the last batch may be smaller and is
    kept. The training part comes in a new random order in every epoch, the validation part in the same one. Calls with
    equal generators give equal parts and equal orders, whatever torch.manual_seed said. No worker processes.

    Args:
        dataset: N samples; anything with a length and an index.
        batch_size: the most samples of a batch, at least 1.
        split: the share of the training part: it gets round(split * N) samples (Python's round), at least one, and
            the validation part all others, at least one.
        generator: the source of every random choice: who belongs to which part, and the orders.
    Returns:
        Loaders(train, validation), two DataLoaders.
    Example:
        >>> numbers = [1.0, 2.0, 3.0, 4.0, 5.0]
        >>> train, validation = make_loaders(numbers, 2, 0.8, torch.Generator().manual_seed(0))
        >>> [len(batch) for batch in train], [len(batch) for batch in validation]
        ([2, 2], [1])

    Source: torch.utils.data.DataLoader and random_split.
    """
    ### BEGIN SOLUTION
    total = len(dataset)  # type: ignore[arg-type]
    count = round(split * total)
    train, validation = random_split(dataset, [count, total - count], generator)
    return Loaders(
        DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(validation, batch_size)
    )
    ### END SOLUTION


class Fold(NamedTuple):
    """One round of k-fold cross-validation."""

    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    """Deal n samples out into k folds at random; each round validates on one and trains on the others.

    The samples are shuffled by `generator` before they are dealt out. Each is in one of the k validation parts.

    Args:
        n, k, generator: how many samples; how many folds, from 2 to n; the source of the random order.
    Returns:
        A list of k named tuples (train, validation): int64 tensors in any order, together 0, ..., n - 1, each once.
        The first n % k validation parts have n // k + 1 entries, the others n // k.
    Example:
        >>> folds = kfold_indices(5, 2, torch.Generator().manual_seed(0))
        >>> [(len(fold.train), len(fold.validation)) for fold in folds]
        [(2, 3), (3, 2)]

    Source: Stone, Cross-Validatory Choice and Assessment of Statistical Predictions (1974).
    """
    ### BEGIN SOLUTION
    parts = torch.randperm(n, generator=generator).tensor_split(k)
    return [Fold(torch.cat([*parts[:i], *parts[i + 1 :]]), parts[i]) for i in range(k)]
    ### END SOLUTION


class Standardized(NamedTuple):
    """What `standardize` returns."""

    train: Tensor
    test: Tensor


def standardize(train: Tensor, test: Tensor) -> Standardized:
    """Give every column mean 0 and standard deviation 1, as measured on the training rows alone: z = (x - mean) / std.

    std divides by N, not by N - 1. A column whose entries in `train` are all equal is not divided: it becomes 0 in
    `train`, and x - (that entry) in `test`, up to rounding. Its deviation, in float32, may come out as 1e-9 and not 0.

    Args:
        train, test: (N, D) and (M, D), floating point, of one dtype; N is at least 1, M may be 0.
    Returns:
        Standardized(train, test), (N, D) and (M, D): a test row becomes the same whatever others are tested with it.
    Example:
        >>> train, test = standardize(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), torch.tensor([[4.0, 6.0]]))
        >>> train.tolist(), test.tolist()
        ([[-1.0, 0.0], [1.0, 0.0]], [[2.0, 1.0]])

    Source: Deep Learning (2016), section 8.7.1; Bishop (2006), section 9.1.
    """
    ### BEGIN SOLUTION
    constant = (train == train[0]).all(0)
    mean = torch.where(constant, train[0], train.mean(0))
    std = torch.where(constant, 1.0, train.std(0, correction=0))
    return Standardized((train - mean) / std, (test - mean) / std)
    ### END SOLUTION


### BEGIN SOLUTION


@contextlib.contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards every module is in the mode that it had."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def _device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


### END SOLUTION


def train_epoch(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    """Train a model for one pass over the data, and return the mean training loss.

    For each batch (x, y), in its order: the loss of model(x) and y, the gradient of this batch alone, one step. The
    model trains in training mode, whatever mode it had, and is left in it. Batches are moved to the device of its first
    parameter. Gradients from before the call do not count.

    Args:
        model: has at least one parameter; may hold dropout and batch norm.
        loader: batches (x, y) of B samples (B = len(x)), which may differ from batch to batch; at least one.
        loss_fn: loss_fn(prediction, y) is the mean loss of the B samples, a tensor without axes.
        optimizer: holds the model's parameters.
    Returns:
        The mean over all samples of the losses that the steps were made from, a float: a small last batch counts less.
    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(model.weight)
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 2.0))]
        >>> train_epoch(model, batches, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.25))
        2.0
        >>> model.weight.item()
        0.5

    Source: Deep Learning (2016), algorithm 8.1.
    """
    ### BEGIN SOLUTION
    model.train()
    device = _device_of(model)
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
    ### END SOLUTION


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
) -> float:
    """Return the mean loss of a model on a data set, and leave no trace.

    The model computes in evaluation mode, without a graph. Afterwards parameters, gradients and running statistics are
    what they were, and every module in it is in the mode that it had: some may be in evaluation mode on purpose while
    the rest trains. After an exception the mode is free. Batches are moved to the device of the first parameter.

    Args:
        model: has at least one parameter; may hold dropout and batch norm.
        loader: batches (x, y) of B samples (B = len(x)), which may differ from batch to batch; at least one.
        loss_fn: loss_fn(prediction, y) is the mean loss of the B samples, a tensor without axes.
    Returns:
        The mean loss over all samples (each counts the same, whatever the size of its batch), a float.
    Example:
        >>> model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Dropout(0.5))
        >>> _ = nn.init.ones_(model[0].weight)
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 3.0))]
        >>> evaluate(model, batches, nn.MSELoss()), model.training
        (3.0, True)

    Source: Deep Learning (2016), section 5.3.
    """
    ### BEGIN SOLUTION
    device = _device_of(model)
    total, count = 0.0, 0
    with _evaluating(model):
        for x, y in loader:
            total += loss_fn(model(x.to(device)), y.to(device)).item() * len(x)
            count += len(x)
    return total / count
    ### END SOLUTION


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    """Return what a model says of many samples, batch by batch, and leave no trace (as `evaluate`).

    Args:
        model: model(batch) has one row for each sample; it computes in evaluation mode, and every module of it is in
            the mode that it had afterwards.
        x, batch_size: (N, *), N at least 1, on any device; how many samples the model sees at once at most.
    Returns:
        (N, *), the model's outputs in the order of x, without a graph, on the device of its first parameter.
    Example:
        >>> model = nn.Sequential(nn.Linear(1, 2, bias=False), nn.Dropout(0.5))
        >>> _ = nn.init.ones_(model[0].weight)
        >>> predict(model, torch.arange(3.0).reshape(3, 1), batch_size=2).tolist()
        [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]

    Source: torch.nn.Module.eval.
    """
    ### BEGIN SOLUTION
    device = _device_of(model)
    with _evaluating(model):
        return torch.cat([model(batch.to(device)) for batch in x.split(batch_size)])
    ### END SOLUTION


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    """Turn each number into its powers: with them a linear model draws curves.

    y[n, i] = x[n] ^ i, i = 0, ..., degree, where 0 ^ 0 = 1. Differentiable in x, also at 0. By hand: no torch vander.

    Args:
        x, degree: (N,), floating point; the highest power, at least 0.
    Returns:
        (N, degree + 1), the dtype of x: column 0 is all ones, column 1 is x.
    Example:
        >>> polynomial_features(torch.tensor([2.0, -1.0]), degree=3)
        tensor([[ 1.,  2.,  4.,  8.],
                [ 1., -1.,  1., -1.]])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.1.
    """
    ### BEGIN SOLUTION
    return torch.stack([x**i for i in range(degree + 1)], dim=1)
    ### END SOLUTION


class PolynomialFit(NamedTuple):
    """What `fit_polynomial` returns."""

    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    """Fit a polynomial to some points, and measure it on points that it has not seen.

    p(x) = sum over i = 0, ..., degree of w_i * x^i, with the weights that make the error on (x, y) least;
    error = mean of (p(x) - y)^2. The weights are computed, not approached. No gradient is asked for.
    Too low a degree leaves both errors large; too high a degree makes the first small and the second large.

    Args:
        x, y: (N,), floating point, of one dtype: at least degree + 1 different numbers x, of size 1 or thereabouts.
        x_val, y_val: (M,), the same dtype, M at least 1.
        degree: at least 0.
    Returns:
        PolynomialFit: weights, (degree + 1,), w_0 first; train_error and validation_error, tensors without axes: the
        errors of this polynomial on (x, y) and on (x_val, y_val).
    Example:
        >>> x, y = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 3.0, 5.0])
        >>> fit = fit_polynomial(x, y, torch.tensor([3.0]), torch.tensor([9.0]), degree=1)
        >>> [round(w, 3) for w in fit.weights.tolist()], round(fit.validation_error.item(), 3)
        ([1.0, 2.0], 4.0)

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.1; here the mean of the squares.
    """
    ### BEGIN SOLUTION
    features = polynomial_features(x, degree)
    weights = torch.linalg.lstsq(features, y.unsqueeze(1)).solution.squeeze(1)
    error = ((features @ weights - y) ** 2).mean()
    validation_error = ((polynomial_features(x_val, degree) @ weights - y_val) ** 2).mean()
    return PolynomialFit(weights, error, validation_error)
    ### END SOLUTION


def save_checkpoint(path: str, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    """Write all that a training needs to go on later, by torch.save.

    It is a dict: "model" and "optimizer" are the state_dicts, "epoch" is the int. torch.load reads it with
    weights_only=True.

    Args:
        path, model, optimizer, epoch: the file, which is replaced if it is there; both unchanged; epochs done.
    Example:
        >>> import tempfile
        >>> model, path = nn.Linear(2, 1), tempfile.mkdtemp() + "/a.pt"
        >>> save_checkpoint(path, model, torch.optim.Adam(model.parameters()), 3)
        >>> sorted(torch.load(path, weights_only=True))
        ['epoch', 'model', 'optimizer']

    Source: PyTorch tutorial, Saving and Loading a General Checkpoint.
    """
    ### BEGIN SOLUTION
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)
    ### END SOLUTION


def load_checkpoint(
    path: str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    map_location: str | torch.device = "cpu",
) -> int:
    """Put a model and its optimizer into the state that `save_checkpoint` wrote.

    A training that goes on from here does the same steps as one that was never interrupted. A file can hold code that
    runs while it is read: ask torch for weights only.

    Args:
        path: a file that holds a dict of "model", "optimizer" (state_dicts) and "epoch" (an int).
        model: takes the saved parameters and buffers, in place, and keeps its mode and its device.
        optimizer: takes the saved state and settings; None when the model is only to be used.
        map_location: where the file's tensors are put while it is read, so that a machine without a GPU can read it.
    Returns:
        The epoch that was saved, an int.
    Raises:
        RuntimeError, pickle.UnpicklingError: torch's own, when saved names or shapes are not exactly the model's, and
            when the file holds more than tensors and plain values.
    Example:
        >>> import tempfile
        >>> model, path = nn.Linear(2, 1), tempfile.mkdtemp() + "/a.pt"
        >>> torch.save({"model": model.state_dict(), "optimizer": {}, "epoch": 3}, path)
        >>> load_checkpoint(path, model)
        3

    Source: PyTorch tutorial, Saving and Loading a General Checkpoint.
    """
    ### BEGIN SOLUTION
    checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(checkpoint["model"])
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"])
    ### END SOLUTION


class EarlyStopping:
    """Says when to stop a training that no longer improves, and keeps the best model.

    After each epoch `step(loss, model)` is told the validation loss. It is an improvement when
    loss < best_loss - min_delta (so a tie is none, and nan is none); any finite first loss is one.

    Args:
        patience: how many epochs in a row without an improvement end the training, at least 1.
        min_delta: by how much a loss must fall below the best one, at least 0.
    Attributes:
        best_loss: the loss at the last improvement, a float; infinite as long as there was none.
    Example:
        >>> model = nn.Linear(1, 1)
        >>> stopping = EarlyStopping(patience=2)
        >>> [stopping.step(loss, model) for loss in (3.0, 1.0, 2.0, 1.0)]
        [False, False, False, True]
        >>> stopping.best_loss
        1.0

    Source: Prechelt, Early Stopping, But When? (1998).
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        ### BEGIN SOLUTION
        self.patience, self.min_delta = patience, min_delta
        self.best_loss = math.inf
        self._waited = 0
        self._best: dict[str, Any] | None = None
        ### END SOLUTION

    def step(self, loss: float, model: nn.Module) -> bool:
        """Take note of an epoch: its validation loss, a float, and the model as it is now, which is unchanged.

        At an improvement all of the model's state (parameters and buffers) is copied.

        Returns:
            Whether to stop: True when the last `patience` calls were no improvement; an improvement starts the count
            anew. After a True the training is over: nobody asks what a later call would return.
        """
        ### BEGIN SOLUTION
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self._waited = loss, 0
            self._best = copy.deepcopy(model.state_dict())
        else:
            self._waited += 1
        return self._waited >= self.patience
        ### END SOLUTION

    def restore(self, model: nn.Module) -> None:
        """Give the model, in place, the state that it had at the last improvement, of which there was one."""
        ### BEGIN SOLUTION
        assert self._best is not None
        model.load_state_dict(self._best)
        ### END SOLUTION


class History(NamedTuple):
    """The losses of a training, one for each epoch."""

    train_losses: list[float]
    validation_losses: list[float]


def fix_training_loop(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    x_val: Tensor,
    y_val: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> History:
    """Train a classifier. The loop that is given runs, and does not learn: find its seven mistakes, each worth points.

    In each epoch: in training mode, the N samples in a new random order, in batches of batch_size, of which the last
    may be smaller and counts too. For each batch the mean cross-entropy of the model's scores and the labels of the
    same samples, its own gradient, one step w <- w - lr * gradient. Then, in evaluation mode and without a graph, the
    mean cross-entropy of all of x_val, in one call, which changes nothing. Rewriting is as welcome as repairing.

    Args:
        model: model(x) are raw scores (B, K); may hold dropout and batch norm. Trained in place, left in any mode.
        x, y: (N, *) and (N,) int64, the training samples and labels, unchanged, on the device of the model.
        x_val, y_val: (M, *) and (M,) int64, to validate on.
        epochs, batch_size, lr, generator: how often; samples in a batch; the learning rate; the source of the orders.
    Returns:
        History(train_losses, validation_losses), lists of floats, one for each epoch: the mean over the N samples of
        the losses that the steps were made from, and the validation loss at its end.
    Example:
        >>> x, y = torch.tensor([[-1.0], [1.0], [2.0]]), torch.tensor([0, 1, 1])
        >>> model = nn.Linear(1, 2)
        >>> history = fix_training_loop(model, x, y, x, y, 30, 2, 0.5, torch.Generator().manual_seed(0))
        >>> len(history.train_losses), history.validation_losses[-1] < 0.3
        (30, True)

    Source: Deep Learning (2016), sections 8.1 and 8.3.1.
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses: list[float] = []
    validation_losses: list[float] = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        train_losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            validation_losses.append(functional.cross_entropy(model(x_val), y_val).item())
    return History(train_losses, validation_losses)
    ### BEGIN STUB
    # optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    # train_losses, validation_losses = [], []
    # model.train()
    # for _ in range(epochs):
    #     losses = []
    #     x = x[torch.randperm(len(x), generator=generator)]
    #     for start in range(0, len(x) - batch_size + 1, batch_size):
    #         x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]
    #         probabilities = model(x_batch).softmax(dim=1)
    #         loss = functional.cross_entropy(probabilities, y_batch)
    #         loss.backward()
    #         optimizer.step()
    #         losses.append(loss.item())
    #     train_losses.append(sum(losses) / len(losses))
    #     model.eval()
    #     loss = functional.cross_entropy(model(x_val), y_val)
    #     loss.backward()
    #     optimizer.step()
    #     validation_losses.append(loss.item())
    # return History(train_losses, validation_losses)
    ### END STUB
    ### END SOLUTION


class TrainingRun(NamedTuple):
    """What a whole training returns."""

    model: nn.Module
    losses: list[float]


### BEGIN SOLUTION


def _fit(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    epochs: int,
    batch_size: int,
) -> TrainingRun:
    """Train for some epochs, in random batches; the model comes back in evaluation."""
    losses = []
    for _ in range(epochs):
        orders = torch.randperm(len(x), generator=generator).split(batch_size)
        losses.append(train_epoch(model, [(x[rows], y[rows]) for rows in orders], loss_fn, optimizer))
    return TrainingRun(model.eval(), losses)


### END SOLUTION


def train_regression(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    """Learn to predict a number from a table, and give the model back: the whole way, from raw columns.

    Standardise x as `standardize` does, and y by its own mean and deviation (dividing by N). Train on them: each epoch
    in the batches torch.randperm(N, generator=generator).split(batch_size); for each the mean squared error, its own
    gradient, one step of one torch.optim.Adam with lr.

    Args:
        x: (N, D), float32 or float64; the columns are in units of their own, from 1e-3 to 1e3.
        y: (N,), the dtype of x, in a unit of its own too.
        generator, epochs, batch_size, lr: a CPU generator; how often; the most samples of a batch; the learning rate.
    Returns:
        TrainingRun: model, a torch.nn.Linear or your `Linear` from D to 1, for standardised rows and targets, in
        evaluation mode, of the dtype and on the device of x, its initial weights from torch's own generator; losses, a
        list with the mean over N of each epoch. epochs=0 gives the untrained model. x and y are unchanged.
    Example:
        >>> x = torch.linspace(-1, 1, 40).reshape(20, 2)
        >>> run = train_regression(x, 3 * x[:, 0] + 2, torch.Generator().manual_seed(0))
        >>> run.model(torch.zeros(5, 2)).shape, run.losses[-1] < run.losses[0]
        (torch.Size([5, 1]), True)

    Source: Kingma and Ba, Adam (2015); the table of the tests is that of Efron et al., Least Angle Regression (2004).
    """
    ### BEGIN SOLUTION
    features = standardize(x, x[:0]).train
    targets = standardize(y.unsqueeze(1), y[:0].unsqueeze(1)).train
    model = nn.Linear(x.shape[1], 1).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return _fit(model, features, targets, nn.MSELoss(), optimizer, generator, epochs, batch_size)
    ### END SOLUTION


def train_classifier(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    """Learn to tell two classes apart from a table, and give the model back: from raw columns to probabilities.

    Standardise x as `standardize` does. Train a `LogisticRegression` on it: each epoch in the batches
    torch.randperm(N, generator=generator).split(batch_size); for each the mean binary cross-entropy, its own gradient,
    one step of one torch.optim.Adam with lr.

    Args:
        x: (N, D), float32 or float64; the columns are in units of their own, from 1e-3 to 1e3.
        y: (N,) int64, 0 or 1.
        generator, epochs, batch_size, lr: a CPU generator; how often; the most samples of a batch; the learning rate.
    Returns:
        TrainingRun: model, a `LogisticRegression` of D for standardised rows, in evaluation mode, of the dtype and on
        the device of x, its initial weights from torch's own generator; losses, a list with the mean over N of each
        epoch. epochs=0 gives the untrained model. x and y are unchanged.
    Example:
        >>> x = torch.linspace(-1, 1, 40).reshape(20, 2)
        >>> run = train_classifier(x, (x[:, 0] > 0).long(), torch.Generator().manual_seed(0), 50)
        >>> run.model(torch.tensor([[-1.0, -1.0], [1.0, 1.0]])) > 0.5
        tensor([False,  True])

    Source: Kingma and Ba, Adam (2015); the table of the tests is that of Street, Wolberg, Mangasarian (1993).
    """
    ### BEGIN SOLUTION
    features = standardize(x, x[:0]).train
    targets = y.to(x.dtype)
    model = LogisticRegression(x.shape[1]).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return _fit(model, features, targets, nn.BCELoss(), optimizer, generator, epochs, batch_size)
    ### END SOLUTION


def train_digits(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 25, lr: float = 0.1
) -> TrainingRun:
    """Learn to read digits, and give the net back: the whole way, from pixels to scores.

    Train an `MLP` with the widths (D, 128, K) and torch.relu: each epoch in the batches
    torch.randperm(N, generator=generator).split(batch_size); for each the mean cross-entropy, its own gradient, one
    step of one torch.optim.SGD with lr and momentum 0.9.

    Args:
        x: (N, D), float32 or float64, the pixels of an image in a row.
        y: (N,) int64, the classes; K is the largest of them, plus 1.
        generator, epochs, batch_size, lr: a CPU generator; how often; the most samples of a batch; the learning rate.
    Returns:
        TrainingRun: model, the `MLP` in evaluation mode, of the dtype and on the device of x, its initial weights from
        torch's own generator; losses, a list with the mean over N of each epoch. epochs=0 gives the untrained net.
        Of moved digits of MNIST, 14 x 14, it has to read far more than a linear model. x and y are unchanged.
    Example:
        >>> y = torch.arange(40) % 10
        >>> run = train_digits(functional.one_hot(y, 16).float(), y, torch.Generator().manual_seed(0))
        >>> run.model(torch.eye(16)[:4]).argmax(1)
        tensor([0, 1, 2, 3])

    Source: LeCun, Cortes, Burges, MNIST (1998), of which the tests draw.
    """
    ### BEGIN SOLUTION
    classes = int(y.max()) + 1
    sizes = (x.shape[1], 128, classes)
    model = MLP(sizes, torch.relu).to(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    return _fit(model, x, y, nn.CrossEntropyLoss(), optimizer, generator, epochs, batch_size)
    ### END SOLUTION
