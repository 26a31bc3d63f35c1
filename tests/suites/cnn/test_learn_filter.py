"""Suite of cnn.learn_filter."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_close,
    check_device,
    check_equal,
    check_fields,
    check_finite,
    check_manners,
    check_raises,
    check_that,
)


def answers(x, k):
    """Return what a kernel makes of each image."""
    return functional.conv2d(x.unsqueeze(1), k[None, None]).squeeze(1)


def descent(x, y, k, lr, steps):
    """Return what gradient descent makes of the kernel k, and the losses on the way, by autograd."""
    losses = []
    for _ in range(steps):
        k = k.detach().requires_grad_()
        loss = functional.mse_loss(answers(x, k), y)
        (gradient,) = torch.autograd.grad(loss, k)
        k = k.detach() - lr * gradient
        losses.append(loss.item())
    return k, losses


def starts(seed):
    """Return a generator that is as every other of this seed."""
    return torch.Generator().manual_seed(seed)


@pytest.mark.visible
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(("size", "shape"), [((2, 3), (2, 3)), (2, (2, 2))], ids=str)
def test_learn_filter_form(submission, rng, size, shape, dtype):
    """A kernel of the size that is asked for and one loss for each step come back."""
    x, y = rng.normal(4, 6, 7, dtype=dtype), rng.normal(4, 7 - shape[0], 8 - shape[1], dtype=dtype)
    got = submission.learn_filter(x, y, size, 0.1, 3, rng.generator())
    kernel = torch.zeros(shape, dtype=dtype)
    check_close(got, (kernel, [0.0] * 3), "what is returned", atol=1e6)
    check_equal(got[0].requires_grad, False, "whether the kernel has a graph")


@pytest.mark.visible
def test_learn_filter_of_one_number(submission, rng):
    """With x = 2 and y = 6 a step goes from k to k - lr * 2 * (2k - 6) * 2."""
    x, y = torch.full((1, 1, 1), 2.0).double(), torch.full((1, 1, 1), 6.0).double()
    seed = rng.seed()
    first = submission.learn_filter(x, y, 1, 0.1, 0, starts(seed))
    check_close(first, (torch.zeros(1, 1).double(), []), "after no steps", atol=1e6)
    k = first[0].detach()
    want = (k - 0.1 * 4 * (2 * k - 6), [((2 * k - 6) ** 2).item()])
    check_close(submission.learn_filter(x, y, 1, 0.1, 1, starts(seed)), want, "after one step")


@pytest.mark.weight(3)
@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("size", [(2, 3), (1, 4), (5, 6)], ids=str)
def test_learn_filter_is_gradient_descent(submission, rng, size, steps):
    """Every step goes down the mean squared error of all samples and pixels."""
    x, y = rng.normal(4, 6, 7), rng.normal(4, 7 - size[0], 8 - size[1])
    seed, lr = rng.seed(), rng.uniform(low=0.05, high=0.3).item()
    first = submission.learn_filter(x, y, size, lr, 0, starts(seed))
    check_close(first, (torch.zeros(size).double(), []), "after no steps", atol=1e6)
    got = submission.learn_filter(x, y, size, lr, steps, starts(seed))
    check_close(got, descent(x, y, first[0].detach(), lr, steps), "after the steps")


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_learn_filter_recovers_a_kernel(submission, rng, draw):
    """From images and answers alone 60 steps find the kernel that made them."""
    x, kernel = rng.normal(5, 9, 8), rng.normal(2, 3)
    y = answers(x, kernel)
    got = submission.learn_filter(x, y, (2, 3), 0.2, 60, rng.generator())
    own = descent(x, y, rng.normal(2, 3), 0.2, 60)
    check_close(got, (kernel, own[1]), "what is returned", atol=1e6)
    draw.curve("loss", got[1], own[1])
    draw.picture(
        "the kernel that was found", "filters", got[0], caption="it should be the one that made the answers"
    )
    check_close(got[0], kernel, "the kernel", rtol=0, atol=0.01)
    check_close(got[1][-1], 0.0, "the last loss", atol=0.001)


def test_learn_filter_starts_at_random(submission, rng):
    """Equal generators give one first kernel, others another."""
    x, y, seed = rng.normal(3, 5, 6), rng.normal(3, 4, 4), rng.seed()
    kernels = []
    for images, answer, lr, seed_ in ((x, y, 0.1, seed), (2 * x, -y, 0.2, seed), (x, y, 0.1, seed + 1)):
        call = (images, answer, (2, 3), lr, 0)
        got = submission.learn_filter(*call, starts(seed_))
        check_close(got, (torch.zeros(2, 3).double(), []), "after no steps", atol=1e6)
        check_finite(got[0], "the first kernel")
        kernels.append(got[0].detach())
    first, again, other = kernels
    check_close(again, first, "the first kernel from an equal generator")
    check_that(not torch.equal(first, other), "the first kernel of another seed", "another one", "the same")
    count = len(first.unique())
    check_that(
        count == 6, "the entries of the first kernel", "6 different numbers", f"{count} different ones"
    )
    large = first.abs().max().item() > 10
    check_that(not large, "the entries of the first kernel", "of size about 1", "far larger")


def test_learn_filter_draws_nothing_else(submission, rng):
    """torch's own random state stays as it was."""
    x, y, start = rng.normal(3, 5, 6), rng.normal(3, 4, 4), starts(rng.seed())
    check_manners(submission, lambda: submission.learn_filter(x, y, (2, 3), 0.1, 0, start))


@pytest.mark.detail
def test_learn_filter_of_other_layouts(submission, rng):
    """Images in any layout of memory give the same kernel."""
    x, y, seed = rng.normal(3, 5, 6), rng.normal(3, 4, 4), rng.seed()
    first = submission.learn_filter(x, y, (2, 3), 0.1, 0, starts(seed))
    check_close(first, (torch.zeros(2, 3).double(), []), "after no steps", atol=1e6)
    turned = (value.permute(2, 1, 0).contiguous().permute(2, 1, 0) for value in (x, y))
    got = submission.learn_filter(*turned, (2, 3), 0.1, 3, starts(seed))
    check_close(got, descent(x, y, first[0].detach(), 0.1, 3), "after the steps")


@pytest.mark.parametrize("answer", [(3, 1, 1), (1, 4, 4), (4, 4)], ids=str)
def test_learn_filter_refuses_answers_that_broadcast(submission, rng, answer):
    """Answers that torch would broadcast raise a ValueError about y."""
    with check_raises(ValueError, naming="y"):
        submission.learn_filter(rng.normal(3, 5, 6), rng.normal(*answer), (2, 3), 0.1, 3, rng.generator())


def test_learn_filter_on_a_device(submission, rng):
    """On an accelerator, with a generator on the CPU, the kernel is the same."""
    seed = rng.seed()

    def learn(x, y):
        return submission.learn_filter(x, y, (2, 3), 0.1, 4, starts(seed))[0]

    check_device(learn, rng.normal(3, 5, 6), rng.normal(3, 4, 4))


def test_learn_filter_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields kernel and losses."""
    got = submission.learn_filter(rng.normal(3, 5, 6), rng.normal(3, 4, 4), (2, 3), 0.1, 2, rng.generator())
    check_fields(got, ("kernel", "losses"))
