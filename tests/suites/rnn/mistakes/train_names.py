"""Wrong variants of rnn.train_names."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


def _right(names, labels, test_names, generator):
    return reference("rnn").train_names(names, labels, test_names, generator)


def _run(predictions, losses):
    return reference("rnn").NamesRun(predictions, losses)


def _model(labels):
    return reference("rnn").NameClassifier(26, 16, 24, int(labels.max()) + 1)


def _train(model, tokens, lengths, labels, generator, trained=None, epochs=6):
    optimizer = torch.optim.Adam((trained or model).parameters(), lr=0.02)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(labels), generator=generator).split(40):
            loss = functional.cross_entropy(model(tokens[rows], lengths[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(labels))
    return losses


def _batches(names, labels):
    return [part.to(labels.device) for part in reference("rnn")._batch_of(names)]


def _whole(names, labels, test_names, generator, model, **options):
    model = model.to(labels.device)
    losses = _train(model, *_batches(names, labels), labels, generator, **options)
    with torch.no_grad():
        return _run(model(*_batches(test_names, labels)), losses)


@mistake("the names were shuffled without their labels")
def shuffled_apart(names, labels, test_names, generator):
    order = torch.randperm(len(names), generator=generator).tolist()
    return _right([names[i] for i in order], labels, test_names, generator)


@mistake("the test names were sorted by length: their scores belong into the order in which they came")
def left_sorted(names, labels, test_names, generator):
    return _right(names, labels, sorted(test_names, key=len, reverse=True), generator)


@mistake("classes came back: the K scores of each name are asked for")
def classes_for_scores(names, labels, test_names, generator):
    predictions, losses = _right(names, labels, test_names, generator)
    return _run(predictions.argmax(1), losses)


@mistake("the training names are scored: score test_names")
def scored_the_training_names(names, labels, test_names, generator):
    return _right(names, labels, names, generator)


@mistake("the optimizer was made for another model than the one that is trained and used")
def trained_another_model(names, labels, test_names, generator):
    return _whole(
        names, labels, test_names, generator, _model(labels), trained=_model(labels).to(labels.device)
    )


@mistake("a single pass over the names: two epochs at least are asked for")
def one_epoch(names, labels, test_names, generator):
    return _whole(names, labels, test_names, generator, _model(labels), epochs=1)


@mistake("there are always twelve scores: K is the number of languages in labels")
def twelve_classes(names, labels, test_names, generator):
    model = reference("rnn").NameClassifier(26, 16, 24, 12)
    return _whole(names, labels, test_names, generator, model)


@mistake("each row of scores went through a softmax over the names: those of a name depend on it alone")
def softmax_over_the_names(names, labels, test_names, generator):
    predictions, losses = _right(names, labels, test_names, generator)
    return _run(predictions.softmax(0), losses)


class _ReadsPadding(nn.Module):
    """Without packing: the padding of the batch is read as letters."""

    def __init__(self, labels):
        super().__init__()
        self.inner = _model(labels)

    def forward(self, tokens, lengths):
        h_n = self.inner.gru(self.inner.embedding(tokens))[1]
        return self.inner.linear(torch.cat([h_n[0], h_n[1]], 1))


@mistake("the padding is read as letters: a name's scores then depend on the longest name beside it")
def reads_the_padding(names, labels, test_names, generator):
    return _whole(names, labels, test_names, generator, _ReadsPadding(labels))


@mistake("only the letters of the training names got numbers: test names have others, too")
def letters_of_training_only(names, labels, test_names, generator):
    number = {letter: i for i, letter in enumerate(sorted(set("".join(names))))}
    letters = "abcdefghijklmnopqrstuvwxyz"
    changed = ["".join(letters[number[letter]] for letter in name) for name in [*names, *test_names]]
    return _right(changed[: len(names)], labels, changed[len(names) :], generator)


@mistake("the predictions keep their graph: predict under torch.no_grad()")
def kept_the_graph(names, labels, test_names, generator):
    model = _model(labels).to(labels.device)
    losses = _train(model, *_batches(names, labels), labels, generator)
    return _run(model(*_batches(test_names, labels)), losses)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(names, labels, test_names, generator):
    predictions, losses = _right(names, labels, test_names, generator)
    return _run(predictions, [torch.tensor(loss) for loss in losses])


@mistake("squeeze() takes the axis of a single name away: predictions have the shape (M, K)")
def squeezed_everything(names, labels, test_names, generator):
    predictions, losses = _right(names, labels, test_names, generator)
    return _run(predictions.squeeze(), losses)


@mistake("the model stays on the CPU: move it to the device of labels before the optimizer is made")
def model_on_the_cpu(names, labels, test_names, generator):
    model = _model(labels)
    losses = _train(model, *_batches(names, labels), labels, generator)
    with torch.no_grad():
        return _run(model(*_batches(test_names, labels)), losses)


@mistake("everything was brought to the CPU: the model trains on the device of labels")
def trained_on_the_cpu(names, labels, test_names, generator):
    return _right(names, labels.cpu(), test_names, generator)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(names, labels, test_names, generator):
    return tuple(_right(names, labels, test_names, generator))
