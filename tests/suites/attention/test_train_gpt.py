"""Suite of attention.train_gpt."""

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
    check_that,
    dataset,
    read_model,
    to_device,
)

CHARACTERS = "abcdefghijklmnopqrstuvwxyz .,\n"
LENGTH = 16  # of a passage


def train(submission, table, inputs, targets, seed, options, leftover=0.0, training=True):
    """Train a model whose scores are a row of a table for each token; tell the losses, the table, and what it met.

    The table holds `leftover` as a gradient before; the model is in the mode `training`.
    """
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.modes, self.read = nn.Parameter(table.clone()), [], []

        def forward(self, tokens):
            self.modes.append(self.training)
            self.read.append(tokens.detach().clone())
            return self.table[tokens]

    model = Model().train(training)
    model.table.grad = torch.full_like(model.table, leftover) if leftover else None
    generator = torch.Generator().manual_seed(seed)
    losses = submission.train_gpt(model, inputs, targets, generator, **options)
    modes = [*model.modes, model.training]
    return {"losses": losses, "table": model.table.detach().clone(), "modes": modes, "read": model.read}


def rates(steps, lr, warmup):
    """Return the learning rate of each step."""
    return [lr * min(1.0, (k + 1) / warmup) * (1 - k / steps) for k in range(steps)]


