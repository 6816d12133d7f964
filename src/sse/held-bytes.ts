const NOTHING = new Uint8Array(0);
const FIRST_SIZE = 512;

/**
 * Bytes of an unfinished frame. Grows by doubling, so that a frame that comes byte by byte costs its size and not one object a byte.
 *
 * A class, as everything that is made for every call and has a getter: an object literal with a getter makes a new hidden class
 * each time, which lives until the next full collection and keeps alive whatever the getter's closure can reach.
 */
export class HeldBytes {
  #buffer: Uint8Array = NOTHING;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(bytes: Uint8Array): void {
    const needed = this.#size + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2, FIRST_SIZE));
      larger.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#size);
    this.#size = needed;
  }

  /** Everything held and `bytes` behind it; nothing is held afterwards. */
  takeWith(bytes: Uint8Array): Uint8Array {
    this.add(bytes);
    const taken = this.#buffer.subarray(0, this.#size);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#buffer = NOTHING;
    this.#size = 0;
  }
}
