"""Suite of autograd.Value."""

import math

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_equal

OPERATIONS = (
    *("add", "subtract", "multiply", "divide", "cube", "inverse_square", "root"),
    *("negate", "exp", "log", "tanh", "relu"),
)


def operation(name):
    """Make one operation, for Values and for torch's tensors alike."""
    return {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": lambda a, b: a * b,
        "divide": lambda a, b: a / b,
        "cube": lambda a, b: a**3,
        "inverse_square": lambda a, b: a**-2,
        "root": lambda a, b: a**0.5,
        "negate": lambda a, b: -a,
        "exp": lambda a, b: a.exp(),
        "log": lambda a, b: a.log(),
        "tanh": lambda a, b: a.tanh(),
        "relu": lambda a, b: a.relu(),
    }[name]


def with_number(name):
    """Make a formula with a plain number on one side."""
    return {
        "2 + x": lambda x: 2 + x,
        "x + 2": lambda x: x + 2,
        "2 - x": lambda x: 2 - x,
        "x - 2": lambda x: x - 2,
        "3 * x": lambda x: 3 * x,
        "x * 0.5": lambda x: x * 0.5,
        "2 / x": lambda x: 2 / x,
        "x / 4": lambda x: x / 4,
    }[name]


def reuse(name):
    """Make a formula that uses a value more than once."""

    def diamond(x):
        y = x * x
        return (y + x) * (y - 3)

    def near_and_far(x):
        y = x.exp()
        return ((y * 2 + 1).log() + y) * y

    return {
        "x * x": lambda x: x * x,
        "x + x": lambda x: x + x,
        "x / x + x": lambda x: x / x + x,
        "diamond": diamond,
        "near and far": near_and_far,
    }[name]


def formula():
    """Make a formula with everything in it."""

    def f(a, b, c):
        d = (a * b - c) / (a * a + 1) + 2 / (c - 5)
        e = (d.tanh() + b.exp() * 0.1 - (a * a + 0.5).log()) ** 2
        return (e * d - (c * 3).relu() + (1 - a) ** 3) / -((b * b + 2) ** 0.5) + e

    return f


def differentiate(submission, f, numbers, factor=1.0):
    """Compute f of Values and go back; return the result and each gradient."""
    leaves = [submission.Value(number) for number in numbers]
    result = f(*leaves)
    if factor != 1.0:
        result = result * factor
    result.backward()
    return result.data, [leaf.grad for leaf in leaves], [leaf.data for leaf in leaves]


def floats(numbers):
    """Let an int pass for the float that it equals; that data and grad are floats is one test's matter."""
    return [float(number) if type(number) is int else number for number in numbers]


def fresh(submission, number):
    """Return what a new Value holds."""
    value = submission.Value(number)
    return value.data, value.grad, len(value.parents)


def check_against_torch(submission, make, name, numbers, factor=1.0):
    """Check value and gradients of a formula against torch's own engine."""
    arguments = (name,) if name else ()
    got = submission.run(differentiate, submission.build(make, *arguments), numbers, factor)
    leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    want = make(*arguments)(*leaves) * factor
    grads = torch.autograd.grad(want, leaves, allow_unused=True)
    expected = [0.0 if grad is None else grad.item() for grad in grads]
    check_close(floats(got[:1]), [want.item()], "data of the result")
    check_close(floats(got[1]), expected, "grad of each number")
    check_close(floats(got[2]), list(numbers), "data of each number afterwards")


@pytest.mark.parametrize("number", [3, -0.5])
def test_Value_holds_a_number(submission, number):
    """A new Value has its number, grad 0 and no parents."""
    data, grad, parents = submission.run(fresh, number)
    check_close(floats([data, grad]), [float(number), 0.0], "data and grad")
    check_equal(parents, 0, "number of parents")


@pytest.mark.detail
@pytest.mark.parametrize("number", [3, -0.5])
def test_Value_holds_floats(submission, number):
    """data and grad are floats, also where an int was given."""
    data, grad, _ = submission.run(fresh, number)
    check_close(data, float(number), "data")
    check_close(grad, 0.0, "grad")


