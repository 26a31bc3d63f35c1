"""Optimizers: from a gradient to the next weights.

Letters: N samples, D features, B samples of a batch, T steps; `*` any axes.

The functions return new tensors without a graph, of the dtype and on the device of their arguments, which stay
as they were. The classes SGD, Adagrad, RMSprop, Adadelta, Adam and AdamW stand in one frame, which a base class
or functions of your own may hold:

- `params` is an iterable that is walked once (a generator will do), of parameters or of groups. A group is a dict
  with "params" (an iterable of parameters) and, where it differs from the others, further arguments of the
  constructor by name: `SGD([{"params": [a], "lr": 0.5}, {"params": [b, c]}], lr=0.1)`.
- `param_groups` is a list of dicts, one for each group (one in all where none was given), with "params", a list
  of the very parameters, and every further argument of the constructor under its name. `step` reads them there,
  anew each time: `optimizer.param_groups[0]["lr"] = 0.01` changes the steps that follow.
- `step()` takes each gradient g from `p.grad`, leaves it as it is, and changes the parameter p in place: the same
  object, the same memory, no graph. A parameter whose grad is None is skipped: neither it nor its state changes,
  its step count t included. A gradient of zeros is a gradient.
- State (averages and the like, and t, which is 1 in the first step) belongs to one parameter by identity, not by
  shape, value or place in a group; it has the parameter's shape, dtype and device.
- `zero_grad()` sets the grad of every parameter of every group to None.
- `state_dict()` returns what is needed to go on, but not the values of the parameters: the state, and of every
  group all but its "params". It holds dicts, lists, tuples, strings, numbers, None and tensors without a graph only,
  so that torch.save can write it and torch.load can read it; its format is yours. It is a copy: later steps leave
  it as it is.
- `load_state_dict(saved)` takes it up in another optimiser of the same class over parameters of the same shapes in
  the same groups, matched by their place. From then on that optimiser steps as the saved one would have: with the
  hyper-parameters and the state that were saved. It copies too: `saved` stays as it is.

"By hand" means for them: nothing of `torch.optim`.
"""

import copy
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


def normal_equation(x: Tensor, y: Tensor) -> Tensor:
    """The weights of linear regression in closed form: the w that minimises |x w - y|^2.

    Exact, without steps or a penalty; differentiable in x and y.
    By hand: no torch lstsq or pinv. A solver of square systems (torch.linalg.solve) and inverses are allowed.

    Args:
        x: (N, D), floating point, one row a sample, with independent columns. For a bias, one column holds ones.
        y: (N,), the targets; or (N, K), K columns of targets, each solved by itself.
    Returns:
        w: (D,), or (D, K) for K columns of targets.
    Raises:
        ValueError: naming `x` when it has fewer rows than columns, naming `y` when its first axis is not N.
    Example:
        >>> x = torch.tensor([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]])
        >>> normal_equation(x, torch.tensor([3.0, 5.0, 7.0]))  # y = 2 x + 1
        tensor([2.0000, 1.0000])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 3.1.1.
    """
    raise NotImplementedError("normal_equation")


def gradient_descent(f: Callable[[Tensor], Tensor], x0: Tensor, lr: float, steps: int) -> Tensor:
    """Follow the gradient downhill, a fixed number of steps: x_(t+1) = x_t - lr * grad f(x_t).

    Nothing stops early. It does not matter whether x0 requires gradients; x0 and x0.grad stay as they are.
    By hand: nothing of torch.optim.

    Args:
        f: takes a tensor like x0 and returns one number, a tensor without axes; differentiable by autograd.
        x0: (*), floating point, where to start.
        lr: the learning rate; any value, also one with which the steps grow.
        steps: T, at least 0.
    Returns:
        (T + 1, *): x0 first, then the point after each step; without a graph, in memory of its own.
    Example:
        >>> gradient_descent(lambda x: (x**2).sum(), torch.tensor([1.0, -2.0]), lr=0.25, steps=2)
        tensor([[ 1.0000, -2.0000],
                [ 0.5000, -1.0000],
                [ 0.2500, -0.5000]])

    Source: Deep Learning (2016), section 4.3.
    """
    raise NotImplementedError("gradient_descent")


