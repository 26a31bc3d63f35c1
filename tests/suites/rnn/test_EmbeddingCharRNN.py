"""Suite of rnn.EmbeddingCharRNN."""

import pytest
import torch
from torch import nn

from grader.suite import check_close, check_manners, check_network, check_trains, to_device


class Network(nn.Module):
    """The same from torch's own parts: loops over layers and time, with the layers' weights."""

    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.rnn = nn.RNN(embedding_dim, hidden_size, num_layers)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        """Read all tokens."""
        steps, last = list(self.embedding.weight[tokens].unbind(1)), []
        for layer, weights in enumerate(self.rnn.all_weights):
            zeros = steps[0].new_zeros(len(tokens), self.rnn.hidden_size)
            h, states = zeros if hidden is None else hidden[layer], []
            for x in steps:
                h = torch.rnn_tanh_cell(x, h, *weights)
                states.append(h)
            steps = states
            last.append(h)
        return self.linear(torch.stack(steps, 1)), torch.stack(last)


def shapes_of(v, e, h, layers):
    """Return the shapes of the parameters."""
    shapes = {"embedding.weight": (v, e)}
    for i in range(layers):
        shapes |= {f"rnn.weight_ih_l{i}": (h, h if i else e), f"rnn.weight_hh_l{i}": (h, h)}
        shapes |= {f"rnn.bias_ih_l{i}": (h,), f"rnn.bias_hh_l{i}": (h,)}
    return {**shapes, "linear.weight": (v, h), "linear.bias": (v,)}


@pytest.mark.visible
@pytest.mark.parametrize("layers", [2, 1, 3])
def test_EmbeddingCharRNN_keeps_its_parameters(submission, shared, layers):
    """The table of V rows, four parameters for each layer, and the linear layer."""
    got = submission.run(shared.described, "EmbeddingCharRNN", (5, 4, 3, layers), {})
    shared.check_described(got, shapes_of(5, 4, 3, layers))


def test_EmbeddingCharRNN_has_two_layers_unless_told(submission, shared):
    """Without num_layers there are two."""
    got = submission.run(shared.described, "EmbeddingCharRNN", (5, 4, 3), {})
    shared.check_described(got, shapes_of(5, 4, 3, 2))


@pytest.mark.visible
def test_EmbeddingCharRNN_of_two_letters(submission):
    """Token 1 gives h = tanh(ln 2) = 0.6, then token 0 tanh(0.6 - 0.6) = 0."""
    weights = {
        "embedding.weight": [[0.0, -0.6], [0.6931471805599453, 0.0]],
        "rnn.weight_ih_l0": [[1.0, 1.0]],
        "rnn.weight_hh_l0": [[1.0]],
        "rnn.bias_ih_l0": [0.0],
        "rnn.bias_hh_l0": [0.0],
        "linear.weight": [[10.0], [-5.0]],
        "linear.bias": [1.0, 2.0],
    }
    model = submission.EmbeddingCharRNN(2, 2, 1, 1).double()
    model.load_state_dict({key: torch.tensor(value, dtype=torch.float64) for key, value in weights.items()})
    want = torch.tensor([[[7.0, -1.0], [1.0, 2.0]]]).double(), torch.zeros(1, 1, 1).double()
    check_close(model(torch.tensor([[1, 0]])), want, "scores and last state", atol=1e-6)


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "n, t, sizes", [(3, 5, (4, 2, 6)), (1, 7, (3, 5, 2, 3)), (4, 1, (2, 3, 5, 1))], ids=str
)
@pytest.mark.parametrize("given", [False, True], ids=["from zeros", "from a state"])
def test_EmbeddingCharRNN_forwards_and_backwards(submission, rng, draw, n, t, sizes, given):
    """Scores, last states and all gradients are right, for any number of layers."""
    tokens, model = rng.integers(0, sizes[0], n, t), Network(*sizes)
    x = (tokens, rng.normal(model.rnn.num_layers, n, sizes[2])) if given else tokens
    check_network(submission, "EmbeddingCharRNN", sizes, model, x, rng=rng, draw=draw)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_EmbeddingCharRNN_keeps_the_dtype(submission, rng, draw, dtype):
    """In float32 and in float64 scores and states have the dtype of the parameters."""
    x = rng.integers(0, 4, 3, 5), rng.normal(2, 3, 6, dtype=dtype)
    check_network(submission, "EmbeddingCharRNN", (4, 7, 6), Network(4, 7, 6), x, rng=rng, draw=draw)


@pytest.mark.weight(2)
def test_EmbeddingCharRNN_reads_in_parts(submission, rng, shared):
    """Again, in two parts and row by row the scores are the same."""
    weights = {key: rng.normal(*shape) for key, shape in shapes_of(4, 3, 5, 2).items()}
    tokens = rng.integers(0, 4, 3, 6)
    got = submission.run(shared.read, "EmbeddingCharRNN", (4, 3, 5, 2), weights, tokens)
    model = Network(4, 3, 5).double()
    model.load_state_dict(weights)
    want = model(tokens)[0].detach()
    for way in ("the first time", "the second time", "in two parts, the state handed on", "row by row"):
        check_close(got[way], want, f"the scores, read {way}")


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_EmbeddingCharRNN_learns_hello(submission, rng, shared, draw):
    """From its own weights the network learns to answer hello with ohlol."""
    shared.check_hello(submission, rng, draw, "EmbeddingCharRNN", (4, 10, 8), Network)


def test_EmbeddingCharRNN_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, tokens = submission.EmbeddingCharRNN(4, 3, 6), rng.integers(0, 4, 3, 5)
    hidden = rng.normal(2, 3, 6, dtype=torch.float32)
    check_manners(submission, lambda: model(tokens, hidden))


@pytest.mark.weight(2)
def test_EmbeddingCharRNN_trains(submission, rng):
    """Four steps of descent, on longer and shorter texts, are the oracle's."""
    batches = [
        (rng.integers(0, 4, n, t), rng.integers(0, 4, n, t)) for n, t in ((2, 5), (3, 4), (1, 6), (2, 1))
    ]
    check_trains(submission, "EmbeddingCharRNN", (4, 5, 6), Network(4, 5, 6), batches, rng=rng)


@pytest.mark.parametrize("given", [False, True], ids=["from zeros", "from a state"])
def test_EmbeddingCharRNN_on_a_device(submission, rng, draw, given):
    """Moved to an accelerator, the network computes the same there."""
    x = to_device((rng.integers(0, 4, 3, 5), rng.normal(2, 3, 6)))
    model = Network(4, 7, 6)
    check_network(submission, "EmbeddingCharRNN", (4, 7, 6), model, x if given else x[:1], rng=rng, draw=draw)
