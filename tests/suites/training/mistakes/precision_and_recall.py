"""Wrong variants of training.precision_and_recall."""

import torch

from grader.suite import mistake, reference


def _right(scores, labels, threshold):
    return reference("training").precision_and_recall(scores, labels, threshold)


def _made(precision, recall, f1):
    """A named tuple, as the reference makes it."""
    made = _right(torch.ones(1), torch.ones(1, dtype=torch.int64), 0.0)
    return made._replace(precision=precision, recall=recall, f1=f1)


def _judged(alarms, true):
    hits, raised, wanted = (alarms & true).sum().item(), alarms.sum().item(), true.sum().item()
    precision, recall = hits / raised if raised else 0.0, hits / wanted if wanted else 0.0
    total = precision + recall
    return _made(precision, recall, 2 * precision * recall / total if total else 0.0)


@mistake("precision and recall are exchanged: precision divides by the alarms, recall by the samples of label 1")
def exchanged(scores, labels, threshold):
    precision, recall, f1 = _right(scores, labels, threshold)
    return _made(recall, precision, f1)


@mistake("a score that equals the threshold raised no alarm: at least the threshold does")
def above_the_threshold(scores, labels, threshold):
    return _judged(scores > threshold, labels == 1)


@mistake("the samples of label 0 were judged: alarms are about label 1")
def of_label_zero(scores, labels, threshold):
    return _judged(scores < threshold, labels == 0)


@mistake("alarms were raised below the threshold")
def alarms_below(scores, labels, threshold):
    return _judged(scores < threshold, labels == 1)


@mistake("the accuracy stands in the place of precision")
def accuracy_for_precision(scores, labels, threshold):
    right = _right(scores, labels, threshold)
    return _made(((scores >= threshold) == (labels == 1)).float().mean().item(), right.recall, right.f1)


@mistake("recall divides by all samples: only those of label 1 count")
def recall_of_all(scores, labels, threshold):
    right = _right(scores, labels, threshold)
    hits = ((scores >= threshold) & (labels == 1)).sum().item()
    return _made(right.precision, hits / len(labels), right.f1)


@mistake("precision divides by all samples: only alarms count")
def precision_of_all(scores, labels, threshold):
    right = _right(scores, labels, threshold)
    hits = ((scores >= threshold) & (labels == 1)).sum().item()
    return _made(hits / len(labels), right.recall, right.f1)


@mistake("recall is the share of the false alarms among label 0")
def false_alarm_rate(scores, labels, threshold):
    right = _right(scores, labels, threshold)
    zeros = labels == 0
    return _made(right.precision, ((scores >= threshold) & zeros).sum().item() / max(zeros.sum().item(), 1), right.f1)


@mistake("f1 is the plain mean of both: it is 2 P R / (P + R), which is small where one of them is")
def arithmetic_mean(scores, labels, threshold):
    right = _right(scores, labels, threshold)
    return _made(right.precision, right.recall, (right.precision + right.recall) / 2)


@mistake("the 2 of f1 is missing: with precision and recall 1 it is 1")
def without_the_two(scores, labels, threshold):
    right = _right(scores, labels, threshold)
    return _made(right.precision, right.recall, right.f1 / 2)


@mistake("a share with nothing below it came out as 1.0: it is 0.0")
def one_for_nothing(scores, labels, threshold):
    right = _right(scores, labels, threshold)
    alarms, wanted = (scores >= threshold).any(), (labels == 1).any()
    return _made(right.precision if alarms else 1.0, right.recall if wanted else 1.0, right.f1)


@mistake("divided by 0 where nothing is there: the share is 0.0 then")
def divided_by_zero(scores, labels, threshold):
    hits = ((scores >= threshold) & (labels == 1)).sum()
    precision, recall = hits / (scores >= threshold).sum(), hits / (labels == 1).sum()
    return _made(precision.item(), recall.item(), (2 * precision * recall / (precision + recall)).item())


@mistake("the threshold was taken for 0.5, whatever was given")
def always_half(scores, labels, threshold):
    return _right(scores, labels, 0.5)


@mistake("the scores went through a sigmoid first: they are compared as they are")
def through_a_sigmoid(scores, labels, threshold):
    return _right(scores.sigmoid(), labels, threshold)
