"""Suite of autograd.accumulated_gradients."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_equal,
    check_like,
    check_manners,
    check_that,
)


def accumulate(submission, w, b, batches, before=None, lazily=(), unused=False):
    """Accumulate over the batches in the worker; return the result, .grad, the values and what happened when."""
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    if before is not None:
        w.grad, b.grad = before[0].clone(), before[1].clone()
    events, losses = [], []

    def loss_fn(x, y):
        events.append("loss")
        loss = ((torch.tanh(x @ w) + b - y) ** 2).mean()
        loss.register_hook(lambda above: events.append("backward"))
        losses.append(loss)
        return loss

    def can_go_back(loss):
        try:
            torch.autograd.grad(loss, w)
        except RuntimeError:
            return False
        return True

    params = [w, torch.ones_like(w).requires_grad_(), b] if unused else [w, b]
    found = submission.accumulated_gradients(
        loss_fn,
        iter(params) if "params" in lazily else params,
        iter(batches) if "batches" in lazily else batches,
    )
    pairs = [(g, p.grad) for g, p in zip(found, params, strict=True) if g is not None and p.grad is not None]
    return {
        "found": found,
        "grads": [None if p.grad is None else p.grad.clone() for p in params],
        "values": [p.detach().clone() for p in params],
        "events": list(events),
        "kept": sum(map(can_go_back, losses)),
        "shared": sum(g.data_ptr() == grad.data_ptr() for g, grad in pairs),
    }


def drawn(rng, sizes, dtype=torch.float64):
    """Draw w (3,), b () and batches of the given sizes."""
    batches = [(rng.normal(n, 3, dtype=dtype), rng.normal(n, dtype=dtype)) for n in sizes]
    return rng.normal(3, dtype=dtype), rng.normal(dtype=dtype), batches


def oracle(w, b, batches, unused=False):
    """Differentiate the mean over all samples as one batch."""
    x, y = (torch.cat([batch[i] for batch in batches]) for i in (0, 1))
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    to_w, to_b = torch.autograd.grad(((torch.tanh(x @ w) + b - y) ** 2).mean(), (w, b))
    return [to_w, torch.zeros_like(to_w), to_b] if unused else [to_w, to_b]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_accumulated_gradients_shape_and_dtype(submission, rng, dtype):
    """Each gradient has the shape and dtype of its parameter, in a list."""
    w, b, batches = drawn(rng, (4, 4), dtype)
    got = submission.run(accumulate, w, b, batches)
    check_like(got["found"], oracle(w, b, batches), "gradients")


@pytest.mark.visible
def test_accumulated_gradients_of_two_batches(submission):
    """Batches of 1 and 2 samples with the slopes -6 and 0 give -6/3 = -2, not -3."""

    def scenario(submission):
        w = torch.tensor(0.0, requires_grad=True)
        batches = [(torch.ones(1), torch.tensor([3.0])), (torch.ones(2), torch.zeros(2))]
        return submission.accumulated_gradients(lambda x, y: ((w * x - y) ** 2).mean(), [w], batches)

    check_close(submission.run(scenario), [torch.tensor(-2.0)])


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", [(5, 2, 1), (1, 7), (4, 4), (3,)])
def test_accumulated_gradients_equal_the_full_batch(submission, rng, sizes):
    """However unequal the parts, the result is that of one large batch."""
    w, b, batches = drawn(rng, sizes)
    got = submission.run(accumulate, w, b, batches)
    check_close(got["found"], oracle(w, b, batches), "gradients")


def test_accumulated_gradients_of_tables(submission, rng):
    """N_b counts samples: rows of x, not its entries."""

    def scenario(submission, w, batches):
        w = w.clone().requires_grad_()
        return submission.accumulated_gradients(
            lambda x, y: ((x * w).sum((1, 2)) - y).square().mean(), [w], batches
        )

    w = rng.normal(2, 3)
    batches = [(rng.normal(n, 2, 3), rng.normal(n)) for n in (1, 4)]
    x, y = (torch.cat([batch[i] for batch in batches]) for i in (0, 1))
    want = (2 * ((x * w).sum((1, 2)) - y)[:, None, None] * x).mean(0)
    check_close(submission.run(scenario, w, batches), [want])


def test_accumulated_gradients_stand_in_grad(submission, rng):
    """Afterwards .grad holds the same numbers, and the parameters their values."""
    w, b, batches = drawn(rng, (3, 2))
    got = submission.run(accumulate, w, b, batches)
    check_close(got["grads"], oracle(w, b, batches), ".grad of each parameter")
    check_close(got["values"], [w, b], "values of the parameters afterwards")


def test_accumulated_gradients_of_an_unused_parameter(submission, rng):
    """A parameter that no loss depends on gets 0, in the list and in .grad."""
    w, b, batches = drawn(rng, (3, 2))
    got = submission.run(accumulate, w, b, batches, unused=True)
    want = oracle(w, b, batches, unused=True)
    check_close(got["found"], want, "gradients")
    check_close(got["grads"], want, ".grad of each parameter")


def test_accumulated_gradients_forget_what_was_before(submission, rng):
    """What stood in .grad before the call is not added to."""
    w, b, batches = drawn(rng, (3, 2))
    got = submission.run(accumulate, w, b, batches, before=[rng.normal(3), rng.normal()])
    want = oracle(w, b, batches)
    check_close(got["found"], want, "gradients")
    check_close(got["grads"], want, ".grad of each parameter")


@pytest.mark.detail
def test_accumulated_gradients_have_memory_of_their_own(submission, rng):
    """A later backward pass changes .grad, not the list that came back."""
    w, b, batches = drawn(rng, (3, 2))
    got = submission.run(accumulate, w, b, batches)
    check_close(got["found"], oracle(w, b, batches), "gradients")
    check_equal(got["shared"], 0, "how many gradients share memory with .grad")
    check_that(all(not g.requires_grad for g in got["found"]), "the gradients", "no graph", "a graph")


@pytest.mark.parametrize("lazily", ["params", "batches"])
def test_accumulated_gradients_of_generators(submission, rng, lazily):
    """params and batches may be generators, which can be walked only once."""
    w, b, batches = drawn(rng, (3, 1, 2))
    got = submission.run(accumulate, w, b, batches, lazily=[lazily])
    check_close(got["found"], oracle(w, b, batches), "gradients")


@pytest.mark.weight(2)
def test_accumulated_gradients_keep_one_graph_at_a_time(submission, rng):
    """Each batch is computed once, and goes backward before the next is computed."""
    w, b, batches = drawn(rng, (3, 1, 2))
    got = submission.run(accumulate, w, b, batches)
    check_equal(got["events"], 3 * ["loss", "backward"], "what happened when")


def test_accumulated_gradients_free_each_graph(submission, rng):
    """After its backward pass nothing of a batch's graph is kept for another one."""
    w, b, batches = drawn(rng, (3, 1, 2))
    got = submission.run(accumulate, w, b, batches)
    check_equal(got["events"], 3 * ["loss", "backward"], "what happened when")
    check_equal(got["kept"], 0, "graphs that could go backward again")


def test_accumulated_gradients_have_manners(submission, rng):
    """Batches, random state and modes stay as they were."""
    w, b, batches = drawn(rng, (3, 2))
    check_manners(submission, lambda: submission.run(accumulate, w, b, batches))


def test_accumulated_gradients_on_a_device(submission, rng):
    """On an accelerator the gradients are the same and stay there."""

    def scenario(submission, w, batches):
        w = w.clone().requires_grad_()
        return submission.accumulated_gradients(lambda x, y: ((x @ w - y) ** 2).mean(), [w], batches)

    w, _, batches = drawn(rng, (3, 2))
    check_device(lambda *arguments: submission.run(scenario, *arguments), w, batches)
