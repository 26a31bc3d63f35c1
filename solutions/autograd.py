"""Autograd: where gradients come from, and what to do with them.

Letters: N batch, D features, H hidden units, K outputs or classes, M numbers in a result, P parameters;
`*` any axes, the same in every argument that has them.
Unless a task says otherwise, a result keeps dtype and device, arguments (their `.grad` and `requires_grad`
included) stay as they were, and so do torch's random state and grad mode, also when a function that was passed
in raises.
"By hand" means: from sums, products, exp and the like; the torch functions named in the note are forbidden.
"""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn import functional

### BEGIN SOLUTION


def _slopes(y: Tensor, x: Tensor, upstream: Tensor, **options: bool) -> Tensor:
    """Gradient of sum(upstream * y) with respect to x; zeros where y does not depend on x."""
    if not y.requires_grad:
        return torch.zeros_like(x)
    return torch.autograd.grad(y, x, upstream, allow_unused=True, materialize_grads=True, **options)[0]


### END SOLUTION


def detached_product(x: Tensor) -> Tensor:
    """A product in which one factor counts as a constant: z = u * x with u = x * x taken out of the graph.

    Take u out with `detach` (or compute it under no_grad), not with `.data` or `.item()`.

    Args:
        x: (*), floating point.
    Returns:
        z: the shape of x, in the graph of x.
    Example:
        >>> x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        >>> detached_product(x).sum().backward()
        >>> x.grad
        tensor([1., 4., 9.])

    Source: Dive into Deep Learning, section 2.5.3.
    """
    ### BEGIN SOLUTION
    u = (x * x).detach()
    return u * x
    ### END SOLUTION


