interface Picture {
  readonly width: number;
  readonly height: number;
  /** I420, or luma alone. */
  readonly data: Uint8Array;
}

/**
 * How much a picture differs from the one before, as the rate controller wants it: mean absolute difference of
 * every fourth luma sample of every fourth row, 0…255. 0 for other sizes.
 */
export function lumaDifference(now: Picture, before: Picture | undefined): number {
  if (before?.width !== now.width || before.height !== now.height) return 0;
  let sum = 0;
  let count = 0;
  for (let y = 0; y < now.height; y += 4) {
    for (let at = y * now.width; at < (y + 1) * now.width; at += 4) {
      sum += Math.abs((now.data[at] ?? 0) - (before.data[at] ?? 0));
      count += 1;
    }
  }
  return sum / count;
}
