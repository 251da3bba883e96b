import { checksumMask, headerBytes, readHeader, type FrameHeader } from '../bitstream/header.js';
import { CodecError } from '../errors.js';
import type { Stages } from '../inn/stages.js';
import type { Kernels } from '../kernels/kernels.js';
import { LoadedRuntime, type CodecRuntime } from '../runtime.js';
import { StageTimer, type FrameContext } from './frameContext.js';
import { codeKeyFrame } from './keyFrame.js';
import { pictureChecksum } from './pictureChecksum.js';
import { codePredictedFrame, type PredictedChoices } from './predictedFrame.js';
import { References, type Reference } from './references.js';
import type { DecodedFrame, Decoder, TakeMemory } from './types.js';
import { createWorkspace, resetContexts, saveFrame, type Workspace } from './workspace.js';

export interface DecoderOptions {
  /** Largest picture to accept, in luma samples; bounds memory and time. Default 1920 × 1088. */
  readonly maxPixels?: number;
}

const DEFAULT_MAX_PIXELS = 1920 * 1088;

/** A decoder of one stream; it takes the picture size from the stream's key frames. */
export function createDecoder(runtime: CodecRuntime, options: DecoderOptions = {}): Decoder {
  return new FrameDecoder(LoadedRuntime.from(runtime), options.maxPixels ?? DEFAULT_MAX_PIXELS);
}

/** Everything that depends on the picture size. */
interface Sized {
  readonly kernels: Kernels;
  readonly work: Workspace;
  readonly references: References;
  readonly stages: Stages;
}

class FrameDecoder implements Decoder {
  #sized: Sized | undefined;
  #decoding = false;
  #open = true;
  readonly #runtime: LoadedRuntime;

  readonly #maxPixels: number;

  constructor(runtime: LoadedRuntime, maxPixels: number) {
    this.#runtime = runtime;
    this.#maxPixels = maxPixels;
  }

  async decode(data: Uint8Array, timestamp: number, take?: TakeMemory): Promise<DecodedFrame> {
    if (!this.#open) throw new CodecError('closed', 'the decoder was closed');
    this.#decoding = true;
    return this.#decode(data, timestamp, take).finally(() => (this.#decoding = false));
  }

  async close(): Promise<void> {
    this.#open = false;
    // A frame that is still being decoded goes on writing to its kernels.
    if (!this.#decoding) this.#hold(undefined);
    return Promise.resolve();
  }

  async #decode(data: Uint8Array, timestamp: number, take?: TakeMemory): Promise<DecodedFrame> {
    const timer = new StageTimer();
    const header = readHeader(data);
    if (header.type === 'key') this.#checkKey(header);
    const { sized, reference } = this.#prepare(header);
    const { kernels, work, references } = sized;
    if (reference) kernels.copy(reference.contexts, work.contexts.start, work.contexts.bytes);
    else resetContexts(kernels, work.contexts);
    const payload = data.subarray(headerBytes(header));
    if (payload.length > work.payloadBytes) {
      throw new CodecError(
        'bad-bitstream',
        `damaged frame: ${payload.length} bytes are more than this picture size can need; wait for the next key frame`,
      );
    }
    kernels.bytes(work.payload, payload.length).set(payload);
    kernels.run.decoderStart(work.payload, payload.length);
    kernels.run.clearSigns();
    const context: FrameContext = {
      kernels,
      work,
      stages: sized.stages,
      read: true,
      qp: header.qp,
      groups: header.groups,
      timer,
      bits: {},
    };
    timer.mark('load');
    let active = work.grid.blocks;
    if (reference) {
      const choices: PredictedChoices = {
        blockPrice: 0,
        maxActiveBlocks: work.grid.blocks,
        still: false,
        motionEffort: 0,
      };
      ({ active } = await codePredictedFrame(context, reference, choices));
    } else {
      await codeKeyFrame(context);
      resetContexts(kernels, work.contexts);
    }
    const checksum = (pictureChecksum(kernels, work) & checksumMask(header.type)) >>> 0;
    if (checksum !== header.checksum) {
      throw new CodecError(
        'checksum-mismatch',
        `frame ${header.frameId} decoded to another picture than the sender's (damaged, or other builds); wait for the next key frame`,
      );
    }
    if (!reference) references.clear();
    references.store(header.frameId);
    const frame = saveFrame(kernels, work.grid, work.decoded, timestamp, take);
    this.#hold(sized);
    timer.mark('store');
    return {
      frame,
      stats: {
        type: header.type,
        frameId: header.frameId,
        ...(reference ? { referenceId: reference.frameId } : {}),
        qp: header.qp,
        exact: header.exact,
        bytes: data.length,
        bits: {},
        activeShare: active / work.grid.blocks,
        stages: timer.milliseconds,
        checksum,
      },
    };
  }

  #checkKey(header: FrameHeader): void {
    if (header.width * header.height > this.#maxPixels) {
      throw new CodecError(
        'bad-bitstream',
        `the frame is ${header.width}x${header.height}, more than the ${this.#maxPixels} samples allowed; raise maxPixels if that is meant`,
      );
    }
    const own = this.#runtime.manifest.modelId;
    if (header.modelId === own) return;
    throw new CodecError(
      'model-mismatch',
      `the frame was made with model ${hex(header.modelId)}, this decoder has ${hex(own)}; use the same build on both sides`,
    );
  }

  /** Buffers of the frame's size and, for a predicted frame, its reference. */
  #prepare(header: FrameHeader): { sized: Sized; reference: Reference | undefined } {
    const held = this.#sized;
    if (header.type === 'predicted') {
      const reference = held?.references.find(header.referenceId);
      if (!held || !reference) {
        throw new CodecError(
          'missing-reference',
          `frame ${header.frameId} predicts from frame ${header.referenceId}, which is not here; wait for the next key frame`,
        );
      }
      return { sized: held, reference };
    }
    const fits = held?.work.grid.width === header.width && held.work.grid.height === header.height;
    return { sized: held && fits ? held : this.#create(header), reference: undefined };
  }

  /** Buffers of another size, or none, take the place of those held. */
  #hold(sized: Sized | undefined): void {
    const before = this.#sized;
    this.#sized = sized;
    if (before !== undefined && before !== sized) this.#runtime.giveBack(before.kernels);
  }

  #create(header: FrameHeader): Sized {
    const kernels = this.#runtime.takeKernels();
    const work = createWorkspace(kernels, header.width, header.height, false);
    const stages = this.#runtime.stagesOn(kernels, work.grid.blocks);
    return { kernels, work, references: new References(kernels, work), stages };
  }
}

function hex(id: number): string {
  return id.toString(16).padStart(8, '0');
}
