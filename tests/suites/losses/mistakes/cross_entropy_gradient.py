"""Wrong variants of losses.cross_entropy_gradient."""

import torch

from grader.suite import mistake, reference


@mistake("the factor 1 / N is missing: the loss is a mean over the samples")
def not_divided_by_samples(logits, labels):
    return reference("losses").cross_entropy_gradient(logits, labels) * len(labels)


@mistake("divided by N * K: the loss is a mean over N samples")
def divided_by_classes_too(logits, labels):
    return reference("losses").cross_entropy_gradient(logits, labels) / logits.shape[1]


@mistake("the sign is turned: it is softmax minus one-hot")
def turned_sign(logits, labels):
    return -reference("losses").cross_entropy_gradient(logits, labels)


@mistake("the one-hot was not subtracted: this is the softmax divided by N")
def one_hot_forgotten(logits, labels):
    return reference("losses").softmax(logits.detach(), 1) / len(labels)


@mistake("only the entry of the label has a gradient here: the other scores enter through the sum too")
def only_the_label(logits, labels):
    gradient = reference("losses").cross_entropy_gradient(logits, labels)
    column = labels.unsqueeze(1)
    return torch.zeros_like(gradient).scatter(1, column, gradient.gather(1, column))


@mistake("1 was subtracted at every label in every row: pair row n with label n")
def every_label_in_every_row(logits, labels):
    gradient = reference("losses").softmax(logits.detach(), 1)
    gradient[:, labels] -= 1
    return gradient / len(labels)


@mistake("the softmax ran over the batch: normalise over the classes, axis 1")
def softmax_over_batch(logits, labels):
    right = reference("losses").cross_entropy_gradient(logits, labels) * len(labels)
    scores = logits.detach()
    change = reference("losses").softmax(scores, 0) - reference("losses").softmax(scores, 1)
    return (right + change) / len(labels)


@mistake("the softmax overflows: subtract the maximum of each row first")
def no_shift(logits, labels):
    right = reference("losses").cross_entropy_gradient(logits, labels)
    exponentials = logits.detach().exp()
    shifted = reference("losses").softmax(logits.detach(), 1)
    return right + (exponentials / exponentials.sum(1, keepdim=True) - shifted) / len(labels)


@mistake("the result still hangs in the graph of the logits: detach them first")
def still_in_the_graph(logits, labels):
    right = reference("losses").cross_entropy_gradient(logits, labels)
    change = reference("losses").softmax(logits, 1) / len(labels)
    return right + (change - change.detach())


@mistake("the one-hot was made on the CPU: make it on the device of the logits")
def one_hot_on_the_cpu(logits, labels):
    one_hot = torch.eye(logits.shape[1], dtype=logits.dtype).index_select(0, labels)
    return (reference("losses").softmax(logits.detach(), 1) - one_hot) / len(labels)


@mistake("the logits were changed in place: detach gives no copy, it shares their memory")
def changed_logits_in_place(logits, labels):
    right = reference("losses").cross_entropy_gradient(logits, labels)
    scores = logits.detach()
    scores -= scores.amax(1, keepdim=True)
    return right


@mistake("the code asks for cuda, which is not everywhere: compute on the device of logits")
def asked_for_cuda(logits, labels):
    return reference("losses").cross_entropy_gradient(logits, labels).cuda()
