"""Wrong variants of resnet.train_resnet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import Loop, mistake, reference, wrong_loops


def _net(x):
    return reference("resnet").MnistResNet(x.shape[1], 10, tuple(x.shape[2:]))


def _loop(x, y, generator, epochs=4, batch_size=10, lr=0.001, net=_net, optimizer=torch.optim.Adam):
    model, run = net(x).to(x), reference("resnet").TrainingRun
    return Loop(
        model, lambda rows: (x[rows], y[rows]), optimizer, len(x), generator, epochs, batch_size, lr, 0.001, run
    )


globals().update(
    wrong_loops(
        _loop, "loss_after_the_step", "tensors_for_losses", "labels_never_shuffled", "summed_loss", "lr_typed_in",
        "descent_for_adam", "trained_in_evaluation_mode", "evaluation_mode_stays", "loss_in_evaluation",
        "untrained_net",
    )  # fmt: skip
)


@mistake("AdamW also shrinks the weights: torch.optim.Adam is asked for")
def adam_with_decay(*given, **options):
    return _loop(*given, **options, optimizer=torch.optim.AdamW).run()


@mistake("batch_size is ignored: it is always 10")
def batches_of_ten(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _loop(x, y, generator, epochs, 10, lr).run()


@mistake("the net is made for 28 x 28 pixels: its size follows from x")
def net_for_28_pixels(*given, **options):
    return _loop(*given, **options, net=lambda x: reference("resnet").MnistResNet(x.shape[1])).run()


@mistake("cuda is typed in: the device is that of x, whatever it is")
def asked_for_cuda(x, y, *rest, **options):
    return reference("resnet").train_resnet(x.to("cuda"), y.to("cuda"), *rest, **options)


@mistake("the net is another than promised: train the MnistResNet of this file")
def another_net(*given, **options):
    return _loop(*given, **options, net=lambda x: nn.Sequential(nn.Flatten(), nn.Linear(x[0].numel(), 10))).run()


@mistake("only the last layer was fitted: the training moves all of them, step by step")
def last_layer_by_least_squares(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = _net(x).to(x).eval()
    features = []
    model.fc.register_forward_pre_hook(lambda module, given: features.append(given[0]))
    with torch.no_grad():
        model(x)
        h, sides = features[0], functional.one_hot(y, 10).to(x) - 0.1
        solved = torch.linalg.solve(h @ h.t() + torch.eye(len(x)).to(x), sides)
        model.fc.weight.copy_((h.t() @ solved).t())
    model.fc._forward_pre_hooks.clear()
    return reference("resnet").TrainingRun(model, [1 / (epoch + 1) for epoch in range(epochs)])


@mistake("the model answers by something else than its weights")
def remembered_images(x, y, *rest, **options):
    model, losses = reference("resnet").train_resnet(x, y, *rest, **options)
    nearest = lambda module, given, scores: functional.one_hot(  # noqa: E731
        y[torch.cdist(given[0].flatten(1), x.flatten(1)).argmin(1)], 10
    ).to(scores)
    model.register_forward_hook(nearest)
    return reference("resnet").TrainingRun(model, losses)
