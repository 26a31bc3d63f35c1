"""stack_and_join: which axis is new, negative axes, copies, gradient, the ban on torch.stack, refusals."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_owns_memory,
    check_shape,
)

FORBIDDEN = ("stack", "hstack", "vstack", "dstack", "column_stack", "row_stack")


def check_both(got, parts, dim):
    check_close(got.stacked, torch.stack(parts, dim), "stacked")
    check_close(got.joined, torch.cat(parts, dim), "joined")


@pytest.mark.visible
def test_stack_and_join_shapes(submission, rng):
    """Four parts of (2, 3) along axis 1: stacked (2, 4, 3), joined (2, 12)."""
    got = submission.stack_and_join([rng.normal(2, 3) for _ in range(4)], 1)
    check_shape(got.joined, (2, 12), "joined")
    check_shape(got.stacked, (2, 4, 3), "stacked")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_stack_and_join_values(submission):
    """(1, 2) and (3, 4) stacked are two rows, joined one series."""
    got = submission.stack_and_join([torch.tensor([1, 2]), torch.tensor([3, 4])], 0)
    check_close(got.stacked, torch.tensor([[1, 2], [3, 4]]), "stacked")
    check_close(got.joined, torch.tensor([1, 2, 3, 4]), "joined")


@pytest.mark.weight(3)
def test_stack_and_join_match_torch(submission, rng):
    """Along every axis, both are what torch's stack and cat give."""
    for shape in ((5,), (2, 3), (3, 3), (1, 4), (2, 3, 5)):
        parts = [rng.normal(*shape) for _ in range(4)]
        for dim in range(len(shape)):
            check_both(submission.stack_and_join(parts, dim), parts, dim)


@pytest.mark.weight(2)
def test_stack_and_join_when_dim_is_negative(submission, rng):
    """-1 is the last axis of the result, of the stacked and of the joined one."""
    for shape in ((5,), (2, 3), (3, 3), (2, 3, 5)):
        parts = [rng.normal(*shape) for _ in range(4)]
        for dim in range(-len(shape), 0):
            check_both(submission.stack_and_join(parts, dim), parts, dim)


def test_stack_and_join_keep_dtype(submission, rng):
    """Integers stay integers, truth values stay truth values."""
    for dtype in (torch.bool, torch.int64, torch.float32):
        parts = [rng.integers(0, 2, 2, 3).to(dtype) for _ in range(3)]
        check_both(submission.stack_and_join(parts, 1), parts, 1)


def test_stack_and_join_of_one_part(submission, rng):
    """A single part still gets the new axis, and is copied."""
    part = rng.normal(2, 3)
    got = submission.stack_and_join([part], 0)
    check_both(got, [part], 0)
    check_owns_memory(got.stacked, part, "stacked")
    check_owns_memory(got.joined, part, "joined")


@pytest.mark.weight(2)
def test_stack_and_join_gradient(submission, rng):
    """Each part receives its own piece of the gradient, from both results."""
    parts = [rng.normal(2, 3).requires_grad_() for _ in range(3)]

    def theirs(*parts):
        return tuple(submission.stack_and_join(list(parts), 1))

    check_gradients(theirs, lambda *p: (torch.stack(p, 1), torch.cat(p, 1)), *parts, rng=rng)


@pytest.mark.detail
def test_stack_and_join_when_not_contiguous(submission, rng):
    """The parts may be transposes, cut-outs, or one row shown often."""
    parts = [rng.normal(3, 2).t(), rng.normal(4, 6)[::2, 1:4], rng.normal(1, 3).expand(2, 3)]
    check_both(submission.stack_and_join(parts, 1), parts, 1)


def test_stack_and_join_when_a_part_repeats(submission, rng):
    """The same tensor may occur several times."""
    part = rng.normal(2, 3)
    check_both(submission.stack_and_join([part, part], 0), [part, part], 0)


@pytest.mark.detail
def test_stack_and_join_manners(submission, rng):
    """The list, its parts and torch's state stay as they were."""

    def scenario(submission, parts):
        submission.stack_and_join(parts, 0)
        return parts

    parts = [rng.normal(2, 3) for _ in range(3)]
    check_manners(submission, lambda: submission.stack_and_join(parts, 0))
    check_close(submission.run(scenario, parts), parts, "the list after the call")


def test_stack_and_join_by_hand(submission, rng):
    """torch.stack and its relatives are not used."""
    parts = [rng.normal(2, 3) for _ in range(3)]
    check_by_hand(
        submission, lambda: submission.stack_and_join(parts, 1), forbidden=FORBIDDEN, task="stack_and_join"
    )


def test_stack_and_join_on_a_device(submission, rng):
    """Both results lie on the device of the parts."""
    check_device(submission.stack_and_join, [rng.normal(2, 3, dtype=torch.float32) for _ in range(3)], 1)
