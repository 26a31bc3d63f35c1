"""MendedSGD: each of its three mistakes alone, then all that the docstring says.

In a first step nothing is found again, new tensors as gradients share no memory with old ones, and without weight decay
its place does not matter.
"""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_equal, check_manners, to_device

OPTIONS = {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.0}
ROOM = {"rtol": 1e-7, "atol": 1e-9}


def play(submission, starts, gradients, options, orders=(), in_place=False, changes=()):
    """Step along `gradients`; orders[step] are the places of the parameters that the list then holds, in that order.

    With `in_place` a gradient is written into the memory of the one before.
    """
    params = [torch.nn.Parameter(x.clone()) for x in starts]
    memory = [p.detach() for p in params]
    optimizer = submission.MendedSGD((p for p in params), **options)
    paths, grads = [], []
    for step, row in enumerate(gradients):
        for when, name, value in changes:
            if when == step:
                setattr(optimizer, name, value)
        if step < len(orders):
            optimizer.params[:] = [params[i] for i in orders[step]]
        for p, g in zip(params, row, strict=True):
            if in_place and g is not None and p.grad is not None:
                p.grad.copy_(g)
            else:
                p.grad = None if g is None else g.clone()
        optimizer.step()
        paths.append([values.clone() for values in memory])
        grads.append([None if p.grad is None else p.grad.clone() for p in params])
    graphs = any(p.grad_fn is not None or not p.requires_grad for p in params)
    return {"paths": paths, "grads": grads, "graphs": graphs}


def by_hand(starts, gradients, options, orders=(), changes=()):
    """The oracle: the three formulas, in plain tensors, a velocity for each place."""
    options = dict(options)
    values, velocities, paths = [x.clone() for x in starts], [None] * len(starts), []
    for step, row in enumerate(gradients):
        options |= {name: value for when, name, value in changes if when == step}
        listed = orders[step] if step < len(orders) else orders[-1] if orders else range(len(starts))
        for i in listed:
            if row[i] is None:
                continue
            g = row[i] + options["weight_decay"] * values[i]
            velocities[i] = g if velocities[i] is None else options["momentum"] * velocities[i] + g
            values[i] = values[i] - options["lr"] * velocities[i]
        paths.append(list(values))
    return paths


def drawn(rng, steps, shapes=((2, 3), (2, 3), (2, 3))):
    """Draw where parameters start, and gradients for each step."""
    return [rng.normal(*shape) for shape in shapes], [[rng.normal(*shape) for shape in shapes] for _ in range(steps)]


