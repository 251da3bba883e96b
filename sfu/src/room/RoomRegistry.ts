import { SfuError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { MediaRouter } from '../media/WorkerPool.js';
import type { Metrics } from '../metrics/Metrics.js';
import { Room } from './Room.js';

export interface RoomRegistryOptions {
  readonly maxPeers: number;
  readonly reconnectGraceMs: number;
  readonly createRouter: () => Promise<MediaRouter>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** All rooms of this server: made when the first peer comes, closed when the last one has left. */
export class RoomRegistry {
  readonly #options: RoomRegistryOptions;
  readonly #opening = new Map<string, Promise<Room>>();
  readonly #rooms = new Map<string, Room>();
  #closed = false;

  constructor(options: RoomRegistryOptions) {
    this.#options = options;
  }

  get rooms(): Room[] {
    return [...this.#rooms.values()];
  }

  /**
   * The room of this id, opened where there is none. It may close as soon as it is empty, so a
   * peer has to join it without waiting in between.
   * @throws SfuError `server-closing`, `media-failed`
   */
  async open(id: string): Promise<Room> {
    if (this.#isClosed()) throw closing();
    const existing = this.#rooms.get(id) ?? this.#opening.get(id);
    if (existing !== undefined) return existing;
    const opening = Room.create({
      ...this.#options,
      id,
      onEmpty: () => {
        this.#closeRoom(id);
      },
    });
    this.#opening.set(id, opening);
    try {
      const room = await opening;
      if (this.#isClosed()) {
        room.close();
        throw closing();
      }
      this.#rooms.set(id, room);
      return room;
    } finally {
      this.#opening.delete(id);
    }
  }

  /** For a room that was opened for a peer which did not come. */
  closeIfEmpty(room: Room): void {
    if (room.peers.size === 0) this.#closeRoom(room.id);
  }

  /** Says goodbye to everybody and closes all rooms. */
  close(): void {
    this.#closed = true;
    for (const room of this.#rooms.values()) room.close({ type: 'serverClosing' });
    this.#rooms.clear();
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #closeRoom(id: string): void {
    this.#rooms.get(id)?.close();
    this.#rooms.delete(id);
  }
}

function closing(): SfuError {
  return new SfuError('server-closing', 'the server is closing, connect again in a moment');
}
