"""Wrong variants of training.choose_degree."""

import torch

from grader.suite import mistake, reference


def _columns(x, degree):
    return reference("training").polynomial_features(x, degree)[:, 1:]


def _standardised(columns, new, every):
    return reference("training").standardize(columns, new)


def _solved(z, y, z_new, penalty):
    n, eye = len(z), torch.eye(z.shape[1]).to(z)
    b = y.mean()
    return b + z_new @ torch.linalg.solve(z.t() @ z / n + penalty * eye, z.t() @ (y - b) / n)


def _folds(n, k, generator):
    return reference("training").kfold_indices(n, k, generator)


def _mean_of_rows(errors):
    return torch.cat(errors).mean().item()


def _least(errors, degrees):
    return degrees[errors.index(min(errors))]


def _chosen(
    x, y, x_new, degrees, folds, penalty,
    scale=_standardised, solve=_solved, mean=_mean_of_rows, best=_least, size=torch.square, last=None,
):  # fmt: skip
    """Do the whole experiment with one step exchanged."""
    errors = []
    for degree in degrees:
        columns, squares = _columns(x, degree), []
        for train, validation in folds:
            z, z_new = scale(columns[train], columns[validation], columns)
            squares.append(size(solve(z, y[train], z_new, penalty) - y[validation]))
        errors.append(mean(squares))
    degree = best(errors, degrees)
    columns, new = _columns(x, degree), _columns(x_new, degree)
    rows = torch.arange(len(x), device=x.device) if last is None else last(folds)
    z, z_new = scale(columns[rows], new, columns[rows])
    prediction = solve(z, y[rows], z_new, penalty)
    return reference("training").DegreeChoice(folds, errors, degree, prediction)


def _by_all_rows(columns, new, every):
    together = reference("training").standardize(every, torch.cat([columns, new])).test
    return together[: len(columns)], together[len(columns) :]


@mistake("the columns were standardised by all rows, before the folds: by the training rows of each round")
def standardised_before_the_split(x, y, x_new, degrees, k, generator, penalty=0.001):
    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, scale=_by_all_rows)


@mistake("new rows were standardised by themselves: by the mean and deviation of the rows of the fit")
def new_rows_by_themselves(x, y, x_new, degrees, k, generator, penalty=0.001):
    def scale(columns, new, every):
        return (reference("training").standardize(part, part).train for part in (columns, new))

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, scale=scale)


@mistake("the columns were not standardised")
def not_standardised(x, y, x_new, degrees, k, generator, penalty=0.001):
    def scale(columns, new, every):
        return columns, new

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, scale=scale)


def _mean_of_means(errors):
    return sum(part.mean().item() for part in errors) / len(errors)


@mistake("the error is the mean of the means of the folds: each row counts once, also in a larger fold")
def mean_of_fold_means(x, y, x_new, degrees, k, generator, penalty=0.001):
    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, mean=_mean_of_means)


@mistake("the errors of the folds were added up: take the mean over the rows")
def sum_of_squares(x, y, x_new, degrees, k, generator, penalty=0.001):
    def mean(errors):
        return torch.cat(errors).sum().item()

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, mean=mean)


@mistake("the errors are absolute values: square them")
def absolute_errors(x, y, x_new, degrees, k, generator, penalty=0.001):
    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, size=torch.abs)


@mistake("a root was taken of the error: the mean of the squares is asked for")
def root_of_the_error(x, y, x_new, degrees, k, generator, penalty=0.001):
    def mean(errors):
        return _mean_of_rows(errors) ** 0.5

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, mean=mean)


@mistake("the degree was chosen by the error of training rows: the highest one always wins there")
def chosen_by_the_training_error(x, y, x_new, degrees, k, generator, penalty=0.001):
    def best(errors, degrees):
        said = [
            _chosen(x, y, x, [degree], folds, penalty).prediction for degree in degrees
        ]  # of all rows, about themselves
        return _least([((part - y) ** 2).mean().item() for part in said], degrees)

    folds = _folds(len(x), k, generator)
    return _chosen(x, y, x_new, degrees, folds, penalty, best=best)


@mistake("the errors are those of the training rows: measure the rows that validate")
def errors_of_training_rows(x, y, x_new, degrees, k, generator, penalty=0.001):
    folds = _folds(len(x), k, generator)
    seen = [(train, train) for train, _ in folds]
    return _chosen(x, y, x_new, degrees, seen, penalty)._replace(folds=folds)


