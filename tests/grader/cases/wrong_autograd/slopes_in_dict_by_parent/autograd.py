import math


def topological_order(root: "Value") -> list["Value"]:
    order, state, stack = [], {}, [root]
    while stack:
        node = stack[-1]
        seen = state.get(id(node))
        if seen is None:
            state[id(node)] = "entered"
            for parent in node.parents:
                mark = state.get(id(parent))
                if mark == "entered":
                    raise ValueError("the graph has a cycle")
                if mark is None:
                    stack.append(parent)
        else:
            stack.pop()
            if seen == "entered":
                state[id(node)] = "done"
                order.append(node)
    return order


def _value(a):
    return a if isinstance(a, Value) else Value(a)


class Value:
    def __init__(self, data: float, parents: tuple["Value", ...] = ()) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self._local = {}  # parent -> derivative of this node by it

    def _make(self, data, local_a, other=None, local_b=None):
        if other is None:
            out = Value(data, (self,))
            out._local = {self: local_a}
        else:
            out = Value(data, (self, other))
            out._local = {self: local_a, other: local_b}
        return out

    def __add__(self, other):
        other = _value(other)
        return self._make(self.data + other.data, 1.0, other, 1.0)

    def __radd__(self, other):
        return _value(other) + self

    def __neg__(self):
        return self._make(-self.data, -1.0)

    def __sub__(self, other):
        other = _value(other)
        return self._make(self.data - other.data, 1.0, other, -1.0)

    def __rsub__(self, other):
        return _value(other) - self

    def __mul__(self, other):
        other = _value(other)
        return self._make(self.data * other.data, other.data, other, self.data)

    def __rmul__(self, other):
        return _value(other) * self

    def __truediv__(self, other):
        other = _value(other)
        q = self.data / other.data
        return self._make(q, 1.0 / other.data, other, -q / other.data)

    def __rtruediv__(self, other):
        return _value(other) / self

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise TypeError("exponent must be an int or a float, not a Value")
        if exponent == 0:
            slope = 0.0
        elif self.data == 0 and exponent < 1:
            slope = math.inf
        else:
            slope = exponent * self.data ** (exponent - 1)
        return self._make(self.data**exponent, slope)

    def exp(self):
        e = math.exp(self.data)
        return self._make(e, e)

    def log(self):
        return self._make(math.log(self.data), 1.0 / self.data)

    def tanh(self):
        t = math.tanh(self.data)
        return self._make(t, 1.0 - t * t)

    def relu(self):
        return self._make(max(self.data, 0.0), 1.0 if self.data > 0 else 0.0)

    def backward(self) -> None:
        arrived = {id(self): 1.0}
        for node in reversed(topological_order(self)):
            g = arrived[id(node)]
            node.grad += g
            for parent, local in node._local.items():
                arrived[id(parent)] = arrived.get(id(parent), 0.0) + local * g
