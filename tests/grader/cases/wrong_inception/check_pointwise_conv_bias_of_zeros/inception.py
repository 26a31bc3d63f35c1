import torch
from torch import Tensor
from torch.nn import functional


def pointwise_conv(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Convolve with a 1x1 kernel: at each pixel by itself, a matrix product over the channels.

    y[n, f, i, j] = sum over c of weight[f, c, 0, 0] * x[n, c, i, j], plus bias[f] if there is one.

    One product serves the whole batch: no Python loop over samples, channels or pixels. Differentiable in x, weight
    and bias. By hand: no torch convolution of any kind, neither as a function (conv1d, conv2d, conv3d, convolution,
    conv_transpose2d, ...) nor as a layer (nn.Conv1d, nn.Conv2d, nn.Conv3d, ...).

    Args:
        x, weight: (N, C, H, W), images, float32 or float64; (F, C, 1, 1), in the dtype of x.
        bias: (F,), in the dtype of x, or None.
    Returns:
        (N, F, H, W), the dtype of x.
    Raises:
        ValueError: naming `weight` when it is not (F, C, 1, 1) with the C of x; naming `bias` when it is not (F,). Both
            also where torch would broadcast.
    Example:
        >>> x = torch.tensor([[[[1.0, 2.0]], [[10.0, 20.0]]]])  # one image, two channels, one row of two pixels
        >>> weight = torch.tensor([[1.0, 1.0], [2.0, 0.0]]).reshape(2, 2, 1, 1)
        >>> pointwise_conv(x, weight, torch.tensor([0.0, 5.0])).flatten(2)  # 1 + 10, 2 + 20; 2 + 5, 4 + 5
        tensor([[[11., 22.],
                 [ 7.,  9.]]])

    Source: Lin, Chen, Yan, Network in Network (2013). Deviations: other shapes raise ValueError.
    """
    raise NotImplementedError("pointwise_conv")


def check_pointwise_conv(pointwise_conv):
    torch.manual_seed(1)
    x = torch.randn(2, 3, 4, 5, requires_grad=True)
    weight = torch.randn(6, 3, 1, 1)
    for bias in (None, torch.zeros(6)):
        y = pointwise_conv(x, weight, bias)
        want = functional.conv2d(x, weight, bias)
        assert y.shape == want.shape, "shape"
        assert torch.allclose(y, want, atol=1e-5), "values"
        assert y.requires_grad, "no graph"
        up = torch.randn_like(want)
        (g,) = torch.autograd.grad((y * up).sum(), x)
        (w,) = torch.autograd.grad((want * up).sum(), x)
        assert torch.allclose(g, w, atol=1e-5), "gradient"
