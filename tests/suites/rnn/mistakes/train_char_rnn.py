"""Wrong variants of rnn.train_char_rnn."""

import torch
from torch.nn import functional

from grader.suite import mistake


def _loss(logits, targets):
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _train(model, inputs, targets, steps, loss_of=_loss, optimizer=None, forward=None, zero=True):
    """The right loop, but for what is given."""
    model.train()
    losses, forward = [], forward or (lambda: model(inputs)[0])
    for _ in range(steps):
        loss = loss_of(forward(), targets)
        if zero:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _adam(model, lr):
    return torch.optim.Adam(model.parameters(), lr=lr)


@mistake("reshape(N, V, T) mixes tokens and scores: flatten N and T, or exchange two axes")
def reshaped_to_classes_first(model, inputs, targets, steps, lr):
    def loss_of(logits, targets):
        n, t, v = logits.shape
        return functional.cross_entropy(logits.reshape(n, v, t), targets)

    return _train(model, inputs, targets, steps, loss_of, _adam(model, lr))


@mistake("(N, T, V) went into cross_entropy as it is: the classes are looked for on axis 1")
def classes_on_axis_1(model, inputs, targets, steps, lr):
    return _train(model, inputs, targets, steps, functional.cross_entropy, _adam(model, lr))


@mistake("scores were flattened with the time first, targets with the batch first: tokens change places")
def flattened_in_two_orders(model, inputs, targets, steps, lr):
    def loss_of(logits, targets):
        return functional.cross_entropy(logits.transpose(0, 1).flatten(0, 1), targets.flatten())

    return _train(model, inputs, targets, steps, loss_of, _adam(model, lr))


@mistake("the hidden state went on from step to step: every step reads the sequences from their beginning")
def hidden_carried_on(model, inputs, targets, steps, lr):
    hidden = None

    def forward():
        nonlocal hidden
        logits, state = model(inputs, hidden)
        hidden = state.detach()
        return logits

    return _train(model, inputs, targets, steps, _loss, _adam(model, lr), forward)


@mistake("one sequence goes on with the state of the one before: they have nothing to do with one another")
def hidden_carried_between_sequences(model, inputs, targets, steps, lr):
    def forward():
        hidden, logits = None, []
        for sequence in inputs:
            scores, hidden = model(sequence.unsqueeze(0), hidden)
            logits.append(scores)
        return torch.cat(logits)

    return _train(model, inputs, targets, steps, _loss, _adam(model, lr), forward)


@mistake("the hidden state is detached at every token: no gradient goes back in time")
def detached_at_every_token(model, inputs, targets, steps, lr):
    def forward():
        hidden, logits = None, []
        for token in inputs.unbind(1):
            scores, hidden = model(token.unsqueeze(1), hidden)
            hidden = hidden.detach()
            logits.append(scores)
        return torch.cat(logits, 1)

    return _train(model, inputs, targets, steps, _loss, _adam(model, lr), forward)


@mistake("the targets were shifted by one: they already are the answers to the tokens")
def shifted_targets(model, inputs, targets, steps, lr):
    def loss_of(logits, targets):
        if targets.shape[1] < 2:
            return _loss(logits, targets)
        return _loss(logits[:, :-1], targets[:, 1:])

    return _train(model, inputs, targets, steps, loss_of, _adam(model, lr))


@mistake("the inputs themselves are taken for the targets")
def inputs_for_targets(model, inputs, targets, steps, lr):
    return _train(model, inputs, inputs, steps, _loss, _adam(model, lr))


@mistake("only the last step's scores are compared: every token has its target")
def last_step_only(model, inputs, targets, steps, lr):
    def loss_of(logits, targets):
        return functional.cross_entropy(logits[:, -1], targets[:, -1])

    return _train(model, inputs, targets, steps, loss_of, _adam(model, lr))


@mistake("the losses were added over the tokens: the mean over all N * T is asked for")
def sum_over_tokens(model, inputs, targets, steps, lr):
    def loss_of(logits, targets):
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")

    return _train(model, inputs, targets, steps, loss_of, _adam(model, lr))


@mistake("the losses of the time steps were added: the mean over all N * T tokens is asked for")
def sum_over_time(model, inputs, targets, steps, lr):
    def loss_of(logits, targets):
        return _loss(logits, targets) * targets.shape[1]

    return _train(model, inputs, targets, steps, loss_of, _adam(model, lr))


@mistake("softmax before cross_entropy: it wants the scores themselves")
def softmax_twice(model, inputs, targets, steps, lr):
    def loss_of(logits, targets):
        return _loss(logits.softmax(-1), targets)

    return _train(model, inputs, targets, steps, loss_of, _adam(model, lr))


@mistake("zero_grad is missing: each step adds the gradients of all steps before")
def without_zero_grad(model, inputs, targets, steps, lr):
    return _train(model, inputs, targets, steps, _loss, _adam(model, lr), zero=False)


@mistake("a new optimizer for every step forgets its moments: make it once, before the loop")
def new_optimizer_each_step(model, inputs, targets, steps, lr):
    return [_train(model, inputs, targets, 1, _loss, _adam(model, lr))[0] for _ in range(steps)]


@mistake("this is plain gradient descent: Adam is asked for")
def plain_descent(model, inputs, targets, steps, lr):
    return _train(model, inputs, targets, steps, _loss, torch.optim.SGD(model.parameters(), lr=lr))


@mistake("lr is not handed on: Adam runs with its default")
def default_rate(model, inputs, targets, steps, lr):
    return _train(model, inputs, targets, steps, _loss, _adam(model, 1e-3))


@mistake("the model stayed in the mode it came in: call model.train()")
def mode_as_it_came(model, inputs, targets, steps, lr):
    training = model.training
    hook = model.register_forward_pre_hook(lambda module, _: module.train(training) and None)
    losses = _train(model, inputs, targets, steps, _loss, _adam(model, lr))
    hook.remove()
    model.train(training)
    return losses


@mistake("a first hidden state was made on the CPU: leave it out, or give it the device of the model")
def hidden_on_the_cpu(model, inputs, targets, steps, lr):
    def forward():
        size, dtype = model.rnn.hidden_size, model.linear.weight.dtype
        return model(inputs, torch.zeros(1, len(inputs), size, dtype=dtype))[0]

    return _train(model, inputs, targets, steps, _loss, _adam(model, lr), forward)
