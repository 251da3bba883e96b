/** Shows things in their order, none before it is due; for pictures that wait for their sound. */
export class PresentationQueue<Item> {
  readonly #now: () => number;
  readonly #show: (item: Item) => void;
  readonly #waiting: { readonly item: Item; readonly dueAt: number }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param now ms, the clock of `dueAt` */
  constructor(now: () => number, show: (item: Item) => void) {
    this.#now = now;
    this.#show = show;
  }

  push(item: Item, dueAt: number): void {
    this.#waiting.push({ item, dueAt });
    this.#run();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #run(): void {
    clearTimeout(this.#timer);
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const early = next.dueAt - this.#now();
      if (early > 0.5) {
        this.#timer = setTimeout(() => this.#run(), early);
        return;
      }
      this.#waiting.shift();
      this.#show(next.item);
    }
  }
}
