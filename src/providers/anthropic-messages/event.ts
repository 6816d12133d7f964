/** One event. The official SDK drops data without an `event:` line, so each has one that says the same as its `type`. */
export function messagesEvent(type: string, fields: object): Uint8Array {
  return new TextEncoder().encode(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
}
