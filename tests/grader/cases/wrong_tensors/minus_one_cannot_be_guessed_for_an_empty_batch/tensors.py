from torch import Tensor


def flatten_images(images: Tensor) -> Tensor:
    if images.dim() != 4:
        raise ValueError(f"images must be (N, C, H, W), not {tuple(images.shape)}")
    batch_size = images.shape[0]
    return images.reshape(batch_size, -1)