@pytest.mark.visible
def test_Value_of_a_small_formula(submission):
    """a b + (a / b)^2 at 2 and -4 is -7.75, with the slopes -3.75 and 2.125."""

    def scenario(submission):
        a, b = submission.Value(2.0), submission.Value(-4.0)
        c = a * b + (a / b) ** 2
        c.backward()
        return c.data, a.grad, b.grad, c.grad

    data, *grads = submission.run(scenario)
    check_close(data, -7.75, "data of the result")
    check_close(floats(grads), [-3.75, 2.125, 1.0], "grad of a, b and the result")


@pytest.mark.weight(3)
@pytest.mark.parametrize("name", OPERATIONS)
def test_Value_operation(submission, rng, name):
    """Each operation has the right value and slope, with a factor from above."""
    a = float(rng.uniform(low=0.3, high=2.0)) if name in ("root", "log") else float(rng.normal(mean=0.3))
    b = -float(rng.uniform(low=0.5, high=2.0))
    check_against_torch(submission, operation, name, [a, b], factor=1.7)


@pytest.mark.parametrize("name", ["2 + x", "x + 2", "2 - x", "x - 2", "3 * x", "x * 0.5", "2 / x", "x / 4"])
def test_Value_with_a_plain_number(submission, rng, name):
    """An int or float may stand on either side of an operator."""
    check_against_torch(submission, with_number, name, [-float(rng.uniform(low=0.5, high=2.0))])


@pytest.mark.weight(2)
@pytest.mark.parametrize("name", ["x * x", "x + x", "x / x + x", "diamond", "near and far"])
def test_Value_used_more_than_once(submission, rng, name):
    """A value that is used twice receives from both uses before it hands on."""
    check_against_torch(submission, reuse, name, [float(rng.uniform(low=0.5, high=2.0))])


@pytest.mark.weight(2)
def test_Value_of_a_long_formula(submission, rng):
    """A formula with everything in it agrees with torch."""
    for _ in range(3):
        check_against_torch(submission, formula, None, (0.7 * rng.normal(3)).tolist())


@pytest.mark.detail
@pytest.mark.weight(2)
def test_Value_backward_twice(submission, rng):
    """A second backward on the same graph doubles every grad, in the middle too."""

    def scenario(submission, number, times):
        x = submission.Value(number)
        y = x * x
        z = y * y + x
        for _ in range(times):
            z.backward()
        return [node.grad for node in (x, y, z)]

    x = float(rng.uniform(low=0.5, high=1.5))
    once = [4 * x**3 + 1, 2 * x**2, 1.0]
    check_close(floats(submission.run(scenario, x, 1)), once, "grad of x, y and z after one backward")
    check_close(
        floats(submission.run(scenario, x, 2)), [2 * slope for slope in once], "grad of x, y and z after two"
    )


def test_Value_backward_of_results_apart(submission, rng):
    """Two results that share nothing but a number add up in its grad."""

    def scenario(submission, number):
        x = submission.Value(number)
        (x * 3).backward()
        x.exp().backward()
        return [x.grad]

    x = float(rng.uniform(low=0.5, high=1.0))
    check_close(floats(submission.run(scenario, x)), [3 + math.exp(x)], "grad of x")


@pytest.mark.detail
def test_Value_backward_of_two_results(submission, rng):
    """Two results that share a part add up in what they share, each by its own slope."""

    def scenario(submission, number):
        x = submission.Value(number)
        y = x * x
        first, second = y * 3, y.exp()
        first.backward()
        second.backward()
        return [node.grad for node in (x, y, first, second)]

    x = float(rng.uniform(low=0.5, high=1.0))
    slope = 3 + math.exp(x**2)
    got = floats(submission.run(scenario, x))
    check_close(got, [2 * x * slope, slope, 1.0, 1.0], "grad of x, y and both results")


@pytest.mark.detail
@pytest.mark.weight(2)
def test_Value_of_a_deep_chain(submission):
    """5000 operations in a row do not hit the recursion limit."""

    def scenario(submission, depth):
        import sys

        found = sys.getrecursionlimit()
        x = y = submission.Value(1.0)
        for i in range(depth):
            y = y * 1.001 if i % 2 else y + x
        sys.setrecursionlimit(1000)
        try:
            y.backward()
            return y.data, x.grad, min(sys.getrecursionlimit(), 1001)
        finally:
            sys.setrecursionlimit(found)

    data, slope = 1.0, 1.0
    for i in range(5000):
        data, slope = (data * 1.001, slope * 1.001) if i % 2 else (data + 1.0, slope + 1.0)
    got = submission.run(scenario, 5000)
    check_close(got[:2], (data, slope), "data of the result and grad of x")
    check_equal(got[2], 1000, "the recursion limit afterwards, counted up to 1001")


