"""Motion compensation as the codec does it (8-tap luma, 4-tap chroma, integers), batched in torch."""

import torch
import torch.nn.functional as F

LUMA_TAPS = torch.tensor(
    [[0, 0, 0, 64, 0, 0, 0, 0], [-1, 4, -10, 58, 17, -5, 1, 0], [-1, 4, -11, 40, 40, -11, 4, -1], [0, 1, -5, 17, 58, -10, 4, -1]]
).float()
CHROMA_TAPS = torch.tensor(
    [[0, 64, 0, 0], [-2, 58, 10, -2], [-4, 54, 16, -2], [-6, 46, 28, -4], [-4, 36, 36, -4], [-4, 28, 46, -6], [-2, 16, 54, -4], [-2, 10, 58, -2]]
).float()
PAD = 80


def _plane(plane, mv, block, taps, bits, pad):
    batch, h, w = plane.shape
    bh, bw = h // block, w // block
    before = taps.shape[1] // 2 - 1
    reach = block + taps.shape[1] - 1
    padded = F.pad(plane[:, None], (pad, pad, pad, pad), mode="replicate")[:, 0]
    mv = mv.long()
    fraction = mv & ((1 << bits) - 1)
    whole = mv >> bits
    limit_x, limit_y = w + pad - block - 8, h + pad - block - 8
    x = (torch.arange(bw) * block + whole[..., 0]).clamp(-pad + 8, limit_x) + pad - before
    y = (torch.arange(bh)[:, None] * block + whole[..., 1]).clamp(-pad + 8, limit_y) + pad - before
    span = torch.arange(reach)
    rows = (y[..., None] + span) * padded.shape[2]
    index = rows[..., :, None] + (x[..., None] + span)[..., None, :]
    patches = padded.flatten(1).gather(1, index.flatten(1)).view(batch * bh * bw, reach, reach)
    horizontal = taps[fraction[..., 0].flatten()]
    vertical = taps[fraction[..., 1].flatten()]
    columns = patches.unfold(2, taps.shape[1], 1)
    mid = torch.einsum("nyxk,nk->nyx", columns, horizontal)
    out = torch.einsum("nyxk,nk->nyx", mid.unfold(1, taps.shape[1], 1), vertical)
    out = torch.floor((out + 2048) / 4096).clamp(0, 255)
    return out.view(batch, bh, bw, block, block).transpose(2, 3).reshape(batch, h, w)


@torch.no_grad()
def compensate(reference, mv):
    """reference: (y, u, v) float planes (B, h, w); mv (B, h/8, w/8, 2) in quarter luma samples."""
    y, u, v = reference
    return (
        _plane(y, mv, 8, LUMA_TAPS, 2, PAD),
        _plane(u, mv, 4, CHROMA_TAPS, 3, PAD // 2),
        _plane(v, mv, 4, CHROMA_TAPS, 3, PAD // 2),
    )


def carry_state(state, mv):
    """state (B, bh, bw, C) fetched along motion from the nearest block, clamped to the picture."""
    batch, bh, bw, _ = state.shape
    shift = (mv.long() + 16) >> 5
    x = (torch.arange(bw) + shift[..., 0]).clamp(0, bw - 1)
    y = (torch.arange(bh)[:, None] + shift[..., 1]).clamp(0, bh - 1)
    return state[torch.arange(batch)[:, None, None], y, x]
