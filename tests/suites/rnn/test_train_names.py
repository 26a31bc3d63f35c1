"""Suite of rnn.train_names."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_close,
    check_dtype,
    check_equal,
    check_fields,
    check_finite,
    check_shape,
    check_that,
    dataset,
    to_device,
)

LANGUAGES = ("Finnish", "Greek", "Italian", "Japanese", "Polish", "Russian")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def drawn(rng, part, classes, count):
    """Draw `count` names of each class, and mix them."""
    names, labels = [], []
    for label, number in enumerate(classes):
        rows = (part.y == number).nonzero().flatten()
        rows = rows[rng.permutation(len(rows))[:count]].tolist()
        names += [part.x[row] for row in rows]
        labels += [label] * len(rows)
    order = rng.permutation(len(names)).tolist()
    return [names[i] for i in order], torch.tensor([labels[i] for i in order])


def real_names(rng, count, tested, kinds=4):
    """Draw names of some languages to train on, and others to test with; letters are exchanged in one way for all."""
    data = dataset("names")
    chosen = [LANGUAGES[i] for i in rng.permutation(len(LANGUAGES))[:kinds].tolist()]
    classes = [data.classes.index(language) for language in chosen]
    exchange = str.maketrans(LETTERS, "".join(LETTERS[i] for i in rng.permutation(26).tolist()))
    names, labels = drawn(rng, data.train, classes, count)
    tests, answers = drawn(rng, data.test, classes, tested)
    return [n.translate(exchange) for n in names], labels, [n.translate(exchange) for n in tests], answers


def words(rng, count, letters=LETTERS):
    """Draw words of 2 to 9 letters."""
    lengths = rng.integers(2, 10, count).tolist()
    return ["".join(letters[i] for i in rng.integers(0, len(letters), n).tolist()) for n in lengths]


def losses_by_hand(names, labels, epochs=6):
    """The oracle's curve: softmax regression on how often each letter occurs, by plain descent."""
    x = torch.tensor([[float(name.count(letter)) for letter in LETTERS] for name in names])
    weights, losses = torch.zeros(26, int(labels.max()) + 1), []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.arange(len(x)).split(40):
            scores = x[rows] @ weights
            total += functional.cross_entropy(scores, labels[rows]).item() * len(rows)
            error = scores.softmax(1) - functional.one_hot(labels[rows], weights.shape[1])
            weights = weights - 0.3 * x[rows].t() @ error / len(rows)
        losses.append(total / len(x))
    return losses


def checked(got, shape):
    """Return predictions and losses, after a look at their kinds."""
    fits = type(got).__name__ in ("Record", "tuple") and len(got) == 2
    text = "a tuple of another length" if type(got).__name__ in ("Record", "tuple") else "something else"
    check_that(fits, "what is returned", "a named tuple (predictions, losses)", text)
    predictions, losses = tuple(got)
    check_shape(predictions, shape, "predictions")
    check_dtype(predictions, torch.float32, "predictions")
    check_finite(predictions, "predictions")
    floats = type(losses) is list and all(type(loss) is float for loss in losses)
    check_that(floats, "losses", "a list of floats", "something else")
    return predictions, losses


def run_twice(submission, names, labels, tests, seed):
    """Train twice under the same random numbers: score all names, and the first of them alone."""
    scores = []
    for part in (tests[::-1], tests[:1]):  # where it stands last, it would meet other draws of a dropout
        torch.manual_seed(seed)
        run = submission.train_names(names, labels, part, torch.Generator().manual_seed(seed))
        scores.append(run[0].detach().clone().flip(0))
    return scores


@pytest.mark.visible
@pytest.mark.parametrize("kinds", [3, 5])
def test_train_names_of_one_name(submission, rng, kinds):
    """One name gives one row of K scores, without a graph."""
    names, labels = words(rng, 15), torch.arange(15) % kinds
    got = submission.train_names(names, labels, words(rng, 1), rng.generator())
    predictions, _ = checked(got, (1, kinds))
    check_equal(predictions.requires_grad, False, "requires_grad of the predictions")


@pytest.mark.statistical
@pytest.mark.weight(5)
def test_train_names_of_held_out_names(submission, rng, draw):
    """Of 100 names never seen, in four languages, at least 0.75 are placed right."""
    names, labels, tests, answers = real_names(rng, 60, 25)
    got = submission.train_names(names, labels, tests, rng.generator())
    predictions, losses = checked(got, (100, 4))
    draw.curve("training loss by epoch", losses, losses_by_hand(names, labels))
    counts = torch.zeros(4, 4, dtype=torch.float64)
    counts.index_put_((answers, predictions.argmax(1)), torch.ones(100, dtype=torch.float64), accumulate=True)
    draw.picture(
        "what each language was taken for", "confusion", counts, caption="a row for each true language"
    )
    right = (predictions.argmax(1) == answers).double().mean().item()
    kinds = len(predictions.argmax(1).unique())
    text = ("at least 0.5, below 0.75" if right >= 0.5 else "below 0.5") + ", one language for all" * (
        kinds == 1
    )
    check_that(right >= 0.75, "accuracy", "at least 0.75", text)


@pytest.mark.statistical
def test_train_names_returns_falling_losses(submission, rng):
    """There is a loss for each epoch, and the last is below the first."""
    names, labels, tests, _ = real_names(rng, 25, 2, kinds=2)
    _, losses = checked(submission.train_names(names, labels, tests, rng.generator()), (4, 2))
    check_that(len(losses) >= 2, "losses", "one for each of two epochs or more", f"{len(losses)}")
    ends = f"{losses[0]:.3g} and {losses[-1]:.3g}"
    check_that(losses[-1] < losses[0], "first and last loss", "a last loss below the first", ends)


@pytest.mark.weight(2)
def test_train_names_of_each_name_by_itself(submission, rng):
    """The scores of a name do not depend on which others are scored."""
    names, labels = words(rng, 20), torch.arange(20) % 2
    tests = ["kim", *words(rng, 7), "abcdefghijklmnop"]
    many, one = submission.run(run_twice, names, labels, tests, rng.seed())
    check_shape(many, (9, 2), "predictions")
    check_close(one, many[:1], "the scores of a name alone", rtol=1e-3, atol=1e-3)


def test_train_names_of_new_letters(submission, rng):
    """Letters that no training name has are no trouble in a test name."""
    names, labels = words(rng, 12, LETTERS[:13]), torch.arange(12) % 2
    got = submission.train_names(names, labels, ["xyz", "nab", "zz"], rng.generator())
    checked(got, (3, 2))


def test_train_names_on_a_device(submission, rng):
    """With labels on an accelerator it trains there, and the scores lie there."""
    names, labels = words(rng, 12), to_device(torch.arange(12) % 3)
    predictions, _ = checked(submission.train_names(names, labels, words(rng, 4), rng.generator()), (4, 3))
    check_equal(predictions.device.type, labels.device.type, "the device of the predictions")


def test_train_names_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields predictions and losses."""
    got = submission.train_names(words(rng, 12), torch.arange(12) % 3, words(rng, 2), rng.generator())
    check_fields(got, ("predictions", "losses"))
