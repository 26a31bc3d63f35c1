import torch


def ascend(f, x0, lr, steps, weight_decay=0.0):
    x = x0.detach().clone()
    history = [x.clone()]
    for _ in range(steps):
        x.requires_grad_(True)
        (grad,) = torch.autograd.grad(f(x), x)
        grad = grad + weight_decay * x.detach()
        x = x.detach() + lr * grad  # maximise
        history.append(x.clone())
    return torch.stack(history)