def by_hand(model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
    """The oracle: AdamW's formulas, the clipping, and the loss token by token."""
    model.train()
    parameters = list(model.parameters())
    moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
    rate = iter(rates(epochs * -(-len(inputs) // batch_size), lr, warmup))
    step, means = 0, []
    for _ in range(epochs):
        sums = []
        for rows in torch.randperm(len(inputs), generator=generator).split(batch_size):
            log_probs = model(inputs[rows]).log_softmax(-1)
            losses = -log_probs.gather(2, targets[rows].unsqueeze(2)).mean((1, 2))
            gradients = torch.autograd.grad(losses.mean(), parameters)
            norm = torch.sqrt(sum((g * g).sum() for g in gradients))
            step, r = step + 1, next(rate)
            for p, g, (m, v) in zip(parameters, gradients, moments, strict=True):
                g = g / (norm + 1e-6) if norm + 1e-6 > 1 else g
                m.mul_(0.9).add_(0.1 * g)
                v.mul_(0.999).add_(0.001 * g * g)
                p.data *= 1 - 0.01 * r
                p.data -= r * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)).sqrt() + 1e-8)
            sums.append(losses.detach().sum().item())
        means.append(sum(sums) / len(inputs))
    return means


ORACLE = SimpleNamespace(train_gpt=by_hand)


def check_training(submission, table, inputs, targets, seed, options, on_device=False, **before):
    """Compare losses and weights after a training with the oracle's."""
    given = to_device((table, inputs, targets)) if on_device else (table, inputs, targets)
    got = submission.run(train, *given, seed, options, **before)
    want = train(ORACLE, table, inputs, targets, seed, options)
    check_losses(got["losses"], len(want["losses"]))
    check_close(got["losses"], want["losses"], "the losses", **SUMMED)
    after = to_device(want["table"]) if on_device else want["table"]
    check_close(got["table"], after, "the weights afterwards", rtol=1e-5, atol=1e-7)
    return got


def texts(rng, n, t, v):
    """Draw texts and targets that have nothing to do with one another."""
    return rng.integers(0, v, n, t), rng.integers(0, v, n, t)


def woven(rng, text, names, count):
    """Draw pairs of passages, woven into one: a letter of the first, one of the second, and so on, (count, LENGTH + 1).

    The letter before tells nothing about the next one, the letter before that a lot.
    """
    places = {character: place for place, character in enumerate(CHARACTERS)}
    tokens = names[[places[character] for character in text.lower() if character in places]]
    starts = rng.integers(0, len(tokens) - LENGTH, count, 2)[:, None]  # (count, 1, 2)
    return tokens[starts + torch.arange(LENGTH)[:, None]].flatten(1)[:, : LENGTH + 1]


def loss_of(logits, targets):
    """Return the mean cross-entropy of all tokens."""
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def simple_perplexities(rows, tests):
    """Return how well counts of letters, and of pairs of letters, in some passages foretell the letters of others."""
    counts = torch.zeros(len(CHARACTERS), len(CHARACTERS), dtype=torch.float64)
    one = torch.ones(1, dtype=torch.float64)
    counts.index_put_((rows[:, :-1].flatten(), rows[:, 1:].flatten()), one, accumulate=True)
    alone = (counts.sum(0) + 1) / (counts.sum() + len(CHARACTERS))
    shares = (counts + 3 * alone) / (counts.sum(1, keepdim=True) + 3)
    logs = {"counting letters": alone[tests[:, 1:]], "a table of pairs": shares[tests[:, :-1], tests[:, 1:]]}
    return {name: math.exp(-part.log().mean().item()) for name, part in logs.items()}


def first_weights(rng, model):
    """Draw what a GPT begins with: all learn equally fast from it, however they themselves begin."""
    weights = {}
    for key, value in model.state_dict().items():
        std = 0.02 if key in ("embedding.weight", "positions.weight") else 1 / math.sqrt(value.shape[-1])
        drawn = rng.normal(*value.shape, std=std, dtype=value.dtype)
        weights[key] = drawn if value.dim() > 1 else torch.full_like(value, float("norm" in key))
    return weights


@pytest.mark.visible
def test_train_gpt_of_a_model_that_knows_nothing(submission, rng):
    """From scores 0 all four tokens are equally likely: the loss is log 4."""
    inputs = torch.tensor([[0, 1, 2], [3, 2, 1]])
    got = submission.run(train, torch.zeros(4, 4), inputs, inputs, rng.seed(), {"epochs": 1})
    check_close(got["losses"], [1.3862943611], "the losses", **SUMMED)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_train_gpt_has_a_rate_for_each_step(submission, rng):
    """Of 6 steps with lr 0.1, warmup 2 the rates are 0.05, 0.0833, ..., 0.0167."""
    inputs, targets = torch.tensor([[0, 0], [0, 0], [0, 0]]), torch.tensor([[1, 1], [1, 1], [1, 1]])
    options = {"epochs": 3, "batch_size": 2, "lr": 0.1, "warmup": 2}
    table = torch.zeros(2, 2, dtype=torch.float64)
    got = submission.run(train, table, inputs, targets, rng.seed(), options)
    # All gradients have one sign, and hardly change: a step of Adam is its rate, and the steps sum to 0.3.
    moved = got["table"][0, 1].item() - got["table"][1, 0].item()
    check_close(moved, 0.3, "how far the score of the right token rises", rtol=0.04)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, t, v", [(3, 5, 4), (1, 6, 3), (2, 3, 3), (3, 3, 7)])
def test_train_gpt_takes_the_right_steps(submission, rng, n, t, v):
    """Losses and weights after four steps, a batch each, are right for any sizes."""
    options = {"epochs": 4, "batch_size": n, "lr": 0.1, "warmup": 2}
    check_training(submission, rng.normal(v, v), *texts(rng, n, t, v), rng.seed(), options)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, batch_size, warmup", [(5, 2, 3), (6, 3, 1), (4, 1, 20)])
def test_train_gpt_goes_over_random_batches(submission, rng, n, batch_size, warmup):
    """Each epoch has an order of its own; the last batch may be smaller."""
    options = {"epochs": 2, "batch_size": batch_size, "lr": 0.05, "warmup": warmup}
    check_training(submission, rng.normal(6, 6), *texts(rng, n, 4, 6), rng.seed(), options)


@pytest.mark.weight(2)
def test_train_gpt_clips_gradients(submission, rng):
    """Where gradients are large at first and small later, their norm is at most 1."""
    inputs = torch.arange(4).repeat(4, 1)
    table = 30 * torch.eye(4, dtype=torch.float64)
    options = {"epochs": 6, "batch_size": 2, "lr": 4.0, "warmup": 1}
    targets = (inputs + 1) % 4
    check_training(submission, table, inputs, targets, rng.seed(), options)
    table = table + rng.normal(4, 4)
    check_training(submission, table, *texts(rng, 1, 1, 4), rng.seed(), {**options, "batch_size": 1})


@pytest.mark.weight(2)
def test_train_gpt_forgets_gradients_from_before(submission, rng):
    """Gradients that were there before the call do not count."""
    options = {"epochs": 2, "batch_size": 3, "lr": 0.1, "warmup": 2}
    check_training(submission, rng.normal(5, 5), *texts(rng, 4, 3, 5), rng.seed(), options, leftover=4.0)


def test_train_gpt_by_default(submission, rng):
    """By default there are 5 epochs, batches of 20, lr 0.01 and 20 steps of warmup."""
    got = check_training(submission, rng.normal(5, 5), *texts(rng, 42, 2, 5), rng.seed(), {})
    check_equal(sorted(len(part) for part in got["read"]), [2] * 5 + [20] * 10, "texts of each batch")


def test_train_gpt_of_no_epochs(submission, rng):
    """No epoch gives no losses and leaves the weights alone."""
    check_training(submission, rng.normal(5, 5), *texts(rng, 4, 3, 5), rng.seed(), {"epochs": 0})


def test_train_gpt_trains_in_training_mode(submission, rng):
    """A model that came in evaluation mode is trained, and left, in training mode."""
    arguments = rng.normal(5, 5), *texts(rng, 4, 3, 5), rng.seed(), {"epochs": 2, "batch_size": 2}
    got = submission.run(train, *arguments, training=False)
    check_equal(got["modes"], [True] * 5, "the model's training mode at each step and at the end")


@pytest.mark.weight(2)
def test_train_gpt_trains_a_GPT(submission, rng, shared):
    """Six steps with a GPT of this file: every loss and weight is right."""
    args, seed = (5, 6, 6, 2, 2), rng.seed()
    inputs, targets = texts(rng, 5, 6, 5)
    model, oracle = submission.GPT(*args), shared.LanguageModel(*args).double()
    model.double()
    # Large weights have large gradients: they have to be clipped.
    model.load_state_dict({key: rng.normal(*value.shape) for key, value in oracle.state_dict().items()})
    start = read_model(submission, model, oracle)
    options = {"epochs": 2, "batch_size": 2, "lr": 0.01, "warmup": 3}
    losses = submission.train_gpt(model, inputs, targets, torch.Generator().manual_seed(seed), **options)
    check_losses(losses, 2)
    want = copy.deepcopy(start.model)
    means = by_hand(want, inputs, targets, torch.Generator().manual_seed(seed), **options)
    got = replace(read_model(submission, model, start.model), losses=losses)
    check_same_training(got, Trained(want, means), start)


@pytest.mark.statistical
@pytest.mark.weight(4)
@pytest.mark.timeout(10)
def test_train_gpt_reads_two_passages_at_once(submission, rng, draw, shared):
    """Of two unseen passages, woven letter by letter, a GPT finds the threads."""
    book, names = dataset("austen"), rng.permutation(len(CHARACTERS))
    rows, tests = woven(rng, book.train, names, 1000), woven(rng, book.test, names, 200)
    inputs, targets = rows[:, :-1].contiguous(), rows[:, 1:].contiguous()
    args = (len(CHARACTERS), LENGTH, 32, 4, 1)
    model, oracle = submission.GPT(*args), shared.LanguageModel(*args)
    model.load_state_dict(first_weights(rng, oracle))
    start = read_model(submission, model, oracle)
    losses = submission.train_gpt(model, inputs, targets, rng.generator())
    check_losses(losses, 5)
    draw.curve("loss by epoch", losses, [])
    trained = replace(read_model(submission, model, start.model), losses=losses)
    with torch.no_grad():
        got = math.exp(loss_of(trained.model(tests[:, :-1]), tests[:, 1:]).item())
    simple = simple_perplexities(rows, tests)
    name = min(simple, key=simple.get)
    expected = f"below {0.85 * simple[name]:.1f}: {name} has {simple[name]:.1f} on the same passages"
    check_that(got < 0.85 * simple[name], "perplexity by the weights", expected, f"{got:.1f}")
    check_came_from(trained, start, least=0.05)  # the tables start small, and move far
    check_history(trained, start, inputs, targets, loss_of)
    draw_maps(draw, trained.model, tests[:1, :-1])


def draw_maps(draw, model, tokens):
    """Attach where each head looks while a passage is read."""
    with torch.no_grad():
        x = model.blocks[0].norm1(model.embedding(tokens) + model.positions.weight[: tokens.shape[1]])
        hidden = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        parent = torch.nn.MultiheadAttention.forward
        maps = parent(model.blocks[0].attention, x, x, x, attn_mask=hidden, average_attn_weights=False)[1][0]
    draw.picture(
        "where the heads look in two woven passages", "images", maps, panels=[f"head {i}" for i in range(1, 5)],
        caption="a row for each letter, a column for each that it looks back at; two back is its own passage",
    )  # fmt: skip


def test_train_gpt_on_a_device(submission, rng):
    """With model and texts on an accelerator the training is the same."""
    options = {"epochs": 2, "batch_size": 2, "lr": 0.1, "warmup": 2}
    arguments = rng.normal(5, 5), *texts(rng, 5, 4, 5), rng.seed(), options
    check_training(submission, *arguments, on_device=True)
