"""Suite of rnn.CharRNN."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_network, check_trains, to_device


def draw_weights(rng, v, h):
    """Draw the parameters, in float64."""
    shapes = {
        "rnn.weight_ih_l0": (h, v),
        "rnn.weight_hh_l0": (h, h),
        "rnn.bias_ih_l0": (h,),
        "rnn.bias_hh_l0": (h,),
        "linear.weight": (v, h),
        "linear.bias": (v,),
    }
    return {key: rng.normal(*shape) for key, shape in shapes.items()}


@pytest.mark.visible
def test_CharRNN_keeps_its_parameters(submission, rng, shared):
    """Four parameters of the layer and two of the linear one, V = 5, H = 3."""
    got = submission.run(shared.described, "CharRNN", (5, 3), {})
    shared.check_described(got, {key: value.shape for key, value in draw_weights(rng, 5, 3).items()})


@pytest.mark.visible
def test_CharRNN_of_two_letters(submission):
    """Tokens 1, 0 give h = tanh(ln 2) = 0.6, then tanh(0.6 - 0.6) = 0."""
    weights = {
        "rnn.weight_ih_l0": [[-0.6, 0.6931471805599453]],
        "rnn.weight_hh_l0": [[1.0]],
        "rnn.bias_ih_l0": [0.0],
        "rnn.bias_hh_l0": [0.0],
        "linear.weight": [[10.0], [-5.0]],
        "linear.bias": [1.0, 2.0],
    }
    model = submission.CharRNN(2, 1).double()
    model.load_state_dict({key: torch.tensor(value, dtype=torch.float64) for key, value in weights.items()})
    want = torch.tensor([[[7.0, -1.0], [1.0, 2.0]]]).double(), torch.zeros(1, 1, 1).double()
    check_close(model(torch.tensor([[1, 0]])), want, "scores and last state", atol=1e-6)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, t, v, h", [(3, 5, 4, 6), (1, 7, 3, 2), (4, 1, 2, 5)])
@pytest.mark.parametrize("given", [False, True], ids=["from zeros", "from a state"])
def test_CharRNN_forwards_and_backwards(submission, rng, draw, n, t, v, h, given, shared):
    """Scores, last state and all gradients are right, also from a given state."""
    tokens = rng.integers(0, v, n, t)
    x = (tokens, rng.normal(1, n, h)) if given else tokens
    check_network(submission, "CharRNN", (v, h), shared.LetterNet(v, h), x, rng=rng, draw=draw)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_CharRNN_keeps_the_dtype(submission, rng, draw, dtype, shared):
    """In float32 and in float64 scores and state have the dtype of the parameters."""
    x = rng.integers(0, 4, 3, 5), rng.normal(1, 3, 6, dtype=dtype)
    check_network(submission, "CharRNN", (4, 6), shared.LetterNet(4, 6), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_CharRNN_reads_in_parts(submission, rng, shared):
    """Again, in two parts and row by row the scores are the same."""
    weights, tokens = draw_weights(rng, 4, 5), rng.integers(0, 4, 3, 6)
    got = submission.run(shared.read, "CharRNN", (4, 5), weights, tokens)
    model = shared.LetterNet(4, 5).double()
    model.load_state_dict(weights)
    want = model(tokens)[0].detach()
    for way in ("the first time", "the second time", "in two parts, the state handed on", "row by row"):
        check_close(got[way], want, f"the scores, read {way}")


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_CharRNN_learns_hello(submission, rng, shared, draw):
    """From its own weights the network learns to answer hello with ohlol."""
    shared.check_hello(submission, rng, draw, "CharRNN", (4, 8), shared.LetterNet)


def test_CharRNN_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, tokens, hidden = submission.CharRNN(4, 6), rng.integers(0, 4, 3, 5), rng.normal(1, 3, 6).float()
    check_manners(submission, lambda: model(tokens, hidden))


@pytest.mark.weight(2)
def test_CharRNN_trains(submission, rng, shared):
    """Four steps of descent, on longer and shorter texts, are the oracle's."""
    batches = [
        (rng.integers(0, 4, n, t), rng.integers(0, 4, n, t)) for n, t in ((2, 5), (3, 4), (1, 6), (2, 1))
    ]
    check_trains(submission, "CharRNN", (4, 6), shared.LetterNet(4, 6), batches, rng=rng)


@pytest.mark.parametrize("given", [False, True], ids=["from zeros", "from a state"])
def test_CharRNN_on_a_device(submission, rng, draw, given, shared):
    """Moved to an accelerator, the network computes the same there."""
    x = to_device((rng.integers(0, 4, 3, 5), rng.normal(1, 3, 6)))
    model = shared.LetterNet(4, 6)
    check_network(submission, "CharRNN", (4, 6), model, x if given else x[:1], rng=rng, draw=draw)
