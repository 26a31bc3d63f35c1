"""What the known mistakes of name_writer and tiny_gpt share: rows of names, their loss, and what goes wrong in both."""

import torch
from torch.nn import functional

from grader.suite import mistake


def rows_of(names, device, end=0, padding=-100, longest=0, a=1):
    """Return what is read and what comes next; without an end what comes next is `padding` there."""
    longest = longest or max(map(len, names)) + 1
    read = torch.zeros(len(names), longest, dtype=torch.int64)
    told = torch.full((len(names), longest), padding)
    for row, name in enumerate(names):
        letters = torch.tensor([ord(letter) - 97 + a for letter in name])
        read[row, 1 : len(name) + 1], told[row, : len(name)] = letters, letters
        told[row, len(name)] = end
    return read.to(device), told.to(device)


def _what_is_read(names, device):
    read, told = rows_of(names, device)
    return read, torch.where(told < 0, told, read)


def _without_start(names, device):
    read, told = rows_of(names, device)
    return read[:, 1:], told[:, 1:]


def loss_of(scores, told):
    """Return the mean over all steps that count."""
    return functional.cross_entropy(scores.flatten(0, 1), told.flatten())


def _mean_of_names(scores, told):
    each = functional.cross_entropy(scores.movedim(2, 1), told, reduction="none")
    return (each.sum(1) / (told >= 0).sum(1)).mean()


def _mean_of_places(scores, told):
    return functional.cross_entropy(scores.movedim(2, 1), told, reduction="none").mean()


def wrong_names(wrong, write):
    """Return the known mistakes that both tasks have, by name.

    `wrong(given, options, **parts)` trains and writes with other parts, of which `write` is the right one.
    """
    parts = {
        "padding_counts": (
            "padding counts in the loss: the loss has a label that it ignores",
            lambda names: {"rows": lambda *to: rows_of(*to, padding=0)},
        ),
        "padding_to_the_longest_counts": (
            "all names are filled up to the longest, and what fills them counts in the loss",
            lambda names: {"rows": lambda *to: rows_of(*to, padding=0, longest=max(map(len, names)) + 1)},
        ),
        "end_forgotten": (
            "the end of a name is never learned: 0 comes after the last letter, and counts",
            lambda names: {"rows": lambda *to: rows_of(*to, end=-100)},
        ),
        "names_what_it_reads": (
            "the net is to name the letter that it reads: it names the one that comes next",
            lambda names: {"rows": _what_is_read},
        ),
        "start_left_out": (
            "the net reads the letters alone, and never learns the first one: 0 stands before it",
            lambda names: {"rows": _without_start},
        ),
        "tokens_on_the_cpu": (
            "net and tokens are on two devices: both go where device says",
            lambda names: {"rows": lambda names, device: rows_of(names, "cpu")},
        ),
        "mean_of_names": (
            "the loss is a mean of the means of names: each step of each name counts once",
            lambda names: {"loss": _mean_of_names},
        ),
        "mean_of_places": (
            "the loss of padding is 0, and counts in the mean: divide by the number of targets",
            lambda names: {
                "loss": _mean_of_places,
                "rows": lambda *to: rows_of(*to, longest=max(map(len, names)) + 1),
            },
        ),
        "flattened_apart": (
            "scores and targets are flattened in different orders: the scores of a step belong to its own name",
            lambda names: {"loss": lambda scores, told: loss_of(scores.transpose(0, 1), told)},
        ),
        "always_the_likeliest": (
            "the likeliest letter always wins: names are drawn by the softmax of the scores",
            lambda names: {"write": lambda *to: write(*to, 0.0)},
        ),
        "written_by_another_generator": (
            "the generator does not decide what is written: it is drawn by torch's own",
            lambda names: {"write": lambda model, _, device: write(model, torch.default_generator, device)},
        ),
        "names_cut_short": (
            "names end before they have 20 letters",
            lambda names: {"write": lambda *to: write(*to, longest=19)},
        ),
    }
    return {name: _variant(wrong, *each) for name, each in parts.items()}


def _variant(wrong, sentence, parts):
    return mistake(sentence)(lambda *given, **options: wrong(given, options, **parts(given[0])))