def ascend(
    f: Callable[[Tensor], Tensor], x0: Tensor, lr: float, steps: int, weight_decay: float = 0.0
) -> Tensor:
    """Follow the gradient uphill, to make a likelihood large: x_(t+1) = x_t + lr * (grad f(x_t) - wd * x_t).

    Weight decay still pulls towards 0: of an optimiser that is told to maximize only the gradient of f turns round.
    Nothing stops early. x0 and x0.grad stay as they are. By hand: nothing of torch.optim.

    Args:
        f: takes a tensor like x0 and returns one number, a tensor without axes; differentiable by autograd.
        x0, lr, steps, weight_decay: (*), floating point; the rate; T, at least 0; wd, at least 0.
    Returns:
        (T + 1, *): x0 first, then the point after each step; without a graph, in memory of its own.
    Example:
        >>> ascend(lambda x: -((x - 4) ** 2).sum(), torch.tensor([0.0]), lr=0.25, steps=2)
        tensor([[0.],
                [2.],
                [3.]])

    Source: torch.optim.SGD with maximize=True.
    """
    raise NotImplementedError("ascend")


def stochastic_gradient_descent(x: Tensor, y: Tensor, w0: Tensor, lr: float, order: Tensor) -> Tensor:
    """Linear regression, one sample at a time.

    The loss of sample i is l_i(w) = (x_i . w - y_i)^2 / 2; step t uses sample i = order[t] alone:
    w_(t+1) = w_t - lr * grad l_i(w_t). By hand: nothing of torch.optim.

    Args:
        x: (N, D), floating point, one row a sample.
        y: (N,), the targets.
        w0: (D,), the weights to start from; stays as it is.
        lr: the learning rate.
        order: (T,) int64, the samples in the order of their use, from 0 to N - 1; one may come often or never.
    Returns:
        (T + 1, D): w0 first, then the weights after each step; without a graph, in memory of its own.
    Example:
        >>> x, y = torch.tensor([[1.0, 0.0], [1.0, 2.0]]), torch.tensor([2.0, 1.0])
        >>> stochastic_gradient_descent(x, y, torch.zeros(2), lr=0.5, order=torch.tensor([0, 1]))
        tensor([[0., 0.],
                [1., 0.],
                [1., 0.]])

    Source: Bottou, Curtis, Nocedal, Optimization Methods for Large-Scale Machine Learning (2018), section 3.1.
    """
    raise NotImplementedError("stochastic_gradient_descent")


def minibatches(
    n: int, batch_size: int, shuffle: bool, generator: torch.Generator | None, drop_last: bool
) -> list[Tensor]:
    """Cut one epoch over n samples into batches: a list of int64 tensors of indices, each sample in one of them.

    Each batch has B indices, the last those that remain; none is empty. By hand: nothing of torch.utils.data.

    Args:
        n: N, the number of samples, at least 0.
        batch_size: B, at least 1.
        shuffle: whether the samples come in random order, every order equally likely, else as 0, 1, ..., N - 1.
        generator: where a random order, and nothing else, is drawn from, a new one in each call; torch's own when None.
        drop_last: whether a last batch of fewer than B samples is left out.
    Example:
        >>> minibatches(5, 2, shuffle=False, generator=None, drop_last=False)
        [tensor([0, 1]), tensor([2, 3]), tensor([4])]

    Source: Deep Learning (2016), section 8.1.3.
    """
    raise NotImplementedError("minibatches")


def minibatch_gradient_descent(
    x: Tensor, y: Tensor, w0: Tensor, lr: float, epochs: int, batch_size: int, generator: torch.Generator
) -> Tensor:
    """Linear regression by steps over small batches.

    Each epoch goes once over all samples, in a new random order, in batches of B; the last batch holds what remains.
    The loss of a batch is the mean over its samples of (x_i . w - y_i)^2 / 2; one step is w <- w - lr * its gradient.
    `minibatches` may serve. By hand: nothing of torch.optim or torch.utils.data.

    Args:
        x: (N, D), floating point, one row a sample.
        y: (N,), the targets.
        w0: (D,), the weights to start from; stays as it is.
        lr: the learning rate.
        epochs: how often to go over all samples, at least 0.
        batch_size: B, at least 1; above N it means all samples at once.
        generator: where every order is drawn from, and nothing from torch's own; on the CPU, wherever x lies.
    Returns:
        (T + 1, D), T = epochs * ceil(N / B): w0, then the weights of each step; without a graph, in memory of its own.
    Example:
        >>> x, y = torch.tensor([[1.0], [3.0]]), torch.tensor([2.0, 6.0])
        >>> minibatch_gradient_descent(x, y, torch.zeros(1), 0.1, 2, 2, torch.Generator()).T
        tensor([[0.0000, 1.0000, 1.5000]])

    Source: Dive into Deep Learning, section 12.5.
    """
    raise NotImplementedError("minibatch_gradient_descent")


