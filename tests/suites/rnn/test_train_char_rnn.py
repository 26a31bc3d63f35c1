"""Suite of rnn.train_char_rnn."""

import copy
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    SUMMED,
    Trained,
    check_came_from,
    check_close,
    check_equal,
    check_history,
    check_losses,
    check_same_training,
    check_shape,
    check_that,
    dataset,
    read_model,
    to_device,
    train_steps,
)

HELLO, OHLOL = [[1, 0, 2, 2, 3]], [[3, 1, 2, 3, 2]]  # the letters e, h, l, o
CHARACTERS = "abcdefghijklmnopqrstuvwxyz .,\n"
LENGTH = 20  # of a passage


def train(submission, state, inputs, targets, steps, lr, leftover=0.0, training=True):
    """Train a small network from a given state; tell the losses, the state afterwards, and what it was called with.

    Each parameter holds `leftover` as a gradient before; the network is in the mode `training`.
    """
    from torch import nn

    class Network(nn.Module):
        def __init__(self, vocabulary_size, hidden_size):
            super().__init__()
            self.embedding = nn.Embedding(vocabulary_size, hidden_size)
            self.rnn = nn.RNN(hidden_size, hidden_size, batch_first=True)
            self.linear = nn.Linear(hidden_size, vocabulary_size)
            self.modes = []

        def forward(self, tokens, hidden=None):
            self.modes.append(self.training)
            states, hidden = self.rnn(self.embedding(tokens), hidden)
            return self.linear(states), hidden

    model = Network(*state["embedding.weight"].shape).to(state["linear.weight"])
    model.load_state_dict(state)
    model.train(training)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, leftover) if leftover else None
    losses = submission.train_char_rnn(model, inputs, targets, steps, lr)
    modes = [*model.modes, model.training]
    with torch.no_grad():
        after = model(inputs)[0].detach()
    return losses, {key: value.clone() for key, value in model.state_dict().items()}, modes, after


def train_by_hand(model, inputs, targets, steps, lr):
    """The oracle: Adam's formulas, and the loss token by token."""
    losses, parameters = [], list(model.parameters())
    moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
    model.train()
    for step in range(1, steps + 1):
        log_probs = model(inputs)[0].log_softmax(-1)
        loss = -log_probs.gather(2, targets.unsqueeze(2)).mean()
        losses.append(float(loss.detach()))
        gradients = torch.autograd.grad(loss, parameters)
        for p, g, (m, v) in zip(parameters, gradients, moments, strict=True):
            m.mul_(0.9).add_(0.1 * g)
            v.mul_(0.999).add_(0.001 * g * g)
            p.data -= lr * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)).sqrt() + 1e-8)
    return losses


ORACLE = SimpleNamespace(train_char_rnn=train_by_hand)


def random_state(rng, v, h, dtype=torch.float64):
    """Draw weights for V tokens and H hidden units."""
    shapes = {
        "embedding.weight": (v, h),
        "rnn.weight_ih_l0": (h, h),
        "rnn.weight_hh_l0": (h, h),
        "rnn.bias_ih_l0": (h,),
        "rnn.bias_hh_l0": (h,),
        "linear.weight": (v, h),
        "linear.bias": (v,),
    }
    return {key: rng.normal(*shape, std=0.6, dtype=dtype) for key, shape in shapes.items()}


def states_of(state, tokens):
    """Return the hidden states over the first word, (H, T), from the trained weights."""
    x = functional.embedding(tokens[0], state["embedding.weight"])
    hidden, states = torch.zeros_like(x[0]), []
    for row in x:
        inner = functional.linear(row, state["rnn.weight_ih_l0"], state["rnn.bias_ih_l0"])
        hidden = torch.tanh(
            inner + functional.linear(hidden, state["rnn.weight_hh_l0"], state["rnn.bias_hh_l0"])
        )
        states.append(hidden)
    return torch.stack(states, dim=1)


