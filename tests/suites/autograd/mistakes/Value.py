"""Wrong variants of autograd.Value."""

import math
import sys

from grader.suite import mistake, reference

Right = reference("autograd").Value


def _ordered(root):
    return reversed(reference("autograd").topological_order(root))


def _local(node):
    """Return (parent, slope) for each direct input of a node."""
    return zip(node.parents, node._slopes, strict=True)


@mistake("`=` where `+=` is needed: a value that is used twice receives from both uses")
class assigned_for_added(Right):
    def backward(self):
        above = {self: 1.0}
        for node in _ordered(self):
            node.grad += above[node]
            for parent, slope in _local(node):
                above[parent] = slope * above[node]


@mistake(
    "old grads are passed on: a second backward hands down what the first left in the middle of the graph"
)
class passes_on_old_grads(Right):
    def backward(self):
        self.grad = 1.0
        for node in _ordered(self):
            for parent, slope in _local(node):
                parent.grad += slope * node.grad


@mistake("old grads are passed on, also that of the result: a second backward starts from 2")
class passes_on_all_old_grads(Right):
    def backward(self):
        self.grad += 1.0
        for node in _ordered(self):
            for parent, slope in _local(node):
                parent.grad += slope * node.grad


@mistake("backward empties all grads first: they add up over several calls")
class empties_grads_first(Right):
    def backward(self):
        for node in _ordered(self):
            node.grad = 0.0
        Right.backward(self)


@mistake(
    "backward empties the grads in the middle of the graph: they add up over several calls, as those of leaves"
)
class empties_inner_grads(Right):
    def backward(self):
        for node in _ordered(self):
            if node.parents:
                node.grad = 0.0
        Right.backward(self)


@mistake("the recursion is as deep as the graph: walk a topological order in a loop")
class recursion(Right):
    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        Right.backward(self)


@mistake("every path is walked by itself: wait until a node has received everything, then hand on once")
class walks_every_path(Right):
    def backward(self):
        waiting = [(self, 1.0)]
        while waiting:
            node, above = waiting.pop()
            node.grad += above
            waiting.extend((parent, slope * above) for parent, slope in _local(node))


@mistake("a node hands on before it has received everything: use the topological order, not level by level")
class hands_on_too_early(Right):
    def backward(self):
        above, queue, i = {self: 1.0}, [self], 0
        while i < len(queue):
            node = queue[i]
            for parent, slope in _local(node):
                if parent not in above:
                    queue.append(parent)
                above[parent] = above.get(parent, 0.0) + slope * above[node]
            i += 1
        for node, total in above.items():
            node.grad += total


@mistake("the grad of the result itself stays 0: its derivative by itself is 1")
class own_grad_forgotten(Right):
    def backward(self):
        before = self.grad
        Right.backward(self)
        self.grad = before


@mistake("the slopes of a product are exchanged: d(a b)/da is b")
class product_slopes_exchanged(Right):
    def __mul__(self, other):
        other = self._wrap(other)
        return self._of(self.data * other.data, (self, self.data), (other, other.data))


@mistake("the slope of a^n has the exponent n: it is n a^(n-1)")
class power_keeps_its_exponent(Right):
    def __pow__(self, exponent):
        made = Right.__pow__(self, exponent)
        made._slopes = (exponent * made.data,)
        return made


@mistake("the factor n is missing in the slope of a^n: it is n a^(n-1)")
class power_without_factor(Right):
    def __pow__(self, exponent):
        made = Right.__pow__(self, exponent)
        made._slopes = (self.data ** (exponent - 1),)
        return made


@mistake("the sign of the slope of a / b with respect to b is wrong: it is -a / b^2")
class quotient_without_minus(Right):
    def __truediv__(self, other):
        made = Right.__truediv__(self, other)
        made._slopes = (made._slopes[0], -made._slopes[1])
        return made


@mistake("the slope of a / b with respect to b divides by b once: it is -a / b^2")
class quotient_divided_once(Right):
    def __truediv__(self, other):
        made = Right.__truediv__(self, other)
        made._slopes = (made._slopes[0], -made.data)
        return made


@mistake("the slope of b in a - b is +1: it is -1")
class difference_without_minus(Right):
    def __sub__(self, other):
        made = Right.__sub__(self, other)
        made._slopes = (1.0, 1.0)
        return made


@mistake("2 - x was computed as x - 2: in __rsub__ self stands on the right")
class reversed_difference(Right):
    def __rsub__(self, other):
        return self - other


@mistake("2 / x was computed as x / 2: in __rtruediv__ self stands on the right")
class reversed_quotient(Right):
    def __rtruediv__(self, other):
        return self / other


@mistake("the slope of exp is exp itself, not its argument")
class exp_slope_is_its_argument(Right):
    def exp(self):
        return self._of(math.exp(self.data), (self, self.data))


@mistake("the slope of log is 1 / x, taken at x, not at the result")
class log_slope_at_the_result(Right):
    def log(self):
        result = math.log(self.data)
        return self._of(result, (self, 1 / result))


@mistake("the slope of tanh is 1 - t^2 with t the result, not the argument")
class tanh_slope_at_its_argument(Right):
    def tanh(self):
        return self._of(math.tanh(self.data), (self, 1 - self.data**2))


@mistake("the square is missing in the slope of tanh: it is 1 - t^2")
class tanh_slope_without_square(Right):
    def tanh(self):
        t = math.tanh(self.data)
        return self._of(t, (self, 1 - t))


@mistake("tanh was built from exp, which overflows at 1000: use math.tanh")
class tanh_overflows(Right):
    def tanh(self):
        math.exp(2 * abs(self.data))
        return Right.tanh(self)


