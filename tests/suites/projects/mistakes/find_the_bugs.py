"""Wrong variants of projects.find_the_bugs: each planted mistake left alone, and others that are made while mending."""

import copy

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _scaled(left, x, x_val):
    """Return x and x_val, standardised."""
    rows = torch.cat([x, x_val]) if "joint" in left else x
    m, s = (rows.mean(), rows.std(correction=0)) if "whole" in left else (rows.mean(0), rows.std(0, correction=0))
    s = x.std(0) if "sample" in left else s
    by = (x_val.mean(0), x_val.std(0, correction=0)) if "scale" in left else (0, 1) if "raw_val" in left else (m, s)
    return x if "raw" in left else (x - m) / s, (x_val - by[0]) / by[1]


def _rate(left, epoch, batches, lr, last):
    """Return the learning rate of a batch, where `last` is that of the batch before."""
    at = batches if "batches" in left else epoch + ("early" in left) - ("late" in left and epoch > 0)
    if "compound" in left:
        return last if batches and epoch == 0 else last * 0.5 ** (epoch // 5)
    return lr if "constant" in left else lr * 0.5 ** (at // 5 + ("start" in left))


def _told(left, each, n):
    """Return the loss of an epoch."""
    if "last_batch" in left:
        return each[-1][0]
    if "means" in left:
        return sum(loss for loss, _ in each) / len(each)
    total = sum(loss * (1 if "unweighted" in left else rows) for loss, rows in each)
    return total / (1 if "sum" in left else n)


def _script(*left):
    """Return the script in which these mistakes are left."""

    def script(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
        trained = copy.deepcopy(model) if "copy" in left else model
        x, x_val = _scaled(left, x, x_val)
        parameters = list(trained.parameters())[-2:] if "some" in left else list(trained.parameters())
        optimizer = torch.optim.Adam(parameters, lr=lr)
        order = torch.randperm(len(x), generator=generator) if "order" in left else None
        losses, accuracies, batches, shuffled = [], [], 0, None
        best = copy.deepcopy(trained.state_dict()) if "first" in left else {}
        trained.train()
        for epoch in range(epochs):
            if "once" not in left:
                trained.train("evaluation" not in left)
            if "adam" in left:
                optimizer = torch.optim.Adam(parameters, lr=lr)
            each = []
            source = None if "generator" in left else generator
            rows_of = torch.randperm(len(x), generator=source) if order is None else order
            if "again" in left:
                rows_of = shuffled = rows_of if shuffled is None else shuffled[rows_of]
            for group in optimizer.param_groups:
                group["lr"] = _rate(left, epoch, 0, lr, group["lr"])
            for rows in rows_of.to(x.device).split(batch_size):
                if "small" in left and len(rows) < batch_size:
                    continue
                if "batches" in left:
                    optimizer.param_groups[0]["lr"] = _rate(left, epoch, batches, lr, lr)
                batches += 1
                scores = trained(x[rows])
                scores = scores.relu() if "relu" in left else scores.softmax(1) if "softmax" in left else scores
                loss = functional.cross_entropy(scores, y[rows])
                if "gradients" not in left:
                    optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                each.append((loss.item(), len(rows)))
            losses.append(_told(left, each, len(x)))
            accuracies.append(_accuracy(left, trained, *((x, y) if "train_rows" in left else (x_val, y_val))))
            earlier = max(accuracies[:-1], default=0.0 if {"zero", "first"} & {*left} else -1.0)
            if accuracies[-1] > earlier or ("last" in left and accuracies[-1] == earlier):
                best = trained.state_dict() if "alias" in left else copy.deepcopy(trained.state_dict())
        if "parameters" in left:
            keys = dict(trained.named_parameters())
            best = {key: best[key] if key in keys else value for key, value in trained.state_dict().items()}
        if best:
            trained.load_state_dict(best)
        return reference("projects").Found(losses, accuracies)

    return script


def _accuracy(left, model, x_val, y_val):
    """Return the share of rows that are read right."""
    if "mode" not in left:
        model.eval()
    with torch.set_grad_enabled("graph" in left):
        parts = x_val.split(2) if "parts" in left else [x_val]
        chosen = torch.cat([model(part) for part in parts]).argmax(1)
    right = (chosen == (y_val[:, None] if "pairs" in left else y_val)).double()
    return right.mean().item()


LEFT = {
    "scale": "x_val has numbers of its own: it is moved and divided by those of x",
    "order": "the order is drawn once: each epoch has its own",
    "again": "each epoch shuffles what the one before had shuffled: its order is one of the rows as they came",
    "some": "the optimizer has only some parameters: it gets all of the model",
    "relu": "a ReLU cuts the scores at 0 before the cross-entropy, which takes raw scores",
    "batches": "the learning rate follows the number of batches: it follows the number of the epoch",
    "mode": "the validation runs in training mode: dropout and batch norm see it",
    "pairs": "each prediction is compared with each label: (M,) against (M, 1) broadcasts",
    "alias": "the last weights stay: the best were kept without a copy, not put back, or replaced in a worse epoch",
    "softmax": "a softmax stands before the cross-entropy, which takes raw scores",
    "raw": "x itself was never standardised: only x_val was",
    "raw_val": "x_val stays as it is: it is moved and divided by the numbers that x had before",
    "joint": "mean and deviation are those of x and x_val together: x_val has no say in them",
    "whole": "one mean and one deviation for the whole table: each column has its own",
    "sample": "the deviation divides by N - 1: it divides by N",
    "constant": "the learning rate stays as it is, for seven epochs at least: it is halved after five",
    "early": "the number of the epoch begins at 1: the first is 0",
    "late": "the rate of an epoch is set after it: it is set before its first batch",
    "compound": "the rate of an epoch is made from the last rate: it is made from lr",
    "start": "the rate is halved where the number of the epoch divides by 5, so in the first one too",
    "generator": "the order comes from torch's own generator: take the one that is given",
    "small": "the last batch is dropped when it is small: it counts too",
    "gradients": "the gradients of earlier batches are added: call zero_grad() before each backward",
    "once": "training mode is set before the first epoch alone: the validation ends it",
    "evaluation": "the model is trained in evaluation mode: dropout and batch norm have to see the training",
    "adam": "each epoch has a new Adam: what it remembers of earlier steps is lost",
    "means": "the loss of an epoch is a mean over batches: weight each by its size",
    "unweighted": "the means of the batches are added and divided by N: weight each by its size",
    "sum": "the loss of an epoch is the sum over its samples: it is their mean",
    "last_batch": "the loss of an epoch is that of its last batch: it is the mean over all samples",
    "graph": "the validation builds a graph: it runs under torch.no_grad()",
    "parts": "x_val is read in parts: the model sees all of it in one call",
    "train_rows": "the accuracy is that of the rows that were trained on: those of x_val count",
    "zero": "an epoch counts as the best only with an accuracy above 0: the first one counts with 0 too",
    "first": "where no row is read right the first weights come back: an epoch counts with an accuracy of 0 too",
    "last": "of equally good epochs the last was kept: it is the first",
    "parameters": "only the parameters were put back: buffers belong to the best epoch too",
    "copy": "a copy of the model is trained: the one that was given is",
}

for _name, _sentence in LEFT.items():
    globals()[f"left_{_name}"] = mistake(_sentence)(_script(_name))


@mistake("the accuracies are tensors: they are floats")
def tensors_for_floats(*arguments, **options):
    losses, accuracies = _script()(*arguments, **options)
    return reference("projects").Found(losses, [torch.tensor(each) for each in accuracies])


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(*arguments, **options):
    return tuple(_script()(*arguments, **options))
