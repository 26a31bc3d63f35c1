"""Suite of attention.scaled_dot_product_attention."""

import math

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_fields,
    check_finite,
    check_gradients,
    check_like,
    check_manners,
    check_raises,
)

FORBIDDEN = ("scaled_dot_product_attention", "MultiheadAttention", "multi_head_attention_forward")
LARGE = {"rtol": 1e-6, "atol": 1e-8}  # keys of 1e6 cancel in a gradient, and take six digits with them
SHAPES = [((), 4, 5), ((3,), 4, 4), ((2, 3), 5, 2), ((2, 1, 2), 1, 3)]  # leading axes, T, S


def by_hand(query, key, value, mask=None):
    """The oracle: each query by itself, over the keys that it sees."""
    shown = (query, key, value, torch.ones(1, 1) if mask is None else torch.atleast_2d(mask))
    lead = torch.broadcast_tensors(*(part[..., 0, 0] for part in shown))[0].shape
    t, s = query.shape[-2], key.shape[-2]
    seen = torch.ones(t, s, dtype=torch.bool) if mask is None else mask
    seen, queries, keys = (
        part.expand(*lead, *shape).reshape(-1, *shape)
        for part, shape in ((seen, (t, s)), (query, query.shape[-2:]), (key, key.shape[-2:]))
    )
    weights = [
        _weights(q, k, allowed)
        for rows, k, masks in zip(queries, keys, seen, strict=True)
        for q, allowed in zip(rows, masks, strict=True)
    ]
    weights = torch.stack(weights).reshape(*lead, t, s)
    return torch.einsum("...ts,...se->...te", weights, value), weights


def _weights(q, k, allowed):
    """Return the weights of one query: a softmax of the scores that count, zeros around them."""
    if not bool(allowed.any()):
        return (q.sum() + k.sum()) * torch.zeros_like(k[:, 0])
    places = allowed.nonzero()[:, 0]
    scores = (k[places] * q).sum(1) / math.sqrt(len(q))
    return torch.zeros_like(k[:, 0]).index_add(0, places, torch.softmax(scores, 0))


def draw(rng, lead, t, s, d=3, e=2, dtype=torch.float64):
    """Draw query, key and value."""
    return (rng.normal(*lead, *shape, dtype=dtype) for shape in ((t, d), (s, d), (s, e)))


def learned(*parts):
    """Let all parts require a gradient."""
    return [part.requires_grad_() for part in parts]


def some_seen(rng, *shape):
    """Draw a mask in which every row sees a key, and most do not see all."""
    mask = rng.bool(*shape)
    return mask | (torch.arange(shape[-1]) == rng.integers(0, shape[-1], *shape[:-1], 1))


