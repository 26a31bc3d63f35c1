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
    """A ramp between two flat ends, made of two ReLUs.

    y = (relu(x + 3) - relu(x - 3)) / 6: it is 0 up to -3, rises with slope 1/6, and is 1 from 3 on.

    Args:
        x: (*), floating point, from -1000 to 1000.

    Returns:
        y: (*), from 0 to 1.

    Note:
        Differentiable in x; at the two corners the slope is free.
        By hand: no torch hardsigmoid, relu6, hardtanh. torch.relu and clamp are welcome.

    Example:
        >>> hard_sigmoid(torch.tensor([-9.0, -3.0, 0.0, 1.5, 9.0]))
        tensor([0.0000, 0.0000, 0.5000, 0.7500, 1.0000])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 5.1, for ReLU and sigmoid.
    Deviations: none; the two corners at -3 and 3 are those of torch.nn.Hardsigmoid.
    """
    raise NotImplementedError("hard_sigmoid")


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    """A curve of straight pieces through given points, as a sum of ramps: what ReLUs can build.

    With knots (t_0, h_0), ..., (t_M-1, h_M-1) and ramp(u) = relu(u) - relu(u - 1), which is hard_sigmoid(6u - 3):

        y(x) = h_0 + sum_{i = 0}^{M - 2} (h_{i+1} - h_i) * ramp((x - t_i) / (t_{i+1} - t_i))

    So y(t_i) = h_i, straight in between, constant h_0 left of the first knot and h_{M-1} right of the last.

    Args:
        x: (*), floating point, from -1000 to 1000.
        knots: (M, 2), the dtype of x, M at least 2: a row is a point, its position t_i in column 0 and its
            height h_i in column 1; the positions rise strictly from row to row, at least 0.01 each time.

    Returns:
        y: the shape and dtype of x.

    Raises:
        ValueError: naming `knots` when it is not (M, 2) with M at least 2, or its positions do not rise
            strictly.

    Note:
        Differentiable in x and knots; at a knot either slope is right. A loop over the knots is welcome, a
        loop over the elements of x is not. By hand: no torch searchsorted, bucketize, histc.

    Example:
        >>> knots = torch.tensor([[0.0, 1.0], [2.0, 5.0], [3.0, 4.0]])
        >>> piecewise_linear(torch.tensor([-1.0, 0.0, 1.0, 2.0, 2.5, 9.0]), knots)
        tensor([1.0000, 1.0000, 3.0000, 5.0000, 4.5000, 4.0000])

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.4.1: what ReLU networks can represent.
    Deviations: none.
    """
    raise NotImplementedError("piecewise_linear")


def relu(x: Tensor) -> Activation:
    """The rectified linear unit and its derivative.

    value = x where x > 0, else 0;  derivative = 1 where x > 0, else 0 (at 0 too: the slope from the left).

    Args:
        x: (*), floating point, any size of number.

    Returns:
        Activation(value, derivative), both of the shape and dtype of x.

    Note:
        value is differentiable in x; at 0 its gradient is free. The derivative comes from the formula: it may be
        in the graph or detached. By hand: no torch relu, relu_, ReLU, threshold, leaky_relu, hardtanh,
        and no autograd (grad, backward).

    Example:
        >>> relu(torch.tensor([-2.0, 0.0, 3.0]))
        Activation(value=tensor([0., 0., 3.]), derivative=tensor([0., 0., 1.]))

    Source: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines (2010). Deviations: none.
    """
    raise NotImplementedError("relu")


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Activation:
    """A ReLU that keeps a small slope on the left, and its derivative.

    value = x where x > 0, else a * x;  derivative = 1 where x > 0, else a (at 0 too), with a = negative_slope.

    Args:
        x: (*), floating point, any size of number.
        negative_slope: a, any number: also 0, below 0 or above 1.

    Returns:
        Activation(value, derivative), both of the shape and dtype of x.

    Note:
        value is differentiable in x; at 0 its gradient is free. The derivative comes from the formula: it may be
        in the graph or detached. By hand: no torch leaky_relu, leaky_relu_, LeakyReLU, prelu, PReLU, rrelu,
        and no autograd (grad, backward).

    Example:
        >>> leaky_relu(torch.tensor([-2.0, 0.0, 3.0]), negative_slope=0.25)
        Activation(value=tensor([-0.5000,  0.0000,  3.0000]), derivative=tensor([0.2500, 0.2500, 1.0000]))

    Source: Maas, Hannun, Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013).
    Deviations: none.
    """
    raise NotImplementedError("leaky_relu")


def sigmoid(x: Tensor) -> Activation:
    """The logistic function and its derivative.

    value y = 1 / (1 + exp(-x));  derivative = y * (1 - y), at most 1/4: stacked, it makes gradients vanish.

    Args:
        x: (*), floating point, any size of number.

    Returns:
        Activation(value, derivative), both of the shape and dtype of x. Neither is nan, whatever x is.

    Note:
        value is differentiable in x, also at 0 (slope 1/4) and at -1000 (slope 0, not nan). The derivative comes
        from the formula: it may be in the graph or detached.
        By hand: no torch sigmoid, Sigmoid, expit, logsigmoid, softplus, tanh, and no autograd (grad, backward).

    Example:
        >>> sigmoid(torch.tensor([-1000.0, 0.0, 1000.0]))
        Activation(value=tensor([0.0000, 0.5000, 1.0000]), derivative=tensor([0.0000, 0.2500, 0.0000]))

    Source: Deep Learning (2016), section 3.10. Deviations: none.
    """
    raise NotImplementedError("sigmoid")


