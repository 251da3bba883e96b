import { checksumMask, FRAME_ID_MODULUS, headerBytes, writeHeader } from '../bitstream/header.js';
import { CodecError } from '../errors.js';
import { checkDimensions, checkFrame, type I420Frame } from '../frame/i420.js';
import type { Stages } from '../inn/stages.js';
import type { Kernels } from '../kernels/kernels.js';
import {
  checkOperatingPoint,
  GROUP_COUNT,
  USUAL_EFFORT,
  type OperatingPoint,
} from '../quant/points.js';
import { LoadedRuntime, type CodecRuntime } from '../runtime.js';
import { StageTimer, type FrameContext } from './frameContext.js';
import { codeKeyFrame } from './keyFrame.js';
import { pictureChecksum } from './pictureChecksum.js';
import { codePredictedFrame } from './predictedFrame.js';
import { References, type Reference } from './references.js';
import { SizeForecast } from './sizeForecast.js';
import type { EncodedFrame, Encoder } from './types.js';
import {
  createWorkspace,
  loadFrame,
  resetContexts,
  saveFrame,
  type Workspace,
} from './workspace.js';

export interface EncoderOptions {
  /** Picture size in luma samples, 8..4096. */
  readonly width: number;
  readonly height: number;
}

/** @throws CodecError 'bad-argument' for a size out of range. */
export function createEncoder(runtime: CodecRuntime, options: EncoderOptions): Encoder {
  checkDimensions(options.width, options.height);
  return new FrameEncoder(LoadedRuntime.from(runtime), options);
}

class FrameEncoder implements Encoder {
  readonly #runtime: LoadedRuntime;
  readonly #options: EncoderOptions;
  readonly #kernels: Kernels;
  readonly #work: Workspace;
  readonly #references: References;
  readonly #stages: Stages;
  readonly #forecast = new SizeForecast();
  #frameId = 0;
  /** Picture the next frame predicts from; undefined asks for a key frame. */
  #latest: number | undefined;
  /** What the latest frame was predicted from; undefined for a key frame. */
  #latestReference: number | undefined;
  #timestamp = 0;
  #coding = false;
  #open = true;

  constructor(runtime: LoadedRuntime, options: EncoderOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#kernels = runtime.takeKernels();
    this.#work = createWorkspace(this.#kernels, options.width, options.height, true);
    this.#references = new References(this.#kernels, this.#work);
    this.#stages = runtime.stagesOn(this.#kernels, this.#work.grid.blocks);
  }

