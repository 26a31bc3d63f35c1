"""Views share memory, copies do not, and strides arrive as they left."""

from __future__ import annotations

import copy
import pickle
import warnings

import pytest
import torch

from grader.device.memory import as_device, as_host
from grader.device.simulated import to_device


def to_host(value: torch.Tensor) -> torch.Tensor:
    return value.detach().cpu()


def test_view_shares_memory_and_version() -> None:
    """A view of a device tensor is one storage and one version with its base."""
    x = torch.zeros(2, 3, device="sim")
    x.T[0].add_(1)
    assert x.tolist() == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]] and x._version == 1
    assert x[0].untyped_storage().data_ptr() == x.untyped_storage().data_ptr() and x[0]._base is x


def test_changed_value_that_backward_needs_is_found() -> None:
    """Backward refuses a saved result that was changed in place."""
    x = torch.ones(2, device="sim", requires_grad=True)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_leaf_that_requires_grad_cannot_change_in_place() -> None:
    """Autograd's rules hold on the device."""
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        torch.ones(2, device="sim", requires_grad=True).add_(1)


def test_out_argument_receives_the_result() -> None:
    """`out=` is written where it fits, grows and shrinks where it does not."""
    x = to_device(torch.tensor([1.0, 2.0]))
    for elements in (2, 0, 1, 5):
        out = torch.zeros(elements, device="sim")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert torch.add(x, 1, out=out) is out and out.tolist() == [2.0, 3.0]


def test_two_out_arguments_receive_the_results() -> None:
    """An operation with two results writes both."""
    values, places = torch.empty(0, device="sim"), torch.empty(0, dtype=torch.int64, device="sim")
    torch.max(to_device(torch.tensor([[1.0, 3.0, 2.0]])), 1, out=(values, places))
    assert values.tolist() == [3.0] and places.tolist() == [1]


def test_resize_keeps_the_elements() -> None:
    """A resized tensor keeps its first elements, whether it shrinks or grows."""
    x = torch.arange(4.0).to("sim")
    assert x.resize_(2).tolist() == [0.0, 1.0]
    assert x.resize_(6)[:4].tolist()[:2] == [0.0, 1.0]


def test_copies_share_nothing() -> None:
    """to_device and to_host copy, without history."""
    x = torch.ones(2, requires_grad=True)
    there = to_device(x)
    back = to_host(there.requires_grad_() * 1)
    there.detach().zero_()
    assert x.tolist() == back.tolist() == [1.0, 1.0] and not back.requires_grad and back.device.type == "cpu"


def test_seen_from_the_other_side_shares_memory() -> None:
    """as_device and as_host show the same memory, with the same strides."""
    x = torch.arange(12.0).reshape(1, 3, 4)[:, :, 1]
    there = as_device(x)
    there.mul_(2)
    assert x.tolist() == [[2.0, 10.0, 18.0]] and there.stride() == x.stride()
    assert as_host(there).data_ptr() == x.data_ptr()


def test_memory_outlives_the_tensor_that_lent_it() -> None:
    """A device tensor keeps the memory it shows."""
    there = as_device(torch.full((1000,), 3.0))
    torch.zeros(1000).add_(1)
    assert there.sum().item() == 3000.0


@pytest.mark.parametrize("kind", ["float64", "float16", "bfloat16", "int64", "uint8", "bool", "complex64"])
def test_every_kind_of_element_travels(kind: str) -> None:
    """A copy to the device and back gives the same bits."""
    x = torch.tensor([0, 1, 1]).to(getattr(torch, kind))
    assert torch.equal(to_host(to_device(x)), x) and torch.equal(x.to("sim").cpu(), x)


def test_conjugate_travels() -> None:
    """A lazily conjugated tensor arrives conjugated."""
    x = torch.tensor([1 + 2j, 3j])
    assert x.to("sim").conj().cpu().tolist() == to_host(to_device(x.conj())).tolist() == x.conj().tolist()


def test_copied_objects_stay_on_the_device() -> None:
    """deepcopy and pickle keep tensors, parameters and buffers on the device, apart from the original."""
    net = torch.nn.BatchNorm1d(2).to("sim")
    for made in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        made.running_mean.add_(1)
        assert {value.device.type for value in made.state_dict().values()} == {"sim"}
    assert net.running_mean.tolist() == [0.0, 0.0]


def test_storage_can_be_made_on_the_device() -> None:
    """Storages of the device exist, and host storages are as before."""
    assert torch.UntypedStorage(4, device="sim").device.type == "sim"
    assert torch.UntypedStorage([1, 2]).tolist() == [1, 2] and torch.UntypedStorage(3).nbytes() == 3
