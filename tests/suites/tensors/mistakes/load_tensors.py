"""Wrong ways to read a file."""

import os

import torch

from grader.suite import mistake, reference


def _right(path):
    return reference("tensors").load_tensors(path)


def _each(path, change):
    loaded = _right(path)
    if isinstance(loaded, dict):
        return {key: change(tensor) for key, tensor in loaded.items()}
    return [change(tensor) for tensor in loaded]


@mistake("the file was read without weights_only=True: code that it brings along runs")
def executed_the_file(path):
    return torch.load(path, map_location="cpu", weights_only=False)


@mistake("the tensors went back to the device they were written from; map_location sends them to the CPU")
def back_to_the_device(path):
    return torch.load(path, weights_only=True)


@mistake("a dict came back as a list, without its keys")
def dict_as_list(path):
    loaded = _right(path)
    return list(loaded.values()) if isinstance(loaded, dict) else loaded


@mistake("a list came back as a tuple")
def list_as_tuple(path):
    loaded = _right(path)
    return loaded if isinstance(loaded, dict) else tuple(loaded)


@mistake("the keys came back sorted; they keep their order")
def sorted_keys(path):
    loaded = _right(path)
    return dict(sorted(loaded.items())) if isinstance(loaded, dict) else loaded


@mistake("the tensors were turned into float32; they keep their dtype")
def turned_into_float(path):
    return _each(path, lambda tensor: tensor.real.float())


@mistake("axes of size 1 were squeezed away")
def squeezed(path):
    return _each(path, torch.squeeze)


@mistake("the tensors came back as parameters that require gradients")
def as_parameters(path):
    return _each(path, lambda tensor: tensor.requires_grad_(tensor.is_floating_point()))


@mistake("the file was removed after reading, so that it cannot be read again")
def removed_the_file(path):
    loaded = _right(path)
    os.remove(path)
    return loaded


@mistake("every error was swallowed: a file with code gives an empty list, not an error")
def swallowed_the_error(path):
    try:
        return _right(path)
    except Exception:
        return []
