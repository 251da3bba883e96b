"""Squeeze to 96 samples a block and the orthonormal mixing, in floating point.

A block is 8x8 luma + 4x4 U + 4x4 V. The codec realises the same mixing by integer lifting; training
may use the float matrix, since the two differ by rounding at 1/16 of a grey level.
"""

import math

import torch
import torch.nn.functional as F


def dct_matrix(n: int) -> torch.Tensor:
    k = torch.arange(n)[:, None].double()
    i = torch.arange(n)[None].double()
    m = torch.cos(math.pi * (2 * i + 1) * k / (2 * n)) * math.sqrt(2 / n)
    m[0] /= math.sqrt(2)
    return m.float()


def zigzag(n: int) -> list[int]:
    """Positions of an n x n block by rising diagonal, rows first within one."""
    return sorted(range(n * n), key=lambda p: (p // n + p % n, p // n))


CHROMA_GAIN = math.sqrt(2)
"""Chroma coefficients are this much larger than orthonormal, so that their step is finer."""


def orthonormal() -> torch.Tensor:
    """(96, 96) orthonormal matrix of the three transforms, channels in the order of a row."""
    luma = torch.kron(dct_matrix(8), dct_matrix(8))[zigzag(8)]
    chroma = torch.kron(dct_matrix(4), dct_matrix(4))[zigzag(4)]
    m = torch.zeros(96, 96)
    m[:64, :64] = luma
    m[64:80, 64:80] = chroma
    m[80:, 80:] = chroma
    return m


def channel_gains() -> torch.Tensor:
    """(96,) gain of every coefficient."""
    gains = torch.ones(96)
    gains[64:] = CHROMA_GAIN
    return gains


def mixing() -> torch.Tensor:
    """(96, 96) matrix: coefficients = samples @ mixing.t()."""
    return channel_gains()[:, None] * orthonormal()


def unmixing() -> torch.Tensor:
    """(96, 96) matrix: samples = coefficients @ unmixing."""
    return orthonormal() / channel_gains()[:, None]


# Frequency groups as (first, last) channels of luma and of each chroma plane.
GROUP_RANGES = [((0, 1), (0, 1)), ((1, 6), (1, 3)), ((6, 21), (3, 10)), ((21, 64), (10, 16))]
GROUPS = [
    [*range(*y), *range(64 + c[0], 64 + c[1]), *range(80 + c[0], 80 + c[1])] for y, c in GROUP_RANGES
]
GROUP_SIZES = [len(g) for g in GROUPS]


def to_rows(y: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Planes (B, h, w) to blocks (B * h/8 * w/8, 96), samples minus 128."""
    parts = [F.pixel_unshuffle(y[:, None], 8), F.pixel_unshuffle(u[:, None], 4), F.pixel_unshuffle(v[:, None], 4)]
    blocks = torch.cat(parts, 1)
    return blocks.permute(0, 2, 3, 1).reshape(-1, 96) - 128


def to_planes(rows: torch.Tensor, batch: int, bh: int, bw: int):
    """Inverse of `to_rows`."""
    blocks = (rows + 128).reshape(batch, bh, bw, 96).permute(0, 3, 1, 2)
    return (
        F.pixel_shuffle(blocks[:, :64], 8)[:, 0],
        F.pixel_shuffle(blocks[:, 64:80], 4)[:, 0],
        F.pixel_shuffle(blocks[:, 80:], 4)[:, 0],
    )
