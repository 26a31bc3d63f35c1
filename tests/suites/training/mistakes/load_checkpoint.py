"""Wrong variants of training.load_checkpoint."""

import torch

from grader.suite import mistake, reference


def _load(path, model, optimizer, map_location, **changes):
    """The right thing, with one argument changed."""
    how = {"map_location": map_location, "weights_only": True, "strict": True, **changes}
    strict = how.pop("strict")
    checkpoint = torch.load(path, **how)
    model.load_state_dict(checkpoint["model"], strict=strict)
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"])


@mistake("the optimizer was not loaded: its velocities, step counts and learning rate are lost")
def forgot_the_optimizer(path, model, optimizer=None, map_location="cpu"):
    return reference("training").load_checkpoint(path, model, None, map_location)


@mistake("the model was not loaded")
def forgot_the_model(path, model, optimizer=None, map_location="cpu"):
    checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"]


@mistake("the settings of the optimizer were loaded without its state")
def forgot_the_optimizer_state(path, model, optimizer=None, map_location="cpu"):
    epoch = _load(path, model, optimizer, map_location)
    if optimizer is not None:
        optimizer.state.clear()
    return epoch


@mistake("the state of the optimizer was loaded without its settings: the learning rate is saved too")
def forgot_the_settings(path, model, optimizer=None, map_location="cpu"):
    rate = optimizer.param_groups[0]["lr"] if optimizer is not None else None
    epoch = _load(path, model, optimizer, map_location)
    if optimizer is not None:
        optimizer.param_groups[0]["lr"] = rate
    return epoch


@mistake("map_location was not used: a file from a GPU cannot be read without one")
def ignored_map_location(path, model, optimizer=None, map_location="cpu"):
    return _load(path, model, optimizer, None)


@mistake("the file is read to the CPU always: map_location says where to")
def always_to_the_cpu(path, model, optimizer=None, map_location="cpu"):
    return _load(path, model, optimizer, "cpu")


@mistake("weights_only is off: a file can hold code that runs while it is read")
def read_anything(path, model, optimizer=None, map_location="cpu"):
    return _load(path, model, optimizer, map_location, weights_only=False)


@mistake("strict is off: names that do not fit are skipped in silence")
def skipped_names(path, model, optimizer=None, map_location="cpu"):
    return _load(path, model, optimizer, map_location, strict=False)


@mistake("nothing came back: return the epoch")
def returned_nothing(path, model, optimizer=None, map_location="cpu"):
    _load(path, model, optimizer, map_location)


@mistake("the whole checkpoint came back: return the epoch")
def returned_the_checkpoint(path, model, optimizer=None, map_location="cpu"):
    _load(path, model, optimizer, map_location)
    return torch.load(path, map_location=map_location, weights_only=True)


@mistake("epoch + 1 came back: return the number that was saved")
def one_epoch_more(path, model, optimizer=None, map_location="cpu"):
    return _load(path, model, optimizer, map_location) + 1


@mistake("the model was put into training mode: it keeps its mode")
def switched_to_training(path, model, optimizer=None, map_location="cpu"):
    epoch = _load(path, model, optimizer, map_location)
    model.train()
    return epoch


@mistake("only the parameters were loaded: running statistics belong to the model too")
def forgot_the_buffers(path, model, optimizer=None, map_location="cpu"):
    buffers = {name: value.clone() for name, value in model.named_buffers()}
    epoch = _load(path, model, optimizer, map_location)
    for name, value in model.named_buffers():
        value.copy_(buffers[name])
    return epoch


@mistake("an optimizer was expected always: it is None when the model is only to be used")
def needed_an_optimizer(path, model, optimizer=None, map_location="cpu"):
    checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"]


@mistake("the model was put into evaluation mode: it keeps its mode")
def switched_to_evaluation(path, model, optimizer=None, map_location="cpu"):
    epoch = _load(path, model, optimizer, map_location)
    model.eval()
    return epoch


@mistake("the epoch came back as a tensor or float: it is an int")
def epoch_as_float(path, model, optimizer=None, map_location="cpu"):
    return float(_load(path, model, optimizer, map_location))


@mistake("the model came back: return the epoch")
def returned_the_model(path, model, optimizer=None, map_location="cpu"):
    _load(path, model, optimizer, map_location)
    return model


@mistake("model and epoch came back as a pair: return the epoch alone")
def returned_a_pair(path, model, optimizer=None, map_location="cpu"):
    return model, _load(path, model, optimizer, map_location)
