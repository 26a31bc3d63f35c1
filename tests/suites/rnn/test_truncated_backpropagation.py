"""Suite of rnn.truncated_backpropagation."""

from types import SimpleNamespace

import pytest
import torch

from grader.suite import check_close, check_equal, to_device

LENGTHS = [1, 3, 7, 20]


def train(submission, kind, tokens, length, lr, seed, leftover=0.0):
    """Train a small network on a text, piece by piece, and tell what was to be seen.

    The network has one learned input more at each step of the text, `pushes`: which of them hold a gradient when the
    optimizer steps says how far back the gradient of that piece went.
    """
    from torch import nn

    class Network(nn.Module):
        def __init__(self, vocabulary_size, hidden_size, steps):
            super().__init__()
            self.embedding = nn.Embedding(vocabulary_size, hidden_size)
            self.pushes = nn.Parameter(0.1 * torch.randn(steps, hidden_size))
            self.rnn = getattr(nn, kind)(hidden_size, hidden_size, batch_first=True)
            self.linear = nn.Linear(hidden_size, vocabulary_size)
            self.seen, self.modes = 0, []

        def forward(self, tokens, hidden=None):
            self.modes.append(self.training)
            here = self.pushes[self.seen : self.seen + tokens.shape[1]]
            self.seen += tokens.shape[1]
            states, hidden = self.rnn(self.embedding(tokens) + here, hidden)
            return self.linear(states), hidden

    class Recording(torch.optim.SGD):
        def step(self, closure=None):
            parameters = self.param_groups[0]["params"]
            self.gradients.append(
                [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in parameters]
            )
            return super().step(closure)

    torch.manual_seed(seed)
    model = Network(5, 6, tokens.shape[1] - 1).double().to(tokens.device).eval()
    optimizer = Recording(model.parameters(), lr=lr)
    optimizer.gradients = []
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, leftover) if leftover else None
    losses = submission.truncated_backpropagation(model, tokens, length, optimizer)
    at = [name for name, _ in model.named_parameters()].index("pushes")
    return {
        "losses": losses,
        "pushes": [gradients[at] for gradients in optimizer.gradients],
        "gradients": [part for gradients in optimizer.gradients for part in gradients],
        "state": {key: value.clone() for key, value in model.state_dict().items()},
        "modes": [*model.modes, model.training],
    }


def train_by_hand(model, tokens, length, optimizer):
    """The oracle: pieces by their numbers, the loss token by token, states detached between two pieces."""
    model.train()
    hidden, losses, last = None, [], tokens.shape[1] - 1
    for start in range(0, last, length):
        stop = min(start + length, last)
        logits, hidden = model(tokens[:, start:stop], hidden)
        picked = logits.log_softmax(-1).gather(2, tokens[:, start + 1 : stop + 1].unsqueeze(2))
        for parameter in model.parameters():
            parameter.grad = None
        (-picked.mean()).backward()
        optimizer.step()
        losses.append(float(-picked.mean().detach()))
        hidden = tuple(h.data for h in hidden) if isinstance(hidden, tuple) else hidden.data
    return losses


ORACLE = SimpleNamespace(truncated_backpropagation=train_by_hand)


def both(submission, *args, **kwargs):
    """Return what is seen in their training and in the oracle's."""
    return submission.run(train, *args, **kwargs), train_apart(*args, **kwargs)


def train_apart(*args, **kwargs):
    """Play the oracle without moving torch's random state."""
    with torch.random.fork_rng(devices=[]):
        return train(ORACLE, *args, **kwargs)


def reached(gradients):
    """Return at which steps of the text a gradient is not 0."""
    return [[t for t, row in enumerate(gradient) if bool((row != 0).any())] for gradient in gradients]


@pytest.mark.visible
@pytest.mark.parametrize("length, pieces", [(3, 3), (7, 1), (1, 7), (6, 2), (50, 1)])
def test_truncated_backpropagation_makes_pieces(submission, rng, length, pieces):
    """A text of 8 tokens has 7 steps: pieces of 3 are three, the last of one step."""
    seen = submission.run(train, "RNN", rng.integers(0, 5, 2, 8), length, 0.1, rng.seed())
    floats = type(seen["losses"]) is list and all(type(loss) is float for loss in seen["losses"])
    check_equal(floats, True, "whether the losses are a list of floats")
    check_equal(len(seen["losses"]), pieces, "the number of losses")
    check_equal(
        len(seen["gradients"]), 8 * pieces, "the number of gradients, 8 for each step of the optimizer"
    )


@pytest.mark.visible
@pytest.mark.weight(2)
def test_truncated_backpropagation_stops_at_each_piece(submission, rng):
    """With pieces of 3 the gradient of the second reaches steps 3, 4 and 5 only."""
    seen = submission.run(train, "RNN", rng.integers(0, 5, 3, 9), 3, 0.1, rng.seed())
    check_equal(
        reached(seen["pushes"]),
        [[0, 1, 2], [3, 4, 5], [6, 7]],
        "the steps that the gradient of each piece reaches",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("length", LENGTHS)
def test_truncated_backpropagation_gradients(submission, rng, length):
    """The gradient of every piece is right: all its steps, and none before."""
    got, want = both(submission, "RNN", rng.integers(0, 5, 3, 8), length, 0.0, rng.seed())
    check_close(got["losses"], want["losses"], "the losses")
    check_close(got["gradients"], want["gradients"], "the gradients of all pieces")


@pytest.mark.weight(2)
@pytest.mark.parametrize("kind, n, t", [("RNN", 4, 6), ("LSTM", 1, 9), ("GRU", 3, 11), ("LSTM", 2, 2)])
def test_truncated_backpropagation_trains(submission, rng, kind, n, t):
    """After a step for each piece losses and weights are where they should be."""
    got, want = both(submission, kind, rng.integers(0, 5, n, t), 4, 0.5, rng.seed())
    check_close(got["losses"], want["losses"], "the losses")
    check_close(got["state"], want["state"], "the state afterwards")


def test_truncated_backpropagation_forgets_gradients_from_before(submission, rng):
    """Gradients that were there before the call do not count."""
    arguments = "RNN", rng.integers(0, 5, 2, 6), 2, 0.3, rng.seed()
    got, want = both(submission, *arguments, leftover=3.0)
    check_close(got["state"], want["state"], "the state afterwards")


def test_truncated_backpropagation_trains_in_training_mode(submission, rng):
    """A model that came in evaluation mode is trained, and left, in training mode."""
    seen = submission.run(train, "RNN", rng.integers(0, 5, 2, 6), 5, 0.1, rng.seed())
    check_equal(seen["modes"][-1], True, "the model's training mode at the end")
    check_equal(all(seen["modes"]), True, "whether it was in training mode at every call")


@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_truncated_backpropagation_on_a_device(submission, rng, kind):
    """With model and tokens on an accelerator the training is the same."""
    tokens, seed = rng.integers(0, 5, 2, 7), rng.seed()
    got = submission.run(train, kind, to_device(tokens), 3, 0.3, seed)
    want = train_apart(kind, tokens, 3, 0.3, seed)
    check_close(got["losses"], want["losses"], "the losses")
    check_close(got["state"], to_device(want["state"]), "the state afterwards")
