import torch


def check_pointwise_conv(pointwise_conv):
    x = torch.rand(4, 3, 8, 8)
    weight = torch.ones(16, 3, 1, 1)
    out = pointwise_conv(x, weight)
    assert out.shape == (4, 16, 8, 8)
    assert torch.allclose(out[:, 0], x.sum(dim=1), atol=1e-6)
    assert torch.allclose(out[:, 15], x.sum(dim=1), atol=1e-6)
