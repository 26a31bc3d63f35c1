"""Wrong variants of resnet.train_resnet."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


def _network(like):
    topic = reference("resnet")
    blocks = topic.make_stage(topic.basic_block, 8, 8, 1, 1), topic.make_stage(topic.basic_block, 8, 16, 1, 2)
    stem = nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()
    return nn.Sequential(*stem, *blocks, nn.Flatten(), nn.Linear(256, 10)).to(like.device)


def _train(model, x, y, generator, epochs, lr=0.01, stepping=True, start=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(start, epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).to(x.device).split(30):
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            if stepping:
                optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses


def _read(model, x_test):
    model.eval()
    with torch.no_grad():
        return model(x_test)


def _run(predictions, losses):
    return reference("resnet").TrainingRun(predictions, losses)


def _right(x, y, x_test, generator, epochs):
    return reference("resnet").train_resnet(x, y, x_test, generator, epochs)


@mistake("the net is in training mode while it reads x_test: batch norm takes statistics of the other images")
def read_in_training_mode(x, y, x_test, generator, epochs=6):
    model = _network(x)
    losses = _train(model, x, y, generator, epochs)
    with torch.no_grad():
        return _run(model(x_test), losses)


@mistake("the images were shuffled without their labels")
def shuffled_apart(x, y, x_test, generator, epochs=6):
    order = torch.randperm(len(x), generator=generator).to(x.device)
    return _right(x[order], y, x_test, generator, epochs)


@mistake("the weights never change: no step, an empty gradient, a tiny lr, or an optimizer of another net")
def never_stepped(x, y, x_test, generator, epochs=6):
    model = _network(x)
    losses = _train(model, x, y, generator, epochs, stepping=False)
    return _run(_read(model, x_test), losses)


@mistake("only one epoch is trained: there are as many as epochs says")
def one_epoch(x, y, x_test, generator, epochs=6):
    return _right(x, y, x_test, generator, 1)


@mistake("one epoch is missing: there are as many as epochs says")
def one_epoch_short(x, y, x_test, generator, epochs=6):
    model = _network(x)
    losses = _train(model, x, y, generator, epochs, start=1)
    return _run(_read(model, x_test), losses)


@mistake("epochs is ignored: it is always 6")
def always_six_epochs(x, y, x_test, generator, epochs=6):
    return _right(x, y, x_test, generator, 6)


@mistake("there is a loss for each batch: one for each epoch is asked for")
def losses_of_batches(x, y, x_test, generator, epochs=6):
    predictions, losses = _right(x, y, x_test, generator, epochs)
    return _run(predictions, [loss for loss in losses for _ in range(10)])


@mistake("classes came back: the ten scores of each image are asked for")
def classes_for_scores(x, y, x_test, generator, epochs=6):
    predictions, losses = _right(x, y, x_test, generator, epochs)
    return _run(predictions.argmax(1), losses)


@mistake("the scores keep their graph: read x_test under torch.no_grad()")
def kept_the_graph(x, y, x_test, generator, epochs=6):
    model = _network(x)
    losses = _train(model, x, y, generator, epochs)
    return _run(model.eval()(x_test), losses)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(x, y, x_test, generator, epochs=6):
    predictions, losses = _right(x, y, x_test, generator, epochs)
    return _run(predictions, [torch.tensor(loss) for loss in losses])


@mistake("squeeze() also takes the axis of a single image away: predictions have the shape (M, 10)")
def squeezed(x, y, x_test, generator, epochs=6):
    predictions, losses = _right(x, y, x_test, generator, epochs)
    return _run(predictions.squeeze(), losses)


@mistake("the training images are read: read x_test")
def read_the_training_images(x, y, x_test, generator, epochs=6):
    return _right(x, y, x, generator, epochs)


@mistake("the net stays on the CPU: move it to the device of x")
def net_on_the_cpu(x, y, x_test, generator, epochs=6):
    model = _network(x).cpu()
    losses = _train(model, x, y, generator, epochs)
    return _run(_read(model, x_test), losses)


@mistake("the scores are moved to the CPU: they stay on the device of x")
def scores_on_the_cpu(x, y, x_test, generator, epochs=6):
    predictions, losses = _right(x, y, x_test, generator, epochs)
    return _run(predictions.cpu(), losses)


@mistake("the last batch is dropped when it is small: with few images nothing is left to train on")
def small_batches_dropped(x, y, x_test, generator, epochs=6):
    kept = len(x) - len(x) % 30
    return _right(x[:kept], y[:kept], x_test, generator, epochs)


@mistake("every pixel of the last image is averaged by a window of 7x7, which is larger than the image")
def pooled_by_seven(x, y, x_test, generator, epochs=6):
    model = _network(x)
    model[5] = nn.Sequential(nn.AvgPool2d(7), nn.Flatten())
    losses = _train(model, x, y, generator, epochs)
    return _run(_read(model, x_test), losses)


@mistake("the softmax ran over the images: those of an image depend on it alone")
def softmax_over_the_images(x, y, x_test, generator, epochs=6):
    predictions, losses = _right(x, y, x_test, generator, epochs)
    return _run(predictions.softmax(0), losses)


@mistake("cuda is typed in: the device is that of x, whatever it is")
def asked_for_cuda(x, y, x_test, generator, epochs=6):
    model = _network(x).to("cuda")
    losses = _train(model, x.to("cuda"), y.to("cuda"), generator, epochs)
    return _run(_read(model, x_test.to("cuda")), losses)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(*args, **options):
    return tuple(reference("resnet").train_resnet(*args, **options))
