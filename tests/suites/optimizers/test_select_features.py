"""Suite of optimizers.select_features.

The weights are recomputed one number at a time, and judged by what holds where the loss is smallest.
"""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_dtype,
    check_equal,
    check_fields,
    check_manners,
    check_shape,
    check_that,
)

STRENGTHS = [0.3, 0.0, 0.05, 2.0]


def recomputed(x, y, strengths, lr, steps):
    """Go over strengths, steps and weights one by one, in float64."""
    rows, samples, columns = [], x.tolist(), x.t().tolist()
    for strength in strengths:
        w = [0.0] * x.shape[1]
        for _ in range(steps):
            errors = [dot(row, w) - target for row, target in zip(samples, y.tolist(), strict=True)]
            slopes = [dot(errors, column) / len(errors) for column in columns]
            w = [pulled(a - lr * g, lr * strength) for a, g in zip(w, slopes, strict=True)]
        rows.append(w)
    return torch.tensor(rows, dtype=torch.float64)


def dot(a, b):
    """Return the sum of products."""
    return sum(p * q for p, q in zip(a, b, strict=True))


def pulled(z, amount):
    """Move a number towards 0, and no further."""
    return z - amount if z > amount else z + amount if z < -amount else 0.0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_select_features_shape_and_dtype(submission, rng, dtype):
    """The weights have a row for each strength and the dtype of x; kept is bool."""
    got = submission.select_features(rng.normal(7, 3, dtype=dtype), rng.normal(7, dtype=dtype), STRENGTHS, 0.1, 3)
    check_fields(got, ("weights", "kept"))
    check_shape(got.weights, (4, 3), "weights")
    check_dtype(got.weights, dtype, "weights")
    check_shape(got.kept, (4, 3), "kept")
    check_dtype(got.kept, torch.bool, "kept")


@pytest.mark.visible
def test_select_features_of_one_step(submission):
    """From w = 0 with lr = 1/2: z = (2, -1, 0.25), and each moves by strength / 2."""
    x = torch.eye(3, dtype=torch.float64) * 3**0.5
    y = torch.tensor([4.0, -2.0, 0.5], dtype=torch.float64) * 3**0.5
    got = submission.select_features(x, y, [0.0, 1.0, 3.0], 0.5, 1)
    want = torch.tensor([[2.0, -1.0, 0.25], [1.5, -0.5, 0.0], [0.5, 0.0, 0.0]], dtype=torch.float64)
    check_close(got.weights, want, "weights")


@pytest.mark.visible
def test_select_features_of_two_steps(submission):
    """One feature of ones, y = 4, lr = 1/2, strength 1: w is 1.5, then 2.25."""
    x, y = torch.ones(5, 1, dtype=torch.float64), torch.full((5,), 4.0, dtype=torch.float64)
    check_close(submission.select_features(x, y, [1.0], 0.5, 1).weights, torch.tensor([[1.5]]).double(), "weights")
    check_close(submission.select_features(x, y, [1.0], 0.5, 2).weights, torch.tensor([[2.25]]).double(), "weights")


@pytest.mark.visible
def test_select_features_without_a_step(submission):
    """Without a step all weights are 0 and none is kept."""
    got = submission.select_features(torch.ones(4, 2), torch.ones(4), [0.5], 0.5, 0)
    check_close(got.weights, torch.zeros(1, 2), "weights")
    check_equal(got.kept.tolist(), [[False, False]], "kept")


@pytest.mark.weight(2)
@pytest.mark.parametrize("steps", [1, 2, 9])
def test_select_features_is_recomputed(submission, rng, steps):
    """The weights are those of a loop over single numbers."""
    x, y = rng.normal(7, 4), 2 * rng.normal(7)
    got = submission.select_features(x, y, STRENGTHS, 0.2, steps)
    check_close(got.weights, recomputed(x, y, STRENGTHS, 0.2, steps), "weights")


def test_select_features_begins_anew_with_each_strength(submission, rng):
    """A strength gives the same weights wherever it stands."""
    x, y = rng.normal(7, 4), 2 * rng.normal(7)
    got = submission.select_features(x, y, STRENGTHS[::-1], 0.2, 4)
    check_close(got.weights, recomputed(x, y, STRENGTHS[::-1], 0.2, 4), "weights")


def planted(rng):
    """Draw data in which features 1 and 4 of 6 count, with noise."""
    x = rng.normal(60, 6)
    return x, 3 * x[:, 1] - 2 * x[:, 4] + 0.1 * rng.normal(60)


def test_select_features_says_what_is_exactly_0(submission, rng):
    """kept is True where the weight is not exactly 0, and there alone."""
    x, y = planted(rng)
    got = submission.select_features(x, y, [0.01, 0.1, 1.0], 0.2, 200)
    check_close(got.weights, recomputed(x, y, [0.01, 0.1, 1.0], 0.2, 200), "weights")
    check_equal(got.kept.tolist(), (got.weights != 0).tolist(), "kept")


def test_select_features_finds_the_planted_ones(submission, rng):
    """Of six features, two of which count, a strength of 0.3 keeps these two."""
    x, y = planted(rng)
    got = submission.select_features(x, y, [0.3], 0.2, 300)
    check_equal(got.kept.tolist(), [[False, True, False, False, True, False]], "kept")


def test_select_features_arrives_at_the_smallest_loss(submission, rng):
    """The data pull each weight with the strength, or less where it is 0."""
    x, y = planted(rng)
    got = submission.select_features(x, y, [0.3], 0.2, 2000)
    check_shape(got.weights, (1, 6), "weights")
    w = got.weights[0]
    pull = (x @ w - y) @ x / len(x)
    off = torch.where(w == 0, (pull.abs() - 0.3).clamp(min=0), (pull + 0.3 * w.sign()).abs()).max().item()
    check_that(off <= 1e-6, "slope of the data", "the strength, against the sign of each weight", f"off by {off:.3g}")


def test_select_features_keeps_tiny_weights(submission):
    """A weight of 1e-12 is not 0."""
    x, y = torch.ones(3, 1, dtype=torch.float64), torch.full((3,), 1e-12, dtype=torch.float64)
    check_equal(submission.select_features(x, y, [0.0], 1.0, 1).kept.tolist(), [[True]], "kept")


@pytest.mark.detail
def test_select_features_keeps_no_graph(submission, rng):
    """The weights are outside the graph, also where x requires a gradient."""
    x, y = rng.normal(7, 4).requires_grad_(), rng.normal(7)
    got = submission.select_features(x, y, [0.1], 0.2, 2)
    check_equal(got.weights.requires_grad, False, "whether the weights require a gradient")


def test_select_features_has_manners(submission, rng):
    """The random state and the modes stay as they were."""
    x, y = rng.normal(7, 4), rng.normal(7)
    check_manners(submission, lambda: submission.select_features(x, y, [0.1], 0.2, 2))


def test_select_features_on_a_device(submission, rng):
    """On an accelerator the weights are the same and stay there."""
    x, y = rng.normal(7, 4, dtype=torch.float32), rng.normal(7, dtype=torch.float32)
    check_device(lambda x, y: submission.select_features(x, y, STRENGTHS, 0.2, 3).weights, x, y)
