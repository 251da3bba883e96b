"""In-loop filter of coded blocks as the codec does it (kernels/assembly/filter), with gradients."""

import os
import re

import torch
import torch.nn.functional as F

from .filter import LIMITS, MARGIN, OFFSETS, SWAPPED, TIED, directions
from .gpu import fused
from .quantizer import round_ste

WEIGHTS_FILE = os.path.join(os.path.dirname(__file__), "../../src/kernels/assembly/filter/weights.ts")
SETS = 4
SET_WIDTH = 8
SWAP = torch.tensor(SWAPPED)
_directions = fused(directions)
FIRST = {False: 22, True: 12}
"""First quantization index of the first set, for predicted (False) and key frames (True)."""


def read_weights(path: str = WEIGHTS_FILE) -> torch.Tensor:
    """(2, SETS, luma classes + 1, neighbour groups, limits) weights; key frames second, chroma last."""
    with open(path) as file:
        body = re.sub(r"//.*", "", file.read().split("memory.data<i16>([", 1)[1].split("]", 1)[0])
    values = torch.tensor([int(w) for w in re.findall(r"-?\d+", body)]).float()
    return values.view(2, SETS, len(TIED) + 1, len(OFFSETS), len(LIMITS)) / 32768


def _patches(plane: torch.Tensor, blocks: torch.Tensor, side: int) -> torch.Tensor:
    """Plane (B, h, w), blocks (n, 3) picture, block row and column -> (n, side + 4, side + 4)."""
    padded = F.pad(plane[:, None], (MARGIN,) * 4, mode="replicate")[:, 0]
    _, height, width = padded.shape
    span = torch.arange(side + 2 * MARGIN, device=blocks.device)
    rows = (blocks[:, 0] * height + blocks[:, 1] * side)[:, None] + span
    at = rows[:, :, None] * width + (blocks[:, 2] * side)[:, None, None] + span
    return padded.flatten().index_select(0, at.flatten()).view(at.shape)


def _limited(difference, weights, limits):
    """Sum over limits of weight * clamp(difference, -limit, limit), and its slope."""
    out = torch.zeros_like(difference)
    slope = torch.zeros_like(difference)
    size = difference.abs()
    for k in range(len(LIMITS)):
        limit, weight = limits[k], weights[:, k, None, None]
        out = out + weight * torch.maximum(torch.minimum(difference, limit), -limit)
        slope = slope + weight * (size < limit)
    return out, slope


class _Pull(torch.autograd.Function):
    """`_limited` with its gradient; weights and limits are constant."""

    @staticmethod
    def forward(ctx, difference, weights, limits):
        out, slope = _limited(difference, weights, limits)
        ctx.save_for_backward(slope)
        return out

    @staticmethod
    def backward(ctx, grad):
        (slope,) = ctx.saved_tensors
        return grad * slope, None, None


@fused
def _filter_plane(samples, plane, blocks, weights, step):
    """samples (n, side, side) before rounding; weights (n, groups, limits), step (n,) -> filtered."""
    side = samples.shape[1]
    patch = _patches(plane, blocks, side)
    limits = [(step * limit / 256)[:, None, None] for limit in LIMITS]
    change = 0.0
    for group, (x, y) in enumerate(OFFSETS):
        for sx, sy in ((x, y), (-x, -y)):
            near = patch[:, MARGIN + sy : MARGIN + sy + side, MARGIN + sx : MARGIN + sx + side]
            change = change + _Pull.apply(near - samples, weights[:, group], limits)
    return samples + change


class LoopFilter:
    """Filters coded blocks of key or predicted frames with the committed weights."""

    def __init__(self, key: bool):
        self.key = key
        self.weights = read_weights()[int(key)]

    def __call__(self, samples, planes, blocks, qp, step):
        """samples (n, 96) minus 128, before rounding, of blocks (n, 3) at indices qp and steps (n,);
        planes: the picture (y, u, v) before the filter, coded blocks rounded -> (n, 96) filtered.
        """
        chosen = ((qp - FIRST[self.key]) // SET_WIDTH).clamp(0, SETS - 1)
        y, u, v = (
            part.reshape(len(part), side, side) + 128
            for part, side in zip(samples.split([64, 16, 16], 1), (8, 4, 4))
        )
        kind, swapped = _directions(_patches(planes[0].detach(), blocks, 8))
        luma = self.weights[chosen, kind]
        luma = torch.where(swapped[:, None, None], luma.index_select(1, SWAP), luma)
        chroma = self.weights[chosen, len(TIED)]
        out = [
            _filter_plane(y, planes[0], blocks, luma, step),
            _filter_plane(u, planes[1], blocks, chroma, step),
            _filter_plane(v, planes[2], blocks, chroma, step),
        ]
        return torch.cat([part.flatten(1) for part in out], 1) - 128


def rounded(planes):
    """Pictures as 8 bits, with the gradient passed through."""
    return tuple(round_ste(p.clamp(0, 255)) for p in planes)
