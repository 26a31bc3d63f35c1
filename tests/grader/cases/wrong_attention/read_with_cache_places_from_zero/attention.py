from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def gelu(x):
    return x * torch.special.ndtr(x)


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return self.weight * x / (x.square().mean(-1, keepdim=True) + self.eps).sqrt()


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        self.heads = num_heads
        self.in_proj_weight = nn.Parameter(torch.randn(3 * embed_dim, embed_dim) * embed_dim**-0.5)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x, mask=None, causal=False):
        N, T, E = x.shape
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        q, k, v = (part.view(N, T, self.heads, -1).transpose(1, 2) for part in (q, k, v))
        scores = q @ k.mT / (E // self.heads) ** 0.5
        seen = torch.ones(N, 1, T, T, dtype=torch.bool, device=x.device)
        if mask is not None:
            seen = seen & mask[:, None, None, :]
        if causal:
            seen = seen.tril()
        weights = scores.masked_fill(~seen, -1e30).softmax(-1) * seen
        return self.out_proj((weights @ v).transpose(1, 2).reshape(N, T, E))


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim, num_heads, hidden_dim):
        super().__init__()
        self.norm1, self.norm2 = RMSNorm(embed_dim), RMSNorm(embed_dim)
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.linear1 = nn.Linear(embed_dim, hidden_dim)
        self.linear2 = nn.Linear(hidden_dim, embed_dim)

    def forward(self, x, mask=None, causal=False):
        x = x + self.attention(self.norm1(x), mask, causal)
        return x + self.linear2(gelu(self.linear1(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(context, embed_dim)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.positions.weight, std=0.02)
        self.blocks = nn.ModuleList(
            [TransformerBlock(embed_dim, num_heads, 4 * embed_dim) for _ in range(num_layers)]
        )
        self.norm = RMSNorm(embed_dim)

    def forward(self, tokens):
        x = self.embedding(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks:
            x = block(x, causal=True)
        return self.norm(x) @ self.embedding.weight.T


class ReadOn(NamedTuple):
    logits: Tensor
    cache: list


def read_with_cache(model, tokens, cache=None):
    N, T = tokens.shape
    S = cache[0][0].shape[2] if cache is not None else 0
    x = model.embedding(tokens) + model.positions(torch.arange(T, device=tokens.device))
    mask = torch.ones(S + T, S + T, device=tokens.device).tril()[S:].bool()
    new_cache = []
    for i, block in enumerate(model.blocks):
        att = block.attention
        q, k, v = F.linear(block.norm1(x), att.in_proj_weight, att.in_proj_bias).chunk(3, -1)
        q, k, v = (part.view(N, T, att.heads, -1).transpose(1, 2) for part in (q, k, v))
        if cache is not None:
            k = torch.cat([cache[i][0], k], 2)
            v = torch.cat([cache[i][1], v], 2)
        new_cache.append((k, v))
        scores = (q @ k.mT / k.shape[-1] ** 0.5).masked_fill(~mask, -torch.inf)
        x = x + att.out_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))
        x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
    return ReadOn(model.norm(x) @ model.embedding.weight.T, new_cache)
