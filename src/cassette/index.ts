export { recordBytes, recordedBytes } from "./bytes.ts";
export {
  CASSETTE_VERSION,
  type CassetteHeader,
  cassetteJsonSchema,
  type Fingerprint,
  type RecordedBytes,
  type RecordedChunk,
  type RecordedExchange,
  type RecordedReply,
} from "./format.ts";
export { partPath } from "./part-path.ts";
export { type PlacedExchange, type ReadOptions, readCassette, readPart } from "./read.ts";