def escape_saddle(
    f: Callable[[Tensor], Tensor], x0: Tensor, lr: float, noise: float, steps: int, generator: torch.Generator
) -> Tensor:
    """Gradient descent with noise, which leaves saddle points: x_(t+1) = x_t - lr * (grad f(x_t) + noise * z_t).

    The entries of every z_t are independent draws from the standard normal distribution.
    By hand: nothing of torch.optim.

    Args:
        f: takes a tensor like x0 and returns one number, a tensor without axes; differentiable by autograd.
        x0: (*), floating point, where to start; stays as it is.
        lr: the learning rate.
        noise: the standard deviation of the noise on each entry of the gradient, at least 0.
        steps: T, at least 0.
        generator: where all noise is drawn from, and nothing from torch's own; on the CPU, wherever x0 lies.
    Returns:
        (T + 1, *): x0 first, then the point after each step; without a graph, in memory of its own.
    Example:
        >>> path = escape_saddle(lambda x: x[0] ** 2 - x[1] ** 2, torch.zeros(2), 0.1, 0.0, 9, torch.Generator())
        >>> path[-1]  # without noise it stays where the gradient is 0
        tensor([0., 0.])

    Source: Jin, Ge, Netrapalli, Kakade, Jordan, How to Escape Saddle Points Efficiently (2017); noise in every step.
    """
    raise NotImplementedError("escape_saddle")


