const LF = 0x0a;
const COLON = 0x3a;

/** An SSE comment, which says nothing but "still there". A CRLF that was cut before its LF leaves that in front of the next frame. */
export function isComment(bytes: Uint8Array): boolean {
  return bytes[bytes[0] === LF ? 1 : 0] === COLON;
}
