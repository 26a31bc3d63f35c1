import torch


def shift(x, dy, dx):
    H, W = x.shape[-2:]
    dy, dx = max(-H, min(H, dy)), max(-W, min(W, dx))
    y = torch.zeros_like(x)
    y[..., max(dy, 0) : H + min(dy, 0), max(dx, 0) : W + min(dx, 0)] = x[
        ..., max(-dy, 0) : H - max(dy, 0), max(-dx, 0) : W - max(dx, 0)
    ]
    return y


def equivariance_error(f, x, dy, dx, border=0, stride=1):
    if dy % stride or dx % stride:
        raise ValueError("stride must divide dy and dx")
    with torch.no_grad():
        y = f(x.clone())
        z = f(shift(x, dy, dx))
    dy, dx = dy // stride, dx // stride
    H, W = y.shape[-2:]
    top, bottom = border + max(dy, 0), H - border + min(dy, 0)
    left, right = border + max(dx, 0), W - border + min(dx, 0)
    if top >= bottom or left >= right:
        raise ValueError("border leaves nothing to compare")
    first = z[..., border : H - border, border : W - border]
    second = shift(y, dy, dx)[..., border : H - border, border : W - border]
    return (first - second).abs().max().item()
