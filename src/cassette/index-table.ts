/** The views by which a request is looked up, from the strictest to the loosest. */
export const VIEWS = ["exact", "normalised", "shape"] as const;
export type View = (typeof VIEWS)[number];

/** Where one exchange stands, and whether it can be played to its end. */
export interface IndexEntry {
  offset: number;
  length: number;
  /** The caller left in the middle: what came until then is known, and not how it went on. */
  partial: boolean;
}

export interface IndexRecord extends IndexEntry {
  /** 16 hexadecimal digits each. */
  hashes: { readonly [name in View]: string };
}

/** A hash for each view, then offset, length and flag. */
const RECORD = 8 * VIEWS.length + 16;
const OFFSET = 8 * VIEWS.length;
const FIRST_ROOM = 1_024;

/** Bytes of the table of so many exchanges: 52 for each. */
export function tableBytes(count: number): number {
  return count * (RECORD + 4 * VIEWS.length);
}

/** Collects records in the form in which they are stored: as objects, those of a file of gigabytes took ten times the memory. */
export class IndexTableBuilder {
  #count = 0;
  #records = Buffer.alloc(FIRST_ROOM * RECORD);

  get count(): number {
    return this.#count;
  }

  add({ hashes, offset, length, partial }: IndexRecord): void {
    const at = this.#count * RECORD;
    if (at === this.#records.length) this.#records = Buffer.concat([this.#records, Buffer.alloc(at)]);
    const records = this.#records;
    for (const [v, view] of VIEWS.entries()) records.write(hashes[view], at + v * 8, "hex");
    records.writeDoubleLE(offset, at + OFFSET);
    records.writeUInt32LE(length, at + OFFSET + 8);
    records.writeUInt32LE(partial ? 1 : 0, at + OFFSET + 12);
    this.#count++;
  }

  /** The records, then for each view their ordinals in the order of its hash: looked up by halving, without anything built in memory. */
  finish(): Buffer {
    const count = this.#count;
    const records = this.#records;
    const table = Buffer.alloc(tableBytes(count));
    records.copy(table, 0, 0, count * RECORD);
    for (const v of VIEWS.keys()) {
      const order = Uint32Array.from({ length: count }, (_, ordinal) => ordinal);
      const high = (ordinal: number) => records.readUInt32BE(ordinal * RECORD + 8 * v);
      const low = (ordinal: number) => records.readUInt32BE(ordinal * RECORD + 8 * v + 4);
      order.sort((a, b) => high(a) - high(b) || low(a) - low(b) || a - b);
      const start = count * (RECORD + 4 * v);
      for (const [i, ordinal] of order.entries()) table.writeUInt32LE(ordinal, start + 4 * i);
    }
    return table;
  }
}

export interface IndexTable {
  entry(ordinal: number): IndexEntry;
  /** The exchanges whose view has this hash, in the order in which they were recorded. */
  find(view: View, hash: string): number[];
}

/** Reads a table where it stands. */
export function readTable(table: Buffer, count: number): IndexTable {
  const ordinalAt = (view: number, place: number) => table.readUInt32LE(count * (RECORD + 4 * view) + 4 * place);
  const hashAt = (view: number, place: number) => table.readBigUInt64BE(ordinalAt(view, place) * RECORD + 8 * view);
  return {
    entry: (ordinal) => ({
      offset: table.readDoubleLE(ordinal * RECORD + OFFSET),
      length: table.readUInt32LE(ordinal * RECORD + OFFSET + 8),
      partial: table.readUInt32LE(ordinal * RECORD + OFFSET + 12) === 1,
    }),
    find(name, hash) {
      const view = VIEWS.indexOf(name);
      const wanted = BigInt(`0x${hash}`);
      let low = 0;
      for (let high = count; low < high; ) {
        const middle = (low + high) >>> 1;
        if (hashAt(view, middle) < wanted) low = middle + 1;
        else high = middle;
      }
      const found: number[] = [];
      for (let place = low; place < count && hashAt(view, place) === wanted; place++)
        found.push(ordinalAt(view, place));
      return found;
    },
  };
}