class SGD:
    """Gradient descent with momentum, Nesterov's momentum and weight decay.

    With g the gradient and v the velocity of one parameter p (mu = momentum, tau = dampening, wd = weight_decay):
        g = g + wd * p
        if mu is not 0:  v = g                       in the parameter's first step,
                         v = mu * v + (1 - tau) * g  in every later one,
                         and then  g = g + mu * v  with nesterov,  g = v  without
        p = p - lr * g
    Groups, state, zero_grad, state_dict and manners: see the top of this file. By hand: nothing of torch.optim.

    Example:
        >>> p = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = SGD([p], lr=0.1, momentum=0.5)
        >>> for _ in range(2):
        ...     p.grad = torch.tensor([2.0])
        ...     optimizer.step()
        >>> p.detach()  # 1 - 0.1 * 2 - 0.1 * (0.5 * 2 + 2)
        tensor([0.5000])

    Source: Sutskever et al., On the Importance of Initialization and Momentum in Deep Learning (2013), as torch has it.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
    ) -> None:
        raise NotImplementedError("SGD.__init__")

    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        raise NotImplementedError("SGD.step")

    def zero_grad(self) -> None:
        """Set the grad of every parameter of every group to None."""
        raise NotImplementedError("SGD.zero_grad")

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the state and of the groups' hyper-parameters, as plain data."""
        raise NotImplementedError("SGD.state_dict")

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned, parameters matched by their place."""
        raise NotImplementedError("SGD.load_state_dict")


def check_momentum(momentum: Callable[..., Any]) -> None:
    """A test of any optimiser with momentum: raises AssertionError if it is wrong, and nothing if it is right.

    Right is this, for each parameter p with the gradient g and a velocity v that begins with 0:
        v = mu * v + g  and then  p = p - lr * v
    p changes in place and g stays; params may be a generator; a parameter whose grad is None is left alone. Right code
    of several styles has to pass, each of which rounds in its own way. The points are the share of wrong code that is
    caught: one without a velocity, one that goes uphill, one with v = mu v + (1 - mu) g, and rarer ones. Torch's own
    may be used. No other exception counts, and no result.

    Args:
        momentum: called as `momentum(params, lr, mu)`, for mu from 0 to 1; it gives an object with the method `step()`.
    Example:
        >>> check_momentum(torch.optim.SGD)

    Source: Sutskever et al., On the Importance of Initialization and Momentum in Deep Learning (2013), as torch has it.
    """
    raise NotImplementedError("check_momentum")


class Adagrad:
    """A learning rate for each entry, which shrinks with all gradients that the entry has seen.

    With g the gradient, s the sum and t the step count of one parameter p (wd = weight_decay), entry by entry:
        g = g + wd * p
        s = s + g^2                 s begins as initial_accumulator_value
        p = p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)
    Groups, state, zero_grad, state_dict and manners: see the top of this file. By hand: nothing of torch.optim.

    Example:
        >>> p = torch.tensor([1.0, 1.0], requires_grad=True)
        >>> optimizer = Adagrad([p], lr=0.5)
        >>> p.grad = torch.tensor([8.0, 0.01])
        >>> optimizer.step()
        >>> p.detach()  # the first step is lr, whatever the size of g
        tensor([0.5000, 0.5000])

    Source: Duchi, Hazan, Singer, Adaptive Subgradient Methods for Online Learning (2011); lr_decay and eps as in torch.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.01,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
    ) -> None:
        raise NotImplementedError("Adagrad.__init__")

    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        raise NotImplementedError("Adagrad.step")

    def zero_grad(self) -> None:
        """Set the grad of every parameter of every group to None."""
        raise NotImplementedError("Adagrad.zero_grad")

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the state and of the groups' hyper-parameters, as plain data."""
        raise NotImplementedError("Adagrad.state_dict")

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned, parameters matched by their place."""
        raise NotImplementedError("Adagrad.load_state_dict")


class RMSprop:
    """A learning rate for each entry, from a running mean of its squared gradients.

    With g the gradient of one parameter p (wd = weight_decay, mu = momentum) and s, m, v 0 at first, entry by entry:
        g = g + wd * p
        s = alpha * s + (1 - alpha) * g^2
        d = sqrt(s) + eps                     without centered
        m = alpha * m + (1 - alpha) * g
        d = sqrt(s - m^2) + eps               with centered
        p = p - lr * g / d                    if mu is 0
        v = mu * v + g / d,  p = p - lr * v   if mu is above 0
    Groups, state, zero_grad, state_dict and manners: see the top of this file. By hand: nothing of torch.optim.

    Example:
        >>> p = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = RMSprop([p], lr=0.1, alpha=0.75)
        >>> p.grad = torch.tensor([8.0])
        >>> optimizer.step()
        >>> p.detach()  # s = 0.25 * 64, so g / d = 8 / 4
        tensor([0.8000])

    Source: Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012), as torch has it.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
    ) -> None:
        raise NotImplementedError("RMSprop.__init__")

    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        raise NotImplementedError("RMSprop.step")

    def zero_grad(self) -> None:
        """Set the grad of every parameter of every group to None."""
        raise NotImplementedError("RMSprop.zero_grad")

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the state and of the groups' hyper-parameters, as plain data."""
        raise NotImplementedError("RMSprop.state_dict")

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned, parameters matched by their place."""
        raise NotImplementedError("RMSprop.load_state_dict")


class Adadelta:
    """Steps in the units of the parameter, from running means of squared gradients and of squared steps.

    With g the gradient of one parameter p (wd = weight_decay) and s, u both 0 at first, entry by entry:
        g = g + wd * p
        s = rho * s + (1 - rho) * g^2
        d = sqrt(u + eps) / sqrt(s + eps) * g     with u as it was before this step
        u = rho * u + (1 - rho) * d^2
        p = p - lr * d
    Groups, state, zero_grad, state_dict and manners: see the top of this file. By hand: nothing of torch.optim.

    Example:
        >>> p = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = Adadelta([p], rho=0.75, eps=0.25)
        >>> p.grad = torch.tensor([3.0])
        >>> optimizer.step()
        >>> p.detach()  # s = 0.25 * 9, so d = sqrt(0.25) / sqrt(2.5) * 3
        tensor([0.0513])

    Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method (2012), with torch's factor lr and weight decay.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
    ) -> None:
        raise NotImplementedError("Adadelta.__init__")

    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        raise NotImplementedError("Adadelta.step")

    def zero_grad(self) -> None:
        """Set the grad of every parameter of every group to None."""
        raise NotImplementedError("Adadelta.zero_grad")

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the state and of the groups' hyper-parameters, as plain data."""
        raise NotImplementedError("Adadelta.state_dict")

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned, parameters matched by their place."""
        raise NotImplementedError("Adadelta.load_state_dict")


class Adam:
    """Momentum and a learning rate for each entry, both corrected for their start at 0.

    With g the gradient and t the step count of a parameter p (wd = weight_decay), m, s, h 0 at first, entry by entry:
        g = g + wd * p
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g^2
        h = max(h, s)                              with amsgrad;  h = s  without
        p = p - lr * (m / (1 - beta1^t)) / (sqrt(h / (1 - beta2^t)) + eps)
    Groups, state, zero_grad, state_dict and manners: see the top of this file. By hand: nothing of torch.optim.

    Example:
        >>> p = torch.tensor([1.0, 1.0], requires_grad=True)
        >>> optimizer = Adam([p], lr=0.1)
        >>> p.grad = torch.tensor([50.0, -0.01])
        >>> optimizer.step()
        >>> p.detach()  # the first step is lr, against the sign of g
        tensor([0.9000, 1.1000])

    Source: Kingma and Ba, Adam (2015), algorithm 1; amsgrad as in torch, where the maximum comes before the correction.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
    ) -> None:
        raise NotImplementedError("Adam.__init__")

    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        raise NotImplementedError("Adam.step")

    def zero_grad(self) -> None:
        """Set the grad of every parameter of every group to None."""
        raise NotImplementedError("Adam.zero_grad")

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the state and of the groups' hyper-parameters, as plain data."""
        raise NotImplementedError("Adam.state_dict")

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned, parameters matched by their place."""
        raise NotImplementedError("Adam.load_state_dict")


class AdamW:
    """Adam with weight decay that does not go through the averages.

    With g the gradient and t the step count of a parameter p (wd = weight_decay), m, s, h 0 at first, entry by entry:
        p = p - lr * wd * p
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g^2
        h = max(h, s)                              with amsgrad;  h = s  without
        p = p - lr * (m / (1 - beta1^t)) / (sqrt(h / (1 - beta2^t)) + eps)
    Groups, state, zero_grad, state_dict and manners: see the top of this file. By hand: nothing of torch.optim.

    Example:
        >>> p = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = AdamW([p], lr=0.1, weight_decay=0.5)
        >>> p.grad = torch.tensor([0.0])
        >>> optimizer.step()
        >>> p.detach()  # 1 - 0.1 * 0.5
        tensor([0.9500])

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019), algorithm 2, with the decay times lr.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        raise NotImplementedError("AdamW.__init__")

    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        raise NotImplementedError("AdamW.step")

    def zero_grad(self) -> None:
        """Set the grad of every parameter of every group to None."""
        raise NotImplementedError("AdamW.zero_grad")

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the state and of the groups' hyper-parameters, as plain data."""
        raise NotImplementedError("AdamW.state_dict")

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned, parameters matched by their place."""
        raise NotImplementedError("AdamW.load_state_dict")


def step_lr(it: int, base_lr: float, step_size: int, gamma: float = 0.1) -> float:
    """A learning rate that drops at regular milestones: lr = base_lr * gamma^floor(it / step_size).

    It follows from the arguments alone: nothing is remembered. By hand: nothing of torch.optim.

    Args:
        it: the step, counted from 0.
        base_lr: the learning rate of step 0.
        step_size: the steps from one drop to the next, at least 1.
        gamma: the factor of each drop.
    Example:
        >>> [step_lr(it, base_lr=8.0, step_size=2, gamma=0.5) for it in range(6)]
        [8.0, 8.0, 4.0, 4.0, 2.0, 2.0]

    Source: torch.optim.lr_scheduler.StepLR, as a function of the step.
    """
    raise NotImplementedError("step_lr")


def cosine_lr(it: int, base_lr: float, total: int, warmup: int = 0, min_lr: float = 0.0) -> float:
    """A learning rate that warms up along a line and cools down along half a cosine.

    lr = base_lr * it / warmup                                                   for it < warmup
    lr = min_lr + (base_lr - min_lr) * (1 + cos(pi * (it - warmup) / (total - warmup))) / 2
                                                                                 for warmup <= it < total
    lr = min_lr                                                                  for it >= total
    Nothing is remembered, and nothing is divided by 0. By hand: nothing of torch.optim.

    Args:
        it: the step, counted from 0.
        base_lr: the highest learning rate, reached at it = warmup.
        total: the step at which the lowest rate is reached; warm-up counts.
        warmup: the steps of the warm-up, from 0 to total.
        min_lr: the rate at the end, kept for ever after.
    Example:
        >>> [round(cosine_lr(it, base_lr=1.0, total=6, warmup=2), 3) for it in range(8)]
        [0.0, 0.5, 1.0, 0.854, 0.5, 0.146, 0.0, 0.0]

    Source: Loshchilov and Hutter, SGDR (2017), equation 5, without restarts.
    """
    raise NotImplementedError("cosine_lr")


class ExponentialMovingAverage:
    """A running mean of the weights, often better than the last weights.

    The averages start as copies of the parameters; each update moves them: a = decay * a + (1 - decay) * p.
    `apply` puts them into the parameters, in place, and `restore` puts back what was there; nothing else changes the
    parameters, and no method changes their grad. By hand: nothing of torch.optim.

    Args:
        params: an iterable of parameters, walked once.
        decay: at least 0 and below 1.
    Attributes:
        averages: a list of tensors without a graph, one for each parameter, like it, in memory of their own.
    Example:
        >>> p = torch.tensor([0.0], requires_grad=True)
        >>> ema = ExponentialMovingAverage([p], decay=0.75)
        >>> p.data.fill_(8.0)
        tensor([8.])
        >>> ema.update()
        >>> ema.averages
        [tensor([2.])]

    Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging (1992), with an exponential mean.
    """

    def __init__(self, params: Iterable[Tensor], decay: float) -> None:
        raise NotImplementedError("ExponentialMovingAverage.__init__")

    def update(self) -> None:
        """Move every average towards its parameter: a = decay * a + (1 - decay) * p."""
        raise NotImplementedError("ExponentialMovingAverage.update")

    def apply(self) -> None:
        """Put the averages into the parameters and keep a copy of what they were.

        Raises:
            RuntimeError: it was applied before and not restored since; nothing changes.
        """
        raise NotImplementedError("ExponentialMovingAverage.apply")

    def restore(self) -> None:
        """Put back into the parameters what they were before apply; the averages stay.

        Raises:
            RuntimeError: nothing is applied; nothing changes.
        """
        raise NotImplementedError("ExponentialMovingAverage.restore")

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of decay and averages as plain data; its format is free, and no parameter is in it."""
        raise NotImplementedError("ExponentialMovingAverage.state_dict")

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned: decay and averages, not the parameters' values."""
        raise NotImplementedError("ExponentialMovingAverage.load_state_dict")


