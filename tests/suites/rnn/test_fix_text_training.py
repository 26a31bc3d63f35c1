"""Suite of rnn.fix_text_training: each of its three mistakes alone, then all that the docstring says.

Of texts that are all the same it does not matter which come together; of a text that repeats one token it does not
matter in which direction the targets are shifted. What is looked at is every call of a network that keeps a record.
"""

from types import SimpleNamespace

import pytest
import torch

from grader.suite import SUMMED, check_close, check_equal, check_that, to_device


def train(submission, tokens, epochs, batch_size, lr, seed, leftover=0.0):
    """Train a small recurrent network; return its losses, its weights, and what it was called with."""
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.rnn = nn.Embedding(6, 4), nn.RNN(4, 5, batch_first=True)
            self.linear, self.calls = nn.Linear(5, 6), []

        def forward(self, tokens, hidden=None):
            fresh = hidden is None or not bool(hidden.count_nonzero())
            seen, state = self.rnn(self.embedding(tokens), hidden)
            logits = self.linear(seen)
            call = {
                "x": tokens.detach().clone(), "fresh": fresh, "training": self.training,
                "gradient": torch.zeros_like(logits),
            }  # fmt: skip
            if logits.requires_grad:
                logits.register_hook(lambda gradient: call["gradient"].add_(gradient.detach()))
            self.calls.append(call)
            return logits, state

    torch.manual_seed(seed)
    model = Network().double().to(tokens.device).eval()
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, leftover) if leftover else None
    generator = torch.Generator().manual_seed(seed)
    losses = submission.fix_text_training(model, tokens, epochs, batch_size, lr, generator)
    floats = type(losses) is list and all(type(loss) is float for loss in losses)
    return {
        "losses": losses, "floats": floats, "calls": model.calls,
        "state": {key: value.detach().clone() for key, value in model.state_dict().items()},
    }  # fmt: skip


def by_hand(model, tokens, epochs, batch_size, lr, generator):
    """The oracle: the loop as the docstring says it."""
    model.train()
    losses = []
    for _ in range(epochs):
        parts = torch.zeros(len(tokens), dtype=torch.float64)
        for rows in torch.randperm(len(tokens), generator=generator).split(batch_size):
            logits, _ = model(tokens[rows][:, :-1])
            picked = logits.log_softmax(2).gather(2, tokens[rows][:, 1:].unsqueeze(2))
            loss = -picked.mean()
            slopes = torch.autograd.grad(loss, list(model.parameters()))
            parts[rows] = loss.detach()
            with torch.no_grad():
                for parameter, slope in zip(model.parameters(), slopes, strict=True):
                    parameter -= lr * slope
        losses.append(float(parts.mean()))
    return losses


def train_apart(*args, **kwargs):
    """Play the oracle without moving torch's random state."""
    with torch.random.fork_rng(devices=[]):
        return train(SimpleNamespace(fix_text_training=by_hand), *args, **kwargs)


def asked_for(call):
    """Return the targets of a call: the loss pulls their scores up."""
    return call["gradient"].argmin(2)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_text_training_asks_for_the_next_token(submission, rng):
    """Of the text 0 1 2 3 the inputs are 0 1 2 and the targets 1 2 3."""
    tokens = torch.tensor([[0, 1, 2, 3]])
    (call,) = submission.run(train, tokens, 1, 4, 0.1, rng.seed())["calls"]
    check_close(call["x"], tokens[:, :-1], "what goes in")
    check_close(asked_for(call), tokens[:, 1:], "what is asked for")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_text_training_keeps_targets_with_their_texts(submission, rng):
    """Six texts of one token each, repeated: every target is its input."""
    tokens = torch.arange(6).unsqueeze(1).expand(6, 4).contiguous()
    for call in submission.run(train, tokens, 3, 2, 0.1, rng.seed())["calls"]:
        check_close(asked_for(call), call["x"], "what is asked for")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_text_training_starts_each_batch_without_a_state(submission, rng):
    """No batch goes on from the state of another one."""
    calls = submission.run(train, rng.integers(0, 6, 6, 4), 2, 2, 0.1, rng.seed())["calls"]
    check_equal([call["fresh"] for call in calls], [True] * 6, "whether each batch starts without a state")


