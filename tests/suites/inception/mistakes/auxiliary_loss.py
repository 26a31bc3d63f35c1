"""Wrong variants of inception.auxiliary_loss."""

import torch
from torch.nn import functional

from grader.suite import mistake


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


@mistake("the weight multiplies the main loss too: it counts fully")
def main_weighted_too(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return weight * (main + sum(others)) if others else main


@mistake("the weight went to the main loss, and the auxiliary ones count fully: it is the other way round")
def weights_turned_round(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return weight * main + sum(others) if others else main


@mistake("the main loss counts 1 - weight: it counts fully, whatever the weight")
def shares(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (1 - weight) * main + weight * sum(others) if others else main


@mistake("the auxiliary losses are averaged: their sum counts")
def heads_averaged(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others) / max(len(others), 1)


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


@mistake("a tensor of scores is taken for a tuple: in evaluation there is one output, and no tuple around it")
def tensor_taken_for_a_tuple(outputs, labels, weight=0.3):
    main, *others = (functional.cross_entropy(scores, labels) for scores in outputs)
    return main + weight * sum(others)


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


@mistake("the losses are summed over the samples: take the mean")
def summed_over_samples(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels, reduction="sum")
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


@mistake("a Python float comes back: .item() leaves the graph; return the tensor")
def float_for_tensor(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (main + weight * sum(others)).item()


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
