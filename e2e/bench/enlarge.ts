interface Picture {
  readonly width: number;
  readonly height: number;
  /** Tight I420. */
  readonly data: Uint8Array;
}

/** A picture at another size by bilinear interpolation, as a display does it. */
export function enlarge(
  picture: Picture,
  size: { readonly width: number; readonly height: number },
): Uint8Array {
  const { width, height, data } = picture;
  if (width === size.width && height === size.height) return data;
  const from = width * height;
  const to = size.width * size.height;
  const result = new Uint8Array(to * 1.5);
  const half = { width: width / 2, height: height / 2 };
  const halfTo = { width: size.width / 2, height: size.height / 2 };
  scalePlane(data.subarray(0, from), picture, result.subarray(0, to), size);
  for (const plane of [0, 1]) {
    const source = data.subarray(from * (1 + plane / 4), from * (1.25 + plane / 4));
    scalePlane(
      source,
      half,
      result.subarray(to * (1 + plane / 4), to * (1.25 + plane / 4)),
      halfTo,
    );
  }
  return result;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Sample positions are centres: neither plane is shifted against the other. */
function scalePlane(source: Uint8Array, from: Size, target: Uint8Array, to: Size): void {
  const at = (x: number, y: number): number => source[y * from.width + x] ?? 0;
  for (let y = 0; y < to.height; y++) {
    const [y0, y1, wy] = neighbours(y, from.height, to.height);
    for (let x = 0; x < to.width; x++) {
      const [x0, x1, wx] = neighbours(x, from.width, to.width);
      const upper = at(x0, y0) * (1 - wx) + at(x1, y0) * wx;
      const lower = at(x0, y1) * (1 - wx) + at(x1, y1) * wx;
      target[y * to.width + x] = Math.round(upper * (1 - wy) + lower * wy);
    }
  }
}

function neighbours(index: number, from: number, to: number): [number, number, number] {
  const position = Math.max(0, ((index + 0.5) * from) / to - 0.5);
  const low = Math.min(from - 1, Math.floor(position));
  return [low, Math.min(from - 1, low + 1), position - low];
}
