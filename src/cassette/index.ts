export { recordBytes, recordedBytes } from "./bytes.ts";
export { differences } from "./differences.ts";
export { type Asked, fingerprintOf, normalisedBody, operationOf, viewOf } from "./fingerprint.ts";
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
export { harOf } from "./har.ts";
export { keptPath, keptReplyHeaders, keptRequestHeaders } from "./headers.ts";
export { isPlayable, writePartIndex } from "./index-file.ts";
export type { View } from "./index-table.ts";
export { type JsonPath, parseJsonPath } from "./json-path.ts";
export { credentialsIn } from "./leaks.ts";
export { type Leaf, leavesOf, setLeaf } from "./leaves.ts";
export { type Found, type Library, openLibrary } from "./library.ts";
export { LONGEST_LINE } from "./lines.ts";
export { maskChunks } from "./mask.ts";
export { partPath } from "./part-path.ts";
export { type PlacedExchange, type ReadOptions, readCassette, readPart } from "./read.ts";
export { looksLikeCassette, readCassetteHeader } from "./read-header.ts";
export { createRedactor, type Redactor } from "./redact.ts";
export { validateCassette } from "./validate.ts";
export { type CassetteWriter, type CassetteWriterOptions, createCassetteWriter } from "./write.ts";
