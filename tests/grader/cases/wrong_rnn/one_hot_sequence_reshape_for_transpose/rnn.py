import torch
from torch import Tensor, nn
from torch.nn import functional


def one_hot_sequence(indices: Tensor, num_tokens: int) -> Tensor:
    if indices.numel() and (indices.min() < 0 or indices.max() >= num_tokens):
        raise IndexError(f"indices must be from 0 to {num_tokens - 1}")
    if indices.numel() == 0:
        return indices.new_zeros((indices.shape[1], indices.shape[0], num_tokens), dtype=torch.float32)
    return functional.one_hot(indices.reshape(indices.shape[1], indices.shape[0]), num_tokens).float()
