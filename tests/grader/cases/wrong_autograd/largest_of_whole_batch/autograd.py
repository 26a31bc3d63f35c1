import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


def _log_softmax(logits: Tensor) -> Tensor:
    shifted = logits - logits.max().detach()
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, logits: Tensor, labels: Tensor) -> Tensor:
        if labels.shape != logits.shape[:1]:
            raise ValueError(f"labels must have shape ({len(logits)},), not {tuple(labels.shape)}")
        ctx.save_for_backward(logits, labels)
        picked = _log_softmax(logits).gather(1, labels.unsqueeze(1))
        return -picked.mean()

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor, None]:
        logits, labels = ctx.saved_tensors
        p = _log_softmax(logits).exp()
        one_hot = torch.zeros_like(p).scatter(1, labels.unsqueeze(1), 1.0)
        return upstream * (p - one_hot) / logits.shape[0], None
