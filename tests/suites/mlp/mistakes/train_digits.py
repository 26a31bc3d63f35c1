"""Wrong variants of mlp.train_digits."""

import torch
from torch import nn

from grader.suite import mistake, reference


def _network(*layers):
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 64), *layers, nn.ReLU(), nn.Linear(64, 10))


def _fit(model, x, y, generator):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    return reference("mlp")._fit(model, x, y, nn.CrossEntropyLoss(), optimizer, generator, 10, 50)


def _run(predictions, losses):
    return reference("mlp").TrainingRun(predictions, losses)


def _right(x, y, x_test, generator):
    return reference("mlp").train_digits(x, y, x_test, generator)


@mistake("the images were shuffled without their labels")
def shuffled_apart(x, y, x_test, generator):
    return _right(x[torch.randperm(len(x), generator=generator)], y, x_test, generator)


@mistake("hardly anything is learned: weights that all start alike, or a learning rate that is far too small")
def constant_weights(x, y, x_test, generator):
    model = _network().to(x.device)
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.01)
    losses = _fit(model, x, y, generator)
    return _run(reference("mlp").predict(model, x_test), losses)


@mistake("classes came back: the ten scores of each image are asked for")
def classes_for_scores(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.argmax(1), losses)


@mistake("the optimizer was made for another model than the one that is trained and used")
def trained_another_model(x, y, x_test, generator):
    model, other = _network().to(x.device), _network()
    optimizer = torch.optim.Adam(other.parameters(), lr=0.01)
    losses = reference("mlp")._fit(model, x, y, nn.CrossEntropyLoss(), optimizer, generator, 10, 50)
    return _run(reference("mlp").predict(model, x_test), losses)


@mistake("batch norm was left in training mode for x_test: it takes the statistics of the other images")
def predicted_in_training_mode(x, y, x_test, generator):
    model = _network(nn.BatchNorm1d(64, eps=1e-5)).to(x.device)
    losses = _fit(model, x, y, generator)
    with torch.no_grad():
        return _run(model(x_test), losses)


@mistake("the softmax ran over the images: those of an image depend on it alone")
def softmax_over_the_images(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.softmax(0), losses)


@mistake("the predictions keep their graph: predict under torch.no_grad()")
def kept_the_graph(x, y, x_test, generator):
    model = _network().to(x.device)
    losses = _fit(model, x, y, generator)
    return _run(model(x_test), losses)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions, [torch.tensor(loss) for loss in losses])


@mistake("squeeze() also takes the axis of a single image away: predictions have the shape (M, 10)")
def squeezed_everything(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.squeeze(), losses)


@mistake("the training images are scored: score x_test")
def scored_the_training_images(x, y, x_test, generator):
    return _right(x, y, x, generator)


@mistake("the model stays on the CPU: move it to the device of x before the optimizer is made")
def model_on_the_cpu(x, y, x_test, generator):
    model = _network()
    losses = _fit(model, x, y, generator)
    return _run(reference("mlp").predict(model, x_test), losses)


@mistake("everything was brought to the CPU: the model trains on the device of x, and predictions lie there")
def trained_on_the_cpu(x, y, x_test, generator):
    return _right(x.cpu(), y.cpu(), x_test.cpu(), generator)


@mistake("the model is sent to cuda, which is not everywhere: send it to the device of x")
def asked_for_cuda(x, y, x_test, generator):
    predictions, losses = _right(x, y, x_test, generator)
    return _run(predictions.cuda(), losses)


@mistake("the images went through numpy, which knows no device: stay with torch")
def through_numpy(x, y, x_test, generator):
    return _right(*(torch.from_numpy(part.numpy()) for part in (x, y, x_test)), generator)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(x, y, x_test, generator):
    return tuple(reference("mlp").train_digits(x, y, x_test, generator))
