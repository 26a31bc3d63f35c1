"""Wrong ways over the bridge."""

import torch

from grader.suite import mistake, reference


def _made(x, **parts):
    return reference("tensors").numpy_bridge(x)._replace(**parts)


def _array(x):
    return x.detach().cpu().numpy()


@mistake("shared was made by torch.tensor, which copies; from_numpy stays in the memory of the array")
def shared_is_a_copy(x):
    array = _array(x)
    return _made(x, array=array, shared=torch.tensor(array))


@mistake("copied was made by from_numpy or as_tensor, which stay in the memory of the array; torch.tensor copies")
def copied_is_shared(x):
    array = _array(x)
    return _made(x, array=array, shared=torch.from_numpy(array), copied=torch.from_numpy(array))


@mistake("shared and copied are exchanged")
def exchanged(x):
    made = _made(x)
    return made._replace(shared=made.copied, copied=made.shared)


@mistake("x was cloned, or the array copied: x does not see what is written into the array")
def array_of_a_copy(x):
    array = _array(x).copy()
    return _made(x, array=array, shared=torch.from_numpy(array))


@mistake("shared is x itself in place of a tensor made from the array: it brings gradient and device along")
def shared_is_x(x):
    return _made(x, shared=x)


@mistake("x still requires grad: a tensor leaves its graph by detach before numpy takes it")
def not_detached(x):
    return _made(x, array=x.cpu().numpy())


@mistake("the gradient of x was switched off; detach makes a tensor without a graph and leaves x alone")
def gradient_switched_off(x):
    return _made(x.requires_grad_(False))


@mistake("x was not moved to the CPU, and numpy knows no other device")
def not_moved_to_the_cpu(x):
    return _made(x, array=x.detach().numpy())


@mistake("the array is in float32: no dtype is changed on the way")
def array_in_float32(x):
    array = _array(x).astype("float32")
    return _made(x, array=array, shared=torch.from_numpy(array), copied=torch.tensor(array))


@mistake("torch.Tensor was called, which makes float32 of everything; torch.tensor keeps the dtype")
def copied_by_the_class(x):
    return _made(x, copied=torch.Tensor(_array(x).tolist()).reshape(x.shape))


@mistake("a list in place of an array: it shares nothing")
def list_in_place_of_an_array(x):
    return _made(x, array=x.tolist())


@mistake("the array was made contiguous: the memory of a transpose is left")
def made_contiguous(x):
    array = _array(x.contiguous())
    return _made(x, array=array, shared=torch.from_numpy(array))
