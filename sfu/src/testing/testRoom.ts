import { afterAll, afterEach, beforeAll } from 'vitest';
import type { VideoCodec } from '../protocol/index.js';
import type { InnCallServer } from '../server.js';
import { TestClient } from './TestClient.js';
import { startTestServer } from './testServer.js';

/**
 * A real server with a real mediasoup worker for the tests of one `describe`, and rooms in it; clients
 * are closed after each test. Flags as on the command line.
 */
export function testRoom(...flags: string[]) {
  let server: InnCallServer;
  const clients: TestClient[] = [];
  let roomNumber = 0;

  beforeAll(async () => {
    server = await startTestServer(...flags);
  });
  afterAll(async () => {
    await server.close();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  const roomId = (): string => `room-${String(roomNumber)}`;
  const connect = (): TestClient => {
    const client = new TestClient(server.url);
    clients.push(client);
    return client;
  };
  const newRoom = (): string => {
    roomNumber += 1;
    return roomId();
  };

  /** Ada sends and Bob receives, in a room of their own. */
  const pair = async (bobDecodes: VideoCodec[] = ['inn', 'vp8']) => {
    newRoom();
    const [ada, bob] = [connect(), connect()];
    const adaJoined = await ada.join({ roomId: roomId(), displayName: 'Ada' });
    const bobJoined = await bob.join({
      roomId: roomId(),
      displayName: 'Bob',
      decodes: bobDecodes,
    });
    const send = await ada.transport('send');
    const recv = await bob.transport('recv');
    return { ada, bob, adaJoined, bobJoined, send, recv };
  };

  return {
    get server() {
      return server;
    },
    /** The newest room's. */
    get roomId() {
      return roomId();
    },
    connect,
    newRoom,
    pair,
  };
}
