def receptive_field(layers):
    field = jump = 1
    for layer in layers:
        if len(layer) not in (2, 3) or min(layer) < 1:
            raise ValueError("layers must hold two or three numbers, each at least 1")
        kernel, stride, *rest = layer
        dilation = rest[0] if rest else 1
        jump *= stride
        field += dilation * (kernel - 1) * jump
    return field
