"""Suite of attention.MultiHeadAttention."""

import math

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_equal,
    check_manners,
    check_network,
    check_that,
    check_trains,
    to_device,
)

FORBIDDEN = ("MultiheadAttention", "scaled_dot_product_attention", "multi_head_attention_forward")


def shapes_of(e):
    """Return the keys of the state_dict and their shapes."""
    return {
        "in_proj_weight": (3 * e, e),
        "in_proj_bias": (3 * e,),
        "out_proj.weight": (e, e),
        "out_proj.bias": (e,),
    }


def draw_weights(rng, e, dtype=torch.float64):
    """Draw all weights."""
    return {key: rng.normal(*shape, dtype=dtype) for key, shape in shapes_of(e).items()}


def padded(rng, n, t):
    """Draw a mask of sequences of different lengths, of at least one token; one has all."""
    lengths = rng.integers(1, t + 1, n)
    lengths[0] = t
    return torch.arange(t) < lengths.unsqueeze(1)


def two_heads(submission):
    """Return a module of two heads of one feature each, whose queries are ln 3 and 0 whatever x is."""
    model = submission.MultiHeadAttention(2, 2)
    eye = torch.eye(2)
    weights = {
        "in_proj_weight": torch.cat([0 * eye, eye, eye]),
        "in_proj_bias": torch.tensor([math.log(3), 0.0, 0.0, 0.0, 0.0, 0.0]),
        "out_proj.weight": torch.tensor([[10.0, 0.0], [0.0, 1.0]]),
        "out_proj.bias": torch.tensor([0.0, 1.0]),
    }
    model.load_state_dict(weights)
    return model


@pytest.mark.visible
def test_MultiHeadAttention_keeps_its_parameters(submission, shared):
    """The four parameters have the names and shapes of torch's layer."""
    shared.check_described(submission.run(shared.described, "MultiHeadAttention", (6, 2)), shapes_of(6))


@pytest.mark.visible
def test_MultiHeadAttention_of_two_heads(submission):
    """Of (0, 4) and (1, 8) one head takes 1/4 and 3/4, the other halves: 0.75 and 6."""
    x = torch.tensor([[[0.0, 4.0], [1.0, 8.0]]])
    check_close(two_heads(submission)(x), torch.tensor([[[7.5, 7.0], [7.5, 7.0]]]))


@pytest.mark.visible
def test_MultiHeadAttention_of_two_heads_with_masks(submission):
    """Causal the first token sees itself alone; with the second masked so do both."""
    x, model = torch.tensor([[[0.0, 4.0], [1.0, 8.0]]]), two_heads(submission)
    check_close(model(x, None, True), torch.tensor([[[0.0, 5.0], [7.5, 7.0]]]), "causal")
    mask = torch.tensor([[True, False]])
    check_close(model(x, mask), torch.tensor([[[0.0, 5.0], [0.0, 5.0]]]), "with a mask")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, t, e, h", [(2, 5, 6, 2), (3, 4, 6, 3), (1, 3, 4, 1), (4, 1, 5, 5), (2, 2, 8, 2)])
def test_MultiHeadAttention_forwards_and_backwards(submission, rng, draw, shared, n, t, e, h):
    """Output and all gradients are torch's, with one head and with many."""
    oracle = shared.SelfAttention(e, h)
    check_network(submission, "MultiHeadAttention", (e, h), oracle, rng.normal(n, t, e), rng=rng, draw=draw)


@pytest.mark.weight(2)
@pytest.mark.parametrize("t", [5, 1])
def test_MultiHeadAttention_causal(submission, rng, draw, shared, t):
    """Causal, no token sees a later one, whatever the length."""
    oracle, x = shared.SelfAttention(6, 2), (rng.normal(3, t, 6), None, True)
    check_network(submission, "MultiHeadAttention", (6, 2), oracle, x, rng=rng, draw=draw)


@pytest.mark.weight(2)
@pytest.mark.parametrize("causal", [False, True], ids=["both ways", "causal"])
def test_MultiHeadAttention_with_padding(submission, rng, draw, shared, causal):
    """No token sees padding, which itself looks like any other, causal or not."""
    oracle, x = shared.SelfAttention(6, 2), (rng.normal(4, 5, 6), padded(rng, 4, 5), causal)
    check_network(submission, "MultiHeadAttention", (6, 2), oracle, x, rng=rng, draw=draw)


