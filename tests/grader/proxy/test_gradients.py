"""A call is differentiable across the boundary, as if the function were local."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.autograd.gradcheck import GradcheckError

from grader.proxy.submission import Submission
from grader.sandbox.transport import WorkerLied

Learner = Callable[..., Submission]

SQUASH = """
    def squash(x, w):
        return torch.tanh(x @ w).square()
"""

NET = """
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64))
            self.unused = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))

        def forward(self, x):
            return (x @ self.weight).square()
"""


def normal(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def leaf(*shape: int, seed: int = 1) -> Tensor:
    return normal(*shape, seed=seed).requires_grad_()


def test_gradcheck_passes(learner: Learner) -> None:
    assert torch.autograd.gradcheck(learner(SQUASH).squash, (leaf(2, 3), leaf(3, 2, seed=2)))


def test_gradgradcheck_passes(learner: Learner) -> None:
    assert torch.autograd.gradgradcheck(learner(SQUASH).squash, (leaf(2, 3), leaf(3, 2, seed=2)))


def test_gradcheck_fails_when_backward_is_wrong(learner: Learner) -> None:
    submission = learner("""
        class Wrong(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x.exp()

            @staticmethod
            def backward(ctx, above):
                return above

        def wrong(x):
            return Wrong.apply(x)
    """)
    with pytest.raises(GradcheckError):
        torch.autograd.gradcheck(submission.wrong, (leaf(3),))


def test_backward_accumulates_as_torch_does(learner: Learner) -> None:
    submission, x, w = learner(SQUASH), leaf(2, 3), leaf(3, 2, seed=2)
    above = normal(2, 2, seed=3)
    for _ in range(2):
        submission.squash(x, w).backward(above)
    ours, theirs = x.detach().clone().requires_grad_(), w.detach().clone().requires_grad_()
    for _ in range(2):
        torch.tanh(ours @ theirs).square().backward(above)
    assert torch.equal(x.grad, ours.grad) and torch.equal(w.grad, theirs.grad)


def test_gradient_flows_through_calls_and_local_formulas(learner: Learner) -> None:
    submission, x, w = learner(SQUASH), leaf(2, 2), leaf(2, 2, seed=2)
    got = torch.autograd.grad(submission.squash(submission.squash(x.sin(), w) * 3, w).sum(), (x, w))
    inner = torch.tanh(x.sin() @ w).square() * 3
    want = torch.autograd.grad(torch.tanh(inner @ w).square().sum(), (x, w))
    assert all(torch.allclose(a, b, rtol=1e-12) for a, b in zip(got, want, strict=True))


def test_parameters_get_gradients_when_no_argument_requires_one(learner: Learner) -> None:
    net, x = learner(NET).Net(), normal(3, 2)
    net(x).sum().backward()
    weight = net.weight.detach().clone().requires_grad_()
    (x @ weight).square().sum().backward()
    assert torch.equal(net.weight.grad, weight.grad)
    assert net.unused.grad is None


def test_two_calls_of_one_net_in_one_loss_add_their_gradients(learner: Learner) -> None:
    net, a, b = learner(NET).Net(), normal(3, 2), normal(4, 2, seed=2)
    (net(a).sum() * net(b).mean()).backward()
    weight = net.weight.detach().clone().requires_grad_()
    ((a @ weight).square().sum() * (b @ weight).square().mean()).backward()
    assert torch.allclose(net.weight.grad, weight.grad, rtol=1e-12)


def test_autograd_grad_returns_gradients_and_leaves_grad_alone(learner: Learner) -> None:
    net, x = learner(NET).Net(), leaf(3, 2)
    found = torch.autograd.grad(net(x).sum(), (x, net.weight, net.unused), allow_unused=True)
    assert found[0].shape == x.shape and found[1].shape == (2, 2) and found[2] is None
    assert x.grad is None and net.weight.grad is None


def test_second_backward_works_when_the_graph_is_retained(learner: Learner) -> None:
    submission, x, w = learner(SQUASH), leaf(2, 3), leaf(3, 2, seed=2)
    loss = submission.squash(x, w).sum()
    loss.backward(retain_graph=True)
    once = x.grad.clone()
    loss.backward()
    assert torch.equal(x.grad, 2 * once)


def test_second_derivative_reaches_parameters(learner: Learner) -> None:
    net, x = learner(NET).Net(), leaf(3, 2)
    (slope,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
    slope.square().sum().backward()
    weight = net.weight.detach().clone().requires_grad_()
    ours = x.detach().clone().requires_grad_()
    (want,) = torch.autograd.grad((ours @ weight).square().sum(), ours, create_graph=True)
    want.square().sum().backward()
    assert torch.allclose(net.weight.grad, weight.grad, rtol=1e-12)
    assert torch.allclose(x.grad, ours.grad, rtol=1e-12)


def test_integer_output_comes_without_gradient_beside_one_with(learner: Learner) -> None:
    submission = learner("""
        def largest(x):
            return x.max(), x.argmax(), x > 0
    """)
    x = torch.tensor([1.0, 5.0, 2.0], requires_grad=True)
    value, index, positive = submission.largest(x)
    assert index.dtype is torch.int64 and index.item() == 1 and positive.dtype is torch.bool
    assert not index.requires_grad
    value.backward()
    assert x.grad.tolist() == [0.0, 1.0, 0.0]


def test_named_tuple_arrives_by_name_and_differentiable(learner: Learner) -> None:
    submission = learner("""
        from typing import NamedTuple

        class Statistics(NamedTuple):
            mean: torch.Tensor
            count: int

        def statistics(x):
            return Statistics(x.mean(), len(x))
    """)
    x = torch.tensor([1.0, 3.0], requires_grad=True)
    result = submission.statistics(x)
    result.mean.backward()
    assert result.count == 2 and result.mean.item() == 2.0 and x.grad.tolist() == [0.5, 0.5]


def test_nested_outputs_are_differentiable(learner: Learner) -> None:
    submission = learner("""
        def parts(x):
            return {"a": [x * 2], "b": (x * 3, None)}
    """)
    x = torch.ones(2, requires_grad=True)
    result = submission.parts(x)
    (result["a"][0] + result["b"][0]).sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]


def test_tensors_in_containers_get_gradients(learner: Learner) -> None:
    submission = learner("""
        def total(parts, named):
            return sum(part.sum() for part in parts) * named["scale"]
    """)
    a, b, scale = leaf(2), leaf(3), torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    submission.total([a, (b)], named={"scale": scale}).backward()
    assert a.grad.tolist() == [2.0, 2.0] and b.grad.tolist() == [2.0] * 3
    assert torch.isclose(scale.grad, a.sum() + b.sum())


def test_only_used_outputs_are_asked_for(learner: Learner) -> None:
    submission = learner("""
        def both(x):
            return x * 2, (x * float("nan")).sqrt()
    """)
    x = leaf(3)
    submission.both(x)[0].sum().backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_result_has_no_graph_when_the_judge_is_in_no_grad(learner: Learner) -> None:
    submission = learner(
        SQUASH
        + """
    def mode():
        return torch.is_grad_enabled()
    """
    )
    with torch.no_grad():
        assert not submission.squash(leaf(2, 3), leaf(3, 2)).requires_grad
        assert submission.mode() is False
    assert submission.mode() is True


def test_result_has_no_graph_when_the_submission_detaches(learner: Learner) -> None:
    submission = learner("""
        def detached(x):
            return x.detach() * 2
    """)
    assert not submission.detached(leaf(3)).requires_grad


def test_custom_function_works_through_apply(learner: Learner) -> None:
    submission = learner("""
        class Double(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, above):
                return above * 2
    """)
    x = leaf(3)
    submission.Double.apply(x).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_in_place_result_of_a_call_counts_once(learner: Learner) -> None:
    submission = learner("""
        def twice(x):
            y = x * 2
            y.add_(1)
            return y, y
    """)
    x = leaf(2)
    a, b = submission.twice(x)
    (a + b).sum().backward()
    assert x.grad.tolist() == [4.0, 4.0]


def test_backward_error_of_the_submission_arrives(learner: Learner) -> None:
    submission = learner("""
        class Broken(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, above):
                raise ValueError("no way back")

        def broken(x):
            return Broken.apply(x)
    """)
    with pytest.raises(ValueError, match="no way back"):
        submission.broken(leaf(3)).sum().backward()


def test_second_derivative_that_torch_only_notes_as_zero_arrives(learner: Learner) -> None:
    submission = learner("def size(x): return x.abs()")
    x = leaf(3)
    (slope,) = torch.autograd.grad(submission.size(x).sum(), x, create_graph=True)
    (slope.abs().sum() + x.sum()).backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]


def test_worker_that_returns_a_gradient_of_another_shape_lies(learner: Learner) -> None:
    submission = learner("""
        def double(x):
            return x * 2

        def patch():
            honest = torch.autograd.grad
            torch.autograd.grad = lambda *args, **kwargs: [g.sum() for g in honest(*args, **kwargs)]
            return honest

        def restore(honest):
            torch.autograd.grad = honest
    """)
    honest = submission.patch()
    try:
        with pytest.raises(WorkerLied, match="does not fit"):
            submission.double(leaf(3)).sum().backward()
    finally:
        submission.restore(honest)
