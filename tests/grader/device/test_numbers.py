"""The device computes what the host computes, forward and backward, to the last bit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from grader.device.simulated import to_device


def to_host(value: torch.Tensor) -> torch.Tensor:
    return value.detach().cpu()


Case = tuple[Callable[..., Any], tuple[Any, ...]]

LABELS = torch.tensor([0, 2, 1, 2])
ROWS = torch.tensor([3, 0, 0])


def near(t: Tensor, values: Any) -> Tensor:
    """Return data on the device of `t`."""
    return torch.as_tensor(values, device=t.device)


def written(x: Tensor) -> Tensor:
    """Return a copy whose parts were written in place."""
    y = x.clone()
    y[0] = 1.0
    y[:, 1] *= 2
    y[y > 1.5] = near(x, 0.25)
    y[near(x, ROWS[1:])] += y[1]
    return y


def gathered(x: Tensor) -> Tensor:
    """Return what was gathered, added to other rows."""
    places = near(x, LABELS[:, None])
    return torch.zeros_like(x).scatter_add(0, places, x.gather(1, places))


def activated(x: Tensor) -> Tensor:
    """Return a sum of activations."""
    return F.relu(x) + F.gelu(x) + F.silu(x) + F.elu(x) + F.leaky_relu(x) + F.softplus(x) + F.mish(x)


def binary_losses(x: Tensor, y: Tensor) -> Tensor:
    """Return a sum of losses between probabilities."""
    binary = F.binary_cross_entropy_with_logits(x, y.sigmoid())
    return binary + F.kl_div(x.log_softmax(1), y.softmax(1), reduction="batchmean")


def losses(x: Tensor, y: Tensor) -> Tensor:
    """Return a sum of losses between numbers."""
    return F.mse_loss(x, y) + F.l1_loss(x, y) + F.smooth_l1_loss(x, y) + F.huber_loss(x, y)


def viewed(x: Tensor) -> Tensor:
    """Return a view of a view of a copy of a view."""
    return x.T.reshape(2, 6)[:, ::2].unsqueeze(1).expand(2, 4, 3).permute(2, 0, 1).contiguous()


def largest(x: Tensor) -> Tensor:
    """Return a sum of what sorting finds."""
    return x.max(1).values + x.sort(1).values[:, 0] + x.topk(2).values.sum(1) + x.median()


def pooled(x: Tensor) -> Tensor:
    """Return a sum of poolings."""
    return F.max_pool2d(x, 2) + F.avg_pool2d(x, 2) + F.adaptive_avg_pool2d(x, 2)


def inverted(x: Tensor) -> Tensor:
    """Return the inverse of a matrix that has one."""
    return torch.linalg.inv(x @ x.T + 3 * torch.eye(4, device=x.device, dtype=x.dtype))


def per_sample(x: Tensor) -> Tensor:
    """Return a gradient for each row."""
    return torch.func.vmap(torch.func.grad(lambda row: row.sin().prod()))(x)


def made(x: Tensor) -> tuple[Tensor, ...]:
    """Return what factories make beside a tensor."""
    there = x.device
    ranges = torch.arange(5, device=there), torch.linspace(0, 1, 3, device=there)
    return (
        torch.zeros_like(x),
        x.new_ones(2),
        *ranges,
        torch.eye(2, device=there),
        torch.full((2,), 3, device=there),
    )


def random_numbers(x: Tensor) -> tuple[Tensor, ...]:
    """Return random numbers after seeding."""
    torch.manual_seed(0)
    there = x.device
    integers = torch.randperm(9, device=there), torch.randint(9, (3,), device=there)
    return torch.randn(9, device=there), torch.rand_like(x), x.clone().normal_(), *integers


def python_values(x: Tensor) -> tuple[Any, ...]:
    """Return what a tensor says of itself."""
    return x.tolist(), x[0, 0].item(), float(x.sum()), bool(x[0, 0] > 0), x.shape, x.stride(), len(x)


# A shape is a random float64 argument that requires grad; the function sees host, then device tensors.
DIFFERENTIABLE: dict[str, Case] = {
    "arithmetic": (lambda a, b: a * b - a / (b + 9) + a**2 + 3, ((4, 3), (3,))),
    "number_of_the_host": (
        lambda a: a * torch.tensor(2.0, device="cpu") + torch.tensor(1, device="cpu"),
        ((4, 3),),
    ),
    "elementwise": (lambda a: torch.tanh(a.exp().log1p().sqrt().sigmoid() + a.abs().sin()), ((4, 3),)),
    "clamp_where": (
        lambda a, b: torch.where(a > b, a.clamp(min=0.1), b.masked_fill(b > 0, -1.0)),
        ((4, 3), (4, 3)),
    ),
    "matmul": (lambda a, b: a @ b, ((4, 3), (3, 5))),
    "batched_matmul": (lambda a, b: torch.bmm(a, b) @ b.mT, ((2, 4, 3), (2, 3, 5))),
    "einsum": (lambda a, b: torch.einsum("ij,kj->ik", a, b), ((4, 3), (5, 3))),
    "linear": (F.linear, ((4, 3), (5, 3), (5,))),
    "cdist": (torch.cdist, ((4, 3), (5, 3))),
    "reductions": (lambda a: a.sum(0) + a.mean(0) + a.var(0) + a.amax(0) + a.prod(0) + a.norm(), ((4, 3),)),
    "largest": (largest, ((4, 3),)),
    "cumulative": (lambda a: a.cumsum(0) + a.cumprod(1) + a.flip(0) + a.roll(1), ((4, 3),)),
    "softmax": (lambda a: a.softmax(1) + a.log_softmax(0) + a.logsumexp(1, keepdim=True), ((4, 3),)),
    "views": (viewed, ((4, 3),)),
    "unfold_diagonal": (lambda a: a.unfold(0, 2, 1).diagonal(0, 0, 1).chunk(3)[0], ((4, 3),)),
    "cat_stack": (lambda a, b: torch.stack((torch.cat((a, b)), torch.cat((b, a)))), ((4, 3), (2, 3))),
    "meshgrid": (lambda a, b: torch.stack(torch.meshgrid(a, b, indexing="ij")), ((4,), (3,))),
    "index": (lambda a: a[near(a, ROWS)] + a[1, 2] + a[a > 0].sum(), ((4, 3),)),
    "index_of_the_host": (lambda a: a[ROWS] + a[ROWS, torch.tensor([0, 1, 2], device="cpu")], ((4, 3),)),
    "gather_scatter": (gathered, ((4, 3),)),
    "index_add": (lambda a: a.index_add(0, near(a, ROWS), a[:3]).index_select(1, near(a, [2, 2])), ((4, 3),)),
    "written": (written, ((4, 3),)),
    "one_hot": (lambda a: a * F.one_hot(near(a, LABELS), 3), ((4, 3),)),
    "cross_entropy": (
        lambda a: F.cross_entropy(a, near(a, LABELS), reduction="none", label_smoothing=0.1),
        ((4, 3),),
    ),
    "nll": (lambda a: F.nll_loss(a.log_softmax(1), near(a, LABELS)), ((4, 3),)),
    "losses": (losses, ((4, 3), (4, 3))),
    "binary_losses": (binary_losses, ((4, 3), (4, 3))),
    "activations": (activated, ((4, 3),)),
    "embedding": (lambda a: F.embedding(near(a, ROWS), a), ((4, 3),)),
    "conv1d": (lambda a, w: F.conv1d(a, w, stride=2), ((2, 3, 7), (4, 3, 3))),
    "conv2d": (lambda a, w, b: F.conv2d(a, w, b, padding=1), ((2, 3, 5, 5), (4, 3, 3, 3), (4,))),
    "conv2d_grouped": (lambda a, w: F.conv2d(a, w, dilation=2, groups=3), ((2, 3, 6, 6), (6, 1, 2, 2))),
    "conv_transpose2d": (lambda a, w: F.conv_transpose2d(a, w, stride=2), ((2, 3, 4, 4), (3, 2, 2, 2))),
    "batch_norm": (
        lambda a, w, b: F.batch_norm(a, None, None, w, b, training=True),
        ((4, 3, 2, 2), (3,), (3,)),
    ),
    "layer_norm": (lambda a, w, b: F.layer_norm(a, (3,), w, b), ((4, 3), (3,), (3,))),
    "group_norm": (lambda a: F.group_norm(a, 2), ((2, 4, 3),)),
    "pooling": (pooled, ((2, 3, 4, 4),)),
    "padding": (lambda a: F.pad(a[0], (1, 1), mode="reflect") + F.pad(a, (1, 1)), ((2, 3, 4, 4),)),
    "interpolate": (lambda a: F.interpolate(a, scale_factor=2, mode="bilinear"), ((2, 3, 4, 4),)),
    "unfold_fold": (lambda a: F.fold(F.unfold(a, 2), (4, 4), 2), ((2, 3, 4, 4),)),
    "linalg": (inverted, ((4, 4),)),
    "complex": (lambda a: torch.fft.fft(a).conj().imag, ((4, 3),)),
    "per_sample_gradients": (per_sample, ((4, 3),)),
}

TWICE = ("matmul", "softmax", "conv2d", "layer_norm", "batch_norm", "cross_entropy", "elementwise")

PLAIN: dict[str, Case] = {
    "comparison": (
        lambda a, b: (a > b, a.eq(b), a.isnan(), torch.isclose(a, b), (a > 0).any(1)),
        ((4, 3), (4, 3)),
    ),
    "positions": (
        lambda a: (a.argmax(1), a.argsort(0), a.nonzero(), torch.searchsorted(a[0].sort().values, a[1])),
        ((4, 3),),
    ),
    "counts": (
        lambda a: (torch.bincount(near(a, LABELS)), *near(a, LABELS).unique(return_counts=True)),
        ((1,),),
    ),
    "factories": (made, ((4, 3),)),
    "casts": (
        lambda a: (a.float(), a.half(), a.long(), a.bool(), a.to(torch.bfloat16), (a > 0).sum()),
        ((4, 3),),
    ),
    "random_numbers": (random_numbers, ((4, 3),)),
    "nothing": (lambda a: (a[:0].sum(0), torch.cat((a[:0], a)), a[:0].tolist()), ((4, 3),)),
    "python_values": (python_values, ((4, 3),)),
}


def drawn(shapes: tuple[Any, ...]) -> list[Tensor]:
    """Return random arguments of these shapes on the host."""
    generator = torch.Generator().manual_seed(7)
    return [torch.randn(*shape, dtype=torch.float64, generator=generator) for shape in shapes]


def on_host(value: Any) -> Any:
    """Return a result with its device tensors brought home."""
    if isinstance(value, Tensor):
        return to_host(value)
    return type(value)(map(on_host, value)) if type(value) in (tuple, list) else value


def with_gradients(function: Callable[..., Tensor], args: list[Tensor]) -> list[Tensor]:
    """Return the result and the gradient of each argument, for an upstream that is not uniform."""
    leaves = [arg.requires_grad_() for arg in args]
    y = function(*leaves)
    upstream = torch.linspace(-1, 2, y.numel(), dtype=y.dtype).reshape(y.shape).to(y.device)
    return [y.detach(), *torch.autograd.grad(y, leaves, upstream, allow_unused=True)]


def same(got: Any, want: Any) -> None:
    """Raise unless both are equal to the last bit."""
    torch.testing.assert_close(on_host(got), want, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_result_and_gradients_equal_the_hosts(name: str) -> None:
    """A differentiable function gives the host's bits, forward and backward, and stays on the device."""
    function, shapes = DIFFERENTIABLE[name]
    want = with_gradients(function, drawn(shapes))
    got = with_gradients(function, [to_device(arg) for arg in drawn(shapes)])
    assert all(part is None or (part.device.type == "sim" and type(part) is Tensor) for part in got), got
    same([part for part in got if part is not None], [part for part in want if part is not None])


