import { CODE_COLUMNS, CODE_ROWS, codeCellSide, readTimeCode } from './timeCode.js';

/** Pixels of the canvas that one side of a cell takes; the middle 2×2 are read. */
const CELL_PIXELS = 4;

/** Reads time codes off what a video element shows. */
export class TimeCodeReader {
  readonly #canvas = new OffscreenCanvas(CODE_COLUMNS * CELL_PIXELS, CODE_ROWS * CELL_PIXELS);
  readonly #context = this.#canvas.getContext('2d', { willReadFrequently: true });

  /**
   * @param near roughly the time drawn, ms
   * @returns the drawn time, ms, or `undefined` where none can be read
   */
  read(element: HTMLVideoElement, near: number): number | undefined {
    const context = this.#context;
    if (context === null || element.videoWidth === 0) return undefined;
    const { width, height } = this.#canvas;
    const side = codeCellSide({ width: element.videoWidth });
    context.drawImage(
      element,
      ...([0, 0, CODE_COLUMNS * side, CODE_ROWS * side] as const),
      ...([0, 0, width, height] as const),
    );
    const { data } = context.getImageData(0, 0, width, height);
    return readTimeCode(cellLevels(data, width), near);
  }
}

function cellLevels(rgba: Uint8ClampedArray, width: number): number[] {
  return Array.from({ length: CODE_COLUMNS * CODE_ROWS }, (_, cell) => {
    const left = (cell % CODE_COLUMNS) * CELL_PIXELS + CELL_PIXELS / 2 - 1;
    const top = Math.floor(cell / CODE_COLUMNS) * CELL_PIXELS + CELL_PIXELS / 2 - 1;
    let sum = 0;
    for (const [x, y] of [
      [left, top],
      [left + 1, top],
      [left, top + 1],
      [left + 1, top + 1],
    ] as const) {
      // The code is grey: one channel tells.
      sum += rgba[4 * (y * width + x) + 1] ?? 0;
    }
    return sum / 4;
  });
}
