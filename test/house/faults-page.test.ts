import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { wireExcerpt } from "../../scripts/faults/wire.ts";
import { faultsPage } from "../../scripts/faults-page.ts";
import { faults } from "../../src/faults/index.ts";

const page = faultsPage();

it("is current: npm run docs:faults", () => {
  expect(readFileSync(join(import.meta.dirname, "../../docs/faults.md"), "utf8")).toBe(page);
});

it("has a section for every fault, with an excerpt in which it took effect", () => {
  for (const fault of faults.values()) {
    expect(page).toContain(`\n## ${fault.name}\n\n${fault.summary}.\n`);
    expect(wireExcerpt(fault)).toMatch(/\n\+ |\n- |^```http|\(/);
    expect(page).toContain(wireExcerpt(fault));
  }
  expect(page).not.toMatch(/undefined|NaN|\[object/);
});
