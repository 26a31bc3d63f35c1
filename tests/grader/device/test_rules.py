"""What a real device refuses, this one refuses, in torch's own words."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from grader.device.simulated import available, register, to_device


def is_simulated(value: torch.Tensor) -> bool:
    return value.device.type == "sim"


SAME_DEVICE = "Expected all tensors to be on the same device"
HOST = torch.arange(6.0).reshape(2, 3)


def device() -> torch.Tensor:
    """Return the same numbers on the device."""
    return to_device(HOST)


MIXTURES: dict[str, Callable[[], object]] = {
    "add": lambda: device() + HOST,
    "add_to_host": lambda: HOST + device(),
    "add_number_of_the_device_to_host": lambda: HOST + device().sum(),
    "in_place": lambda: device().add_(HOST),
    "in_place_on_host": lambda: HOST.clone().add_(device()),
    "out": lambda: torch.add(device(), 1, out=torch.zeros(2, 3)),
    "where": lambda: torch.where(HOST > 0, device(), device()),
    "matmul": lambda: device() @ HOST.T,
    "dot_with_number": lambda: torch.dot(device()[0], torch.ones(3)),
    "cat": lambda: torch.cat((device(), HOST)),
    "stack": lambda: torch.stack((HOST, device())),
    "index_select": lambda: device().index_select(0, torch.tensor([0])),
    "gather": lambda: device().gather(0, torch.tensor([[0]])),
    "scatter_add": lambda: device().scatter_add(0, torch.tensor([[0]]), device()),
    "embedding": lambda: F.embedding(torch.tensor([0]), device()),
    "cross_entropy": lambda: F.cross_entropy(device(), torch.tensor([0, 1])),
    "mse_loss": lambda: F.mse_loss(device(), HOST),
    "linear_left_on_host": lambda: nn.Linear(3, 2)(device()),
    "conv_left_on_host": lambda: nn.Conv1d(2, 2, 2)(device()[None]),
    "batch_norm_left_on_host": lambda: nn.BatchNorm1d(3)(device()),
    "equal": lambda: torch.equal(device(), HOST),
    "allclose": lambda: torch.allclose(device(), HOST),
}


@pytest.mark.parametrize("name", MIXTURES)
def test_mixing_devices_is_refused(name: str) -> None:
    """Tensors of both devices in one operation raise with torch's own wording."""
    with pytest.raises(RuntimeError, match=SAME_DEVICE):
        MIXTURES[name]()


def test_parameter_in_a_python_list_stays_behind() -> None:
    """A module's parameter that torch cannot see is not moved, and the mixing is found."""

    class Forgetful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = [nn.Parameter(torch.ones(3))]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.weights[0]

    with pytest.raises(RuntimeError, match=SAME_DEVICE):
        Forgetful().to("sim")(device())


def test_tensor_made_without_device_lies_on_the_host() -> None:
    """A factory without `device=` makes a host tensor."""
    assert torch.zeros(3).device.type == "cpu" and torch.tensor([1]).device.type == "cpu"


def test_numpy_is_refused() -> None:
    """NumPy cannot read the device's memory."""
    for leave in (torch.Tensor.numpy, numpy.asarray, numpy.array):
        with pytest.raises(TypeError, match="can't convert sim:0 device type tensor to numpy"):
            leave(device())


def test_foreign_generator_is_refused() -> None:
    """A generator of the host cannot draw on the device."""
    complaint = "Expected a 'sim' device type for generator but found 'cpu'"
    with pytest.raises(RuntimeError, match=complaint):
        torch.randn(3, device="sim", generator=torch.Generator())
    with pytest.raises(RuntimeError, match=complaint):
        device().normal_(generator=torch.Generator())


def test_second_device_is_refused() -> None:
    """There is one device."""
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        torch.zeros(1, device="sim:1")


def test_foreign_gradient_and_data_are_refused() -> None:
    """A gradient or a value of the host cannot be assigned to a device tensor."""
    x = device().requires_grad_()
    with pytest.raises(RuntimeError, match="attempting to assign a gradient with device type 'cpu'"):
        x.grad = HOST.clone()
    with pytest.raises(RuntimeError, match="incompatible tensor type"):
        x.data = HOST.clone()


def test_numbers_and_indices_of_the_host_are_taken() -> None:
    """Zero-dimensional host tensors and host indices work, as on a GPU."""
    x = device()
    x[torch.tensor([1])] = torch.tensor(5.0)
    assert (x * torch.tensor(2.0)).tolist() == [[0.0, 2.0, 4.0], [10.0, 10.0, 10.0]]
    assert x.masked_fill(x > 4, torch.tensor(0.0)).sum().item() == 3.0
    assert x[torch.tensor([True, False])].tolist() == [[0.0, 1.0, 2.0]]


def test_host_takes_copies_from_the_device() -> None:
    """Copying is the one operation between devices."""
    target = torch.zeros(2, 3)
    target.copy_(device())
    target[0] = device()[1]
    assert target.tolist() == [[3.0, 4.0, 5.0], [3.0, 4.0, 5.0]]


def test_device_does_not_offer_itself() -> None:
    """Code that looks for an accelerator finds none and stays on the host."""
    assert not torch.accelerator.is_available() and torch.accelerator.current_accelerator() is None
    assert not torch.cuda.is_available()


def test_printing_names_the_device() -> None:
    """A device tensor prints its values and its device, and has no class of its own."""
    assert repr(device()[0]) == "tensor([0., 1., 2.], device='sim:0')"
    assert type(device()) is torch.Tensor and is_simulated(device()) and not is_simulated(HOST)


def test_registering_twice_changes_nothing() -> None:
    """Registration is idempotent."""
    before = nn.Module.to
    register()
    assert available() and nn.Module.to is before


def test_saved_tensor_returns_to_the_device_or_the_host() -> None:
    """torch.save keeps the device; map_location brings it home; views keep sharing."""
    x, stream = device(), io.BytesIO()
    torch.save({"x": x, "row": x[0]}, stream)
    loaded = torch.load(io.BytesIO(stream.getvalue()))
    loaded["x"][0] = 7
    assert loaded["row"].tolist() == [7.0, 7.0, 7.0] and is_simulated(loaded["row"])
    assert torch.load(io.BytesIO(stream.getvalue()), map_location="cpu")["x"].equal(HOST)
