import { z } from "zod";
import type { Fault } from "../core/fault.ts";

const params = z.strictObject({});
const NOTHING = new Uint8Array();

/** A stream without an event is taken for an answer without text by most clients. */
export const emptyReply: Fault<z.output<typeof params>> = {
  name: "empty_reply",
  summary: "A 200 with the right content type and nothing in it",
  looks: "answers with nothing in them",
  acts: "call",
  final: true,
  params,
  plan(_, { call }) {
    const headers = call.stream
      ? ["content-type", "text/event-stream; charset=utf-8", "cache-control", "no-cache"]
      : ["content-type", "application/json", "content-length", "0"];
    return [{ do: "answer", reply: { status: 200, headers, body: NOTHING } }];
  },
  explain: () => "a 200 with nothing in it",
};
