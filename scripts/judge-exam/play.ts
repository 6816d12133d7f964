import type { Report } from "../../src/core/report.ts";
import { runScenario } from "../../src/run/run.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { loadApp, loadScenario } from "../../src/scenario/index.ts";
import { freePort } from "./free-port.ts";
import { QUIET } from "./quiet.ts";

export interface Stage {
  /** Where the clients answer. */
  appUrl: string;
  /** Where the proxy sends what it lets through. */
  provider: string;
  /** A folder that is the run's own. */
  folder: string;
}

const APP_FILE = (client: string, proxy: string) => `
app:
  front_door:
    path: /${client}
    headers: { x-exam-proxy: "${proxy}" }
    body: '{"message": "What is known about case {{n}}?"}'
    answer:
      incomplete_when: { json: { path: $.truncated, equals: true } }
    shed_when: { status: [503] }
    fallback_when: { header: { x-model: "*mini*" } }
    deadline: 10s
`;

/** One client before one question. */
export async function play(client: string, text: string, { appUrl, provider, folder }: Stage): Promise<Report> {
  const port = await freePort();
  const { app } = loadApp({ text: APP_FILE(client, `http://127.0.0.1:${port}`), env: {} });
  const { report } = await runScenario(
    {
      ...QUIET,
      ...loadScenario({ text, env: {} }),
      listen: { host: "127.0.0.1", port },
      mode: "run",
      scenarioText: text,
      app: { ...app, ready: `/${client}` },
      appUrl,
      upstreams: parseUpstreams([provider]),
      startAtOnce: true,
      out: folder,
      cwd: folder,
      reproduce: "npm run judge-exam",
    },
    { onEvent: () => {}, onSession: () => {} },
  );
  return report;
}
