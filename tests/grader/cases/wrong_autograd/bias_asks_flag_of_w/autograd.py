import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


class Linear(torch.autograd.Function):

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        ctx.has_bias = b is not None
        ctx.save_for_backward(x, w)
        y = torch.mm(x, w.t())
        if b is not None:
            y = y + b.unsqueeze(0)
        return y

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x, w = ctx.saved_tensors
        dx = dw = db = None
        if ctx.needs_input_grad[0]:
            dx = torch.mm(upstream, w)
        if ctx.needs_input_grad[1]:
            dw = torch.mm(upstream.t(), x)
        if ctx.has_bias and ctx.needs_input_grad[1]:
            db = upstream.sum(0)
        return dx, dw, db
