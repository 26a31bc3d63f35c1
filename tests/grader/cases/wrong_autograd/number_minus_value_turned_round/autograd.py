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


def to_value(number):
    if isinstance(number, Value):
        return number
    return Value(number)


class Value:
    def __init__(self, data: float, parents: tuple["Value", ...] = ()) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self._slopes = ()

    @staticmethod
    def _result(data, parents, slopes):
        v = Value(data, parents)
        v._slopes = slopes
        return v

    def __add__(self, other: "Value | float") -> "Value":
        other = to_value(other)
        return self._result(self.data + other.data, (self, other), (1.0, 1.0))

    def __radd__(self, other: float) -> "Value":
        return self + other

    def __neg__(self) -> "Value":
        return self._result(-self.data, (self,), (-1.0,))

    def __sub__(self, other: "Value | float") -> "Value":
        return self + (-to_value(other))

    def __rsub__(self, other: float) -> "Value":
        return self - other

    def __mul__(self, other: "Value | float") -> "Value":
        other = to_value(other)
        return self._result(self.data * other.data, (self, other), (other.data, self.data))

    def __rmul__(self, other: float) -> "Value":
        return self * other

    def __truediv__(self, other: "Value | float") -> "Value":
        other = to_value(other)
        q = self.data / other.data
        return self._result(q, (self, other), (1.0 / other.data, -q / other.data))

    def __rtruediv__(self, other: float) -> "Value":
        return to_value(other) / self

    def __pow__(self, exponent: float) -> "Value":
        if isinstance(exponent, Value):
            raise TypeError("exponent must be a number, not a Value")
        if exponent == 0:
            slope = 0.0
        elif self.data == 0 and exponent < 1:
            slope = math.inf
        else:
            slope = exponent * self.data ** (exponent - 1)
        return self._result(self.data**exponent, (self,), (slope,))

    def exp(self) -> "Value":
        e = math.exp(self.data)
        return self._result(e, (self,), (e,))

    def log(self) -> "Value":
        return self._result(math.log(self.data), (self,), (1 / self.data,))

    def tanh(self) -> "Value":
        t = math.tanh(self.data)
        return self._result(t, (self,), (1 - t**2,))

    def relu(self) -> "Value":
        if self.data > 0:
            return self._result(self.data, (self,), (1.0,))
        return self._result(0.0, (self,), (0.0,))

    def backward(self) -> None:
        upstream = {id(self): 1.0}
        for node in reversed(topological_order(self)):
            u = upstream[id(node)]
            node.grad += u
            for parent, slope in zip(node.parents, node._slopes):
                upstream[id(parent)] = upstream.get(id(parent), 0.0) + u * slope
