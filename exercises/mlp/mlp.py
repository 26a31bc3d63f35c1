"""Multi-layer perceptrons: activations, layers, their first weights, and the networks made of them.

Letters: N batch, D features in, H hidden units, K classes or features out; `*` any further axes, none included.
Every module is a `torch.nn.Module`: it keeps parameters under the names its docstring gives (the keys of
`state_dict()`), works in the dtype and on the device that `.to(...)` moved it to, computes in float64 as in
float32, and changes no input. Where a function draws random numbers, the order of the draws is free.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


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
    raise NotImplementedError("hard_sigmoid")


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
    raise NotImplementedError("piecewise_linear")


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
    raise NotImplementedError("relu")


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
    raise NotImplementedError("leaky_relu")


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
    raise NotImplementedError("sigmoid")


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
    raise NotImplementedError("tanh")


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
        raise NotImplementedError("Linear.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x W^T + b."""
        raise NotImplementedError("Linear.forward")


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
    raise NotImplementedError("xavier_uniform_")


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
    raise NotImplementedError("kaiming_normal_")


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
    raise NotImplementedError("breaks_symmetry")


class GradientGaps(NamedTuple):
    """What `equal_gradients` returns: a number for each hidden layer, in evaluation and in training."""

    evaluation: list[float]
    training: list[float]


