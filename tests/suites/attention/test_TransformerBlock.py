"""Suite of attention.TransformerBlock."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_network, check_trains, to_device


def shapes_of(e, f):
    """Return the keys of the state_dict and their shapes."""
    return {
        "norm1.weight": (e,),
        "attention.in_proj_weight": (3 * e, e),
        "attention.in_proj_bias": (3 * e,),
        "attention.out_proj.weight": (e, e),
        "attention.out_proj.bias": (e,),
        "norm2.weight": (e,),
        "linear1.weight": (f, e),
        "linear1.bias": (f,),
        "linear2.weight": (e, f),
        "linear2.bias": (e,),
    }


def small_block(submission, **changed):
    """Return a block of width 1: weights 1 of the norms, 0 otherwise, but for `changed`."""
    model = submission.TransformerBlock(1, 1, 1)
    weights = {key: torch.zeros(shape) for key, shape in shapes_of(1, 1).items()}
    weights |= {"norm1.weight": torch.ones(1), "norm2.weight": torch.ones(1)}
    named = {key.replace("__", "."): torch.as_tensor(value) for key, value in changed.items()}
    model.load_state_dict({key: named.get(key, value).reshape(value.shape) for key, value in weights.items()})
    return model


def padded(rng, n, t):
    """Draw a mask of sequences of different lengths, of at least one token; one has all."""
    lengths = rng.integers(1, t + 1, n)
    lengths[0] = t
    return torch.arange(t) < lengths.unsqueeze(1)


@pytest.mark.visible
@pytest.mark.parametrize("e, h, f", [(6, 2, 5), (4, 1, 16)])
def test_TransformerBlock_keeps_its_parameters(submission, shared, e, h, f):
    """Two norms, the attention and two layers, each under its name."""
    got = submission.run(shared.described, "TransformerBlock", (e, h, f))
    shared.check_described(got, shapes_of(e, f))


@pytest.mark.visible
def test_TransformerBlock_thinks(submission):
    """Without attention -3 becomes -1 by the norm, gelu makes -0.1587: -3.1587."""
    model = small_block(submission, linear1__weight=1.0, linear2__weight=1.0)
    check_close(model(torch.tensor([[[-3.0]], [[5.0]]])), torch.tensor([[[-3.158655]], [[5.841345]]]))


@pytest.mark.visible
def test_TransformerBlock_looks(submission):
    """Of 3 and -1 both see the mean of 1 and -1, which is 0; causal the first sees 1."""
    values, out = [0.0, 0.0, 1.0], 1.0
    model = small_block(submission, attention__in_proj_weight=values, attention__out_proj__weight=out)
    x = torch.tensor([[[3.0], [-1.0]]])
    check_close(model(x), torch.tensor([[[3.0], [-1.0]]]))
    check_close(model(x, None, True), torch.tensor([[[4.0], [-1.0]]]), "causal")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, t, e, h, f", [(2, 5, 6, 2, 7), (3, 4, 4, 1, 16), (1, 1, 6, 3, 5), (4, 3, 8, 4, 2)])
def test_TransformerBlock_forwards_and_backwards(submission, rng, draw, shared, n, t, e, h, f):
    """Output and all gradients are those of torch's own layers."""
    oracle, x = shared.Block(e, h, f), rng.normal(n, t, e)
    check_network(submission, "TransformerBlock", (e, h, f), oracle, x, rng=rng, draw=draw)


@pytest.mark.weight(2)
@pytest.mark.parametrize("masked", [False, True], ids=["causal", "causal, with padding"])
def test_TransformerBlock_with_masks(submission, rng, draw, shared, masked):
    """Mask and causal reach the attention."""
    x = rng.normal(3, 5, 6), padded(rng, 3, 5) if masked else None, True
    check_network(submission, "TransformerBlock", (6, 2, 7), shared.Block(6, 2, 7), x, rng=rng, draw=draw)


def test_TransformerBlock_with_padding(submission, rng, draw, shared):
    """Without causal the padding alone is hidden."""
    x = rng.normal(3, 5, 6), padded(rng, 3, 5)
    check_network(submission, "TransformerBlock", (6, 2, 7), shared.Block(6, 2, 7), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_TransformerBlock_trains(submission, rng, shared):
    """Three steps of descent, with padding and causal, are those of torch's layers."""
    batches = [
        ((rng.normal(n, 4, 6), padded(rng, n, 4), causal), rng.normal(n, 4, 6))
        for n, causal in ((3, True), (2, False), (4, True))
    ]
    check_trains(submission, "TransformerBlock", (6, 2, 5), shared.Block(6, 2, 5), batches, rng=rng)


def test_TransformerBlock_in_evaluation(submission, rng, draw, shared):
    """In evaluation it computes the same as in training."""
    oracle, x = shared.Block(6, 3, 4), rng.normal(2, 4, 6)
    check_network(
        submission, "TransformerBlock", (6, 3, 4), oracle, x, rng=rng, draw=draw, training=False, gradients=False
    )


@pytest.mark.detail
def test_TransformerBlock_has_manners(submission, rng):
    """A forward pass in training changes no input and draws no random number."""
    model, x = submission.TransformerBlock(4, 2, 8), rng.normal(2, 3, 4, dtype=torch.float32)
    check_manners(submission, lambda: (model(x), model(x, padded(rng, 2, 3), True)))


def test_TransformerBlock_on_a_device(submission, rng, draw, shared):
    """On an accelerator it is the same."""
    x = to_device((rng.normal(3, 4, 6), padded(rng, 3, 4), True))
    check_network(submission, "TransformerBlock", (6, 2, 7), shared.Block(6, 2, 7), x, rng=rng, draw=draw)
