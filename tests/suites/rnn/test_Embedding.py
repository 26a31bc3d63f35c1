"""Suite of rnn.Embedding."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_equal,
    check_manners,
    check_raises,
    check_shape,
    check_vectorised,
    to_device,
)

FORBIDDEN = ("embedding", "Embedding", "EmbeddingBag", "embedding_bag")
PRODUCTS = ("one_hot", "matmul", "mm", "bmm", "einsum", "linear", "addmm")
OUTPUT = ("the vectors",)


def expected(weight, indices, upstream, padding=None):
    """Return what `play` should see, by torch's own function."""
    weight = weight.detach().clone().requires_grad_()
    y = functional.embedding(indices, weight, padding)
    (gradient,) = torch.autograd.grad(y, weight, upstream)
    return {"outputs": [y.detach()], "inputs": [None], "weights": {"weight": gradient}}


def train(submission, args, batches, upstreams):
    """Make steps of gradient descent from the module's own weights; return those and the trained ones."""
    module = submission.Embedding(*args)
    before = module.weight.detach().clone()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5, momentum=0.9)
    for indices, upstream in zip(batches, upstreams, strict=True):
        optimizer.zero_grad()
        module(indices).backward(upstream)
        optimizer.step()
    return before, module.weight.detach().clone()


def test_Embedding_keeps_its_weight(submission, shared):
    """The state_dict has one key, weight, a parameter of shape (V, E)."""
    got = submission.run(shared.described, "Embedding", (7, 3), {})
    shared.check_described(got, {"weight": (7, 3)})


@pytest.mark.visible
def test_Embedding_of_repeated_tokens(submission, shared):
    """For indices 2, 0, 2 and 1, 10, 100 from above row 2 receives 101."""
    weight = torch.tensor([[1.0], [2.0], [3.0]])
    indices, above = torch.tensor([2, 0, 2]), torch.tensor([[1.0], [10.0], [100.0]])
    got = submission.run(shared.play, "Embedding", (3, 1), {}, {"weight": weight}, [indices], [above])
    want = {
        "outputs": [torch.tensor([[3.0], [1.0], [3.0]])],
        "inputs": [None],
        "weights": {"weight": torch.tensor([[10.0], [0.0], [101.0]])},
    }
    shared.check_played(got, want, OUTPUT, ("indices",))


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(9,), (4, 5), (1, 1), (), (2, 3, 2)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_Embedding_forwards_and_backwards(submission, rng, shared, dtype, shape):
    """The rows and the gradient of weight are torch's, for indices of any axes."""
    weight, indices = rng.normal(6, 3, dtype=dtype), rng.integers(0, 6, *shape)
    indices, above = indices.reshape(shape), rng.normal(*shape, 3, dtype=dtype)
    got = submission.run(shared.play, "Embedding", (6, 3), {}, {"weight": weight}, [indices], [above])
    shared.check_played(got, expected(weight, indices, above), OUTPUT, ("indices",))


@pytest.mark.detail
@pytest.mark.parametrize("shape", [(0,), (3, 0)], ids=str)
def test_Embedding_of_no_tokens(submission, rng, shared, shape):
    """No indices give no rows, and weight a gradient of zeros."""
    weight, indices, above = rng.normal(6, 3), torch.zeros(shape, dtype=torch.int64), rng.normal(*shape, 3)
    got = submission.run(shared.play, "Embedding", (6, 3), {}, {"weight": weight}, [indices], [above])
    shared.check_played(got, expected(weight, indices, above), OUTPUT, ("indices",))


@pytest.mark.weight(3)
@pytest.mark.parametrize("padding", [0, 3, 5])
def test_Embedding_gives_padding_no_gradient(submission, rng, shared, padding):
    """The row of padding_idx is looked up as it is; its gradient is zero."""
    weight, above = rng.normal(6, 2), rng.normal(3, 8, 2)
    indices = rng.labels(24, 6).reshape(3, 8)
    args = ("Embedding", (6, 2, padding), {}, {"weight": weight}, [indices], [above])
    want = expected(weight, indices, above, padding)
    shared.check_played(submission.run(shared.play, *args), want, OUTPUT, ("indices",))


