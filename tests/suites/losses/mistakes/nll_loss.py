"""Wrong variants of losses.nll_loss."""

import torch

from grader.suite import mistake, reference


@mistake("the minus sign is missing: a logarithm of a probability is at most 0, a loss at least 0")
def no_minus_sign(log_probs, labels, reduction="mean"):
    return -reference("losses").nll_loss(log_probs, labels, reduction)


@mistake("the logarithm was taken again: log_probs are logarithms already")
def logarithm_taken_twice(log_probs, labels, reduction="mean"):
    return reference("losses").nll_loss(log_probs.log(), labels, reduction)


@mistake("the probability was picked: do not take exp of log_probs")
def probability_for_logarithm(log_probs, labels, reduction="mean"):
    return reference("losses").nll_loss(log_probs.exp(), labels, reduction)


@mistake("the mean divided by N * K: divide by the number of labels")
def mean_over_classes_too(log_probs, labels, reduction="mean"):
    losses = reference("losses").nll_loss(log_probs, labels, reduction)
    return losses / log_probs.shape[1] if reduction == "mean" else losses


@mistake("the mean divided by N alone: every position of the further axes counts as a sample")
def mean_over_first_axis(log_probs, labels, reduction="mean"):
    losses = reference("losses").nll_loss(log_probs, labels, reduction)
    return losses * labels[0].numel() if reduction == "mean" else losses


@mistake("the axes were flattened with the classes not last: move axis 1 to the end before reshape(-1, K)")
def flattened_without_permuting(log_probs, labels, reduction="mean"):
    reference("losses").nll_loss(log_probs, labels, reduction)
    rows = log_probs.reshape(-1, log_probs.shape[1])
    losses = reference("losses").nll_loss(rows, labels.reshape(-1), "none")
    return reference("losses")._reduce(losses.reshape(labels.shape), reduction)


@mistake("each label was picked from every sample: log_probs[:, labels] is (N, N); pair row n with label n")
def every_label_of_every_sample(log_probs, labels, reduction="mean"):
    reference("losses").nll_loss(log_probs, labels, reduction)
    return reference("losses")._reduce(-log_probs[:, labels.reshape(-1)], reduction)


@mistake("a one-hot product multiplies 0 by -inf, which is nan: pick the entry with gather")
def one_hot_product(log_probs, labels, reduction="mean"):
    reference("losses").nll_loss(log_probs, labels, reduction)
    one_hot = torch.zeros_like(log_probs).scatter(1, labels.unsqueeze(1), 1.0)
    return reference("losses")._reduce(-(one_hot * log_probs).sum(1), reduction)


@mistake("a label of -1 counted from the end: refuse labels below 0")
def negative_labels_wrap(log_probs, labels, reduction="mean"):
    wrapped = torch.where(labels < 0, labels + log_probs.shape[1], labels)
    return reference("losses").nll_loss(log_probs, wrapped, reduction)


@mistake("there is a Python loop over the samples: pick all entries at once")
def loop_over_samples(log_probs, labels, reduction="mean"):
    reference("losses").nll_loss(log_probs, labels, reduction)
    parts = [
        reference("losses").nll_loss(log_probs[n : n + 1], labels[n : n + 1], "none")
        for n in range(len(labels))
    ]
    return reference("losses")._reduce(torch.cat(parts), reduction)


@mistake("the result was made on the CPU, or brought there: it belongs on the device of log_probs")
def result_on_the_cpu(log_probs, labels, reduction="mean"):
    return reference("losses").nll_loss(log_probs, labels, reduction).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of log_probs")
def asked_for_cuda(log_probs, labels, reduction="mean"):
    return reference("losses").nll_loss(log_probs, labels).cuda()
