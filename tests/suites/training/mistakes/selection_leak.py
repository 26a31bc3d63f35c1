"""Wrong variants of training.selection_leak."""

import torch

from grader.suite import mistake, reference


def _correlation(x, y):
    varies = (x != x[0]).any(0)
    x, y = x - x.mean(0), y - y.mean()
    found = (x.t() @ y).abs() / torch.where(varies, x.norm(dim=0), 1.0)
    return torch.where(varies, found, 0.0)


def _top(scores, count):
    return scores.topk(count).indices.sort().values


def _with_ones(x):
    return torch.cat([torch.ones_like(x[:, :1]), x], 1)


def _squares(x, y, train, validation, columns):
    solved = torch.linalg.lstsq(_with_ones(x[train][:, columns]), y[train, None]).solution
    return ((_with_ones(x[validation][:, columns]) @ solved)[:, 0] - y[validation]) ** 2


def _mean_of_rows(errors):
    return torch.cat(errors).mean().item()


def _compared(
    x, y, folds, count,
    score=_correlation, top=_top, rows=lambda fold, n: fold[0], squares=_squares, mean=_mean_of_rows,
):  # fmt: skip
    """Do the whole experiment with one step exchanged."""
    leaky = top(score(x, y), count)
    chosen = [rows(fold, len(x)) for fold in folds]
    honest = torch.stack([top(score(x[part], y[part]), count) for part in chosen])
    errors = [
        mean([squares(x, y, *fold, columns) for fold, columns in zip(folds, every, strict=True)])
        for every in ([leaky] * len(folds), honest)
    ]
    simple = mean([(y[train].mean() - y[validation]) ** 2 for train, validation in folds])
    return reference("training").SelectionLeak(leaky, honest, *errors, simple)


@mistake("the honest columns were chosen by all rows too: by the training rows of each fold")
def all_rows_choose_twice(x, y, folds, count):
    return _compared(x, y, folds, count, rows=lambda fold, n: torch.arange(n, device=x.device))


@mistake("the honest columns were chosen by the rows that validate: by the training rows")
def validation_rows_choose(x, y, folds, count):
    # one row alone has no correlation: then those of the training rows
    return _compared(x, y, folds, count, rows=lambda fold, n: fold[1] if len(fold[1]) > 1 else fold[0])


@mistake("the honest columns were chosen once, by the first fold: each fold chooses its own")
def first_fold_chooses(x, y, folds, count):
    return _compared(x, y, folds, count, rows=lambda fold, n: folds[0][0])


@mistake("the sign of the correlation counts: take the absolute value")
def sign_counts(x, y, folds, count):
    def score(x, y):
        varies = (x != x[0]).any(0)
        x, y = x - x.mean(0), y - y.mean()
        return torch.where(varies, x.t() @ y / torch.where(varies, x.norm(dim=0), 1.0), 0.0)

    return _compared(x, y, folds, count, score=score)


@mistake("the covariance chose: a column in a small unit then never counts, divide by its deviation")
def covariance(x, y, folds, count):
    def score(x, y):
        return ((x - x.mean(0)).t() @ (y - y.mean())).abs()

    return _compared(x, y, folds, count, score=score)


@mistake("the means were not taken off before the product")
def not_centred(x, y, folds, count):
    return _compared(x, y, folds, count, score=lambda x, y: (x.t() @ y).abs() / x.norm(dim=0))


@mistake("a constant column has 0 / 0, which is nan and the largest of all for topk: its correlation is 0")
def constant_is_nan(x, y, folds, count):
    def score(x, y):
        x, y = x - x.mean(0), y - y.mean()
        return (x.t() @ y).abs() / x.norm(dim=0)

    return _compared(x, y, folds, count, score=score)


@mistake("the columns stand in the order of their correlations: in ascending order")
def order_of_strength(x, y, folds, count):
    return _compared(x, y, folds, count, top=lambda scores, count: scores.topk(count).indices)


@mistake("the weakest columns were chosen: the strongest are asked for")
def weakest(x, y, folds, count):
    def top(scores, count):
        return scores.topk(count, largest=False).indices.sort().values

    return _compared(x, y, folds, count, top=top)


@mistake("the constant is missing in the least squares")
def no_constant(x, y, folds, count):
    def squares(x, y, train, validation, columns):
        solved = torch.linalg.lstsq(x[train][:, columns], y[train, None]).solution
        return ((x[validation][:, columns] @ solved)[:, 0] - y[validation]) ** 2

    return _compared(x, y, folds, count, squares=squares)


@mistake("the weights were learned from all rows: from the training rows of each fold")
def learned_from_all_rows(x, y, folds, count):
    def squares(x, y, train, validation, columns):
        return _squares(x, y, torch.arange(len(x), device=x.device), validation, columns)

    return _compared(x, y, folds, count, squares=squares)


@mistake("the errors are those of the training rows: measure the rows that validate")
def errors_of_training_rows(x, y, folds, count):
    def squares(x, y, train, validation, columns):
        return _squares(x, y, train, train, columns)

    return _compared(x, y, folds, count, squares=squares)


@mistake("the prediction is a column and y a row: their difference compares every pair")
def compared_every_pair(x, y, folds, count):
    def squares(x, y, train, validation, columns):
        solved = torch.linalg.lstsq(_with_ones(x[train][:, columns]), y[train, None]).solution
        difference = _with_ones(x[validation][:, columns]) @ solved - y[validation]
        return (difference**2).mean(0)

    return _compared(x, y, folds, count, squares=squares)


@mistake("the error is the mean of the means of the folds: each row counts once, also in a larger fold")
def mean_of_fold_means(x, y, folds, count):
    def mean(errors):
        return sum(part.mean().item() for part in errors) / len(errors)

    return _compared(x, y, folds, count, mean=mean)


@mistake("the squares were added up: take the mean over the rows")
def sum_of_squares(x, y, folds, count):
    return _compared(x, y, folds, count, mean=lambda errors: torch.cat(errors).sum().item())


@mistake("mean_error is that of the mean of all rows: of the training rows in each fold")
def mean_of_all_rows(x, y, folds, count):
    error = ((y - y.mean()) ** 2).mean().item()
    return _compared(x, y, folds, count)._replace(mean_error=error)


@mistake("the errors of the two ways are swapped")
def swapped(x, y, folds, count):
    found = _compared(x, y, folds, count)
    return found._replace(leaky_error=found.honest_error, honest_error=found.leaky_error)


@mistake("the columns came back on the CPU: they belong on the device of x")
def columns_on_the_cpu(x, y, folds, count):
    found = _compared(x, y, folds, count)
    return found._replace(leaky_columns=found.leaky_columns.cpu(), honest_columns=found.honest_columns.cpu())
