import torch


def corr2d(x, k):
    if x.ndim != 2:
        raise ValueError("x must have two axes")
    if k.ndim != 2:
        raise ValueError("k must have two axes")
    (H, W), (kh, kw) = x.shape, k.shape
    if kh > H or kw > W:
        raise ValueError("k is larger than the image")
    oh, ow = H - kh + 1, W - kw + 1
    y = torch.zeros(oh, ow)
    for a in range(kh):
        for b in range(kw):
            y += k[a, b] * x[a : a + oh, b : b + ow]
    return y
