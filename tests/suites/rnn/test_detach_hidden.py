"""Suite of rnn.detach_hidden."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, to_device


def scenario(submission, tensors, shape):
    """Detach a structure of tensors that have a past; tell what came back and what became of the original.

    `shape` is the structure: a number is the tensor of that number, None stays None, a tuple is a tuple.
    """

    def built(part, parts):
        if part is None:
            return None
        return tuple(built(p, parts) for p in part) if type(part) is tuple else parts[part]

    def described(value):
        if isinstance(value, torch.Tensor):
            return (value.detach().clone(), value.requires_grad, value.grad_fn is not None)
        if type(value) in (tuple, list):
            return type(value)(described(part) for part in value)
        return value if value is None else type(value).__name__

    sources = [x.clone().requires_grad_() for x in tensors]
    pasts = [3 * x for x in sources]
    hidden = built(shape, pasts)
    free = submission.detach_hidden(hidden)
    alive = [past.requires_grad and past.grad_fn is not None for past in pasts]
    sum(past.sum() for past in pasts).backward()
    return described(free), alive, [x.grad for x in sources]


def described_by_hand(tensors, shape):
    """Return what is to come back: values, and no graph."""
    if type(shape) is tuple:
        return tuple(described_by_hand(tensors, part) for part in shape)
    return None if shape is None else (3 * tensors[shape], False, False)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_detach_hidden_keeps_shape_and_dtype(submission, rng, dtype):
    """A tensor comes back with its values, without a graph."""
    tensors = [rng.normal(2, 3, 4, dtype=dtype)]
    free, _, _ = submission.run(scenario, tensors, 0)
    check_close(free, described_by_hand(tensors, 0), "value, requires_grad, has a graph")


@pytest.mark.visible
def test_detach_hidden_of_a_pair(submission):
    """(h, c) made from a parameter become two plain tensors, (3,) and (6,)."""
    free, _, _ = submission.run(scenario, [torch.tensor([1.0]), torch.tensor([2.0])], (0, 1))
    want = ((torch.tensor([3.0]), False, False), (torch.tensor([6.0]), False, False))
    check_close(free, want, "value, requires_grad, has a graph")


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "shape", [(0, 1), ((0, 1), (2, 3)), (0, ((1,), 2, (3, (0,)))), (0,), (), None, (None, (1, None))], ids=str
)
def test_detach_hidden_of_any_structure(submission, rng, shape):
    """Tuples in tuples keep their structure, and None stays None."""
    tensors = [rng.normal(2, size) for size in (3, 4, 1, 5)]
    free, _, _ = submission.run(scenario, tensors, shape)
    check_close(free, described_by_hand(tensors, shape), "value, requires_grad, has a graph")


@pytest.mark.weight(2)
@pytest.mark.parametrize("shape", [0, ((0, 1), 2)], ids=str)
def test_detach_hidden_leaves_the_original_in_its_graph(submission, rng, shape):
    """Afterwards a gradient still runs through the hidden state that came in."""
    tensors = [rng.normal(2, size) for size in (3, 4, 1)]
    _, alive, gradients = submission.run(scenario, tensors, shape)
    check_equal(alive, [True] * 3, "whether the tensors that came in still have a graph")
    check_close(
        gradients, [torch.full_like(x, 3.0) for x in tensors], "the gradients of where they come from"
    )


def test_detach_hidden_of_a_parameter(submission, rng):
    """A learned initial state, which is a leaf, comes back without gradient."""
    x = rng.normal(2, 3).requires_grad_()
    got = submission.detach_hidden((x, x.detach()))
    check_close(got, (x.detach(), x.detach()))
    check_equal([part.requires_grad for part in got], [False, False], "requires_grad")


def test_detach_hidden_stops_the_gradient(submission, rng):
    """In h * a + detached h * b only the first term reaches where h comes from."""

    def mixed(submission, x, a, b):
        x = x.clone().requires_grad_()
        h = x * x
        (h * a + submission.detach_hidden((h,))[0] * b).sum().backward()
        return x.grad

    x, a, b = rng.normal(4), rng.normal(4), rng.normal(4)
    check_close(submission.run(mixed, x, a, b), 2 * x * a, "the gradient of x")


def test_detach_hidden_has_manners(submission, rng):
    """The values that came in and torch's random state stay as they were."""
    hidden = (rng.normal(2, 3), rng.normal(2, 3))
    check_manners(submission, lambda: submission.detach_hidden(hidden))


def test_detach_hidden_on_a_device(submission, rng):
    """What lies on an accelerator stays there."""
    tensors = [rng.normal(2, 3, dtype=torch.float32), rng.normal(2, 4, dtype=torch.float32)]
    free, _, _ = submission.run(scenario, to_device(tensors), (0, 1))
    check_close(free, to_device(described_by_hand(tensors, (0, 1))), "value, requires_grad, has a graph")