class LinearFit(NamedTuple):
    """What `fit_linear` finds."""

    w: Tensor
    b: Tensor
    losses: list[float]


def fit_linear(
    x: Tensor, y: Tensor, lr: float, epochs: int, batch_size: int, generator: torch.Generator
) -> LinearFit:
    """Linear regression the whole way: model, loss, optimiser, cycle.

    The model is x w + b, from w = 0 and b = 0. Each epoch goes once over all samples in a new random order, in
    batches of B; the last batch holds what remains. The loss of a batch is its mean squared error, without a factor
    1/2, and each batch makes one step of plain gradient descent on w and b together.
    `SGD` and `minibatches` may serve. By hand: nothing of torch.optim or torch.utils.data.

    Args:
        x: (N, D), floating point, one row a sample, N at least 1.
        y: (N,), the targets.
        lr, epochs: the learning rate; how often to go over all samples, at least 0.
        batch_size: B, at least 1; above N it means all samples at once.
        generator: where every order is drawn from, and nothing from torch's own; on the CPU, wherever x lies.
    Returns:
        LinearFit: w (D,) and b (), like x, without a graph; losses, a list of floats, one for each epoch: the mean over
        its N samples of the squared error that each had before the step of its batch.
    Raises:
        ValueError: naming `y` when its shape is not (N,): (N, 1) against (N,) would compare all pairs.
    Example:
        >>> x, y = torch.tensor([[-1.0], [0.0], [1.0]]), torch.tensor([-1.0, 1.0, 3.0])
        >>> fit = fit_linear(x, y, lr=0.25, epochs=40, batch_size=3, generator=torch.Generator())
        >>> fit.w, fit.b, round(fit.losses[0], 4)  # y = 2 x + 1
        (tensor([2.0000]), tensor(1.), 3.6667)

    Source: Dive into Deep Learning, section 3.4, without the factor 1/2.
    """
    raise NotImplementedError("fit_linear")