@mistake("the slope of relu at 0 is 1 here: it is 0")
class relu_slope_one_at_zero(Right):
    def relu(self):
        return self._of(max(self.data, 0.0), (self, float(self.data >= 0)))


@mistake("relu hands everything on: its slope is 0 where its argument is negative")
class relu_hands_everything_on(Right):
    def relu(self):
        return self._of(max(self.data, 0.0), (self, 1.0))


@mistake("an int stays an int in data: turn it into a float")
class keeps_an_int(Right):
    def __init__(self, data, parents=()):
        Right.__init__(self, data, parents)
        self.data = data


@mistake("a + b writes into a: every operation makes a new Value")
class sum_in_place(Right):
    def __add__(self, other):
        made = Right.__add__(self, other)
        self.data = made.data
        return made


@mistake(
    "the recursion is as deep as the graph, and old grads are passed on: walk a list, collect anew in each call"
)
class recursion_and_old_grads(Right):
    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        passes_on_old_grads.backward(self)


@mistake("parents of an operation with a plain number are forgotten: x + 2 was computed from x")
class no_parents_with_numbers(Right):
    def __add__(self, other):
        made = Right.__add__(self, other)
        return made if isinstance(other, Right) else self._of(made.data)


def _order(root):
    """Parents first, the left one of each node first."""
    order, seen, waiting = [], set(), [(root, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting.extend((parent, False) for parent in node.parents[::-1])
    return order[::-1]


@mistake("parent.grad is assigned, not added to: a value that is used twice receives from both uses")
class assigned_in_grad(Right):
    def backward(self):
        self.grad = 1.0
        for node in _order(self):
            for parent, slope in _local(node):
                parent.grad = slope * node.grad


@mistake("a node hands on before it has received everything: level by level is no topological order")
class level_by_level(Right):
    def backward(self):
        above, queue = {self: 1.0}, [self]
        for node in queue:
            node.grad += above[node]
            for parent, slope in _local(node):
                if parent not in above:
                    queue.append(parent)
                above[parent] = above.get(parent, 0.0) + slope * above[node]


@mistake("a node hands on as soon as it is met: wait until everything that uses it has handed on")
class hands_on_when_met(Right):
    def backward(self):
        above, seen, waiting = {self: 1.0}, set(), [self]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                node.grad += above[node]
                for parent, slope in _local(node):
                    above[parent] = above.get(parent, 0.0) + slope * above[node]
                waiting.extend(node.parents[::-1])


@mistake("tanh was built from exp(2 x), which overflows at 1000: use math.tanh")
class tanh_overflows_above(Right):
    def tanh(self):
        power = math.exp(2 * self.data)
        t = (power - 1) / (power + 1)
        return self._of(t, (self, 1 - t * t))


@mistake("tanh was built from exp(-2 x), which overflows at -1000: use math.tanh")
class tanh_overflows_below(Right):
    def tanh(self):
        power = math.exp(-2 * self.data)
        t = (1 - power) / (1 + power)
        return self._of(t, (self, 1 - t * t))


@mistake("the grad of the result is set to 1 and not added to: a second backward leaves 2 there")
class own_grad_set(Right):
    def backward(self):
        Right.backward(self)
        self.grad = 1.0


@mistake("the recursion limit was raised: it must stay as it was, walk in a loop")
class raised_recursion_limit(Right):
    def backward(self):
        if len(list(_ordered(self))) > 900:
            sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
        Right.backward(self)


@mistake("`other - self` in __rsub__ calls __rsub__ again, without end: make a Value of the number first")
class difference_calls_itself(Right):
    def __rsub__(self, other):
        return other - self


@mistake("only an int is taken for an exponent: 0.5 is one too")
class only_int_exponents(Right):
    def __pow__(self, exponent):
        if not isinstance(exponent, int):
            raise TypeError("exponent")
        return Right.__pow__(self, exponent)


class _PartlyDeaf(Right):
    """Operations in `deaf` hand on their slope without the gradient from above."""

    deaf = ()
    _deaf = False

    def backward(self):
        above = {self: 1.0}
        for node in _ordered(self):
            node.grad += above[node]
            for parent, slope in _local(node):
                handed = slope if node._deaf else slope * above[node]
                above[parent] = above.get(parent, 0.0) + handed


def _deaf(*names):
    """Make a class whose operations `names` ignore the gradient from above."""

    def wrapped(name):
        def operation(self, *other):
            made = getattr(Right, name)(self, *other)
            made._deaf = True
            return made

        return operation

    return type("Deaf", (_PartlyDeaf,), {name: wrapped(name) for name in names})


WITHOUT = "the gradient from above is missing in {}: the slope is a factor of it"
product_without_above = mistake(WITHOUT.format("a * b"))(_deaf("__mul__"))
exp_without_above = mistake(WITHOUT.format("exp"))(_deaf("exp"))
nothing_from_above = mistake("the gradient from above is ignored everywhere: multiply each slope with it")(
    _deaf("__add__", "__sub__", "__neg__", "__mul__", "__truediv__", "__pow__", "exp", "log", "tanh", "relu")
)


@mistake("the parents are kept in a list: they are a tuple")
class parents_in_a_list(Right):
    def __init__(self, data, parents=()):
        Right.__init__(self, data, parents)
        self.parents = list(self.parents)


@mistake("an operation that does nothing, such as x + 0 or x * 1, returned x itself: make a new Value")
class returns_itself(Right):
    def __add__(self, other):
        return self if other == 0 else Right.__add__(self, other)

    def __mul__(self, other):
        return self if other == 1 else Right.__mul__(self, other)

    def __pow__(self, exponent):
        return self if exponent == 1 else Right.__pow__(self, exponent)
