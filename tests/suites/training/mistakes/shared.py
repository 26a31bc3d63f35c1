"""What the known mistakes of train_regression and train_classifier share: columns that are standardised wrongly."""

from grader.suite import mistake, reference


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


def wrong_columns(wrong):
    """Return known mistakes of the columns by name; `wrong(given, options, columns=...)` trains with others."""
    return {name: _variant(wrong, *each) for name, each in COLUMNS.items()}


def _variant(wrong, sentence, columns):
    return mistake(sentence)(lambda *given, **options: wrong(given, options, columns=columns))
