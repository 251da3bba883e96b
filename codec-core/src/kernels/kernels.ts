import { CodecError } from '../errors.js';

/** Address in the memory of one kernel instance. */
export type Pointer = number;

/** Exports of kernels.wasm; see src/kernels/assembly for what each does. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly MOTION_CONTEXT_BYTES: WebAssembly.Global;
  readonly FLAG_CONTEXT_BYTES: WebAssembly.Global;
  readonly LATENT_CONTEXT_BYTES: WebAssembly.Global;
  readonly DC_CONTEXT_BYTES: WebAssembly.Global;
  readonly DC_WORK_BYTES_PER_BLOCK: WebAssembly.Global;
  heapBase(): Pointer;
  initTables(): void;
  motionSearchBytes(w8: number, h8: number): number;
  padPlane(src: Pointer, srcStride: number, w: number, h: number, dst: Pointer, pad: number): void;
  searchMotion(
    current: Pointer,
    stride: number,
    reference: Pointer,
    w8: number,
    h8: number,
    lambda: number,
    previousMotion: Pointer,
    contexts: Pointer,
    out: Pointer,
    scratch: Pointer,
    effort: number,
  ): void;
  compensate(
    refY: Pointer,
    refU: Pointer,
    refV: Pointer,
    motion: Pointer,
    w8: number,
    h8: number,
    outY: Pointer,
    outU: Pointer,
    outV: Pointer,
  ): void;
  codeMotion(
    motion: Pointer,
    previousMotion: Pointer,
    w8: number,
    h8: number,
    contexts: Pointer,
    read: number,
  ): void;
  initMotionContexts(contexts: Pointer): void;
  gatherState(prev: Pointer, motion: Pointer, w8: number, h8: number, out: Pointer): void;
  blockErrors(
    aY: Pointer,
    aU: Pointer,
    aV: Pointer,
    bY: Pointer,
    bU: Pointer,
    bV: Pointer,
    gridWidth: number,
    gridHeight: number,
    out: Pointer,
  ): void;
  codingGains(
    target: Pointer,
    base: Pointer,
    count: number,
    step: number,
    prices: Pointer,
    blockPrice: number,
    out: Pointer,
  ): void;
  residualBits(target: Pointer, base: Pointer, rows: Pointer, count: number, step: number): number;
  priceLifetimes(
    prices: Pointer,
    list: Pointer,
    count: number,
    flags: Pointer,
    motion: Pointer,
    gridWidth: number,
    gridHeight: number,
  ): void;
  blockPrices(luma: Pointer, gridWidth: number, list: Pointer, count: number, out: Pointer): void;
  chargeFlags(
    gains: Pointer,
    list: Pointer,
    count: number,
    gridWidth: number,
    gridHeight: number,
    flags: Pointer,
  ): void;
  listFlags(flags: Pointer, blocks: number, list: Pointer): number;
  neighbourRows(
    list: Pointer,
    count: number,
    gridWidth: number,
    gridHeight: number,
    numbers: Pointer,
    out: Pointer,
  ): void;
  checksum(data: Pointer, bytes: number, seed: number): number;
  mixBlocks(
    y: Pointer,
    u: Pointer,
    v: Pointer,
    yStride: number,
    cStride: number,
    gridWidth: number,
    blocks: Pointer,
    count: number,
    rows: Pointer,
    fraction: number,
  ): void;
  unmixBlocks(
    rows: Pointer,
    blocks: Pointer,
    count: number,
    y: Pointer,
    u: Pointer,
    v: Pointer,
    yStride: number,
    cStride: number,
    gridWidth: number,
    fraction: number,
  ): void;
  filterBlocks(
    rows: Pointer,
    blocks: Pointer,
    count: number,
    fromY: Pointer,
    toY: Pointer,
    w8: number,
    h8: number,
    step: number,
    qp: number,
    key: number,
  ): void;
  filterWeights(): Pointer;
  keyBase(base: Pointer, gridWidth: number, gridHeight: number): void;
  keyField(
    base: Pointer,
    gridWidth: number,
    gridHeight: number,
    step: number,
    field: Pointer,
  ): void;
  layTable(
    table: Pointer,
    width: number,
    list: Pointer,
    first: number,
    count: number,
    out: Pointer,
    stride: number,
  ): void;
  layNeighbours(
    digests: Pointer,
    neighbours: Pointer,
    which: number,
    first: number,
    count: number,
    out: Pointer,
    stride: number,
  ): void;
  layerRows(
    rows: Pointer,
    stride: number,
    pairs: number,
    weights: Pointer,
    scales: Pointer,
    biases: Pointer,
    outputs: number,
    count: number,
    out: Pointer,
    signed: number,
    lists: Pointer,
  ): void;
  compressRows(rows: Pointer, count: number, step: number, out: Pointer, stride: number): void;
  gateRows(base: Pointer, gate: Pointer, count: number): void;
  quantizeGroup(
    target: Pointer,
    base: Pointer,
    rows: Pointer,
    count: number,
    first: number,
    size: number,
    means: Pointer,
    scales: Pointer,
    step: number,
    lossless: number,
    prices: Pointer,
    symbols: Pointer,
  ): void;
  dequantizeGroup(
    base: Pointer,
    rows: Pointer,
    count: number,
    first: number,
    size: number,
    means: Pointer,
    step: number,
    symbols: Pointer,
    context: Pointer,
  ): void;
  refineRows(rows: Pointer, correction: Pointer, count: number, step: number): void;
  gatherRows(table: Pointer, list: Pointer, count: number, bytes: number, out: Pointer): void;
  scatterRows(rows: Pointer, list: Pointer, count: number, bytes: number, table: Pointer): void;
  codeDcPlane(
    target: Pointer,
    base: Pointer,
    width: number,
    height: number,
    step: number,
    work: Pointer,
    contexts: Pointer,
    read: number,
  ): void;
  initLatentContexts(contexts: Pointer): void;
  initDcContexts(contexts: Pointer): void;
  initFlagContexts(contexts: Pointer): void;
  codeFlags(
    flags: Pointer,
    previous: Pointer,
    motion: Pointer,
    luma: Pointer,
    step: number,
    width: number,
    height: number,
    contexts: Pointer,
    read: number,
  ): void;
  codeGroup(
    symbols: Pointer,
    rows: Pointer,
    count: number,
    first: number,
    size: number,
    scales: Pointer,
    contexts: Pointer,
    hide: number,
    read: number,
  ): void;
  clearSigns(): void;
  encoderStart(out: Pointer, capacity: number): void;
  encoderFinish(): number;
  encoderBits(): number;
  decoderStart(input: Pointer, length: number): void;
}

const PAGE = 65536;
const ALIGNMENT = 16;

/** One instance of kernels.wasm with its own memory, handed out from a growing heap. */
export class Kernels {
  readonly run: KernelExports;
  #next: number;
  /** From here on memory has never been handed out. */
  #untouched: number;

