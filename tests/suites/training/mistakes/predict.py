"""Wrong variants of training.predict."""

import torch

from grader.suite import mistake, reference


def _check(batch_size):
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")


def _outputs(model, x, batch_size):
    """Return the outputs of each batch, in whatever mode the model is."""
    _check(batch_size)
    device = next(model.parameters()).device
    return [model(batch.to(device)) for batch in x.split(batch_size)]


@mistake("the model was not put into evaluation mode: dropout and batch norm behave as in training")
def forgot_evaluation_mode(model, x, batch_size=64):
    with torch.no_grad():
        return torch.cat(_outputs(model, x, batch_size))


@mistake("the model was left in evaluation mode: give every module the mode it had")
def left_in_evaluation_mode(model, x, batch_size=64):
    model.eval()
    return forgot_evaluation_mode(model, x, batch_size)


@mistake("the model was put into training mode at the end, whatever mode it had before")
def always_trains_afterwards(model, x, batch_size=64):
    model.eval()
    outputs = forgot_evaluation_mode(model, x, batch_size)
    model.train()
    return outputs


@mistake("model.train(was_training) switches every layer, also one that was off on purpose: restore each")
def restored_the_outer_mode_only(model, x, batch_size=64):
    was = model.training
    model.eval()
    outputs = forgot_evaluation_mode(model, x, batch_size)
    model.train(was)
    return outputs


@mistake("a graph was built for gradients: predict under torch.no_grad()")
def built_a_graph(model, x, batch_size=64):
    with reference("training")._evaluating(model), torch.enable_grad():
        return torch.cat(_outputs(model, x, batch_size))


@mistake("the outputs were detached at the end, but the graph was built: predict under torch.no_grad()")
def detached_at_the_end(model, x, batch_size=64):
    return built_a_graph(model, x, batch_size).detach()


@mistake("the last, smaller batch was dropped: every sample gets its row")
def dropped_the_last_batch(model, x, batch_size=64):
    _check(batch_size)
    whole = len(x) // batch_size * batch_size
    return reference("training").predict(model, x[:whole] if whole else x, batch_size)


@mistake("all samples went through the model at once: at most batch_size of them")
def all_at_once(model, x, batch_size=64):
    _check(batch_size)
    return reference("training").predict(model, x, len(x))


@mistake("one sample at a time went through the model: batch_size of them")
def one_by_one(model, x, batch_size=64):
    _check(batch_size)
    return reference("training").predict(model, x, 1)


@mistake("x was cut into batch_size batches: each batch has batch_size samples")
def batch_size_batches(model, x, batch_size=64):
    _check(batch_size)
    return reference("training").predict(model, x, -(-len(x) // batch_size))


@mistake("the largest output of each row was chosen: the outputs themselves are asked for")
def chose_the_largest(model, x, batch_size=64):
    return reference("training").predict(model, x, batch_size).argmax(1)


@mistake("a list of batches came back: join them to one tensor")
def a_list_of_batches(model, x, batch_size=64):
    with reference("training")._evaluating(model):
        return _outputs(model, x, batch_size)


@mistake("the batches were stacked along a new axis: join them with torch.cat")
def stacked_the_batches(model, x, batch_size=64):
    with reference("training")._evaluating(model):
        return torch.stack(_outputs(model, x, batch_size))


@mistake("the batches stayed where they were: move each to the device of the model")
def forgot_the_device(model, x, batch_size=64):
    _check(batch_size)
    with reference("training")._evaluating(model):
        return torch.cat([model(batch) for batch in x.split(batch_size)])


@mistake("the outputs were squeezed: they keep the axes that the model gives them")
def squeezed_the_outputs(model, x, batch_size=64):
    return reference("training").predict(model, x, batch_size).squeeze()


@mistake("gradients were cleared: they stay as they were")
def cleared_the_gradients(model, x, batch_size=64):
    model.zero_grad()
    return reference("training").predict(model, x, batch_size)


@mistake("only the first batch is predicted: every sample gets its row")
def first_batch_only(model, x, batch_size=64):
    _check(batch_size)
    return reference("training").predict(model, x[:batch_size], batch_size)


@mistake("only the last batch came back: join the batches")
def last_batch_only(model, x, batch_size=64):
    _check(batch_size)
    return reference("training").predict(model, x.split(batch_size)[-1], batch_size)


@mistake("the outputs went through numpy, which knows no device: join them with torch.cat")
def through_numpy(model, x, batch_size=64):
    return torch.from_numpy(reference("training").predict(model, x, batch_size).numpy())


@mistake("the batches are sent to cuda, which is not everywhere: move them to the device of the model")
def asked_for_cuda(model, x, batch_size=64):
    return reference("training").predict(model, x, batch_size).cuda()
