"""What the known mistakes of train_regression and train_classifier share: the loop, and what goes wrong in both."""

import torch

from grader.suite import Loop, mistake, reference, wrong_loops


def standard(x):
    """Standardise each column."""
    return reference("training").standardize(x, x[:0]).train


COLUMNS = {
    "raw_columns": (
        "the columns were not standardised: those in a large unit drown the others",
        lambda x: x,
    ),
    "deviation_by_n_minus_1": (
        "the deviation divides by N - 1: it divides by N",
        lambda x: (x - x.mean(0)) / x.std(0),
    ),
    "centred_alone": (
        "the mean was subtracted and nothing divided: divide by the deviation",
        lambda x: x - x.mean(0),
    ),
    "one_mean_for_all_columns": (
        "the columns were standardised together, by one mean and one deviation: each has its own",
        lambda x: (x - x.mean()) / x.std(correction=0),
    ),
    "rows_standardised": (
        "each row was standardised: mean and deviation are those of a column",
        lambda x: (x - x.mean(1, keepdim=True)) / x.std(1, correction=0, keepdim=True),
    ),
    "least_to_largest": (
        "columns were brought to 0 to 1 by least and largest: subtract the mean and divide by the deviation",
        lambda x: (x - x.amin(0)) / (x.amax(0) - x.amin(0)),
    ),
}


def loop_of(model, x, y, generator, epochs, batch_size, lr, loss):
    """Return a training with Adam on the rows of x and y as they are; lr is 0.05 by default."""
    run = reference("training").TrainingRun
    return Loop(
        model, lambda rows: (x[rows], y[rows]), torch.optim.Adam, len(x), generator, epochs, batch_size, lr, 0.05, run,
        loss,
    )  # fmt: skip


def wrong_trainings(bind):
    """Return the known mistakes of loop and columns by name; `bind` makes the loop, with `columns=...` of others."""
    loops = wrong_loops(
        bind, "loss_after_the_step", "tensors_for_losses", "labels_never_shuffled", "one_batch",
        "descent_for_adam", "lr_typed_in", "summed_loss", without=("softmax_twice",),
    )  # fmt: skip
    return loops | {name: _variant(bind, *each) for name, each in COLUMNS.items()}


def _variant(bind, sentence, columns):
    return mistake(sentence)(lambda *given, **options: bind(*given, **options, columns=columns).run())
