"""Wrong ways to write a file."""

import pickle

import torch
from torch import Tensor

from grader.suite import mistake, reference


def _right(path, tensors):
    reference("tensors").save_tensors(path, tensors)


def _check(tensors):
    values = tensors.values() if isinstance(tensors, dict) else tensors
    if not isinstance(tensors, (list, dict)) or not all(isinstance(value, Tensor) for value in values):
        raise ValueError("tensors must be a list or a dict of tensors")


def _each(tensors, change):
    _check(tensors)
    if isinstance(tensors, dict):
        return {key: change(tensor) for key, tensor in tensors.items()}
    return [change(tensor) for tensor in tensors]


def _plain(tensors):
    return _each(tensors, lambda tensor: tensor.detach().cpu().clone())


@mistake("the tensors were saved as they are: with gradient flag, device and the whole memory of a view")
def saved_as_they_are(path, tensors):
    _check(tensors)
    torch.save(tensors, path)


@mistake("a row was saved with the whole matrix: a view brings its memory along unless it is cloned")
def saved_the_whole_memory(path, tensors):
    torch.save(_each(tensors, lambda tensor: tensor.detach().cpu()), path)


@mistake("the tensors were not detached, so that what is loaded requires gradients")
def kept_the_gradient_flag(path, tensors):
    torch.save(_each(tensors, lambda tensor: tensor.cpu().clone()), path)


@mistake("the tensors stayed on their device: the file cannot be read where there is none")
def kept_the_device(path, tensors):
    torch.save(_each(tensors, lambda tensor: tensor.detach().clone()), path)


@mistake("the values of a dict were saved as a list, without their keys")
def dict_as_list(path, tensors):
    plain = _plain(tensors)
    torch.save(list(plain.values()) if isinstance(plain, dict) else plain, path)


@mistake("a list was saved as a dict, with the places as keys")
def list_as_dict(path, tensors):
    plain = _plain(tensors)
    torch.save(plain if isinstance(plain, dict) else dict(enumerate(plain)), path)


@mistake("the keys of a dict were sorted; they keep their order")
def sorted_keys(path, tensors):
    plain = _plain(tensors)
    torch.save(dict(sorted(plain.items())) if isinstance(plain, dict) else plain, path)


@mistake("the tensors were turned into float32; they keep their dtype")
def turned_into_float(path, tensors):
    torch.save(_each(_plain(tensors), lambda tensor: tensor.real.float()), path)


@mistake("the tensors were written with pickle, which torch.load does not read; use torch.save")
def written_with_pickle(path, tensors):
    plain = _plain(tensors)
    with open(path, "wb") as file:
        pickle.dump(plain, file, protocol=2)


@mistake("an ending was appended to the path; write to the path that is given")
def appended_an_ending(path, tensors):
    _right(path + ".pt", tensors)


@mistake("the gradient flag of the caller's own tensors was switched off")
def switched_gradients_off(path, tensors):
    plain = _plain(tensors)
    _each(tensors, lambda tensor: tensor.requires_grad_(False) if tensor.is_leaf else tensor)
    torch.save(plain, path)


@mistake("something was returned; save_tensors returns nothing")
def returned_the_path(path, tensors):
    _right(path, tensors)
    return path


@mistake("a file that is there already was left as it is")
def kept_the_old_file(path, tensors):
    try:
        with open(path, "rb"):
            _check(tensors)
    except FileNotFoundError:
        _right(path, tensors)
