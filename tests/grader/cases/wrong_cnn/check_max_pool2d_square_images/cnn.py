import torch
import torch.nn.functional as F


def check_max_pool2d(max_pool2d):
    for size in [4, 8, 16]:
        for k in [2, 4]:
            x = torch.randn(2, 3, size, size)
            expected = F.max_pool2d(x, k)
            assert torch.allclose(max_pool2d(x, k), expected)
            assert torch.allclose(max_pool2d(x, k, stride=1, padding=1), F.max_pool2d(x, k, stride=1, padding=1))
