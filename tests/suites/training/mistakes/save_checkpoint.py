"""Wrong variants of training.save_checkpoint."""

import torch

from grader.suite import mistake


def _parts(model, optimizer, epoch):
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}


@mistake("the optimizer was not saved: without its state a training cannot go on as it was")
def forgot_the_optimizer(path, model, optimizer, epoch):
    torch.save({"model": model.state_dict(), "epoch": epoch}, path)


@mistake("the epoch was not saved")
def forgot_the_epoch(path, model, optimizer, epoch):
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, path)


@mistake("only the state of the model was saved: a dict with model, optimizer and epoch is asked for")
def saved_the_model_alone(path, model, optimizer, epoch):
    torch.save(model.state_dict(), path)


@mistake("only the parameters were saved: running statistics belong to the model too")
def forgot_the_buffers(path, model, optimizer, epoch):
    parts = _parts(model, optimizer, epoch)
    torch.save({**parts, "model": {name: value.detach() for name, value in model.named_parameters()}}, path)


@mistake("the whole model was saved instead of its state_dict: that is code, which weights_only refuses")
def saved_the_whole_model(path, model, optimizer, epoch):
    torch.save({**_parts(model, optimizer, epoch), "model": model}, path)


@mistake("the optimizer's settings were saved without its state: velocities and step counts are lost")
def forgot_the_optimizer_state(path, model, optimizer, epoch):
    parts = _parts(model, optimizer, epoch)
    torch.save({**parts, "optimizer": {**parts["optimizer"], "state": {}}}, path)


@mistake("the keys are model_state_dict and optimizer_state_dict: model and optimizer are asked for")
def other_keys(path, model, optimizer, epoch):
    model_state, optimizer_state = model.state_dict(), optimizer.state_dict()
    torch.save(
        {"model_state_dict": model_state, "optimizer_state_dict": optimizer_state, "epoch": epoch}, path
    )


@mistake("epoch + 1 was saved: it is the number that was given")
def one_epoch_more(path, model, optimizer, epoch):
    torch.save(_parts(model, optimizer, epoch + 1), path)


@mistake("an ending was appended to the path: write to the path that is given")
def appended_an_ending(path, model, optimizer, epoch):
    torch.save(_parts(model, optimizer, epoch), path + ".pt")


@mistake("a file that is there already was left as it is: it is replaced")
def kept_the_old_file(path, model, optimizer, epoch):
    try:
        with open(path, "rb"):
            pass
    except FileNotFoundError:
        torch.save(_parts(model, optimizer, epoch), path)


@mistake("the parts were saved as a tuple: a dict with model, optimizer and epoch is asked for")
def saved_a_tuple(path, model, optimizer, epoch):
    torch.save(tuple(_parts(model, optimizer, epoch).values()), path)


@mistake("the epoch was saved as a tensor: it is a number")
def saved_the_epoch_as_a_tensor(path, model, optimizer, epoch):
    torch.save(_parts(model, optimizer, torch.tensor(epoch)), path)


@mistake("the model was put into evaluation mode: saving leaves it as it is")
def switched_to_evaluation(path, model, optimizer, epoch):
    torch.save(_parts(model.eval(), optimizer, epoch), path)


@mistake("a list of tensors was saved for the model: its state_dict is a dict with names")
def saved_a_list_of_parameters(path, model, optimizer, epoch):
    parts = _parts(model, optimizer, epoch)
    torch.save({**parts, "model": [value.detach() for value in model.parameters()]}, path)