def gradient(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The gradient of a function with one output, or with many: then of their sum.

    g_i = d (sum over all entries of f(x)) / d x_i
    No tensor's `.grad` changes: not that of x, nor those of parameters which f uses. It works inside torch.no_grad().

    Args:
        f: takes a tensor of the shape of x, returns a tensor of any shape.
        x: (*), floating point; may be a result of other computation.
    Returns:
        g: the shape of x, outside the graph; 0 wherever f(x) does not depend on x, also if it is a constant.
    Example:
        >>> gradient(lambda x: x**2, torch.tensor([1.0, 2.0, 3.0]))
        tensor([2., 4., 6.])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 2.5.
    """
    ### BEGIN SOLUTION
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        y = f(leaf)
        return _slopes(y, leaf, torch.ones_like(y))
    ### END SOLUTION


class LineFit(NamedTuple):
    """A fitted line, and the loss before each update."""

    w: Tensor
    b: Tensor
    losses: Tensor


def fit_line(x: Tensor, y: Tensor, lr: float, epochs: int) -> LineFit:
    """The first training loop: a line through points.

    Model: w x + b, both 0 at first. Loss: the mean over n of (w x[n] + b - y[n])^2.
    Each epoch uses all points at once: compute the loss and note it, compute both gradients, then
    w <- w - lr * dloss/dw and b <- b - lr * dloss/db. Let autograd compute the gradients, and update in place under
    torch.no_grad(). x and y may require gradients: their `.grad` stays. No torch.optim.

    Args:
        x: (N,), floating point.
        y: (N,), dtype of x.
        lr: the learning rate.
        epochs: how many updates; 0 leaves w = b = 0.
    Returns:
        A named tuple outside the graph: w and b after the last update, without axes; losses, (epochs,), each taken
        before its update.
    Raises:
        ValueError: naming `y`, when its shape is not (N,): (N, 1) against (N,) would compare all pairs.
    Example:
        >>> fit_line(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]), lr=0.1, epochs=1)
        LineFit(w=tensor(1.), b=tensor(0.6000), losses=tensor([10.]))

    Source: Dive into Deep Learning, section 3.4, with all points in each step.
    """
    ### BEGIN SOLUTION
    if y.shape != x.shape:
        raise ValueError(f"y has shape {tuple(y.shape)}, expected {tuple(x.shape)}")
    x, y = x.detach(), y.detach()
    w, b = x.new_zeros(()).requires_grad_(), x.new_zeros(()).requires_grad_()
    losses = x.new_zeros(epochs)
    for epoch in range(epochs):
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        losses[epoch] = loss.detach()
        with torch.no_grad():
            for p in (w, b):
                p -= lr * p.grad
                p.grad = None
    return LineFit(w.detach(), b.detach(), losses)
    ### END SOLUTION


def accumulated_gradients(
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    params: Iterable[Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
) -> list[Tensor]:
    """The gradient of a batch too large for the memory, from parts of it, however unequal they are.

    It is the gradient of the mean loss over all samples, as if they had been one batch.
    loss_fn is called once for each batch, in order; the backward pass of a batch runs, and frees its graph, before
    loss_fn is called for the next. Afterwards `.grad` of each parameter holds the same numbers as the result (0 too);
    what stood there before is forgotten. The values of the parameters do not change.

    Args:
        loss_fn: takes x and y of one batch, returns the *mean* of the loss over its samples, a tensor without axes.
        params: leaf tensors that require gradients; may be a generator.
        batches: pairs (x, y), x of shape (N_b, *); at least one; may be a generator.
    Returns:
        A list with the gradient of each parameter, in the order of params, outside the graph, in memory of its own;
        0 for a parameter that no loss depends on.
    Example:
        >>> w = torch.tensor(0.0, requires_grad=True)
        >>> batches = [(torch.tensor([1.0]), torch.tensor([3.0])), (torch.tensor([1.0, 1.0]), torch.tensor([0.0, 0.0]))]
        >>> accumulated_gradients(lambda x, y: ((w * x - y) ** 2).mean(), [w], batches)
        [tensor(-2.)]

    Source: Deep Learning (2016), section 8.1.3.
    """
    ### BEGIN SOLUTION
    params = list(params)
    for p in params:
        p.grad = None
    samples = 0
    for x, y in batches:
        (len(x) * loss_fn(x, y)).backward()
        samples += len(x)
    for p in params:
        p.grad = torch.zeros_like(p) if p.grad is None else p.grad / samples
    return [p.grad.clone() for p in params]
    ### END SOLUTION


class Value:
    """A number that remembers how it was computed: autograd in a hundred lines of plain Python, without torch.

    Args:
        data: the number, an int or a float.
        parents: the Values this one was computed from; () for a number that was given.
    Attributes:
        data, grad, parents: a float; a float, 0.0 at first; a tuple of Values. Following `parents` from a result leads
            to every Value it depends on. Operations never change their operands.

    Operations make a new Value, from Values and plain numbers on either side; a value may be used any number of times:
    a + b, a - b, a * b, a / b, -a, a ** n (n a number),
    a.exp(), a.log(), a.tanh(), a.relu(). The slope of relu at 0 is 0; tanh does not overflow at 1000.

    backward() adds d self / d v to the grad of every Value v that self was computed from, and 1 to its own. It only
    adds: called twice it leaves twice the derivative, and a grad that stood there before is not passed on.
    Its work grows with nodes and edges, not with paths, and 5000 operations in a row must not hit the recursion limit.

    Example:
        >>> a, b = Value(2.0), Value(-4.0)
        >>> c = a * b + (a / b) ** 2
        >>> c.backward()
        >>> c.data, a.grad, b.grad, c.grad
        (-7.75, -3.75, 2.125, 1.0)

    Source: Karpathy, micrograd (2020), for the idea.
    """

    def __init__(self, data: float, parents: tuple["Value", ...] = ()) -> None:
        ### BEGIN SOLUTION
        self.data, self.grad, self.parents = float(data), 0.0, tuple(parents)
        self._slopes: tuple[float, ...] = ()  # d self / d parent, one for each parent
        ### END SOLUTION

    ### BEGIN SOLUTION
    @classmethod
    def _of(cls, data: float, *edges: tuple["Value", float]) -> "Value":
        made = cls(data, tuple(parent for parent, _ in edges))
        made._slopes = tuple(slope for _, slope in edges)
        return made

    @classmethod
    def _wrap(cls, other: "Value | float") -> "Value":
        return other if isinstance(other, Value) else cls(other)

    ### END SOLUTION

    def __add__(self, other: "Value | float") -> "Value":
        ### BEGIN SOLUTION
        other = self._wrap(other)
        return self._of(self.data + other.data, (self, 1.0), (other, 1.0))
        ### END SOLUTION

    def __radd__(self, other: float) -> "Value":
        ### BEGIN SOLUTION
        return self + other
        ### END SOLUTION

    def __neg__(self) -> "Value":
        ### BEGIN SOLUTION
        return self._of(-self.data, (self, -1.0))
        ### END SOLUTION

    def __sub__(self, other: "Value | float") -> "Value":
        ### BEGIN SOLUTION
        other = self._wrap(other)
        return self._of(self.data - other.data, (self, 1.0), (other, -1.0))
        ### END SOLUTION

    def __rsub__(self, other: float) -> "Value":
        ### BEGIN SOLUTION
        return self._wrap(other) - self
        ### END SOLUTION

    def __mul__(self, other: "Value | float") -> "Value":
        ### BEGIN SOLUTION
        other = self._wrap(other)
        return self._of(self.data * other.data, (self, other.data), (other, self.data))
        ### END SOLUTION

    def __rmul__(self, other: float) -> "Value":
        ### BEGIN SOLUTION
        return self * other
        ### END SOLUTION

    def __truediv__(self, other: "Value | float") -> "Value":
        ### BEGIN SOLUTION
        other = self._wrap(other)
        quotient = self.data / other.data
        return self._of(quotient, (self, 1 / other.data), (other, -quotient / other.data))
        ### END SOLUTION

    def __rtruediv__(self, other: float) -> "Value":
        ### BEGIN SOLUTION
        return self._wrap(other) / self
        ### END SOLUTION

    def __pow__(self, exponent: float) -> "Value":
        ### BEGIN SOLUTION
        return self._of(self.data**exponent, (self, exponent * self.data ** (exponent - 1)))
        ### END SOLUTION

    def exp(self) -> "Value":
        """Return e to the power of this value."""
        ### BEGIN SOLUTION
        power = math.exp(self.data)
        return self._of(power, (self, power))
        ### END SOLUTION

    def log(self) -> "Value":
        """Return the natural logarithm."""
        ### BEGIN SOLUTION
        return self._of(math.log(self.data), (self, 1 / self.data))
        ### END SOLUTION

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent."""
        ### BEGIN SOLUTION
        t = math.tanh(self.data)
        return self._of(t, (self, 1 - t * t))
        ### END SOLUTION

    def relu(self) -> "Value":
        """Return max(self, 0)."""
        ### BEGIN SOLUTION
        return self._of(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))
        ### END SOLUTION

    def backward(self) -> None:
        """Add d self / d v to the grad of every v that this value was computed from, itself included."""
        ### BEGIN SOLUTION
        above = {self: 1.0}
        for node in reversed(topological_order(self)):
            node.grad += above[node]
            for parent, slope in zip(node.parents, node._slopes, strict=True):
                above[parent] = above.get(parent, 0.0) + slope * above[node]
        ### END SOLUTION


