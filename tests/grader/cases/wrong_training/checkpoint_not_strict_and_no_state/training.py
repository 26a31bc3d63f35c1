import torch


def load_checkpoint(path, model, optimizer=None, map_location="cpu"):
    checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(checkpoint["model"], strict=False)
    if optimizer is not None:
        for group in optimizer.param_groups:
            group.update({k: v for k, v in checkpoint["optimizer"]["param_groups"][0].items() if k == "lr"})
    return checkpoint["epoch"]
