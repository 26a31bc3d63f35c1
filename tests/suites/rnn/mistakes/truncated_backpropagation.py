"""Wrong variants of rnn.truncated_backpropagation."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _loss(logits, targets):
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _detached(hidden):
    return reference("rnn").detach_hidden(hidden)


def _pieces(tokens, length):
    return list(zip(tokens[:, :-1].split(length, 1), tokens[:, 1:].split(length, 1), strict=True))


def _read(model, x, hidden):
    return model(x, hidden)


def _train(model, pieces, optimizer, carry=_detached, loss_of=_loss, read=_read):
    """The right loop, but for what is given."""
    model.train()
    hidden, losses = None, []
    for x, y in pieces:
        logits, hidden = read(model, x, carry(hidden))
        loss = loss_of(logits, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("the state starts anew at every piece: its values go on from one to the next")
def forgets_between_pieces(model, tokens, length, optimizer):
    return _train(model, _pieces(tokens, length), optimizer, carry=lambda hidden: None)


@mistake("the state is not detached: the second backward runs into the graph of the piece before")
def not_detached(model, tokens, length, optimizer):
    return _train(model, _pieces(tokens, length), optimizer, carry=lambda hidden: hidden)


@mistake("detached at every token: within a piece the gradient goes through all its steps")
def detached_at_every_token(model, tokens, length, optimizer):
    def read(model, x, hidden):
        logits = []
        for token in x.split(1, 1):
            scores, hidden = model(token, _detached(hidden))
            logits.append(scores)
        return torch.cat(logits, 1), hidden

    return _train(model, _pieces(tokens, length), optimizer, read=read)


@mistake("the whole text was read with one graph and one step: a step for each piece, cut in between")
def one_graph_for_everything(model, tokens, length, optimizer):
    model.train()
    hidden, losses = None, []
    for x, y in _pieces(tokens, length):
        logits, hidden = model(x, hidden)
        losses.append(_loss(logits, y))
    optimizer.zero_grad()
    torch.stack(losses).mean().backward()
    optimizer.step()
    return [loss.item() for loss in losses]


@mistake("one step at the end: the optimizer steps after every piece")
def one_step_at_the_end(model, tokens, length, optimizer):
    model.train()
    hidden, losses = None, []
    optimizer.zero_grad()
    for x, y in _pieces(tokens, length):
        logits, hidden = model(x, _detached(hidden))
        loss = _loss(logits, y)
        loss.backward()
        losses.append(loss.item())
    optimizer.step()
    return losses


@mistake("the targets are not shifted: the target of a token is the one after it")
def targets_not_shifted(model, tokens, length, optimizer):
    pieces = [(x, x) for x, _ in _pieces(tokens, length)]
    return _train(model, pieces, optimizer)


@mistake("shifted the wrong way: a network that has read a token is to name the next one, not the one before")
def shifted_the_wrong_way(model, tokens, length, optimizer):
    pieces = [(y, x) for x, y in _pieces(tokens, length)]
    return _train(model, pieces, optimizer)


@mistake("cut first, shifted within each piece: the last token of a piece is never read")
def cut_before_shifting(model, tokens, length, optimizer):
    parts = [part for part in tokens.split(max(length, 2), 1) if part.shape[1] > 1]
    return _train(model, [(part[:, :-1], part[:, 1:]) for part in parts], optimizer)


@mistake("the last piece was dropped because it is shorter")
def last_piece_dropped(model, tokens, length, optimizer):
    pieces = _pieces(tokens, length)
    whole = [piece for piece in pieces if piece[0].shape[1] == length]
    return _train(model, whole, optimizer)


@mistake("zero_grad is missing: a piece adds its gradient to those before")
def without_zero_grad(model, tokens, length, optimizer):
    model.train()
    hidden, losses = None, []
    for x, y in _pieces(tokens, length):
        logits, hidden = model(x, _detached(hidden))
        loss = _loss(logits, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("the losses of a piece were added: the mean over its tokens is asked for")
def sum_over_tokens(model, tokens, length, optimizer):
    def loss_of(logits, y):
        return functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum")

    return _train(model, _pieces(tokens, length), optimizer, loss_of=loss_of)


@mistake("reshape(N, V, L) mixes tokens and scores: flatten N and L, or exchange two axes")
def reshaped_to_classes_first(model, tokens, length, optimizer):
    def loss_of(logits, y):
        n, t, v = logits.shape
        return functional.cross_entropy(logits.reshape(n, v, t), y)

    return _train(model, _pieces(tokens, length), optimizer, loss_of=loss_of)


@mistake("only tensors are detached: an LSTM's hidden state is a pair")
def tensors_only(model, tokens, length, optimizer):
    def carry(hidden):
        return None if hidden is None else hidden.detach()

    return _train(model, _pieces(tokens, length), optimizer, carry=carry)


@mistake("the state is zeros of its old values: detach() keeps the values and cuts the graph")
def carried_zeros(model, tokens, length, optimizer):
    def carry(hidden):
        if isinstance(hidden, tuple):
            return tuple(carry(part) for part in hidden)
        return None if hidden is None else torch.ones_like(hidden)

    return _train(model, _pieces(tokens, length), optimizer, carry=carry)


@mistake("the losses are tensors: item() makes floats")
def tensors_for_losses(model, tokens, length, optimizer):
    return [torch.tensor(loss) for loss in _train(model, _pieces(tokens, length), optimizer)]


@mistake("the model stayed in the mode it came in: call model.train()")
def mode_as_it_came(model, tokens, length, optimizer):
    training = model.training
    hook = model.register_forward_pre_hook(lambda module, _: module.train(training) and None)
    losses = _train(model, _pieces(tokens, length), optimizer)
    hook.remove()
    model.train(training)
    return losses


@mistake("the network computes in evaluation mode: a training is done in training mode")
def evaluates_while_training(model, tokens, length, optimizer):
    hook = model.register_forward_pre_hook(lambda module, _: module.eval() and None)
    losses = _train(model, _pieces(tokens, length), optimizer)
    hook.remove()
    model.train()
    return losses


@mistake("pieces are one step too long: a piece has `length` steps, its tokens are length + 1")
def one_step_too_long(model, tokens, length, optimizer):
    return _train(model, _pieces(tokens, length + 1), optimizer)


@mistake("the state was carried over on the CPU: detach() leaves it on its device")
def carried_over_the_cpu(model, tokens, length, optimizer):
    def carry(hidden):
        if isinstance(hidden, tuple):
            return tuple(carry(part) for part in hidden)
        return None if hidden is None else hidden.detach().cpu()

    return _train(model, _pieces(tokens, length), optimizer, carry=carry)
