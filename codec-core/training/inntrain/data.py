"""Short decoded sequences with motion, prepared once (see ../prepare.mjs), cropped at random."""

import glob
import math
import os
import random

import numpy as np
import torch

MOTION_LIMITS = torch.tensor([28, 38, 46])
"""Quantization indices from which the second, third and fourth motion of a segment counts, halfway
between those it was found at (../prepare.mjs)."""
CATEGORY_WEIGHT = {"webcam": 3.0, "talking-head": 3.0, "screen": 0.7, "general": 1.0, "classic": 1.0}


def clip_weights(index_file: str) -> dict[str, float]:
    """Sampling weight of every clip by its category in INDEX.tsv (people count most)."""
    weights = {}
    with open(index_file) as lines:
        for line in lines:
            columns = line.rstrip("\n").split("\t")
            category = next((c for c in columns if c in CATEGORY_WEIGHT), None)
            if category:
                weights[os.path.basename(columns[0])] = CATEGORY_WEIGHT[category]
    return weights


class Sequences:
    """Every prepared segment: y, u, v (T, h, w) u8 and mv (4, T, h/8, w/8, 2) i16, where the networks run."""

    def __init__(self, folder: str, index_file: str | None = None):
        weights = clip_weights(index_file) if index_file else {}
        parts = {"y": [], "u": [], "v": [], "mv": []}
        self.sizes = []
        self.starts = []
        self.weights = []
        start = 0
        for path in sorted(glob.glob(os.path.join(folder, "*", "mv.npy"))):
            segment = os.path.dirname(path)
            for name, part in parts.items():
                part.append(np.load(os.path.join(segment, name + ".npy")))
            if parts["mv"][-1].ndim != 5:
                raise SystemExit(f"{segment} is of an earlier prepare.mjs: delete {folder} and run it again")
            size = parts["y"][-1].shape
            self.sizes.append(size)
            self.starts.append(start)
            start += math.prod(size)
            clip = os.path.basename(segment).rsplit(".", 1)[0]
            self.weights.append(weights.get(clip, 1.0))
        if not self.sizes:
            raise SystemExit(f"no segments in {folder}; run prepare.mjs first")
        device = torch.get_default_device()
        planes = {k: np.concatenate([a.ravel() for a in parts[k]]) for k in ("y", "u", "v")}
        planes["mv"] = np.concatenate([a.reshape(len(a), -1, 2) for a in parts["mv"]], 1)
        self.planes = {k: torch.from_numpy(plane).to(device) for k, plane in planes.items()}

    def choose(self, count: int, length: int, size: int, rng: random.Random) -> torch.Tensor:
        """Places of random crops for `crops`, (count, 7)."""
        chosen = []
        while len(chosen) < count:
            item = rng.choices(range(len(self.sizes)), self.weights)[0]
            frames, h, w = self.sizes[item]
            if h < size or w < size or frames < length:
                continue
            t = rng.randint(0, frames - length)
            top = rng.randrange(0, (h - size) // 16 + 1) * 16
            left = rng.randrange(0, (w - size) // 16 + 1) * 16
            chosen.append((self.starts[item], h, w, t, top, left, rng.random() < 0.5))
        return torch.tensor(chosen)

    def crops(self, cut: torch.Tensor, qp: torch.Tensor, length: int, size: int):
        """-> planes [(y, u, v)] per time as float (count, h, w) and motion [(count, bh, bw, 2)], as it is
        at the quantization indices (count,)."""
        y, u, v = (
            self.planes[name][self._places(cut, length, size, shift)].float()
            for name, shift in (("y", 0), ("u", 1), ("v", 1))
        )
        kind = torch.bucketize(qp, MOTION_LIMITS, right=True)[:, None, None, None]
        motion = self.planes["mv"][kind, self._places(cut, length, size, 3)]
        motion[..., 0] *= (1 - 2 * cut[:, 6]).to(motion.dtype)[:, None, None, None]
        return [(y[:, t], u[:, t], v[:, t]) for t in range(length)], list(motion.unbind(1))

    @staticmethod
    def _places(cut, length: int, size: int, shift: int):
        """(count, length, side, side) places of the crops in a plane whose sides are 2**shift times smaller."""
        start, h, w, t, top, left, flip = (column[:, None, None, None] for column in cut.unbind(1))
        side = size >> shift
        x = torch.arange(side)
        x = torch.where(flip > 0, side - 1 - x, x) + (left >> shift)
        y = torch.arange(side)[:, None] + (top >> shift)
        frame = t + torch.arange(length)[:, None, None]
        return (start >> 2 * shift) + (frame * (h >> shift) + y) * (w >> shift) + x
