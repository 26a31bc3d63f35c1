"""add_: same memory, new values, also where memory overlaps."""

import pytest
import torch

from grader.suite import check_close, check_device, check_equal, check_manners, check_raises, check_that


def add(submission, out, x):
    """Call add_ where changing out is allowed."""
    return submission.mutating("out").add_(out, x)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_add__values(submission):
    """(1, 2) plus (10, 20) leaves (11, 22) in out."""
    out = torch.tensor([1.0, 2.0])
    add(submission, out, torch.tensor([10.0, 20.0]))
    check_close(out, torch.tensor([11.0, 22.0]), "out after the call")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_add__returns_out(submission, rng):
    """What comes back is out itself, not a copy."""
    out, x = rng.normal(5, 3), rng.normal(5, 3)
    want = out + x
    got = add(submission, out, x)
    check_close(got, want, "the returned tensor")
    check_that(got is out, "the returned tensor", "out itself", "another object")


@pytest.mark.weight(3)
def test_add__matches_a_sum(submission, rng):
    """Whatever the shape and dtype, out holds the sum of both."""
    for dtype in (torch.int64, torch.float32, torch.float64):
        for shape in ((5, 3), (1, 4), (1,), (2, 3, 4)):
            out, x = (100 * rng.normal(*shape)).to(dtype), (100 * rng.normal(*shape)).to(dtype)
            want = out + x
            check_close(add(submission, out, x), want, "the returned tensor")
            check_close(out, want, "out after the call")


@pytest.mark.detail
def test_add__of_a_single_number(submission, rng):
    """A tensor without axes, one number, is added to like any other."""
    out, x = rng.normal(), rng.normal()
    want = out + x
    check_close(add(submission, out, x), want, "the returned tensor")
    check_close(out, want, "out after the call")


@pytest.mark.weight(2)
def test_add__keeps_the_memory(submission, rng):
    """The address of out's memory is the same before and after."""

    def scenario(submission, out, x):
        out = out.clone()
        address = out.data_ptr()
        submission.add_(out, x)
        return out.data_ptr() == address, out

    out, x = rng.normal(5, 3), rng.normal(5, 3)
    same, after = submission.run(scenario, out, x)
    check_equal(same, True, "same address")
    check_close(after, out + x, "out after the call")


def test_add__changes_only_its_part(submission, rng):
    """Where out is a part of a larger tensor, the rest of that stays."""

    def scenario(submission, whole, x):
        whole = whole.clone()
        submission.add_(whole[1:4, ::2], x)
        return whole

    whole, x = rng.normal(5, 6), rng.normal(3, 3)
    want = whole.clone()
    want[1:4, ::2] += x
    check_close(submission.run(scenario, whole, x), want, "the larger tensor after the call")


def test_add__when_not_contiguous(submission, rng):
    """out may be a transpose, and x one row shown often."""
    out, x = rng.normal(3, 5).t(), rng.normal(1, 3).expand(5, 3)
    want = out + x
    add(submission, out, x)
    check_close(out, want, "out after the call")


def test_add__to_itself(submission, rng):
    """out plus out doubles it."""

    def scenario(submission, out):
        out = out.clone()
        submission.add_(out, out)
        return out

    out = rng.normal(5, 3)
    check_close(submission.run(scenario, out), 2 * out, "out after the call")


@pytest.mark.detail
def test_add__of_its_transpose(submission, rng):
    """out plus its own transpose uses the values from before the call."""

    def scenario(submission, out):
        out = out.clone()
        submission.add_(out, out.t())
        return out

    out = rng.normal(4, 4)
    check_close(submission.run(scenario, out), out + out.t(), "out after the call")


@pytest.mark.detail
def test_add__when_halves_overlap(submission, rng):
    """out and x may be the two overlapping halves of one series."""

    def scenario(submission, series):
        series = series.clone()
        submission.add_(series[1:], series[:-1])
        return series

    series = rng.normal(6)
    want = torch.cat([series[:1], series[1:] + series[:-1]])
    check_close(submission.run(scenario, series), want, "the series after the call")


@pytest.mark.weight(2)
def test_add__gradient(submission, rng):
    """What comes from above out goes to x as it is."""

    def scenario(submission, out, x, above):
        x = x.clone().requires_grad_()
        got = submission.add_(out.clone(), x * 3)
        return got.requires_grad, torch.autograd.grad(got, x, above)[0] if got.requires_grad else None

    above = rng.normal(5, 3)
    in_graph, gradient = submission.run(scenario, rng.normal(5, 3), rng.normal(5, 3), above)
    check_equal(in_graph, True, "whether out requires a gradient once x does")
    check_close(gradient, 3 * above, "gradient with respect to x")


def test_add__manners(submission, rng):
    """x and torch's state stay as they were."""
    out, x = rng.normal(5, 3), rng.normal(5, 3)
    check_manners(submission, lambda: add(submission, out, x))


def test_add__on_a_device(submission, rng):
    """The sum lies on the device of out."""

    def scenario(submission, out, x):
        out = out.clone()
        submission.add_(out, x)
        return out

    out, x = rng.normal(5, 3, dtype=torch.float32), rng.normal(5, 3, dtype=torch.float32)
    check_device(lambda *arguments: submission.run(scenario, *arguments), out, x)


def test_add__refuses_other_shapes(submission, rng):
    """An x of another shape raises ValueError, also if it fits."""
    for shape in ((3,), (5, 1), (3, 5)):
        with check_raises(ValueError):
            add(submission, rng.normal(5, 3), rng.normal(*shape))


@pytest.mark.detail
def test_add__leaves_out_alone_when_it_refuses(submission, rng):
    """Where x is refused, out stays as it was."""
    out = rng.normal(5, 3)
    before = out.clone()
    with check_raises(ValueError):
        add(submission, out, rng.normal(1, 3))
    check_close(out, before, "out after the refusal")
