/** Motion kernels for tests, with helpers to lay data out in their memory. */
import { readFile } from 'node:fs/promises';
import { Kernels, type Pointer } from '../kernels/kernels.js';
import { CHROMA_PADDING, LUMA_PADDING, paddedBytes } from '../motion/geometry.js';

export class TestKernels {
  readonly run: Kernels['run'];

  private constructor(private readonly kernels: Kernels) {
    this.run = kernels.run;
  }

  /** Starts the kernels that `npm run build` has made. */
  static async load(): Promise<TestKernels> {
    const wasm = await readFile(new URL('../../dist/assets/kernels.wasm', import.meta.url));
    return new TestKernels(Kernels.create(await WebAssembly.compile(wasm)));
  }

  /** Reserves bytes with a value in each. */
  allocate(bytes: number, value = 0): Pointer {
    const pointer = this.kernels.allocate(bytes);
    this.kernels.bytes(pointer, bytes).fill(value);
    return pointer;
  }

  /** Copies data in. */
  put(data: Uint8Array | Int16Array): Pointer {
    const pointer = this.kernels.allocate(data.byteLength);
    this.write(pointer, data);
    return pointer;
  }

  /** Copies data to a place that is there already. */
  write(pointer: Pointer, data: Uint8Array | Int16Array): void {
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.kernels.bytes(pointer, data.byteLength).set(source);
  }

  /** Copies bytes out. */
  get(pointer: Pointer, length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.kernels.bytes(pointer, length));
  }

  /** Copies a motion grid of `blocks` vectors out. */
  getMotion(pointer: Pointer, blocks: number): Int16Array {
    return new Int16Array(this.get(pointer, 4 * blocks).buffer);
  }

  /** Pads a tightly packed plane; returns the padded one. */
  pad(data: Uint8Array, width: number, height: number, padding: number): Pointer {
    const source = this.put(data);
    const padded = this.allocate(paddedBytes(width, height, padding));
    this.run.padPlane(source, width, width, height, padded, padding);
    return padded;
  }

  padLuma(data: Uint8Array, width: number, height: number): Pointer {
    return this.pad(data, width, height, LUMA_PADDING);
  }

  padChroma(data: Uint8Array, width: number, height: number): Pointer {
    return this.pad(data, width, height, CHROMA_PADDING);
  }

  /** Adaptive contexts of motion in their initial state. */
  contexts(): Pointer {
    const pointer = this.allocate(this.contextBytes);
    this.run.initMotionContexts(pointer);
    return pointer;
  }

  get contextBytes(): number {
    return this.kernels.constant('MOTION_CONTEXT_BYTES');
  }
}
