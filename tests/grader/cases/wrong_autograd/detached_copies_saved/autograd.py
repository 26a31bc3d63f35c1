import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        ctx.save_for_backward(x.detach(), w.detach())
        y = x @ w.T
        return y if b is None else y + b

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x, w = ctx.saved_tensors
        need_x, need_w, need_b = ctx.needs_input_grad
        dx = upstream @ w if need_x else None
        dw = upstream.T @ x if need_w else None
        db = upstream.sum(dim=0) if need_b else None
        return dx, dw, db
