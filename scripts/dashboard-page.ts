import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** Bundles the dashboard's page into one html and one script, with nothing to load from elsewhere. */

const root = join(import.meta.dirname, "../src/dashboard/page");
export const PAGE_FOLDER = join(import.meta.dirname, "../dist/dashboard/page");

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
}

/** What a browser loads, compressed. Bytes. */
export function compressedSize(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).length, 0);
}

if (import.meta.main) await buildPage(PAGE_FOLDER);
