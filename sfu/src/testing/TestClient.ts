import { io, type Socket } from 'socket.io-client';
import {
  PROTOCOL_VERSION,
  SOCKET_PATH,
  newConsumerSchema,
  notificationSchema,
  parseAck,
  samplesWantedSchema,
  type Ack,
  type ClientToServerEvents,
  type NewConsumer,
  type Notification,
  type NotificationOf,
  type NotificationType,
  type RequestOf,
  type RequestType,
  type ResponseOf,
  type SamplesAck,
  type ServerToClientEvents,
  type VideoCodec,
} from '../protocol/index.js';

/** For slow machines; nothing waits this long where all is well. */
const WAIT_MS = 20_000;

interface JoinOptions {
  readonly roomId?: string;
  readonly displayName?: string;
  readonly decodes?: VideoCodec[];
  readonly session?: { token: string; keepMedia: boolean };
}

/** A signalling client without media: keeps all it hears, accepts every consumer. */
export class TestClient {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  readonly notifications: Notification[] = [];
  readonly consumers: NewConsumer[] = [];
  acceptConsumers = true;
  /** What it answers where samples of its pictures are wanted. */
  samples: (drawnAt: number) => SamplesAck = () => null;
  readonly #watchers = new Set<() => void>();

  constructor(url: string) {
    this.socket = io(url, { path: SOCKET_PATH, transports: ['websocket'], reconnection: false });
    this.socket.on('notification', (notification) => {
      this.notifications.push(notificationSchema.parse(notification));
      this.#changed();
    });
    this.socket.on('newConsumer', (consumer, ack) => {
      this.consumers.push(newConsumerSchema.parse(consumer));
      ack(this.acceptConsumers ? { ok: true } : { ok: false, message: 'not now' });
      this.#changed();
    });
    this.socket.on('samplesWanted', (wanted, ack) => {
      ack(this.samples(samplesWantedSchema.parse(wanted).drawnAt));
    });
    this.socket.on('disconnect', () => {
      this.#changed();
    });
  }

  async ask<T extends RequestType>(request: RequestOf<T>): Promise<Ack<T>> {
    return parseAck(request.type, await this.raw(request));
  }

  /** Sends anything at all as a request. */
  async raw(message: unknown): Promise<unknown> {
    return this.socket.timeout(WAIT_MS).emitWithAck('request', message as never);
  }

  /** Like `ask`, but an error answer is a failure. */
  async request<T extends RequestType>(request: RequestOf<T>): Promise<ResponseOf<T>> {
    const ack = await this.ask<T>(request);
    if (!ack.ok) throw new Error(`${request.type}: ${ack.error.code} ${ack.error.message}`);
    return ack.data;
  }

  async join(options: JoinOptions = {}): Promise<ResponseOf<'join'>> {
    const ack = await this.tryJoin(options);
    if (!ack.ok) throw new Error(`join: ${ack.error.code} ${ack.error.message}`);
    return ack.data;
  }

  async tryJoin({
    roomId = 'room',
    displayName = 'Ada',
    decodes = ['inn', 'vp8'],
    session,
  }: JoinOptions = {}): Promise<Ack<'join'>> {
    const hello = await this.request<'hello'>({ type: 'hello', protocolVersion: PROTOCOL_VERSION });
    return this.ask<'join'>({
      type: 'join',
      roomId,
      displayName,
      rtpCapabilities: hello.routerRtpCapabilities,
      decodes,
      ...(session === undefined ? {} : { session }),
    });
  }

  async transport(direction: 'send' | 'recv'): Promise<string> {
    const made = await this.request<'createTransport'>({ type: 'createTransport', direction });
    return made.transportId;
  }

  /** Resolves when `condition` holds after something was heard. */
  async until(what: string, condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(check);
        reject(new Error(`waited in vain for ${what}`));
      }, WAIT_MS);
      const check = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
    });
  }

  all<T extends NotificationType>(type: T): NotificationOf<T>[] {
    return this.notifications.filter(
      (notification): notification is NotificationOf<T> => notification.type === type,
    );
  }

  async heard<T extends NotificationType>(type: T, count = 1): Promise<NotificationOf<T>> {
    await this.until(`${String(count)} × ${type}`, () => this.all(type).length >= count);
    const found = this.all(type)[count - 1];
    if (found === undefined) throw new Error(`no ${type}`);
    return found;
  }

  close(): void {
    this.socket.disconnect();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
