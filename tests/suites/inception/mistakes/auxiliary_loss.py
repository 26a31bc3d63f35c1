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


@mistake("the weight went to the main loss, and the auxiliary ones count fully: it is the other way round")
def weights_turned_round(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main if isinstance(outputs, torch.Tensor) else weight * main + sum(others)


@mistake("the main loss counts 1 - weight: it counts fully, whatever the weight")
def shares(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main if isinstance(outputs, torch.Tensor) else (1 - weight) * main + weight * sum(others)


@mistake("the auxiliary losses are averaged: their sum counts")
def heads_averaged(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others) / max(len(others), 1)


@mistake("the sum is divided by the number of heads: nothing is averaged over them")
def divided_by_heads(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (main + weight * sum(others)) / (1 + len(others))


@mistake("all heads are averaged and count alike: the main loss counts fully, the others with the weight")
def mean_of_all_heads(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (main + sum(others)) / (1 + len(others))


@mistake("the sum is divided by that of the weights: it is no average")
def divided_by_weights(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (main + weight * sum(others)) / (1 + weight * len(others))


@mistake("the weight is halved for each further head: each counts the same")
def weight_halved(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + sum(loss * weight / 2**i for i, loss in enumerate(others))


@mistake("the weight is multiplied with itself for each further head: each counts the same")
def powers_of_the_weight(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + sum(loss * weight ** (i + 1) for i, loss in enumerate(others))


@mistake("the weight grows with the number of the head: each counts the same")
def weight_times_number(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + sum(loss * weight * (i + 1) for i, loss in enumerate(others))


@mistake("the weight is squared: it stands before the sum once")
def weight_squared(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight**2 * sum(others)


@mistake("the auxiliary losses are divided by the weight: they are multiplied")
def divided_by_the_weight(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + sum(loss / weight for loss in others)


@mistake("the auxiliary losses are subtracted: they are added")
def heads_subtracted(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main - weight * sum(others)


@mistake("the losses are multiplied: they are added")
def losses_multiplied(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    for loss in others:
        main = main * weight * loss
    return main


@mistake("the weight multiplies the sum so far again and again: it multiplies each auxiliary loss once")
def sum_weighted_each_time(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    for loss in others:
        main = weight * (main + loss)
    return main


@mistake("the weight multiplies the sum so far, not the auxiliary loss")
def sum_so_far_weighted(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    for loss in others:
        main = weight * main + loss
    return main


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


@mistake("only the last auxiliary head counts: all do")
def last_head_only(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others[-1:])


@mistake("the last entry counts as main, and those from outputs[1] on as heads: the main scores come first")
def last_is_main_and_head(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    _, others = _losses(outputs, labels)
    return functional.cross_entropy(outputs[-1], labels) + weight * sum(others)


@mistake("scores alone are multiplied by the weight too: their loss counts fully")
def tensor_weighted(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return weight * main if isinstance(outputs, torch.Tensor) else main + weight * sum(others)


@mistake("scores alone count for all heads: a tensor of scores costs its cross-entropy")
def tensor_for_three(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (1 + 2 * weight) * main if isinstance(outputs, torch.Tensor) else main + weight * sum(others)


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


@mistake("the losses of the heads are stacked and averaged: their sum counts, and none may be there")
def heads_stacked_and_averaged(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return main + weight * torch.stack(others).mean()


@mistake("the sum of the heads is divided by their number, which may be 0: the sum counts")
def heads_averaged_by_number(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return main + weight * sum(others) / len(others)


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


@mistake("the auxiliary losses are summed over the samples: take the mean of each")
def heads_summed_over_samples(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return main + weight * sum(others) * len(labels)


@mistake("there is a loss for each sample: take the mean")
def not_reduced(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels, reduction="none")
    return main + weight * sum(others)


@mistake("the losses come back in a row, one for each head: add them up")
def losses_in_a_row(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return torch.stack([main, *(weight * loss for loss in others)])


@mistake("the scores of all heads are averaged before the loss: each head has a loss of its own")
def scores_averaged(outputs, labels, weight=0.3):
    scores = outputs if isinstance(outputs, torch.Tensor) else sum(outputs) / len(outputs)
    return functional.cross_entropy(scores, labels)


@mistake("nll_loss got raw scores: it wants log_softmax, cross_entropy has that inside")
def nll_of_scores(outputs, labels, weight=0.3):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    main, *others = (functional.nll_loss(scores, labels) for scores in heads)
    return main + weight * sum(others)


@mistake("nll_loss got shares: it wants their logarithm, as log_softmax gives it")
def nll_of_shares(outputs, labels, weight=0.3):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    main, *others = (functional.nll_loss(scores.softmax(1), labels) for scores in heads)
    return main + weight * sum(others)


@mistake("a small number is added to the shares before the log: it hides large losses; use cross_entropy")
def log_of_softmax_and_a_bit(outputs, labels, weight=0.3):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    main, *others = (functional.nll_loss((scores.softmax(1) + 1e-8).log(), labels) for scores in heads)
    return main + weight * sum(others)


@mistake("the softmax ran over the samples, axis 0: give cross_entropy the raw scores")
def softmax_over_samples(outputs, labels, weight=0.3):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    main, others = _losses([scores.softmax(0) for scores in heads], labels)
    return main + weight * sum(others)


@mistake("log_softmax ran over the samples, axis 0: it runs over the classes, axis 1")
def log_softmax_over_samples(outputs, labels, weight=0.3):
    heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
    main, *others = (functional.nll_loss(scores.log_softmax(0), labels) for scores in heads)
    return main + weight * sum(others)


@mistake("the labels are smoothed: the plain cross-entropy is asked for")
def labels_smoothed(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels, label_smoothing=0.1)
    return main + weight * sum(others)


@mistake("the heads get a squared error: each gets the cross-entropy")
def squared_error_of_heads(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    wanted = functional.one_hot(labels, outputs[0].shape[1]).to(outputs[0].dtype)
    main, _ = _losses(outputs[:1], labels)
    return main + weight * sum(functional.mse_loss(scores, wanted) for scores in outputs[1:])


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


@mistake("the main loss was detached: gradients flow into every head")
def main_detached(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main.detach() + weight * sum(others) if others else main


@mistake("the whole loss was detached: gradients flow into every head")
def all_detached(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (main + weight * sum(others)).detach()


@mistake("the weight is 1 where it is not given: the default is 0.3")
def default_of_1(outputs, labels, weight=1.0):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others)


@mistake("the weight is 0.4 where it is not given: the default is 0.3")
def default_of_4_tenths(outputs, labels, weight=0.4):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others)


@mistake("the weight is 0.5 where it is not given: the default is 0.3")
def default_of_a_half(outputs, labels, weight=0.5):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others)


@mistake("the sum begins with torch.zeros(1), which has an axis too many: a loss has the shape ()")
def begun_with_a_row(outputs, labels, weight=0.3):
    if isinstance(outputs, torch.Tensor):
        return functional.cross_entropy(outputs, labels)
    main, others = _losses(outputs, labels)
    return torch.zeros(1) + main + weight * sum(others)


@mistake("the weights stand in a tensor of shape (1,): a loss has the shape ()")
def weight_in_a_row(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + torch.tensor([weight]) * sum(others) if others else main


@mistake("a tuple comes back: the loss alone is asked for")
def tuple_returned(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main + weight * sum(others), main


@mistake("the loss is always float32: keep the dtype of the scores")
def always_float32(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (main + weight * sum(others)).float()


@mistake("the loss is moved to the CPU: it stays on the device of the scores")
def moved_to_the_cpu(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return (main + weight * sum(others)).cpu()


@mistake("a tuple of scores ends in a Python float: .item() leaves the graph; return the tensor")
def float_for_tuples(outputs, labels, weight=0.3):
    main, others = _losses(outputs, labels)
    return main if isinstance(outputs, torch.Tensor) else (main + weight * sum(others)).item()
