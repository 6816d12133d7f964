import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The part of docs/clients.json that is read here; scripts/clients writes it. */
interface ClientData {
  troubles: readonly { id: string; title: string; position: string; fault: string | null; with_status?: number }[];
  clients: readonly { title: string; calls: readonly Call[] }[];
}

interface Call {
  title: string;
  cells: Readonly<Record<string, { outcome: string; requests?: number }>>;
}

export function readClients(docs: string): ClientData {
  return JSON.parse(readFileSync(join(docs, "clients.json"), "utf8"));
}

/** What clients do with a fault: a table, or where else to look. */
export function clientsSection(fault: string, data: ClientData): string {
  const rows = data.troubles
    // Under another status it is another trouble, which no fault makes.
    .filter((trouble) => trouble.fault?.startsWith(`${fault}:`) && trouble.with_status === undefined)
    .flatMap((trouble) => rowsOf(trouble, data.clients));
  if (rows.length === 0) return "What clients do with it: not in the [client matrix](clients.md) yet.";
  const lines = rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
  return [
    "What clients do with it ([measured](clients.md)):",
    "",
    "| | the app gets | |",
    "| --- | --- | --- |",
    ...lines,
  ].join("\n");
}

const POSITIONS: Readonly<Record<string, string>> = { body: "unstreamed: ", stream: "streamed: " };

/** A row for each way in which it ends. */
function rowsOf({ id, title, position }: ClientData["troubles"][number], clients: ClientData["clients"]): string[][] {
  const byEnd = new Map<string, string[]>();
  for (const client of clients) {
    for (const [end, who] of endsOf(client, id)) byEnd.set(end, [...(byEnd.get(end) ?? []), who]);
  }
  const ordered = [...byEnd].sort(([, a], [, b]) => b.length - a.length);
  return ordered.map(([end, who], index) => [
    index === 0 ? `${POSITIONS[position] ?? ""}${title}` : "",
    end,
    who.join(" · "),
  ]);
}

/** Where all calls of a client end alike, the client; else which of its calls. */
function endsOf({ title, calls }: ClientData["clients"][number], trouble: string): [end: string, who: string][] {
  const byEnd = new Map<string, string[]>();
  for (const call of calls) {
    const end = endWords(call.cells[trouble]);
    if (end !== undefined) byEnd.set(end, [...(byEnd.get(end) ?? []), call.title]);
  }
  return [...byEnd].map(([end, which]) => [end, byEnd.size === 1 ? title : `${title} (${which.join(", ")})`]);
}

function endWords(cell: Call["cells"][string] | undefined): string | undefined {
  const requests = cell?.requests ?? 1;
  const after = requests > 1 ? ` after ${requests} requests` : "";
  switch (cell?.outcome) {
    case "error":
      return `an error${after}`;
    case "served":
      return `the answer${after}`;
    case "accepted":
      return `**what came, as if it were the answer**${after}`;
    case "hangs":
      return `nothing: **hangs**${after}`;
    // How many requests fit into the time of the measurement is chance.
    case "retrying":
      return "nothing yet: still retrying when the measurement ended";
    case "sleeps":
      return "nothing yet: **sleeps** before the next request";
    default:
      return undefined;
  }
}
