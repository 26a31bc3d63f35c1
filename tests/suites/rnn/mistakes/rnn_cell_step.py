"""Wrong variants of rnn.rnn_cell_step."""

import torch

from grader.suite import mistake, reference


def _checked(x, h, w_ih, w_hh):
    """Refuse what the reference refuses."""
    zeros = w_ih.new_zeros(len(w_hh))
    reference("rnn").rnn_cell_step(x, h, w_ih, w_hh, zeros, zeros)


def _sum(x, h, w_ih, w_hh, b_ih, b_hh):
    _checked(x, h, w_ih, w_hh)
    return x @ w_ih.t() + b_ih + h @ w_hh.t() + b_hh


@mistake("the state went through a sigmoid: it is a tanh")
def sigmoid(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.sigmoid(_sum(x, h, w_ih, w_hh, b_ih, b_hh))


@mistake("the state went through a ReLU: it is a tanh")
def relu(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.relu(_sum(x, h, w_ih, w_hh, b_ih, b_hh))


@mistake("tanh is written with exponentials that overflow for large sums: take torch.tanh")
def tanh_overflows(x, h, w_ih, w_hh, b_ih, b_hh):
    a = _sum(x, h, w_ih, w_hh, b_ih, b_hh)
    return (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())


@mistake("w_hh is not transposed: row i belongs to unit i of the new state")
def w_hh_not_transposed(x, h, w_ih, w_hh, b_ih, b_hh):
    return reference("rnn").rnn_cell_step(x, h, w_ih, w_hh.t(), b_ih, b_hh)


@mistake("w_ih is not transposed: it is (H, D), one row for each hidden unit")
def w_ih_not_transposed(x, h, w_ih, w_hh, b_ih, b_hh):
    _checked(x, h, w_ih, w_hh)
    return torch.tanh(x @ w_ih + b_ih + h @ w_hh.t() + b_hh)


@mistake("w_ih is reshaped to (D, H): a reshape is no transpose")
def w_ih_reshaped(x, h, w_ih, w_hh, b_ih, b_hh):
    _checked(x, h, w_ih, w_hh)
    return torch.tanh(x @ w_ih.reshape(x.shape[1], -1) + b_ih + h @ w_hh.t() + b_hh)


@mistake("b_hh is left out: there are two biases")
def one_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(_sum(x, h, w_ih, w_hh, b_ih, 0 * b_hh))


@mistake("b_ih is left out: there are two biases")
def no_input_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(_sum(x, h, w_ih, w_hh, 0 * b_ih, b_hh))


@mistake("both biases are left out")
def no_biases(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(_sum(x, h, w_ih, w_hh, 0 * b_ih, 0 * b_hh))


@mistake("the old state is left out: the step depends on x and h")
def state_ignored(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(_sum(x, 0 * h, w_ih, w_hh, b_ih, b_hh))


@mistake("two tanhs are added: add the two sums, then take one tanh")
def two_tanhs(x, h, w_ih, w_hh, b_ih, b_hh):
    _checked(x, h, w_ih, w_hh)
    return torch.tanh(x @ w_ih.t() + b_ih) + torch.tanh(h @ w_hh.t() + b_hh)


@mistake("the old state is added once more: this is no residual network")
def old_state_added(x, h, w_ih, w_hh, b_ih, b_hh):
    return reference("rnn").rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh) + h


@mistake("the two products are multiplied: add them")
def multiplied(x, h, w_ih, w_hh, b_ih, b_hh):
    _checked(x, h, w_ih, w_hh)
    return torch.tanh((x @ w_ih.t() + b_ih) * (h @ w_hh.t() + b_hh))


@mistake("the old state is detached: gradients flow back through h to earlier steps")
def state_detached(x, h, w_ih, w_hh, b_ih, b_hh):
    return reference("rnn").rnn_cell_step(x, h.detach(), w_ih, w_hh, b_ih, b_hh)


@mistake("the result left the graph: .data, detach() or no_grad cuts all gradients")
def detached(x, h, w_ih, w_hh, b_ih, b_hh):
    return reference("rnn").rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh).detach()


@mistake("the shape of h is not checked: raise a ValueError about h, torch broadcasts (1, H)")
def state_not_checked(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.t() + b_ih + h @ w_hh.t() + b_hh)


@mistake("only the last axis of h is checked: a batch of another size is refused, too")
def batch_of_the_state_not_checked(x, h, w_ih, w_hh, b_ih, b_hh):
    if h.shape[-1] != len(w_hh):
        raise ValueError("h")
    return state_not_checked(x, h, w_ih, w_hh, b_ih, b_hh)


@mistake("the state is changed in place: return a new one")
def state_in_place(x, h, w_ih, w_hh, b_ih, b_hh):
    right = reference("rnn").rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh)
    h.data.copy_(right.data)
    return right