def tanh(x: Tensor) -> Activation:
    """The hyperbolic tangent and its derivative.

    value y = (exp(x) - exp(-x)) / (exp(x) + exp(-x)) = 2 / (1 + exp(-2x)) - 1;  derivative = 1 - y^2.

    Args:
        x: (*), floating point, any size of number.

    Returns:
        Activation(value, derivative), both of the shape and dtype of x. Neither is nan, whatever x is.

    Note:
        value is differentiable in x, also at 0 (slope 1) and at 1000 and -1000 (slope 0, not nan). The
        derivative comes from the formula: it may be in the graph or detached.
        By hand: no torch tanh, tanh_, Tanh, sinh, cosh, sigmoid, Sigmoid, expit, and no autograd (grad, backward).

    Example:
        >>> tanh(torch.tensor([-1000.0, 0.0, 1000.0]))
        Activation(value=tensor([-1.,  0.,  1.]), derivative=tensor([0., 1., 0.]))

    Source: LeCun, Bottou, Orr, Müller, Efficient BackProp (1998), section 4.4, for why it is centred at 0.
    Deviations: none.
    """
    raise NotImplementedError("tanh")


class Linear(nn.Module):
    """A fully connected layer, from parameters.

    y = x W^T + b, over the last axis of x.

    Args:
        in_features: D, at least 1.
        out_features: K, at least 1.
        bias: whether b is learned; without it y = x W^T.

    Parameters (keys of the state_dict, in any order):
        weight: (K, D), one row for each output.
        bias: (K,); with bias=False the attribute `bias` is None and the key is absent.

    Every entry of both starts as a draw of its own from the uniform distribution on (-r, r), r = 1 / sqrt(D).

    Forward:
        x: (*, D) -> y: (*, K); a single vector (D,) gives (K,).

    Raises:
        ValueError: forward, naming `x`, when its last axis is not D.

    Note:
        Differentiable in x and the parameters.
        By hand: no torch nn.Linear, nn.LazyLinear, nn.Bilinear, functional linear, addmm, baddbmm.

    Example:
        >>> layer = Linear(3, 2)
        >>> layer(torch.ones(5, 3)).shape
        torch.Size([5, 2])
        >>> [(name, tuple(p.shape)) for name, p in layer.named_parameters()]
        [('weight', (2, 3)), ('bias', (2,))]

    Source: LeCun, Bottou, Orr, Müller, Efficient BackProp (1998), section 4.6, for a scale of 1 / sqrt(D).
    Deviations: uniform, the default of torch.nn.Linear.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        raise NotImplementedError("Linear.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x W^T + b."""
        raise NotImplementedError("Linear.forward")


