import type { YamlFile } from "./document.ts";
import { type Environment, mapTexts, NAME, PLACEHOLDER } from "./fill.ts";
import { isMapValue } from "./normalise.ts";

/**
 * Puts the values of `vars` in place of their placeholders. They are no secrets, so they also stand in what is written
 * down. A variable of the environment wins, and its placeholder stays for later. Variables do not use each other.
 * `own` characters are the file's own text: one that it gives and nothing uses is probably misspelt.
 */
export function expandVars(document: YamlFile, env: Environment, own: number): void {
  if (!isMapValue(document.value)) return;
  const { vars, ...rest } = document.value;
  if (!isMapValue(vars)) return;
  const used = new Set<string>();
  const expand = (text: string) =>
    text.replace(PLACEHOLDER, (written: string, inside: string) => {
      const [, name = ""] = NAME.exec(inside) ?? [];
      if (!Object.hasOwn(vars, name)) return written;
      used.add(name);
      const value = vars[name];
      const overruled = env[name] !== undefined && env[name] !== "";
      return overruled || typeof value === "object" ? written : String(value);
    });
  document.value = { ...(mapTexts(rest, [], expand) as object), vars };
  for (const name of Object.keys(vars)) {
    const offset = document.places.keyAt(["vars", name]);
    if (used.has(name) || offset >= own) continue;
    document.problems.add(offset, `no placeholder uses the variable ${name}`, {
      hint: `write \${${name}} where its value belongs`,
      severity: "warning",
    });
  }
}
