import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, torch.zeros_like(x))

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        # must not change upstream itself -> work on a copy
        grad = upstream.clone().detach()
        grad[~(x > 0)] = 0
        return grad
