def pointwise_conv(x, weight, bias=None):
    if x.ndim != 4:
        raise ValueError("x must have four axes")
    N, C, H, W = x.shape
    if weight.ndim != 4 or weight.shape[1] != C:
        raise ValueError("weight must be (F, C, 1, 1)")
    F = weight.shape[0]
    if bias is not None and bias.shape != (F,):
        raise ValueError("bias must be (F,)")
    y = (weight[:, :, 0, 0] @ x.reshape(N, C, H * W)).reshape(N, F, H, W)
    if bias is not None:
        y = y + bias[:, None, None]
    return y
