"""Wrong variants of mlp.dead_relus."""

import copy

import torch

from grader.suite import mistake, reference


def _above(sums):
    return (~(sums > 0).any(0)).double().mean().item()


def _dead(net, x, activation, share=_above, layers=slice(-1)):
    shares = []
    with torch.no_grad():
        for layer in list(net.layers)[layers]:
            sums = layer(x)
            shares.append(share(sums))
            x = activation(sums)
    return shares


def _mean_square(prediction, y):
    return ((prediction.squeeze(1) - y) ** 2).mean()


def _descend(net, x, y, lr, steps, loss_fn=_mean_square, empties=True):
    losses = []
    for step in range(steps + 1):
        loss = loss_fn(net(x), y)
        losses.append(loss.item())
        if step < steps:
            if empties:
                net.zero_grad()
            loss.backward()
            with torch.no_grad():
                for parameter in net.parameters():
                    parameter -= lr * parameter.grad
    return losses


def _leaky(slope):
    return lambda h: torch.where(h > 0, h, slope * h)


def _copied(model, activation):
    net = copy.deepcopy(model)
    net.activation = activation
    return net


def _compared(model, x, y, lr, steps, slope, copied=_copied, dead=_dead, seen=None, **options):
    """Do the whole experiment with one step exchanged; `seen` is the activation of the count of the twin."""
    before, found = dead(model, x, torch.relu), []
    for activation in (torch.relu, _leaky(slope)):
        net = copied(model, activation)
        losses = _descend(net, x, y, lr, steps, **options)
        found.append((dead(net, x, seen or activation), losses))
    (relu, relu_losses), (leaky, leaky_losses) = found
    return reference("mlp").DeadUnits(before, relu, leaky, relu_losses, leaky_losses)


@mistake(
    "the model itself was trained, and the twin goes on from there: each net gets a copy of the first weights"
)
def trained_the_model_itself(model, x, y, lr, steps, negative_slope=0.01):
    def copied(model, activation):
        model.activation = activation
        return model

    found = _compared(model, x, y, lr, steps, negative_slope, copied=copied)
    model.activation = torch.relu
    return found


@mistake("the twin goes on from the trained weights: it starts from those that the model came with")
def twin_of_the_trained_net(model, x, y, lr, steps, negative_slope=0.01):
    kept = []

    def copied(model, activation):
        kept.append(_copied(kept[-1] if kept else model, activation))
        return kept[-1]

    return _compared(model, x, y, lr, steps, negative_slope, copied=copied)


@mistake("the twin has ReLUs too: the activation of a copy was not exchanged")
def twin_with_relus(model, x, y, lr, steps, negative_slope=0.01):
    return _compared(model, x, y, lr, steps, 0.0)


@mistake("the share of all sums that are off was taken: a unit is dead when it is off for every row")
def share_of_elements(model, x, y, lr, steps, negative_slope=0.01):
    def dead(net, x, activation):
        return _dead(net, x, activation, lambda sums: (sums <= 0).double().mean().item())

    return _compared(model, x, y, lr, steps, negative_slope, dead=dead)


@mistake("a unit counts that is off for one row: for every row")
def off_for_one_row(model, x, y, lr, steps, negative_slope=0.01):
    def dead(net, x, activation):
        return _dead(net, x, activation, lambda sums: (sums <= 0).any(0).double().mean().item())

    return _compared(model, x, y, lr, steps, negative_slope, dead=dead)


@mistake("the share of units that are on came back: of those that are dead")
def share_of_living_units(model, x, y, lr, steps, negative_slope=0.01):
    def dead(net, x, activation):
        return [1 - share for share in _dead(net, x, activation)]

    return _compared(model, x, y, lr, steps, negative_slope, dead=dead)


@mistake("the number of dead units came back: their share of the layer")
def number_for_share(model, x, y, lr, steps, negative_slope=0.01):
    def dead(net, x, activation):
        return _dead(net, x, activation, lambda sums: float((~(sums > 0).any(0)).sum()))

    return _compared(model, x, y, lr, steps, negative_slope, dead=dead)


@mistake("the share of rows for which all units are off came back: axis 0 are the rows")
def rows_for_units(model, x, y, lr, steps, negative_slope=0.01):
    def dead(net, x, activation):
        return _dead(net, x, activation, lambda sums: (~(sums > 0).any(1)).double().mean().item())

    return _compared(model, x, y, lr, steps, negative_slope, dead=dead)


@mistake(
    "a leaky output is hardly ever exactly 0: look at the sums in front of the activation, above 0 or not"
)
def zeros_behind_the_leaky_relu(model, x, y, lr, steps, negative_slope=0.01):
    found = _compared(model, x, y, lr, steps, negative_slope)
    return found._replace(leaky=[0.0 for _ in found.leaky])


@mistake("the output layer was counted as well: hidden layers alone have a ReLU")
def output_layer_counted(model, x, y, lr, steps, negative_slope=0.01):
    def dead(net, x, activation):
        return _dead(net, x, activation, layers=slice(None))

    return _compared(model, x, y, lr, steps, negative_slope, dead=dead)


@mistake("the twin was counted with ReLUs between its layers: what comes to the second is another then")
def twin_counted_with_relus(model, x, y, lr, steps, negative_slope=0.01):
    return _compared(model, x, y, lr, steps, negative_slope, seen=torch.relu)


@mistake("the share before is that after the training")
def before_after_training(model, x, y, lr, steps, negative_slope=0.01):
    found = _compared(model, x, y, lr, steps, negative_slope)
    return found._replace(before=found.relu)


@mistake("the two nets are swapped")
def swapped(model, x, y, lr, steps, negative_slope=0.01):
    found = _compared(model, x, y, lr, steps, negative_slope)
    return found._replace(
        relu=found.leaky, leaky=found.relu, relu_losses=found.leaky_losses, leaky_losses=found.relu_losses
    )


@mistake("negative_slope is ignored: it stays at 0.01")
def slope_ignored(model, x, y, lr, steps, negative_slope=0.01):
    return _compared(model, x, y, lr, steps, 0.01)


@mistake("the outputs are a column and y a row: their difference compares every pair")
def compared_every_pair(model, x, y, lr, steps, negative_slope=0.01):
    def loss_fn(prediction, y):
        return ((prediction - y) ** 2).mean()

    return _compared(model, x, y, lr, steps, negative_slope, loss_fn=loss_fn)


@mistake("the squares were added up: take their mean")
def summed_squares(model, x, y, lr, steps, negative_slope=0.01):
    def loss_fn(prediction, y):
        return ((prediction.squeeze(1) - y) ** 2).sum()

    return _compared(model, x, y, lr, steps, negative_slope, loss_fn=loss_fn)


@mistake("the gradients of earlier steps were added up: each step has its own")
def gradients_add_up(model, x, y, lr, steps, negative_slope=0.01):
    return _compared(model, x, y, lr, steps, negative_slope, empties=False)


@mistake("the loss after the last step is missing: steps + 1 losses are asked for")
def last_loss_missing(model, x, y, lr, steps, negative_slope=0.01):
    found = _compared(model, x, y, lr, steps, negative_slope)
    return found._replace(relu_losses=found.relu_losses[:-1], leaky_losses=found.leaky_losses[:-1])


@mistake("the copies were made on the CPU: they belong on the device of the model")
def copied_to_the_cpu(model, x, y, lr, steps, negative_slope=0.01):
    def copied(model, activation):
        return _copied(model, activation).cpu()

    return _compared(model, x, y, lr, steps, negative_slope, copied=copied)
