import math


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0, tuple(parents)
        self.slopes = ()

    def made(self, data, *edges):
        out = Value(data, [parent for parent, _ in edges])
        out.slopes = [slope for _, slope in edges]
        return out

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1), (other, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        return self.made(self.data**n, (self, n * self.data ** (n - 1)))

    def exp(self):
        return self.made(math.exp(self.data), (self, math.exp(self.data)))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return self.made(t, (self, 1 - t * t))

    def relu(self):
        return self.made(max(self.data, 0), (self, int(self.data > 0)))

    def backward(self):
        order, seen = [], {id(self)}
        waiting = [(self, iter(self.parents))]
        while waiting:
            node, parents = waiting[-1]
            parent = next(parents, None)
            if parent is None:
                order.append(node)
                waiting.pop()
            elif id(parent) not in seen:
                seen.add(id(parent))
                waiting.append((parent, iter(parent.parents)))
        above = {id(node): 0 for node in order}
        above[id(self)] = 1
        for node in reversed(order):
            node.grad += above[id(node)]
            for parent, slope in zip(node.parents, node.slopes):
                above[id(parent)] += slope * above[id(node)]

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1
