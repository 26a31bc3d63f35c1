import torch


def check_softmax(softmax):
    for factor in [1, 100, 1000]:
        x = torch.randn(6, 4) * factor
        p = softmax(x, -1)
        total = p.sum(dim=-1)
        assert (p >= 0).all() and (p <= 1).all()
        assert torch.allclose(total, torch.ones(6), atol=1e-4), f"rows sum to {total}"
