"""Suite of projects.name_writer."""

import math

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    Training,
    check_by_hand,
    check_came_from,
    check_close,
    check_equal,
    check_fields,
    check_history,
    check_losses,
    check_same_training,
    check_steps,
    check_that,
    note_start,
    to_device,
)

LAYERS = ("Embedding", "EmbeddingBag", "embedding", "LSTMCell", "LSTM", "lstm_cell", "lstm", "RNNCellBase", "RNNBase")
FEW = ["ada", "bo", "clara", "dan", "eve", "fritz", "gus", "hal"]
MANY = [a + b for a in FEW for b in FEW]
FACTOR = 0.95  # of the perplexity of a table


def loss_of(outputs, targets):
    """Return the mean cross-entropy of all tokens that count."""
    return functional.cross_entropy(outputs[0].flatten(0, 1), targets.flatten())


@pytest.fixture
def training(submission, shared):
    """What the docstring promises."""
    return Training(
        shared.ByRows(submission, "name_writer"),
        "name_writer",
        oracle=lambda x: shared.Names().to(x.dtype),
        optimizer=torch.optim.Adam,
        lr=0.01,
        batch_size=50,
        loss=loss_of,
    )


def scored(model, tokens):
    """Return the scores of a model for rows of tokens; read at once, and from the state after the first one."""
    with torch.no_grad():
        once, _ = model(tokens)
        first, state = model(tokens[:, :1])
        rest, _ = model(tokens[:, 1:], state)
    return once, torch.cat([first, rest], 1)


def check_scores(submission, trained, read):
    """Check that a model scores what its weights score, at once and in two parts."""
    check_that(not trained.in_training, "model.training", "False: the model comes back in evaluation", "True")
    if not trained.losses:
        note_start(submission, trained)
    tokens = read[:, :5].long()
    at_once, in_parts = submission.build(scored, trained.handle, tokens)
    with torch.no_grad():
        want, _ = trained.model(tokens.cpu())
    close = {"rtol": 1e-3, "atol": 1e-4} if want.dtype is torch.float32 else {}
    check_close(at_once, want.to(read.device), "model(tokens), against what its weights say", **close)
    check_close(in_parts, want.to(read.device), "the scores where a state is handed on", **close)


@pytest.mark.visible
def test_name_writer_returns_losses_and_names(submission, rng, shared):
    """Two epochs give two floats; three names are written, of the letters a to z."""
    _, losses, names = submission.name_writer(FEW, rng.generator(), 3, 2, 4)
    check_losses(losses, 2)
    shared.check_names(names, 3)


def test_name_writer_makes_the_promised_net(training, rng, shared):
    """With epochs=0 an untrained net comes back."""
    training.run(*shared.rows_of_names(FEW, torch.float64), rng.seed(), 0)


@pytest.mark.weight(3)
def test_name_writer_scores_what_its_weights_say(submission, training, rng, shared):
    """The net reads letters step by step, from zeros or from a state."""
    read, told = shared.rows_of_names(FEW, torch.float64)
    check_scores(submission, training.run(read, told, rng.seed(), 0), read)


@pytest.mark.weight(2)
@pytest.mark.parametrize("names", [["anna", "hans"], FEW], ids=["one length", "many lengths"])
def test_name_writer_takes_one_step(training, rng, shared, names):
    """One batch is one step: its loss over all letters and ends, and all weights."""
    check_steps(training, *shared.rows_of_names(names, torch.float64), rng.seed())


@pytest.mark.weight(3)
def test_name_writer_takes_a_step_for_each_batch(training, rng, shared):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *shared.rows_of_names(FEW, torch.float64), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_name_writer_goes_on_from_epoch_to_epoch(training, rng, shared):
    """Three epochs have orders of their own, and one Adam."""
    check_steps(training, *shared.rows_of_names(FEW, torch.float64), rng.seed(), epochs=3, batch_size=5, lr=0.003)


