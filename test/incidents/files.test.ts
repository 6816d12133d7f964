import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { validateFile } from "../../src/scenario/index.ts";
import { ROOT } from "../support/e2e.ts";
import { shippedIn } from "../support/incidents.ts";
import { INCIDENTS } from "./cases.ts";

describe("the incident library", () => {
  it("has a client that fails each of its scenarios, and a scenario for each client", () => {
    expect(shippedIn("incidents").sort()).toEqual(Object.keys(INCIDENTS).sort());
  });

  it.each(
    shippedIn("incidents"),
  )("%s says who reported it, what a good app does, and is valid without a warning", (name) => {
    const path = join(ROOT, "scenarios/incidents", `${name}.yaml`);
    expect(validateFile(path, {})).toEqual([]);
    const text = readFileSync(path, "utf8");
    const comment = text.slice(0, text.indexOf("\nname: "));
    expect(comment).toMatch(/[\w.-]+\/[\w.-]+#\d+/);
    expect(comment.replaceAll("\n# ", " ")).toMatch(/good app/);
    expect(text).toContain(`\nname: ${name}\n`);
  });
});
