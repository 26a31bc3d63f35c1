"""numpy_bridge: what shares memory and what does not, seen by writing; graphs, dtypes, layouts and devices."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_that, to_device


def values(submission, x):
    """Return what lies on the bridge, and what kinds of things these are."""
    bridge = submission.numpy_bridge(x)
    kinds = [type(part).__module__.split(".")[0] + "." + type(part).__name__ for part in tuple(bridge)]
    return kinds, torch.tensor(bridge.array.tolist(), dtype=bridge.shared.dtype), bridge.shared, bridge.copied


def written(submission, x, requires_grad=False):
    """Write into one place after the other, and return what all the others then hold at the first entry."""
    x = x.clone().requires_grad_(requires_grad)
    bridge = submission.numpy_bridge(x)
    first = (0,) * x.dim()

    def read():
        array, shared, copied = bridge.array[first], bridge.shared[first], bridge.copied[first]
        return [float(x.detach()[first]), float(array), float(shared.detach()), float(copied.detach())]

    seen = []
    bridge.array[first] = 7
    seen.append(read())
    with torch.no_grad():
        bridge.shared[first] = 8
    seen.append(read())
    with torch.no_grad():
        x[first] = 9
    seen.append(read())
    with torch.no_grad():
        bridge.copied[first] = 10
    seen.append(read())
    return seen


def check_written(seen, was, *places):
    """Check one of `places` (0: x, 1: array, 2: shared, 3: copied) after each of the four writes."""
    names = ("x", "array", "shared", "copied")
    wrote = ("array", "shared", "x", "copied")
    wants = ([7, 7, 7, was], [8, 8, 8, was], [9, 9, 9, was], [9, 9, 9, 10])
    for writer, got, want in zip(wrote, seen, wants, strict=True):
        for place in places:
            check_that(
                abs(got[place] - want[place]) < 1e-6,
                f"the first entry of {names[place]} after a write into {writer}",
                f"{want[place]:g}",
                f"{got[place]:g}",
            )


@pytest.mark.visible
def test_numpy_bridge_values(submission):
    """Array and tensors hold the numbers of x."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    kinds, *parts = submission.run(values, x)
    check_equal(kinds, ["numpy.ndarray", "torch.Tensor", "torch.Tensor"], "the kinds of the three parts")
    for name, part in zip(("array", "shared", "copied"), parts, strict=True):
        check_close(part, x, name)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_numpy_bridge_shares_with_the_array(submission):
    """What is written into array or shared is read in the other."""
    x = torch.tensor([1.0, 2.0])
    check_written(submission.run(written, x), 1.0, 1, 2)


@pytest.mark.weight(2)
def test_numpy_bridge_shares_with_x(submission, rng):
    """The array lies in the memory of x: both see what is written into either."""
    x = rng.normal(4, 3)
    check_written(submission.run(written, x), x[0, 0].item(), 0)


@pytest.mark.weight(2)
def test_numpy_bridge_copies(submission, rng):
    """The copy keeps its numbers, and a write into it is seen nowhere else."""
    x = rng.normal(4, 3)
    check_written(submission.run(written, x), x[0, 0].item(), 3)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.int64, torch.uint8], ids=["float32", "float64", "int64", "uint8"]
)
def test_numpy_bridge_keeps_the_dtype(submission, rng, dtype):
    """The dtype crosses both ways, and no shape is lost."""
    for shape in ((5,), (2, 3), (1, 1, 4), ()):
        x = (10 * rng.uniform(*shape)).to(dtype)
        kinds, *parts = submission.run(values, x)
        for name, part in zip(("array", "shared", "copied"), parts, strict=True):
            check_close(part, x, name)


@pytest.mark.weight(2)
def test_numpy_bridge_when_x_requires_grad(submission, rng):
    """A tensor with a gradient crosses without its graph, and x stays what it was."""

    def scenario(submission, x):
        x = x.clone().requires_grad_()
        bridge = submission.numpy_bridge(x)
        return x.requires_grad, bridge.shared.requires_grad, bridge.copied.requires_grad, bridge.copied

    x = rng.normal(4, 3)
    asks, shared, copied, copy = submission.run(scenario, x)
    check_equal([asks, shared, copied], [True, False, False], "requires_grad of x, shared and copied")
    check_close(copy.detach(), x, "copied")
    check_written(submission.run(written, x, True), x[0, 0].item(), 0, 1, 2, 3)


def test_numpy_bridge_of_a_transpose(submission, rng):
    """Also a transpose shares its memory."""

    def scenario(submission, table):
        x = table.clone().t()
        bridge = submission.numpy_bridge(x)
        bridge.array[0, 1] = 7
        return x, bridge.shared, bridge.copied

    table = rng.normal(4, 3)
    want = table.t().clone()
    want[0, 1] = 7
    x, shared, copied = submission.run(scenario, table)
    check_close(x, want, "x after a write into array")
    check_close(shared, want, "shared after a write into array")
    check_close(copied, table.t(), "copied after a write into array")


def test_numpy_bridge_from_a_device(submission, rng):
    """A tensor on an accelerator crosses by way of the CPU, where all parts lie."""

    def scenario(submission, x):
        bridge = submission.numpy_bridge(x)
        places = [bridge.shared.device.type, bridge.copied.device.type]
        before = bridge.copied.clone()
        bridge.array[0, 0] = 7
        return places, before, bridge.shared, bridge.copied

    x = rng.normal(4, 3, dtype=torch.float32)
    want = x.clone()
    want[0, 0] = 7
    places, before, shared, copied = submission.run(scenario, to_device(x))
    check_equal(places, ["cpu", "cpu"], "where shared and copied lie")
    check_close(before, x, "copied")
    check_close(shared, want, "shared after a write into array")
    check_close(copied, x, "copied after a write into array")