class Selection(NamedTuple):
    """What `select_features` finds."""

    weights: Tensor
    kept: Tensor


def select_features(x: Tensor, y: Tensor, strengths: list[float], lr: float, steps: int) -> Selection:
    """Linear regression that sets useless weights to exactly 0, by descent with a proximal step for the penalty.

    The loss is L(w) = (1 / 2N) sum_n (x_n . w - y_n)^2 + strength * sum_d |w_d|. From w = 0, each step is
        z = w - lr * g        with g the gradient of the first term alone,
        w_d = sign(z_d) * max(|z_d| - lr * strength, 0).
    The second line is the step for |w|, whose gradient jumps at 0: it moves to 0 and stops there. No bias.

    Args:
        x, y: (N, D), floating point; (N,), the dtype of x.
        strengths: K numbers, at least 0; each begins anew from w = 0.
        lr, steps: the learning rate; how many steps, at least 0.
    Returns:
        Selection: weights, (K, D), like x, a row for each strength, without a graph; kept, (K, D), bool, True where the
        weight is not exactly 0.
    Example:
        >>> x, y = torch.eye(2), torch.tensor([2.0, -0.5])
        >>> select_features(x, y, [0.0, 0.1, 0.5], lr=2.0, steps=1)
        Selection(weights=tensor([[ 2.0000, -0.5000],
                [ 1.8000, -0.3000],
                [ 1.0000, -0.0000]]), kept=tensor([[ True,  True],
                [ True,  True],
                [ True, False]]))

    Source: Tibshirani, Regression Shrinkage and Selection via the Lasso (1996); Parikh, Boyd, Proximal Algorithms.
    """
    raise NotImplementedError("select_features")


