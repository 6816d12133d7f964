import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nginxVersion, startNginx } from "./nginx.ts";
import { planTraffic, type Traffic } from "./plan.ts";
import { type Client, type Server, startClient, startServer, watchProcess } from "./processes.ts";
import { machineFacts, renderTraffic, type Sample } from "./table.ts";

/**
 * `npm run bench:relay [-- --quick] [-- --only a,b] [-- --profile DIR]`
 * How much a relay costs: direct, bare http-proxy-3, ours and nginx, in one run and in turn, so that a busy moment of the
 * machine hits all of them. Ratios are taken inside a round. Loopback only.
 */
const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" }, profile: { type: "string" } },
});
const plan = planTraffic({ quick: values.quick, only: values.only?.split(",") ?? [] });
const folder = mkdtempSync(join(tmpdir(), "relay-bench-"));
const profiling = values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`];

const upstream = await startServer("upstream.ts", []);
const version = nginxVersion();
const relays: [name: string, server: Server][] = [
  ["direct", upstream],
  ["http-proxy-3", await startServer("bare.ts", [upstream.url], profiling)],
  ["llm-chaos", await startServer("ours.ts", [upstream.url, folder], profiling)],
];
if (version !== undefined) relays.push(["nginx", await startNginx(upstream.url, folder)]);
const client = startClient();
try {
  console.log(machineFacts(version));
  for (const traffic of plan) console.log(renderTraffic(traffic, await rounds(client, traffic)));
} finally {
  await client.stop();
  for (const [, server] of relays.reverse()) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Each round measures every relay once; the order turns, so that none always follows the same neighbour. */
async function rounds(caller: Client, traffic: Traffic): Promise<Map<string, Sample>[]> {
  const all: Map<string, Sample>[] = [];
  for (let round = 0; round < traffic.rounds; round++) {
    const samples = new Map<string, Sample>();
    for (let i = 0; i < relays.length; i++) {
      const [name, server] = relays[(round + i) % relays.length] as [string, Server];
      const watched = watchProcess(server.pid);
      const measured = await caller.measure({ url: server.url, ...traffic });
      samples.set(name, { ...measured, ...watched.stop() });
    }
    all.push(samples);
    process.stderr.write(`${traffic.id}: round ${round + 1} of ${traffic.rounds}\n`);
  }
  return all;
}
