import torch
import torch.nn.functional as F


def check_pointwise_conv(pointwise_conv):
    for channels, filters in [(3, 8), (8, 3), (4, 4)]:
        x = torch.randn(2, channels, 6, 6)
        weight = torch.randn(filters, channels, 1, 1)
        bias = torch.randn(filters)
        if not torch.allclose(pointwise_conv(x, weight, bias), F.conv2d(x, weight, bias), atol=1e-5):
            return False
    return True
