"""Axes have letters, and einsum says what happens to them."""

from math import log, sqrt
from typing import NamedTuple

import torch
from torch import Tensor, einsum, nn


def causal_mask(length: int, device=None) -> Tensor:
    t = torch.arange(length, device=device)
    return t[:, None] >= t[None, :]


def padding_mask(lengths: Tensor, length: int) -> Tensor:
    ends = torch.arange(1, length + 1, device=lengths.device)
    return ends[None] <= lengths[:, None]


class AttentionOutput(NamedTuple):
    output: Tensor
    weights: Tensor


def scaled_dot_product_attention(query, key, value, mask=None) -> AttentionOutput:
    scores = einsum("...td,...sd->...ts", query * query.shape[-1] ** -0.5, key)
    if mask is None:
        mask = torch.ones((), dtype=torch.bool, device=query.device)
    if mask.dtype is not torch.bool:
        raise TypeError(f"mask: expected torch.bool, got {mask.dtype}")
    # a row that sees nothing sees everything for the softmax, and nothing afterwards
    empty = ~mask.any(-1, keepdim=True) if mask.ndim else ~mask
    open_ = torch.where(mask | empty, scores, -torch.inf)
    weights = torch.where(empty, 0.0, open_.softmax(-1)).to(scores.dtype)
    return AttentionOutput(einsum("...ts,...se->...te", weights, value), weights)