def check_training(submission, arguments, on_device=False, **options):
    """Compare losses and state after a training with the oracle's."""
    given = to_device(arguments) if on_device else arguments
    losses, state, _, _ = submission.run(train, *given, **options)
    own_losses, own_state, _, _ = train(ORACLE, *arguments, **options)
    check_close(losses, own_losses, "the losses", **SUMMED)
    check_close(state, to_device(own_state) if on_device else own_state, "the state", rtol=1e-5, atol=1e-7)


def passages(rng, text, names, count):
    """Draw passages of a text, (count, LENGTH + 1), as tokens under these names."""
    places = {character: place for place, character in enumerate(CHARACTERS)}
    tokens = names[[places[character] for character in text.lower() if character in places]]
    return tokens[rng.integers(0, len(tokens) - LENGTH, count)[:, None] + torch.arange(LENGTH + 1)]


def contiguous(tokens):
    """Return inputs and targets in memory of their own, of which a view may be asked for."""
    return tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()


def loss_of(outputs, targets):
    """Return the mean cross-entropy of all tokens."""
    return functional.cross_entropy(outputs[0].flatten(0, 1), targets.flatten())


def pairs_perplexity(rows, tests):
    """Return how well a table of pairs, counted in some passages, foretells the tokens of others."""
    counts = torch.zeros(len(CHARACTERS), len(CHARACTERS), dtype=torch.float64)
    one = torch.ones(1, dtype=torch.float64)
    counts.index_put_((rows[:, :-1].flatten(), rows[:, 1:].flatten()), one, accumulate=True)
    alone = (counts.sum(0) + 1) / (counts.sum() + len(CHARACTERS))
    shares = (counts + 3 * alone) / (counts.sum(1, keepdim=True) + 3)
    return math.exp(-shares[tests[:, :-1], tests[:, 1:]].log().mean().item())


@pytest.mark.visible
def test_train_char_rnn_of_a_network_that_knows_nothing(submission, rng):
    """From weights 0 all four tokens are equally likely: the loss is log 4."""
    zeros = {key: 0 * value for key, value in random_state(rng, 4, 3).items()}
    losses, _, _, _ = submission.run(train, zeros, torch.tensor(HELLO), torch.tensor(OHLOL), 1, 0.1)
    check_close(losses, [1.3862943611], "the losses", **SUMMED)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, t, v", [(3, 5, 4), (1, 6, 3), (2, 3, 3), (4, 1, 5), (3, 3, 7)])
def test_train_char_rnn_takes_the_right_steps(submission, rng, n, t, v):
    """Losses and weights after four steps of Adam are right, for any sizes."""
    inputs, targets = rng.integers(0, v, n, t), rng.integers(0, v, n, t)
    check_training(submission, (random_state(rng, v, 6), inputs, targets, 4, 0.05))


@pytest.mark.weight(2)
def test_train_char_rnn_forgets_gradients_from_before(submission, rng):
    """Gradients that were there before the call do not count."""
    inputs, targets = rng.integers(0, 5, 2, 4), rng.integers(0, 5, 2, 4)
    check_training(submission, (random_state(rng, 5, 3), inputs, targets, 3, 0.1), leftover=4.0)


def test_train_char_rnn_of_no_steps(submission, rng):
    """No step gives no losses and leaves the weights alone."""
    inputs, targets = rng.integers(0, 5, 2, 4), rng.integers(0, 5, 2, 4)
    check_training(submission, (random_state(rng, 5, 3), inputs, targets, 0, 0.1))


