/** Lets other tasks of this thread run; unlike a timer it is not held back. */
export class TaskTurn {
  readonly #channel = new MessageChannel();

  over(): Promise<void> {
    return new Promise((resolve) => {
      this.#channel.port1.onmessage = () => resolve();
      this.#channel.port2.postMessage(undefined);
    });
  }

  close(): void {
    this.#channel.port1.close();
  }
}
