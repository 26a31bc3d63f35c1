"""How the simulated device computes: one kernel for all operators, which asks the host's for numbers.

The kernel lends the host the memory of the device tensors, runs the same operator there, and hands the
results back: an argument returns as itself, a view as a view of its base, anything else as new memory of
the device.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from grader.device.memory import DEVICE, adopt, as_device, as_host, on_host_kernel
from grader.device.rules import check_generator, check_index, check_same_device

if TYPE_CHECKING:
    from torch._ops import OpOverload

HOST = torch.device("cpu")
NOT_RESIZABLE = "not resizable"


class Loan:
    """The device tensors of one call, lent to the host."""

    def __init__(self) -> None:
        """Start with nothing lent."""
        self.lent: dict[int, Tensor] = {}
        self.owners: dict[int, Tensor] = {}
        self.met_host = False
        self.foreign_device = False

    def lend(self, value: Any) -> Any:
        """Return `value` as the host may see it."""
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, (list, tuple)):
            return [self.lend(item) for item in value]
        if isinstance(value, torch.device):
            return self._device(value)
        if isinstance(value, torch.Generator):
            check_generator(value)
        return value

    def take_back(self, value: Any) -> Any:
        """Return a result of the host as the device shows it."""
        if isinstance(value, Tensor):
            owner = self.owners.get(id(value))
            return owner if owner is not None else value if self.foreign_device else as_device(value)
        if isinstance(value, (list, tuple)):
            return type(value)(self.take_back(item) for item in value)
        return value

    def _tensor(self, value: Tensor) -> Tensor:
        if value.device.type != DEVICE:
            self.met_host = True
            self.owners[id(value)] = value
            return value
        known = self.lent.get(id(value))
        if known is None:
            known = self.lent[id(value)] = as_host(value)
            self.owners[id(known)] = value
        return known

    def _device(self, value: torch.device) -> torch.device:
        if value.type != DEVICE:
            self.foreign_device = True
            return value
        check_index(value)
        return HOST


def run_on_host(operator: OpOverload, *args: Any, **kwargs: Any) -> Any:
    """Run any operator that no other kernel takes."""
    if _is_view(operator):
        return on_host_kernel(operator, *args, **kwargs)
    loan = Loan()
    lent_args = [loan.lend(value) for value in args]
    lent_kwargs = {name: loan.lend(value) for name, value in kwargs.items()}
    if loan.met_host and loan.lent:
        check_same_device(operator, args, kwargs)
    try:
        result = _overload_for(operator, lent_args)(*lent_args, **lent_kwargs)
        _follow_shapes(operator, kwargs, lent_kwargs)
        return loan.take_back(result)
    except RuntimeError as error:
        if NOT_RESIZABLE not in str(error) or not _outputs(operator):
            raise
    return _run_with_new_outputs(operator, loan, lent_args, lent_kwargs)


def _overload_for(operator: OpOverload, args: list[Any]) -> Any:
    """Return what to call: a Python number in the place of a tensor (`labels % 3`) asks for another overload."""
    expected = zip(args, operator._schema.arguments, strict=False)
    if any(
        isinstance(value, (int, float)) and str(argument.type) == "Tensor" for value, argument in expected
    ):
        return operator.overloadpacket
    return operator


def _run_with_new_outputs(operator: OpOverload, loan: Loan, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Run once more with `out=` memory that the host may resize, and give the device that memory."""
    new = {
        name: torch.ops.aten.empty.memory_format([0], dtype=kwargs[name].dtype) for name in _outputs(operator)
    }
    owners = {name: loan.owners[id(kwargs[name])] for name in new}
    loan.owners.update({id(fresh): owners[name] for name, fresh in new.items()})
    result = operator(*args, **{**kwargs, **new})
    for name, fresh in new.items():
        adopt(owners[name], as_device(fresh))
    return loan.take_back(result)


def _follow_shapes(operator: OpOverload, kwargs: dict[str, Any], lent_kwargs: dict[str, Any]) -> None:
    """Give `out=` tensors the shape that the host gave to the memory they lent."""
    for name in _outputs(operator):
        value, lent = kwargs[name], lent_kwargs[name]
        if isinstance(value, Tensor) and value.shape != lent.shape:
            adopt(value, as_device(lent.clone()))


@cache
def _is_view(operator: OpOverload) -> bool:
    """Whether all results share memory with an argument, and nothing is written."""
    kinds = [result.alias_info for result in operator._schema.returns]
    return bool(kinds) and all(kind is not None and not kind.is_write for kind in kinds)


@cache
def _outputs(operator: OpOverload) -> tuple[str, ...]:
    """Return the names of the `out=` arguments."""
    known = operator._schema.arguments
    return tuple(a.name for a in known if a.kwarg_only and a.alias_info is not None and a.alias_info.is_write)
