/** Motion kernels compiled for tests, with helpers to lay data out in their memory. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { CHROMA_PADDING, LUMA_PADDING, motionBlocks, paddedBytes } from './geometry.js';

const ASSEMBLY = fileURLToPath(new URL('../kernels/assembly/', import.meta.url));
const ENTRY = `
  export * from './motion/index';
  export { encoderStart, encoderFinish, encoderBits, decoderStart } from './entropy/rangeCoder';
`;

interface MotionExports {
  readonly memory: WebAssembly.Memory;
  readonly MOTION_CONTEXT_BYTES: WebAssembly.Global;
  padPlane(src: number, stride: number, w: number, h: number, dst: number, pad: number): void;
  motionSearchBytes(w8: number, h8: number): number;
  searchMotion(
    cur: number,
    curStride: number,
    ref: number,
    w8: number,
    h8: number,
    lambdaSad: number,
    previousMotion: number,
    contexts: number,
    outMotion: number,
    scratch: number,
    effort: number,
  ): void;
  compensate(
    refY: number,
    refU: number,
    refV: number,
    motion: number,
    w8: number,
    h8: number,
    outY: number,
    outU: number,
    outV: number,
  ): void;
  initMotionContexts(contexts: number): void;
  codeMotion(
    motion: number,
    previousMotion: number,
    w8: number,
    h8: number,
    contexts: number,
    read: number,
  ): void;
  gatherState(state: number, motion: number, w8: number, h8: number, out: number): void;
  encoderStart(out: number, capacity: number): void;
  encoderFinish(): number;
  encoderBits(): number;
  decoderStart(input: number, length: number): void;
}

async function compile(): Promise<WebAssembly.Module> {
  const outputs = new Map<string, Uint8Array>();
  const read = async (name: string, base: string): Promise<string | null> => {
    if (name === 'entry.ts') return ENTRY;
    const { readFile } = await import('node:fs/promises');
    return readFile(path.resolve(base, name), 'utf8').catch(() => null);
  };
  const { error, stderr } = await asc.main(
    ['entry.ts', '--baseDir', ASSEMBLY, '--outFile', 'k.wasm']
      .concat(['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert']),
    {
      readFile: read,
      writeFile: (name, contents) => {
        if (typeof contents !== 'string') outputs.set(name, contents);
      },
      listFiles: () => [],
    },
  );
  const wasm = outputs.get('k.wasm');
  if (error ?? !wasm) throw new Error(`kernels do not compile: ${stderr.toString()}`);
  return WebAssembly.compile(new Uint8Array(wasm));
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** Kernels with a bump allocator; pictures are padded to multiples of eight. */
export class TestKernels {
  readonly exports: MotionExports;
  private next: number;

  private constructor(instance: WebAssembly.Instance) {
    this.exports = instance.exports as unknown as MotionExports;
    this.next = this.exports.memory.buffer.byteLength;
  }

  static async create(): Promise<TestKernels> {
    compiled ??= compile();
    const imports = { env: { abort: () => undefined } };
    return new TestKernels(await WebAssembly.instantiate(await compiled, imports));
  }

  /** Reserves bytes at a 16-byte boundary and fills them. */
  allocate(bytes: number, fill = 0): number {
    const pointer = this.next;
    this.next += (bytes + 15) & ~15;
    const missing = this.next - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / 65536));
    this.bytes(pointer, bytes).fill(fill);
    return pointer;
  }

  /** View of memory; invalid after the next `allocate`. */
  bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, pointer, length);
  }

  /** Copies bytes in. */
  put(data: Uint8Array | Int16Array): number {
    const pointer = this.allocate(data.byteLength);
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.bytes(pointer, data.byteLength).set(source);
    return pointer;
  }

  /** Copies bytes out. */
  get(pointer: number, length: number): Uint8Array {
    return this.bytes(pointer, length).slice();
  }

  /** Copies a motion grid out. */
  getMotion(pointer: number, w8: number, h8: number): Int16Array {
    return new Int16Array(this.get(pointer, 4 * motionBlocks(w8, h8)).buffer);
  }

  /** Pads a tightly packed plane; returns the pointer to the padded one. */
  pad(data: Uint8Array, width: number, height: number, padding: number): number {
    const source = this.put(data);
    const padded = this.allocate(paddedBytes(width, height, padding));
    this.exports.padPlane(source, width, width, height, padded, padding);
    return padded;
  }

  padLuma(data: Uint8Array, width: number, height: number): number {
    return this.pad(data, width, height, LUMA_PADDING);
  }

  padChroma(data: Uint8Array, width: number, height: number): number {
    return this.pad(data, width, height, CHROMA_PADDING);
  }

  /** Fresh adaptive contexts of motion. */
  contexts(): number {
    const pointer = this.allocate(Number(this.exports.MOTION_CONTEXT_BYTES.value));
    this.exports.initMotionContexts(pointer);
    return pointer;
  }
}
