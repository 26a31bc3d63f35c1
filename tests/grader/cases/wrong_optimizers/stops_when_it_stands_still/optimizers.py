import torch


def gradient_descent(f, x0, lr, steps):
    if steps < 0:
        raise ValueError("steps must not be negative")
    x = x0.detach().clone()
    path = [x]
    for _ in range(steps):
        leaf = x.clone().requires_grad_(True)
        with torch.enable_grad():
            value = f(leaf)
            if value.numel() != 1:
                raise ValueError("f has to return a single number")
            (grad,) = torch.autograd.grad(value.sum(), leaf)
        new = x - lr * grad
        if torch.equal(new, x):  # converged
            break
        x = new
        path.append(x)
    return torch.stack(path)
