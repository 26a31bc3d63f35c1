"""Suite of attention.GPT."""

import math

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_close,
    check_equal,
    check_manners,
    check_network,
    check_shape,
    check_that,
    check_trains,
    to_device,
)

SIZES = [(7, 5, 6, 2, 2), (3, 9, 4, 1, 1), (11, 4, 6, 3, 3), (5, 6, 4, 2, 0)]


def shapes_of(v, c, e, layers):
    """Return the keys of the state_dict and their shapes."""
    block = {
        "norm1.weight": (e,),
        "attention.in_proj_weight": (3 * e, e),
        "attention.in_proj_bias": (3 * e,),
        "attention.out_proj.weight": (e, e),
        "attention.out_proj.bias": (e,),
        "norm2.weight": (e,),
        "linear1.weight": (4 * e, e),
        "linear1.bias": (4 * e,),
        "linear2.weight": (e, 4 * e),
        "linear2.bias": (e,),
    }
    blocks = {f"blocks.{i}.{key}": shape for i in range(layers) for key, shape in block.items()}
    return {"embedding.weight": (v, e), "positions.weight": (c, e), **blocks, "norm.weight": (e,)}


def draw_weights(rng, v, c, e, layers):
    """Draw all weights."""
    shapes = shapes_of(v, c, e, layers)
    return {key: rng.normal(*shape, std=0.5, dtype=torch.float64) for key, shape in shapes.items()}


def places_seen(submission, args, weights, tokens, upstream):
    """Return for each step how much its scores change with the vector of each place, (T, C)."""
    import torch

    model = submission.GPT(*args).double()
    model.load_state_dict(weights)
    rows = []
    for t in range(tokens.shape[1]):
        (gradient,) = torch.autograd.grad(
            (model(tokens)[:, t] * upstream[:, t]).sum(), model.positions.weight, allow_unused=True
        )
        rows.append(model.positions.weight.new_zeros(args[1]) if gradient is None else gradient.abs().sum(1))
    return torch.stack(rows)


def first_scores(submission, args, tokens):
    """Return the scores of a new model."""
    import torch

    with torch.no_grad():
        return submission.GPT(*args)(tokens)


