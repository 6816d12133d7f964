export { createAwsEventStreamSplitter } from "./aws-event-stream.ts";
export { type AwsMessage, decodeAwsMessage, encodeAwsMessage } from "./aws-message.ts";
export { type BorderFinder, createBorderFinder } from "./borders.ts";
export { HeldBytes } from "./held-bytes.ts";
export { createJsonArraySplitter } from "./json-array.ts";
export { plainFrame, readEvent, sseFrame } from "./meaning.ts";
export { createSplitter, type FrameKind, MAX_FRAME_BYTES, type Splitter, type SplitterOptions } from "./splitter.ts";
