"""Wrong variants of mlp.train_regression."""

import torch
from torch import nn

from grader.suite import mistake, reference


def _model(x):
    return nn.Linear(x.shape[1], 1).to(x.device)


def _fit(model, x, y, generator, loss_fn=None, epochs=12):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=0.001)
    loss_fn = nn.MSELoss() if loss_fn is None else loss_fn
    return reference("mlp")._fit(model, x, y, loss_fn, optimizer, generator, epochs, 32)


def _run(predictions, losses):
    return reference("mlp").TrainingRun(predictions, losses)


def _standardized(x, y, x_test):
    x, x_test = reference("mlp").standardize(x, x_test)
    return x, ((y - y.mean()) / y.std()).unsqueeze(1), x_test


@mistake("the columns were not standardised: those in a large unit drown the others")
def raw_columns(x, y, x_test, generator):
    model = _model(x)
    losses = _fit(model, x, ((y - y.mean()) / y.std()).unsqueeze(1), generator)
    return _run(reference("mlp").predict(model, x_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake("the predictions are in units of the standardised target: multiply by its deviation, add its mean")
def forgot_the_unit_of_y(x, y, x_test, generator):
    features, target, features_test = _standardized(x, y, x_test)
    model = _model(x)
    losses = _fit(model, features, target, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1), losses)


@mistake("the test rows were standardised by their own statistics: use those of the training rows")
def test_by_its_own_statistics(x, y, x_test, generator):
    features, target, _ = _standardized(x, y, x_test)
    features_test = reference("mlp").standardize(x_test, x_test).test
    model = _model(x)
    losses = _fit(model, features, target, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake(
    "nothing but the mean of y is learned: (N, 1) meets (N,) in the loss, or rows are shuffled without targets"
)
def compared_every_pair(x, y, x_test, generator):
    features, target, features_test = _standardized(x, y, x_test)
    model = _model(x)
    losses = _fit(model, features, target.squeeze(1), generator, lambda p, t: ((p - t) ** 2).mean())
    return _run(reference("mlp").predict(model, features_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake("the predictions have the shape (M, 1): it is (M,)")
def predictions_in_a_column(x, y, x_test, generator):
    predictions, losses = reference("mlp").train_regression(x, y, x_test, generator)
    return _run(predictions.unsqueeze(1), losses)


@mistake("squeeze() also takes the axis of a single row away: predictions have the shape (M,)")
def squeezed_everything(x, y, x_test, generator):
    predictions, losses = reference("mlp").train_regression(x, y, x_test, generator)
    return _run(predictions.squeeze(), losses)


@mistake("the predictions keep their graph: predict under torch.no_grad()")
def kept_the_graph(x, y, x_test, generator):
    features, target, features_test = _standardized(x, y, x_test)
    model = _model(x)
    losses = _fit(model, features, target, generator)
    return _run(model(features_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(x, y, x_test, generator):
    predictions, losses = reference("mlp").train_regression(x, y, x_test, generator)
    return _run(predictions, [torch.tensor(loss) for loss in losses])


@mistake("hardly anything is learned: no step, an empty gradient, or a learning rate that is far too small")
def untrained(x, y, x_test, generator):
    features, _, features_test = _standardized(x, y, x_test)
    losses = reference("mlp").train_regression(x, y, x_test, generator).losses
    model = _model(x)
    return _run(reference("mlp").predict(model, features_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake("only the loss of the last epoch came back: one for each epoch")
def last_loss_only(x, y, x_test, generator):
    predictions, losses = reference("mlp").train_regression(x, y, x_test, generator)
    return _run(predictions, losses[-1:])


@mistake("training and test rows were standardised together: use the statistics of the training rows")
def statistics_of_all_rows(x, y, x_test, generator):
    _, target, _ = _standardized(x, y, x_test)
    features, features_test = (
        reference("mlp").standardize(torch.cat([x, x_test]), rows).test for rows in (x, x_test)
    )
    model = _model(x)
    losses = _fit(model, features, target, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake("a single test row has no deviation of its own (nan): use the statistics of the training rows")
def test_by_its_own_unbiased_deviation(x, y, x_test, generator):
    features, target, _ = _standardized(x, y, x_test)
    features_test = (x_test - x_test.mean(0)) / x_test.std(0, correction=0)
    model = _model(x)
    losses = _fit(model, features, target, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake("the model stays on the CPU: move it to the device of x before the optimizer is made")
def model_on_the_cpu(x, y, x_test, generator):
    features, target, features_test = _standardized(x, y, x_test)
    model = _model(x).to("cpu")
    losses = _fit(model, features, target, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1) * y.std() + y.mean(), losses)


@mistake("everything was brought to the CPU: the model trains on the device of x, and predictions lie there")
def trained_on_the_cpu(x, y, x_test, generator):
    return reference("mlp").train_regression(x.cpu(), y.cpu(), x_test.cpu(), generator)


@mistake("the model is sent to cuda, which is not everywhere: send it to the device of x")
def asked_for_cuda(x, y, x_test, generator):
    predictions, losses = reference("mlp").train_regression(x, y, x_test, generator)
    return _run(predictions.cuda(), losses)


@mistake("the table went through numpy, which knows no device: stay with torch")
def through_numpy(x, y, x_test, generator):
    table = (torch.from_numpy(part.numpy()) for part in (x, y, x_test))
    return reference("mlp").train_regression(*table, generator)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(x, y, x_test, generator):
    return tuple(reference("mlp").train_regression(x, y, x_test, generator))
