import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientUnderTest } from "./client.ts";

const MODULES = join(import.meta.dirname, "../../node_modules");

/** Installed versions, by package. `a > b` is the b that lies inside a; an alias counts as what it stands for. */
export function versionsOf(packages: ClientUnderTest["packages"]): Readonly<Record<string, string>> {
  if (!isList(packages)) return packages;
  return Object.fromEntries(
    packages.map((path) => {
      const { name, version } = manifestOf(path);
      return [path.includes(" > ") ? path : name, version];
    }),
  );
}

const isList = (packages: ClientUnderTest["packages"]): packages is readonly string[] => Array.isArray(packages);

function manifestOf(path: string): { name: string; version: string } {
  const folder = path.split(" > ").join("/node_modules/");
  return JSON.parse(readFileSync(join(MODULES, folder, "package.json"), "utf8"));
}
