import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { type RecordedExchange, recordedBytes } from "../../src/cassette/index.ts";
import type { Ready } from "../relay/protocol.ts";

/**
 * The floor under every replay on this HTTP server: reads the request to its end, looks it up in a Map by its whole text, and
 * writes the recorded head and bytes in one piece. It parses nothing, logs nothing, observes nothing, and all is in memory.
 */

const [, , cassette = ""] = process.argv;
const answers = new Map<string, { status: number; headers: string[]; bytes: Buffer }>();
for (const line of readFileSync(cassette, "utf8").trimEnd().split("\n").slice(1)) {
  const { request, reply } = JSON.parse(line) as RecordedExchange;
  if (reply === null || !("text" in request.body)) continue;
  const bytes = Buffer.concat(reply.chunks.map(recordedBytes));
  answers.set(request.body.text, { status: reply.status, headers: reply.headers, bytes });
}
const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const answer = answers.get(Buffer.concat(chunks).toString());
    if (answer === undefined) return response.writeHead(404).end();
    response.sendDate = false;
    return response.writeHead(answer.status, answer.headers).end(answer.bytes);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port } satisfies Ready));
process.on("disconnect", () => process.exit(0));
