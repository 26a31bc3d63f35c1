"""Wrong variants of training.learning_rate_range."""

import copy
import math

import torch

from grader.suite import mistake, reference


def _loss(model, rows, loss_fn):
    """Return the loss in evaluation mode, and leave the modes as they were."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.no_grad():
        loss = loss_fn(model(rows[0]), rows[1]).item()
    for module, mode in modes:
        module.training = mode
    return loss


def _loss_in_training_mode(model, rows, loss_fn):
    model.train()
    with torch.no_grad():
        return loss_fn(model(rows[0]), rows[1]).item()


def _copied(model, rate):
    return copy.deepcopy(model).train()


def _descend(net, train, loss_fn, rate, steps, optimizer=torch.optim.SGD, empties=True):
    optimizer = optimizer(net.parameters(), lr=rate)
    for _ in range(steps):
        if empties:
            optimizer.zero_grad()
        loss_fn(net(train[0]), train[1]).backward()
        optimizer.step()


def _marked(loss, start):
    return loss if loss <= start else math.nan


def _least(losses, rates):
    kept = [(loss, number) for number, loss in enumerate(losses) if not math.isnan(loss)]
    return rates[min(kept)[1]] if kept else math.nan


def _swept(
    model, train, validation, loss_fn, rates, steps,
    copied=_copied, descend=_descend, measured=_loss, first=_loss, marked=_marked, best=_least,
):  # fmt: skip
    """Do the whole sweep with one step exchanged."""
    start, losses = first(model, validation, loss_fn), []
    for rate in rates:
        net = copied(model, rate)
        descend(net, train, loss_fn, rate, steps)
        losses.append(marked(measured(net, validation, loss_fn), start))
    return reference("training").RateRange(start, losses, best(losses, rates))


@mistake("the model itself was trained, rate after rate: train a copy of it for each")
def trained_the_model_itself(model, train, validation, loss_fn, rates, steps):
    modes = [(module, module.training) for module in model.modules()]
    found = _swept(model, train, validation, loss_fn, rates, steps, copied=lambda model, rate: model.train())
    for module, mode in modes:
        module.training = mode
    return found


@mistake("one copy was trained with all rates, one after the other: a copy for each rate")
def one_copy_for_all_rates(model, train, validation, loss_fn, rates, steps):
    net = copy.deepcopy(model).train()
    return _swept(model, train, validation, loss_fn, rates, steps, copied=lambda model, rate: net)


@mistake("only the parameters were put back for the next rate: running statistics are state too")
def statistics_kept_between_rates(model, train, validation, loss_fn, rates, steps):
    net = copy.deepcopy(model).train()

    def copied(model, rate):
        with torch.no_grad():
            for mine, theirs in zip(net.parameters(), model.parameters(), strict=True):
                mine.copy_(theirs)
        return net

    return _swept(model, train, validation, loss_fn, rates, steps, copied=copied)


@mistake("the loss of the validation rows was taken in training mode: batch norm then uses these very rows")
def measured_in_training_mode(model, train, validation, loss_fn, rates, steps):
    return _swept(model, train, validation, loss_fn, rates, steps, measured=_loss_in_training_mode)


@mistake(
    "the start was measured in training mode, which moves the running statistics too: in evaluation mode"
)
def start_in_training_mode(model, train, validation, loss_fn, rates, steps):
    def first(model, rows, loss_fn):
        return _loss_in_training_mode(copy.deepcopy(model), rows, loss_fn)

    return _swept(model, train, validation, loss_fn, rates, steps, first=first)


@mistake("the copies were trained in evaluation mode: batch norm then has the old statistics")
def trained_in_evaluation_mode(model, train, validation, loss_fn, rates, steps):
    def copied(model, rate):
        return copy.deepcopy(model).eval()

    return _swept(model, train, validation, loss_fn, rates, steps, copied=copied)


@mistake("the copies were trained in the mode that the model came in: in training mode")
def trained_in_the_mode_it_came_in(model, train, validation, loss_fn, rates, steps):
    def copied(model, rate):
        return copy.deepcopy(model)

    return _swept(model, train, validation, loss_fn, rates, steps, copied=copied)


@mistake("the model is left in evaluation mode: put every mode back")
def left_in_evaluation_mode(model, train, validation, loss_fn, rates, steps):
    found = _swept(model, train, validation, loss_fn, rates, steps)
    model.eval()
    return found


@mistake("the model is left in training mode: put every mode back")
def left_in_training_mode(model, train, validation, loss_fn, rates, steps):
    found = _swept(model, train, validation, loss_fn, rates, steps)
    model.train()
    return found


@mistake("the rate was chosen by the loss of the training rows: those that validate choose")
def chosen_by_training_rows(model, train, validation, loss_fn, rates, steps):
    seen = _swept(model, train, train, loss_fn, rates, steps).best
    return _swept(model, train, validation, loss_fn, rates, steps)._replace(best=seen)


@mistake("the losses are those of the training rows: measure the rows that validate")
def losses_of_training_rows(model, train, validation, loss_fn, rates, steps):
    return _swept(model, train, train, loss_fn, rates, steps)


@mistake("what diverged is not marked: a loss above the start is nan")
def nothing_marked(model, train, validation, loss_fn, rates, steps):
    return _swept(model, train, validation, loss_fn, rates, steps, marked=lambda loss, start: loss)


@mistake("only what is not finite is marked: a loss above the start has diverged too")
def large_losses_not_marked(model, train, validation, loss_fn, rates, steps):
    def marked(loss, start):
        return loss if math.isfinite(loss) else math.nan

    return _swept(model, train, validation, loss_fn, rates, steps, marked=marked)


@mistake("min() was asked of a list with nan, which compares as false: leave nan out")
def least_of_nan(model, train, validation, loss_fn, rates, steps):
    def best(losses, rates):
        return rates[losses.index(min(losses))]

    return _swept(model, train, validation, loss_fn, rates, steps, best=best)


@mistake("the largest rate that did not diverge came back: the one of the least loss is asked for")
def largest_rate(model, train, validation, loss_fn, rates, steps):
    def best(losses, rates):
        kept = [rate for loss, rate in zip(losses, rates, strict=True) if not math.isnan(loss)]
        return max(kept, default=math.nan)

    return _swept(model, train, validation, loss_fn, rates, steps, best=best)


@mistake("the place of the rate came back: the rate itself is asked for")
def place_for_rate(model, train, validation, loss_fn, rates, steps):
    found = _swept(model, train, validation, loss_fn, rates, steps)
    place = math.nan if math.isnan(found.best) else float(list(rates).index(found.best))
    return found._replace(best=place)


@mistake("the gradients of earlier steps were added up: empty them before each backward")
def gradients_add_up(model, train, validation, loss_fn, rates, steps):
    def descend(net, train, loss_fn, rate, steps):
        _descend(net, train, loss_fn, rate, steps, empties=False)

    return _swept(model, train, validation, loss_fn, rates, steps, descend=descend)


@mistake("the steps are those of Adam: w <- w - rate * gradient is asked for")
def adam(model, train, validation, loss_fn, rates, steps):
    def descend(net, train, loss_fn, rate, steps):
        _descend(net, train, loss_fn, rate, steps, torch.optim.Adam)

    return _swept(model, train, validation, loss_fn, rates, steps, descend=descend)


@mistake("one step too few was made")
def one_step_too_few(model, train, validation, loss_fn, rates, steps):
    return _swept(model, train, validation, loss_fn, rates, steps - 1)


@mistake("the copy was made on the CPU: it stays on the device of the model")
def copied_to_the_cpu(model, train, validation, loss_fn, rates, steps):
    def copied(model, rate):
        return copy.deepcopy(model).cpu().train()

    return _swept(model, train, validation, loss_fn, rates, steps, copied=copied)
