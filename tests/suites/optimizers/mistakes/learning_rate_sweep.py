"""Wrong variants of optimizers.learning_rate_sweep."""

import copy
import math

import torch

from grader.suite import mistake, reference


def sweep(model, x, y, lrs, steps, *, factor=1.0, extra=0, cleared=True, loss=None, frozen=False, anew=copy.deepcopy):
    """Train with each rate; each option is a mistake."""
    losses = []
    loss = loss or (lambda e: (e**2).mean())
    for lr in lrs:
        trained = anew(model)
        params = [p for p in trained.parameters() if p.requires_grad or frozen]
        for p in params:
            p.requires_grad_()
            p.grad = None
        optimizer = torch.optim.SGD(params, lr=factor * lr)
        for _ in range(steps + extra):
            if cleared:
                optimizer.zero_grad()
            loss(trained(x) - y).backward()
            optimizer.step()
        with torch.no_grad():
            losses.append(loss(trained(x) - y))
    return torch.stack(losses)


def best_of(losses, lrs):
    """Return the rate of the smallest finite loss."""
    if not losses.isfinite().any():
        return math.nan
    return lrs[int(torch.where(losses.isfinite(), losses, math.inf).argmin())]


def answer(losses, lrs):
    """Return both as asked for."""
    return reference("optimizers").Sweep(losses, best_of(losses, lrs))


@mistake("each rate goes on with the weights that the last one left: begin anew with each")
def goes_on(model, x, y, lrs, steps):
    one = copy.deepcopy(model)
    return answer(sweep(one, x, y, lrs, steps, anew=lambda model: model), lrs)


@mistake("state_dict() holds the tensors that are trained: loading it changes nothing; keep a copy of it")
def state_dict_without_a_copy(model, x, y, lrs, steps):
    start = model.state_dict()

    def reset(model):
        model.load_state_dict(start)
        return model

    return answer(sweep(model, x, y, lrs, steps, anew=reset), lrs)


@mistake("gradients add up from step to step: empty them before each backward pass")
def gradients_add_up(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, steps, cleared=False), lrs)


@mistake("the loss in the table is that before the last step: compute it once more behind all steps")
def loss_before_the_last_step(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, max(steps, 1), extra=-1), lrs)


@mistake("there is one step too many")
def one_step_more(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, steps, extra=1), lrs)


@mistake("the steps are half as long, as with a factor 1/2 in the loss: the loss is the mean of the squares")
def half_steps(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, steps, factor=0.5), lrs)


@mistake("the squares are summed: the loss is their mean")
def summed(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, steps, loss=lambda e: (e**2).sum()), lrs)


@mistake("the squares of a sample are summed and the mean is over samples: it is over all numbers")
def mean_over_samples(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, steps, loss=lambda e: (e**2).flatten(1).sum(1).mean()), lrs)


@mistake("parameters that require no gradient are trained too")
def trains_frozen_weights(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, steps, frozen=True), lrs)


@mistake("the model is set to training: it has to be used in the mode that it has")
def always_training(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, lrs, steps, anew=lambda model: copy.deepcopy(model).train()), lrs)


@mistake("best is the place of the rate: the rate itself is asked for")
def place_of_the_best(model, x, y, lrs, steps):
    losses = sweep(model, x, y, lrs, steps)
    return reference("optimizers").Sweep(losses, float(lrs.index(best_of(losses, lrs))))


@mistake("best is the smallest loss: the rate that has it is asked for")
def smallest_loss(model, x, y, lrs, steps):
    losses = sweep(model, x, y, lrs, steps)
    return reference("optimizers").Sweep(losses, float(losses.min()))


@mistake("argmin takes nan for the smallest number: leave out losses that are not finite")
def nan_is_smallest(model, x, y, lrs, steps):
    losses = sweep(model, x, y, lrs, steps)
    return reference("optimizers").Sweep(losses, lrs[int(losses.argmin())])


@mistake("where no loss is finite a rate is called the best all the same: nan is asked for")
def always_a_best(model, x, y, lrs, steps):
    losses = sweep(model, x, y, lrs, steps)
    best = lrs[int(torch.where(losses.isfinite(), losses, math.inf).argmin())]
    return reference("optimizers").Sweep(losses, best)


@mistake("of equal losses the last is taken: the first is asked for")
def last_of_equal(model, x, y, lrs, steps):
    losses = sweep(model, x, y, lrs, steps)
    best = best_of(losses.flip(0), lrs[::-1])
    return reference("optimizers").Sweep(losses, best)


@mistake("the rates are sorted: the losses stand in the order of the rates as they were given")
def sorted_rates(model, x, y, lrs, steps):
    return answer(sweep(model, x, y, sorted(lrs), steps), sorted(lrs))


@mistake("what diverges is cut off: a loss that is inf or nan is a result too")
def clamped(model, x, y, lrs, steps):
    losses = torch.nan_to_num(sweep(model, x, y, lrs, steps), nan=1e6, posinf=1e6)
    return answer(losses, lrs)


@mistake("the given model itself is trained: its weights, buffers and gradients have to stay as they were")
def leaves_the_model_trained(model, x, y, lrs, steps):
    state = copy.deepcopy(model.state_dict())

    def reset(model):
        model.load_state_dict(state)
        return model

    return answer(sweep(model, x, y, lrs, steps, anew=reset), lrs)


@mistake("only the parameters are put back: the running means of a batch norm are buffers, and stay changed")
def forgets_buffers(model, x, y, lrs, steps):
    kept = [p.detach().clone() for p in model.parameters()]
    gradients = [p.grad for p in model.parameters()]

    def reset(model):
        with torch.no_grad():
            for p, value in zip(model.parameters(), kept, strict=True):
                p.copy_(value)
        return model

    losses = sweep(model, x, y, lrs, steps, anew=reset)
    for p, gradient in zip(reset(model).parameters(), gradients, strict=True):
        p.grad = gradient
    return answer(losses, lrs)
