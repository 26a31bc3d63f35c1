from torch import Tensor


def flatten_images(images: Tensor) -> Tensor:
    if images.dim() != 4:
        raise ValueError(f"expected (N, C, H, W), got {tuple(images.shape)}")
    batch_size = images.shape[0]
    return images.reshape(batch_size, -1)