def topological_order(root: "Value") -> list["Value"]:
    """The nodes of a graph in an order in which they can be computed: each once, after all its parents, root last.

    Where several orders fit, any is right. The work grows with nodes and edges, not with paths, and a chain of 5000
    nodes must not hit Python's recursion limit, which stays as it was. Nodes are not changed.

    Args:
        root: any object with `parents`, a tuple of such objects; the same parent may stand there twice. Nodes are
            told apart by identity (`is`, `id`): they may define == in a way of their own and have no hash.
    Returns:
        Every node that can be reached from root through `parents`, root included, as a list.
    Raises:
        ValueError: with the word cycle, when a node is reached from itself.
    Example:
        >>> class Node:
        ...     def __init__(self, *parents):
        ...         self.parents = parents
        >>> x = Node()
        >>> y = Node(x, x)
        >>> z = Node(y, x)
        >>> topological_order(z) == [x, y, z]
        True

    Source: Cormen, Leiserson, Rivest, Stein, Introduction to Algorithms (2009), section 22.4.
    """
    ### BEGIN SOLUTION
    order: list[Value] = []
    entered: set[int] = set()
    left: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if id(node) not in entered:
            entered.add(id(node))
            for parent in node.parents:
                if id(parent) not in entered:
                    waiting.append(parent)
                elif id(parent) not in left:
                    raise ValueError("the graph has a cycle: a node is reached from itself")
            continue
        waiting.pop()
        if id(node) not in left:
            left.add(id(node))
            order.append(node)
    return order
    ### END SOLUTION


