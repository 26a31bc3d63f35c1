from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if target.shape != pred.shape:
        raise ValueError(f"target must have shape {tuple(pred.shape)}, not {tuple(target.shape)}")
    err = pred - target
    loss = err * err
    if reduction == "none":
        return loss
    elif reduction == "sum":
        return loss.sum()
    elif reduction == "mean":
        batch_size = pred.shape[0] if pred.dim() > 0 else 1
        return loss.sum() / batch_size
    else:
        raise ValueError("reduction must be none, mean or sum")
