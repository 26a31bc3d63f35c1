"""Parameters, and tensors that the submission keeps, are the same on both sides at every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from grader.proxy.errors import ArgumentChanged
from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.transport import WorkerLied

Learner = Callable[..., Submission]

OPTIMISER = """
    class Plain:
        def __init__(self, params, lr):
            self.params, self.lr = list(params), lr

    class WritesData(Plain):
        def step(self):
            for p in self.params:
                p.data = p.data - self.lr * p.grad

    class AddsToData(Plain):
        def step(self):
            for p in self.params:
                p.data.add_(p.grad, alpha=-self.lr)

    class Copies(Plain):
        @torch.no_grad()
        def step(self):
            for p in self.params:
                p.copy_(p - self.lr * p.grad)

    class Subtracts(Plain):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p -= self.lr * p.grad

        def zero_grad(self):
            for p in self.params:
                p.grad = None

        def zero_grad_in_place(self):
            for p in self.params:
                p.grad.zero_()

        def seen(self):
            return [(p.tolist(), None if p.grad is None else p.grad.tolist()) for p in self.params]
"""

NET = """
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.Linear(2, 1)
            self.register_buffer("seen", torch.zeros(()))
            self.plain = torch.zeros(2)

        def forward(self, x):
            self.seen += len(x)
            self.plain.add_(1)
            return self.linear(x)

        def train_step(self):
            loss = self.linear(torch.ones(1, 2)).sum()
            loss.backward()

        def values(self):
            return self.linear.weight.tolist()

        def gradient(self):
            return None if self.linear.weight.grad is None else self.linear.weight.grad.tolist()
