"""A known mistake trains from the weights that a submission's training began at."""

from __future__ import annotations

import torch
from torch import nn

from grader.judge.same_start import digest_of, from_states


def state(value):
    return {"weight": torch.full((1, 2), float(value)), "bias": torch.zeros(1)}


def trained(steps, net=None):
    """A task that makes a net and takes some steps of descent."""
    net = net or nn.Linear(2, 1)
    for _ in range(steps):
        net(torch.ones(1, 2)).sum().backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= p.grad
                p.grad = None
    return net, []


def test_from_states_begins_a_training_at_the_state():
    net, _ = from_states(trained, [state(5)])(2)
    assert net.weight.tolist() == [[3.0, 3.0]]  # the second call of the net goes on from the first


def test_from_states_gives_its_weights_to_a_net_that_was_never_called():
    assert from_states(trained, [state(5)])(0)[0].weight.tolist() == [[5.0, 5.0]]


def test_from_states_leaves_a_net_of_other_shapes_as_it_is():
    net = nn.Linear(3, 1)
    before = net.weight.clone()
    from_states(lambda: (net, []), [state(5)])()
    assert torch.equal(net.weight, before)


def test_from_states_takes_the_state_that_fits():
    wide = {"weight": torch.ones(1, 3), "bias": torch.zeros(1)}
    assert from_states(trained, [wide, state(4)])(0)[0].weight.tolist() == [[4.0, 4.0]]


def test_from_states_leaves_no_hook_behind():
    from_states(trained, [state(5)])(1)
    net = nn.Linear(2, 1)
    before = net.weight.clone()
    net(torch.ones(1, 2))
    assert torch.equal(net.weight, before)


def test_from_states_returns_the_function_itself_when_nothing_began():
    assert from_states(trained, []) is trained


def test_digest_of_is_the_same_for_the_same_states_alone():
    assert digest_of([state(1)]) == digest_of([state(1)]) != digest_of([state(2)])
    assert digest_of([]) == ""