def test_train_char_rnn_trains_in_training_mode(submission, rng):
    """A model that came in evaluation mode is trained, and left, in training mode."""
    inputs, targets = rng.integers(0, 5, 2, 4), rng.integers(0, 5, 2, 4)
    arguments = random_state(rng, 5, 3), inputs, targets, 2, 0.1
    _, _, modes, _ = submission.run(train, *arguments, training=False)
    check_equal(modes, [True] * 3, "the model's training mode at each step and at the end")


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_train_char_rnn_answers_hello(submission, rng, draw):
    """After 30 steps the network answers hello with ohlol."""
    start = {
        key: value / 2 for key, value in random_state(rng, 4, 8).items()
    }  # so that no unit begins saturated
    arguments = start, torch.tensor(HELLO), torch.tensor(OHLOL), 30, 0.1
    losses, state, _, after = submission.run(train, *arguments)
    draw.curve("loss by step", losses, train(ORACLE, *arguments)[0])
    for key, value in arguments[0].items():
        check_shape(state[key], value.shape, key)
    draw.picture(
        "the hidden state while the word is read", "states", states_of(state, arguments[1]),
        columns=list("hello"), caption="a row for each hidden unit, a column for each letter",
    )  # fmt: skip
    cost = functional.cross_entropy(after.flatten(0, 1), arguments[2].flatten(), reduction="none")
    check_close(cost, torch.zeros(5, dtype=torch.float64), "the loss of each letter at the end", atol=0.6)


@pytest.mark.weight(2)
def test_train_char_rnn_trains_a_CharRNN(submission, rng, shared):
    """Four steps with a CharRNN of this file: every loss and weight is right."""
    model, tokens = submission.CharRNN(5, 6), rng.integers(0, 5, 3, 7)
    model.double()
    start = read_model(submission, model, shared.LetterNet(5, 6).double())
    losses = submission.train_char_rnn(model, *contiguous(tokens), 4, 0.05)
    check_losses(losses, 4)
    want, batch = copy.deepcopy(start.model), [(tokens[:, :-1], tokens[:, 1:])]
    means = train_steps(want, [batch] * 4, torch.optim.Adam(want.parameters(), lr=0.05), loss_of)
    got = replace(read_model(submission, model, start.model), losses=losses)
    check_same_training(got, Trained(want, means), start, unit="step")


@pytest.mark.statistical
@pytest.mark.weight(3)
@pytest.mark.timeout(10)
def test_train_char_rnn_reads_a_novel(submission, rng, draw, shared):
    """In passages never seen a CharRNN expects the next letter better than pairs do."""
    book, names = dataset("austen"), rng.permutation(len(CHARACTERS))
    rows, tests = passages(rng, book.train, names, 600), passages(rng, book.test, names, 200)
    model = submission.CharRNN(len(CHARACTERS), 48)
    start = read_model(submission, model, shared.LetterNet(len(CHARACTERS), 48))
    losses = submission.train_char_rnn(model, *contiguous(rows), 80, 0.02)
    check_losses(losses, 80)
    draw.curve("loss by step", losses, [])
    trained = replace(read_model(submission, model, start.model), losses=losses)
    with torch.no_grad():
        got = math.exp(loss_of(trained.model(tests[:, :-1]), tests[:, 1:]).item())
    pairs = pairs_perplexity(rows, tests)
    expected = f"below {0.9 * pairs:.1f}: a table of pairs has {pairs:.1f} on the same passages"
    check_that(got < 0.9 * pairs, "perplexity by the weights", expected, f"{got:.1f}")
    check_came_from(trained, start, least=0.05)  # Adam moves the last layer far
    check_history(trained, start, rows[:, :-1], rows[:, 1:], loss_of)
    draw.writing("what it writes", written_by(trained.model, names, rng.generator()))


def written_by(model, names, generator, lines=6, length=60):
    """Let the oracle write lines, letter after letter, in their real letters."""
    tokens, hidden, written = names[CHARACTERS.index(" ")].expand(lines, 1), None, []
    with torch.no_grad():
        for _ in range(length):
            scores, hidden = model(tokens, hidden)
            tokens = torch.multinomial(scores[:, -1].softmax(1), 1, generator=generator)
            written.append(tokens)
    real = names.argsort()[torch.cat(written, 1)]
    return ["".join(CHARACTERS[place] for place in row).replace("\n", " ") for row in real.tolist()]


def test_train_char_rnn_on_a_device(submission, rng):
    """With model, inputs and targets on an accelerator the training is the same."""
    inputs, targets = rng.integers(0, 5, 2, 4), rng.integers(0, 5, 2, 4)
    check_training(submission, (random_state(rng, 5, 3), inputs, targets, 3, 0.1), on_device=True)
