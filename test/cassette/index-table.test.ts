import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { type IndexRecord, IndexTableBuilder, readTable, tableBytes, VIEWS } from "../../src/cassette/index-table.ts";

/** As a recorder makes them: the views in common to ever more exchanges. */
const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
const records = Array.from(
  { length: 3_000 },
  (_, n): IndexRecord => ({
    offset: n * 5_000_000_000,
    length: n + 1,
    partial: n % 7 === 0,
    hashes: { exact: hash(`exact ${n}`), normalised: hash(`normal ${n % 1_000}`), shape: hash(`shape ${n % 2}`) },
  }),
);

it("finds in the order of recording what a list would find, beyond its first room and 4 GiB", () => {
  const builder = new IndexTableBuilder();
  for (const record of records) builder.add(record);
  expect(builder.count).toBe(records.length);
  const bytes = builder.finish();
  expect(bytes).toHaveLength(tableBytes(records.length));
  const table = readTable(bytes, records.length);
  for (const n of [0, 1, 1_023, 1_024, 2_999]) {
    const { hashes, ...entry } = records[n] as IndexRecord;
    expect(table.entry(n)).toEqual(entry);
    for (const view of VIEWS) {
      const found = records.flatMap((record, i) => (record.hashes[view] === hashes[view] ? [i] : []));
      expect(table.find(view, hashes[view])).toEqual(found);
    }
  }
  expect(table.find("exact", hash("never recorded"))).toEqual([]);
});

it("finds nothing in an empty one", () => {
  const table = readTable(new IndexTableBuilder().finish(), 0);
  expect(table.find("shape", hash("any"))).toEqual([]);
});
