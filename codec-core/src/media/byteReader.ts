/** A file, pipe or array of chunks, in order; chunks may have any length. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Reads exact lengths and lines from a stream of chunks. Holds no more than the chunks that the
 * current read needs, so a hostile length costs memory only as far as data really arrive.
 */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.#chunks =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** The next `length` bytes in memory of their own, or as many as are left before the end. */
  async read(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#advance())) break;
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    const bytes = new Uint8Array(length - missing);
    let offset = 0;
    for (const part of parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }

  /**
   * The next line as Latin-1 text without its line feed; undefined when `limit` bytes or the end
   * come first.
   */
  async readLine(limit: number): Promise<string | undefined> {
    let text = '';
    while (text.length <= limit) {
      if (this.#rest.length === 0 && !(await this.#advance())) return undefined;
      const end = this.#rest.indexOf(0x0a);
      const line = this.#rest.subarray(0, Math.min(end < 0 ? this.#rest.length : end, limit + 1));
      text += String.fromCharCode(...line);
      this.#rest = this.#rest.subarray(line.length + (end === line.length ? 1 : 0));
      if (end === line.length) return text.length <= limit ? text : undefined;
    }
    return undefined;
  }

  /** True when no byte is left. */
  async atEnd(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#advance());
  }

  async #advance(): Promise<boolean> {
    do {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.#rest = next.value;
    } while (this.#rest.length === 0);
    return true;
  }
}
