import { describe, expect, test } from 'vitest';
import { DropCounter, FrameMailbox } from './frameMailbox.js';

describe('FrameMailbox', () => {
  test('the newest frame wins; the others are counted', async () => {
    const drops = new DropCounter();
    const mailbox = new FrameMailbox<string>(drops);
    for (const frame of ['a', 'b', 'c']) mailbox.put(frame);
    expect(await mailbox.take()).toBe('c');
    expect(drops.counts.late).toBe(2);
  });

  test('a reader that waits gets the next frame', async () => {
    const mailbox = new FrameMailbox<string>(new DropCounter());
    const taken = mailbox.take();
    mailbox.put('a');
    expect(await taken).toBe('a');
  });

  test('closing ends the reader and nothing is taken any more', async () => {
    const mailbox = new FrameMailbox<string>(new DropCounter());
    const taken = mailbox.take();
    mailbox.close();
    expect(await taken).toBeUndefined();
    mailbox.put('late');
    expect(await mailbox.take()).toBeUndefined();
  });
});