class MendedSGD:
    """Descent with momentum and weight decay. The code that is given runs, and is wrong: mend it.

    With g the gradient and v the velocity of one parameter p:
        g = p.grad + weight_decay * p
        v = g in the parameter's first step, v = momentum * v + g in every later one
        p = p - lr * v, in place
    A velocity belongs to its parameter by identity, as long as the optimiser lives. `step` reads all attributes anew,
    leaves every p.grad as it is, and skips a parameter whose grad is None, its velocity too. A later backward pass may
    write into the memory of p.grad. By hand: nothing of torch.optim.

    Args:
        params: the parameters, walked once.
        lr, momentum, weight_decay: floats.
    Attributes:
        params: a list of the very parameters. It may be sorted, and parameters taken out and put in, between two steps.
        lr, momentum, weight_decay: as given; they may be changed between two steps.
    Example:
        >>> p = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = MendedSGD([p], lr=0.1, momentum=0.5, weight_decay=0.5)
        >>> p.grad = torch.tensor([2.0])
        >>> optimizer.step()
        >>> p.detach()  # 1 - 0.1 * (2 + 0.5)
        tensor([0.7500])

    Source: Sutskever et al. (2013), as torch has it.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float, weight_decay: float) -> None:
        self.params = list(params)
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.velocities = {}

    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        with torch.no_grad():
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                v = p.grad
                if i in self.velocities:
                    v = self.momentum * self.velocities[i] + v
                self.velocities[i] = v
                p -= self.lr * v
                p -= self.lr * self.weight_decay * p


def fix_accumulation(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
    optimizer: torch.optim.Optimizer,
    every: int,
    max_norm: float,
) -> list[float]:
    """Train by steps that several batches make together. The code that is given runs, and is wrong: mend it.

    The batches are taken in groups of `every`, in their order; what remains at the end is a smaller group. The loss of
    a group is the mean, over its batches, of loss_fn(model(x), y). Its gradient, and nothing of earlier ones, also not
    of those before the call, is cut as a whole: if the norm over all parameters is above max_norm, it is scaled down to
    it (torch.nn.utils.clip_grad_norm_ is welcome). Then comes one step of the optimizer. The model is called once for
    each batch, and a graph is freed before the next batch is called.

    Args:
        model, loss_fn: the network, in the mode that it is in; a function of model(x) and y that returns a mean.
        batches: pairs (x, y), one at least; gone over once.
        optimizer: holds all parameters of the model.
        every, max_norm: batches of a step, at least 1; the largest norm allowed, positive.
    Returns:
        The loss of each group, before its step, as a list of floats.
    Example:
        >>> model, squared = nn.Linear(1, 1), nn.functional.mse_loss
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1))] * 5
        >>> len(fix_accumulation(model, squared, batches, torch.optim.SGD(model.parameters(), lr=0.1), 2, 1.0))
        3

    Source: Deep Learning (2016), sections 8.1.3 and 10.11.1.
    """
    losses, total = [], 0.0
    for number, (x, y) in enumerate(batches, start=1):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y) / every
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        total += loss.item()
        if number % every == 0:
            optimizer.step()
            losses.append(total)
            total = 0.0
    return losses