  private constructor(instance: WebAssembly.Instance) {
    this.run = instance.exports as unknown as KernelExports;
    this.run.initTables();
    this.#next = align(this.run.heapBase());
    this.#untouched = this.#next;
  }

  /** @throws CodecError 'runtime-failed' when the module does not instantiate here. */
  static create(module: WebAssembly.Module): Kernels {
    try {
      return new Kernels(new WebAssembly.Instance(module, {}));
    } catch (cause) {
      throw new CodecError(
        'runtime-failed',
        'the codec kernels did not start; use an engine with WebAssembly SIMD',
        { cause },
      );
    }
  }

  /** Reserves `bytes` zeroed bytes until the instance is recycled, aligned to 16. */
  allocate(bytes: number): Pointer {
    const pointer = this.#next;
    this.#next = align(pointer + bytes);
    const missing = this.#next - this.run.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.run.memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw new CodecError('runtime-failed', 'no memory left for the codec', { cause });
      }
    }
    const used = Math.min(this.#next, this.#untouched) - pointer;
    if (used > 0) this.bytes(pointer, used).fill(0);
    this.#untouched = Math.max(this.#untouched, this.#next);
    return pointer;
  }

  /** Takes back all that was reserved: the instance begins anew, with pages that are already there. */
  recycle(): void {
    this.#next = align(this.run.heapBase());
  }

  /** View of memory; valid until the next `allocate`. */
  bytes(pointer: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.run.memory.buffer, pointer, length);
  }

  /** View of memory; valid until the next `allocate`. */
  int16(pointer: Pointer, length: number): Int16Array {
    return new Int16Array(this.run.memory.buffer, pointer, length);
  }

  /** View of memory; valid until the next `allocate`. */
  int32(pointer: Pointer, length: number): Int32Array {
    return new Int32Array(this.run.memory.buffer, pointer, length);
  }

  /** View of memory; valid until the next `allocate`. */
  float32(pointer: Pointer, length: number): Float32Array {
    return new Float32Array(this.run.memory.buffer, pointer, length);
  }

  copy(from: Pointer, to: Pointer, length: number): void {
    this.bytes(to, length).set(this.bytes(from, length));
  }

  /** Value of an exported constant. */
  constant(
    name:
      | 'MOTION_CONTEXT_BYTES'
      | 'FLAG_CONTEXT_BYTES'
      | 'LATENT_CONTEXT_BYTES'
      | 'DC_CONTEXT_BYTES'
      | 'DC_WORK_BYTES_PER_BLOCK',
  ): number {
    return Number(this.run[name].value);
  }
}

function align(pointer: number): number {
  return Math.ceil(pointer / ALIGNMENT) * ALIGNMENT;
}
