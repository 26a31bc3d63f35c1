"""Wrong ways to write labels as rows."""

import torch

from grader.suite import mistake, reference


def _right(labels, num_classes):
    return reference("tensors").one_hot(labels, num_classes)


@mistake("the width was taken from the largest label; classes that do not occur have a column too")
def width_from_the_labels(labels, num_classes):
    _right(labels, num_classes)
    return _right(labels, int(labels.max()) + 1 if labels.numel() else num_classes)


@mistake("there is one column too many: arange(num_classes) ends before num_classes")
def one_class_too_many(labels, num_classes):
    _right(labels, num_classes)
    return _right(labels, num_classes + 1)


@mistake("the range was checked with min and max, which do not exist where there are no labels")
def extremes_of_nothing(labels, num_classes):
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError("labels must be from 0 to num_classes - 1")
    return _right(labels, num_classes)


@mistake("the rows are float; int64 is asked for")
def float_rows(labels, num_classes):
    return _right(labels, num_classes).float()


@mistake("the comparison was returned as it is, as bool; int64 is asked for")
def bool_rows(labels, num_classes):
    return _right(labels, num_classes).bool()


@mistake("a negative label counts from the end in silence; it must raise ValueError")
def negative_labels_wrap(labels, num_classes):
    if (labels >= num_classes).any():
        raise ValueError("labels must be below num_classes")
    return torch.eye(num_classes, dtype=torch.int64, device=labels.device)[labels]


@mistake("labels out of range become rows of zeros in silence; they must raise ValueError")
def zero_rows_out_of_range(labels, num_classes):
    classes = torch.arange(num_classes, device=labels.device)
    return (labels.unsqueeze(-1) == classes).long()


@mistake("the classes came first and the labels second: the result is transposed")
def classes_first(labels, num_classes):
    return _right(labels, num_classes).movedim(-1, 0)


@mistake("every axis of size 1 was squeezed away, a batch of one label too")
def squeezed(labels, num_classes):
    return _right(labels, num_classes).squeeze()


@mistake("a Python loop does what one operation on the whole tensor can do")
def python_loop(labels, num_classes):
    rows = torch.zeros_like(_right(labels, num_classes)).reshape(-1, num_classes)
    for row, label in enumerate(labels.reshape(-1)):
        rows[row, label] = 1
    return rows.reshape(*labels.shape, num_classes)


@mistake("the rows were created on the CPU, wherever the labels are")
def created_on_the_cpu(labels, num_classes):
    return _right(labels.cpu(), num_classes)


@mistake("the classes were put on axis 1, which is the last one only for a plain list of labels")
def classes_on_axis_one(labels, num_classes):
    _right(labels, num_classes)
    return (labels.unsqueeze(1) == torch.arange(num_classes, device=labels.device)).long()


@mistake("torch's own one_hot was called")
def called_torch(labels, num_classes):
    _right(labels, num_classes)
    return torch.nn.functional.one_hot(labels, num_classes)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of labels")
def asked_for_cuda(labels, num_classes):
    return reference("tensors").one_hot(labels, num_classes).cuda()


@mistake("the numbers went through numpy, which knows no device: stay with torch")
def through_numpy(labels, num_classes):
    return torch.from_numpy(reference("tensors").one_hot(labels, num_classes).numpy())


@mistake("a tensor is made without device=: it lies on the CPU, and labels of an accelerator cannot meet it")
def made_without_device(labels, num_classes):
    _right(labels, num_classes)
    zeros = torch.zeros(*labels.shape, num_classes, dtype=torch.int64)
    return zeros.scatter_(-1, labels.unsqueeze(-1), 1)
