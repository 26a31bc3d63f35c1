"""Networks train on the device to the host's numbers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

Maker = Callable[[Iterable[Tensor]], torch.optim.Optimizer]

OPTIMISERS: dict[str, Maker] = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, 0.01),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.01),
}


def network() -> nn.Sequential:
    """Return a small convolutional network."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3)
    )


def trained(net: nn.Module, make: Maker, device: str) -> dict[str, Tensor]:
    """Return the state after five steps on fixed data."""
    optimiser = make(net.parameters())
    generator = torch.Generator().manual_seed(1)
    for _ in range(5):
        x = torch.randn(6, 1, 8, 8, generator=generator).to(device)
        labels = torch.randint(3, (6,), generator=generator).to(device)
        optimiser.zero_grad()
        F.cross_entropy(net(x), labels).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
    return net.state_dict()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_training_gives_the_hosts_numbers(name: str) -> None:
    """Five steps of training on the device end in the host's state."""
    want = trained(network(), OPTIMISERS[name], "cpu")
    got = trained(network().to("sim"), OPTIMISERS[name], "sim")
    assert {value.device.type for value in got.values()} == {"sim"}
    for key, value in want.items():
        torch.testing.assert_close(got[key].cpu(), value, rtol=1e-5, atol=1e-6, msg=f"{key} differs")


def test_plain_sgd_gives_the_hosts_bits() -> None:
    """Without PyTorch's choice of a grouped step, the bits are equal too."""

    def plain(parameters: Iterable[Tensor]) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, 0.1, foreach=False)

    want, got = trained(network(), plain, "cpu"), trained(network().to("sim"), plain, "sim")
    assert all(torch.equal(got[key].cpu(), value) for key, value in want.items())


def test_moved_parameters_stay_the_same_objects() -> None:
    """An optimiser made before the move sees the moved parameters, there and back."""
    net = nn.Linear(3, 2)
    weight = net.weight
    assert net.to("sim").weight is weight and weight.device.type == "sim"
    assert net.cpu().weight is weight and weight.device.type == "cpu"


def test_tied_weights_stay_tied() -> None:
    """Two layers that share a parameter share it after the move, there and back."""
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert net.to("sim")[0].weight is net[1].weight
    assert net.cpu()[0].weight is net[1].weight


def test_module_moves_while_a_graph_holds_it() -> None:
    """A module whose parameters are still held by a graph moves, gradients included."""
    net = nn.Linear(3, 2)
    net(torch.ones(1, 3)).sum().backward()
    held = net(torch.ones(1, 3))
    net.to("sim")
    assert net.weight.device.type == net.weight.grad.device.type == "sim" and held.device.type == "cpu"


def test_state_crosses_devices() -> None:
    """A state loads from the host to the device and back."""
    source, target = network(), network().to("sim")
    target.load_state_dict(source.state_dict())
    back = network()
    back.load_state_dict(copy.deepcopy(target.state_dict()))
    assert all(torch.equal(value, back.state_dict()[key]) for key, value in source.state_dict().items())


def test_transformer_layer_trains() -> None:
    """Attention, dropout and layer norm run forward and backward, and without gradients."""
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).to("sim")
    layer(torch.randn(2, 3, 8, device="sim")).sum().backward()
    with torch.no_grad():
        assert layer.eval()(torch.randn(2, 3, 8, device="sim")).shape == (2, 3, 8)
    assert all(p.grad.device.type == "sim" for p in layer.parameters())