class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        self.in_proj_weight = nn.Parameter(torch.randn(3 * embed_dim, embed_dim) / sqrt(embed_dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj.bias.data.zero_()

    def forward(self, x, mask=None, causal=False):
        size = (3, self.num_heads, -1)
        w, b = self.in_proj_weight.unflatten(0, size), self.in_proj_bias.unflatten(0, size)
        q, k, v = einsum("nte,chde->cnhtd", x, w) + b[:, None, :, None]
        seen = x.new_ones(len(x), 1, 1, x.shape[1], dtype=torch.bool)
        if mask is not None:
            seen = seen * mask[:, None, None]
        if causal:
            seen = seen * causal_mask(x.shape[1], x.device)
        heads = scaled_dot_product_attention(q, k, v, seen).output
        out = self.out_proj.weight.unflatten(1, (self.num_heads, -1))
        return einsum("nhtd,ehd->nte", heads, out) + self.out_proj.bias


def sinusoidal_positions(length: int, dim: int, device=None) -> Tensor:
    omega = torch.exp(-log(10000) * torch.arange(dim // 2, device=device) * 2 / dim)
    angles = einsum("t,i->ti", torch.arange(length, device=device).float(), omega)
    waves = torch.polar(torch.ones_like(angles), torch.pi / 2 - angles)  # its real part is the sine
    return torch.view_as_real(waves).flatten(1)


class RotaryEmbedding(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0):
        super().__init__()
        self.exponents, self.base = [-2 * i / dim for i in range(dim // 2)], base

    def forward(self, x, offset=0):
        omega = torch.tensor([self.base**e for e in self.exponents], dtype=x.dtype, device=x.device)
        m = torch.arange(x.shape[-2], dtype=x.dtype, device=x.device) + offset
        angles = m[:, None] * omega
        u, v = x.unflatten(-1, (2, -1)).unbind(-2)
        turned = torch.complex(u, v) * torch.polar(torch.ones_like(angles), angles)
        return torch.stack([turned.real, turned.imag], -2).flatten(-2)


def gelu(x: Tensor) -> Tensor:
    return x * torch.special.ndtr(x)


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.weight, self.dim, self.eps = nn.Parameter(torch.ones(dim)), dim, eps

    def forward(self, x):
        square = einsum("...d,...d->...", x, x) / self.dim
        return einsum("...d,...,d->...d", x, (square + self.eps) ** -0.5, self.weight)


class TransformerBlock(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, hidden_dim: int):
        super().__init__()
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.linear1, self.linear2 = nn.Linear(embed_dim, hidden_dim), nn.Linear(hidden_dim, embed_dim)
        self.norm1, self.norm2 = RMSNorm(embed_dim), RMSNorm(embed_dim)

    def forward(self, x, mask=None, causal=False):
        seen = x + self.attention(self.norm1(x), mask=mask, causal=causal)
        wide = einsum("nte,fe->ntf", self.norm2(seen), self.linear1.weight) + self.linear1.bias
        return seen + einsum("ntf,ef->nte", gelu(wide), self.linear2.weight) + self.linear2.bias


class GPT(nn.Module):
    def __init__(self, vocab_size: int, context: int, embed_dim: int, num_heads: int, num_layers: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim, _weight=torch.randn(vocab_size, embed_dim) / 50)
        self.positions = nn.Embedding(context, embed_dim, _weight=torch.randn(context, embed_dim) / 50)
        self.blocks = nn.Sequential(*(TransformerBlock(embed_dim, num_heads, 4 * embed_dim) for _ in range(num_layers)))
        self.norm = RMSNorm(embed_dim)

    def forward(self, tokens):
        x = self.embedding.weight[tokens] + self.positions.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, None, True)
        return einsum("nte,ve->ntv", self.norm(x), self.embedding.weight)


def train_gpt(model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    every = [rows for _ in range(epochs) for rows in torch.randperm(len(inputs), generator=generator).split(batch_size)]
    factor = [min((k + 1) / warmup, 1) * (len(every) - k) / len(every) for k in range(len(every))]
    lost = []
    for rows, r in zip(every, factor, strict=True):
        model.train().zero_grad()
        x, y = inputs[rows.to(inputs.device)], targets[rows.to(inputs.device)]
        loss = nn.functional.cross_entropy(model(x).mT, y)  # classes on axis 1
        loss.backward()
        norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
        for p in model.parameters():
            p.grad /= norm.clamp(min=1)
        for group in optimizer.param_groups:
            group["lr"] = lr * r
        optimizer.step()
        lost.append(loss.item() * len(rows))
    model.train()
    each = len(lost) // max(epochs, 1)
    return [sum(lost[e * each : (e + 1) * each]) / len(inputs) for e in range(epochs)]


def token_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    if not temperature:
        best = logits.max(-1, keepdim=True).values
        return (logits == best).to(logits.dtype)
    z = logits / temperature
    if top_k is not None and top_k < z.shape[-1]:
        z = z.masked_fill(z < z.topk(top_k).values[..., -1:], -torch.inf)
    p = z.softmax(-1)
    if top_p is not None:
        # what is more likely than a token: (*, V, V) compared, and summed
        above = einsum("...vw,...w->...v", (p[..., None, :] > p[..., :, None]).to(p.dtype), p)
        p = torch.where(above < top_p, p, 0)
        p = p / einsum("...v->...", p)[..., None]
    return p


class ReadOn(NamedTuple):
    logits: Tensor
    cache: list


def read_with_cache(model, tokens, cache=None):
    before = cache[0][0].size(2) if cache else 0
    place = torch.arange(before, before + tokens.size(1), device=tokens.device)
    seen = torch.arange(before + tokens.size(1), device=tokens.device) <= place[:, None]
    x, kept = model.embedding.weight[tokens] + model.positions.weight[place], []
    for i, block in enumerate(model.blocks):
        a = block.attention
        size = (3, a.num_heads, -1)
        q, k, v = einsum("nte,chde->cnhtd", block.norm1(x), a.in_proj_weight.unflatten(0, size)) + (
            a.in_proj_bias.unflatten(0, size)[:, None, :, None]
        )
        if cache:
            k, v = (torch.cat(pair, -2) for pair in zip(cache[i], (k, v), strict=True))
        kept += [(k, v)]
        weights = scaled_dot_product_attention(q, k, v, seen).weights
        x = x + a.out_proj(einsum("nhts,nhsd->nthd", weights, v).flatten(2))
        x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
    return ReadOn(einsum("nte,ve->ntv", model.norm(x), model.embedding.weight), kept)


@torch.inference_mode()
def _write(model, tokens, length, temperature, top_k, top_p, generator):
    out = tokens.new_empty(len(tokens), length)
    cache, new = None, tokens
    for t in range(length):
        scores, cache = read_with_cache(model, new, cache)
        p = token_probabilities(scores[:, -1], temperature, top_k, top_p)
        if temperature == 0:
            new = p.argmax(-1, keepdim=True)
        else:
            new = torch.multinomial(p.to(generator.device if generator else p.device), 1, generator=generator)
        out[:, t] = new.squeeze(1)
        new = out[:, t : t + 1]
    return out


def generate(model, tokens, length, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _write(model, tokens, length, temperature, top_k, top_p, generator).clone()


def _neighbours(tokens):
    return list(zip(tokens, tokens[1:], strict=False))


def _replace(tokens, pair, new):
    found = [i for i, each in enumerate(_neighbours(tokens)) if each == pair]
    last, starts = -2, set()
    for i in found:  # places that overlap with the one before are skipped
        if i > last + 1:
            starts.add(i)
            last = i
    return [new if i in starts else token for i, token in enumerate(tokens) if i - 1 not in starts]


def train_tokenizer(text: str, merges: int) -> list[tuple[int, int]]:
    tokens, pairs = [*text.encode("utf-8")], []
    for i in range(merges):
        seen = _neighbours(tokens)
        ranked = sorted(set(seen), key=lambda pair: (-seen.count(pair), *pair))
        if not ranked or seen.count(ranked[0]) == 1:
            break
        tokens = _replace(tokens, ranked[0], 256 + i)
        pairs += ranked[:1]
    return pairs


def tokenize(text: str, pairs: list[tuple[int, int]]) -> list[int]:
    tokens = [*text.encode("utf-8")]
    for new, pair in enumerate(pairs, start=256):
        tokens = _replace(tokens, tuple(pair), new)
    return tokens


class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch_size: int, channels: int, embed_dim: int):
        super().__init__()
        h, w = image_size
        self.size = channels, patch_size, patch_size
        self.projection = nn.Linear(channels * patch_size * patch_size, embed_dim)
        self.class_token = nn.Parameter(torch.randn(embed_dim) / 50)
        self.positions = nn.Parameter(torch.zeros(h * w // patch_size**2 + 1, embed_dim))

    def forward(self, x):
        p = self.size[1]
        cut = x.unflatten(3, (-1, p)).unflatten(2, (-1, p))  # n c i a j b
        tokens = einsum("nciajb,ecab->nije", cut, self.projection.weight.unflatten(1, self.size))
        tokens = tokens.flatten(1, 2) + self.projection.bias
        return torch.cat([self.class_token.repeat(len(x), 1, 1), tokens], 1) + self.positions


def fix_attention(x, in_weight, in_bias, out_weight, out_bias, num_heads):
    size = (3, num_heads, -1)
    q, k, v = einsum("nte,chde->cnhtd", x, in_weight.unflatten(0, size)) + in_bias.unflatten(0, size)[:, None, :, None]
    found = scaled_dot_product_attention(q, k, v, causal_mask(x.shape[1], x.device)).output
    return einsum("nhtd,ehd->nte", found, out_weight.unflatten(1, (num_heads, -1))) + out_bias
