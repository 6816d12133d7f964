import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** Bundles the dashboard's page into one html and one script, with nothing to load from elsewhere. */

const root = join(import.meta.dirname, "../src/dashboard/page");
export const PAGE_FOLDER = join(import.meta.dirname, "../dist/dashboard/page");

/** What ends up inside the script; their licence wants to travel with it. */
const BUNDLED = ["preact", "@preact/signals", "@preact/signals-core"];

export async function buildPage(outDir: string): Promise<void> {
  await build({
    root,
    configFile: false,
    base: "/",
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      modulePreload: false,
      // Preloading and data URLs would need exceptions in the page's security policy.
      assetsInlineLimit: 0,
      rolldownOptions: { output: { entryFileNames: "assets/dashboard.js", codeSplitting: false } },
    },
  });
  const licences = BUNDLED.map((name) => {
    const text = readFileSync(join(import.meta.dirname, "../node_modules", name, "LICENSE"), "utf8");
    return `${name}, in assets/dashboard.js\n\n${text}`;
  });
  writeFileSync(join(outDir, "licences.txt"), licences.join("\n\n"));
}

/** What a browser loads, compressed. Bytes. */
export function compressedSize(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).length, 0);
}

if (import.meta.main) await buildPage(PAGE_FOLDER);
