"""Train one network: `python -m inntrain.train key|predicted --data DIR --out FILE --steps N`.

Resumes from FILE when it exists; a committed checkpoint holds only the averaged weights, and
training goes on from them. The schedule is by steps, so that a resumed run equals an
uninterrupted one but for the random numbers.
"""

import argparse
import copy
import math
import os
import random
import time

import torch

from .data import Sequences
from .layers import STATE
from .networks import KeyNet, PredictedNet, multiply_adds
from .steps import key_step, predicted_step

CROP = 192


def learning_rate(base: float, progress: float, step: int) -> float:
    """Warm-up over 200 steps, flat until half, then a cosine to zero."""
    warm = min(1.0, (step + 1) / 200)
    fall = 1.0 if progress < 0.5 else 0.5 * (1 + math.cos(math.pi * (progress - 0.5) / 0.5)) + 0.003
    return base * warm * fall


def mask_share(progress: float) -> float:
    """Scheduled masking: from 25 % of the samples at the start to 4 % at the end."""
    return 0.25 * (1 - progress) + 0.04 * progress


def sample_points(batch: int) -> torch.Tensor:
    """Quantization indices, mostly in the range calls use (step 2.5 .. 80), some beyond."""
    middle = torch.randint(15, 56, (batch,))
    anywhere = torch.randint(1, 64, (batch,))
    return torch.where(torch.rand(batch) < 0.8, middle, anywhere)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["key", "predicted"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--index", help="INDEX.tsv of the clips, for the sampling weights")
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=4, help="frames of a sequence (predicted)")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--integer-from", type=float, default=0.6, help="share of the schedule")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    data = Sequences(args.data, args.index)
    net = KeyNet() if args.kind == "key" else PredictedNet()
    average = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=args.rate, betas=(0.9, 0.99))
    step = 0
    if os.path.exists(args.out):
        saved = torch.load(args.out, weights_only=True)
        average.load_state_dict(saved["average"])
        net.load_state_dict(saved.get("net", saved["average"]))
        if "optimizer" in saved:
            optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]
    torch.manual_seed(step)
    rng = random.Random(step)
    print(f"{args.kind}: {multiply_adds(net)} MAC a row, from step {step}", flush=True)

    def save() -> None:
        state = {"kind": args.kind, "net": net.state_dict(), "average": average.state_dict(), "step": step}
        torch.save({**state, "optimizer": optimizer.state_dict()}, args.out + ".part")
        os.replace(args.out + ".part", args.out)

    total = {"loss": 0.0, "bits": 0.0, "sse": 0.0, "active": 0.0}
    started = time.time()
    while step < args.steps:
        progress = step / args.steps
        STATE["integer"] = progress >= args.integer_from
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(args.rate, progress, step)
        qp = sample_points(args.batch)
        length = args.length if args.kind == "predicted" else 1
        planes, motion = data.crops(args.batch, length, CROP, rng)
        if args.kind == "key":
            loss, stats = key_step(net, planes[0], qp, mask_share(progress))
        else:
            loss, stats = predicted_step(net, planes, motion, qp, mask_share(progress))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            keep = min(0.999, step / (step + 50.0))
            for a, p in zip(average.parameters(), net.parameters()):
                a.lerp_(p, 1 - keep)
        for key, value in {"loss": float(loss), **stats}.items():
            total[key] += value
        if step % 100 == 0:
            pixels = 100 * args.batch * CROP * CROP
            print(
                f"{step} {(time.time() - started) / 60:.1f} min loss {total['loss'] / 100:.4f}"
                f" bits/px {total['bits'] / pixels:.4f} sse/px {total['sse'] / pixels:.3f}"
                f" active {total['active'] / 100:.3f}",
                flush=True,
            )
            total = dict.fromkeys(total, 0.0)
        if step % 500 == 0 or step == args.steps:
            save()


if __name__ == "__main__":
    main()
