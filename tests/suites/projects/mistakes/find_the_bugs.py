"""Wrong variants of projects.find_the_bugs: each planted mistake left alone, and others that are made while mending."""

import copy
import itertools

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _script(*left):
    """Return the script in which these mistakes are left."""

    def script(model, x, y, x_val, y_val, generator, epochs, batch_size=16, lr=0.01):
        m, s = (x.mean(), x.std(correction=0)) if "whole" in left else (x.mean(0), x.std(0, correction=0))
        s = x.std(0) if "sample" in left else s
        by = (x_val.mean(0), x_val.std(0, correction=0)) if "scale" in left else (m, s)
        x, x_val = (x if "raw" in left else (x - m) / s), (x_val - by[0]) / by[1]
        parameters = list(model.parameters())[-2:] if "some" in left else list(model.parameters())
        optimizer = torch.optim.Adam(parameters, lr=lr)
        order = torch.randperm(len(x), generator=generator) if "order" in left else None
        losses, accuracies, best, batches = [], [], {}, 0
        for epoch in range(epochs):
            model.train()
            total = 0.0
            rows_of = torch.randperm(len(x), generator=generator) if order is None else order
            for rows in rows_of.to(x.device).split(batch_size):
                at = batches if "batches" in left else epoch + ("early" in left)
                for group in optimizer.param_groups:
                    group["lr"] = lr if "constant" in left else lr * 0.5 ** (at // 5 + ("start" in left))
                batches += 1
                scores = model(x[rows])
                scores = scores.relu() if "relu" in left else scores.softmax(1) if "softmax" in left else scores
                loss = functional.cross_entropy(scores, y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * (1 if "means" in left else len(rows))
            losses.append(total / (len(rows_of.split(batch_size)) if "means" in left else len(x)))
            if "mode" not in left:
                model.eval()
            with torch.no_grad():
                chosen = model(x_val).argmax(1)
            labels = y_val[:, None] if "pairs" in left else y_val
            accuracies.append((chosen == labels).double().mean().item())
            earlier = max(accuracies[:-1], default=-1.0)
            if accuracies[-1] > earlier or ("last" in left and accuracies[-1] == earlier):
                best = model.state_dict() if "alias" in left else copy.deepcopy(model.state_dict())
        if "parameters" in left:
            keys = dict(model.named_parameters())
            best = {key: best[key] if key in keys else value for key, value in model.state_dict().items()}
        model.load_state_dict(best)
        return reference("projects").Found(losses, accuracies)

    return script


LEFT = {
    "scale": "x_val has numbers of its own: it is moved and divided by those of x",
    "order": "the order is drawn once: each epoch has its own",
    "some": "the optimizer has only some parameters: it gets all of the model",
    "relu": "a ReLU cuts the scores at 0 before the cross-entropy, which takes raw scores",
    "batches": "the learning rate follows the number of batches: it follows the number of the epoch",
    "mode": "the validation runs in training mode: dropout and batch norm see it",
    "pairs": "each prediction is compared with each label: (M,) against (M, 1) broadcasts",
    "alias": "the last weights stay: the best were kept without a copy, or not put back",
    "softmax": "a softmax stands before the cross-entropy, which takes raw scores",
    "raw": "x itself was never standardised: only x_val was",
    "whole": "one mean and one deviation for the whole table: each column has its own",
    "sample": "the deviation divides by N - 1: it divides by N",
    "constant": "the learning rate stays as it is: it is halved after five epochs",
    "early": "the number of the epoch begins at 1: the first is 0",
    "start": "the rate is halved where the number of the epoch divides by 5, so in the first one too",
    "means": "the loss of an epoch is a mean over batches: weight each by its size",
    "last": "of equally good epochs the last was kept: it is the first",
    "parameters": "only the parameters were put back: buffers belong to the best epoch too",
}

for _name, _sentence in LEFT.items():
    globals()[f"left_{_name}"] = mistake(_sentence)(_script(_name))

PLANTED = ("scale", "order", "some", "relu", "batches", "mode", "pairs", "alias")
for _two in (*itertools.combinations(PLANTED, 2), ("mode", "last")):
    _sentence = ", and ".join(LEFT[_name].partition(":")[0].partition(" before")[0] for _name in _two)
    globals()[f"left_{_two[0]}_and_{_two[1]}"] = mistake(_sentence)(_script(*_two))


@mistake("the accuracies are tensors: they are floats")
def tensors_for_floats(*arguments, **options):
    losses, accuracies = _script()(*arguments, **options)
    return reference("projects").Found(losses, [torch.tensor(each) for each in accuracies])


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(*arguments, **options):
    return tuple(_script()(*arguments, **options))
