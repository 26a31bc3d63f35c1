"""Wrong variants of rnn.train_names."""

import torch

from grader.suite import Loop, mistake, reference, wrong_loops


def _net(labels, letters=26, kinds=None):
    return reference("rnn").NameClassifier(letters, 16, 24, int(labels.max()) + 1 if kinds is None else kinds)


def _sgd(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


def _loop(
    names, labels, generator, epochs=6, batch_size=20, lr=0.3,
    net=_net, optimizer=_sgd, lengths=lambda lengths, longest: lengths,
):  # fmt: skip
    model, run = net(labels).to(labels.device), reference("rnn").NamesRun
    tokens, sizes = (part.to(labels.device) for part in reference("rnn")._batch_of(names))
    return Loop(
        model, lambda rows: ((tokens[rows], lengths(sizes[rows], tokens.shape[1])), labels[rows]), optimizer,
        len(names), generator, epochs, batch_size, lr, 0.3, run,
    )  # fmt: skip


def _wrong(given, options, **parts):
    return _loop(*given, **options, **parts).run()


globals().update(
    wrong_loops(
        _loop, "loss_after_the_step", "tensors_for_losses", "labels_never_shuffled", "summed_loss", "lr_typed_in",
        "untrained_net",
    )  # fmt: skip
)


@mistake("the lengths of a batch are in another order than its names")
def lengths_apart(*given, **options):
    return _wrong(given, options, lengths=lambda sizes, longest: sizes.roll(1))


@mistake("all names of a batch get the length of the longest: the padding is read as letters")
def reads_the_padding(*given, **options):
    return _wrong(given, options, lengths=torch.full_like)


@mistake("the descent has no momentum: it is 0.9")
def no_momentum(*given, **options):
    return _wrong(given, options, optimizer=torch.optim.SGD)


@mistake("the optimizer is Adam: it is SGD with momentum 0.9")
def adam(*given, **options):
    return _wrong(given, options, optimizer=torch.optim.Adam)


@mistake("batch_size is not used: a batch has that many names")
def fixed_batch_size(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _loop(names, labels, generator, epochs, 20, lr).run()


@mistake("letters are numbered by those that the names have: they are places in the alphabet")
def letters_of_these_names(names, *rest, **options):
    number = {letter: i for i, letter in enumerate(sorted(set("".join(names))))}
    changed = ["".join(chr(ord("a") + number[letter]) for letter in name) for name in names]
    return _wrong((changed, *rest), options)


@mistake("letters are numbered from 1: a is 0")
def letters_from_one(names, *rest, **options):
    changed = ["".join(chr(ord("a") + (ord(letter) - ord("a") + 1) % 26) for letter in name) for name in names]
    return _wrong((changed, *rest), options)


@mistake("the net has a row for padding: there are 26 letters")
def a_row_for_padding(*given, **options):
    return _wrong(given, options, net=lambda labels: _net(labels, letters=27))


@mistake("there are always twelve scores: K is the largest label plus 1")
def twelve_classes(*given, **options):
    return _wrong(given, options, net=lambda labels: _net(labels, kinds=12))
