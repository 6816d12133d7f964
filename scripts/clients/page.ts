import { findingsIn } from "./findings.ts";
import type { CallResult, ClientResult, Matrix } from "./matrix.ts";
import type { TroubleCase } from "./troubles.ts";
import { fullWords, shortEnd, shortRequests } from "./words.ts";

/** docs/clients.md. */
export function renderPage(matrix: Matrix, { watchMs }: { watchMs: number }): string {
  const { clients, troubles, date, runtime } = matrix;
  const before = troubles.filter(({ position }) => position !== "stream");
  const stream = troubles.filter(({ position }) => position === "stream");
  return [
    "# What official LLM clients do when the provider fails",
    "",
    "<!-- Written by `npm run clients`. Do not edit: run it again. -->",
    "",
    `Each cell below is a real call by a real client, through \`llm-chaos\`, into one fault. Measured on ${date} with ${runtime}; nothing is copied from documentation. Every call was watched for ${watchMs / 1_000} s. Clients have their default settings unless it is said otherwise.`,
    "",
    "| client | packages |",
    "| --- | --- |",
    ...clients.map((client) => `| [${client.title}](#${anchorOf(client.title)}) | ${packageWords(client)} |`),
    "",
    "Contents: [What surprises](#what-surprises) · [Before an answer](#before-an-answer) · [Inside a stream](#inside-a-stream) · [Client by client](#client-by-client) · [How it is measured](#how-it-is-measured)",
    "",
    "## What surprises",
    "",
    findingsIn(matrix).join("\n"),
    "## Before an answer",
    "",
    "How many requests one call of the app became, and **bold** where the end is not an error. Calls that are not streamed; where the calls of a client differ, each is named.",
    "",
    overview(clients, before, { stream: false, word: shortRequests }),
    "`3`: three requests, then an error. `3+`: still retrying when the watch ended. **at once**: without any wait between them. **sleeps**: waits for longer than the watch before its next request. **hangs**: waits for an answer that does not come. **accepted**: what came was returned as if it were an answer.",
    "",
    "## Inside a stream",
    "",
    "What the app gets. `error`: it is told. **accepted**: the call ends normally although the answer is not whole. **hangs**: it never ends. One request unless a number is given.",
    "",
    overview(
      clients.filter(({ variantOf }) => variantOf === undefined),
      stream,
      { stream: true, word: shortEnd },
    ),
    "## Client by client",
    "",
    "`3 @ 0.5, 0.9 s`: three requests with these waits between them (waits with chance in them differ from run to run). Then the class of what was thrown, its status and code. In streams: how much of the text had reached the app before.",
    "",
    ...clients.map((client) => clientSection(client, { before, stream })),
    ...explanation(watchMs),
  ].join("\n");
}

function packageWords({ versions }: ClientResult): string {
  return Object.entries(versions)
    .map(([name, version]) => `\`${name}@${version}\``)
    .join(", ");
}

function wasMeasured(clients: readonly Pick<ClientResult, "calls">[], trouble: string): boolean {
  return clients.some(({ calls }) =>
    calls.some(({ cells }) => cells[trouble] !== undefined && cells[trouble].skipped === undefined),
  );
}

/** As GitHub makes it from a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

interface Overview {
  stream: boolean;
  word(call: CallResult, trouble: string): string;
}

/** A table for each language. Rows are troubles, columns are clients. Troubles of one format only are told in the client's own section. */
function overview(clients: readonly ClientResult[], troubles: readonly TroubleCase[], kind: Overview): string {
  const groups = Map.groupBy(clients, ({ language = "Node" }) => language);
  const shown = troubles.filter(
    ({ dialects, fault, id }) => dialects === undefined && fault !== undefined && wasMeasured(clients, id),
  );
  return [...groups.values()].map((group) => overviewOf(group, shown, kind)).join("\n");
}

function overviewOf(clients: readonly ClientResult[], troubles: readonly TroubleCase[], kind: Overview): string {
  const word = ({ calls }: ClientResult, trouble: string) =>
    joined(
      calls.filter(({ stream }) => stream === kind.stream),
      trouble,
      kind.word,
    );
  const rows = troubles.map(({ id, title }) => [title, ...clients.map((client) => word(client, id))]);
  return table(["", ...clients.map(({ title }) => title)], rows);
}

/** One word where all calls of a client agree. */
function joined(calls: readonly CallResult[], trouble: string, word: Overview["word"]): string {
  const byWord = new Map<string, string[]>();
  for (const call of calls) {
    const said = word(call, trouble);
    if (said !== "") byWord.set(said, [...(byWord.get(said) ?? []), call.short]);
  }
  if (byWord.size <= 1) return [...byWord.keys()][0] ?? "–";
  return [...byWord].map(([said, titles]) => `${said}: ${titles.join(", ")}`).join("<br>");
}

interface Sections {
  before: readonly TroubleCase[];
  stream: readonly TroubleCase[];
}

function clientSection(client: ClientResult, { before, stream }: Sections): string {
  const setup = client.setup === undefined ? [] : [client.setup, ""];
  return [
    `### ${client.title}`,
    "",
    `${packageWords(client)}.`,
    "",
    ...setup,
    details(
      client.calls.filter((call) => !call.stream),
      before,
    ),
    details(
      client.calls.filter((call) => call.stream),
      stream,
    ),
  ].join("\n");
}

function details(calls: readonly CallResult[], troubles: readonly TroubleCase[]): string {
  const rows = troubles
    .filter(({ id }) => wasMeasured([{ calls }], id))
    .map(({ id, title }) => [title, ...calls.map((call) => fullWords(call, id))]);
  return table(["", ...calls.map(({ title }) => title)], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

function explanation(watchMs: number): string[] {
  return [
    "## How it is measured",
    "",
    "`npm run clients` starts, for every cell, a proxy of its own on a free port of this machine with the built-in stub behind it, puts one fault into it, makes one call with the client, and reads from the proxy's own event log how many requests arrived and when. No provider is contacted, and no key is needed. `npm run clients -- --only openai,anthropic` measures some clients and prints what it found without touching this page. The numbers are in [clients.json](clients.json).",
    "",
    `A client that has not ended after ${watchMs / 1_000} s *hangs* when a request of it is open, and *sleeps* or is *still retrying* when none is. "Never" is more than was measured: some runtimes end a silent connection after five minutes.`,
    "",
    "The stub's answers have twelve tokens; \"after 4 tokens\" is in the middle of the text. A cell says *not reached* where the fault never took effect, since the format has no such thing: Gemini's streams have no end marker, Bedrock's events are no lines of JSON. That our refusals and streams have the providers' shapes is tested apart from this page.",
    "",
    "The Python clients are an optional group, `npm run clients -- --python PATH_TO_PYTHON`: see [scripts/clients/python](../scripts/clients/python/README.md).",
    "",
  ];
}