@pytest.mark.parametrize("lead, t, s", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scaled_dot_product_attention_shape_and_dtype(submission, rng, dtype, lead, t, s):
    """(*, T, E) and (*, T, S), in the dtype of the arguments."""
    args = [*draw(rng, lead, t, s, dtype=dtype)]
    got = submission.scaled_dot_product_attention(*args)
    want = args[0].new_zeros(*lead, t, 2), args[0].new_zeros(*lead, t, s)
    for part, zeros, name in zip(got, want, ("output", "weights"), strict=True):
        check_like(part, zeros, name)


@pytest.mark.visible
def test_scaled_dot_product_attention_of_one_query(submission):
    """Scores 0 and ln 3 are weights 1/4 and 3/4; of 10 and 20 they make 17.5."""
    key, value = torch.tensor([[0.0], [1.0]]), torch.tensor([[10.0], [20.0]])
    got = submission.scaled_dot_product_attention(torch.tensor([[math.log(3)]]), key, value)
    check_close(got, (torch.tensor([[17.5]]), torch.tensor([[0.25, 0.75]])))


@pytest.mark.visible
def test_scaled_dot_product_attention_of_a_mask(submission):
    """True lets a key be seen: of values 10 and 20 a query sees one, both or none."""
    key, value = torch.tensor([[0.0], [1.0]]), torch.tensor([[10.0], [20.0]])
    query = torch.full((3, 1), math.log(3))
    mask = torch.tensor([[True, False], [True, True], [False, False]])
    got = submission.scaled_dot_product_attention(query, key, value, mask)
    weights = torch.tensor([[1.0, 0.0], [0.25, 0.75], [0.0, 0.0]])
    check_close(got, (torch.tensor([[10.0], [17.5], [0.0]]), weights))


@pytest.mark.visible
def test_scaled_dot_product_attention_is_scaled(submission):
    """With D = 4 a sum of products of 2 ln 3 is the score ln 3."""
    query, value = torch.full((1, 4), math.log(3) / 2), torch.tensor([[0.0], [8.0]])
    got = submission.scaled_dot_product_attention(query, torch.tensor([[0.0] * 4, [1.0] * 4]), value)
    check_close(got, (torch.tensor([[6.0]]), torch.tensor([[0.25, 0.75]])))


@pytest.mark.weight(2)
@pytest.mark.parametrize("lead, t, s", SHAPES)
def test_scaled_dot_product_attention_of_permuted_keys(submission, rng, lead, t, s):
    """Keys in another order, each with its value, give the same; weights sum to 1."""
    query, key, value = draw(rng, lead, t, s)
    order = rng.permutation(s)
    got = submission.scaled_dot_product_attention(query, key[..., order, :], value[..., order, :])
    output, weights = by_hand(query, key, value)
    check_close(got[1], weights[..., order], "weights")
    check_close(
        got[1].sum(-1), torch.ones(*lead, t, dtype=torch.float64), "the sum of the weights of a query"
    )
    check_close(got[0], output, "output")


@pytest.mark.weight(3)
@pytest.mark.parametrize("lead, t, s", SHAPES)
def test_scaled_dot_product_attention_forwards_and_backwards(submission, rng, lead, t, s):
    """Output, weights and all gradients are right, with any axes in front."""
    args = learned(*draw(rng, lead, t, s))
    check_gradients(submission.scaled_dot_product_attention, by_hand, *args, rng=rng)


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(4, 5), (1, 5), (2, 1, 1, 5), (1, 3, 4, 5), (2, 3, 4, 5), (5,)], ids=str)
def test_scaled_dot_product_attention_with_a_mask(submission, rng, shape):
    """What is hidden has weight 0, the rest sums to 1; a mask broadcasts."""
    args, mask = learned(*draw(rng, (2, 3), 4, 5)), some_seen(rng, *shape)
    check_gradients(submission.scaled_dot_product_attention, by_hand, *args, mask, rng=rng)


@pytest.mark.weight(2)
def test_scaled_dot_product_attention_broadcasts(submission, rng):
    """Many queries may share keys and values, and one query may have many masks."""
    query, (_, key, value) = rng.normal(2, 3, 4, 3), draw(rng, (1, 3), 4, 5)
    args = learned(query, key, value)
    check_gradients(submission.scaled_dot_product_attention, by_hand, *args, rng=rng)
    args, mask = learned(*draw(rng, (), 4, 5)), some_seen(rng, 3, 1, 5)
    check_gradients(submission.scaled_dot_product_attention, by_hand, *args, mask, rng=rng)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scaled_dot_product_attention_when_nothing_is_seen(submission, rng, dtype):
    """A query that sees no key has zeros, and no gradient is nan."""
    args, mask = learned(*draw(rng, (2,), 4, 5, dtype=dtype)), some_seen(rng, 2, 4, 5)
    mask[0, 1] = mask[1, 3] = mask[1, 0] = False
    close = {"rtol": 1e-3, "atol": 1e-4} if dtype is torch.float32 else {}
    check_gradients(submission.scaled_dot_product_attention, by_hand, *args, mask, rng=rng, **close)


def test_scaled_dot_product_attention_when_all_is_hidden(submission, rng):
    """Where no query sees anything the output is 0 and so is every gradient."""
    args, mask = learned(*draw(rng, (), 3, 2)), torch.zeros(3, 2, dtype=torch.bool)
    check_gradients(submission.scaled_dot_product_attention, by_hand, *args, mask, rng=rng)


