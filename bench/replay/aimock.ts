import { LLMock } from "@copilotkit/aimock";
import type { Ready } from "../relay/protocol.ts";
import { answer, CHUNK, question } from "./questions.ts";

/** aimock with a fixture for each answer, all in memory, without any latency of its own. */

const count = Number(process.argv[2]);
const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", latency: 0, chunkSize: CHUNK });
for (let n = 0; n < count; n++) mock.onMessage(question(n), { content: answer(n) });
const url = await mock.start();
process.send?.({ port: Number(new URL(url).port) } satisfies Ready);
process.on("disconnect", () => process.exit(0));
