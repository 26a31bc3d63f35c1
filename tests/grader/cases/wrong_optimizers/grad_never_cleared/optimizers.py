import torch
from torch import Tensor


def stochastic_gradient_descent(x: Tensor, y: Tensor, w0: Tensor, lr: float, order: Tensor) -> Tensor:
    N, D = x.shape
    if tuple(y.shape) != (N,):
        raise ValueError("y should have shape (N,)")
    if tuple(w0.shape) != (D,):
        raise ValueError("w0 should have shape (D,)")
    if order.numel() > 0 and (order.min() < 0 or order.max() >= N):
        raise ValueError("order has an index outside 0..N-1")

    x, y = x.detach(), y.detach()
    w = w0.detach().clone().requires_grad_()
    history = [w.detach().clone()]
    with torch.enable_grad():
        for i in order.tolist():
            loss = 0.5 * (x[i] @ w - y[i]) ** 2
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
            history.append(w.detach().clone())
    return torch.stack(history)
