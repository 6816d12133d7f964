import { readBeside } from "./beside.ts";

/**
 * The bodies of a JSON Lines file beside the app file: a line that is a JSON text is that text, any other is sent as it
 * stands. A string says what is wrong.
 */
export function readBodies(name: string, appFile: string): readonly string[] | string {
  const read = readBeside(name, appFile);
  return "problem" in read ? read.problem : bodiesIn(read.text, name);
}

function bodiesIn(text: string, name: string): readonly string[] | string {
  const bodies: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      const value: unknown = JSON.parse(line);
      bodies.push(typeof value === "string" ? value : line.trim());
    } catch {
      return `line ${index + 1} of ${name} is not JSON`;
    }
  }
  return bodies.length === 0 ? `${name} has no bodies` : bodies;
}
