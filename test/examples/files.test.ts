import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadApp } from "../../src/scenario/index.ts";
import { parseStubProfile } from "../../src/upstreams/index.ts";

const folder = join(import.meta.dirname, "../../examples");

describe("the files beside the sample apps", () => {
  it.each(["llm-chaos.yaml", "agent.llm-chaos.yaml"])("%s is a whole app file without a warning", (name) => {
    const { app, warnings } = loadApp({ path: join(folder, name), env: {} });
    expect(warnings).toEqual([]);
    expect(app).toMatchObject({ url: "http://127.0.0.1:3000", ready: "/healthz", upstream: "stub" });
    expect(app.frontDoor).toMatchObject({ path: "/chat", method: "POST", shedWhen: { status: [429, 503] } });
  });

  it("the app file of the two chat apps says how everything they do looks", () => {
    const { frontDoor } = loadApp({ path: join(folder, "llm-chaos.yaml"), env: {} }).app;
    expect(frontDoor?.answer).toMatchObject({
      stream: "sse",
      doneWhen: { event: "done" },
      incompleteWhen: { json: { path: "$.truncated", equals: true } },
    });
    expect(frontDoor?.fallbackWhen).toEqual({ header: { "x-model": "*mini*" } });
    expect(frontDoor?.deadlineMs).toBe(15_000);
  });

  it("the stub profile shows the defaults", () => {
    const text = readFileSync(join(folder, "stub-profile.yaml"), "utf8");
    expect(parseStubProfile(text, "stub-profile.yaml")).toEqual(parseStubProfile("", "stub-profile.yaml"));
  });
});
