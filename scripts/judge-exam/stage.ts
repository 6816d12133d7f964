import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSession } from "../../src/run/session.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { parseStubProfile } from "../../src/upstreams/index.ts";
import { QUIET } from "./quiet.ts";

/** Quick, and never busy: what is examined is the judge, not the provider. */
const PROFILE = "ttft: 40ms\ninter_token: 3ms\noutput_tokens: 16\ncapacity: { concurrency: 1000 }\n";

export interface ExamStage {
  appUrl: string;
  provider: string;
  folder: string;
  /** `keep`: the runs' folders stay, to look into. */
  close(options: { keep: boolean }): Promise<void>;
}

/** One process with all clients and one stub, for all runs. */
export async function openStage(): Promise<ExamStage> {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-exam-"));
  const text = "name: provider\nphases: [{ name: all, lasts: 2h }]\n";
  const session = await startSession({
    ...QUIET,
    ...loadScenario({ text, env: {} }),
    listen: { host: "127.0.0.1", port: 0 },
    mode: "proxy",
    scenarioText: text,
    app: undefined,
    appUrl: undefined,
    upstreams: parseUpstreams(["stub"]).map((choice) => ({
      ...choice,
      profile: parseStubProfile(PROFILE, "stub.yaml"),
    })),
    startAtOnce: false,
    out: join(folder, "provider"),
    cwd: folder,
    reproduce: "",
  });
  await warm(session.proxy.url);
  const app = fork(join(import.meta.dirname, "app.ts"));
  const port = await new Promise<number>((resolve, reject) => {
    app.once("message", (message: { port: number }) => resolve(message.port));
    app.once("exit", (code) => reject(new Error(`the clients' process ended with ${code}`)));
  });
  return {
    appUrl: `http://127.0.0.1:${port}`,
    provider: session.proxy.url,
    folder,
    async close({ keep }) {
      app.removeAllListeners("exit");
      app.kill();
      await session.close({ why: "completed", detail: undefined }, 0);
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first answer costs a second, in which the stub's tokenizer is loaded. */
async function warm(url: string): Promise<void> {
  const body = JSON.stringify({ model: "any", messages: [{ role: "user", content: "Are you there?" }] });
  const headers = { "content-type": "application/json", authorization: "Bearer sk-exam-key" };
  await (await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })).text();
}
