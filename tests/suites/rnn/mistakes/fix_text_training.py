"""Wrong variants of rnn.fix_text_training, as they are left by who found some of its mistakes, and others."""

import torch
from torch.nn import functional

from grader.suite import mistake


def _train(model, tokens, epochs, batch_size, lr, generator, *left):
    """Train with these mistakes left in."""
    if "mode" not in left:
        model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    if "backwards" in left:
        inputs, targets = targets, inputs
    if "wrapped" in left:
        inputs, targets = tokens, tokens.roll(-1, 1)
    hidden, losses, order = None, [], torch.arange(len(tokens))
    for epoch in range(epochs):
        if epoch == 0 or "once" not in left:
            order = torch.randperm(len(tokens), generator=None if "global" in left else generator)
        if "unshuffled" in left:
            order = torch.arange(len(tokens))
        x_all = inputs[order.to(tokens.device)]
        inputs = x_all if "drift" in left else inputs
        y_all = targets if "pairs" in left else targets[order.to(tokens.device)]
        total, count = 0.0, 0
        for x, y in zip(x_all.split(batch_size), y_all.split(batch_size), strict=True):
            if len(x) < batch_size and "last" in left:
                continue
            logits, hidden = model(x, hidden if "state" in left else None)
            hidden = hidden.detach()
            if "kept" not in left:
                optimizer.zero_grad()
            loss = functional.cross_entropy(logits.flatten(0, 1), y.flatten())
            loss.backward()
            optimizer.step()
            weight = 1 if "batches" in left else len(x)
            total, count = total + loss.item() * weight, count + weight
        losses.append(total / max(1, count))
    return losses


@mistake("inputs and targets are exchanged: the network is asked for the token before, not for the next one")
def asks_for_the_token_before(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "backwards")


@mistake("the inputs are shuffled and the targets are not: take the same texts for both")
def targets_of_other_texts(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "pairs")


@mistake("the inputs alone are shuffled, anew in each epoch: take the same texts for both, in the order that is drawn")
def inputs_drift_away(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "pairs", "drift")


@mistake("the state goes on from batch to batch, to texts that have nothing to do with it: start with None")
def state_carried_over(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "state")


@mistake("the token before is asked for, and the targets are those of other texts")
def backwards_and_pairs(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "backwards", "pairs")


@mistake("roll brings the first token after the last one: there is nothing to ask for after the last token")
def rolled_targets(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "wrapped")


@mistake("the texts are not shuffled: each epoch takes a new random order")
def not_shuffled(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "unshuffled")


@mistake("the order is drawn once: each epoch takes a new one")
def one_order_for_all_epochs(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "once")


@mistake("the generator is not used: the orders come from torch's global random state")
def generator_ignored(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "global")


@mistake("the last, smaller batch is left out")
def last_batch_left_out(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "last")


@mistake("the gradients are never emptied: those of earlier batches count again")
def old_gradients_kept(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "kept")


@mistake("the loss of an epoch is the mean over batches: a smaller batch counts less")
def mean_over_batches(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "batches")


@mistake("the model stays in the mode that it came in: train() it")
def mode_not_set(model, tokens, epochs, batch_size, lr, generator):
    return _train(model, tokens, epochs, batch_size, lr, generator, "mode")