class TwoLayerGradients(NamedTuple):
    """The gradient of the loss with respect to each parameter, in the shape of that parameter."""

    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


def two_layer_gradients(
    x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> TwoLayerGradients:
    """Back-propagation through a network with one hidden layer, by hand.

    h = tanh(x w1^T + b1), out = h w2^T + b2, loss = sum over n, k of (out[n, k] - y[n, k])^2 / (N K).
    By hand: no torch grad, backward, vjp, jvp, jacobian, jacrev or jacfwd. Matrix products and tanh are welcome.

    Args:
        x: (N, D), floating point, as all others.
        y: (N, K), the targets.
        w1, b1, w2, b2: (H, D), (H,), (K, H) and (K,).
    Returns:
        The gradients of the loss as a named tuple with w1, b1, w2 and b2, outside the graph.
    Example:
        >>> one = torch.ones(1)
        >>> found = two_layer_gradients(x=one.view(1, 1), y=3 * one.view(1, 1), w1=0 * one.view(1, 1), b1=0 * one,
        ...                             w2=2 * one.view(1, 1), b2=one)
        >>> found.w1.item(), found.b1.item(), found.w2.item(), found.b2.item()
        (-8.0, -8.0, 0.0, -4.0)

    Source: Rumelhart, Hinton, Williams, Learning Representations by Back-propagating Errors (1986).
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        h = torch.tanh(x @ w1.t() + b1)  # (N, H)
        of_out = 2 * (h @ w2.t() + b2 - y) / y.numel()  # (N, K)
        of_hidden = (of_out @ w2) * (1 - h * h)  # (N, H), before the tanh
        return TwoLayerGradients(of_hidden.t() @ x, of_hidden.sum(0), of_out.t() @ h, of_out.sum(0))
    ### END SOLUTION


class ReLU(torch.autograd.Function):
    """The rectifier y = max(x, 0) as a function of its own, with a derivative of its own: at x = 0 it is 0.

    `ReLU.apply(x)` calls `forward`; autograd calls `backward` with the gradient from above, which stays as it is.
    y has memory of its own. Differentiable any number of times: `backward` consists of torch operations.
    Tensors that backward needs are saved with `ctx.save_for_backward`, never as attributes (`ctx.x = x`) and never
    through `.data`: torch then notices when somebody changes them in place before the backward pass.
    By hand: no torch relu, relu_, threshold, hardtanh or leaky_relu, and no autograd inside (no grad, backward, vjp).

    Args (of apply):
        x: (*), floating point; need not be contiguous.
    Returns (of apply):
        y: the shape of x.
    Example:
        >>> x = torch.tensor([-1.0, 0.0, 2.0], requires_grad=True)
        >>> y = ReLU.apply(x)
        >>> y.sum().backward()
        >>> y.tolist(), x.grad.tolist()
        ([0.0, 0.0, 2.0], [0.0, 0.0, 1.0])

    Source: Nair, Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines (2010).
    """

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor) -> Tensor:
        """Return y, and save what backward needs."""
        ### BEGIN SOLUTION
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, 0.0)
        ### END SOLUTION

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> Tensor:
        """Return the gradient with respect to x; `upstream`, the gradient from above, has the shape of y."""
        ### BEGIN SOLUTION
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, upstream, 0.0)
        ### END SOLUTION


def check_relu(relu: Callable[[Tensor], Tensor]) -> None:
    """A test of any rectifier y = max(x, 0): raises AssertionError if it or its derivative is wrong, nothing if right.

    Right: y has shape and dtype of x, slope 1 where x > 0 and 0 elsewhere, at 0 too; it is differentiable any number of
    times; x and the gradient from above stay as they were. Right code of several styles has to pass. The points are
    the share of wrong code that is caught: one that is cut from the graph, one with slope 1 everywhere, one that
    forgets the gradient from above, and rarer ones. Torch's own may be used. No other exception counts: where nothing
    requires a gradient, `backward` raises a RuntimeError, so ask `y.requires_grad` first.

    Args:
        relu: called as `relu(x)`, where x is finite.
    Example:
        >>> check_relu(torch.relu)

    Source: Nair, Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines (2010).
    """
    ### BEGIN SOLUTION
    for dtype in (torch.float64, torch.float32):
        values = torch.tensor([[-2.0, 0.0, 0.5], [9.0, -0.1, 3.0]], dtype=dtype)
        above = torch.tensor([[3.0, -5.0, -7.0], [0.5, -2.0, 4.0]], dtype=dtype)
        x, upstream = values.clone().requires_grad_(), above.clone()
        y = relu(x)
        assert y.requires_grad, "y is cut from the graph"
        torch.testing.assert_close(y, values.clamp(min=0))
        assert torch.equal(x, values), "x was changed"
        (slope,) = torch.autograd.grad(y, x, upstream)
        torch.testing.assert_close(slope, above * (values > 0))
        assert torch.equal(upstream, above), "the gradient from above was changed"
    (slope,) = torch.autograd.grad((relu(x) ** 3).sum(), x, create_graph=True)
    assert slope.requires_grad, "the slope is cut from the graph"
    (curvature,) = torch.autograd.grad(slope.sum(), x)
    torch.testing.assert_close(curvature, 6 * values.clamp(min=0))
    ### END SOLUTION


class Linear(torch.autograd.Function):
    """A linear layer y = x w^T + b as a function of its own: the chain rule in matrices, which you derive.

    Differentiable in x, w and b any number of times. `backward` returns a value for each argument, in their order; it
    is None, and not computed, where `ctx.needs_input_grad` says that no gradient is needed (for a bias None too).
    Save tensors with `ctx.save_for_backward`, never as attributes of ctx; leave the gradient from above as it is.
    By hand: no torch linear or bilinear, and no autograd inside (no grad, backward, vjp). Matrix products are welcome.

    Args (of apply; all three are always given):
        x: (N, D), floating point; need not be contiguous.
        w: (K, D), dtype of x.
        b: (K,), dtype of x, or None for a layer without bias.
    Returns (of apply):
        y: (N, K).
    Example:
        >>> x, w = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0], [5.0, 6.0]], requires_grad=True)
        >>> y = Linear.apply(x, w, torch.tensor([0.5, 0.5]))
        >>> y.backward(torch.tensor([[1.0, 10.0]]))
        >>> y.tolist(), w.grad.tolist()
        ([[11.5, 17.5]], [[1.0, 2.0], [10.0, 20.0]])

    Source: Deep Learning (2016), section 6.5.6.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        """Return y, and save what backward needs."""
        ### BEGIN SOLUTION
        ctx.save_for_backward(x, w)
        y = x @ w.t()
        return y if b is None else y + b
        ### END SOLUTION

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """Return the gradients with respect to x, w and b; None for what needs none."""
        ### BEGIN SOLUTION
        x, w = ctx.saved_tensors
        for_x, for_w, for_b = ctx.needs_input_grad
        return (
            upstream @ w if for_x else None,
            upstream.t() @ x if for_w else None,
            upstream.sum(0) if for_b else None,
        )
        ### END SOLUTION


