def outer(x, y):
    breakpoint()
    return x[:, None] * y