@pytest.mark.timeout(3)
def test_Value_of_a_ladder(submission):
    """y = y + y forty times, with 2^40 paths, takes work for forty nodes."""

    def scenario(submission, rungs, most):
        import sys

        steps = 0

        def count(*_):
            nonlocal steps
            steps += 1
            if steps > most:
                raise TimeoutError(f"more than {most} calls for {rungs} nodes")

        x = submission.Value(1.0)
        y = x
        for _ in range(rungs):
            y = (y + y) * 0.75
        found = sys.getprofile()
        sys.setprofile(count)
        try:
            y.backward()
        finally:
            sys.setprofile(found)
        return y.data, x.grad

    want = 1.5**40
    check_close(submission.run(scenario, 40, 50_000), (want, want), "data of the result and grad of x")


@pytest.mark.parametrize("name", ["relu at 0", "relu below 0", "tanh at 1000", "tanh at -1000"])
def test_Value_at_the_edges(submission, name):
    """relu has the slope 0 at 0; tanh of 1000 is 1 with the slope 0."""

    def edge(name):
        return (lambda x: x.relu()) if name.startswith("relu") else (lambda x: x.tanh())

    number, data = {"relu at 0": (0.0, 0.0), "relu below 0": (-2.0, 0.0), "tanh at 1000": (1000.0, 1.0)}.get(
        name, (-1000.0, -1.0)
    )
    got = submission.run(differentiate, submission.build(edge, name), [number])
    check_close(floats(got[:1]), [data], "data of the result")
    check_close(floats(got[1]), [0.0], "grad of x")


@pytest.mark.detail
def test_Value_operations_change_nothing(submission, rng):
    """Operands keep data and grad until backward; the result is another Value."""

    def scenario(submission, number, other):
        x, y = submission.Value(number), submission.Value(other)
        x.grad, y.grad = 5.0, 7.0
        made = [
            x + y,
            x - y,
            x * y,
            x / y,
            x**2,
            -x,
            x.exp(),
            x.log(),
            x.tanh(),
            x.relu(),
            x + 0,
            x * 1,
            x**1,
        ]
        return (
            x.data,
            y.data,
            x.grad,
            y.grad,
            sum(value is x for value in made),
            [value.grad for value in made],
        )

    x, y = float(rng.uniform(low=0.5, high=2.0)), float(rng.normal(mean=3.0))
    *numbers, same, grads = submission.run(scenario, x, y)
    check_close(numbers, [x, y, 5.0, 7.0], "data and grad of both operands")
    check_equal(same, 0, "how many results are x itself")
    check_close(floats(grads), 13 * [0.0], "grad of the results")


def test_Value_parents_lead_to_everything(submission):
    """From a result, `parents` leads to every Value it came from, and no other."""

    def scenario(submission):
        a, b, c, unused = (submission.Value(number) for number in (1.0, 2.0, 3.0, 4.0))
        unused * a
        root = ((a - b).exp() / c + (1 - a) ** 2).tanh() * 2 + b
        seen, waiting = set(), [root]
        while waiting:
            node = waiting.pop()
            if id(node) not in seen:
                seen.add(id(node))
                waiting.extend(node.parents)
        return type(root.parents).__name__, [id(node) in seen for node in (a, b, c, unused)]

    kind, reached = submission.run(scenario)
    check_equal(kind, "tuple", "the type of parents")
    check_equal(reached, [True, True, True, False], "whether a, b, c and an unused Value are reached")


def test_Value_is_made_by_hand(submission):
    """The engine is plain Python, and backward returns nothing."""

    def scenario(submission):
        x = submission.Value(2.0)
        return (x * x).backward()

    check_equal(submission.run(scenario), None, "what backward returns")
    forbidden = ("tensor", "as_tensor", "Tensor", "from_numpy")
    check_by_hand(submission, lambda: submission.run(scenario), forbidden=forbidden, task="Value")
