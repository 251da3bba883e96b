import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server } from 'socket.io';
import type { Logger } from '../logger.js';
import {
  SOCKET_PATH,
  type ClientToServerEvents,
  type ServerToClientEvents,
} from '../protocol/index.js';
import type { HandlerContext } from './handlers.js';
import { Session } from './Session.js';

/** A message larger than this ends its connection, bytes. */
const MAX_MESSAGE = 128 * 1024;
/** A dead connection is noticed after the two together, ms. */
const PING_INTERVAL = 5000;
const PING_TIMEOUT = 10_000;

/** socket.io on the web server: one Session per connection. */
export class SignalingServer {
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents>;

  constructor(httpServer: HttpServer | HttpsServer, context: HandlerContext, logger: Logger) {
    this.#io = new Server(httpServer, {
      path: SOCKET_PATH,
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE,
      pingInterval: PING_INTERVAL,
      pingTimeout: PING_TIMEOUT,
    });
    this.#io.on('connection', (socket) => new Session(socket, context, logger));
  }

  /** Ends all connections and the web server. */
  async close(): Promise<void> {
    await this.#io.close();
  }
}