def equal_gradients(model: nn.Module, x: Tensor, y: Tensor) -> GradientGaps:
    """See symmetry in numbers: how far apart are the gradients of the units of each hidden layer?

    The gap of a layer with the gradient G (H, D) of its weight is the largest |G[i, d] - G[j, d]| of all i, j, d: 0
    where all units get the same gradient. Dropout switches units off one by one, so in training it parts equals too.
    The loss is the mean of (model(x) - y)^2. One forward pass in evaluation, then one in training. Gradients in .grad,
    the weights, and the mode of every module stay as they were.

    Args:
        model: any module with torch.nn.Linear layers; in the order of `model.modules()` all but the last are hidden.
        x, y: inputs and targets; y has the shape of model(x).
    Returns:
        GradientGaps(evaluation, training): lists of floats, one for each hidden layer.
    Example:
        >>> model = nn.Sequential(nn.Linear(1, 2, bias=False), nn.Linear(2, 1, bias=False))
        >>> for p, weights in zip(model.parameters(), ([[1.0], [1.0]], [[1.0, 3.0]])):
        ...     p.data = torch.tensor(weights)
        >>> equal_gradients(model, torch.ones(1, 1), torch.zeros(1, 1))  # 2 * 4 * 1 and 2 * 4 * 3
        GradientGaps(evaluation=[16.0], training=[16.0])

    Source: Deep Learning (2016), section 8.4.
    """
    raise NotImplementedError("equal_gradients")


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
        raise NotImplementedError("LogisticRegression.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the probability of class 1 for each row of x."""
        raise NotImplementedError("LogisticRegression.forward")


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
        raise NotImplementedError("SoftmaxRegression.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of each sample."""
        raise NotImplementedError("SoftmaxRegression.forward")


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
        raise NotImplementedError("MLP.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return the output of the last layer."""
        raise NotImplementedError("MLP.forward")


class CurveFit(NamedTuple):
    """What `fit_curve` returns: a sum of sigmoids, and the losses on the way."""

    offset: Tensor
    c: Tensor
    b: Tensor
    w: Tensor
    losses: list[float]


def fit_curve(
    x: Tensor, y: Tensor, start: tuple[Tensor, Tensor, Tensor, Tensor], lr: float, steps: int
) -> CurveFit:
    """Bend a sum of sigmoids into a curve by gradient descent: a network with one hidden layer, written out.

    L(x) = offset + sum over i of c_i * sigmoid(b_i + w_i * x)
    Each step takes the mean of (L(x) - y)^2 over all N points, its gradients in offset, c, b and w, and moves all four
    at once: p <- p - lr * gradient. Nothing is drawn. The start stays as it was.

    Args:
        x, y: (N,), floating point, of one dtype: points of the curve.
        start: offset (), c (H,), b (H,), w (H,), of that dtype: where the descent begins.
        lr, steps: the learning rate; how many steps, at least 0.
    Returns:
        CurveFit(offset, c, b, w, losses): the four after the last step, without a graph; losses, a list of floats:
        the loss before each step.
    Example:
        >>> start = torch.tensor(0.0), torch.tensor([2.0]), torch.tensor([0.0]), torch.tensor([0.0])
        >>> fit = fit_curve(torch.tensor([0.0]), torch.tensor([3.0]), start, lr=0.25, steps=1)  # L = 1, error -2
        >>> fit.offset, fit.c, fit.b, fit.losses
        (tensor(1.), tensor([2.5000]), tensor([0.5000]), [4.0])

    Source: Cybenko, Approximation by Superpositions of a Sigmoidal Function (1989).
    """
    raise NotImplementedError("fit_curve")


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
        raise NotImplementedError("Dropout.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x, while training with some elements switched off and the others scaled."""
        raise NotImplementedError("Dropout.forward")


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
        raise NotImplementedError("BatchNorm1d.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x normalised; while training with the batch's statistics, else with the running ones."""
        raise NotImplementedError("BatchNorm1d.forward")


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
        raise NotImplementedError("LayerNorm.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return x with every row normalised."""
        raise NotImplementedError("LayerNorm.forward")


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
        raise NotImplementedError("SharedMLP.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Return last(relu(shared(relu(shared(relu(first(x)))))))."""
        raise NotImplementedError("SharedMLP.forward")


class Scales(NamedTuple):
    """What `activation_scales` returns of one pair."""

    forward: list[float]
    backward: list[float]
    verdict: str


def activation_scales(
    x: Tensor,
    upstream: Tensor,
    depth: int,
    inits: dict[str, Callable[[Tensor, torch.Generator], object]],
    activations: dict[str, Callable[[Tensor], Tensor]],
    generator: torch.Generator,
) -> dict[tuple[str, str], Scales]:
    """How large signals and gradients are in a deep net, for each initialisation with each activation.

    h_0 = x;  h_l = activation(h_{l-1} W_l^T) for l = 1, ..., depth. Each W_l is torch.empty(D, D) on the CPU, of the
    dtype of x, filled by init(W_l, generator) and then moved to the device of x. Each pair has weights of its own, made
    in this order: for each init, for each activation, for l = 1, ..., depth. The gradients are those of
    sum(upstream * h_depth) at h_1, ..., h_depth. Size is the standard deviation of all elements, without correction.

    Args:
        x, upstream, depth: (N, D) both, floating point, of one dtype; at least 1.
        inits, activations: functions by name; an init fills a weight in place and draws from the generator, on the CPU.
    Returns:
        A dict from (name of init, name of activation) to Scales: forward and backward, lists of `depth` floats, for
        h_1 to h_depth; verdict, a str: with f = size of h_depth / size of x and b = size of the gradient at h_1 / size
        of upstream "explodes" if f or b is above 100 or not finite, else "vanishes" if one is below 0.01, else "holds".
    Example:
        >>> def halves(weight, generator):
        ...     weight.zero_().fill_diagonal_(0.5)
        >>> x = torch.tensor([[-1.0, 1.0]])
        >>> activation_scales(x, x, 3, {"halves": halves}, {"none": lambda h: h}, torch.Generator())
        {('halves', 'none'): Scales(forward=[0.5, 0.25, 0.125], backward=[0.25, 0.5, 1.0], verdict='holds')}

    Source: Glorot and Bengio, Difficulty of Training Deep Feedforward Neural Networks (2010), section 4.
    """
    raise NotImplementedError("activation_scales")


class DeadUnits(NamedTuple):
    """What `dead_relus` returns."""

    before: list[float]
    relu: list[float]
    leaky: list[float]
    relu_losses: list[float]
    leaky_losses: list[float]


def dead_relus(
    model: nn.Module, x: Tensor, y: Tensor, lr: float, steps: int, negative_slope: float = 0.01
) -> DeadUnits:
    """Train a net with ReLUs and its twin with leaky ones, from the same weights: how many units die?

    A hidden unit is dead when its weighted sum, in front of the activation, is above 0 for no row of x. Each net makes
    `steps` steps on all rows at once: w <- w - lr * gradient of mean((net(x)[:, 0] - y)^2). The twin has the weights
    that `model` came with, and a leaky ReLU of negative_slope after each hidden layer.

    Args:
        model: an `MLP` with torch.relu, of the sizes D, one or more hidden ones, 1; it stays as it was.
        x, y: (N, D) and (N,), of the dtype and on the device of the model.
        lr, steps, negative_slope: the learning rate; at least 0; from 0 to 1.
    Returns:
        DeadUnits: before, relu, leaky: lists with the share of dead units of each hidden layer, floats: of the model as
        it came, of the net with ReLUs after the training, of the twin after the training.
        relu_losses, leaky_losses: lists of steps + 1 floats: the loss before each step, and after the last.
    Example:
        >>> model = MLP((1, 1, 1), torch.relu)
        >>> for p in model.parameters():
        ...     _ = nn.init.constant_(p, 1.0 if p.ndim == 2 else 0.0)
        >>> dead_relus(model, torch.ones(1, 1), torch.zeros(1), lr=1.0, steps=1, negative_slope=0.0).relu_losses
        [1.0, 4.0]

    Source: Maas, Hannun, Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013).
    """
    raise NotImplementedError("dead_relus")
