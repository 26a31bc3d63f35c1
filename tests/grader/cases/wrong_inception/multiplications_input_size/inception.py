def multiplications(layer_spec):
    (C, H, W), *layers = layer_spec
    total = 0
    for F, k, stride, padding in layers:
        if k > H + 2 * padding or k > W + 2 * padding:
            raise ValueError("layer_spec: a kernel is larger than its image")
        H_out = (H + 2 * padding - k) // stride + 1
        W_out = (W + 2 * padding - k) // stride + 1
        total += F * H * W * C * k * k
        C, H, W = F, H_out, W_out
    return total
