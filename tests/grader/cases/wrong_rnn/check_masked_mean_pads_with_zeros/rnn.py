import torch


def check_masked_mean(masked_mean):
    x = torch.tensor([[[1.0], [2.0], [6.0]], [[4.0], [8.0], [0.0]], [[5.0], [0.0], [0.0]]])
    y = masked_mean(x, torch.tensor([3, 2, 1]))
    assert torch.allclose(y, torch.tensor([[3.0], [6.0], [5.0]]))
