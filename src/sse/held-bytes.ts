/** Bytes of an unfinished frame. */
export interface HeldBytes {
  readonly size: number;
  add(bytes: Uint8Array): void;
  /** Everything held and `bytes` behind it; nothing is held afterwards. */
  takeWith(bytes: Uint8Array): Uint8Array;
  clear(): void;
}

const NOTHING = new Uint8Array(0);
const FIRST_SIZE = 512;

/** Grows by doubling, so that a frame that comes byte by byte costs its size and not one object a byte. */
export function createHeldBytes(): HeldBytes {
  let buffer: Uint8Array = NOTHING;
  let size = 0;
  function add(bytes: Uint8Array): void {
    const needed = size + bytes.length;
    if (needed > buffer.length) {
      const larger = new Uint8Array(Math.max(needed, buffer.length * 2, FIRST_SIZE));
      larger.set(buffer.subarray(0, size));
      buffer = larger;
    }
    buffer.set(bytes, size);
    size = needed;
  }
  function clear(): void {
    buffer = NOTHING;
    size = 0;
  }
  return {
    get size() {
      return size;
    },
    add,
    takeWith(bytes) {
      add(bytes);
      const taken = buffer.subarray(0, size);
      clear();
      return taken;
    },
    clear,
  };
}
