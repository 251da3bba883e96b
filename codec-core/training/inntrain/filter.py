"""Solve the weights of the in-loop filter: `python -m inntrain.filter SAMPLES OUT.ts`.

SAMPLES is what ../filterSamples.mjs wrote, OUT.ts is ../src/kernels/assembly/filter/weights.ts. The
filter (docs/BITSTREAM.md, "In-loop filter") is linear in its weights but for the final rounding: each set
and class is one least squares problem, from limited differences to what a sample lacks to the source.
"""

import argparse

import numpy as np
import torch

from .points import step_units

RECORD = np.dtype(
    [
        *[("y", "u1", (12, 12)), ("u", "u1", (8, 8)), ("v", "u1", (8, 8))],
        *[("source_y", "u1", (8, 8)), ("source_u", "u1", (4, 4)), ("source_v", "u1", (4, 4))],
        *[("samples_y", "<i2", (8, 8)), ("samples_uv", "<i2", (4, 2, 4))],
        *[("qp", "u1"), ("key", "u1")],
    ]
)
"""A block: the picture before the filter with MARGIN around it, the source, samples before rounding."""
MARGIN = 2
OFFSETS = [(1, 0), (0, 1), (1, 1), (-1, 1), (2, 0), (0, 2)]
"""(x, y) of one neighbour of each group; the other is opposite."""
SWAPPED = [1, 0, 3, 2, 5, 4]
"""Order of the groups where those of each pair change places."""
LIMITS = (26, 77, 256)
"""Thresholds of differences in 1/256 step."""
TIED_ALL = [(0, 1), (2, 3), (4, 5)]
TIED = [TIED_ALL] + 2 * [[(0,), (1,), (2, 3), (4,), (5,)]] + 2 * [[(0, 1), (2,), (3,), (4, 5)]]
"""By luma class, groups that share weights: a straight block has no preferred diagonal, and so on."""
RIDGE = 1e-3
"""Added to the diagonal of the normal equations, in parts of its mean."""
HEAD = """\
/**
 * Weights of `loopFilter.ts` in 1/32768, by least squares on coded training clips: training/inntrain/
 * filter.py. i16 [frame type][quantization index][class][neighbour group][threshold].
 */
// prettier-ignore
export const FILTER_WEIGHTS = memory.data<i16>([
"""


def neighbour(picture, x: int, y: int):
    """(n, side, side) pixels at an offset from those of the block, of (n, side + 4, side + 4)."""
    side = picture.shape[1] - 2 * MARGIN
    return picture[:, MARGIN + y : MARGIN + y + side, MARGIN + x : MARGIN + x + side]


def differences(picture: np.ndarray, samples: np.ndarray, qp: int) -> np.ndarray:
    """(groups, limits, n, side, side): sums of the two limited differences, in 1/16 grey level."""
    step = step_units(qp)
    out = []
    for x, y in OFFSETS:
        pair = [16.0 * neighbour(picture, sx, sy) + 8 - samples for sx, sy in ((x, y), (-x, -y))]
        thresholds = [step * limit >> 8 for limit in LIMITS]
        out.append([sum(d.clip(-t, t) for d in pair) for t in thresholds])
    return np.array(out, dtype=np.float32)


def directions(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Class of each luma block, and whether the groups of each pair change places."""
    p = picture.long()
    bends = []
    for x, y in OFFSETS[:4]:
        second = 2 * neighbour(p, 0, 0) - neighbour(p, x, y) - neighbour(p, -x, -y)
        bends.append(second.abs().sum((1, 2)))
    most, least = torch.maximum(bends[0], bends[1]), torch.minimum(bends[0], bends[1])
    most_diagonal, least_diagonal = torch.maximum(bends[2], bends[3]), torch.minimum(bends[2], bends[3])
    straight = most * least_diagonal > most_diagonal * least
    high = torch.where(straight, most, most_diagonal)
    low = torch.where(straight, least, least_diagonal)
    strength = (10 * high > 17 * low).long() + (2 * high > 7 * low)
    kind = torch.where((strength == 0) | straight, strength, 2 + strength)
    return kind, torch.where(straight, bends[0] <= bends[1], bends[2] <= bends[3])


def solve(d: np.ndarray, lack: np.ndarray, tied: list[tuple[int, ...]]) -> np.ndarray:
    """(groups, limits) weights in 1/32768 of differences (groups, limits, n, ..) that leave least error.

    Zero, which is no filter, if there are no blocks.
    """
    limits = d.shape[1]
    out = np.zeros((d.shape[0], limits), dtype=int)
    if lack.size == 0:
        return out
    a = np.concatenate([sum(d[g] for g in same) for same in tied])
    a = a.reshape(len(tied) * limits, -1).astype(np.float64)
    gram = a @ a.T
    gram += np.eye(len(gram)) * gram.diagonal().mean() * RIDGE
    w = np.linalg.solve(gram, a @ lack.reshape(-1)).reshape(len(tied), limits)
    for i, same in enumerate(tied):
        out[list(same)] = np.round(w[i] * 32768)
    return out


def solve_set(r: np.ndarray, qp: int) -> list[np.ndarray]:
    """Weights of the luma classes, then of chroma, for the blocks of one frame type and index."""
    d = differences(r["y"], r["samples_y"], qp)
    lack = 16.0 * r["source_y"] + 8 - r["samples_y"]
    kind, swapped = (part.numpy() for part in directions(torch.from_numpy(r["y"].copy())))
    d[:, :, swapped] = d[SWAPPED][:, :, swapped]
    luma = [solve(d[:, :, kind == c], lack[kind == c], tied) for c, tied in enumerate(TIED)]
    u, v = (differences(r["uv"[i]], r["samples_uv"][:, :, i], qp) for i in (0, 1))
    lack = 16.0 * np.stack([r["source_u"], r["source_v"]]) + 8 - r["samples_uv"].transpose(2, 0, 1, 3)
    return [*luma, solve(np.concatenate([u, v], axis=2), lack, TIED_ALL)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("samples")
    parser.add_argument("out")
    args = parser.parse_args()
    records = np.fromfile(args.samples, dtype=RECORD)
    text = HEAD
    for key, name in enumerate(("predicted", "key")):
        for qp in np.unique(records["qp"][records["key"] == key]).tolist():
            chosen = records[(records["key"] == key) & (records["qp"] == qp)]
            print(f"{name} {qp}: {len(chosen)} blocks", flush=True)
            text += f"  // {name}, trained at index {qp}: luma by class, chroma\n"
            for weights in solve_set(chosen, qp):
                text += "  " + " ".join(f"{w}," for w in weights.ravel()) + "\n"
    with open(args.out, "w") as out:
        out.write(text + "]);\n")


if __name__ == "__main__":
    main()
