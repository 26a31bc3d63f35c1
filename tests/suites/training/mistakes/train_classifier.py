"""Wrong variants of training.train_classifier."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


def _net(x):
    return reference("training").LogisticRegression(x.shape[1]).to(x)


def _standard(x):
    return reference("training").standardize(x, x[:0]).train


def _given(x, y):
    return _standard(x), y.to(x.dtype)


def _orders(n, generator, epochs, batch_size):
    return [torch.randperm(n, generator=generator).split(batch_size) for _ in range(epochs)]


def _optimizer(model, lr):
    return torch.optim.Adam(model.parameters(), lr=lr)


def _loss(outputs, y):
    return functional.binary_cross_entropy(outputs, y)


def _step(model, optimizer, x, y, loss=_loss):
    value = loss(model(x), y)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.item()


def _mean(losses, rows):
    return sum(loss * len(part) for loss, part in zip(losses, rows, strict=True)) / sum(map(len, rows))


def _train(
    x, y, generator, epochs=10, batch_size=32, lr=0.05, *,
    net=_net, given=_given, orders=_orders, optimizer=_optimizer, step=_step, mean=_mean,
):  # fmt: skip
    """The right training, but for what is given."""
    model = net(x)
    x, y = given(x, y)
    chosen, losses = optimizer(model, lr), []
    for rows in orders(len(x), generator, epochs, batch_size):
        losses.append(mean([step(model, chosen, x[part], y[part]) for part in rows], rows))
    return reference("training").TrainingRun(model.eval(), losses)


@mistake("the gradients of earlier batches are added: call zero_grad() before each backward")
def gradients_add_up(*args, **options):
    def step(model, optimizer, x, y):
        value = _loss(model(x), y)
        value.backward()
        optimizer.step()
        return value.item()

    return _train(*args, step=step, **options)


@mistake("the gradients are reset between backward() and step(): nothing is learned")
def reset_before_the_step(*args, **options):
    def step(model, optimizer, x, y):
        value = _loss(model(x), y)
        value.backward()
        optimizer.zero_grad()
        optimizer.step()
        return value.item()

    return _train(*args, step=step, **options)


@mistake("the loss of a batch is taken after its step: take the one that the step was made from")
def losses_after_the_steps(*args, **options):
    def step(model, optimizer, x, y):
        _step(model, optimizer, x, y)
        with torch.no_grad():
            return _loss(model(x), y).item()

    return _train(*args, step=step, **options)


@mistake("the batches are averaged as if all had one size: weight each by its samples")
def batch_means_averaged(*args, **options):
    return _train(*args, mean=lambda losses, rows: sum(losses) / len(losses), **options)


@mistake("the losses of an epoch are added up: divide by its samples")
def losses_added_up(*args, **options):
    return _train(*args, mean=lambda losses, rows: _mean(losses, rows) * sum(map(len, rows)), **options)


@mistake("the loss of an epoch is that of its last batch: it is the mean over all samples")
def last_batch_tells(*args, **options):
    return _train(*args, mean=lambda losses, rows: losses[-1], **options)


@mistake("the losses are tensors: item() makes floats of them")
def losses_are_tensors(*args, **options):
    model, losses = _train(*args, **options)
    return reference("training").TrainingRun(model, [torch.tensor(loss) for loss in losses])


@mistake("there is a loss for each batch: it is one for each epoch")
def loss_of_each_batch(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    losses = []

    def step(model, optimizer, x, y):
        losses.append(_step(model, optimizer, x, y))
        return losses[-1]

    model = _train(x, y, generator, epochs, batch_size, lr, step=step).model
    return reference("training").TrainingRun(model, losses)


@mistake("every epoch has the same order: draw one with the generator in each")
def order_drawn_once(*args, **options):
    def orders(n, generator, epochs, batch_size):
        return [torch.randperm(n, generator=generator).split(batch_size)] * epochs

    return _train(*args, orders=orders, **options)


@mistake("the samples come in their own order: draw a random one in each epoch")
def never_shuffled(*args, **options):
    return _train(*args, orders=lambda n, g, epochs, size: [torch.arange(n).split(size)] * epochs, **options)


@mistake("the order is drawn from torch's own generator: hand the given one to randperm")
def generator_not_used(*args, **options):
    def orders(n, generator, epochs, batch_size):
        return _orders(n, None, epochs, batch_size)

    return _train(*args, orders=orders, **options)


@mistake("the last, smaller batch is left out: it counts as well")
def last_batch_dropped(*args, **options):
    def orders(n, generator, epochs, batch_size):
        drawn = _orders(n, generator, epochs, batch_size)
        return [[part for part in rows if len(part) == batch_size] or rows for rows in drawn]

    return _train(*args, orders=orders, **options)


@mistake("one step for each epoch, with all samples: batch_size is not used")
def all_samples_at_once(*args, **options):
    def orders(n, generator, epochs, batch_size):
        return _orders(n, generator, epochs, n)

    return _train(*args, orders=orders, **options)


@mistake("samples and targets are shuffled apart: the targets belong to other samples")
def targets_shuffled_apart(x, y, generator, *args, **options):
    mixed = torch.randperm(len(y), generator=torch.Generator().manual_seed(generator.initial_seed() + 1))
    return _train(x, y[mixed.to(y.device)], generator, *args, **options)


def _anew_in_each_epoch(x, y, generator, epochs=10, batch_size=32, lr=0.05, mean=_mean):
    """Make the optimiser in each epoch."""
    model, losses = _net(x), []
    for _ in range(epochs):
        losses += _train(x, y, generator, 1, batch_size, lr, net=lambda *_: model.train(), mean=mean).losses
    return reference("training").TrainingRun(model.eval(), losses)


@mistake("the optimiser is made anew in each epoch, and forgets: make it once")
def optimizer_of_each_epoch(*args, **options):
    return _anew_in_each_epoch(*args, **options)


@mistake("plain descent takes the steps: torch.optim.Adam does")
def another_optimizer(*args, **options):
    return _train(*args, optimizer=lambda model, lr: torch.optim.SGD(model.parameters(), lr=lr), **options)


@mistake("the learning rate is fixed: use lr")
def learning_rate_fixed(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    return _train(x, y, generator, epochs, batch_size)


@mistake("there is one epoch too many: epochs says how many")
def one_epoch_more(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    return _train(x, y, generator, epochs + 1, batch_size, lr)


@mistake("the number of epochs is fixed: use epochs")
def epochs_fixed(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    return _train(x, y, generator, 10, batch_size, lr)


@mistake("the model comes back in training mode: call eval() at the end")
def left_in_training_mode(*args, **options):
    model, losses = _train(*args, **options)
    return reference("training").TrainingRun(model.train(), losses)


@mistake("the model has the dtype float32 whatever x has: move it to the dtype of x")
def dtype_of_x_ignored(x, y, *args, **options):
    return _train(x.float(), y.float() if y.is_floating_point() else y, *args, **options)


@mistake("the model is trained on the CPU wherever x lies: move it to the device of x")
def trained_on_the_cpu(x, y, *args, **options):
    return _train(x.cpu(), y.cpu(), *args, **options)


@mistake("the state_dict comes back: return the model itself")
def returned_the_state_dict(*args, **options):
    model, losses = _train(*args, **options)
    return reference("training").TrainingRun(model.state_dict(), losses)


@mistake("losses come first: the result is model, losses")
def losses_first(*args, **options):
    return tuple(reversed(_train(*args, **options)))


@mistake("the result is a plain tuple: return a TrainingRun")
def plain_tuple(*args, **options):
    return tuple(_train(*args, **options))


@mistake("the net was never trained: its weights are those that it began with")
def never_trained(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    losses = [0.7 * 0.5**epoch for epoch in range(epochs)]
    return reference("training").TrainingRun(_net(x).eval(), losses)


@mistake("the columns were not standardised: those in a large unit drown the others")
def raw_columns(*args, **options):
    return _train(*args, given=lambda x, y: (x, _given(x, y)[1]), **options)


@mistake("the deviation divides by N - 1: it divides by N")
def deviation_by_n_minus_1(*args, **options):
    def given(x, y):
        return (x - x.mean(0)) / x.std(0), _given(x, y)[1]

    return _train(*args, given=given, **options)


@mistake("the mean was subtracted and nothing divided: divide by the deviation")
def centred_alone(*args, **options):
    return _train(*args, given=lambda x, y: (x - x.mean(0), _given(x, y)[1]), **options)


@mistake("the columns were standardised together, by one mean and one deviation: each has its own")
def one_mean_for_all_columns(*args, **options):
    def given(x, y):
        return (x - x.mean()) / x.std(correction=0), _given(x, y)[1]

    return _train(*args, given=given, **options)


@mistake("each row was standardised: mean and deviation are those of a column")
def rows_standardised(*args, **options):
    def given(x, y):
        return (x - x.mean(1, keepdim=True)) / x.std(1, correction=0, keepdim=True), _given(x, y)[1]

    return _train(*args, given=given, **options)


@mistake("columns were brought to 0 to 1 by least and largest: subtract the mean and divide by the deviation")
def least_to_largest(*args, **options):
    def given(x, y):
        return (x - x.amin(0)) / (x.amax(0) - x.amin(0)), _given(x, y)[1]

    return _train(*args, given=given, **options)


@mistake("the sigmoid is taken twice: the model gives probabilities, which a loss with logits takes for scores")
def sigmoid_twice(*args, **options):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, functional.binary_cross_entropy_with_logits)

    return _train(*args, step=step, **options)


@mistake("the squared error of the probabilities is learned from: take the binary cross-entropy")
def squared_error(*args, **options):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, functional.mse_loss)

    return _train(*args, step=step, **options)


@mistake("the losses of a batch are added up: take their mean")
def losses_of_a_batch_added_up(*args, **options):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, lambda p, y: functional.binary_cross_entropy(p, y, reduction="sum"))

    return _train(*args, step=step, **options)


@mistake("the classes are exchanged: the probability is that of class 1")
def classes_exchanged(*args, **options):
    return _train(*args, given=lambda x, y: (_standard(x), 1 - y.to(x.dtype)), **options)


@mistake("the model is a linear layer that gives scores: it is a LogisticRegression")
def scores_alone(*args, **options):
    def net(x):
        return nn.Sequential(nn.Linear(x.shape[1], 1), nn.Flatten(0)).to(x)

    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, functional.binary_cross_entropy_with_logits)

    return _train(*args, net=net, step=step, **options)


@mistake("the weights are the difference of the class means: they come from the steps of the training")
def nearest_mean(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    model, (rows, targets) = _net(x), _given(x, y)
    if epochs:
        one, other = rows[targets == 1].mean(0), rows[targets == 0].mean(0)
        with torch.no_grad():
            model.linear.weight.copy_((one - other).unsqueeze(0))
            model.linear.bias.copy_(((other**2).sum() - (one**2).sum()).reshape(1) / 2)
    losses = [0.7 * 0.5**epoch for epoch in range(epochs)]
    return reference("training").TrainingRun(model.eval(), losses)