@pytest.mark.weight(2)
def test_fix_text_training_uses_every_text(submission, rng):
    """Seven texts in batches of three make three batches, the last of one text."""
    number = torch.arange(7).unsqueeze(1)
    tokens = torch.cat([number % 6, number // 6, rng.integers(0, 6, 7, 3)], 1)
    calls = submission.run(train, tokens, 2, 3, 0.1, rng.seed())["calls"]
    check_equal([len(call["x"]) for call in calls], [3, 3, 1] * 2, "the number of texts in each batch")
    for epoch in range(2):
        seen = torch.cat([call["x"] for call in calls[3 * epoch : 3 * epoch + 3]])
        rows = sorted(seen.tolist())
        check_that(rows == sorted(tokens[:, :-1].tolist()), f"the texts of epoch {epoch + 1}", "each once", "others")


@pytest.mark.weight(2)
def test_fix_text_training_draws_the_orders_from_the_generator(submission, rng):
    """Each epoch takes a new order, from the generator."""
    tokens, seed = rng.integers(0, 6, 12, 5), rng.seed()
    got, want = submission.run(train, tokens, 3, 4, 0.1, seed), train_apart(tokens, 3, 4, 0.1, seed)
    texts, ours = ([call["x"] for call in seen["calls"]] for seen in (got, want))
    check_equal(len(texts), 9, "the number of batches")
    for number, (one, other) in enumerate(zip(texts, ours, strict=True), start=1):
        check_close(one, other, f"the inputs of batch {number}")


@pytest.mark.weight(3)
@pytest.mark.parametrize(("n", "t", "batch_size", "epochs"), [(6, 5, 2, 3), (7, 4, 3, 2), (4, 2, 9, 4), (5, 7, 1, 2)])
def test_fix_text_training_is_right_as_a_whole(submission, rng, n, t, batch_size, epochs):
    """Losses and weights are those of the same loop without mistakes."""
    arguments = rng.integers(0, 6, n, t), epochs, batch_size, 0.5, rng.seed()
    got, want = submission.run(train, *arguments), train_apart(*arguments)
    check_equal(got["floats"], True, "whether the losses are a list of floats")
    check_close(got["losses"], want["losses"], "the losses", **SUMMED)
    check_close(got["state"], want["state"], "the weights at the end", rtol=1e-6, atol=1e-8)


def test_fix_text_training_forgets_gradients_from_before(submission, rng):
    """Gradients that were there before the call do not count."""
    arguments = rng.integers(0, 6, 4, 5), 2, 2, 0.3, rng.seed()
    got, want = submission.run(train, *arguments, leftover=3.0), train_apart(*arguments)
    check_close(got["state"], want["state"], "the weights at the end", rtol=1e-6, atol=1e-8)


def test_fix_text_training_trains_in_training_mode(submission, rng):
    """A model that came in evaluation mode is trained in training mode."""
    calls = submission.run(train, rng.integers(0, 6, 4, 5), 2, 2, 0.1, rng.seed())["calls"]
    check_equal([call["training"] for call in calls], [True] * 4, "the mode at each call")


def test_fix_text_training_over_many_epochs(submission, rng, draw):
    """On texts that count up the loss falls as it should, over 25 epochs."""
    tokens, seed = (rng.integers(0, 6, 12, 1) + torch.arange(6)) % 6, rng.seed()
    got, want = submission.run(train, tokens, 25, 4, 0.5, seed), train_apart(tokens, 25, 4, 0.5, seed)
    draw.curve("loss by epoch", got["losses"], want["losses"])
    check_close(got["losses"], want["losses"], "the losses", rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("batch_size", [3, 6])
def test_fix_text_training_on_a_device(submission, rng, batch_size):
    """With model and tokens on an accelerator the training is the same."""
    tokens, seed = rng.integers(0, 6, 6, 5), rng.seed()
    got = submission.run(train, to_device(tokens), 2, batch_size, 0.3, seed)
    want = train_apart(tokens, 2, batch_size, 0.3, seed)
    check_close(got["losses"], want["losses"], "the losses", **SUMMED)
    check_close(got["state"], to_device(want["state"]), "the weights at the end", rtol=1e-6, atol=1e-8)
