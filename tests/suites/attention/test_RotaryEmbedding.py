"""Suite of attention.RotaryEmbedding."""

import math

import pytest
import torch

from grader.suite import check_close, check_equal, check_like, check_manners, to_device

SINGLE = {"rtol": 1e-4, "atol": 1e-5}  # angles may be computed in float32, whatever x is


def by_hand(x, offset=0, base=10000.0):
    """The oracle: each pair of each position by itself, as a complex number that is multiplied by another one."""
    half, t = x.shape[-1] // 2, x.shape[-2]
    pairs = torch.complex(x[..., :half], x[..., half:])
    factors = [
        [complex(math.cos(a), math.sin(a)) for a in ((offset + m) / base ** (i / half) for i in range(half))]
        for m in range(t)
    ]
    turned = pairs * torch.tensor(factors, dtype=pairs.dtype).reshape(t, half)
    return torch.cat([turned.real, turned.imag], -1)


def play(submission, args, x, offset, upstream):
    """Run a new module where x is; return the output and the gradient of x."""
    module = submission.RotaryEmbedding(*args).to(x.device)
    x = x.detach().clone().requires_grad_()
    y = module(x, offset) if offset else module(x)
    if getattr(y, "shape", None) == upstream.shape and y.requires_grad:
        y.backward(upstream.to(y.dtype))
    return {"output": y.detach() if isinstance(y, torch.Tensor) else y, "gradient of x": x.grad}


def expected(x, offset, upstream, base=10000.0):
    """Return what `play` should see."""
    x = x.detach().clone().requires_grad_()
    y = by_hand(x, offset, base)
    return {"output": y.detach(), "gradient of x": torch.autograd.grad(y, x, upstream)[0]}


def calls(submission, dim, inputs):
    """Call one module again and again; return all outputs."""
    module = submission.RotaryEmbedding(dim)
    return [module(x, offset).detach().clone() for x, offset in inputs]


def kept(submission, dim):
    """Return how many parameters a module has."""
    return len(list(submission.RotaryEmbedding(dim).parameters()))


@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (2, 3, 6), (5, 2), (1, 1, 1, 8), (2, 0, 4)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_RotaryEmbedding_shape_and_dtype(submission, rng, dtype, shape):
    """The result has the shape and the dtype of x."""
    x = rng.normal(*shape, dtype=dtype)
    check_like(submission.RotaryEmbedding(shape[-1])(x), x)


