from tensors import outer as theirs


def product(x, y):
    return theirs(x, y)
