"""Wrong variants of attention.read_with_cache."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


class _Reader:
    """The right way in parts, each of which a variant may replace."""

    def __call__(self, model, tokens, cache=None):
        past = 0 if cache is None else cache[0][0].shape[2]
        x, pairs = model.embedding(tokens) + self.places(model, tokens, past), []
        seen = self.seen(past, tokens.shape[1], tokens.device)
        for i, block in enumerate(model.blocks):
            query, key, value = self.split(block.attention, block.norm1(x))
            new = (key, value)
            if cache is not None:
                key, value = self.joined(cache, i, key, value)
            found = self.attend(query, key, value, seen[..., : key.shape[2]])
            x = x + block.attention.out_proj(self.merged(found))
            x = x + block.linear2(functional.gelu(block.linear1(block.norm2(x))))
            pairs.append(self.kept(key, value, new))
        scores = functional.linear(self.normed(model, x), model.embedding.weight)
        return reference("attention").ReadOn(scores, self.returned(pairs, cache))

    def places(self, model, tokens, past):
        return model.positions.weight[past : past + tokens.shape[1]]

    def seen(self, past, t, device):
        return torch.ones(past + t, past + t, dtype=torch.bool, device=device).tril()[past:]

    def split(self, attention, x):
        joint = functional.linear(x, attention.in_proj_weight, attention.in_proj_bias)
        n, t, _ = x.shape
        return joint.reshape(n, t, 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)

    def joined(self, cache, i, key, value):
        return torch.cat([cache[i][0], key], 2), torch.cat([cache[i][1], value], 2)

    def attend(self, query, key, value, seen):
        scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
        return scores.masked_fill(~seen, -torch.inf).softmax(-1) @ value

    def merged(self, found):
        return found.transpose(1, 2).flatten(2)

    def kept(self, key, value, new):
        return key, value

    def normed(self, model, x):
        return model.norm(x)

    def returned(self, pairs, cache):
        return pairs


def _reads(reader):
    """Make a function of a reader."""

    def variant(model, tokens, cache=None):
        return reader()(model, tokens, cache)

    return variant


@mistake("the new tokens have places from 0 on: with S in the cache the first new one has place S")
@_reads
class places_from_zero(_Reader):
    def places(self, model, tokens, past):
        return model.positions.weight[: tokens.shape[1]]


@mistake("all new tokens have place S: they have S, S + 1, ...")
@_reads
class one_place_for_all(_Reader):
    def places(self, model, tokens, past):
        return model.positions.weight[past : past + 1]


@mistake("the new tokens have places from S + 1 on: the first new one has place S")
@_reads
class places_one_ahead(_Reader):
    def places(self, model, tokens, past):
        c = len(model.positions.weight)
        return model.positions.weight[(torch.arange(past, past + tokens.shape[1], device=tokens.device) + 1) % c]


@mistake("the new tokens all see one another: each sees the new ones up to itself")
@_reads
class new_ones_see_all(_Reader):
    def seen(self, past, t, device):
        return torch.ones(t, past + t, dtype=torch.bool, device=device)


@mistake("with a cache the new tokens all see one another: each sees the new ones up to itself")
@_reads
class new_ones_see_all_after_a_cache(_Reader):
    def seen(self, past, t, device):
        return torch.ones(t, past + t, dtype=torch.bool, device=device).tril(past + t if past else 0)


@mistake("the mask is the top of the causal square: the new tokens are its last rows")
@_reads
class first_rows_of_the_mask(_Reader):
    def seen(self, past, t, device):
        return torch.ones(t, past + t, dtype=torch.bool, device=device).tril()


@mistake("a new token does not see itself")
@_reads
class without_itself(_Reader):
    def seen(self, past, t, device):
        seen = super().seen(past, t, device)
        itself = torch.arange(past + t, device=device) == torch.arange(past, past + t, device=device)[:, None]
        return seen & ~itself | (torch.arange(past + t, device=device) == 0) & (past == 0)


@mistake("no new token sees one of those in the cache: it sees all of them, and the new ones up to itself")
@_reads
class cache_ignored(_Reader):
    def joined(self, cache, i, key, value):
        return torch.cat([cache[i][0], key], 2), torch.cat([cache[i][1], value], 2)

    def seen(self, past, t, device):
        seen = super().seen(past, t, device)
        seen[:, :past] = False
        return seen


@mistake("the new keys and values stand in front of the old ones: they follow them")
@_reads
class new_in_front(_Reader):
    def joined(self, cache, i, key, value):
        return torch.cat([key, cache[i][0]], 2), torch.cat([value, cache[i][1]], 2)


@mistake("all blocks read the cache of the first: each block has its own")
@_reads
class cache_of_the_first_block(_Reader):
    def joined(self, cache, i, key, value):
        return super().joined(cache, 0, key, value)


@mistake("all blocks read the cache of the last: each block has its own")
@_reads
class cache_of_the_last_block(_Reader):
    def joined(self, cache, i, key, value):
        return super().joined(cache, -1, key, value)


@mistake("keys and values are exchanged in the cache that comes in: a pair is (key, value)")
@_reads
class pair_exchanged(_Reader):
    def joined(self, cache, i, key, value):
        return torch.cat([cache[i][1], key], 2), torch.cat([cache[i][0], value], 2)


@mistake("pairs come back as (value, key): keys are first")
@_reads
class returned_exchanged(_Reader):
    def kept(self, key, value, new):
        return value, key

    def joined(self, cache, i, key, value):
        return super().joined([pair[::-1] if self.own(pair) else pair for pair in cache], i, key, value)

    def own(self, pair):
        return False


@mistake("only the new keys and values come back: the next call needs the old ones too")
@_reads
class new_ones_alone(_Reader):
    def kept(self, key, value, new):
        return new


@mistake("the old cache comes back without the new keys and values")
@_reads
class old_cache_returned(_Reader):
    def returned(self, pairs, cache):
        return pairs if cache is None else cache


@mistake("the cache of the last block alone comes back: there is a pair for each block")
@_reads
class one_pair(_Reader):
    def returned(self, pairs, cache):
        return pairs[-1:] * len(pairs)


@mistake("the new pairs are appended to the list that came in: make a list of its own")
@_reads
class appended(_Reader):
    def returned(self, pairs, cache):
        if cache is None:
            return pairs
        cache[:] = pairs
        return cache


@mistake("the values were not kept: the cache holds the keys twice")
@_reads
class keys_twice(_Reader):
    def kept(self, key, value, new):
        return key, key


@mistake("the cached keys are divided by the root of D: keep them as they go into the attention")
@_reads
class scaled_keys(_Reader):
    def kept(self, key, value, new):
        return key / key.shape[-1] ** 0.5, value


@mistake("the cache is (N, S, H, D): keep keys and values with the heads in front of the tokens")
@_reads
class tokens_before_heads(_Reader):
    def kept(self, key, value, new):
        return key.transpose(1, 2), value.transpose(1, 2)

    def joined(self, cache, i, key, value):
        old = [part.transpose(1, 2) if part.shape[1] != key.shape[1] else part for part in cache[i]]
        return torch.cat([old[0], key], 2), torch.cat([old[1], value], 2)


@mistake("the heads come back by a reshape: exchange heads and tokens first")
@_reads
class merged_without_transpose(_Reader):
    def merged(self, found):
        n, h, t, d = found.shape
        return found.reshape(n, t, h * d)


@mistake("the scores are not divided by the root of D")
@_reads
class not_scaled(_Reader):
    def attend(self, query, key, value, seen):
        return super().attend(query * query.shape[-1] ** 0.5, key, value, seen)


@mistake("the norm after the blocks is missing")
@_reads
class last_norm_missing(_Reader):
    def normed(self, model, x):
        return x


@mistake("scores of the last new token alone come back: each new one has its scores")
@_reads
class last_scores_alone(_Reader):
    def __call__(self, model, tokens, cache=None):
        logits, pairs = super().__call__(model, tokens, cache)
        return reference("attention").ReadOn(logits[:, -1:], pairs)


@mistake("the mask is made on the CPU: make it on the device of the tokens")
@_reads
class mask_on_the_cpu(_Reader):
    def seen(self, past, t, device):
        return super().seen(past, t, "cpu")


@mistake("a plain tuple comes back: ReadOn has the fields logits and cache")
@_reads
class plain_tuple(_Reader):
    def __call__(self, model, tokens, cache=None):
        return tuple(super().__call__(model, tokens, cache))
