import torch


def fit_temperature(logits, labels):
    z = logits.detach().double()
    low, high = 1e-9, 1e9
    for _ in range(200):
        b = (low * high) ** 0.5
        factor = torch.tensor(b, dtype=torch.float64, device=z.device, requires_grad=True)
        loss = torch.nn.functional.cross_entropy(factor * z, labels)
        loss.backward()
        if factor.grad < 0:
            low = b
        else:
            high = b
    return b
