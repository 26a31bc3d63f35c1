"""Wrong variants of attention.PatchEmbedding."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("attention").PatchEmbedding


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        return self._placed(self._with_class(self.projection(self._patches(x))))

    def _axes(self, x):
        (n, c, h, w), p = x.shape, self.patch_size
        return x.reshape(n, c, h // p, p, w // p, p)

    def _patches(self, x):
        return self._axes(x).permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)

    def _with_class(self, tokens):
        return torch.cat([self.class_token.expand(len(tokens), 1, -1), tokens], 1)

    def _placed(self, tokens):
        return tokens + self.positions


@mistake("a reshape alone does not cut patches: rows and columns of a patch have to come together first")
class ReshapeAlone(_Parts):
    def _patches(self, x):
        n, c, h, w = x.shape
        return x.reshape(n, -1, c * self.patch_size**2)


@mistake("the patches are numbered column by column: row by row")
class ColumnByColumn(_Parts):
    def _patches(self, x):
        return self._axes(x).permute(0, 4, 2, 1, 3, 5).flatten(3).flatten(1, 2)


@mistake("each patch lies on its side: its pixels are written row by row")
class PatchesOnTheirSide(_Parts):
    def _patches(self, x):
        return self._axes(x).permute(0, 2, 4, 1, 5, 3).flatten(3).flatten(1, 2)


@mistake("the channels of a pixel stand together: a patch is written channel by channel")
class ChannelsLast(_Parts):
    def _patches(self, x):
        return self._axes(x).permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


@mistake("channels were mixed with patches: all channels of a patch are one token")
class ChannelsInFront(_Parts):
    def _patches(self, x):
        n, c, h, w = x.shape
        return self._axes(x).permute(0, 1, 2, 4, 3, 5).reshape(n, -1, c * self.patch_size**2)


@mistake("every p-th pixel makes a patch: a patch is p by p pixels that stand together")
class EveryPthPixel(_Parts):
    def _axes(self, x):
        (n, c, h, w), p = x.shape, self.patch_size
        return x.reshape(n, c, p, h // p, p, w // p).permute(0, 1, 3, 2, 5, 4)


@mistake("height and width are exchanged: an image is (N, C, H, W)")
class WidthFirst(_Parts):
    def _patches(self, x):
        return super()._patches(x.transpose(2, 3))


@mistake("the class token stands after the patches: in front of them")
class ClassLast(_Parts):
    def _with_class(self, tokens):
        return torch.cat([tokens, self.class_token.expand(len(tokens), 1, -1)], 1)


@mistake("the class token is added to every patch: it is a token of its own")
class ClassAdded(_Parts):
    def _with_class(self, tokens):
        return torch.cat([torch.zeros_like(tokens[:, :1]), tokens], 1) + self.class_token


@mistake("the class token is not there: a row of zeros stands in its place")
class ClassOfZeros(_Parts):
    def _with_class(self, tokens):
        return torch.cat([torch.zeros_like(tokens[:, :1]), tokens], 1)


@mistake("only the first image has the class token: every image has it")
class ClassOnce(_Parts):
    def _with_class(self, tokens):
        first = torch.zeros_like(tokens[:, :1])
        first[0, 0] += self.class_token
        return torch.cat([first, tokens], 1)


@mistake("no class token comes back: P + 1 tokens are asked for")
class WithoutClass(_Parts):
    def _with_class(self, tokens):
        return tokens

    def _placed(self, tokens):
        return tokens + self.positions[1:]


@mistake("no positions are added")
class WithoutPositions(_Parts):
    def _placed(self, tokens):
        return tokens


@mistake("the class token has no position: row 0 is added to it")
class ClassWithoutPosition(_Parts):
    def _placed(self, tokens):
        return torch.cat([tokens[:, :1], tokens[:, 1:] + self.positions[1:]], 1)


@mistake("the last row of the positions belongs to the class token: it is row 0")
class PositionsShifted(_Parts):
    def _placed(self, tokens):
        return tokens + self.positions.roll(1, 0)


@mistake("tokens are multiplied by the positions: they are added")
class PositionsMultiplied(_Parts):
    def _placed(self, tokens):
        return tokens * self.positions


@mistake("the projection has no bias")
class WithoutBias(_Parts):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__(image_size, patch_size, channels, embed_dim)
        self.projection = nn.Linear(channels * patch_size**2, embed_dim, bias=False)


@mistake("the projection is a convolution: its weight has four axes, and (E, C p p) is asked for")
class AConvolution(_Parts):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__(image_size, patch_size, channels, embed_dim)
        self.projection = nn.Conv2d(channels, embed_dim, patch_size, patch_size)

    def forward(self, x):
        return self._placed(self._with_class(self.projection(x).flatten(2).mT))


@mistake("there are positions for the patches alone: the class token has one too")
class OnePositionTooFew(_Parts):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__(image_size, patch_size, channels, embed_dim)
        self.positions = nn.Parameter(self.positions.detach()[1:].clone())

    def _placed(self, tokens):
        return torch.cat([tokens[:, :1], tokens[:, 1:] + self.positions], 1)


@mistake("the number of patches is that of a square image: (H/p) (W/p)")
class SquareImages(_Parts):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__((image_size[0], image_size[0]), patch_size, channels, embed_dim)


@mistake("the class token is (1, 1, E): (E,) is asked for")
class ClassOfThreeAxes(_Parts):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__(image_size, patch_size, channels, embed_dim)
        self.class_token = nn.Parameter(torch.zeros(1, 1, embed_dim))


@mistake("the positions are a buffer: they are learned, so they are an nn.Parameter")
class PositionsAsBuffer(_Parts):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__(image_size, patch_size, channels, embed_dim)
        positions = self.positions.detach()
        del self.positions
        self.register_buffer("positions", positions)


@mistake("the class token is a plain tensor: only an nn.Parameter is learned, moved and saved")
class PlainClassToken(_Parts):
    def __init__(self, image_size, patch_size, channels, embed_dim):
        super().__init__(image_size, patch_size, channels, embed_dim)
        del self.class_token
        self.class_token = torch.zeros(embed_dim)