@pytest.mark.parametrize("causal", [False, True], ids=["both ways", "causal"])
def test_MultiHeadAttention_when_nothing_is_seen(submission, rng, draw, shared, causal):
    """After padding at the front, or of padding alone, nothing is nan."""
    mask = padded(rng, 3, 4).flip(1)
    mask[1], mask[2, :2] = False, False
    oracle, x = shared.SelfAttention(6, 2), (rng.normal(3, 4, 6), mask, causal)
    check_network(submission, "MultiHeadAttention", (6, 2), oracle, x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_MultiHeadAttention_remembers_nothing(submission, rng, shared):
    """One module takes batches of any size and length, each call by itself."""
    weights, x, mask = draw_weights(rng, 6), rng.normal(3, 5, 6), padded(rng, 3, 5)
    inputs = [(x, mask, True), (x[:, :3], None, True), (x[1:], None, False), (x.flip(1), mask, False)]
    names = ["causal, with padding", "causal, shorter", "fewer sequences", "not causal"]
    oracle = shared.SelfAttention(6, 2).double()
    oracle.load_state_dict(weights)
    got = submission.run(shared.ways, "MultiHeadAttention", (6, 2), weights, inputs)
    shared.check_ways(got, [oracle(*given).detach() for given in (*inputs, inputs[0])], names)


@pytest.mark.weight(2)
def test_MultiHeadAttention_trains(submission, rng, shared):
    """Three steps of descent, with padding and causal, are torch's."""
    batches = [
        ((rng.normal(n, 4, 6), padded(rng, n, 4), causal), rng.normal(n, 4, 6))
        for n, causal in ((3, True), (2, False), (4, True))
    ]
    oracle = shared.SelfAttention(6, 2)
    check_trains(submission, "MultiHeadAttention", (6, 2), oracle, batches, rng=rng)


def test_MultiHeadAttention_in_float32(submission, rng, shared):
    """In float32 the output is float32."""
    weights, x = draw_weights(rng, 4, torch.float32), rng.normal(2, 3, 4, dtype=torch.float32)
    model, oracle, mask = submission.MultiHeadAttention(4, 2), shared.SelfAttention(4, 2), padded(rng, 2, 3)
    model.load_state_dict(weights)
    oracle.load_state_dict(weights)
    check_close(model(x, mask, True), oracle(x, mask, True).detach())


@pytest.mark.statistical
def test_MultiHeadAttention_starts_as_it_should(submission, shared):
    """The biases start at 0, the weights as small draws around 0."""
    got = submission.run(shared.state, "MultiHeadAttention", (64, 4))
    check_equal(sorted(got), sorted(shapes_of(64)), "keys of the state_dict")
    for key in ("in_proj_bias", "out_proj.bias"):
        check_that(not got[key].any(), f"{key} at the start", "only zeros", "other numbers")
    for key in ("in_proj_weight", "out_proj.weight"):
        value = got[key].double()
        mean, std = value.mean().item(), value.std().item()
        check_that(std > 0.003, f"standard deviation of {key}", "at least 0.003", "less")
        check_that(std < 0.4, f"standard deviation of {key}", "below 0.4", "0.4 or more")
        check_that(abs(mean) < std / 5, f"mean of {key}", "near 0", f"{mean:.4g}")


def test_MultiHeadAttention_is_made_by_hand(submission, rng):
    """It is made without torch's own attention."""
    x = rng.normal(2, 3, 4, dtype=torch.float32)
    check_by_hand(
        submission, lambda: submission.MultiHeadAttention(4, 2)(x), FORBIDDEN, task="MultiHeadAttention"
    )


def test_MultiHeadAttention_has_manners(submission, rng):
    """A forward pass in training changes no input and draws no random number."""
    model, x = submission.MultiHeadAttention(4, 2), rng.normal(2, 3, 4, dtype=torch.float32)
    check_manners(submission, lambda: (model(x), model(x, padded(rng, 2, 3), True)))


@pytest.mark.parametrize("masked", [False, True], ids=["causal", "causal, with padding"])
def test_MultiHeadAttention_on_a_device(submission, rng, draw, shared, masked):
    """On an accelerator it is the same; masks of its own are made there."""
    x = to_device((rng.normal(3, 4, 6), padded(rng, 3, 4) if masked else None, True))
    oracle = shared.SelfAttention(6, 2)
    check_network(submission, "MultiHeadAttention", (6, 2), oracle, x, rng=rng, draw=draw)
