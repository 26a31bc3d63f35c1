def outer(x, y):
    while True:
        pass


def frobenius_norm(a):
    if a.ndim < 2:
        raise ValueError("a must be a matrix or a batch of them")
    return (a * a).sum((-1, -2)) ** 0.5
