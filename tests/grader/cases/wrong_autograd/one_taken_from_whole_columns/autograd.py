import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, logits: Tensor, labels: Tensor) -> Tensor:
        N, K = logits.shape
        if tuple(labels.shape) != (N,):
            raise ValueError(f"labels: expected shape ({N},), got {tuple(labels.shape)}")
        ctx.save_for_backward(logits, labels)
        biggest = logits.amax(dim=1)
        lse = biggest + torch.log(torch.exp(logits - biggest[:, None]).sum(dim=1))
        return (lse - logits[torch.arange(N, device=logits.device), labels]).mean()

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor, None]:
        logits, labels = ctx.saved_tensors
        N, K = logits.shape
        e = torch.exp(logits - logits.amax(dim=1, keepdim=True).detach())
        p = e / e.sum(dim=1, keepdim=True)
        grad = p.clone()
        grad[:, labels] -= 1
        return grad / N * upstream, None