class SoftmaxCrossEntropy(torch.autograd.Function):
    """Softmax and cross-entropy in one function, whose derivative is short: find it.

    l = mean over n of -log softmax(logits[n])[labels[n]], finite for any finite scores.
    Differentiable in the logits twice: backward computes from the *saved logits*, since saved probabilities look like
    constants to torch, and the second derivative would be wrong without a word. The labels get None.
    Save tensors with `ctx.save_for_backward`, never as attributes of ctx.
    By hand: no torch softmax, log_softmax, logsumexp, logaddexp, cross_entropy or nll_loss, and no autograd inside
    (no grad, backward, vjp).

    Args (of apply):
        logits: (N, K), floating point, any size of number; need not be contiguous.
        labels: (N,), int64, class indices from 0 to K - 1.
    Returns (of apply):
        l: a tensor without axes, dtype of the logits.
    Example:
        >>> logits = torch.zeros(2, 2, requires_grad=True)
        >>> SoftmaxCrossEntropy.apply(logits, torch.tensor([0, 1])).backward()
        >>> logits.grad
        tensor([[-0.2500,  0.2500],
                [ 0.2500, -0.2500]])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the loss, and save what backward needs."""
        ### BEGIN SOLUTION
        ctx.save_for_backward(logits, labels)
        shifted = logits - logits.amax(1, keepdim=True)
        chosen = shifted.gather(1, labels.unsqueeze(1)).squeeze(1)
        return (shifted.exp().sum(1).log() - chosen).mean()
        ### END SOLUTION

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor, None]:
        """Return the gradient with respect to the logits, and None for the labels; `upstream` has no axes."""
        ### BEGIN SOLUTION
        logits, labels = ctx.saved_tensors
        exponentials = (logits - logits.detach().amax(1, keepdim=True)).exp()
        probabilities = exponentials / exponentials.sum(1, keepdim=True)
        one_hot = torch.zeros_like(logits).scatter(1, labels.unsqueeze(1), 1.0)
        return upstream * (probabilities - one_hot) / len(logits), None
        ### END SOLUTION


