import torch


def check_one_hot(one_hot):
    result = one_hot(torch.tensor([2, 0]), 4)
    assert result.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