@pytest.mark.visible
def test_RotaryEmbedding_of_one_pair(submission):
    """Position m turns (1, 0) to (cos m, sin m), and (0, 1) to (-sin m, cos m)."""
    got = submission.RotaryEmbedding(2)(torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    want = [[1.0, 0.0], [math.cos(1), math.sin(1)], [-math.sin(2), math.cos(2)]]
    check_close(got, torch.tensor(want))


@pytest.mark.visible
def test_RotaryEmbedding_of_two_pairs(submission):
    """With D = 4 features 0 and 2 turn by 1, features 1 and 3 by 1/100."""
    got = submission.RotaryEmbedding(4)(torch.tensor([[1.0, 2.0, 0.0, 0.0]]), 1)
    want = [[math.cos(1), 2 * math.cos(0.01), math.sin(1), 2 * math.sin(0.01)]]
    check_close(got, torch.tensor(want))


def test_RotaryEmbedding_keeps_lengths(submission, rng):
    """The length of a pair stays, and position 0 stays as it is."""
    x = rng.normal(2, 7, 6)
    got = submission.RotaryEmbedding(6)(x)
    check_like(got, x)
    check_close(got[:, 0], x[:, 0], "position 0", **SINGLE)
    length = got[..., :3] ** 2 + got[..., 3:] ** 2
    check_close(
        length, x[..., :3] ** 2 + x[..., 3:] ** 2, "squared lengths of the pairs i, i + D/2", **SINGLE
    )


@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (2, 4, 6), (6, 2), (3, 2, 1, 8), (4, 4, 4, 4)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_RotaryEmbedding_forwards_and_backwards(submission, rng, dtype, shape):
    """Every pair is turned by its angle, and its gradient is turned back."""
    x, above = rng.normal(*shape, dtype=dtype), rng.normal(*shape, dtype=dtype)
    got = submission.run(play, shape[-1:], x, 0, above)
    check_close(got, expected(x, 0, above), **SINGLE)


@pytest.mark.weight(2)
@pytest.mark.parametrize("offset", [1, 3, 40])
def test_RotaryEmbedding_with_an_offset(submission, rng, offset):
    """The first token stands at the offset."""
    x, above = rng.normal(2, 3, 5, 6), rng.normal(2, 3, 5, 6)
    check_close(submission.run(play, (6,), x, offset, above), expected(x, offset, above), **SINGLE)


@pytest.mark.weight(2)
def test_RotaryEmbedding_scores_depend_on_distances(submission, rng):
    """Query times key is the same wherever both stand, if their distance is."""
    query, key = rng.normal(1, 6).expand(9, 6), rng.normal(1, 6).expand(9, 6)
    q, k = submission.run(calls, 6, [(query, 0), (key, 0)])
    check_like([q, k], [query, key])
    scores = q @ k.t()
    want = by_hand(query) @ by_hand(key).t()
    check_close(scores, want, "the scores", **SINGLE)
    check_close(scores[1:, 1:], scores[:-1, :-1], "the scores one position further", **SINGLE)


@pytest.mark.parametrize("base", [1.0, 100.0, 500000.0])
def test_RotaryEmbedding_with_another_base(submission, rng, base):
    """The base says how much slower each pair is than the one before."""
    x, above = rng.normal(5, 6), rng.normal(5, 6)
    got = submission.run(play, (6, base), x, 0, above)
    check_close(got, expected(x, 0, above, base), **SINGLE)


def test_RotaryEmbedding_far_away(submission, rng):
    """Positions beyond 2000 are right within what float32 can tell."""
    x = rng.normal(2, 3, 4)
    got = submission.RotaryEmbedding(4)(x, 2500)
    check_close(got, by_hand(x, 2500), rtol=0, atol=2e-3)


def test_RotaryEmbedding_remembers_nothing(submission, rng):
    """One module takes any length, from any offset, again and again."""
    x = rng.normal(2, 6, 4)
    inputs = [(x[:, :3], 0), (x, 0), (x[:, 3:], 3), (x[:, :3], 0), (x[:, 2:3], 7)]
    got = submission.run(calls, 4, inputs)
    for number, (y, given) in enumerate(zip(got, inputs, strict=True), start=1):
        check_close(y, by_hand(*given), f"call {number}", **SINGLE)


def test_RotaryEmbedding_has_no_parameters(submission):
    """There is nothing to learn."""
    check_equal(submission.run(kept, 6), 0, "the number of parameters")


@pytest.mark.detail
def test_RotaryEmbedding_when_not_contiguous(submission, rng):
    """Heads cut out of a tensor (N, T, H, D) are turned along T."""
    x = rng.normal(2, 5, 3, 4).transpose(1, 2)
    check_close(submission.RotaryEmbedding(4)(x), by_hand(x), **SINGLE)


def test_RotaryEmbedding_has_manners(submission, rng):
    """A call changes no input and draws no random number."""
    rotary, x = submission.RotaryEmbedding(4), rng.normal(2, 5, 4)
    check_manners(submission, lambda: rotary(x, 2))


@pytest.mark.parametrize("offset", [0, 3])
def test_RotaryEmbedding_on_a_device(submission, rng, offset):
    """On an accelerator the pairs turn the same, and stay there."""
    x, above = (rng.normal(2, 3, 5, 6, dtype=torch.float32) for _ in range(2))
    got = submission.run(play, (6,), to_device(x), offset, to_device(above))
    check_close(got, to_device(expected(x, offset, above)), **SINGLE)
