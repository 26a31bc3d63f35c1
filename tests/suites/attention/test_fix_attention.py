"""Suite of attention.fix_attention.

Each planted mistake has a test of its own, which passes as soon as this one is mended, whichever others are left: what
comes back is compared with the nearest of what such code computes.
"""

import itertools

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_gradients, check_manners, check_shape, to_device

PLANTED = ("future", "axis", "scale", "merge")


def by_hand(x, in_weight, in_bias, out_weight, out_bias, num_heads, left=()):
    """The oracle: text by text, head by head; `left` names the mistakes that are left."""
    results = []
    d, e, t = x.shape[2] // num_heads, x.shape[2], x.shape[1]
    seen = torch.ones(t, t).tril(1 if "future" in left else 0) > 0
    for text in x:
        query, key, value = functional.linear(text, in_weight, in_bias).split(e, 1)
        found = []
        for h in range(num_heads):
            q, k, v = (part[:, h * d : (h + 1) * d] for part in (query, key, value))
            scores = q @ k.t() / (e if "scale" in left else d) ** 0.5
            hidden = torch.where(seen, scores, -torch.inf)
            found.append(hidden.softmax(0 if "axis" in left else 1) @ v)
        heads = torch.stack(found).reshape(t, e) if "merge" in left else torch.cat(found, 1)
        results.append(functional.linear(heads, out_weight, out_bias))
    return torch.stack(results)


def draw_inputs(rng, n, t, e, dtype=torch.float64):
    """Draw x and all weights."""
    shapes = (n, t, e), (3 * e, e), (3 * e,), (e, e), (e,)
    return tuple(rng.normal(*shape, dtype=dtype) for shape in shapes)


def nearest(got, inputs, heads, mended):
    """Return what code computes in which `mended` is mended, with those of the other mistakes that come nearest."""
    others = [name for name in PLANTED if name != mended]
    sets = (left for many in range(4) for left in itertools.combinations(others, many))
    candidates = [by_hand(*inputs, heads, left=left) for left in sets]
    return min(candidates, key=lambda want: (want - got).abs().nan_to_num(1e9).max().item())


def check_mended(submission, rng, mended, t=4):
    """Check that one mistake is mended."""
    inputs = draw_inputs(rng, 2, t, 6)
    got = submission.fix_attention(*inputs, 3)
    check_shape(got, (2, t, 6))
    check_close(got, nearest(got.detach(), inputs, 3, mended))


def even(values, heads=1):
    """Return x and weights with which all scores are 0, and the values are x."""
    x = torch.tensor([values])
    e = x.shape[2]
    zero, one = torch.zeros(e, e), torch.eye(e)
    return x, torch.cat([zero, zero, one]), torch.zeros(3 * e), one, torch.zeros(e), heads


@pytest.mark.visible
def test_fix_attention_of_equal_scores(submission):
    """Of values 6, 2, 1 each token finds the mean of those up to itself: 6, 4, 3."""
    got = submission.fix_attention(*even([[6.0], [2.0], [1.0]]))
    check_close(got, torch.tensor([[[6.0], [4.0], [3.0]]]))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_attention_of_two_heads(submission):
    """Head 0 has the first feature of each token, head 1 the second: 4, 8 and 2, 4."""
    got = submission.fix_attention(*even([[4.0, 2.0], [12.0, 6.0]], heads=2))
    check_close(got, torch.tensor([[[4.0, 2.0], [8.0, 4.0]]]))


@pytest.mark.weight(2)
def test_fix_attention_sees_no_future(submission, rng):
    """A token sees itself and those before it."""
    check_mended(submission, rng, "future")


@pytest.mark.weight(2)
def test_fix_attention_mixes_by_weights_that_sum_to_1(submission, rng):
    """What a token finds is a mixture: its weights sum to 1."""
    check_mended(submission, rng, "axis")


@pytest.mark.weight(2)
def test_fix_attention_divides_by_the_right_root(submission, rng):
    """Scores are divided by the root of the width of one query."""
    check_mended(submission, rng, "scale")


@pytest.mark.weight(2)
def test_fix_attention_lays_heads_side_by_side(submission, rng):
    """The heads of one token stand next to each other."""
    check_mended(submission, rng, "merge")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, t, e, h", [(2, 5, 6, 2), (3, 4, 6, 3), (1, 3, 4, 1), (4, 1, 5, 5), (2, 2, 8, 2)])
def test_fix_attention_is_right_as_a_whole(submission, rng, n, t, e, h):
    """With one head and with many, for any sizes."""
    inputs = draw_inputs(rng, n, t, e)
    check_close(submission.fix_attention(*inputs, h), by_hand(*inputs, h))


def test_fix_attention_gradients(submission, rng):
    """The gradients of all tensors are right."""
    inputs = [part.requires_grad_() for part in draw_inputs(rng, 2, 4, 6)]
    check_gradients(submission.fix_attention, by_hand, *inputs, 2, rng=rng)


@pytest.mark.detail
def test_fix_attention_has_manners(submission, rng):
    """All tensors stay as they are, and no random number is drawn."""
    check_manners(submission, lambda: submission.fix_attention(*draw_inputs(rng, 2, 3, 4), 2))


def test_fix_attention_on_a_device(submission, rng):
    """On an accelerator it is the same."""
    inputs = draw_inputs(rng, 2, 4, 6)
    check_close(submission.fix_attention(*to_device(inputs), 2), to_device(by_hand(*inputs, 2)))