@mistake("each round was fitted to all rows, those that validate too")
def fitted_to_all_rows(x, y, x_new, degrees, k, generator, penalty=0.001):
    folds = _folds(len(x), k, generator)
    every = torch.arange(len(x))
    seen = [(every, validation) for _, validation in folds]
    return _chosen(x, y, x_new, degrees, seen, penalty)._replace(folds=folds)


@mistake("each degree was judged on folds of its own: draw them once for all")
def folds_for_each_degree(x, y, x_new, degrees, k, generator, penalty=0.001):
    every = [_chosen(x, y, x_new, [degree], _folds(len(x), k, generator), penalty) for degree in degrees]
    errors = [one.errors[0] for one in every]
    best = every[errors.index(min(errors))]
    return reference("training").DegreeChoice(every[-1].folds, errors, best.degree, best.prediction)


@mistake("the generator was not used: the folds come from torch's own")
def generator_ignored(x, y, x_new, degrees, k, generator, penalty=0.001):
    own = torch.Generator().manual_seed(int(torch.randint(1 << 30, (1,))))
    return _chosen(x, y, x_new, degrees, _folds(len(x), k, own), penalty)


@mistake("the rows were not shuffled before they were dealt out")
def not_shuffled(x, y, x_new, degrees, k, generator, penalty=0.001):
    parts = torch.arange(len(x)).tensor_split(k)
    folds = [(torch.cat([*parts[:i], *parts[i + 1 :]]), parts[i]) for i in range(k)]
    return _chosen(x, y, x_new, degrees, folds, penalty)


@mistake("the degree of the largest error was chosen: the least is asked for")
def largest_error(x, y, x_new, degrees, k, generator, penalty=0.001):
    def best(errors, degrees):
        return degrees[errors.index(max(errors))]

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, best=best)


@mistake("the place of the degree in the list came back: the degree itself is asked for")
def place_for_degree(x, y, x_new, degrees, k, generator, penalty=0.001):
    found = _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty)
    return found._replace(degree=list(degrees).index(found.degree))


@mistake("the highest degree is fitted at the end: the chosen one is asked for")
def last_fit_of_the_last_degree(x, y, x_new, degrees, k, generator, penalty=0.001):
    found = _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty)
    last = _chosen(x, y, x_new, degrees[-1:], found.folds, penalty)
    return found._replace(prediction=last.prediction)


@mistake("the prediction is that of the fit of the last round: fit all rows anew")
def last_round_predicts(x, y, x_new, degrees, k, generator, penalty=0.001):
    def last(folds):
        return folds[-1][0]

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, last=last)


@mistake("Z^T Z was not divided by the number of rows: the penalty then counts n times less")
def penalty_of_the_sum(x, y, x_new, degrees, k, generator, penalty=0.001):
    def solve(z, y, z_new, penalty):
        return _solved(z, y, z_new, penalty / len(z))

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, solve=solve)


@mistake("the mean of y is shrunk too: b has no penalty")
def penalty_on_the_constant(x, y, x_new, degrees, k, generator, penalty=0.001):
    def solve(z, y, z_new, penalty):
        z, z_new = (torch.cat([torch.ones_like(part[:, :1]), part], 1) for part in (z, z_new))
        eye = torch.eye(z.shape[1]).to(z)
        return z_new @ torch.linalg.solve(z.t() @ z / len(z) + penalty * eye, z.t() @ y / len(z))

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, solve=solve)


@mistake("penalty is ignored: it stays at 0.001")
def penalty_ignored(x, y, x_new, degrees, k, generator, penalty=0.001):
    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), 0.001)


@mistake("the identity matrix lies on the CPU: make it on the device of x")
def identity_on_the_cpu(x, y, x_new, degrees, k, generator, penalty=0.001):
    def solve(z, y, z_new, penalty):
        eye = torch.eye(z.shape[1], dtype=z.dtype)
        b = y.mean()
        return b + z_new @ torch.linalg.solve(z.t() @ z / len(z) + penalty * eye, z.t() @ (y - b) / len(z))

    return _chosen(x, y, x_new, degrees, _folds(len(x), k, generator), penalty, solve=solve)
