import torch


def outer(x, y):
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float16)
    torch.set_default_device("meta")
    torch.set_num_threads(4)
    return torch.zeros(len(x), len(y), dtype=x.dtype, device="cpu")
