import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventsOf, freshFolder, runCli, runFolderIn, startProxyCli } from "../support/e2e.ts";

// `llm-chaos … | head`: whoever reads may leave before the program has said everything.

it("leaves quietly when nobody reads what it lists", async () => {
  const script = `"$@" | true; exit \${PIPESTATUS[0]}`;
  const { code, stderr } = await runCli(["list", "faults", "--json"], {
    cwd: freshFolder(),
    through: (program) => ["/bin/bash", "-c", script, "bash", ...program],
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

it("goes on serving, and reports, when nobody reads its log any more", async () => {
  const cwd = freshFolder();
  const proxy = await startProxyCli(["--upstream", "stub"], {
    cwd,
    through: (program) => ["/bin/bash", "-c", `exec "$@" 2> >(head -n 1 >&2)`, "bash", ...program],
  });
  const body = JSON.stringify({ model: "sample-model", messages: [{ role: "user", content: "Hi" }] });
  const headers = { "content-type": "application/json" };
  for (let n = 0; n < 3; n++) {
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", headers, body });
    await reply.arrayBuffer();
    expect(reply.status).toBe(200);
  }
  proxy.signal("SIGTERM");
  expect(await proxy.exited).toBe(0);
  const folder = runFolderIn(cwd);
  expect(eventsOf(folder).filter((event) => event.type === "reply_ended")).toHaveLength(3);
  expect(existsSync(join(folder, "runbook.html"))).toBe(true);
});
