"""Wrong variants of mlp.train_classifier."""

import torch
from torch import nn

from grader.suite import mistake, reference


def _fit(model, x, y, generator):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=0.001)
    target = y.unsqueeze(1).to(x.dtype)
    return reference("mlp")._fit(model, x, target, nn.BCEWithLogitsLoss(), optimizer, generator, 10, 32)


def _run(predictions, losses):
    return reference("mlp").TrainingRun(predictions, losses)


def _right(x, y, x_test, generator):
    return reference("mlp").train_classifier(x, y, x_test, generator)


@mistake("the columns were not standardised: those in a large unit drown the others")
def raw_columns(x, y, x_test, generator):
    model = nn.Linear(x.shape[1], 1).to(x.device)
    losses = _fit(model, x, y, generator)
    return _run(reference("mlp").predict(model, x_test).squeeze(1).sigmoid(), losses)


@mistake("the test rows were not standardised: they take the training statistics too")
def raw_test_rows(x, y, x_test, generator):
    features = reference("mlp").standardize(x, x_test).train
    model = nn.Linear(x.shape[1], 1).to(x.device)
    losses = _fit(model, features, y, generator)
    return _run(reference("mlp").predict(model, x_test).squeeze(1).sigmoid(), losses)


@mistake("the test rows were standardised by their own statistics: use those of the training rows")
def test_by_its_own_statistics(x, y, x_test, generator):
    features = reference("mlp").standardize(x, x_test).train
    features_test = reference("mlp").standardize(x_test, x_test).test
    model = nn.Linear(x.shape[1], 1).to(x.device)
    losses = _fit(model, features, y, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1).sigmoid(), losses)


@mistake("scores came back: take the sigmoid of them")
def scores_for_probabilities(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.clamp(1e-6, 1 - 1e-6).logit(), losses)


@mistake("the sigmoid was taken twice: every probability is above 0.5")
def sigmoid_twice(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.sigmoid(), losses)


@mistake("the probability of class 0 came back: that of class 1 is asked for")
def probability_of_class_zero(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(1 - predictions, losses)


@mistake("classes came back: probabilities are asked for, a sure mistake costs without bound")
def classes_for_probabilities(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run((predictions > 0.5).float(), losses)


@mistake("the rows were shuffled without their classes")
def shuffled_apart(x, y, x_test, generator):
    return _right(x[torch.randperm(len(x), generator=generator)], y, x_test, generator)


@mistake("the predictions have the shape (M, 1): it is (M,)")
def predictions_in_a_column(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.unsqueeze(1), losses)


@mistake("squeeze() also takes the axis of a single row away: predictions have the shape (M,)")
def squeezed_everything(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.squeeze(), losses)


@mistake("two probabilities for each row came back: that of class 1, of shape (M,), is asked for")
def both_probabilities(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(torch.stack([1 - predictions, predictions], 1), losses)


@mistake("the predictions keep their graph: predict under torch.no_grad()")
def kept_the_graph(x, y, x_test, generator):
    features, features_test = reference("mlp").standardize(x, x_test)
    model = nn.Linear(x.shape[1], 1).to(x.device)
    losses = _fit(model, features, y, generator)
    return _run(model(features_test).squeeze(1).sigmoid(), losses)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions, [torch.tensor(loss) for loss in losses])


@mistake("training and test rows were standardised together: use the statistics of the training rows")
def statistics_of_all_rows(x, y, x_test, generator):
    features, features_test = (
        reference("mlp").standardize(torch.cat([x, x_test]), rows).test for rows in (x, x_test)
    )
    model = nn.Linear(x.shape[1], 1).to(x.device)
    losses = _fit(model, features, y, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1).sigmoid(), losses)


@mistake("a single test row has no deviation of its own (nan): use the statistics of the training rows")
def test_by_its_own_unbiased_deviation(x, y, x_test, generator):
    features = reference("mlp").standardize(x, x_test).train
    features_test = (x_test - x_test.mean(0)) / x_test.std(0, correction=0)
    model = nn.Linear(x.shape[1], 1).to(x.device)
    losses = _fit(model, features, y, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1).sigmoid(), losses)


@mistake("dropout was left on for x_test: switch the model to evaluation mode before it predicts")
def predicted_with_dropout(x, y, x_test, generator):
    features, features_test = reference("mlp").standardize(x, x_test)
    layers = nn.Linear(x.shape[1], 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 1)
    model = nn.Sequential(*layers).to(x.device)
    losses = _fit(model, features, y, generator)
    model.train()
    return _run(model(features_test).detach().squeeze(1).sigmoid(), losses)


@mistake("the model stays on the CPU: move it to the device of x before the optimizer is made")
def model_on_the_cpu(x, y, x_test, generator):
    features, features_test = reference("mlp").standardize(x, x_test)
    model = nn.Linear(x.shape[1], 1)
    losses = _fit(model, features, y, generator)
    return _run(reference("mlp").predict(model, features_test).squeeze(1).sigmoid(), losses)


@mistake("everything was brought to the CPU: the model trains on the device of x, and predictions lie there")
def trained_on_the_cpu(x, y, x_test, generator):
    return _right(x.cpu(), y.cpu(), x_test.cpu(), generator)


@mistake("the model is sent to cuda, which is not everywhere: send it to the device of x")
def asked_for_cuda(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.cuda(), losses)


@mistake("the table went through numpy, which knows no device: stay with torch")
def through_numpy(x, y, x_test, generator):
    return _right(*(torch.from_numpy(part.numpy()) for part in (x, y, x_test)), generator)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(x, y, x_test, generator):
    return tuple(reference("mlp").train_classifier(x, y, x_test, generator))
