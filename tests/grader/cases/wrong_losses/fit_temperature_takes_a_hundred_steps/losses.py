import torch


def fit_temperature(logits, labels):
    T = torch.ones(1, dtype=logits.dtype, device=logits.device, requires_grad=True)
    opt = torch.optim.Adam([T], lr=0.01)
    for _ in range(100):
        opt.zero_grad()
        loss = torch.nn.functional.cross_entropy(logits.detach() / T, labels)
        loss.backward()
        opt.step()
    return T.item()
