def add_(out, x):
    if x.shape != out.shape:
        raise ValueError("x must have the shape of out")
    out += x
    return out
