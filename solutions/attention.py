"""Attention: masks, heads, positions, and what stands between attentions.

Letters: N batch, T tokens (queries), S keys, D width of a query and a key, E width of the model, H heads; `*` any axes,
none included.
A mask is boolean and True where something may be seen: torch.nn.MultiheadAttention has it the other way round.
Results have the dtype and the device of the inputs unless a docstring says otherwise; arguments stay as they were.
Every module is a `torch.nn.Module`: it keeps parameters under the names its docstring gives (the keys of
`state_dict()`), works in the dtype and on the device that `.to(...)` moved it to, computes in float64 as in float32,
and is differentiable in all parameters and floating-point inputs. A call remembers nothing for the next one, and
the samples of a batch do not meet. Nothing drops out.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import math
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn


def causal_mask(length: int, device: torch.device | str | None = None) -> Tensor:
    """Return which token may see which, where none may see a later one: mask[t, s] is True for s <= t.

    Args:
        length: T, at least 0.
        device: where the mask is made, as for torch.ones; None is torch's default.
    Returns:
        (T, T), bool: a row for each token that looks, a column for each that is seen.
    Example:
        >>> causal_mask(3)
        tensor([[ True, False, False],
                [ True,  True, False],
                [ True,  True,  True]])

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.2.3. Deviations: boolean instead of 0 and -inf.
    """
    ### BEGIN SOLUTION
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()
    ### END SOLUTION


def padding_mask(lengths: Tensor, length: int) -> Tensor:
    """Return where in a padded batch a token stands: mask[n, t] is True for t < lengths[n].

    No loop over the sequences: the number of torch operators does not grow with N.

    Args:
        lengths: (N,) int64, how many tokens each sequence has, from 0 to T; N may be 0.
        length: T, to which all are padded; more than the longest, perhaps.
    Returns:
        (N, T), bool, on the device of lengths.
    Example:
        >>> padding_mask(torch.tensor([3, 1]), 3)
        tensor([[ True,  True,  True],
                [ True, False, False]])

    Source: Zhang, Lipton, Li, Smola, Dive into Deep Learning, section 11.3.2.
    """
    ### BEGIN SOLUTION
    return torch.arange(length, device=lengths.device) < lengths.unsqueeze(1)
    ### END SOLUTION


class AttentionOutput(NamedTuple):
    """What `scaled_dot_product_attention` returns."""

    output: Tensor  # (*, T, E), a mixture of values for each query
    weights: Tensor  # (*, T, S), how much of each value is in it


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> AttentionOutput:
    """Give each query a mixture of the values, by how well it fits their keys.

    weights = softmax(query key^T / sqrt(D)) over the keys that the mask lets it see, 0 at the others;
    output = weights value. A query that sees no key has weights and output 0, and all gradients stay finite.
    With scores from -1e6 to 1e6, hidden ones too, all is still right. Differentiable in query, key and value.
    By hand: no torch scaled_dot_product_attention, nn.MultiheadAttention, multi_head_attention_forward.

    Args:
        query, key, value: (*, T, D), (*, S, D) and (*, S, E), S at least 1; leading axes broadcast, as in matmul.
        mask: bool, (*, T, S), True where a query may see a key; None lets everything be seen. Its axes broadcast with
            those of the scores, and it may have leading axes that the others lack.
    Returns:
        The named tuple AttentionOutput: output (*, T, E), weights (*, T, S).
    Raises:
        TypeError: naming `mask` when its dtype is not bool: 0 and 1 can mean both, and 0 and -inf are to be added.
    Example:
        >>> key, value = torch.tensor([[0.0], [1.0]]), torch.tensor([[10.0], [20.0]])
        >>> scaled_dot_product_attention(torch.tensor([[math.log(3)]]), key, value)
        AttentionOutput(output=tensor([[17.5000]]), weights=tensor([[0.2500, 0.7500]]))

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.2.1. Deviations: rows that see nothing are 0.
    """
    ### BEGIN SOLUTION
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(-1)
    elif mask.dtype is torch.bool:
        # The least finite number: in a row of nothing but -inf softmax would be nan.
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) * mask
    else:
        raise TypeError(f"mask must be bool, True where a key may be seen, not {mask.dtype}")
    return AttentionOutput(weights @ value, weights)
    ### END SOLUTION


class MultiHeadAttention(nn.Module):
    """Tokens that look at one another with several heads: self-attention, each head on its own part of the width.

    x W_in^T + b_in, (N, T, 3E), holds query, key and value next to each other, each (N, T, E). Head h takes the entries
    h E/H, ..., (h + 1) E/H - 1 of all three; its output is `scaled_dot_product_attention` of them. The outputs of the
    heads stand next to each other again, (N, T, E), and y is out_proj of that. A token that sees nothing has output 0
    in every head, and so y = out_proj.bias.
    By hand: no torch nn.MultiheadAttention, scaled_dot_product_attention, multi_head_attention_forward.

    Args:
        embed_dim, num_heads: E and H; H divides E.
    Parameters (keys of the state_dict as in torch.nn.MultiheadAttention, in any order):
        in_proj_weight, in_proj_bias: (3E, E) and (3E,), the rows of query first, then of key, then of value.
        out_proj.weight, out_proj.bias: (E, E) and (E,), those of a torch.nn.Linear.
        Both biases start at 0, the weights as draws around 0, with a deviation such as 0.02 or 1 / sqrt(E).
    Forward:
        x: (N, T, E), in the dtype and on the device of the parameters.
        mask: (N, T) bool, True where a token stands, False at padding, which no token sees, but which itself looks
            around as any token does; None: no padding.
        causal: whether each token sees itself and those before it alone.
        -> y: (N, T, E).
    Example:
        >>> MultiHeadAttention(6, 2)(torch.zeros(4, 5, 6), causal=True).shape
        torch.Size([4, 5, 6])

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.2.2. Deviations: biases, as in torch.
    """

    def __init__(self, embed_dim: int, num_heads: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.num_heads = num_heads
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(3 * embed_dim, embed_dim)))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        nn.init.zeros_(self.out_proj.bias)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        """Return what each token gathered."""
        ### BEGIN SOLUTION
        n, t, e = x.shape
        joint = nn.functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        query, key, value = joint.reshape(n, t, 3, self.num_heads, e // self.num_heads).permute(2, 0, 3, 1, 4)
        seen = None if mask is None else mask[:, None, None, :]  # (N, 1, 1, T): for all heads and queries
        if causal:
            past = causal_mask(t, x.device)
            seen = past if seen is None else seen & past
        heads = scaled_dot_product_attention(query, key, value, seen).output
        return self.out_proj(heads.transpose(1, 2).reshape(n, t, e))
        ### END SOLUTION


def sinusoidal_positions(length: int, dim: int, device: torch.device | str | None = None) -> Tensor:
    """Return a vector of sines and cosines for each position: for t = 0, ..., T-1 and i = 0, ..., D/2 - 1

        p[t, 2i] = sin(t / 10000^(2i/D))        p[t, 2i + 1] = cos(t / 10000^(2i/D))

    Args:
        length, dim: T, at least 0, and D, even.
        device: where the table is made, as for torch.zeros; None is torch's default.
    Returns:
        (T, D), float32.
    Example:
        >>> sinusoidal_positions(2, 4)
        tensor([[0.0000, 1.0000, 0.0000, 1.0000],
                [0.8415, 0.5403, 0.0100, 0.9999]])

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.5. Deviations: none.
    """
    ### BEGIN SOLUTION
    frequencies = 10000.0 ** (-torch.arange(0, dim, 2, device=device) / dim)
    angles = torch.arange(length, device=device).unsqueeze(1) * frequencies
    return torch.stack([angles.sin(), angles.cos()], -1).reshape(length, dim)
    ### END SOLUTION


class RotaryEmbedding(nn.Module):
    """Turns pairs of features by an angle that grows with the position, so that scores depend on distances alone.

    Features i and i + D/2 are a pair, i = 0, ..., D/2 - 1. Token t of x stands at position m = offset + t, and with
    the angle a = m * base^(-2i/D) its pair (u, v) becomes (u cos a - v sin a, u sin a + v cos a).
    The result has the dtype of x; for the angles float32 is enough in any case. Differentiable in x.

    Args:
        dim, base: D, even; the largest wavelength is nearly 2 pi base.
    Parameters: none; it may have buffers.
    Forward:
        x: (*, T, D), such as the queries or the keys of all heads, (N, H, T, D).
        offset: the position of the first token, an int from 0 on; there is no largest position.
        -> (*, T, D).
    Example:
        >>> rotary = RotaryEmbedding(2)
        >>> rotary(torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
        tensor([[ 1.0000,  0.0000],
                [ 0.5403,  0.8415],
                [-0.9093, -0.4161]])

    Source: Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding (2021), section 3.
    Deviations: i goes with i + D/2, as in Llama, where the paper pairs 2i with 2i + 1.
    """

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.dim, self.base = dim, base
        ### END SOLUTION

    def forward(self, x: Tensor, offset: int = 0) -> Tensor:
        """Return x with every pair turned."""
        ### BEGIN SOLUTION
        steps = torch.arange(0, self.dim, 2, dtype=x.dtype, device=x.device)
        positions = torch.arange(offset, offset + x.shape[-2], dtype=x.dtype, device=x.device)
        angles = positions.unsqueeze(1) * self.base ** (-steps / self.dim)
        cos, sin = angles.cos(), angles.sin()
        u, v = x.chunk(2, dim=-1)
        return torch.cat([u * cos - v * sin, u * sin + v * cos], -1)
        ### END SOLUTION


def gelu(x: Tensor) -> Tensor:
    """Return x * P(Z <= x) for a standard normal Z: the exact Gaussian error linear unit, and not its tanh formula.

    P(Z <= x) = (1 + erf(x / sqrt(2))) / 2. Differentiable; finite, as is its gradient, where x is 1000.
    By hand: no torch gelu, nn.GELU. torch.erf is welcome.

    Args:
        x: (*), floating point.
    Returns:
        (*).
    Example:
        >>> gelu(torch.tensor([-1.0, 0.0, 1.0]))
        tensor([-0.1587,  0.0000,  0.8413])

    Source: Hendrycks, Gimpel, Gaussian Error Linear Units (2016). Deviations: none.
    """
    ### BEGIN SOLUTION
    return x * (1 + torch.erf(x / math.sqrt(2))) / 2
    ### END SOLUTION


class RMSNorm(nn.Module):
    """Brings each vector to a mean square of 1: y = x / sqrt(mean(x^2) + eps) * weight, over the last axis of x.

    No mean is subtracted and no bias added. Training and evaluation are the same. Differentiable in x (through the mean
    too) and weight; a vector of zeros gives zeros and a finite gradient.
    By hand: no torch rms_norm, nn.RMSNorm, layer_norm, nn.LayerNorm, normalize.

    Args:
        dim, eps: D; what is added to the mean square, under the root.
    Parameters (keys of the state_dict):
        weight: (D,), starts at 1.
    Forward:
        x: (*, D) -> (*, D).
    Example:
        >>> RMSNorm(2)(torch.tensor([[1.0, 7.0], [-3.0, 0.0]])).detach()
        tensor([[ 0.2000,  1.4000],
                [-1.4142,  0.0000]])

    Source: Zhang, Sennrich, Root Mean Square Layer Normalization (2019). Deviations: eps, as in torch.nn.RMSNorm.
    """

    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return x with every vector scaled."""
        ### BEGIN SOLUTION
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + self.eps) * self.weight
        ### END SOLUTION


