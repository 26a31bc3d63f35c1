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
    to_device,
)

LAYERS = ("Embedding", "EmbeddingBag", "embedding", "LSTMCell", "LSTM", "lstm_cell", "lstm", "RNNCellBase", "RNNBase")
FEW = ["ada", "bo", "clara", "dan", "eve", "fritz", "gus", "hal"]
FACTOR = 0.95  # of the perplexity of a table
BAND = 0.55  # of the mean logarithm, between names that the weights write and those that came back


class ByRows:
    """The submission, whose name_writer takes rows of numbers and gives its names to a list."""

    def __init__(self, submission, shared):
        self.submission, self.shared, self.names = submission, shared, []

    def __getattr__(self, name):
        return getattr(self.submission, name)

    def name_writer(self, x, y, generator, count=0, **options):
        """Train on names, and return model and losses."""
        names = self.shared.names_of_rows(x)
        got = self.submission.name_writer(names, generator, count, device=y.device, **options)
        check_that(
            type(got).__name__ in ("Record", "tuple") and len(got) == 3,
            "the result", "a named tuple (model, losses, names)", "something else",
        )  # fmt: skip
        model, losses, self.names = got
        return model, losses


def loss_of(outputs, targets):
    """Return the mean cross-entropy of all tokens that count."""
    return functional.cross_entropy(outputs[0].flatten(0, 1), targets.flatten())


@pytest.fixture
def training(submission, shared):
    """What the docstring promises."""
    return Training(
        ByRows(submission, shared),
        "name_writer",
        oracle=lambda x: shared.Names(),
        optimizer=torch.optim.Adam,
        lr=0.01,
        batch_size=50,
        loss=loss_of,
    )


def scored(model, tokens):
    """Return the scores of a model for rows of tokens; read at once, and from the state behind the first one."""
    with torch.no_grad():
        once, _ = model(tokens)
        first, state = model(tokens[:, :1])
        rest, _ = model(tokens[:, 1:], state)
    return once, torch.cat([first, rest], 1)


def check_scores(submission, trained, read):
    """Check that a model scores what its weights score, at once and in two parts."""
    check_that(not trained.in_training, "model.training", "False: the model comes back in evaluation", "True")
    tokens = read[:, :5]
    at_once, in_parts = submission.build(scored, trained.handle, tokens)
    with torch.no_grad():
        want, _ = trained.model(tokens.cpu())
    close = {"rtol": 1e-3, "atol": 1e-4}
    check_close(at_once, want.to(read.device), "model(tokens), against what its weights say", **close)
    check_close(in_parts, want.to(read.device), "the scores where a state is handed on", **close)


@pytest.mark.visible
def test_name_writer_returns_losses_and_names(submission, rng):
    """Two epochs give two floats; three names are written, of the letters a to z."""
    _, losses, names = submission.name_writer(FEW, rng.generator(), 3, 2, 4)
    check_losses(losses, 2)
    check_names(names, 3)


def check_names(names, count):
    """Check that so many strings of at most 20 small letters came back."""
    texts = type(names) is list and all(type(name) is str for name in names)
    check_that(texts, "names", "a list of strings", "something else")
    check_equal(len(names), count, "the number of names")
    letters = all("a" <= letter <= "z" for name in names for letter in name)
    check_that(letters, "the letters of names", "a to z alone", "others")
    check_that(max(map(len, names), default=0) <= 20, "the longest name", "at most 20 letters", "more")


def test_name_writer_makes_the_promised_net(training, rng, shared):
    """With epochs=0 an untrained net comes back."""
    training.run(*shared.rows_of_names(FEW), rng.seed(), 0)


@pytest.mark.weight(3)
def test_name_writer_scores_what_its_weights_say(submission, training, rng, shared):
    """The net reads letters step by step, from zeros or from a state."""
    read, told = shared.rows_of_names(FEW)
    check_scores(submission, training.run(read, told, rng.seed(), 0), read)


@pytest.mark.weight(2)
@pytest.mark.parametrize("names", [["anna", "hans"], FEW], ids=["one length", "many lengths"])
def test_name_writer_takes_one_step(training, rng, shared, names):
    """One batch is one step: its loss over all letters and ends, and all weights."""
    check_steps(training, *shared.rows_of_names(names), rng.seed())


@pytest.mark.weight(3)
def test_name_writer_takes_a_step_for_each_batch(training, rng, shared):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *shared.rows_of_names(FEW), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_name_writer_goes_on_from_epoch_to_epoch(training, rng, shared):
    """Three epochs have orders of their own, and one Adam."""
    check_steps(training, *shared.rows_of_names(FEW), rng.seed(), epochs=3, batch_size=5, lr=0.003)


