"""Wrong variants of rnn.fix_padded_score, as they are left by who found some of its mistakes, and others."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _made(loss, accuracy):
    return reference("rnn").PaddedScore(loss, accuracy)


def _score(scores, targets, lengths, *left):
    """Score with these mistakes left in."""
    t, n, v = scores.shape
    valid = torch.arange(t, device=scores.device) < lengths.unsqueeze(1)
    rows = (scores if "order" in left else scores.transpose(0, 1)).reshape(n * t, v)
    answers = targets.reshape(n * t)
    real = valid.reshape(n * t)
    if "loss" in left:
        loss = functional.cross_entropy(rows, answers)
    else:
        loss = functional.cross_entropy(rows[real], answers[real])
    right = (rows.argmax(1) == answers) & real
    return _made(loss, right.sum().item() / (n * t if "share" in left else int(real.sum())))


@mistake("the scores have the time first and the targets the text: reshape puts rows of other tokens beside them")
def other_order(scores, targets, lengths):
    return _score(scores, targets, lengths, "order")


@mistake("the padding counts in the loss: only tokens before the end of their text do")
def padding_in_the_loss(scores, targets, lengths):
    return _score(scores, targets, lengths, "loss")


@mistake("the accuracy is divided by all N T places: divide by the number of real tokens")
def padding_in_the_share(scores, targets, lengths):
    return _score(scores, targets, lengths, "share")


@mistake("the padding is told by the token 0, which is a real token too: the lengths say where a text ends")
def zeros_are_ignored(scores, targets, lengths):
    rows = scores.transpose(0, 1).flatten(0, 1)
    answers = targets.flatten()
    real = answers != 0
    loss = functional.cross_entropy(rows, answers, ignore_index=0)
    return _made(loss, ((rows.argmax(1) == answers) & real).sum().item() / max(1, int(real.sum())))


@mistake("the loss is the mean over texts of their own means: every token counts the same")
def mean_of_means(scores, targets, lengths):
    right = reference("rnn").fix_padded_score
    texts = [n for n in range(len(lengths)) if lengths[n] > 0]
    parts = [right(scores[:, n : n + 1], targets[n : n + 1], lengths[n : n + 1]) for n in texts]
    return _made(torch.stack([part.loss for part in parts]).mean(), sum(part.accuracy for part in parts) / len(parts))


@mistake("the loss is divided by all N T places: divide by the number of real tokens")
def loss_over_all_places(scores, targets, lengths):
    score = reference("rnn").fix_padded_score(scores, targets, lengths)
    return _made(score.loss * lengths.sum() / targets.numel(), score.accuracy)


@mistake("one step too many counts as real: t < lengths[n], not <=")
def one_step_too_many(scores, targets, lengths):
    return reference("rnn").fix_padded_score(scores, targets, (lengths + 1).clamp(max=len(scores)))


@mistake("the losses were added and not divided: the mean is asked for")
def sum_for_mean(scores, targets, lengths):
    score = reference("rnn").fix_padded_score(scores, targets, lengths)
    return _made(score.loss * lengths.sum(), score.accuracy)


@mistake("a padding place that is named right counts in the accuracy")
def padding_named_right(scores, targets, lengths):
    score = reference("rnn").fix_padded_score(scores, targets, lengths)
    hits = (scores.transpose(0, 1).argmax(2) == targets).sum().item()
    return _made(score.loss, hits / int(lengths.sum()))


@mistake("a plain tuple came back: a named tuple of loss and accuracy is asked for")
def plain_tuple(scores, targets, lengths):
    return tuple(reference("rnn").fix_padded_score(scores, targets, lengths))