"""


@pytest.mark.parametrize("name", ["WritesData", "AddsToData", "Copies", "Subtracts"])
@pytest.mark.parametrize("as_parameter", [False, True])
def test_optimiser_changes_the_tensors_of_the_judge(learner: Learner, name: str, as_parameter: bool) -> None:
    submission = learner(OPTIMISER)
    p = torch.nn.Parameter(torch.ones(2)) if as_parameter else torch.ones(2, requires_grad=True)
    optimiser = getattr(submission, name)([p], lr=0.5)
    for _ in range(2):
        p.grad = torch.tensor([1.0, -2.0])
        optimiser.step()
    assert p.tolist() == [0.0, 3.0] and p.requires_grad and p.is_leaf


def test_gradient_of_a_local_backward_is_seen_by_the_worker(learner: Learner) -> None:
    p = torch.ones(2, requires_grad=True)
    optimiser = learner(OPTIMISER).Subtracts([p], lr=1.0)
    (p * torch.tensor([1.0, 2.0])).sum().backward()
    assert optimiser.seen() == [([1.0, 1.0], [1.0, 2.0])]
    optimiser.step()
    assert p.tolist() == [0.0, -1.0]
    optimiser.zero_grad_in_place()
    assert p.grad.tolist() == [0.0, 0.0]
    optimiser.zero_grad()
    assert p.grad is None


@pytest.mark.parametrize("way_in", ["object", "class", "scenario", "attribute"])
def test_held_input_is_refused_when_an_object_changes_it_later(learner: Learner, way_in: str) -> None:
    """An object may change what it was made of, and not what it was only given to look at."""
    submission = learner("""
        held = []
        class Layer:
            def __call__(self, x):
                for tensor in held:
                    tensor.data.zero_()
                held.append(x)
            @property
            def weight(self):
                self(torch.ones(1))
            @classmethod
            def apply(cls, x):
                cls()(x)
    """)
    layer, x = submission.Layer(), torch.ones(2)
    ways = {
        "object": lambda: layer(x),
        "class": lambda: submission.Layer.apply(x),
        "scenario": lambda: submission.run(_applied, x),
        "attribute": lambda: layer.weight,
    }
    layer(x)
    with pytest.raises(ArgumentChanged):
        ways[way_in]()
    assert x.tolist() == [1.0, 1.0]


def _applied(submission: Any, x: torch.Tensor) -> Any:
    return submission.Layer()(x)


def test_write_through_data_is_seen_by_the_worker(learner: Learner) -> None:
    p = torch.ones(2, requires_grad=True)
    optimiser = learner(OPTIMISER).Subtracts([p], lr=1.0)
    p.data.mul_(3)  # moves no version counter
    assert optimiser.seen() == [([3.0, 3.0], None)]


def test_parameter_is_one_object_wherever_it_comes_from(learner: Learner) -> None:
    net = learner(NET).Net()
    weight = net.linear.weight
    assert weight is net.linear.weight and type(weight) is torch.nn.Parameter
    assert any(parameter is weight for parameter in net.parameters())
    assert dict(net.named_parameters())["linear.weight"] is weight


def test_optimiser_of_torch_trains_a_net_of_the_submission(learner: Learner) -> None:
    net = learner(NET).Net()
    optimiser = torch.optim.SGD(list(net.parameters()), lr=0.1)
    before = net.linear.weight.detach().clone()
    optimiser.zero_grad()
    net(torch.ones(3, 2)).sum().backward()
    optimiser.step()
    assert torch.allclose(net.linear.weight, before - 0.1 * 3)
    assert net.values() == net.linear.weight.tolist()


def test_optimiser_of_the_submission_trains_a_net_of_the_submission(learner: Learner) -> None:
    submission = learner(NET + OPTIMISER)
    net = submission.Net()
    optimiser = submission.Subtracts(net.parameters(), lr=0.1)
    before = net.linear.weight.detach().clone()
    net(torch.ones(3, 2)).sum().backward()
    optimiser.step()
    assert torch.allclose(net.linear.weight, before - 0.1 * 3)


def test_gradient_of_a_backward_in_the_worker_is_seen_by_the_judge(learner: Learner) -> None:
    net = learner(NET).Net()
    weight = net.linear.weight
    net.train_step()
    assert weight.grad.tolist() == [[1.0, 1.0]] and net.gradient() == [[1.0, 1.0]]
    weight.grad = None
    assert net.gradient() is None


def test_buffers_and_plain_attributes_follow(learner: Learner) -> None:
    net = learner(NET).Net()
    seen, plain = net.seen, net.plain
    net(torch.ones(3, 2))
    assert seen.item() == 3 and plain.tolist() == [1.0, 1.0]


def test_state_dict_has_the_values(learner: Learner) -> None:
    net = learner(NET).Net()
    state = net.state_dict()
    assert sorted(state) == ["linear.bias", "linear.weight", "seen"]
    assert torch.equal(state["linear.weight"], net.linear.weight)
    assert not state["linear.weight"].requires_grad


def test_load_state_dict_reaches_the_worker_and_the_mirrors(learner: Learner) -> None:
    net = learner(NET).Net()
    weight = net.linear.weight
    new = {
        "linear.weight": torch.tensor([[1.0, 2.0]]), "linear.bias": torch.zeros(1), "seen": torch.tensor(5.0)
    }  # fmt: skip
    net.load_state_dict(new)
    assert weight.tolist() == [[1.0, 2.0]] and net.values() == [[1.0, 2.0]] and net.seen.item() == 5
    assert net(torch.ones(1, 2)).item() == 3.0
    assert new["linear.weight"].tolist() == [[1.0, 2.0]]


def test_judge_writes_parameters_in_place(learner: Learner) -> None:
    net = learner(NET).Net()
    with torch.no_grad():
        net.linear.weight.fill_(2.0)
        net.linear.bias.zero_()
    assert net(torch.ones(1, 2)).item() == 4.0


def test_view_of_a_parameter_comes_back_as_one(learner: Learner) -> None:
    net = learner(
        NET
        + """
    def flat(net):
        return net.linear.weight.data.view(-1)
    """
    )
    made = net.Net()
    weight = made.linear.weight
    got = net.flat(made)
    assert got.untyped_storage().data_ptr() == weight.untyped_storage().data_ptr()


def test_tied_parameters_add_their_gradients(learner: Learner) -> None:
    net = learner("""
        class Tied(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.a = torch.nn.Parameter(torch.tensor([2.0]))
                self.b = self.a

            def forward(self, x):
                return self.a * x + self.b * x
    """).Tied()
    net(torch.tensor([3.0])).sum().backward()
    assert net.a is net.b and net.a.grad.tolist() == [6.0]


def test_kept_intermediate_tensor_of_the_judge_stays_differentiable(learner: Learner) -> None:
    submission = learner("""
        held = []

        def keep(x):
            held.append(x)

        def use():
            return held[0] * 3
    """)
    x = torch.ones(2, requires_grad=True)
    submission.keep(x * 2)
    submission.use().sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


class Forger:
    """Keeps the first argument, and answers that the result is a view of the memory that it lies in."""

    def __init__(self, **view: object) -> None:
        self.view = view

    def request(self, header: dict[str, Any], buffers: object) -> tuple[dict[str, Any], list[bytearray]]:
        number = header["args"]["list"][0]["argument"]["number"]
        spec = {"dtype": "float32", "mirror_storage": number, **self.view}
        return {"kept": [number], "value": {"tensor": spec}}, []


def test_view_of_a_kept_argument_shows_what_was_sent() -> None:
    x = torch.arange(6.0)[2:4]
    session = Session(Forger(shape=[1], stride=[1], offset=3), {})  # type: ignore[arg-type]
    assert session.call({"op": "call"}, "f", [x], {}).tolist() == [3.0]


@pytest.mark.parametrize("offset", [0, 1, 3, 4])
def test_view_of_a_kept_argument_is_refused_where_it_shows_what_was_not_sent(offset: int) -> None:
    x = torch.arange(6.0)[2:4]
    session = Session(Forger(shape=[2], stride=[1], offset=offset), {})  # type: ignore[arg-type]
    with pytest.raises(WorkerLied, match="not sent"):
        session.call({"op": "call"}, "f", [x], {})