def clip_gradient_norm_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    """Shorten a gradient that is too long; keep its direction.

    total = the square root of the sum over all parameters and entries of grad^2. If total > max_norm, every grad is
    multiplied in place by exactly max_norm / total; else nothing changes. The parameters themselves stay.
    By hand: no torch clip_grad_norm_, clip_grad_norm, get_total_norm or clip_grads_with_norm_.

    Args:
        params: tensors; may be a generator. Those whose `.grad` is None are skipped.
        max_norm: the largest norm allowed, positive.
    Returns:
        total, the norm *before* clipping: a tensor without axes in the gradients' dtype and on their device, outside
        the graph; torch.tensor(0.0) when no parameter has a gradient.
    Example:
        >>> w = torch.zeros(2, requires_grad=True)
        >>> w.grad = torch.tensor([3.0, 4.0])
        >>> clip_gradient_norm_([w], max_norm=1.0), w.grad
        (tensor(5.), tensor([0.6000, 0.8000]))

    Source: Pascanu, Mikolov, Bengio, On the Difficulty of Training Recurrent Neural Networks (2013).
    """
    ### BEGIN SOLUTION
    grads = [p.grad for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    with torch.no_grad():
        total = torch.stack([(grad * grad).sum() for grad in grads]).sum().sqrt()
        if total > max_norm:
            for grad in grads:
                grad *= max_norm / total
    return total
    ### END SOLUTION


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """All derivatives of all outputs, one row for each output: J[m, d] = d f(x)[m] / d x[d].

    No tensor's `.grad` changes.
    By hand, row by row: no torch jacobian, jacrev, jacfwd, hessian or vmap, and no is_grads_batched.

    Args:
        f: takes a tensor of shape (D,), returns one of shape (M,).
        x: (D,), floating point; may require a gradient.
    Returns:
        J: (M, D), dtype of x, outside the graph; rows of outputs that do not depend on x are 0.
    Example:
        >>> jacobian(lambda x: torch.stack([x[0] * x[1], x[2], x.sum()]), torch.tensor([2.0, 3.0, 4.0]))
        tensor([[3., 2., 0.],
                [0., 0., 1.],
                [1., 1., 1.]])

    Source: Deep Learning (2016), section 4.3.1.
    """
    ### BEGIN SOLUTION
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        y = f(leaf)
        directions = torch.eye(len(y), dtype=y.dtype, device=y.device)
        rows = [_slopes(y, leaf, direction, retain_graph=True) for direction in directions]
    return torch.stack(rows) if rows else x.new_zeros(0, len(x))
    ### END SOLUTION


def hessian_vector_product(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Tensor:
    """The matrix of second derivatives times a vector, without the matrix.

    (H v)_i = sum_j d^2 f / (d x_i d x_j) v_j, with v constant. No tensor's `.grad` changes.
    The number of torch operations must not grow with the size of x.
    By hand: no torch hessian, jacobian, jacrev, jacfwd, hvp, vhp, jvp or vmap.

    Args:
        f: takes a tensor of the shape of x, returns a tensor without axes.
        x: (*), floating point; may require a gradient.
        v: the shape and dtype of x; may require a gradient, which changes nothing.
    Returns:
        H v: the shape of x, outside the graph; 0 where f is linear in x or does not depend on it.
    Example:
        >>> x, v = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0])
        >>> hessian_vector_product(lambda x: x[0] ** 2 * x[1], x, v)
        tensor([24.,  2.])

    Source: Pearlmutter, Fast Exact Multiplication by the Hessian (1994).
    """
    ### BEGIN SOLUTION
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        y = f(leaf)
        slopes = _slopes(y, leaf, torch.ones_like(y), create_graph=True)
        return _slopes(slopes, leaf, v.detach())
    ### END SOLUTION


def numerical_gradient(f: Callable[[Tensor], Tensor], x: Tensor, eps: float = 1e-6) -> Tensor:
    """The gradient by central differences: what every other gradient is checked against.

    g_i = (f(x + eps e_i) - f(x - eps e_i)) / (2 eps), where e_i is 1 at entry i and 0 elsewhere.
    x holds the same numbers during and after the call, also when f raises: move a copy.
    By hand: no torch grad, backward, vjp, jvp, jacobian, jacrev or jacfwd.

    Args:
        f: takes a tensor of the shape of x, returns a tensor without axes (perhaps a view of what it was given).
        x: (*), float64; any memory layout, may require a gradient.
        eps: the step, positive.
    Returns:
        g: the shape of x, float64, outside the graph.
    Raises:
        ValueError: naming `x`, when it is not float64: a step of 1e-6 is lost in the rounding of float32.
    Example:
        >>> numerical_gradient(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0], dtype=torch.float64), eps=0.1)
        tensor([ 3.0100, 12.0100], dtype=torch.float64)

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 11.5.
    """
    ### BEGIN SOLUTION
    if x.dtype != torch.float64:
        raise ValueError(f"x must be float64, not {x.dtype}")
    point = x.detach().clone(memory_format=torch.contiguous_format)
    entries = point.view(-1)
    slopes = torch.zeros_like(entries)
    for i, value in enumerate(entries.tolist()):
        entries[i] = value + eps
        above = float(f(point))
        entries[i] = value - eps
        below = float(f(point))
        entries[i] = value
        slopes[i] = (above - below) / (2 * eps)
    return slopes.view(x.shape)
    ### END SOLUTION


class DecayFit(NamedTuple):
    """The best of the curves that were met, and the loss before each update."""

    a: Tensor
    k: Tensor
    losses: Tensor


def fix_fit_decay(x: Tensor, y: Tensor, strength: float, lr: float, epochs: int) -> DecayFit:
    """Fit the curve a exp(-k x) to points by gradient descent. The code that is given runs, and is wrong: mend it.

    Both parameters are 1 at first. In each epoch: the loss, the mean over n of (a exp(-k x[n]) - y[n])^2, plus
    strength * k^2; then for both p <- p - lr * dloss/dp, with the gradient of this loss and of no earlier one.
    What comes back is the best that was met: a and k in the epoch with the smallest loss (the first of equal ones), as
    they were when that loss was computed. Rewriting is as welcome as repairing.

    Args:
        x, y: (N,) each, floating point, the points.
        strength, lr: how much a large k costs; the learning rate.
        epochs: how many updates, at least 1.
    Returns:
        A named tuple outside the graph: a and k, without axes; losses, (epochs,), each taken before its update.
    Example:
        >>> x = torch.tensor([0.0, 1.0, 2.0])
        >>> fit = fix_fit_decay(x, 2 * torch.exp(-0.5 * x), strength=0.0, lr=0.3, epochs=200)
        >>> round(fit.a.item(), 2), round(fit.k.item(), 2)
        (2.0, 0.5)

    Source: Deep Learning (2016), sections 7.1 and 7.8.
    """
    ### BEGIN SOLUTION
    a, k = (x.new_ones(()).requires_grad_() for _ in range(2))
    best, losses = (a, k), []
    for _ in range(epochs):
        error = ((a * torch.exp(-k * x) - y) ** 2).mean()
        loss = error + strength * k**2
        slopes = torch.autograd.grad(loss, (a, k))
        if all(loss < earlier for earlier in losses):
            best = a.detach().clone(), k.detach().clone()
        losses.append(loss.detach())
        with torch.no_grad():
            for p, slope in zip((a, k), slopes, strict=True):
                p -= lr * slope
    return DecayFit(*best, torch.stack(losses))
    ### BEGIN STUB
    # a, k = (x.new_ones(()).requires_grad_() for _ in range(2))
    # best, losses = (a, k), []
    # for _ in range(epochs):
    #     error = ((a * torch.exp(-k * x) - y) ** 2).mean()
    #     loss = error + strength * k.item() ** 2
    #     loss.backward()
    #     if all(loss < earlier for earlier in losses):
    #         best = a.detach(), k.detach()
    #     losses.append(loss)
    #     with torch.no_grad():
    #         for p in (a, k):
    #             p -= lr * p.grad
    # return DecayFit(*best, torch.stack(losses))
    ### END STUB
    ### END SOLUTION


def fix_hardest_inputs(
    model: nn.Module, x: Tensor, labels: Tensor, radius: float, lr: float, steps: int
) -> Tensor:
    """Move inputs, a little, to where a classifier errs most. The code that is given runs, and is wrong: mend it.

    z_0 = x; z_(t+1) = z_t + lr * sign(g_t), and then each entry that is further than radius from its entry of x goes
    back to that distance. g_t is the gradient, with respect to z_t, of the mean cross-entropy of the scores model(z_t).
    The model stays as it is: neither its parameters nor their `.grad` change.

    Args:
        model: x -> scores (N, K); all its parameters may require gradients.
        x, labels: (N, *), floating point; (N,), int64.
        radius, lr: the largest change of an entry; the size of a step; both positive.
        steps: T, at least 0.
    Returns:
        z_T: the shape of x, outside the graph, in memory of its own.
    Example:
        >>> x, labels = torch.tensor([[1.0, 0.0]]), torch.tensor([0])
        >>> fix_hardest_inputs(nn.Identity(), x, labels, radius=0.25, lr=0.5, steps=3)
        tensor([[0.7500, 0.2500]])

    Source: Madry et al., Towards Deep Learning Models Resistant to Adversarial Attacks (2018), section 2.1.
    """
    ### BEGIN SOLUTION
    start = x.detach()
    moved = start.clone()
    for _ in range(steps):
        moved.requires_grad_()
        loss = functional.cross_entropy(model(moved), labels)
        (slope,) = torch.autograd.grad(loss, moved)
        with torch.no_grad():
            moved = start + (moved + lr * slope.sign() - start).clamp(-radius, radius)
    return moved
    ### BEGIN STUB
    # moved = x.detach().clone().requires_grad_()
    # start = moved.detach()
    # for _ in range(steps):
    #     loss = functional.cross_entropy(model(moved), labels)
    #     loss.backward()
    #     with torch.no_grad():
    #         moved += lr * moved.grad.sign()
    #         moved.copy_(start + (moved - start).clamp(-radius, radius))
    # return moved
    ### END STUB
    ### END SOLUTION
