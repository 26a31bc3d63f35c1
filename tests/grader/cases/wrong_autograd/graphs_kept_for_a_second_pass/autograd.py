import torch


def accumulated_gradients(loss_fn, params, batches):
    params = list(params)
    for p in params:
        p.grad = None
    n = 0
    for x, y in batches:
        loss = loss_fn(x, y) * len(x)
        loss.backward(retain_graph=True)
        n += len(x)
    if n == 0:
        raise ValueError("batches is empty")
    for p in params:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
        p.grad /= n
    return [p.grad.detach().clone() for p in params]
