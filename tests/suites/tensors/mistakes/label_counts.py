"""Wrong ways to count labels."""

import torch

from grader.suite import mistake, reference


def _right(labels, num_classes):
    return reference("tensors").label_counts(labels, num_classes)


@mistake("`counts[labels] += 1` adds only 1 to a class that occurs several times; use index_add_")
def repeated_labels_counted_once(labels, num_classes):
    counts = torch.zeros_like(_right(labels, num_classes))
    counts[labels] += 1
    return counts


@mistake("the width was taken from the largest label; classes that do not occur count 0")
def width_from_the_labels(labels, num_classes):
    return _right(labels, int(labels.max()) + 1 if len(labels) else num_classes)


@mistake("classes that do not occur are left out, as unique leaves them out")
def left_out_absent_classes(labels, num_classes):
    counts = _right(labels, num_classes)
    return counts[counts > 0]


@mistake("the counts are float; int64 is asked for")
def float_counts(labels, num_classes):
    return _right(labels, num_classes).float()


@mistake("returned shares of the labels; the counts themselves are asked for")
def shares_for_counts(labels, num_classes):
    return _right(labels, num_classes) / max(len(labels), 1)


@mistake("a Python loop over the classes")
def loop_over_classes(labels, num_classes):
    return torch.stack([(labels == k).sum() for k in range(num_classes)])


@mistake("a Python loop over the labels")
def loop_over_labels(labels, num_classes):
    counts = torch.zeros_like(_right(labels, num_classes))
    for label in labels:
        counts[label] += 1
    return counts


@mistake("torch.bincount was called")
def called_bincount(labels, num_classes):
    return torch.bincount(labels, minlength=num_classes)


@mistake("the result was made on the CPU, or brought there: it belongs on the device of labels")
def result_on_the_cpu(labels, num_classes):
    return reference("tensors").label_counts(labels, num_classes).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of labels")
def asked_for_cuda(labels, num_classes):
    return reference("tensors").label_counts(labels, num_classes).cuda()


@mistake("the numbers went through numpy, which knows no device: stay with torch")
def through_numpy(labels, num_classes):
    return torch.from_numpy(reference("tensors").label_counts(labels, num_classes).numpy())


@mistake("a tensor is made without device=: it lies on the CPU, and labels of an accelerator cannot meet it")
def made_without_device(labels, num_classes):
    zeros = torch.zeros(num_classes, dtype=torch.int64)
    return zeros.scatter_add_(0, labels, torch.ones_like(labels))