def learn(submission, args, inputs, targets, steps):
    """Train a model from its own weights; return the scores (N, T, V) of each step and of the end."""
    import torch

    model = submission.GPT(*args)
    optimizer, scores = torch.optim.Adam(model.parameters(), lr=0.01), []
    for _ in range(steps):
        scores.append(model(inputs))
        loss = torch.nn.functional.cross_entropy(scores[-1].flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.stack([*scores, model(inputs)]).detach()


@pytest.mark.visible
@pytest.mark.parametrize("v, c, e, h, layers", SIZES, ids=str)
def test_GPT_keeps_its_parameters(submission, shared, v, c, e, h, layers):
    """Two tables, the blocks and a norm; the last layer has no key, for it is tied."""
    got = submission.run(shared.described, "GPT", (v, c, e, h, layers))
    shared.check_described(got, shapes_of(v, c, e, layers))


@pytest.mark.visible
def test_GPT_without_blocks(submission):
    """Vectors 1, -2 are normed to 1, -1: the scores are (1, -2) and (-1, 2)."""
    model = submission.GPT(2, 3, 1, 1, 0)
    tables = {"embedding.weight": torch.tensor([[1.0], [-2.0]]), "positions.weight": torch.zeros(3, 1)}
    model.load_state_dict({**tables, "norm.weight": torch.ones(1)})
    check_close(model(torch.tensor([[0, 1]])), torch.tensor([[[1.0, -2.0], [-1.0, 2.0]]]))


@pytest.mark.visible
def test_GPT_adds_places(submission):
    """Place 1 adds 3 to the vector -2: normed it is 1, the scores are (1, -2)."""
    model = submission.GPT(2, 3, 1, 1, 0)
    tables = {
        "embedding.weight": torch.tensor([[1.0], [-2.0]]),
        "positions.weight": torch.tensor([[0.0], [3.0], [9.0]]),
    }
    model.load_state_dict({**tables, "norm.weight": torch.ones(1)})
    check_close(model(torch.tensor([[1, 1]])), torch.tensor([[[-1.0, 2.0], [1.0, -2.0]]]))


@pytest.mark.weight(3)
@pytest.mark.parametrize("v, c, e, h, layers", SIZES, ids=str)
def test_GPT_forwards_and_backwards(submission, rng, draw, shared, v, c, e, h, layers):
    """Scores and all gradients are those of torch's own layers, for a whole context."""
    args, tokens = (v, c, e, h, layers), rng.integers(0, v, 3, c)
    check_network(submission, "GPT", args, shared.LanguageModel(*args), tokens, rng=rng, draw=draw)


@pytest.mark.parametrize("t", [1, 4])
def test_GPT_of_fewer_tokens(submission, rng, draw, shared, t):
    """Of fewer tokens than the context could hold the first has place 0 too."""
    args, tokens = (7, 6, 4, 2, 2), rng.integers(0, 7, 2, t)
    check_network(submission, "GPT", args, shared.LanguageModel(*args), tokens, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_GPT_sees_no_later_token(submission, rng):
    """The gradient of the scores at t is 0 at every later place, and only there."""
    args, tokens = (7, 6, 6, 2, 2), rng.integers(0, 7, 2, 5)
    weights = draw_weights(rng, 7, 6, 6, 2)
    got = submission.run(places_seen, args, weights, tokens, rng.normal(2, 5, 7))
    check_shape(got, (5, 6), "the gradients")
    check_close(got != 0, torch.ones(5, 6).tril() != 0, "which places (a column each) each step depends on")


@pytest.mark.weight(2)
def test_GPT_trains(submission, rng, shared):
    """Four steps of descent move all weights, the tied ones by both of their parts."""
    args = (7, 5, 6, 2, 2)
    batches = [(rng.integers(0, 7, n, t), rng.integers(0, 7, n, t)) for n, t in ((3, 5), (2, 4), (4, 5), (1, 1))]
    check_trains(submission, "GPT", args, shared.LanguageModel(*args), batches, rng=rng)


@pytest.mark.statistical
@pytest.mark.parametrize("v, e, layers", [(30, 48, 2), (200, 16, 1)], ids=str)
def test_GPT_begins_with_equal_scores(submission, rng, v, e, layers):
    """A new model expects all tokens alike: its loss is near log V."""
    tokens, targets = rng.integers(0, v, 8, 20), rng.integers(0, v, 8, 20)
    scores = submission.run(first_scores, (v, 20, e, 2, layers), tokens)
    check_shape(scores, (8, 20, v), "the scores")
    loss = functional.cross_entropy(scores.double().flatten(0, 1), targets.flatten()).item()
    want, often = f"within 0.3 of log {v} = {math.log(v):.2f}", int(loss / math.log(v))
    text = f"more than {min(often, 2)} times as much" if often else "less"
    check_that(abs(loss - math.log(v)) < 0.3, "the loss of a new model", want, text)


def starts(submission, sizes):
    """Return the deviations of the two tables of a new model."""
    model = submission.GPT(*sizes)
    return [table.weight.detach().double().std().item() for table in (model.embedding, model.positions)]


def test_GPT_starts_small(submission):
    """Both tables start small: far from the deviation 1 of torch.nn.Embedding."""
    deviations = submission.run(starts, (50, 40, 16, 2, 0))
    for name, deviation in zip(("embedding.weight", "positions.weight"), deviations, strict=True):
        check_that(deviation < 0.5, f"the deviation of {name} at the start", "below 0.5", "0.5 or more")


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_GPT_learns_a_sentence(submission, rng, shared, draw):
    """After 60 steps of Adam it knows what follows in a sentence of 16 letters."""
    order, v, t = rng.permutation(9), 9, 16
    sentence = order[rng.integers(0, 9, 1, t + 1)]
    args = (v, t, 32, 4, 2)
    scores = submission.run(learn, args, sentence[:, :-1].contiguous(), sentence[:, 1:].contiguous(), 60)
    check_shape(scores, (61, 1, t, v), "the scores of all steps")
    losses = -scores[:, 0].log_softmax(-1)[:, torch.arange(t), sentence[0, 1:]]
    draw.curve("loss by step", losses.mean(1), [])
    check_close(losses[-1], torch.zeros(t), "the loss of each letter after 60 steps", atol=0.7)


def test_GPT_remembers_nothing(submission, rng, shared):
    """One model takes texts of any number and length, each call by itself."""
    args, weights, tokens = (7, 6, 4, 2, 2), draw_weights(rng, 7, 6, 4, 2), rng.integers(0, 7, 3, 6)
    inputs = [(tokens,), (tokens[:, :3],), (tokens[1:],), (tokens.flip(1),)]
    names = ["a whole context", "fewer tokens", "fewer texts", "other tokens"]
    oracle = shared.LanguageModel(*args).double()
    oracle.load_state_dict(weights)
    got = submission.run(shared.ways, "GPT", args, weights, inputs)
    shared.check_ways(got, [oracle(*given).detach() for given in (*inputs, inputs[0])], names)


def test_GPT_in_float32(submission, rng, shared):
    """A model starts in float32, and so are its scores."""
    got = submission.run(first_scores, (5, 4, 6, 2, 1), rng.integers(0, 5, 2, 3))
    check_equal((got.dtype, tuple(got.shape)), (torch.float32, (2, 3, 5)), "dtype and shape of the scores")


@pytest.mark.detail
def test_GPT_has_manners(submission, rng):
    """A forward pass in training changes no input and draws no random number."""
    model, tokens = submission.GPT(5, 4, 6, 2, 2), rng.integers(0, 5, 2, 3)
    check_manners(submission, lambda: model(tokens))


def test_GPT_on_a_device(submission, rng, draw, shared):
    """On an accelerator it is the same; the places are made there."""
    args, tokens = (7, 6, 4, 2, 2), to_device(rng.integers(0, 7, 3, 5))
    check_network(submission, "GPT", args, shared.LanguageModel(*args), tokens, rng=rng, draw=draw)
