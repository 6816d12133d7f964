import http, { type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ANSWER_HEADER,
  type Answer,
  EVENTS,
  nowMicroseconds,
  PACE_MS,
  type Ready,
  STAMP,
  STAMP_DIGITS,
} from "./protocol.ts";

const [, , givenPace] = process.argv;
/** Between the events of a paced stream, in milliseconds. */
const paceMs = givenPace === undefined ? PACE_MS : Number(givenPace);

/** The provider's stand-in, a process of its own: answers in the shape of Chat Completions, and does nothing else. */

const CHUNK = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"bench","choices":[{"index":0,"delta":`;
const ROLE = `${CHUNK}{"role":"assistant","content":""},"finish_reason":null}]}\n\n`;
const FINISH = `${CHUNK}{},"finish_reason":"stop"}]}\n\n`;
const DONE = "data: [DONE]\n\n";
const SMALL = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_767_225_600,
    model: "bench",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "Walls are found by walking. ".repeat(8) },
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 210, completion_tokens: 56, total_tokens: 266 },
  }),
);

function textEvent(): string {
  const stamp = String(nowMicroseconds()).padStart(STAMP_DIGITS, "0");
  return `${CHUNK}{"content":"${STAMP}${stamp}"},"finish_reason":null}]}\n\n`;
}

function eventAt(index: number): string {
  if (index === 0) return ROLE;
  if (index === EVENTS - 2) return FINISH;
  return index === EVENTS - 1 ? DONE : textEvent();
}

const answers: Record<Answer, (response: ServerResponse) => void> = {
  small(response) {
    response.writeHead(200, { "content-type": "application/json", "content-length": SMALL.byteLength });
    response.end(SMALL);
  },
  burst(response) {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    for (let i = 0; i < EVENTS; i++) response.write(eventAt(i));
    response.end();
  },
  paced(response) {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    let next = 0;
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const write = () => {
      response.write(eventAt(next++));
      if (next === EVENTS) return response.end();
      // Each by its own start: intervals that were once late together would stay together, and streams come in clumps.
      timer = setTimeout(write, startedAt + next * paceMs - performance.now());
      return response;
    };
    response.on("close", () => clearTimeout(timer));
    write();
  },
};

const server = http.createServer((request, response) => {
  request.resume();
  request.on("end", () => answers[request.headers[ANSWER_HEADER] as Answer](response));
});
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port } satisfies Ready));
process.on("disconnect", () => process.exit(0));