  get reconstruction(): I420Frame | undefined {
    if (this.#latest === undefined) return undefined;
    return saveFrame(this.#kernels, this.#work.grid, this.#work.decoded, this.#timestamp);
  }

  async encode(frame: I420Frame, point: OperatingPoint): Promise<EncodedFrame> {
    if (!this.#open) throw new CodecError('closed', 'the encoder was closed');
    checkFrame(frame);
    checkOperatingPoint(point);
    const { width, height } = this.#options;
    if (frame.width !== width || frame.height !== height) {
      throw new CodecError(
        'bad-argument',
        `the frame is ${frame.width}x${frame.height} but this encoder codes ${width}x${height}; create another`,
      );
    }
    const again = point.again === true && this.#latest !== undefined;
    const reference = this.#chooseReference(point, again ? this.#latestReference : this.#latest);
    if (again) this.#frameId = this.#latest ?? this.#frameId;
    const timer = new StageTimer();
    loadFrame(this.#kernels, this.#work.grid, frame, this.#work.current);
    timer.mark('load');
    this.#latest = undefined;
    this.#coding = true;
    const encoded = await this.#code(point, reference, timer).finally(() => (this.#coding = false));
    this.#latest = encoded.stats.frameId;
    this.#latestReference = reference?.frameId;
    this.#timestamp = frame.timestamp;
    return encoded;
  }

  async close(): Promise<void> {
    if (!this.#open) return Promise.resolve();
    this.#open = false;
    this.#references.clear();
    this.#latest = undefined;
    // A frame that is still being coded goes on writing to them.
    if (!this.#coding) this.#runtime.giveBack(this.#kernels);
    return Promise.resolve();
  }

  #chooseReference(point: OperatingPoint, usual: number | undefined): Reference | undefined {
    if (point.keyFrame || this.#latest === undefined) return undefined;
    const wanted = point.reference ?? usual;
    if (wanted === undefined) return undefined;
    const found = this.#references.find(wanted);
    if (!found && point.reference !== undefined) {
      throw new CodecError(
        'bad-argument',
        `frame ${wanted} is no longer held; name one that "keep" protected or ask for a key frame`,
      );
    }
    return found;
  }

  async #code(
    point: OperatingPoint,
    reference: Reference | undefined,
    timer: StageTimer,
  ): Promise<EncodedFrame> {
    const kernels = this.#kernels;
    const work = this.#work;
    const type = reference ? 'predicted' : 'key';
    const groups = point.groups ?? GROUP_COUNT;
    const frameId = this.#frameId;
    const numbers = { type, frameId, referenceId: reference?.frameId ?? frameId } as const;
    const start = headerBytes(numbers);
    if (reference) kernels.copy(reference.contexts, work.contexts.start, work.contexts.bytes);
    else resetContexts(kernels, work.contexts);
    kernels.run.encoderStart(work.payload, work.payloadBytes);
    kernels.run.clearSigns();
    const context: FrameContext = {
      kernels,
      work,
      stages: this.#stages,
      read: false,
      qp: point.qp,
      groups,
      timer,
      bits: {},
    };
    let coded = { active: work.grid.blocks, qp: point.qp };
    if (reference) {
      coded = await codePredictedFrame(context, reference, {
        maxActiveBlocks: point.maxActiveBlocks ?? work.grid.blocks,
        blockPrice: point.blockPrice ?? 0,
        ...(point.limits && { budget: { limits: point.limits, forecast: this.#forecast } }),
        still: point.still ?? false,
        motionEffort: point.motionEffort ?? USUAL_EFFORT,
      });
      if (point.limits && groups === GROUP_COUNT) {
        this.#forecast.learn(kernels.run.encoderBits() - (context.bits.motion ?? 0));
      }
    } else {
      this.#references.clear();
      await codeKeyFrame(context);
      resetContexts(kernels, work.contexts);
    }
    const payloadBytes = kernels.run.encoderFinish();
    if (payloadBytes < 0) {
      throw new CodecError('bad-argument', 'the frame does not compress; use a coarser qp');
    }
    const { active, qp } = coded;
    const checksum = (pictureChecksum(kernels, work) & checksumMask(type)) >>> 0;
    const exact = (qp === 0 || active === 0) && sameSamples(kernels, work);
    const data = new Uint8Array(start + payloadBytes);
    writeHeader(data, {
      ...numbers,
      qp,
      groups,
      exact,
      width: this.#options.width,
      height: this.#options.height,
      modelId: this.#runtime.manifest.modelId,
      checksum,
    });
    data.set(kernels.bytes(work.payload, payloadBytes), start);
    this.#references.store(frameId, point.keep);
    this.#frameId = (frameId + 1) % FRAME_ID_MODULUS;
    timer.mark('store');
    return {
      data,
      stats: {
        type,
        frameId,
        ...(reference ? { referenceId: reference.frameId } : {}),
        qp,
        exact,
        bytes: data.length,
        bits: { header: 8 * start, ...context.bits },
        activeShare: active / work.grid.blocks,
        stages: timer.milliseconds,
        checksum,
      },
    };
  }
}

/** Whether the decoded picture is the input, padding to whole blocks included. */
function sameSamples(kernels: Kernels, { current, decoded }: Workspace): boolean {
  const input = kernels.int32(current.y, decoded.bytes / 4);
  const output = kernels.int32(decoded.y, decoded.bytes / 4);
  return input.every((word, i) => word === output[i]);
}
