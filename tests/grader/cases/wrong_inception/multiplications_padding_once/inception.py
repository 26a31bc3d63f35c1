def multiplications(layer_spec):
    (C, H, W), *layers = layer_spec
    total = 0
    for F, k, stride, padding in layers:
        H = (H + padding - k) // stride + 1
        W = (W + padding - k) // stride + 1
        total += F * H * W * C * k * k
        C = F
    return total
