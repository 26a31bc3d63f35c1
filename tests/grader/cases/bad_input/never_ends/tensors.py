def total(x):
    return 2 * step(x)


def step(x):
    n = 0
    while n >= 0:
        n += 1
    return n


def outer(x, y):
    return total(x)[:, None] * y