class TransformerBlock(nn.Module):
    """Attention between the tokens, then two layers for each token by itself; both add to x what they find.

    x <- x + attention(norm1(x)), then x <- x + linear2(gelu(linear1(norm2(x)))). The norms stand inside the branches
    (pre-norm), and nothing stands on the sum. The parts are those of this file: `RMSNorm` with its eps,
    `MultiHeadAttention`, `gelu`. torch.nn.Linear is welcome.

    Args:
        embed_dim, num_heads: E and H, as for `MultiHeadAttention`.
        hidden_dim: F, how wide it is between the two layers; often 4E.
    Parameters (keys of the state_dict, in any order):
        norm1.weight, norm2.weight: (E,) each.
        attention.*: the four of `MultiHeadAttention`.
        linear1.weight, linear1.bias: (F, E) and (F,); linear2.weight, linear2.bias: (E, F) and (E,).
    Forward:
        x, mask, causal: (N, T, E), and what may be seen, as for `MultiHeadAttention`.
        -> (N, T, E).
    Example:
        >>> TransformerBlock(6, 2, 24)(torch.zeros(4, 5, 6), causal=True).shape
        torch.Size([4, 5, 6])

    Source: Xiong et al., On Layer Normalization in the Transformer Architecture (2020), figure 1 (b).
    Deviations: RMSNorm for layer norm, GELU for ReLU.
    """

    def __init__(self, embed_dim: int, num_heads: int, hidden_dim: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.norm1 = RMSNorm(embed_dim)
        self.attention = MultiHeadAttention(embed_dim, num_heads)
        self.norm2 = RMSNorm(embed_dim)
        self.linear1 = nn.Linear(embed_dim, hidden_dim)
        self.linear2 = nn.Linear(hidden_dim, embed_dim)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        """Return x with what both branches found."""
        ### BEGIN SOLUTION
        x = x + self.attention(self.norm1(x), mask, causal)
        return x + self.linear2(gelu(self.linear1(self.norm2(x))))
        ### END SOLUTION


class GPT(nn.Module):
    """A language model: from each token, and those before it, scores for the token that follows.

    A vector for each token plus one for its place; L blocks, all causal; a norm; and as scores the products with the
    vectors of all V tokens: the last layer is the embedding once more (tied weights), with neither weight nor bias of
    its own. The parts are those of this file; torch.nn.Embedding is welcome.

    Args:
        vocab_size, context: V, and C, how many tokens are read at most.
        embed_dim, num_heads, num_layers: E, H and L; L may be 0. hidden_dim of a block is 4E.
    Parameters (keys of the state_dict, in any order; there is none for the scores):
        embedding.weight, positions.weight: (V, E) and (C, E). Both start small, such as normal with deviation 0.02,
            so that the first loss is within 0.3 of log V.
        blocks.0.*, blocks.1.*, ...: those of each `TransformerBlock`; norm.weight: (E,), of an `RMSNorm`.
    Forward:
        tokens: (N, T) int64, from 0 to V-1; T from 1 to C. The first of them has place 0.
        -> logits: (N, T, V), raw scores.
    Example:
        >>> GPT(vocab_size=27, context=16, embed_dim=8, num_heads=2, num_layers=2)(torch.tensor([[3, 0, 26]])).shape
        torch.Size([1, 3, 27])

    Source: Radford et al., Language Models are Unsupervised Multitask Learners (2019), section 2.3; Press, Wolf,
    Using the Output Embedding to Improve Language Models (2017). Deviations: RMSNorm, no dropout.
    """

    def __init__(self, vocab_size: int, context: int, embed_dim: int, num_heads: int, num_layers: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(context, embed_dim)
        blocks = (TransformerBlock(embed_dim, num_heads, 4 * embed_dim) for _ in range(num_layers))
        self.blocks = nn.ModuleList(blocks)
        self.norm = RMSNorm(embed_dim)
        for table in (self.embedding, self.positions):
            nn.init.normal_(table.weight, std=0.02)
        ### END SOLUTION

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the scores of what follows each token."""
        ### BEGIN SOLUTION
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.embedding(tokens) + self.positions(places)
        for block in self.blocks:
            x = block(x, causal=True)
        return nn.functional.linear(self.norm(x), self.embedding.weight)
        ### END SOLUTION


def train_gpt(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    generator: torch.Generator,
    epochs: int = 5,
    batch_size: int = 20,
    lr: float = 0.01,
    warmup: int = 20,
) -> list[float]:
    """Train a language model in place, in training mode, with a learning rate that rises and falls.

    Each epoch goes once over all texts, in the batches of a new `torch.randperm(N, generator=generator)
    .split(batch_size)`; the last may be smaller, and counts. Step k of K in all, counted from 0: the mean cross-entropy
    of all tokens of the batch; its gradient, with torch.nn.utils.clip_grad_norm_ brought to a common norm of at most 1;
    a step of torch.optim.AdamW, made once, of all parameters, with its defaults (weight decay too) but at the rate

        r_k = lr * min(1, (k + 1) / warmup) * (1 - k / K)

    Args:
        model: model(tokens) is logits (n, T, V), as of `GPT`; left in training mode.
        inputs, targets: (N, T) int64, on the device of the model: texts, and to each token the one that follows.
        generator: a generator of the CPU, which only draws the orders.
        epochs, batch_size, lr, warmup: as above; epochs may be 0, warmup is at least 1.
    Returns:
        A list of `epochs` floats: the mean over the texts of the losses that the steps were made from.
    Example:
        >>> text = torch.tensor([[0, 1, 2, 0, 1, 2, 0]] * 100)
        >>> model = GPT(3, 6, 8, 2, 1)
        >>> losses = train_gpt(model, text[:, :-1], text[:, 1:], torch.Generator().manual_seed(0), epochs=30)
        >>> losses[-1] < 0.5 < losses[0]
        True

    Source: Devlin et al., BERT (2019), appendix A.2, for the learning rate; Loshchilov, Hutter, AdamW (2019).
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    steps, step, losses = epochs * math.ceil(len(inputs) / batch_size), 0, []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(inputs), generator=generator).to(inputs.device).split(batch_size):
            logits = model(inputs[rows])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets[rows].flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.param_groups[0]["lr"] = lr * min(1, (step + 1) / warmup) * (1 - step / steps)
            optimizer.step()
            step += 1
            total += loss.item() * len(rows)
        losses.append(total / len(inputs))
    return losses
    ### END SOLUTION


def token_probabilities(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Tensor:
    """Return with which probability each token comes next, where unlikely ones may be left out.

    1. softmax(logits / temperature); at temperature 0, the limit, the token of the largest score has 1.
    2. With top_k only the k most likely tokens stay, all if there are fewer.
    3. With top_p, of those the most likely ones stay, as few as reach top_p together: the first, the first two, ...
    After 2 and after 3 what stays is divided by its sum. Scores may be as large as 1e4; no two are equal.

    Args:
        logits: (*, V), floating point; each row is by itself.
        temperature: 0, or from 1e-3 to 1e6.
        top_k, top_p: from 1 on, or None; above 0 and below 1, or None.
    Returns:
        (*, V), 0 at tokens that were left out.
    Example:
        >>> scores = torch.tensor([0.1, 0.6, 0.3]).log()
        >>> token_probabilities(scores, top_k=2)
        tensor([0.0000, 0.6667, 0.3333])
        >>> token_probabilities(scores, top_p=0.5)
        tensor([0., 1., 0.])

    Source: Holtzman et al., The Curious Case of Neural Text Degeneration (2020), sections 3.1, 5.2, 5.3.
    """
    ### BEGIN SOLUTION
    if temperature == 0:
        return nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    shares, places = (logits / temperature).softmax(-1).sort(-1, descending=True)
    if top_k is not None:
        shares = shares * (torch.arange(shares.shape[-1], device=shares.device) < top_k)
        shares = shares / shares.sum(-1, keepdim=True)
    if top_p is not None:
        shares = shares * (shares.cumsum(-1) - shares < top_p)  # those before a token do not reach top_p yet
        shares = shares / shares.sum(-1, keepdim=True)
    return torch.zeros_like(shares).scatter(-1, places, shares)
    ### END SOLUTION


class ReadOn(NamedTuple):
    """What `read_with_cache` returns."""

    logits: Tensor  # (N, T, V), the scores of what follows each new token
    cache: list[tuple[Tensor, Tensor]]  # for each block keys and values of all tokens, (N, H, S + T, D) each


def read_with_cache(
    model: nn.Module, tokens: Tensor, cache: list[tuple[Tensor, Tensor]] | None = None
) -> ReadOn:
    """Read tokens that follow those in a cache: scores as if all had been read at once, computed for the new alone.

    No token sees a later one, so keys and values of earlier tokens never change. They are kept: for each block the
    pair (key, value) that its `scaled_dot_product_attention` gets, split into heads. With S tokens in the cache the
    new ones have the places S, S + 1, ... in `positions`. A new token sees all S, and the new ones up to itself.

    Args:
        model: a `GPT` of this file with at least one block; it has attributes that you gave it.
        tokens: (N, T) int64, on the device of the model; S + T is at most C.
        cache: a list of L pairs of (N, H, S, D), D = E/H, from an earlier call; it stays as it was. None: S is 0.
    Returns:
        The named tuple ReadOn: logits (N, T, V), and a cache for the next call, L pairs of (N, H, S + T, D).
    Example:
        >>> model, tokens = GPT(9, 8, 6, 2, 1), torch.tensor([[3, 1, 4, 1, 5]])
        >>> first = read_with_cache(model, tokens[:, :3])
        >>> second = read_with_cache(model, tokens[:, 3:], first.cache)
        >>> torch.allclose(second.logits, model(tokens)[:, 3:], atol=1e-6), second.cache[0][0].shape
        (True, torch.Size([1, 2, 5, 3]))

    Source: Pope et al., Efficiently Scaling Transformer Inference (2022), section 3.3. Deviations: none.
    """
    ### BEGIN SOLUTION
    (n, t), functional = tokens.shape, nn.functional
    past = 0 if cache is None else cache[0][0].shape[2]
    seen = causal_mask(past + t, tokens.device)[past:]
    x = model.embedding(tokens) + model.positions.weight[past : past + t]
    pairs = []
    for i, block in enumerate(model.blocks):
        attention = block.attention
        joint = functional.linear(block.norm1(x), attention.in_proj_weight, attention.in_proj_bias)
        query, key, value = joint.reshape(n, t, 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)
        if cache is not None:
            key, value = torch.cat([cache[i][0], key], 2), torch.cat([cache[i][1], value], 2)
        heads = scaled_dot_product_attention(query, key, value, seen).output
        x = x + attention.out_proj(heads.transpose(1, 2).flatten(2))
        x = x + block.linear2(gelu(block.linear1(block.norm2(x))))
        pairs.append((key, value))
    return ReadOn(functional.linear(model.norm(x), model.embedding.weight), pairs)
    ### END SOLUTION


def generate(
    model: nn.Module,
    tokens: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Write on after texts, token by token, and compute each token once.

    Read the texts. Then, `length` times: draw the next token of each text from `token_probabilities` of its last
    scores, each text by itself, and read it with the cache. The blocks compute at most P + length places of a text.
    No graph is built; the model stays in its mode, with its parameters as they are.

    Args:
        model: a `GPT` of this file with at least one block.
        tokens: (N, P) int64, P at least 1, on the device of the model; P + length is at most C.
        length: how many tokens to write; 0 gives a tensor (N, 0).
        temperature, top_k, top_p: as for `token_probabilities`.
        generator: the only source of the draws, for torch.multinomial; None is torch's own. It may live on another
            device than the model: take the probabilities to `generator.device` then, and the tokens back.
    Returns:
        (N, length) int64, without the given tokens, on their device.
    Example:
        >>> generate(GPT(9, 8, 6, 2, 1), torch.tensor([[3, 1], [4, 1]]), 5, top_k=3).shape
        torch.Size([2, 5])

    Source: as for `token_probabilities` and `read_with_cache`.
    """
    ### BEGIN SOLUTION
    cache, unread, written = None, tokens, [tokens[:, :0]]
    with torch.no_grad():
        for _ in range(length):
            logits, cache = read_with_cache(model, unread, cache)
            chances = token_probabilities(logits[:, -1], temperature, top_k, top_p)
            if generator is not None:
                chances = chances.to(generator.device)
            unread = torch.multinomial(chances, 1, generator=generator).to(tokens.device)
            written.append(unread)
    return torch.cat(written, 1)
    ### END SOLUTION


def train_tokenizer(text: str, merges: int) -> list[tuple[int, int]]:
    """Learn which pairs of tokens to merge into one: byte-pair encoding of a text.

    The tokens are its bytes in UTF-8 at first, 0 to 255. Then again and again: count each pair of neighbours, at every
    place (b b b holds b b twice); take the pair with the largest count, of several the smallest tuple; put a new token,
    256 for the first pair, 257 for the second, in its place, from left to right (b b b becomes 256 b).

    Args:
        text: what to learn from, perhaps empty.
        merges: how many pairs to find at most; fewer where the largest count falls below 2.
    Returns:
        The pairs in the order in which they were found.
    Example:
        >>> train_tokenizer("aaabdaaabac", 3)
        [(97, 97), (97, 98), (256, 257)]

    Source: Sennrich, Haddow, Birch, Neural Machine Translation of Rare Words with Subword Units (2016), section 3.2.
    Deviations: bytes for characters, as in GPT-2, and no limits at words.
    """
    ### BEGIN SOLUTION
    tokens, pairs = list(text.encode()), list[tuple[int, int]]()
    while len(pairs) < merges:
        counts = Counter(pairwise(tokens))
        pair = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if pair is None or counts[pair] < 2:
            break
        tokens = _merged(tokens, pair, 256 + len(pairs))
        pairs.append(pair)
    return pairs
    ### END SOLUTION


### BEGIN SOLUTION
def _merged(tokens: list[int], pair: tuple[int, int], new: int) -> list[int]:
    """Put a new token in the place of a pair, from left to right."""
    merged, t = list[int](), 0
    while t < len(tokens):
        found = tuple(tokens[t : t + 2]) == pair
        merged.append(new if found else tokens[t])
        t += 2 if found else 1
    return merged
### END SOLUTION


def tokenize(text: str, pairs: list[tuple[int, int]]) -> list[int]:
    """Write a text in the tokens of `train_tokenizer`: its bytes, in which one pair after the other is merged.

    Args:
        text: any text; it need not be the one that was learned from.
        pairs: what was learned, in order: pair i, counted from 0, becomes the token 256 + i.
    Returns:
        The tokens; without pairs the bytes in UTF-8.
    Example:
        >>> tokenize("aaab", [(97, 97), (97, 98), (256, 257)])
        [258]
        >>> tokenize("baaa", [(97, 97), (97, 98), (256, 257)])
        [98, 256, 97]

    Source: as for `train_tokenizer`.
    """
    ### BEGIN SOLUTION
    tokens = list(text.encode())
    for i, pair in enumerate(pairs):
        tokens = _merged(tokens, pair, 256 + i)
    return tokens
    ### END SOLUTION


class PatchEmbedding(nn.Module):
    """An image as a row of tokens: a token for the class, then one for each patch; each has a position added.

    The image is cut into P = (H/p) (W/p) patches of p by p pixels, numbered row by row from the upper left. A patch
    (C, p, p) is flattened in this order to C p p numbers, of which the linear layer makes E.

    Args:
        image_size: (H, W), both multiples of p; they may differ.
        patch_size, channels, embed_dim: p, C and E.
    Parameters (keys of the state_dict, in any order):
        projection.weight, projection.bias: (E, C p p) and (E,), those of a torch.nn.Linear.
        class_token: (E,), in front of the patches of every image.
        positions: (P + 1, E), added; row 0 belongs to the class token. Both start small or at 0.
    Forward:
        x: (N, C, H, W) -> (N, P + 1, E).
    Example:
        >>> PatchEmbedding(image_size=(4, 8), patch_size=2, channels=3, embed_dim=5)(torch.zeros(6, 3, 4, 8)).shape
        torch.Size([6, 9, 5])

    Source: Dosovitskiy et al., An Image is Worth 16x16 Words (2020), section 3.1. Deviations: none.
    """

    def __init__(self, image_size: tuple[int, int], patch_size: int, channels: int, embed_dim: int) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.patch_size = patch_size
        patches = (image_size[0] // patch_size) * (image_size[1] // patch_size)
        self.projection = nn.Linear(channels * patch_size**2, embed_dim)
        self.class_token = nn.Parameter(torch.zeros(embed_dim))
        self.positions = nn.Parameter(nn.init.normal_(torch.empty(patches + 1, embed_dim), std=0.02))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the tokens of each image."""
        ### BEGIN SOLUTION
        (n, c, h, w), p = x.shape, self.patch_size
        patches = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5)  # (N, H/p, W/p, C, p, p)
        tokens = self.projection(patches.reshape(n, -1, c * p * p))
        return torch.cat([self.class_token.expand(n, 1, -1), tokens], 1) + self.positions
        ### END SOLUTION


def fix_attention(
    x: Tensor, in_weight: Tensor, in_bias: Tensor, out_weight: Tensor, out_bias: Tensor, num_heads: int
) -> Tensor:
    """Let tokens look back with several heads. The code that is given runs, and is wrong: find its four mistakes.

    It should compute what `MultiHeadAttention` does with causal=True and these weights. Each mistake is worth points.
    Rewriting is as welcome as repairing. Differentiable in all tensors.

    Args:
        x: (N, T, E), floating point.
        in_weight, in_bias: (3E, E) and (3E,), the rows of query first, then of key, then of value.
        out_weight, out_bias: (E, E) and (E,), as of a torch.nn.Linear.
        num_heads: H, which divides E; head h has the entries h E/H, ..., (h + 1) E/H - 1.
    Returns:
        (N, T, E).
    Example:
        >>> zero, one = torch.zeros(1, 1), torch.ones(1, 1)  # all weights equal, and the values are x
        >>> in_weight = torch.cat([zero, zero, one])
        >>> fix_attention(torch.tensor([[[6.0], [2.0], [1.0]]]), in_weight, torch.zeros(3), one, torch.zeros(1), 1)
        tensor([[[6.],
                 [4.],
                 [3.]]])

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.2.
    """
    ### BEGIN SOLUTION
    n, t, e = x.shape
    joint = nn.functional.linear(x, in_weight, in_bias)
    query, key, value = joint.reshape(n, t, 3, num_heads, e // num_heads).permute(2, 0, 3, 1, 4)
    scores = query @ key.transpose(-2, -1) / math.sqrt(e // num_heads)
    past = torch.ones(t, t, dtype=torch.bool, device=x.device).tril()
    weights = scores.masked_fill(~past, -torch.inf).softmax(-1)
    heads = (weights @ value).transpose(1, 2).reshape(n, t, e)
    return nn.functional.linear(heads, out_weight, out_bias)
    ### BEGIN STUB
    # n, t, e = x.shape
    # joint = nn.functional.linear(x, in_weight, in_bias)
    # query, key, value = joint.reshape(n, t, 3, num_heads, e // num_heads).permute(2, 0, 3, 1, 4)
    # scores = query @ key.transpose(-2, -1) / math.sqrt(e)
    # past = torch.ones(t, t, dtype=torch.bool, device=x.device).tril(diagonal=1)
    # weights = scores.masked_fill(~past, -torch.inf).softmax(-2)
    # heads = (weights @ value).reshape(n, t, e)
    # return nn.functional.linear(heads, out_weight, out_bias)
    ### END STUB
    ### END SOLUTION
