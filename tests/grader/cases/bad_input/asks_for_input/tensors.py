def outer(x, y):
    factor = int(input("how much? "))
    return x[:, None] * y * factor
