import { createSocket, type Socket } from 'node:dgram';
import { expect, test } from 'vitest';
import type { LinkSettings } from './link.js';
import { noLoss } from './loss.js';
import { UdpRelay } from './udpRelay.js';

const OPEN: LinkSettings = {
  capacity: undefined,
  queueMs: 300,
  delayMs: 0,
  jitterMs: 0,
  loss: noLoss,
  outage: () => false,
};

async function listen(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { socket, port: socket.address().port };
}

test('carries both directions of several clients, each back to its own', async () => {
  const server = await listen();
  server.socket.on('message', (data, { port, address }) => {
    server.socket.send(`answer to ${data.toString()}`, port, address);
  });
  const relay = await UdpRelay.open(
    { address: '127.0.0.1', port: server.port },
    { toServer: OPEN, toClient: OPEN, seed: 1 },
  );
  const clients = await Promise.all([listen(), listen()]);
  const answers = clients.map(
    ({ socket }) =>
      new Promise<string>((resolve) => socket.once('message', (m) => resolve(m.toString()))),
  );
  clients.forEach(({ socket }, i) => socket.send(`client ${i}`, relay.port, '127.0.0.1'));
  expect(await Promise.all(answers)).toEqual(['answer to client 0', 'answer to client 1']);
  expect(relay.log('toServer').counts.delivered).toBe(2);
  expect(relay.log('toClient').delivered.map(({ bytes }) => bytes)).toEqual([46, 46]);
  relay.close();
  for (const { socket } of [...clients, server]) socket.close();
});

test('lets nothing through in an outage', async () => {
  const server = await listen();
  let received = 0;
  server.socket.on('message', () => (received += 1));
  const relay = await UdpRelay.open(
    { address: '127.0.0.1', port: server.port },
    { toServer: { ...OPEN, outage: () => true }, toClient: OPEN, seed: 1 },
  );
  const client = await listen();
  for (let i = 0; i < 5; i++) client.socket.send('lost', relay.port, '127.0.0.1');
  await expect.poll(() => relay.log('toServer').counts.lost).toBe(5);
  expect(received).toBe(0);
  relay.close();
  for (const { socket } of [client, server]) socket.close();
});
