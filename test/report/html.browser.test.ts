import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report, ReportedExpectation } from "../../src/core/report.ts";
import { renderers } from "../../src/report/index.ts";
import { broken, held, rampStory, reportOf, stormStory } from "../support/report.ts";

const run = promisify(execFile);
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const IN_CI = process.env["CI"] === "true";
const name =
  CHROMIUM === undefined ? "runbook.html in a browser (skipped: no chromium found)" : "runbook.html in a browser";

/** As long as those of the demo: six rules, four of them broken with their proof. */
function demoSized(): ReportedExpectation[] {
  const note = "f114: passed on as whole, and ends where the truncated upstream answer c668 ends";
  const evidence = {
    note,
    events: [3799, 3599, 3800],
    got: "200, as if whole",
    wanted: "an error, a retry, or a sign",
  };
  const long = "34 calls of 262 passed a truncated answer on as whole (34 truncated answers, 17 of them late)";
  const failing = broken({ summary: long, evidence: [evidence, evidence, evidence] });
  const names = ["retry_after_honoured", "retry_amplification", "degrades_by", "truncation_noticed"];
  return [...names.map((rule) => ({ ...failing, name: rule })), held(), held({ name: "recovers" })];
}

function storm(): Report {
  const scenario = {
    hypothesis: "The app waits as told, falls back or sheds, and never sells half an answer as whole.",
  };
  const report = reportOf(stormStory().ended(), { expectations: demoSized(), scenario });
  return {
    ...report,
    summary: "Tokens per minute run out.",
    reproduce: "llm-chaos run scenarios/demo.yaml --seed 7 --app http://127.0.0.1:3000",
  };
}

/** More of everything than any shipped scenario has. */
function crowded(): Report {
  const limits = [
    { label: "openai/tier-1 big", per: "all" as const, limits: { tpm: 60_000, rpm: 500 }, date: "2026-09-24" },
  ];
  const report = reportOf(rampStory().ended(), {
    expectations: [...demoSized(), ...demoSized()],
    scenario: { limits },
  });
  const limit = {
    dimension: "tpm",
    limit: 60_000,
    peakShare: 1,
    hit: true,
    firstHit: { atMs: 12_000, concurrency: 8, seq: 97 },
    label: "tier",
    source: null,
    date: "2026-09-24",
  };
  const dimensions = ["tpm", "rpm", "rpd", "tpd"];
  return {
    ...report,
    limits: dimensions.map((dimension) => ({ ...limit, dimension })),
    utilisation: dimensions.map((dimension) => ({ dimension, shares: report.series.map((_, at) => (at % 7) / 6) })),
    warnings: Array(20).fill("A warning of some length."),
  };
}

describe.skipIf(CHROMIUM === undefined && !IN_CI)(name, () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "llm-chaos-page-"));
    if (CHROMIUM === undefined) throw new Error("CI must have chromium: apt-get install chromium");
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

  async function chromium(file: string, ...flags: string[]): Promise<string> {
    const quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
    const offline = ["--disable-background-networking", "--disable-component-update", "--allow-file-access-from-files"];
    const profile = `--user-data-dir=${join(folder, "profile")}`;
    const options = { timeout: 60_000, maxBuffer: 64 * 1_024 * 1_024 };
    const all = [...quiet, ...offline, profile, ...flags, pathToFileURL(file).href];
    return (await run(CHROMIUM ?? "chromium", all, options)).stdout;
  }

  async function written(file: string, text: string): Promise<string> {
    await writeFile(join(folder, file), text);
    return join(folder, file);
  }

  const page = (report: Report) => renderers.get("runbook.html")?.(report) ?? "";

  it.each([
    ["a report of the demo's size", storm],
    ["a ramp", () => reportOf(rampStory().ended(), { expectations: demoSized() })],
    ["a report with more of everything", crowded],
  ])(
    "prints %s on one sheet of A4",
    async (_name, make) => {
      const file = await written("print.html", page(make()));
      const pdf = join(folder, "page.pdf");
      await chromium(file, "--no-pdf-header-footer", `--print-to-pdf=${pdf}`);
      const text = (await readFile(pdf)).toString("latin1");
      expect(text.match(/\/MediaBox\s*\[[^\]]*\]/g)?.[0]).toMatch(/\[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
      expect(text.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
    },
    90_000,
  );

  it("fits a phone of 360 px without scrolling sideways, letters of its charts at a readable size", async () => {
    for (const report of [storm(), crowded()]) {
      const inner = await written("inner.html", page(report));
      // A window cannot be made this narrow, a frame can.
      const measure = `<iframe id="f" style="width:360px;height:800px;border:0" src="${pathToFileURL(inner).href}"></iframe><output id="o"></output>
        <script>f.onload = () => { const d = f.contentDocument, w = d.documentElement;
          const chart = [...d.querySelectorAll("figure svg")].find((svg) => svg.getBoundingClientRect().width > 0);
          const letter = 11 * chart.getBoundingClientRect().width / chart.viewBox.baseVal.width;
          o.textContent = JSON.stringify({ sideways: w.scrollWidth - w.clientWidth, letter, shown: d.querySelectorAll("figure").length,
            visible: [...d.querySelectorAll("figure")].filter((one) => one.offsetHeight > 0).length }); }</script>`;
      const dom = await chromium(await written("outer.html", measure), "--virtual-time-budget=5000", "--dump-dom");
      const measured = JSON.parse(/<output id="o">([^<]*)/.exec(dom)?.[1] || "{}");
      expect(measured).toMatchObject({ sideways: 0, shown: 3, visible: 1 });
      expect(measured.letter).toBeGreaterThan(9);
    }
  }, 120_000);
});
