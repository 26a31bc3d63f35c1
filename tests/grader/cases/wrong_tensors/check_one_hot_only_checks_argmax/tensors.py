import torch


def check_one_hot(one_hot):
    torch.manual_seed(0)
    for k in (3, 5, 10):
        labels = torch.randint(0, k, (20,))
        encoded = one_hot(labels, k)
        back = encoded.argmax(dim=1)
        assert (back == labels).all(), "argmax must give the labels back"
