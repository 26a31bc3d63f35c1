"""Wrong variants of rnn.detach_hidden."""

import torch

from grader.suite import mistake


def _each(hidden, change):
    if isinstance(hidden, tuple):
        return tuple(_each(part, change) for part in hidden)
    return None if hidden is None else change(hidden)


@mistake(
    "the hidden state came back with its graph, which clone() keeps as well: call detach() on each tensor"
)
def nothing_detached(hidden):
    return hidden


@mistake("detach_() cuts the original out of its graph as well: use detach()")
def detached_in_place(hidden):
    return _each(hidden, lambda h: h.detach_() if not h.is_leaf else h.detach())


@mistake("the values are gone: zeros came back, detach() keeps them")
def zeros_for_values(hidden):
    return _each(hidden, lambda h: torch.zeros_like(h.detach()))


@mistake("a tuple has no detach(): go into tuples, as an LSTM's (h, c)")
def tensors_only(hidden):
    return None if hidden is None else hidden.detach()


@mistake("only the outermost tuple is taken apart: tuples may stand in tuples")
def one_level_only(hidden):
    if isinstance(hidden, tuple):
        return tuple(part.detach() for part in hidden)
    return None if hidden is None else hidden.detach()


@mistake("lists came back: a tuple becomes a tuple, since torch.nn.LSTM takes no list")
def lists_for_tuples(hidden):
    if isinstance(hidden, tuple):
        return [lists_for_tuples(part) for part in hidden]
    return None if hidden is None else hidden.detach()


@mistake("None is not handled: before the first step there is no state")
def none_not_handled(hidden):
    if isinstance(hidden, tuple):
        return tuple(none_not_handled(part) for part in hidden)
    return hidden.detach()


@mistake("the detached tensors ask for gradients of their own: requires_grad stays False")
def requires_grad_again(hidden):
    return _each(hidden, lambda h: h.detach().requires_grad_())


@mistake("torch.no_grad() around a return does not cut an old graph: call detach()")
def under_no_grad(hidden):
    with torch.no_grad():
        return _each(hidden, lambda h: h.view_as(h))


@mistake("only the first of a tuple is detached: h and c both have a past")
def first_only(hidden):
    if isinstance(hidden, tuple):
        return (first_only(hidden[0]), *hidden[1:]) if hidden else hidden
    return None if hidden is None else hidden.detach()


@mistake("the way over numpy or lists ends on the CPU: detach() stays on the device")
def over_numpy(hidden):
    return _each(hidden, lambda h: torch.from_numpy(h.detach().numpy().copy()))


@mistake("torch.tensor(values.tolist()) makes float32 of float64, on the CPU: use detach()")
def over_lists(hidden):
    return _each(hidden, lambda h: torch.tensor(h.tolist()))
