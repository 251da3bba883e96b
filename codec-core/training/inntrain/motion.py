"""Motion compensation as the codec does it (8-tap luma, 4-tap chroma, integers), batched in torch."""

import torch
import torch.nn.functional as F

from .gpu import ON_GPU, fused

LUMA_TAPS = torch.tensor(
    [[0, 0, 0, 64, 0, 0, 0, 0], [-1, 4, -10, 58, 17, -5, 1, 0], [-1, 4, -11, 40, 40, -11, 4, -1], [0, 1, -5, 17, 58, -10, 4, -1]]
).float()
CHROMA_TAPS = torch.tensor(
    [[0, 64, 0, 0], [-2, 58, 10, -2], [-4, 54, 16, -2], [-6, 46, 28, -4], [-4, 36, 36, -4], [-4, 28, 46, -6], [-2, 16, 54, -4], [-2, 10, 58, -2]]
).float()
PAD = 80
# Weights of a neighbour's prediction by distance from the common edge, of 64, and the neighbours'
# places in the order in which they are blended: above, below, left, right.
LUMA_FADE = torch.tensor([25, 14, 5, 0]).float()
CHROMA_FADE = torch.tensor([19, 0]).float()
SIDES = [(-1, 0), (1, 0), (0, -1), (0, 1)]


def _bands(taps, block):
    """(fractions, block + taps - 1, block): the interpolation of a line of samples as matrices."""
    fractions, count = taps.shape
    out = taps.new_zeros(fractions, block + count - 1, block)
    for i in range(block):
        out[:, i : i + count, i] = taps
    return out


class _Plane:
    """Fetches moved blocks of a padded plane."""

    def __init__(self, plane, block, taps, bits, pad):
        self.size = plane.shape[1:]
        self.block, self.taps, self.bits, self.pad = block, taps, bits, pad
        self.bands = _bands(taps, block)
        self.padded = F.pad(plane[:, None], (pad, pad, pad, pad), mode="replicate")[:, 0]

    def fetch(self, places, mv):
        """places: pictures, block rows, block columns (n,); mv (n, 2) -> (n, block, block)."""
        h, w = self.size
        block, pad, reach = self.block, self.pad, self.block + self.taps.shape[1] - 1
        before = self.taps.shape[1] // 2 - 1
        fraction, whole = mv & ((1 << self.bits) - 1), mv >> self.bits
        x = (places[2] * block + whole[:, 0]).clamp(8 - pad, w + pad - block - 8) + pad - before
        y = (places[1] * block + whole[:, 1]).clamp(8 - pad, h + pad - block - 8) + pad - before
        span = torch.arange(reach, device=mv.device)
        stride, area = self.padded.shape[2], self.padded.shape[1] * self.padded.shape[2]
        rows = places[0][:, None] * area + (y[:, None] + span) * stride
        patches = self.padded.flatten()[rows[:, :, None] + (x[:, None] + span)[:, None, :]]
        middle = torch.bmm(patches, self.bands[fraction[:, 0]])
        out = torch.bmm(self.bands[fraction[:, 1]].transpose(1, 2), middle)
        return torch.floor((out + 2048) / 4096).clamp(0, 255)


def _fade_mask(block, weights, side):
    """(block, block) weights of the neighbour at a side."""
    line = weights.new_zeros(block)
    line[: len(weights)] = weights
    dy, dx = SIDES[side]
    line = line.flip(0) if dy + dx > 0 else line
    return (line[:, None] if dy else line[None, :]).expand(block, block)


def _places(mask):
    """Pictures, block rows and block columns (n,) to fetch: where the mask says; on a GPU, which would have to
    be waited for, everywhere."""
    if ON_GPU:
        return torch.cartesian_prod(*(torch.arange(n, device=mask.device) for n in mask.shape)).unbind(1)
    return mask.nonzero(as_tuple=True)


@fused
def _compensate_plane(plane, mv, block, taps, bits, pad, fade):
    batch, h, w = plane.shape
    source = _Plane(plane, block, taps, bits, pad)
    # Blocks as (batch, row, column, y, x); those that do not move need no interpolation.
    blocks = plane.view(batch, h // block, block, w // block, block).transpose(2, 3).clone()
    moved = _places((mv != 0).any(-1))
    blocks[moved] = source.fetch(moved, mv[moved])
    for side, (dy, dx) in enumerate(SIDES):
        neighbour = torch.roll(mv, (-dy, -dx), (1, 2))
        # What rolled in from the far side is no neighbour.
        border = (slice(None), 0 if dy < 0 else -1) if dy else (slice(None), slice(None), 0 if dx < 0 else -1)
        neighbour[border] = mv[border]
        differs = (neighbour != mv).any(-1)
        edge = _places(differs)
        own, mask = blocks[edge], _fade_mask(block, fade, side) * differs[edge][:, None, None]
        other = source.fetch(edge, neighbour[edge])
        blocks[edge] = own + torch.floor(((other - own) * mask + 32) / 64)
    return blocks.transpose(2, 3).reshape(batch, h, w)


@torch.no_grad()
def compensate(reference, mv):
    """reference: (y, u, v) float planes (B, h, w); mv (B, h/8, w/8, 2) in quarter luma samples."""
    y, u, v = reference
    mv = mv.long()
    chroma = (4, CHROMA_TAPS, 3, PAD // 2, CHROMA_FADE)
    return (
        _compensate_plane(y, mv, 8, LUMA_TAPS, 2, PAD, LUMA_FADE),
        _compensate_plane(u, mv, *chroma),
        _compensate_plane(v, mv, *chroma),
    )


def carry_state(state, mv):
    """state (B, bh, bw, C) fetched along motion from the nearest block, clamped to the picture."""
    batch, bh, bw, _ = state.shape
    shift = (mv.long() + 16) >> 5
    x = (torch.arange(bw) + shift[..., 0]).clamp(0, bw - 1)
    y = (torch.arange(bh)[:, None] + shift[..., 1]).clamp(0, bh - 1)
    places = (torch.arange(batch)[:, None, None] * bh + y) * bw + x
    return state.flatten(0, 2).index_select(0, places.flatten()).view(state.shape)