def test_name_writer_has_its_defaults(submission, training, rng, shared):
    """Without numbers there are 20 names, six epochs, batches of 50 and lr 0.01."""
    read, told = shared.rows_of_names([a + b for a in FEW for b in FEW])
    seed = rng.seed()
    start, got = training.run(read, told, seed, 0), training.run(read, told, seed, None)
    check_equal(len(got.losses), 6, "the number of losses")
    check_same_training(got, training.replay(start, read, told, seed, 6), start)
    check_names(submission.name_writer(FEW, rng.generator(), epochs=1)[2], 20)


def test_name_writer_writes_by_the_generator(submission, rng):
    """Names follow from generator and weights: the same ones again, then others."""

    def scenario(submission, names, seed):
        written = []
        for number in (seed, seed, seed + 1):
            torch.manual_seed(seed)
            written.append(submission.name_writer(names, torch.Generator().manual_seed(number), 8, 0)[2])
        return written

    first, again, other = submission.run(scenario, FEW, rng.seed())
    check_names(first, 8)
    check_equal(again, first, "the names from an equal generator")
    check_names(other, 8)
    check_that(list(first) != list(other), None, "other names from another generator", "the same")


def names_by_the_weights(model, count, seed):
    """Let the oracle write names: rows of what is read and what comes next."""
    generator, rows = torch.Generator().manual_seed(seed), torch.zeros(count, 1, dtype=torch.int64)
    state, tokens = None, rows
    with torch.no_grad():
        for _ in range(20):
            scores, state = model(tokens, state)
            tokens = torch.multinomial(scores[:, -1].softmax(1), 1, generator=generator)
            rows = torch.cat([rows, tokens], 1)
    ended = (rows[:, 1:] == 0).cumsum(1)
    told = torch.where((ended == 0) | ((ended == 1) & (rows[:, 1:] == 0)), rows[:, 1:], -100)
    return rows[:, :-1], told


@pytest.mark.statistical
@pytest.mark.weight(5)
def test_name_writer_writes_names(submission, training, rng, draw, shared):
    """It expects held-out names better than a table of threes, and writes."""
    names, held_out = shared.draw_names(rng)
    read, told = shared.rows_of_names(names)
    seed = rng.seed()
    start = training.run(read, told, seed, 0)
    trained = training.run(read, told, seed, None, count=30)
    written = training.submission.names
    check_names(written, 30)
    draw.curve("training loss by epoch", trained.losses, [])
    check_scores(submission, trained, read[:40])
    read_test, told_test = shared.rows_of_names(held_out)
    with torch.no_grad():
        got = math.exp(loss_of(trained.model(read_test), told_test).item())
    table = shared.table_perplexity(told, told_test, 2, 27)
    shared.check_below(got, table, FACTOR)
    check_came_from(trained, start, least=0.05)
    check_history(trained, start, read, told, loss_of)
    check_written(trained.model, written, names, rng.seed(), shared)


def check_written(model, written, names, seed, shared):
    """Check that names are as likely as those that the weights write, and not those of the training."""
    kept = [name for name in written if name]
    check_that(len(kept) >= 20, "the names that were written", "names with letters", "hardly any letter")
    with torch.no_grad():
        rows, told = shared.rows_of_names(kept)
        theirs = loss_of(model(rows), told).item()
        rows, told = names_by_the_weights(model, 200, seed)
        own = loss_of(model(rows), told).item()
    low, high = math.exp(own - BAND), math.exp(own + BAND)
    expected = f"between {low:.1f} and {high:.1f}, as of names drawn by the weights that came back"
    fits = own - BAND < theirs < own + BAND
    check_that(fits, "the perplexity of the written names", expected, f"{math.exp(theirs):.1f}")
    known = sum(name in set(names) for name in kept)
    check_that(known <= len(kept) // 2, "how many written names are new", "most", f"{len(kept) - known}")
    check_that(len(set(kept)) > len(kept) // 2, "how many written names differ", "most", f"{len(set(kept))}")


@pytest.mark.weight(2)
def test_name_writer_on_a_device(submission, training, rng, shared):
    """The net is trained and writes where it was asked to, and stays there."""
    read, told = shared.rows_of_names(FEW)
    _, trained = check_steps(training, read, to_device(told), rng.seed(), batch_size=4, count=2)
    check_scores(submission, trained, to_device(read))
    check_names(training.submission.names, 2)


def test_name_writer_is_made_of_own_parts(submission, rng, shared):
    """Embedding, cell and steps are made without those of torch."""
    forbidden = (*shared.OPTIMIZERS, *LAYERS)
    check_by_hand(submission, lambda: submission.name_writer(FEW, rng.generator(), 1, 1, 4), forbidden)


def test_name_writer_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model, losses and names."""
    check_fields(submission.name_writer(FEW, rng.generator(), 1, 0), ("model", "losses", "names"))
