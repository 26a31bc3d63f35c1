import torch
from torch import Tensor


def minibatch_gradient_descent(
    x: Tensor, y: Tensor, w0: Tensor, lr: float, epochs: int, batch_size: int, generator: torch.Generator
) -> Tensor:
    n, d = x.shape
    if y.shape != (n,):
        raise ValueError(f"y: expected ({n},), got {tuple(y.shape)}")
    if w0.shape != (d,):
        raise ValueError(f"w0: expected ({d},), got {tuple(w0.shape)}")
    if epochs < 0:
        raise ValueError("epochs is negative")
    if batch_size < 1:
        raise ValueError("batch_size is below 1")

    order = torch.randperm(n, generator=generator).to(x.device)
    batches = [order[k : k + batch_size] for k in range(0, n, batch_size)]
    with torch.no_grad():
        w = w0.clone()
        weights = [w]
        for _ in range(epochs):
            for batch in batches:
                rows, targets = x[batch], y[batch]
                w = w - lr * rows.T @ (rows @ w - targets) / len(batch)
                weights.append(w)
        return torch.stack(weights)