@pytest.mark.parametrize("name", PLAIN)
def test_plain_result_equals_the_hosts(name: str) -> None:
    """A function without gradients gives the host's bits, types and Python values."""
    function, shapes = PLAIN[name]
    got, want = function(*[to_device(arg) for arg in drawn(shapes)]), function(*drawn(shapes))
    for one, other in zip(got, want, strict=True):
        if isinstance(other, Tensor):
            same(one, other)
        else:
            assert one == other and type(one) is type(other), (one, other)


@pytest.mark.parametrize("name", TWICE)
def test_derivatives_pass_gradcheck_twice(name: str) -> None:
    """First and second derivatives agree with finite differences taken on the device."""
    function, shapes = DIFFERENTIABLE[name]
    args = tuple(to_device(arg).requires_grad_() for arg in drawn(shapes))
    assert torch.autograd.gradcheck(function, args)
    assert torch.autograd.gradgradcheck(function, args)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_recurrent_layer_is_close_to_the_hosts(name: str) -> None:
    """A recurrent layer of two directions gives nearly the host's numbers and derivatives."""
    torch.manual_seed(0)
    layer = getattr(torch.nn, name)(3, 4, num_layers=2, bidirectional=True, dtype=torch.float64)
    results = []
    (data,) = drawn(((5, 2, 3),))
    for net, x in ((layer, data), (copy.deepcopy(layer).to("sim"), to_device(data))):
        leaves = [x.requires_grad_(), *net.parameters()]
        y = net(x)[0]
        first = torch.autograd.grad(y.square().sum(), leaves, create_graph=True)
        second = torch.autograd.grad(sum(part.square().sum() for part in first), leaves)
        results.append([y.detach(), *(part.detach() for part in (*first, *second))])
    torch.testing.assert_close(on_host(results[1]), results[0], rtol=1e-10, atol=1e-12)


def test_attention_is_close_to_the_hosts() -> None:
    """Attention, which the host fuses, gives its numbers closely."""
    shapes = ((2, 3, 5, 4),) * 3
    want = with_gradients(F.scaled_dot_product_attention, drawn(shapes))
    got = with_gradients(F.scaled_dot_product_attention, [to_device(arg) for arg in drawn(shapes)])
    torch.testing.assert_close(on_host(got), want, rtol=1e-10, atol=1e-12)
