import type { Socket } from 'socket.io';
import { z } from 'zod';
import { SfuError } from '../errors.js';
import type { Logger } from '../logger.js';
import {
  errorCodeSchema,
  newConsumerAckSchema,
  requestSchema,
  samplesAckSchema,
  type Ack,
  type ClientToServerEvents,
  type ErrorCode,
  type Notification,
  type ProtocolError,
  type Request,
  type RequestType,
  type ResponseOf,
  type ServerToClientEvents,
} from '../protocol/index.js';
import type { PathCheck } from '../media/PathCheck.js';
import type { ClientLink } from '../room/ClientLink.js';
import { handlers, type Connection, type HandlerContext, type Membership } from './handlers.js';
import { RateLimiter } from './RateLimiter.js';

export type SignalingSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

const OFFER_TIMEOUT_MS = 20_000;
const SAMPLES_TIMEOUT_MS = 5_000;
/** Requests of one client that may wait for earlier ones. */
const MAX_QUEUED = 256;
/** A client that sends this many wrong messages, or too many, is cut off. */
const MAX_ABUSES = 5000;
const ABUSES: ReadonlySet<ErrorCode> = new Set(['invalid-message', 'rate-limited']);

/** Answered at once; the others one after the other, in order of arrival. */
const IMMEDIATE: ReadonlySet<RequestType> = new Set([
  'clockSync',
  'feedback',
  'reportStats',
  // Waits for another client.
  'sourceSamples',
]);

/** One connection: validates, limits, orders and answers the requests of a client. */
export class Session implements Connection {
  readonly link: ClientLink;
  membership: Membership | undefined;
  pathCheck: PathCheck | undefined;
  readonly #socket: SignalingSocket;
  readonly #context: HandlerContext;
  readonly #logger: Logger;
  readonly #limiter = new RateLimiter();
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #abuses = 0;

  constructor(socket: SignalingSocket, context: HandlerContext, logger: Logger) {
    this.#socket = socket;
    this.#context = context;
    this.#logger = logger.child({ socket: socket.id });
    this.link = {
      notify: (notification: Notification) => socket.emit('notification', notification),
      offerConsumer: (consumer) =>
        this.#answered(
          `newConsumer ${consumer.consumerId}`,
          socket.timeout(OFFER_TIMEOUT_MS).emitWithAck('newConsumer', consumer),
          newConsumerAckSchema,
        ),
      askSamples: (wanted) =>
        this.#answered(
          'samplesWanted',
          socket.timeout(SAMPLES_TIMEOUT_MS).emitWithAck('samplesWanted', wanted),
          samplesAckSchema,
        ),
      close: () => socket.disconnect(true),
    };
    // What the types promise has to be checked: anybody can send anything.
    socket.on('request', (message: unknown, ack?: unknown) => {
      this.#receive(message, isAnswer(ack) ? ack : () => undefined);
    });
    socket.on('disconnect', () => {
      this.pathCheck?.close();
      const { membership } = this;
      this.membership = undefined;
      membership?.room.drop(membership.peer, this.link);
    });
  }

  get gone(): boolean {
    return !this.#socket.connected;
  }

  #receive(message: unknown, answer: (value: Ack) => void): void {
    const parsed = requestSchema.safeParse(message);
    const type = parsed.success ? parsed.data.type : 'other';
    if (!this.#limiter.allow(type, performance.now())) {
      this.#refuse(
        type,
        new SfuError('rate-limited', `too many messages (${type}), slow down`),
        answer,
      );
    } else if (!parsed.success) {
      this.#refuse(type, invalid(parsed.error), answer);
    } else if (IMMEDIATE.has(parsed.data.type)) {
      void this.#run(parsed.data, answer);
    } else if (this.#queued >= MAX_QUEUED) {
      this.#refuse(type, new SfuError('rate-limited', 'too many open requests'), answer);
    } else {
      const request = parsed.data;
      this.#queued += 1;
      this.#queue = this.#queue.then(async () => {
        await this.#run(request, answer);
        this.#queued -= 1;
      });
    }
  }

  async #run(request: Request, answer: (value: Ack) => void): Promise<void> {
    try {
      const data = await handle(request, this, this.#context);
      this.#context.metrics.requestHandled(request.type, 'ok');
      answer({ ok: true, data });
    } catch (error) {
      this.#refuse(request.type, error, answer);
    }
  }

  #refuse(type: string, error: unknown, answer: (value: Ack) => void): void {
    const protocolError = toProtocolError(error);
    this.#context.metrics.requestHandled(type, protocolError.code);
    if (protocolError.code === 'internal') {
      this.#logger.error({ err: error, type }, 'request failed');
    } else {
      this.#logger.debug({ type, ...protocolError }, 'request refused');
    }
    answer({ ok: false, error: protocolError });
    if (!ABUSES.has(protocolError.code)) return;
    this.#abuses += 1;
    if (this.#abuses === MAX_ABUSES) {
      this.#logger.warn('client cut off after too many wrong messages');
      this.link.close();
    }
  }

  /** What the client answers; undefined where it does not, or not as it should. */
  async #answered<T>(
    what: string,
    answer: Promise<unknown>,
    schema: z.ZodType<T>,
  ): Promise<T | undefined> {
    try {
      return schema.parse(await answer);
    } catch (error) {
      this.#logger.info({ err: error, what }, 'client did not answer');
      return undefined;
    }
  }
}

function handle<T extends RequestType>(
  request: Extract<Request, { type: T }>,
  connection: Connection,
  context: HandlerContext,
): ResponseOf<T> | Promise<ResponseOf<T>> {
  return handlers[request.type](request, connection, context);
}

function isAnswer(ack: unknown): ack is (value: Ack) => void {
  return typeof ack === 'function';
}

function invalid(error: z.ZodError): SfuError {
  const message = z.prettifyError(error).replaceAll('\n', ' ').slice(0, 400);
  return new SfuError('invalid-message', message);
}

/** Only codes of the protocol leave the server; the rest is `internal` and in the log. */
function toProtocolError(error: unknown): ProtocolError {
  if (error instanceof SfuError) {
    const code = errorCodeSchema.safeParse(error.code);
    if (code.success) return { code: code.data, message: error.message.slice(0, 500) };
  }
  return { code: 'internal', message: 'the server failed at this request, try again' };
}
