import torch


def check_momentum(momentum):
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    opt = momentum([w], 0.1, 0.9)
    w.grad = torch.tensor([10.0, -10.0])
    opt.step()
    expected = torch.tensor([0.0, 3.0])
    assert torch.allclose(w, expected), f"expected {expected}, got {w}"
