"""Wrong variants of projects.digits_mlp."""

import torch

from grader.suite import Loop, mistake, reference, wrong_loops


def _loop(x, y, generator, epochs=10, batch_size=20, lr=0.003, widths=(128, 10), activation=torch.relu):
    model, run = reference("projects").MLP((x.shape[1], *widths), activation).to(x), reference("projects").Run
    return Loop(
        model, lambda rows: (x[rows], y[rows]), torch.optim.Adam, len(x), generator, epochs, batch_size, lr, 0.003, run
    )


globals().update(
    wrong_loops(
        _loop, "gradients_of_the_epoch", "one_step_an_epoch", "relu_of_the_scores", "summed_loss",
        "labels_never_shuffled", "order_of_an_order", "optimizer_of_each_batch",
        "descent_for_adam", "lr_left_out", "lr_typed_in", "full_size_for_all", "best_weights",
        "loss_after_the_step", "tensors_for_losses", "untrained_net",
    )  # fmt: skip
)


def _right(*args, **options):
    return reference("projects").digits_mlp(*args, **options)


@mistake("the net computes in float32: it takes the dtype of x")
def net_in_float32(x, *rest, **options):
    return _right(x.float(), *rest, **options)


@mistake("the pixels are standardised before the training: the net is to read x as it is")
def standardised(x, *rest, **options):
    return _right((x - x.mean()) / x.std(), *rest, **options)


@mistake("the net stays on the CPU: it goes where x is")
def net_on_the_cpu(x, y, *rest, **options):
    return _right(x.cpu(), y.cpu(), *rest, **options)


@mistake("the hidden layer has another width: it is 128")
def narrow(*args, **options):
    return _loop(*args, widths=(64, 10), **options).run()


@mistake("there is a score for each label up to the largest of y: there are 10")
def so_many_scores_as_labels(x, y, *rest, **options):
    return _loop(x, y, *rest, widths=(128, int(y.max()) + 1), **options).run()


@mistake("the activation is tanh: torch.relu is asked for")
def tanh_for_relu(*args, **options):
    return _loop(*args, activation=torch.tanh, **options).run()


@mistake("the activation is a sigmoid: torch.relu is asked for")
def sigmoid_for_relu(*args, **options):
    return _loop(*args, activation=torch.sigmoid, **options).run()


@mistake("the optimizer has the last layer alone: it gets all parameters of the net")
def last_layer_alone(*args, **options):
    loop = _loop(*args, **options)
    loop.optimizer = lambda parameters, lr: torch.optim.Adam(loop.model.layers[1].parameters(), lr=lr)
    return loop.run()