def check_paths(submission, starts, gradients, options, **settings):
    got = submission.run(play, starts, gradients, options, **settings)
    settings.pop("in_place", None)
    want = by_hand(starts, gradients, options, **settings)
    for step, (theirs, ours) in enumerate(zip(got["paths"], want, strict=True), start=1):
        check_close(theirs, ours, f"the parameters after step {step}", **ROOM)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedSGD_of_one_step(submission):
    """p = 1, grad 2, weight decay 0.5, lr 0.1: p becomes 1 - 0.1 * 2.5 = 0.75."""
    one, two = torch.tensor([1.0], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.5}
    got = submission.run(play, [one], [[two]], options)
    check_close(got["paths"][0][0], torch.tensor([0.75], dtype=torch.float64), **ROOM)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedSGD_after_the_gradient_was_overwritten(submission):
    """Gradients 2, then 4 in the same memory: p goes from 1 to 0.8 and to 0.3."""
    one, two = torch.tensor([1.0], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    options = {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.0}
    got = submission.run(play, [one], [[two], [2 * two]], options, (), True)
    want = [[torch.tensor([0.8], dtype=torch.float64)], [torch.tensor([0.3], dtype=torch.float64)]]
    check_close(got["paths"], want, "p after each step", **ROOM)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_MendedSGD_after_the_list_was_turned_round(submission):
    """Gradients 2 and -2, the list reversed between two steps: 0.5 and 1.5."""
    one, two = torch.tensor([1.0], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    options = {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.0}
    got = submission.run(play, [one, one], [[two, -two]] * 2, options, ((0, 1), (1, 0)))
    want = [torch.tensor([0.5], dtype=torch.float64), torch.tensor([1.5], dtype=torch.float64)]
    check_close(got["paths"][1], want, "both after two steps", **ROOM)


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "orders",
    [((0, 1, 2), (2, 0, 1), (1, 2, 0)), ((0, 1, 2), (1, 2), (1, 2, 0), (0, 1, 2)), ((1,), (0, 1), (0, 1, 2))],
    ids=["sorted anew", "taken out and put back", "put in later"],
)
def test_MendedSGD_of_a_list_that_changes(submission, rng, orders):
    """Each parameter goes on with its own velocity, wherever it stands."""
    starts, gradients = drawn(rng, 5)
    check_paths(submission, starts, gradients, OPTIONS, orders=orders)


@pytest.mark.weight(2)
@pytest.mark.parametrize("decay", [0.3, 0.01])
def test_MendedSGD_carries_weight_decay_in_the_velocity(submission, rng, decay):
    """Over several steps weight decay is a part of the gradient, and so of v."""
    starts, gradients = drawn(rng, 4)
    check_paths(submission, starts, gradients, OPTIONS | {"weight_decay": decay})


@pytest.mark.weight(2)
def test_MendedSGD_when_memory_is_used_again(submission, rng):
    """A backward pass that writes where the last gradient was changes no velocity."""
    starts, gradients = drawn(rng, 4, ((3,), (2, 2)))
    check_paths(submission, starts, gradients, OPTIONS, in_place=True)


@pytest.mark.weight(3)
def test_MendedSGD_of_everything_at_once(submission, rng):
    """Decay, memory used again and a list that changes, over six steps."""
    starts, gradients = drawn(rng, 6)
    orders = ((0, 1), (1, 0), (2, 1, 0), (2, 0), (0, 2, 1), (1, 2, 0))
    options = {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.2}
    check_paths(submission, starts, gradients, options, orders=orders, in_place=True)


def test_MendedSGD_without_a_gradient(submission, rng):
    """A parameter whose grad is None stays, and its velocity too."""
    starts, gradients = drawn(rng, 4)
    gradients[0][0], gradients[2][1], gradients[1][2] = None, None, None
    check_paths(submission, starts, gradients, OPTIONS | {"weight_decay": 0.1})


def test_MendedSGD_reads_its_attributes_in_each_step(submission, rng):
    """A new lr, momentum or weight decay acts in the next step."""
    starts, gradients = drawn(rng, 5)
    changes = ((1, "lr", 0.4), (2, "momentum", 0.3), (3, "weight_decay", 0.5))
    check_paths(submission, starts, gradients, OPTIONS, changes=changes)


def test_MendedSGD_leaves_the_gradients(submission, rng):
    """After a step every grad is what it was, and the parameters are leaves."""
    starts, gradients = drawn(rng, 3)
    for in_place in (False, True):
        options = OPTIONS | {"weight_decay": 0.1}
        got = submission.run(play, starts, gradients, options, (), in_place)
        check_close(got["grads"], gradients, "the gradients after each step")
        check_equal(got["graphs"], False, "whether a parameter is part of a graph")


def test_MendedSGD_by_hand(submission, rng):
    """Nothing of torch.optim is used."""
    starts, gradients = drawn(rng, 1)
    check_by_hand(
        submission,
        lambda: submission.run(play, starts, gradients, OPTIONS),
        ("optim", "Optimizer", "SGD", "fused_sgd"),
        task="MendedSGD",
    )


def test_MendedSGD_manners(submission, rng):
    """Steps draw no random number."""
    starts, gradients = drawn(rng, 2)
    check_manners(submission, lambda: submission.run(play, starts, gradients, OPTIONS))


def test_MendedSGD_on_a_device(submission, rng):
    """Parameters on an accelerator are stepped there."""
    starts, gradients = drawn(rng, 3)
    options = OPTIONS | {"weight_decay": 0.1}
    got = submission.run(play, to_device(starts), to_device(gradients), options)
    check_close(got["paths"], to_device(by_hand(starts, gradients, options)), "after each step", **ROOM)