def test_name_writer_has_its_defaults(submission, training, rng, shared):
    """Without numbers there are 20 names, six epochs, batches of 50 and lr 0.01."""
    read, told = shared.rows_of_names(MANY, torch.float64)
    seed = rng.seed()
    start, got = training.run(read, told, seed, 0), training.run(read, told, seed, None)
    check_equal(len(got.losses), 6, "the number of losses")
    check_same_training(got, training.replay(start, read, told, seed, 6), start)
    shared.check_names(submission.name_writer(FEW, rng.generator(), epochs=1)[2], 20)


def test_name_writer_writes_by_the_generator(submission, rng, shared):
    """Names follow from generator and weights: the same ones again, then others."""

    def scenario(submission, names, seed):
        written = []
        for number in (seed, seed, seed + 1):
            torch.manual_seed(seed)
            written.append(submission.name_writer(names, torch.Generator().manual_seed(number), 8, 0)[2])
        return written

    first, again, other = submission.run(scenario, FEW, rng.seed())
    shared.check_names(first, 8)
    check_equal(again, first, "the names from an equal generator")
    shared.check_names(other, 8)
    shared.check_others(other, first)


def test_name_writer_writes_up_to_twenty_letters(submission, rng):
    """Of 30 names that an untrained net writes the longest has 20 letters."""
    names = list(submission.name_writer(FEW, rng.generator(), 30, 0)[2])  # a share of 3e-9 of all draws has none
    longest = max(map(len, names))
    check_that(longest == 20, "the longest name", "20 letters", "fewer" if longest < 20 else "more")


@pytest.mark.statistical
def test_name_writer_begins_and_ends_as_names_do(submission, rng, shared):
    """Of names that begin with q and are short, those that it writes are so too."""
    names = ["qza", "qzab", "qzabc", "qzed"] * 20  # behind each other letter comes another one than q
    written = submission.name_writer(names, rng.generator(), 12, 8, 10, 0.03)[2]
    shared.check_names(written, 12)
    begun = sum(name.startswith("q") for name in list(written))
    check_that(begun >= 11, "how many of 12 written names begin with q", "11 at least", str(begun))
    short = sum(len(name) <= 6 for name in list(written))
    check_that(short >= 11, "how many of 12 written names have 6 letters at most", "11 at least", str(short))


@pytest.mark.statistical
@pytest.mark.weight(5)
@pytest.mark.timeout(20)
def test_name_writer_writes_names(submission, training, rng, draw, shared):
    """It expects held-out names better than a table of threes, and writes."""
    names, held_out, letters = shared.draw_names(rng)
    read, told = shared.rows_of_names(names)
    seed = rng.seed()
    start = training.run(read, told, seed, 0)
    trained = training.run(read, told, seed, None, count=30)
    written = training.submission.names
    shared.check_names(written, 30)
    draw.curve("training loss by epoch", trained.losses, [])
    draw.writing("names that it wrote", shared.in_real_letters(written, letters), "it learned them in renamed letters")
    check_scores(submission, trained, read[:40])
    read_test, told_test = shared.rows_of_names(held_out)
    with torch.no_grad():
        got = math.exp(loss_of(trained.model(read_test), told_test).item())
    shared.check_below(got, shared.table_perplexity(told, told_test, 2, 27), FACTOR)
    check_came_from(trained, start, least=0.05)
    check_history(trained, start, read, told, loss_of)
    shared.check_written(lambda tokens: trained.model(tokens)[0], written, names, rng.seed())


@pytest.mark.weight(2)
def test_name_writer_on_a_device(submission, training, rng, shared):
    """The net is trained and writes where it was asked to, and stays there."""
    read, told = shared.rows_of_names(FEW, torch.float64)
    _, trained = check_steps(training, *to_device((read, told)), rng.seed(), batch_size=4, count=2)
    check_scores(submission, trained, to_device(read))
    shared.check_names(training.submission.names, 2)


def test_name_writer_is_made_of_own_parts(submission, rng, shared):
    """Embedding, cell and steps are made without those of torch."""
    forbidden = (*shared.OPTIMIZERS, *LAYERS)
    check_by_hand(submission, lambda: submission.name_writer(FEW, rng.generator(), 1, 1, 4), forbidden)


def test_name_writer_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model, losses and names."""
    check_fields(submission.name_writer(FEW, rng.generator(), 1, 0), ("model", "losses", "names"))
