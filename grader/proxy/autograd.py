"""A call to the worker as one node of the judge's own graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from grader.proxy.session import Session


class RemoteCall(torch.autograd.Function):
    """Outputs that the worker computed from leaves that the judge knows.

    The leaves are inputs of this node, so gradients accumulate here by torch's own rules.
    """

    @staticmethod
    def forward(ctx: Any, session: Session, call: int, outputs: Sequence[Tensor], *leaves: Tensor) -> Any:
        """Hand out what the worker computed."""
        ctx.session, ctx.call, ctx.leaves = session, call, leaves
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor | None) -> Any:
        """Ask the worker for the vector-Jacobian product, itself a call when a graph of it is wanted."""
        gradients = ctx.session.vjp(ctx.call, upstream, ctx.leaves, torch.is_grad_enabled())
        return None, None, None, *gradients


def attach(
    session: Session, call: int, outputs: Sequence[Tensor], leaves: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    """Return the outputs as results of a call on `leaves`."""
    with torch.enable_grad():
        attached: tuple[Tensor, ...] = RemoteCall.apply(session, call, list(outputs), *leaves)
    return attached
