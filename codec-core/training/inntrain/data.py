"""Short decoded sequences with motion, prepared once (see ../prepare.mjs), cropped at random."""

import glob
import os
import random

import numpy as np
import torch

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
    """Every prepared segment in memory: y, u, v (T, h, w) u8 and mv (T, h/8, w/8, 2) i16."""

    def __init__(self, folder: str, index_file: str | None = None):
        weights = clip_weights(index_file) if index_file else {}
        self.items = []
        self.weights = []
        for path in sorted(glob.glob(os.path.join(folder, "*", "mv.npy"))):
            segment = os.path.dirname(path)
            parts = ("y", "u", "v", "mv")
            self.items.append({k: np.load(os.path.join(segment, k + ".npy")) for k in parts})
            clip = os.path.basename(segment).rsplit(".", 1)[0]
            self.weights.append(weights.get(clip, 1.0))
        if not self.items:
            raise SystemExit(f"no segments in {folder}; run prepare.mjs first")

    def crops(self, count: int, length: int, size: int, rng: random.Random):
        """-> planes [(y, u, v)] per time as float (count, h, w) and motion [(count, bh, bw, 2)]."""
        chosen = []
        while len(chosen) < count:
            item = rng.choices(self.items, self.weights)[0]
            frames, h, w = item["y"].shape
            if h < size or w < size or frames < length:
                continue
            t = rng.randint(0, frames - length)
            top = rng.randrange(0, (h - size) // 16 + 1) * 16
            left = rng.randrange(0, (w - size) // 16 + 1) * 16
            chosen.append(self._cut(item, t, length, top, left, size, rng.random() < 0.5))
        stack = [torch.from_numpy(np.stack(parts)) for parts in zip(*chosen)]
        y, u, v = (s.transpose(0, 1).float() for s in stack[:3])
        return [(y[t], u[t], v[t]) for t in range(length)], list(stack[3].transpose(0, 1))

    @staticmethod
    def _cut(item, t, length, top, left, size, flip):
        def area(name, shift):
            a = item[name][t : t + length]
            a = a[:, top >> shift : (top + size) >> shift, left >> shift : (left + size) >> shift]
            return np.ascontiguousarray(a[:, :, ::-1] if flip else a)

        mv = area("mv", 3).copy()
        if flip:
            mv[..., 0] = -mv[..., 0]
        return area("y", 0), area("u", 1), area("v", 1), mv
