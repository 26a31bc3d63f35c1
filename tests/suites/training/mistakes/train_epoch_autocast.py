"""Wrong variants of training.train_epoch_autocast."""

import torch

from grader.suite import mistake, reference


def _epoch(model, loader, predict, loss_of, optimizer, weigh=True):
    """One pass in training mode: `predict(x)` and `loss_of(prediction, y)` give a loss."""
    model.train()
    device, total, count = next(model.parameters()).device, 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = loss_of(predict(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * (len(x) if weigh else 1)
        count += len(x) if weigh else 1
    return total / count


def _cast(model, dtype=torch.bfloat16, device=None):
    def predict(x):
        with torch.autocast(device or x.device.type, dtype):
            return model(x)

    return predict


def _in_float32(loss_fn):
    return lambda prediction, y: loss_fn(prediction.float(), y)


@mistake("the forward pass was computed in float32: it does not stand inside autocast, or in that of another device")
def without_autocast(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, model, loss_fn, optimizer)


@mistake("the loss got its prediction in bfloat16: make it float32 after autocast")
def loss_in_bfloat16(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, _cast(model), loss_fn, optimizer)


@mistake("the loss was computed inside autocast: only the forward pass stands there")
def loss_inside_autocast(model, loader, loss_fn, optimizer):
    def loss_of(prediction, y):
        with torch.autocast(prediction.device.type, torch.bfloat16):
            return loss_fn(prediction.float(), y)

    return _epoch(model, loader, _cast(model), loss_of, optimizer)


@mistake("the model was turned into bfloat16: its weights stay float32, and autocast casts what it needs")
def weights_in_bfloat16(model, loader, loss_fn, optimizer):
    model.bfloat16()
    return _epoch(model, loader, lambda x: model(x.bfloat16()), _in_float32(loss_fn), optimizer)


@mistake("the weights were in bfloat16 for the epoch and float32 again after it: small steps are lost")
def weights_there_and_back(model, loader, loss_fn, optimizer):
    model.bfloat16()
    loss = _epoch(model, loader, lambda x: model(x.bfloat16()), _in_float32(loss_fn), optimizer)
    model.float()
    return loss


@mistake("autocast chose float16, whose range is small: bfloat16 is asked for")
def float16_for_bfloat16(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, _cast(model, torch.float16), _in_float32(loss_fn), optimizer)


@mistake("only x was turned into bfloat16: without autocast layers and inputs must have one dtype")
def only_the_input_cast(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, lambda x: model(x.bfloat16()), _in_float32(loss_fn), optimizer)


@mistake("autocast is the one of the CPU, wherever the model is: name the model's device")
def autocast_of_the_cpu(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, _cast(model, device="cpu"), _in_float32(loss_fn), optimizer)


@mistake("the gradients are not zeroed: a backward adds to those of the batches before")
def without_zero_grad(model, loader, loss_fn, optimizer):
    device, total, count, predict = next(model.parameters()).device, 0.0, 0, _cast(model.train())
    for x, y in loader:
        loss = loss_fn(predict(x.to(device)).float(), y.to(device))
        loss.backward()
        optimizer.step()
        total, count = total + loss.item() * len(x), count + len(x)
    return total / count


@mistake("the mean was taken over batches: a small last batch counts less than a full one")
def mean_over_batches(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, _cast(model), _in_float32(loss_fn), optimizer, weigh=False)


@mistake("the model was not put into training mode")
def forgot_training_mode(model, loader, loss_fn, optimizer):
    def predict(x):
        with torch.autocast(x.device.type, torch.bfloat16):
            return model.eval()(x)

    return _epoch(model, loader, predict, _in_float32(loss_fn), optimizer)


@mistake("the step was not taken: the weights stay where they were")
def without_a_step(model, loader, loss_fn, optimizer):
    was = {key: value.detach().clone() for key, value in model.state_dict().items()}
    loss = reference("training").train_epoch_autocast(model, loader, loss_fn, optimizer)
    for name, parameter in model.named_parameters():
        parameter.data.copy_(was[name])
    return loss
