"""Suite of mlp.LogisticRegression."""

import math

import pytest
import torch

from grader.suite import (
    check_close,
    check_dtype,
    check_equal,
    check_finite,
    check_manners,
    check_shape,
    to_device,
)


def oracle(weights, x):
    """Compute the probabilities sample by sample."""
    rows = [torch.sigmoid((weights["linear.weight"][0] * row).sum() + weights["linear.bias"][0]) for row in x]
    return torch.stack(rows)


def loss_of(probs, target):
    """Return the mean cross-entropy along the last axis."""
    log_probs = torch.where(target == 1, probs, 1 - probs).log()
    return -log_probs.clamp(min=-100).mean(-1)


def draw_weights(rng, d, dtype=torch.float64):
    """Draw weight and bias."""
    return {"linear.weight": rng.normal(1, d, dtype=dtype), "linear.bias": rng.normal(1, dtype=dtype)}


def test_LogisticRegression_keeps_one_layer(submission, shared):
    """The state_dict has linear.weight (1, D) and linear.bias (1,)."""
    got = submission.run(shared.described, "LogisticRegression", (5,))
    check_equal(sorted(got), ["linear.bias", "linear.weight"], "keys of the state_dict")
    check_equal(got, {"linear.weight": ("parameter", (1, 5)), "linear.bias": ("parameter", (1,))})


@pytest.mark.visible
def test_LogisticRegression_of_three_samples(submission, shared):
    """Scores of 0, log 3 and -log 3 give the probabilities 1/2, 3/4 and 1/4."""
    weights = {
        "linear.weight": torch.tensor([[math.log(3.0), 0.0]], dtype=torch.float64),
        "linear.bias": torch.tensor([-math.log(3.0)], dtype=torch.float64),
    }
    x = torch.tensor([[1.0, 5.0], [2.0, 5.0], [0.0, 5.0]], dtype=torch.float64)
    got = submission.run(shared.play, "LogisticRegression", (2,), weights, x, torch.ones(3).double())
    check_close(got["output"], torch.tensor([0.5, 0.75, 0.25], dtype=torch.float64), "the output")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, d", [(7, 4), (1, 4), (6, 1), (1, 1)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_LogisticRegression_forwards_and_backwards(submission, rng, shared, dtype, n, d):
    """One probability a sample, without a second axis, and all gradients."""
    weights, x = draw_weights(rng, d, dtype), rng.normal(n, d, dtype=dtype)
    upstream = rng.normal(n, dtype=dtype)
    got = submission.run(shared.play, "LogisticRegression", (d,), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


def test_LogisticRegression_is_finite_when_scores_are_large(submission, rng, shared):
    """Scores around 1000 and -1000 give 1 and 0, with gradients of 0, not nan."""
    weights, upstream = draw_weights(rng, 3), rng.normal(4)
    x = torch.stack([sign * 1000 * weights["linear.weight"][0].sign() for sign in (1, -1, 1, -1)])
    x = x / weights["linear.weight"].abs().sum()
    got = submission.run(shared.play, "LogisticRegression", (3,), weights, x, upstream)
    check_finite(got["output"])
    check_close(got, shared.expected(oracle, weights, x, upstream))


@pytest.mark.detail
def test_LogisticRegression_when_not_contiguous(submission, rng, shared):
    """A transposed x gives the right numbers."""
    weights, x, upstream = draw_weights(rng, 4), rng.normal(4, 6).t(), rng.normal(6)
    got = submission.run(shared.play, "LogisticRegression", (4,), weights, x, upstream)
    check_close(got, shared.expected(oracle, weights, x, upstream))


@pytest.mark.statistical
def test_LogisticRegression_learns(submission, rng, shared, draw):
    """Gradient descent on separable points brings the loss down."""

    def scenario(submission, x, target):
        model = submission.LogisticRegression(x.shape[1]).to(x.dtype)
        optimizer, outputs = torch.optim.SGD(model.parameters(), lr=1.0), []
        for _ in range(60):
            optimizer.zero_grad()
            outputs.append(model(x))
            torch.nn.functional.binary_cross_entropy(outputs[-1], target).backward()
            optimizer.step()
        weights = {key: value.detach().clone() for key, value in model.state_dict().items()}
        return torch.stack(outputs).detach(), weights

    x = rng.normal(16, 3)
    target = (torch.arange(16) % 2).double()
    x[:, 0] = x[:, 0].abs().clamp(0.5, 3) * (2 * target - 1)
    outputs, weights = submission.run(scenario, x, target)
    w, b, want = torch.zeros(3).double(), 0.0, []
    for _ in range(60):
        p = torch.sigmoid(x @ w + b)
        want.append(loss_of(p, target))
        w, b = w - x.t() @ (p - target) / 16, b - (p - target).mean()
    check_shape(outputs, (60, 16), "the outputs of all steps")
    check_dtype(outputs, torch.float64, "the outputs of all steps")
    check_equal(sorted(weights), ["linear.bias", "linear.weight"], "keys of the state_dict")
    for key, shape in (("linear.weight", (1, 3)), ("linear.bias", (1,))):
        check_shape(weights[key], shape, key)
        check_dtype(weights[key], torch.float64, key)
    draw.curve("loss", loss_of(outputs, target), torch.stack(want))
    loss = loss_of(oracle(weights, x), target)
    check_close(loss, torch.zeros(()).double(), "the loss after 60 steps", atol=0.3)


def test_LogisticRegression_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.LogisticRegression(5), rng.normal(4, 5, dtype=torch.float32)
    check_manners(submission, lambda: model(x))


def test_LogisticRegression_on_a_device(submission, rng, shared):
    """Moved to an accelerator, the model computes there, and the same."""
    weights, x, upstream = draw_weights(rng, 5), rng.normal(4, 5), rng.normal(4)
    got = submission.run(shared.play, "LogisticRegression", (5,), *to_device((weights, x, upstream)))
    check_close(got, to_device(shared.expected(oracle, weights, x, upstream)))
