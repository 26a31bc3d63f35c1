import torch
from torch import Tensor


def save_tensors(path: str, tensors: list[Tensor] | dict[str, Tensor]) -> None:
    if isinstance(tensors, dict):
        content = list(tensors.values())
    elif isinstance(tensors, list):
        content = tensors
    else:
        raise ValueError("a list or a dict of tensors is needed")
    if not all(isinstance(t, Tensor) for t in content):
        raise ValueError("only tensors can be saved")

    def small(t: Tensor) -> Tensor:
        return t.cpu().clone(memory_format=torch.contiguous_format)

    if isinstance(tensors, dict):
        torch.save({key: small(t) for key, t in tensors.items()}, path)
    else:
        torch.save([small(t) for t in tensors], path)