@pytest.mark.weight(2)
@pytest.mark.parametrize("size", [1e2, 1e6])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scaled_dot_product_attention_when_scores_are_large(submission, rng, dtype, size):
    """Scores of 1e6 give one weight of 1, never nan; neither do their gradients."""
    query = torch.tensor([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]], dtype=dtype).requires_grad_()
    key = (size * torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.2, -3.0]], dtype=dtype)).requires_grad_()
    value = rng.normal(3, 2, dtype=dtype).requires_grad_()
    got = submission.scaled_dot_product_attention(query, key, value)
    check_finite(got[0], "output")
    close = {"rtol": 1e-3, "atol": 1e-3} if dtype is torch.float32 else LARGE
    check_gradients(submission.scaled_dot_product_attention, by_hand, query, key, value, rng=rng, **close)


@pytest.mark.weight(2)
def test_scaled_dot_product_attention_hides_the_best(submission, rng):
    """A hidden key gets nothing, also where all that is seen has a score of -1e6."""
    query = torch.tensor([[-1.0], [1.0]], dtype=torch.float64).requires_grad_()
    key = torch.tensor([[1e6], [1e6 + 1], [-1e6], [0.0]], dtype=torch.float64).requires_grad_()
    value = rng.normal(4, 2).requires_grad_()
    mask = torch.tensor([[True, True, False, False], [False, False, True, False]])
    check_gradients(
        submission.scaled_dot_product_attention, by_hand, query, key, value, mask, rng=rng, **LARGE
    )


@pytest.mark.detail
def test_scaled_dot_product_attention_when_not_contiguous(submission, rng):
    """Heads cut out of one tensor, and a transposed mask, give the right numbers."""
    joint, mask = rng.normal(2, 4, 3, 6), some_seen(rng, 4, 4)
    args = [part.transpose(1, 2) for part in joint.chunk(3, -1)]
    check_close(submission.scaled_dot_product_attention(*args), by_hand(*args))
    mask = (mask | torch.eye(4, dtype=torch.bool)).t()
    check_close(submission.scaled_dot_product_attention(*args, mask), by_hand(*args, mask))


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.uint8])
def test_scaled_dot_product_attention_refuses_other_masks(submission, rng, dtype):
    """A mask of floats or integers raises a TypeError that names it."""
    args = [*draw(rng, (), 3, 4)]
    with check_raises(TypeError, naming="mask"):
        submission.scaled_dot_product_attention(*args, torch.ones(3, 4, dtype=dtype))


def test_scaled_dot_product_attention_is_made_by_hand(submission, rng):
    """It is made without torch's own attention."""
    args = [*draw(rng, (2,), 3, 4)]
    check_by_hand(
        submission,
        lambda: submission.scaled_dot_product_attention(*args),
        FORBIDDEN,
        task="scaled_dot_product_attention",
    )


def test_scaled_dot_product_attention_has_manners(submission, rng):
    """The arguments and torch's random state stay as they were."""
    args, mask = [*draw(rng, (2,), 3, 4)], some_seen(rng, 3, 4)
    check_manners(submission, lambda: submission.scaled_dot_product_attention(*args, mask))


@pytest.mark.parametrize("masked", [False, True], ids=["all seen", "with a mask"])
def test_scaled_dot_product_attention_on_a_device(submission, rng, masked):
    """On an accelerator output and weights are the same and stay there."""
    args, mask = [*draw(rng, (2, 3), 4, 5, dtype=torch.float32)], some_seen(rng, 2, 1, 4, 5)
    mask[0, 0, 1] = False
    check_device(
        lambda *args: tuple(submission.scaled_dot_product_attention(*args)), *args, mask if masked else None
    )


def test_scaled_dot_product_attention_names_what_it_returns(submission, rng):
    """A named tuple with the fields output and weights comes back."""
    check_fields(submission.scaled_dot_product_attention(*draw(rng, (), 3, 4)), ("output", "weights"))
