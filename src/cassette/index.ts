export { recordBytes, recordedBytes } from "./bytes.ts";
export { type Asked, fingerprintOf, normalisedBody, operationOf } from "./fingerprint.ts";
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
export { keptPath, keptReplyHeaders, keptRequestHeaders } from "./headers.ts";
export { type JsonPath, parseJsonPath } from "./json-path.ts";
export { credentialsIn } from "./leaks.ts";
export { maskChunks } from "./mask.ts";
export { partPath } from "./part-path.ts";
export { type PlacedExchange, type ReadOptions, readCassette, readPart } from "./read.ts";
export { type CassetteWriter, type CassetteWriterOptions, createCassetteWriter } from "./write.ts";