def xavier_uniform_(weight: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """Fills a weight so that signals keep their variance forwards and backwards (Glorot's rule).

    Every entry is drawn from the uniform distribution on (-a, a), a = gain * sqrt(6 / (fan_in + fan_out)).

    Args:
        weight: (fan_out, fan_in), floating point, as a linear layer keeps it; it is overwritten, whatever it held.
            It may be a parameter that requires a gradient, or a view.
        gain: a factor, at least 0.
        generator: where the draws come from; torch's global state if None, and only then.

    Returns:
        weight itself, the same tensor: still a leaf, with requires_grad and grad as they were.

    Raises:
        ValueError: naming `weight` when it has not two axes.

    Note:
        In place. By hand: nothing of torch.nn.init; uniform_ and rand are welcome.

    Example:
        >>> weight = torch.empty(20, 30)
        >>> xavier_uniform_(weight) is weight, bool(weight.abs().max() <= (6 / 50) ** 0.5)
        (True, True)

    Source: Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Neural Networks (2010),
    equation 16. Deviations: gain, as in torch.nn.init.
    """
    raise NotImplementedError("xavier_uniform_")


def kaiming_normal_(weight: Tensor, mode: str = "fan_in", generator: torch.Generator | None = None) -> Tensor:
    """Fills a weight so that signals keep their size through layers with ReLU (He's rule).

    Every entry is drawn from the normal distribution with mean 0 and standard deviation sqrt(2 / fan).

    Args:
        weight: (fan_out, fan_in), floating point, as a linear layer keeps it; it is overwritten, whatever it held.
            It may be a parameter that requires a gradient, or a view.
        mode: "fan_in" divides by the number of inputs and keeps the signal forwards; "fan_out" by the number
            of outputs, for the gradient backwards.
        generator: where the draws come from; torch's global state if None, and only then.

    Returns:
        weight itself, the same tensor: still a leaf, with requires_grad and grad as they were.

    Raises:
        ValueError: naming `weight` when it has not two axes, naming `mode` when it is another word.

    Note:
        In place. By hand: nothing of torch.nn.init; normal_ and randn are welcome.

    Example:
        >>> weight = torch.empty(20, 30)
        >>> kaiming_normal_(weight) is weight, weight.shape
        (True, torch.Size([20, 30]))

    Source: He, Zhang, Ren, Sun, Delving Deep into Rectifiers (2015), equations 10 and 14. Deviations: none.
    """
    raise NotImplementedError("kaiming_normal_")


def breaks_symmetry(model: nn.Module) -> bool:
    """Whether training can tell the hidden units of a network apart.

    Two hidden units of one layer are twins when their incoming weights are equal, their biases are equal, and
    their outgoing weights are equal too. Twins compute the same value and receive the same gradient, so they
    stay twins for ever: a layer of 100 twins is a layer of one unit. A constant initialisation makes nothing
    but twins. One difference, in or out, is enough to part two units.

    Args:
        model: any module. Its torch.nn.Linear layers in the order of `model.modules()` are taken for a chain:
            unit j of a layer has row j of that layer's weight coming in, entry j of its bias (if it has one),
            and column j of the next layer's weight going out. Each layer's out_features is the next one's
            in_features. The outputs of the last layer are no hidden units.

    Returns:
        True when no hidden layer has two twins, False otherwise; True when there are no hidden units.

    Note:
        A Python bool. Equal means exactly equal. Looks at every pair of units of a layer, not only at layers that
        are constant altogether. Runs nothing, trains nothing, draws nothing; the model stays as it is.

    Example:
        >>> model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        >>> breaks_symmetry(model)
        True
        >>> for p in model.parameters():
        ...     _ = nn.init.constant_(p, 0.5)
        >>> breaks_symmetry(model)
        False

    Source: Deep Learning (2016), section 8.4. Deviations: none.
    """
    raise NotImplementedError("breaks_symmetry")


class LogisticRegression(nn.Module):
    """The probability of one of two classes, from a weighted sum of the features.

    p = sigmoid(w . x + b), one number for each sample.

    Args:
        num_features: D, at least 1.

    Parameters (keys of the state_dict, in any order):
        linear.weight: (1, D).
        linear.bias: (1,).

    `linear` is a torch.nn.Linear or your own `Linear`, with its own initialisation.

    Forward:
        x: (N, D) -> p: (N,), from 0 to 1: a probability for each sample, not a column (N, 1). N may be 1.

    Raises:
        ValueError: forward, naming `x`, when it is not (N, D).

    Note:
        Differentiable in x and the parameters, without nan for any size of score.

    Example:
        >>> model = LogisticRegression(3)
        >>> model(torch.zeros(5, 3)).shape
        torch.Size([5])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2. Deviations: none.
    """

    def __init__(self, num_features: int) -> None:
        raise NotImplementedError("LogisticRegression.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the probability of class 1 for each row of x."""
        raise NotImplementedError("LogisticRegression.forward")


class SoftmaxRegression(nn.Module):
    """The scores of K classes, each a weighted sum of all pixels.

    z = W flat(x) + b, where flat turns each sample into one vector, row by row as torch.flatten does.

    Args:
        num_features: D, the number of features of one sample, at least 1.
        num_classes: K, at least 1.

    Parameters (keys of the state_dict, in any order):
        linear.weight: (K, D).
        linear.bias: (K,).

    `linear` is a torch.nn.Linear or your own `Linear`, with its own initialisation.

    Forward:
        x: (N, *), a batch whose samples have D numbers each, in any number of axes, such as images
            (N, C, H, W) with C * H * W = D, or (N, D) -> z: (N, K). N may be 1.

    Raises:
        ValueError: forward, naming `x`, when a sample has not D numbers.

    Note:
        Returns logits, not probabilities: torch's cross_entropy takes the softmax itself.
        Differentiable in x and the parameters.

    Example:
        >>> model = SoftmaxRegression(1 * 28 * 28, 10)
        >>> model(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 10])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4. Deviations: none.
    """

    def __init__(self, num_features: int, num_classes: int) -> None:
        raise NotImplementedError("SoftmaxRegression.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of each sample."""
        raise NotImplementedError("SoftmaxRegression.forward")


class MLP(nn.Module):
    """Linear layers one after the other, with an activation between them.

    h_0 = x;  h_{i+1} = activation(W_i h_i + b_i) for every layer but the last;  y = W_{L-1} h_{L-1} + b_{L-1}.

    Args:
        sizes: the widths from input to output, at least two, each at least 1: (8, 6, 4, 1) has three layers,
            8 -> 6, 6 -> 4 and 4 -> 1.
        activation: a function of one tensor that keeps its shape and has no parameters, such as torch.relu
            or nn.Tanh().

    Parameters (keys of the state_dict, in any order):
        layers.0.weight (sizes[1], sizes[0]), layers.0.bias (sizes[1],), then layers.1.weight, layers.1.bias and
        so on: `layers` is an nn.ModuleList that holds the linear layers and nothing else.

    Each is a torch.nn.Linear or your own `Linear`, with its own initialisation.

    Forward:
        x: (*, sizes[0]) -> y: (*, sizes[-1]).

    Raises:
        ValueError: naming `sizes` when there are fewer than two.

    Note:
        No activation after the last layer, so y may be any number. Differentiable in x and the parameters.

    Example:
        >>> model = MLP((8, 6, 4, 1), torch.sigmoid)
        >>> model(torch.zeros(5, 8)).shape, sum(p.numel() for p in model.parameters())
        (torch.Size([5, 1]), 87)

    Source: Deep Learning (2016), chapter 6. Deviations: none.
    """

    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        raise NotImplementedError("MLP.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the output of the last layer."""
        raise NotImplementedError("MLP.forward")


class Dropout(nn.Module):
    """Switches units off at random while training, and does nothing otherwise.

    While training (`self.training`): y_i = 0 with probability p, else x_i / (1 - p), so that the mean is kept;
    every element of x is decided by itself, anew at each call. In evaluation: y = x.

    Args:
        p: the probability of 0, from 0 to 1. p = 0 changes nothing; p = 1 gives zeros (not nan).

    Forward:
        x: (*), floating point -> y: (*), the dtype and device of x.

    Raises:
        ValueError: naming `p` when it is outside 0 to 1.

    Note:
        No parameters and no buffers: the state_dict is empty. train(), train(False) and eval() of nn.Module switch
        it. x stays as it is. Differentiable in x: what was switched off has gradient 0, the rest 1 / (1 - p).
        Draws from torch's global random state, and only while training.
        By hand: no torch dropout, nn.Dropout, dropout1d, alpha_dropout, feature_dropout, native_dropout.

    Example:
        >>> layer = Dropout(0.5)
        >>> sorted(set(layer(torch.ones(1000)).tolist()))
        [0.0, 2.0]
        >>> layer.eval()(torch.ones(3))
        tensor([1., 1., 1.])

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014).
    Deviations: the scale is applied while training (inverted dropout), not in evaluation.
    """

    def __init__(self, p: float = 0.5) -> None:
        raise NotImplementedError("Dropout.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x, while training with some elements switched off and the others scaled."""
        raise NotImplementedError("Dropout.forward")


class BatchNorm1d(nn.Module):
    """Gives every feature mean 0 and variance 1 over the batch, then a learned scale and shift.

    y = (x - m) / sqrt(v + eps) * weight + bias, with m and v of each feature (column of x).
    While training (`self.training`) m and v are the mean and the population variance (sum of squares / N) of this
    batch, and the running statistics take a step towards them:

        running_mean = (1 - momentum) * running_mean + momentum * m
        running_var  = (1 - momentum) * running_var  + momentum * v * N / (N - 1)      (the unbiased variance)

    In evaluation m and v are the running statistics, which then stay as they are.

    Args:
        num_features: D, at least 1.
        eps: added to the variance, under the root.
        momentum: the share of the new batch, from 0 to 1.

    Parameters and buffers (keys of the state_dict, in any order):
        weight: (D,), a parameter, starts at 1.
        bias: (D,), a parameter, starts at 0.
        running_mean: (D,), a buffer, starts at 0.
        running_var: (D,), a buffer, starts at 1.

    Forward:
        x: (N, D) -> y: (N, D). N is at least 2 while training, at least 1 in evaluation.

    Raises:
        ValueError: forward, naming `x`, when it is not (N, D), or when N is 1 while training.

    Note:
        Differentiable in x (through m and v too), weight and bias; the running statistics are outside the graph.
        They may be changed in place or replaced by new tensors.
        By hand: no torch batch_norm, nn.BatchNorm1d, BatchNorm2d, native_batch_norm, instance_norm, layer_norm.

    Example:
        >>> layer = BatchNorm1d(2)
        >>> layer(torch.tensor([[1.0, 10.0], [3.0, 30.0]]))
        tensor([[-1.0000, -1.0000],
                [ 1.0000,  1.0000]], grad_fn=<AddBackward0>)
        >>> layer.running_mean, layer.running_var
        (tensor([0.2000, 2.0000]), tensor([ 1.1000, 20.9000]))

    Source: Ioffe and Szegedy, Batch Normalization (2015), algorithms 1 and 2.
    Deviations: running averages as in torch.nn.BatchNorm1d, without its num_batches_tracked.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        raise NotImplementedError("BatchNorm1d.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x normalised; while training with the batch's statistics, else with the running ones."""
        raise NotImplementedError("BatchNorm1d.forward")


class LayerNorm(nn.Module):
    """Gives every sample mean 0 and variance 1 over its features, then a learned scale and shift.

    y = (x - m) / sqrt(v + eps) * weight + bias, with m and v the mean and the population variance (sum of
    squares / D) of each row, that is over the last axis of x. No other sample matters, and training and
    evaluation are the same.

    Args:
        num_features: D, at least 1.
        eps: added to the variance, under the root.

    Parameters (keys of the state_dict, in any order):
        weight: (D,), starts at 1.
        bias: (D,), starts at 0.

    Forward:
        x: (*, D) -> y: (*, D); a single vector (D,) is welcome.

    Raises:
        ValueError: forward, naming `x`, when its last axis is not D.

    Note:
        No buffers. Differentiable in x (through m and v too), weight and bias; a row of equal numbers gives bias,
        up to rounding, and a finite gradient.
        By hand: no torch layer_norm, nn.LayerNorm, native_layer_norm, group_norm, batch_norm, rms_norm.

    Example:
        >>> layer = LayerNorm(2)
        >>> layer(torch.tensor([[1.0, 3.0], [30.0, 10.0]])).detach()
        tensor([[-1.0000,  1.0000],
                [ 1.0000, -1.0000]])

    Source: Ba, Kiros, Hinton, Layer Normalization (2016). Deviations: eps, as in torch.nn.LayerNorm.
    """

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        raise NotImplementedError("LayerNorm.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x with every row normalised."""
        raise NotImplementedError("LayerNorm.forward")


class SharedMLP(nn.Module):
    """A network that uses one hidden layer twice.

    h1 = relu(first(x));  h2 = relu(shared(h1));  h3 = relu(shared(h2));  y = last(h3).

    Args:
        in_features: D, at least 1.
        hidden: H, the width of h1, h2 and h3.
        out_features: K, at least 1.

    Parameters (keys of the state_dict, in any order):
        first.weight (H, D), first.bias (H,), shared.weight (H, H), shared.bias (H,), last.weight (K, H) and
        last.bias (K,): six, since both uses of `shared` are one and the same layer.

    `first`, `shared` and `last` are torch.nn.Linear layers or your own `Linear`, with their own initialisation.

    Forward:
        x: (*, D) -> y: (*, K).

    Note:
        Differentiable in x and the parameters; the gradient of `shared` is the sum over both uses.

    Example:
        >>> model = SharedMLP(4, 8, 1)
        >>> model(torch.zeros(5, 4)).shape, sum(p.numel() for p in model.parameters())
        (torch.Size([5, 1]), 121)

    Source: Dive into Deep Learning, section 6.2, on tied parameters. Deviations: none.
    """

    def __init__(self, in_features: int, hidden: int, out_features: int) -> None:
        raise NotImplementedError("SharedMLP.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return last(relu(shared(relu(shared(relu(first(x)))))))."""
        raise NotImplementedError("SharedMLP.forward")


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Two groups of parameters for an optimiser: weights decay, biases do not.

    A parameter decays when it has two axes or more (the weights of linear and convolution layers). Biases, and the
    scale and shift of normalisation layers, have one axis; pulling them to 0 would only bend the function.

    Args:
        model: any module; parameters with requires_grad False belong to neither group.
        weight_decay: the decay of the first group, at least 0.

    Returns:
        A list of two dicts for any torch.optim class, each with the keys "params" (a list of the parameters
        themselves, in the order of `model.parameters()`, each once, also when layers share it) and
        "weight_decay" (a number): first those that decay, with weight_decay, then the others, with 0.0.
        A group may be empty, and is there all the same.

    Raises:
        ValueError: naming `weight_decay` when it is negative.

    Note:
        The model stays as it is. The number of axes decides, not the name and not the class of the layer.

    Example:
        >>> groups = parameter_groups(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)), 0.1)
        >>> [(g["weight_decay"], [tuple(p.shape) for p in g["params"]]) for g in groups]
        [(0.1, [(2, 3)]), (0.0, [(2,), (2,), (2,)])]

    Source: Deep Learning (2016), section 7.1: the biases are left unregularised. Deviations: none.
    """
    raise NotImplementedError("parameter_groups")


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
        raise NotImplementedError("CSVDataset.__init__")

    def __len__(self) -> int:
        raise NotImplementedError("CSVDataset.__len__")

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        raise NotImplementedError("CSVDataset.__getitem__")


class Loaders(NamedTuple):
    """What `make_loaders` returns."""

    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    """Deal a data set out into two parts at random, and load each in batches.

    Args:
        dataset: N samples; anything with a length and an index.
        batch_size: the most samples of a batch, at least 1.
        split: the share of the training part, between 0 and 1: it gets round(split * N) samples (Python's
            round), the validation part all others.
        generator: the source of every random choice: who belongs to which part, and the orders.

    Returns:
        train: a DataLoader of the training part, in a new random order in every epoch (every time it is
            iterated).
        validation: a DataLoader of the validation part, in the same order every time.

    Raises:
        ValueError: naming `split` when a part would be empty, naming `batch_size` when it is below 1.

    Note:
        Every sample of the data set is in exactly one part, and comes once in each epoch of that part: the
        last batch may be smaller and is kept. Two calls with equal generators give equal parts and, epoch by
        epoch, equal orders, whatever torch.manual_seed said. Without worker processes (num_workers=0).

    Example:
        >>> numbers = [1.0, 2.0, 3.0, 4.0, 5.0]
        >>> train, validation = make_loaders(numbers, 2, 0.8, torch.Generator().manual_seed(0))
        >>> [len(batch) for batch in train], [len(batch) for batch in validation]
        ([2, 2], [1])

    Source: torch.utils.data.DataLoader and random_split. Deviations: none.
    """
    raise NotImplementedError("make_loaders")


class Fold(NamedTuple):
    """One round of k-fold cross-validation."""

    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    """Deal n samples out into k folds at random; each round validates on one and trains on the others.

    Args:
        n: the number of samples.
        k: the number of folds, from 2 to n.
        generator: the source of the random order.

    Returns:
        A list of k named tuples (train, validation): int64 tensors without repetition, in any order, which
        together hold each of 0, ..., n - 1 once. Each sample is in exactly one of the k validation parts. The
        first n % k validation parts have n // k + 1 entries, the others n // k.

    Raises:
        ValueError: naming `k` when it is below 2 or above n.

    Note:
        The samples are shuffled before they are dealt out, by `generator` alone: neighbours in a table are
        often alike.

    Example:
        >>> folds = kfold_indices(5, 2, torch.Generator().manual_seed(0))
        >>> [(len(fold.train), len(fold.validation)) for fold in folds]
        [(2, 3), (3, 2)]

    Source: Stone, Cross-Validatory Choice and Assessment of Statistical Predictions (1974). Deviations: none.
    """
    raise NotImplementedError("kfold_indices")


class Standardized(NamedTuple):
    """What `standardize` returns."""

    train: Tensor
    test: Tensor


def standardize(train: Tensor, test: Tensor) -> Standardized:
    """Give every column mean 0 and standard deviation 1, as measured on the training rows alone.

    z = (x - mean) / std  for each column, with mean and std of that column of `train`:
    std^2 = sum of (x - mean)^2 / N, divided by N and not by N - 1.

    Args:
        train: (N, D), floating point, N at least 1.
        test: (M, D), the same dtype; M may be 0.

    Returns:
        train: (N, D), the training rows, standardised.
        test: (M, D), the test rows by the very same means and deviations, so that a row becomes the same
            whatever other rows are tested with it.

    Raises:
        ValueError: naming `test` when it does not have D columns.

    Note:
        A column whose entries in `train` are all equal is not divided (std counts as 1): it becomes 0 in
        `train`, and x - (that entry) in `test`, up to rounding. Mind the rounding in the deviation too: computed in
        float32, that of seven equal numbers may come out as 1e-9 and not as 0.

    Example:
        >>> train, test = standardize(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), torch.tensor([[4.0, 6.0]]))
        >>> train
        tensor([[-1.,  0.],
                [ 1.,  0.]])
        >>> test
        tensor([[2., 1.]])

    Source: Deep Learning (2016), section 8.7.1; Bishop (2006), section 9.1. Deviations: none.
    """
    raise NotImplementedError("standardize")


def train_epoch(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    """Train a model for one pass over the data, and return the mean training loss.

    For each batch (x, y) of the loader, in its order: the loss of model(x) and y, its gradient, one step.

    Args:
        model: has at least one parameter; may hold dropout and batch norm.
        loader: gives batches (x, y), each of B samples (B = len(x)), which may differ from batch to batch; a
            DataLoader or a list. At least one batch.
        loss_fn: loss_fn(prediction, y) is the mean loss of the B samples, a tensor without axes.
        optimizer: holds the model's parameters.

    Returns:
        The mean loss of the epoch over its samples (each sample counts the same, so a small last batch counts
        less than a full one), a float. The loss of a batch is the one that its step was made from.

    Note:
        The model trains in training mode, whatever mode it had before, and is left in training mode.
        Each step sees the gradient of its own batch only: gradients left from before, also from before this
        call, do not count. Each batch is moved to the device of the model's first parameter.

    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(model.weight)
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 2.0))]
        >>> train_epoch(model, batches, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.25))
        2.0
        >>> model.weight.item()
        0.5

    Source: Deep Learning (2016), algorithm 8.1. Deviations: none.
    """
    raise NotImplementedError("train_epoch")


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
) -> float:
    """Return the mean loss of a model on a data set, and leave no trace.

    Args:
        model: has at least one parameter; may hold dropout and batch norm.
        loader: gives batches (x, y), each of B samples (B = len(x)), which may differ from batch to batch; a
            DataLoader or a list. At least one batch.
        loss_fn: loss_fn(prediction, y) is the mean loss of the B samples, a tensor without axes.

    Returns:
        The mean loss over all samples (each counts the same, whatever the size of its batch), a float.

    Note:
        The model computes in evaluation mode, and no graph is built for gradients. Afterwards parameters,
        their gradients and the running statistics are what they were, and the model and every module in it
        are in the mode they had (some may be in evaluation mode on purpose while the rest trains; after an
        exception the mode is free).
        Each batch is moved to the device of the model's first parameter.

    Example:
        >>> model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Dropout(0.5))
        >>> _ = nn.init.ones_(model[0].weight)
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 3.0))]
        >>> evaluate(model, batches, nn.MSELoss()), model.training
        (3.0, True)

    Source: Deep Learning (2016), section 5.3. Deviations: none.
    """
    raise NotImplementedError("evaluate")


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    """Return what a model says of many samples, batch by batch, and leave no trace.

    Args:
        model: has at least one parameter; model(batch) has one row for each sample of the batch.
        x: (N, *), the samples, N at least 1; any device.
        batch_size: the most samples that the model sees at once, at least 1: what it needs of memory.

    Returns:
        (N, *), the model's own outputs in the order of x, on the device of the model's first parameter,
        without a graph (requires_grad is False).

    Raises:
        ValueError: naming `batch_size` when it is below 1.

    Note:
        The model computes in evaluation mode, and no graph is built for gradients. Afterwards parameters,
        gradients and running statistics are what they were, and the model and every module in it are in the
        mode they had (after an exception the mode is free). Each batch is moved to the device of the model's
        first parameter.

    Example:
        >>> model = nn.Sequential(nn.Linear(1, 2, bias=False), nn.Dropout(0.5))
        >>> _ = nn.init.ones_(model[0].weight)
        >>> predict(model, torch.arange(3.0).reshape(3, 1), batch_size=2)
        tensor([[0., 0.],
                [1., 1.],
                [2., 2.]])

    Source: torch.nn.Module.eval. Deviations: none.
    """
    raise NotImplementedError("predict")


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    """Turn each number into its powers: with them a linear model draws curves.

    y[n, i] = x[n] ^ i  for i = 0, ..., degree, where 0 ^ 0 = 1.

    Args:
        x: (N,), floating point.
        degree: the highest power, at least 0.

    Returns:
        y: (N, degree + 1), the dtype of x: column 0 is all ones, column 1 is x.

    Raises:
        ValueError: naming `x` when it does not have one axis, naming `degree` when it is negative.

    Note:
        Differentiable in x, also at 0.
        By hand: no torch vander.

    Example:
        >>> polynomial_features(torch.tensor([2.0, -1.0]), degree=3)
        tensor([[ 1.,  2.,  4.,  8.],
                [ 1., -1.,  1., -1.]])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.1. Deviations: none.
    """
    raise NotImplementedError("polynomial_features")


class PolynomialFit(NamedTuple):
    """What `fit_polynomial` returns."""

    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    """Fit a polynomial to some points, and measure it on points that it has not seen.

    p(x) = sum over i = 0, ..., degree of w_i * x^i, with the weights w that make the error on (x, y) least;
    error = mean of (p(x) - y)^2.

    Too low a degree leaves both errors large (under-fitting); too high a degree makes the first small and the
    second large (over-fitting).

    Args:
        x: (N,), floating point, at least degree + 1 different numbers, of size 1 or thereabouts.
        y: (N,), the dtype of x.
        x_val: (M,), M at least 1, the dtype of x.
        y_val: (M,), the dtype of x.
        degree: at least 0.

    Returns:
        weights: (degree + 1,), w_0 first.
        train_error: a tensor without axes, the error on (x, y).
        validation_error: a tensor without axes, the error of the same polynomial on (x_val, y_val).

    Raises:
        ValueError: naming `degree` when N is below degree + 1.

    Note:
        The weights are computed, not approached: by torch.linalg.lstsq, say, or from the normal equations.
        No gradient is asked for.

    Example:
        >>> x, y = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 3.0, 5.0])
        >>> fit = fit_polynomial(x, y, torch.tensor([3.0]), torch.tensor([9.0]), degree=1)
        >>> [round(w, 3) for w in fit.weights.tolist()], round(fit.validation_error.item(), 3)
        ([1.0, 2.0], 4.0)

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.1.
    Deviations: the mean of the squares instead of half their sum.
    """
    raise NotImplementedError("fit_polynomial")


def save_checkpoint(path: str, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    """Write all that a training needs to go on later.

    Args:
        path: the file to write; one that is there is replaced.
        model: whose state_dict is saved: parameters, and buffers such as running statistics.
        optimizer: whose state_dict is saved: velocities, step counts, learning rates.
        epoch: how many epochs are done.

    Note:
        The file is written by torch.save and holds a dict with exactly the keys "model" and "optimizer" (the
        two state_dicts) and "epoch" (the int), which torch.load reads with weights_only=True.
        Model and optimizer are unchanged.

    Example:
        >>> import tempfile
        >>> model = nn.Linear(2, 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_checkpoint(folder + "/a.pt", model, torch.optim.Adam(model.parameters()), 3)
        ...     checkpoint = torch.load(folder + "/a.pt", weights_only=True)
        >>> sorted(checkpoint), checkpoint["epoch"], list(checkpoint["model"])
        (['epoch', 'model', 'optimizer'], 3, ['weight', 'bias'])

    Source: PyTorch tutorial, Saving and Loading a General Checkpoint. Deviations: none.
    """
    raise NotImplementedError("save_checkpoint")


def load_checkpoint(
    path: str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    map_location: str | torch.device = "cpu",
) -> int:
    """Put a model and its optimizer into the state that `save_checkpoint` wrote.

    Args:
        path: a file that holds a dict of "model", "optimizer" (state_dicts) and "epoch" (an int).
        model: takes the saved parameters and buffers, in place, and keeps its mode and its device.
        optimizer: takes the saved state and settings; None when the model is only to be used.
        map_location: the device on which the file's tensors are put while it is read, so that a file written
            on a machine with a GPU can be read on one without.

    Returns:
        The epoch that was saved, an int. A training that goes on from here does the same steps as one that
        was never interrupted.

    Raises:
        FileNotFoundError: there is no such file.
        RuntimeError: torch's own, when the saved names or shapes are not exactly the model's.
        pickle.UnpicklingError: torch's own, when the file holds more than tensors and plain values; nothing
            in the file is executed.

    Note:
        A file can hold code that runs while it is read: ask torch for weights only.

    Example:
        >>> import tempfile
        >>> saved, model = nn.Linear(2, 1), nn.Linear(2, 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     optimizer = torch.optim.SGD(saved.parameters(), lr=0.1)
        ...     parts = {"model": saved.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}
        ...     torch.save(parts, folder + "/a.pt")
        ...     load_checkpoint(folder + "/a.pt", model)
        3
        >>> torch.equal(model.weight, saved.weight)
        True

    Source: PyTorch tutorial, Saving and Loading a General Checkpoint. Deviations: none.
    """
    raise NotImplementedError("load_checkpoint")


class EarlyStopping:
    """Says when to stop a training that no longer improves, and keeps the best model.

    After each epoch `step(loss, model)` is told the validation loss. It is an improvement when
    loss < best_loss - min_delta (so a tie is none, and nan is none); any finite first loss is one.

    Args:
        patience: how many epochs in a row without an improvement end the training, at least 1.
        min_delta: by how much a loss must fall below the best one, at least 0.

    Attributes:
        best_loss: the loss at the last improvement, a float; infinite as long as there was none.

    Raises:
        ValueError: naming `patience` when it is below 1, naming `min_delta` when it is negative.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> stopping = EarlyStopping(patience=2)
        >>> [stopping.step(loss, model) for loss in (3.0, 1.0, 2.0, 1.0)]
        [False, False, False, True]
        >>> stopping.best_loss
        1.0

    Source: Prechelt, Early Stopping, But When? (1998). Deviations: none.
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        raise NotImplementedError("EarlyStopping.__init__")

    def step(self, loss: float, model: nn.Module) -> bool:
        """Take note of an epoch: its validation loss, a float, and the model as it is now.

        Returns:
            Whether to stop: True when the last `patience` calls were no improvement; an improvement starts the
            count anew. After a True the training is over: nobody asks what a later call would return.

        Note:
            At an improvement all of the model's state (parameters and buffers) is copied, so that it stays
            while the model trains on. The model is unchanged.
        """
        raise NotImplementedError("EarlyStopping.step")

    def restore(self, model: nn.Module) -> None:
        """Give the model, in place, the state that it had at the last improvement.

        Raises:
            RuntimeError: there was no improvement yet.
        """
        raise NotImplementedError("EarlyStopping.restore")


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
    """Train a classifier. The loop that is given runs, and does not learn: find what is wrong with it.

    Each epoch has two parts.
    - Training, in training mode: the N samples in a new random order, in batches of batch_size, of which the
      last may be smaller and counts too. For each batch: the cross-entropy (mean over the batch) of the model's
      scores and the labels of the same samples, its gradient and nothing of earlier gradients, one step of
      plain gradient descent: w <- w - lr * gradient.
    - Validation, in evaluation mode, without building a graph for gradients and without changing the model:
      the mean cross-entropy of all of x_val, in one call of the model.

    Args:
        model: model(x) are raw scores (B, K); may hold dropout and batch norm.
        x: (N, *), the training samples, on the device of the model like everything else.
        y: (N,) int64, their labels.
        x_val: (M, *), the validation samples.
        y_val: (M,) int64, their labels.
        epochs: how often to go over the samples.
        batch_size: samples in a batch, from 1 to N.
        lr: the learning rate.
        generator: the source of the orders.

    Returns:
        train_losses: a list of floats, one for each epoch: the mean over the epoch's N samples of the losses
            that the steps were made from (a small last batch counts less than a full one).
        validation_losses: a list of floats, one for each epoch: the validation loss at its end.

    Note:
        The model is trained in place; in which mode it is left does not matter. x and y are unchanged.
        There are seven mistakes, and each is worth points by itself. Rewriting the loop is as welcome
        as repairing it.

    Example:
        >>> x, y = torch.tensor([[-1.0], [1.0], [2.0]]), torch.tensor([0, 1, 1])
        >>> model = nn.Linear(1, 2)
        >>> history = fix_training_loop(model, x, y, x, y, 30, 2, 0.5, torch.Generator().manual_seed(0))
        >>> len(history.train_losses), history.validation_losses[-1] < 0.3
        (30, True)

    Source: Deep Learning (2016), sections 8.1 and 8.3.1. Deviations: none.
    """
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, validation_losses = [], []
    model.train()
    for _ in range(epochs):
        losses = []
        x = x[torch.randperm(len(x), generator=generator)]
        for start in range(0, len(x) - batch_size + 1, batch_size):
            x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]
            probabilities = model(x_batch).softmax(dim=1)
            loss = functional.cross_entropy(probabilities, y_batch)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        train_losses.append(sum(losses) / len(losses))
        model.eval()
        loss = functional.cross_entropy(model(x_val), y_val)
        loss.backward()
        optimizer.step()
        validation_losses.append(loss.item())
    return History(train_losses, validation_losses)


class TrainingRun(NamedTuple):
    """What a whole training returns."""

    predictions: Tensor
    losses: list[float]


def train_regression(x: Tensor, y: Tensor, x_test: Tensor, generator: torch.Generator) -> TrainingRun:
    """Learn to predict a number from a table: the whole way, from raw columns to predictions.

    Standardise, make a model, train it on (x, y), predict x_test. The table is one of diabetes patients: ten
    measurements, and how far the disease got within a year. What is asked: a mean squared error on patients
    that were held out at most 1.4 times that of the best linear model (least squares on the same rows).

    Args:
        x: (N, D) float32, N about 300 and D = 10; the columns come in units of their own, of size 1e-3 to
            1e3 and with means far from 0.
        y: (N,) float32, in a unit of its own as well, of size 1 to 1000.
        x_test: (M, D) float32, rows to predict; M may be 1.
        generator: for the random choices of the training; it is one of the CPU, wherever x lies.

    Returns:
        predictions: (M,) float32, in the unit of y, without a graph.
        losses: a list of floats, the mean training loss of each epoch, at least two; the last is below the
            first.

    Note:
        A prediction depends on its own row and the training only, not on which other rows are in x_test.
        Random numbers come from `generator` and from torch's own generator (initial weights, dropout), nowhere
        else.
        x, y and x_test lie on one device, whichever; the model trains there, and the predictions lie there too.
        About a second of computing is allowed; a tenth is enough. x, y and x_test are unchanged.

    Example:
        >>> x = torch.linspace(-1, 1, 40).reshape(20, 2)
        >>> run = train_regression(x, 3 * x[:, 0] + 2, x[:5], torch.Generator().manual_seed(0))
        >>> run.predictions.shape, run.losses[-1] < run.losses[0]
        (torch.Size([5]), True)

    Source: Efron, Hastie, Johnstone, Tibshirani, Least Angle Regression (2004), whose table it is.
    Deviations: the rows are drawn, and the columns scaled, at random.
    """
    raise NotImplementedError("train_regression")


def train_classifier(x: Tensor, y: Tensor, x_test: Tensor, generator: torch.Generator) -> TrainingRun:
    """Learn to tell two classes apart from a table: the whole way, from raw columns to probabilities.

    Standardise, make a model, train it on (x, y), predict x_test. The table is one of tumours: thirty
    measurements of cells, and whether the tumour is malignant (0) or benign (1). What is asked on tumours that
    were held out: an accuracy of at least 0.9, taking class 1 where the probability is above 0.5, and a mean
    binary cross-entropy of at most 0.3.

    Args:
        x: (N, D) float32, N about 300 and D = 30; the columns come in units of their own, of size 1e-3 to
            1e3 and with means far from 0.
        y: (N,) int64, 0 or 1.
        x_test: (M, D) float32, rows to predict; M may be 1.
        generator: for the random choices of the training; it is one of the CPU, wherever x lies.

    Returns:
        predictions: (M,) float32, the probability of class 1 for each row, without a graph.
        losses: a list of floats, the mean training loss of each epoch, at least two; the last is below the
            first.

    Note:
        A prediction depends on its own row and the training only, not on which other rows are in x_test.
        Random numbers come from `generator` and from torch's own generator (initial weights, dropout), nowhere
        else.
        x, y and x_test lie on one device, whichever; the model trains there, and the predictions lie there too.
        About a second of computing is allowed; a tenth is enough. x, y and x_test are unchanged.

    Example:
        >>> x = torch.linspace(-1, 1, 40).reshape(20, 2)
        >>> run = train_classifier(x, (x[:, 0] > 0).long(), x[-5:], torch.Generator().manual_seed(0))
        >>> run.predictions > 0.5
        tensor([True, True, True, True, True])

    Source: Street, Wolberg, Mangasarian, Nuclear Feature Extraction for Breast Tumor Diagnosis (1993), whose
    table it is.
    Deviations: the rows are drawn, and the columns scaled, at random.
    """
    raise NotImplementedError("train_classifier")


def train_digits(x: Tensor, y: Tensor, x_test: Tensor, generator: torch.Generator) -> TrainingRun:
    """Learn to read digits: the whole way, from pixels to scores.

    Make a multi-layer perceptron, train it on (x, y), score x_test. What is asked: an accuracy of at least
    0.85 on images that were held out.

    Args:
        x: (N, 1, 8, 8) float32, grey values from about 0 to about 1, N about 600.
        y: (N,) int64, from 0 to 9.
        x_test: (M, 1, 8, 8) float32, images to read; M may be 1.
        generator: for the random choices of the training; it is one of the CPU, wherever x lies.

    Returns:
        predictions: (M, 10) float32, scores: the largest of a row says the class; without a graph.
        losses: a list of floats, the mean training loss of each epoch, at least two; the last is below the
            first.

    Note:
        The classes may be renamed (all 3 called 7, say) and the pixels of all images shuffled in one way: what
        is learned comes from the arguments alone, and a network that treats pixels as neighbours gains nothing.
        The scores of an image depend on that image and the training only, not on which others are in x_test.
        Random numbers come from `generator` and from torch's own generator (initial weights, dropout), nowhere
        else.
        x, y and x_test lie on one device, whichever; the model trains there, and the predictions lie there too.
        About a second of computing is allowed; a tenth is enough. x, y and x_test are unchanged.

    Example:
        >>> y = torch.arange(40) % 10
        >>> x = functional.one_hot(y, 64).float().reshape(40, 1, 8, 8)
        >>> train_digits(x, y, x[:5], torch.Generator().manual_seed(0)).predictions.argmax(1)
        tensor([0, 1, 2, 3, 4])

    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits (1998), whose images they are.
    Deviations: the images are drawn and slightly changed at random.
    """
    raise NotImplementedError("train_digits")