@pytest.mark.parametrize("padding", [0, 2])
def test_Embedding_keeps_padding_zero(submission, rng, padding):
    """The row of padding_idx starts at zero, and training leaves it there."""
    batches = [rng.labels(10, 5) for _ in range(3)]
    upstreams = [rng.normal(10, 2, dtype=torch.float32) for _ in batches]
    before, after = submission.run(train, (5, 2, padding), batches, upstreams)
    check_shape(before, (5, 2), "weight")
    check_shape(after, (5, 2), "weight")
    check_close(before[padding], torch.zeros(2), "the row of padding_idx at the start")
    want, velocity = before.clone(), torch.zeros(5, 2)
    for indices, above in zip(batches, upstreams, strict=True):
        gradient = torch.zeros(5, 2).index_add(0, indices, above)
        gradient[padding] = 0
        velocity = 0.9 * velocity + gradient
        want -= 0.5 * velocity
    check_close(after[padding], torch.zeros(2), "the row of padding_idx after three steps")
    check_close(after, want, "weight after three steps")


@pytest.mark.detail
def test_Embedding_when_not_contiguous(submission, rng, shared):
    """Indices may be a transpose, or one row shown several times."""
    weight, above = rng.normal(6, 2), rng.normal(4, 3, 2)
    for indices in (rng.integers(0, 6, 3, 4).t(), rng.integers(0, 6, 1, 3).expand(4, 3)):
        args = ("Embedding", (6, 2), {}, {"weight": weight}, [indices], [above])
        want = expected(weight, indices, above)
        shared.check_played(submission.run(shared.play, *args), want, OUTPUT, ("indices",))


@pytest.mark.statistical
@pytest.mark.parametrize("padding", [None, 1])
def test_Embedding_starts_normal(submission, shared, padding):
    """Every entry starts standard normal, but for the row of padding_idx."""
    got = submission.run(shared.state, "Embedding", (300, 100, padding))
    check_equal(sorted(got), ["weight"], "keys of the state_dict")
    check_shape(got["weight"], (300, 100), "weight")
    rows = [i for i in range(300) if i != padding]
    weight = got["weight"][rows].double()
    check_close(weight.std().item(), 1.0, "standard deviation", rtol=0.03)
    check_close(weight.mean().item(), 0.0, "mean", atol=0.04)
    check_close((weight.abs() < 1).double().mean().item(), 0.683, "share between -1 and 1", atol=0.02)


@pytest.mark.parametrize("index", [-1, -6, 6, 100])
@pytest.mark.parametrize("padding", [None, 0])
def test_Embedding_refuses_other_indices(submission, index, padding):
    """An index below 0, or not below V, raises an IndexError."""
    with check_raises(IndexError):
        submission.Embedding(6, 2, padding)(torch.tensor([[0, 5], [index, 3]]))


def test_Embedding_is_made_by_hand(submission, rng):
    """The embedding is made without torch's own."""
    indices = rng.integers(0, 6, 4)
    call = {"forbidden": FORBIDDEN, "task": "Embedding"}
    check_by_hand(submission, lambda: submission.Embedding(6, 2)(indices), **call)


def test_Embedding_looks_rows_up(submission, rng):
    """Rows are looked up, not multiplied with one-hot rows."""
    module, indices = submission.Embedding(6, 2, 0), rng.integers(0, 6, 5, 4)
    check_by_hand(submission, lambda: module(indices), PRODUCTS, task="Embedding")


def test_Embedding_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of indices."""
    module, few, many = submission.Embedding(6, 2, 0), rng.integers(0, 6, 2, 3), rng.integers(0, 6, 5, 20)
    check_vectorised(submission, lambda: module(few), lambda: module(many))


@pytest.mark.detail
def test_Embedding_has_manners(submission, rng):
    """A call changes neither indices nor weight, and draws no random number."""

    def scenario(submission, weight, indices):
        module = submission.Embedding(6, 2, 0)
        module.load_state_dict({"weight": weight})
        module(indices)
        return module.weight.detach().clone()

    module, indices = submission.Embedding(6, 2, 0), rng.integers(0, 6, 3, 4)
    check_manners(submission, lambda: module(indices))
    weight = rng.normal(6, 2, dtype=torch.float32)
    check_close(submission.run(scenario, weight, indices), weight, "weight after a call")


@pytest.mark.parametrize("padding", [None, 0])
def test_Embedding_on_a_device(submission, rng, shared, padding):
    """On an accelerator the rows are the same and stay there."""
    weight, above, indices = rng.normal(6, 2), rng.normal(3, 4, 2), rng.labels(12, 6).reshape(3, 4)
    want = expected(weight, indices, above, padding)
    moved = to_device(({"weight": weight}, [indices], [above]))
    got = submission.run(shared.play, "Embedding", (6, 2, padding), {}, *moved)
    if padding is not None:  # the simulated device takes the hooks off a parameter that moves there
        shared.clear_row(got["weights"].get("weight"), padding)
    shared.check_played(got, to_device(want), OUTPUT, ("indices",))
