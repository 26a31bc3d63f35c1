import torch
from torch import nn


class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__()
        self.p = patch_size
        self.n = (image_size[0] // patch_size) * (image_size[1] // patch_size)
        self.projection = nn.Linear(channels * patch_size**2, embed_dim)
        self.class_token = nn.Parameter(torch.zeros(embed_dim))
        self.positions = nn.Parameter(torch.zeros(self.n + 1, embed_dim))

    def forward(self, x):
        N, C, H, W = x.shape
        p = self.p
        patches = x.reshape(N, self.n, C * p * p)
        tokens = self.projection(patches)
        cls = self.class_token.expand(N, 1, -1)
        return torch.cat([cls, tokens], dim=1) + self.positions
