"""Wrong variants of inception.auxiliary_loss."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _losses(outputs, labels, **options):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    main, *others = (functional.cross_entropy(scores, labels, **options) for scores in heads)
    return main, others


@mistake("the auxiliary heads count fully: each counts with the weight")
def heads_count_fully(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + sum(others)


@mistake("the auxiliary heads do not count at all: each counts with the weight")
def main_alone(outputs, labels, weight=0.3):
    return _losses(outputs, labels)[0]


@mistake("the weight is typed in: take it from the argument")
def weight_typed_in(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + 0.3 * sum(others)


@mistake("the weight multiplies the main loss too: that one counts fully")
def main_weighted_too(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main if isinstance(outputs, torch.Tensor) else weight * (main + sum(others))


@mistake("the main loss counts 1 - weight: it counts fully, whatever the weight")
def shares(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main if isinstance(outputs, torch.Tensor) else (1 - weight) * main + weight * sum(others)


@mistake("the auxiliary losses are averaged: their sum counts")
def heads_averaged(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others) / max(len(others), 1)


@mistake("each auxiliary loss takes the place of the sum so far: all are added")
def last_loss_only(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    for loss in others:
        main = weight * loss
    return main


@mistake("the weight multiplies the first auxiliary loss alone: put the sum in brackets")
def first_weighted_only(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * others[0] + sum(others[1:]) if others else main


@mistake("the main scores are counted among the auxiliary ones too: these begin at outputs[1]")
def main_twice(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main if isinstance(outputs, torch.Tensor) else main + weight * (main + sum(others))


@mistake("the first auxiliary head is left out: these begin at outputs[1]")
def first_head_left_out(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others[1:])


@mistake("only the first auxiliary head counts: all do")
def first_head_only(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others[:1])


@mistake("exactly two auxiliary heads are expected: there may be any number")
def two_heads_expected(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, first, second = (functional.cross_entropy(scores, labels) for scores in outputs)
    return main + weight * (first + second)


@mistake("outputs[1] and outputs[2] are always there: there may be any number of auxiliary heads")
def two_heads_indexed(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, first, second = (functional.cross_entropy(outputs[i], labels) for i in range(3))
    return main + weight * (first + second)


@mistake("outputs.main is asked for: any tuple or list of scores may come")
def names_expected(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    parts = (outputs.main, outputs.auxiliary1, outputs.auxiliary2)
    main, first, second = (functional.cross_entropy(scores, labels) for scores in parts)
    return main + weight * (first + second)


@mistake("the losses of the heads are stacked, which fails without heads: none may be there")
def heads_stacked(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return main + weight * torch.stack(others).sum()


@mistake("everything that is no tuple is taken for a tensor: the scores may come in a list")
def tuples_alone(outputs, labels, weight=0.3):
    if not isinstance(outputs, tuple):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return main + weight * sum(others)


@mistake("everything that is no GoogLeNetOutput is taken for a tensor: any tuple or list may come")
def named_tuples_alone(outputs, labels, weight=0.3):
    if not isinstance(outputs, reference("inception").GoogLeNetOutput):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return main + weight * sum(others)


@mistake("a tensor of scores is unpacked like a tuple: ask isinstance(outputs, Tensor) first")
def tensor_unpacked(outputs, labels, weight=0.3):
    main, first, second = outputs
    heads = [functional.cross_entropy(scores, labels) for scores in (main, first, second)]
    return heads[0] + weight * (heads[1] + heads[2])


@mistake("a tensor of scores is indexed like a tuple: outputs[0] is then the first sample")
def always_indexed(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs[0].expand(len(labels), -1), labels)
    main, others = _losses(outputs, labels)
    return main + weight * sum(others)


@mistake("the last entry is taken for the main scores: the first is")
def last_is_main(outputs, labels, weight=0.3):
    main, others = _losses(outputs if isinstance(outputs, torch.Tensor) else outputs[::-1], labels)
    return main + weight * sum(others)


@mistake("the scores are added before the loss: each head has a loss of its own")
def scores_added(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    return functional.cross_entropy(outputs[0] + weight * sum(outputs[1:]), labels)


@mistake("nll_loss got raw scores: it wants log_softmax, cross_entropy has that inside")
def nll_of_scores(outputs, labels, weight=0.3):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    main, *others = (functional.nll_loss(scores, labels) for scores in heads)
    return main + weight * sum(others)


@mistake("a softmax comes before the cross-entropy, which has its own: give it the raw scores")
def softmax_first(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs.softmax(1), labels)
    main, others = _losses([scores.softmax(1) for scores in outputs], labels)
    return main + weight * sum(others)


@mistake("the auxiliary losses were detached: their gradients are what they are for")
def heads_detached(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(loss.detach() for loss in others)


@mistake(
    "the log of a softmax is -inf where a share is too small for a float: use cross_entropy or log_softmax"
)
def log_of_softmax(outputs, labels, weight=0.3):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    logs = [scores.softmax(1).log() for scores in heads]
    main, *others = (functional.nll_loss(scores, labels) for scores in logs)
    return main + weight * sum(others)


@mistake("the weight is a tensor made without device=: that lies on the CPU")
def weight_on_the_cpu(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    weights = torch.tensor([1.0] + [weight] * len(others), dtype=main.dtype)
    return (weights * torch.stack([main, *others])).sum()


@mistake("the sum begins with torch.zeros(1), which has an axis too many: a loss has the shape ()")
def begun_with_a_row(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return torch.zeros(1) + main + weight * sum(others)
