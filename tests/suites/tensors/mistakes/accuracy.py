"""Wrong ways to count hits."""

import torch

from grader.suite import mistake, reference


def _right(scores, labels):
    return reference("tensors").accuracy(scores, labels)


@mistake("argmax ran down the batch (axis 0); the prediction of a row is its largest score along axis 1")
def argmax_over_the_batch(scores, labels):
    _right(scores, labels)
    best = scores.argmax(dim=0)
    count = min(len(best), len(labels))
    return (best[:count] == labels[:count]).sum().item() / len(labels)


@mistake("returned per cent; a share between 0 and 1 is asked for")
def per_cent(scores, labels):
    return 100 * _right(scores, labels)


@mistake("returned a tensor; a Python float is asked for")
def returned_a_tensor(scores, labels):
    _right(scores, labels)
    return (scores.argmax(dim=1) == labels).float().mean()


@mistake("returned the number of hits, not divided by N")
def counted_hits(scores, labels):
    return _right(scores, labels) * len(labels)


@mistake("integer division leaves 0 or 1")
def divided_as_integers(scores, labels):
    return float(round(_right(scores, labels) * len(labels)) // len(labels))


@mistake("divided by the number of classes, not of rows")
def divided_by_classes(scores, labels):
    return _right(scores, labels) * len(labels) / scores.shape[1]


@mistake("a label that ties with the largest score counts as a hit; only the first of equal scores does")
def ties_are_hits(scores, labels):
    _right(scores, labels)
    return (scores[torch.arange(len(labels)), labels] == scores.amax(dim=1)).double().mean().item()


@mistake("among equal scores the last class was taken; the first one counts")
def last_of_equal_scores(scores, labels):
    _right(scores, labels)
    best = scores.shape[1] - 1 - scores.flip(1).argmax(dim=1)
    return (best == labels).double().mean().item()


@mistake("labels of another shape are broadcast against the predictions, every row against every label")
def broadcast_labels(scores, labels):
    return (scores.argmax(dim=1) == labels).double().mean().item()


@mistake("torch's random generator was seeded anew, which changes every later draw of the program")
def seeded_anew(scores, labels):
    torch.manual_seed(0)
    return _right(scores, labels)


@mistake("a Python loop over the rows")
def loop_over_rows(scores, labels):
    _right(scores, labels)
    return sum(int(row.argmax() == label) for row, label in zip(scores, labels, strict=True)) / len(labels)


@mistake("the labels were compared with rounded scores, not with the place of the largest one")
def compared_scores_with_labels(scores, labels):
    _right(scores, labels)
    return (scores.amax(dim=1).round() == labels).double().mean().item()


@mistake("the predictions went through numpy, which knows no device: compare tensors, then take .item()")
def through_numpy(scores, labels):
    reference("tensors").accuracy(scores, labels)
    return float((scores.detach().argmax(1).numpy() == labels.numpy()).mean())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of scores")
def asked_for_cuda(scores, labels):
    reference("tensors").accuracy(scores, labels)
    return reference("tensors").accuracy(scores.cuda(), labels.cuda())
