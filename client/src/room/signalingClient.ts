import {
  newConsumerSchema,
  notificationSchema,
  parseAck,
  samplesWantedSchema,
  SOCKET_PATH,
  type ClientToServerEvents,
  type NewConsumer,
  type NewConsumerAck,
  type Notification,
  type ProtocolError,
  type Request,
  type RequestOf,
  type RequestType,
  type ResponseOf,
  type SamplesAck,
  type SamplesWanted,
  type ServerToClientEvents,
} from '@inncall/sfu/protocol';
import { io, type Socket } from 'socket.io-client';
import { ClientError } from '../errors.js';
import { Emitter } from '../events.js';

const ANSWER_LIMIT_MS = 10_000;
const CONNECT_LIMIT_MS = 8_000;

interface SignalingEvents {
  notification: Notification;
  newConsumer: { readonly offer: NewConsumer; readonly answer: (ack: NewConsumerAck) => void };
  samplesWanted: { readonly wanted: SamplesWanted; readonly answer: (ack: SamplesAck) => void };
  disconnected: undefined;
}

/** One signalling connection. It does not reconnect; `CallSession` makes a new one. */
export class SignalingClient extends Emitter<SignalingEvents> {
  readonly #socket: Socket<ServerToClientEvents, ClientToServerEvents>;

  private constructor(socket: Socket<ServerToClientEvents, ClientToServerEvents>) {
    super();
    this.#socket = socket;
    socket.on('notification', (message: unknown) => {
      const notification = notificationSchema.safeParse(message);
      // A newer server may say more than this client knows.
      if (notification.success) this.emit('notification', notification.data);
    });
    socket.on('newConsumer', (message: unknown, answer) => {
      const offer = newConsumerSchema.safeParse(message);
      if (offer.success) this.emit('newConsumer', { offer: offer.data, answer });
      else answer({ ok: false, message: 'newConsumer was not understood' });
    });
    socket.on('samplesWanted', (message: unknown, answer) => {
      const wanted = samplesWantedSchema.safeParse(message);
      if (wanted.success) this.emit('samplesWanted', { wanted: wanted.data, answer });
      else answer(null);
    });
    socket.on('disconnect', () => this.emit('disconnected', undefined));
  }

  /** @throws ClientError 'server-gone' */
  static async connect(): Promise<SignalingClient> {
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
      path: SOCKET_PATH,
      transports: ['websocket'],
      reconnection: false,
      timeout: CONNECT_LIMIT_MS,
      forceNew: true,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (cause) => {
        socket.disconnect();
        reject(
          new ClientError(
            'server-gone',
            'The server does not answer. Check your connection, then try again.',
            { cause },
          ),
        );
      });
    });
    return new SignalingClient(socket);
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** @throws ClientError 'server-gone', 'room-full', 'server-refused', 'bad-message' */
  readonly request = async <T extends RequestType>(
    request: RequestOf<T>,
  ): Promise<ResponseOf<T>> => {
    const answer = await this.#send(request);
    const ack = this.#parse(request.type, answer);
    if (ack.ok) return ack.data;
    throw toClientError(ack.error);
  };

  close(): void {
    this.clear();
    this.#socket.disconnect();
  }

  async #send(request: Request): Promise<unknown> {
    try {
      return await this.#socket.timeout(ANSWER_LIMIT_MS).emitWithAck('request', request);
    } catch (cause) {
      throw new ClientError('server-gone', 'The server did not answer in time.', { cause });
    }
  }

  #parse<T extends RequestType>(type: T, answer: unknown) {
    try {
      return parseAck(type, answer);
    } catch (cause) {
      throw new ClientError(
        'bad-message',
        'The server speaks another version. Reload the page to get the new app.',
        { cause },
      );
    }
  }
}

function toClientError({ code, message }: ProtocolError): ClientError {
  if (code === 'room-full') {
    return new ClientError(
      'room-full',
      'This room is full. Ask somebody to leave, or open another.',
    );
  }
  if (code === 'version-mismatch') {
    return new ClientError('server-refused', 'The app is out of date. Reload the page.');
  }
  if (code === 'server-closing') {
    return new ClientError('server-gone', 'The server is restarting. Try again in a moment.');
  }
  return new ClientError('server-refused', message);
}
