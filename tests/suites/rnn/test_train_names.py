"""Suite of rnn.train_names."""

import pytest
import torch

from grader.suite import (
    Training,
    check_better,
    check_came_from,
    check_equal,
    check_fields,
    check_history,
    check_predictions,
    check_steps,
    dataset,
    share_right,
    shuffled_batches,
    to_device,
)

LANGUAGES = ("Finnish", "Greek", "Italian", "Japanese", "Polish", "Russian")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def training(submission, shared):
    """What the docstring promises, for so many languages."""

    def of(kinds):
        return Training(
            submission,
            "train_names",
            oracle=lambda names: shared.NameNet(26, 16, 24, kinds),
            optimizer=lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, momentum=0.9),
            lr=0.3,
            batch_size=20,
            batches=lambda names, *rest: shuffled_batches(tokens_of(names), *rest),
        )

    return of


def tokens_of(names):
    """Return names as tokens (N, T), padded with a, and their lengths (N,)."""
    lengths = torch.tensor([len(name) for name in names])
    rows = [name.ljust(int(lengths.max()), "a") for name in names]
    return torch.tensor([[LETTERS.index(letter) for letter in row] for row in rows]), lengths


def words(rng, count, kinds=3):
    """Draw words of 2 to 9 letters, and their labels, the last of which occurs."""
    lengths = rng.integers(2, 10, count).tolist()
    names = ["".join(LETTERS[i] for i in rng.integers(0, 26, n).tolist()) for n in lengths]
    return names, torch.cat([torch.tensor([kinds - 1]), rng.integers(0, kinds, count - 1)])


def real_names(rng, part, count, letters):
    """Draw so many real names of each of six languages, mixed, under other letters; and their labels."""
    data = dataset("names")
    part, exchange = getattr(data, part), str.maketrans(LETTERS, letters)
    chosen = [
        (part.x[row].translate(exchange), label)
        for label, language in enumerate(LANGUAGES)
        for row in rows_of(part.y == data.classes.index(language), rng, count)
    ]
    order = rng.permutation(len(chosen)).tolist()
    return [chosen[i][0] for i in order], torch.tensor([chosen[i][1] for i in order])


def rows_of(mask, rng, count):
    """Draw some of the rows that a mask marks."""
    rows = mask.nonzero().flatten()
    return rows[rng.permutation(len(rows))[:count]].tolist()


def by_letters(names, labels, tests):
    """Return the language of each test name by naive Bayes: how often which letter stands in the names of each."""
    counts = torch.ones(len(LANGUAGES), 26, dtype=torch.float64)
    for name, label in zip(names, labels.tolist(), strict=True):
        for letter in name:
            counts[label, LETTERS.index(letter)] += 1
    logs = (counts / counts.sum(1, keepdim=True)).log()
    return torch.stack([logs[:, [LETTERS.index(letter) for letter in name]].sum(1) for name in tests]).argmax(
        1
    )


@pytest.mark.visible
def test_train_names_returns_a_loss_for_each_epoch(submission, rng):
    """Two epochs give a list of two floats; no epoch gives none."""
    for epochs in (2, 0):
        losses = submission.train_names(*words(rng, 6), rng.generator(), epochs, 4)[1]
        check_equal([type(loss) is float for loss in losses], [True] * epochs, "whether each loss is a float")


@pytest.mark.visible
@pytest.mark.parametrize("kinds", [2, 5])
def test_train_names_makes_the_net_of_the_labels(training, rng, kinds):
    """With epochs=0 an untrained net comes back, with K scores."""
    training(kinds).run(*words(rng, 7, kinds), rng.seed(), 0)


@pytest.mark.weight(2)
def test_train_names_takes_one_step(training, rng):
    """One batch is one step of descent: its loss, and all weights."""
    check_steps(training(3), *words(rng, 5), rng.seed(), batch_size=5)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n", [6, 8])
def test_train_names_takes_a_step_for_each_batch(training, rng, n):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training(3), *words(rng, n), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_train_names_goes_on_from_epoch_to_epoch(training, rng):
    """Three epochs have orders of their own, and one momentum."""
    check_steps(training(4), *words(rng, 8, 4), rng.seed(), epochs=3, batch_size=5, lr=0.1)


def test_train_names_has_batches_of_twenty(training, rng):
    """Where nothing else is said a batch has 20 names and lr is 0.3."""
    check_steps(training(3), *words(rng, 42), rng.seed())


def test_train_names_of_six_epochs_by_default(training, rng):
    """Without a number there are six epochs."""
    trained = training(3).run(*words(rng, 4), rng.seed(), None)
    check_equal(len(trained.losses), 6, "the number of losses")


@pytest.mark.weight(2)
def test_train_names_returns_a_net_that_is_ready_to_predict(submission, training, rng):
    """The net comes back in evaluation mode, and scores each name by itself."""
    names, labels = words(rng, 9)
    check_predictions(submission, training(3).run(names, labels, rng.seed(), 1), tokens_of(names))


@pytest.mark.statistical
@pytest.mark.weight(5)
@pytest.mark.timeout(10)
def test_train_names_places_held_out_names(submission, training, rng, draw):
    """Of names never seen it places more than counting letters does."""
    letters = "".join(LETTERS[i] for i in rng.permutation(26).tolist())
    names, labels = real_names(rng, "train", 60, letters)
    tests, answers = real_names(rng, "test", 25, letters)
    six, seed, x = training(6), rng.seed(), tokens_of(names)
    start, trained = six.run(names, labels, seed, 0), six.run(names, labels, seed, None)
    scores = check_predictions(submission, trained, tokens_of(tests))
    draw.curve("training loss by epoch", trained.losses, [])
    counts = torch.zeros(6, 6, dtype=torch.float64)
    counts.index_put_(
        (answers, scores.argmax(1)), torch.ones(len(tests), dtype=torch.float64), accumulate=True
    )
    draw.picture(
        "what each language was taken for", "confusion", counts, rows=LANGUAGES,
        columns=[language[:2] for language in LANGUAGES], caption="a row for each true language",
    )  # fmt: skip
    simple = {
        "the largest class": 1 / 6,
        "counting letters": share_right(by_letters(names, labels, tests), answers),
    }
    check_better(share_right(scores, answers), simple, 0.05)
    check_came_from(trained, start)
    check_history(trained, start, x, labels)


@pytest.mark.weight(2)
def test_train_names_on_a_device(submission, training, rng):
    """With labels on an accelerator the net is trained there, and stays there."""
    names, labels = words(rng, 7)
    _, trained = check_steps(training(3), names, to_device(labels), rng.seed(), batch_size=4)
    check_predictions(submission, trained, to_device(tokens_of(names)))


def test_train_names_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model and losses."""
    got = submission.train_names(*words(rng, 3), rng.generator(), 0)
    check_fields(got, ("model", "losses"))
