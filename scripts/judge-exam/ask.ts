import { setTimeout as sleep } from "node:timers/promises";

/** One attempt: what differs from a plain streamed chat call to the first model. */
export interface Ask {
  model?: string | undefined;
  stream?: boolean;
  /** Instead of the user's own words. */
  message?: string;
  /** What the model has said already and shall go on from. */
  goOn?: string;
  tools?: boolean;
  maxTokens?: number;
  /** Longest wait for the first byte, and between bytes. Milliseconds. */
  patienceMs?: number;
  headers?: Readonly<Record<string, string>>;
  /** Goes on when the attempt's client has lost its patience: the work is not called off. */
  leaveRunning?: boolean;
  /** `chat`, or `embedding` of the message. */
  kind?: "chat" | "embedding";
}

/** What came back. */
export interface Told {
  /** 0: no status came. */
  status: number;
  model: string;
  text: string;
  /** Arguments of a tool call. */
  tool: string;
  finish: string | undefined;
  /** The body came to an end that HTTP calls one. */
  ended: boolean;
  /** The provider's words in an error. */
  errorText: string;
  /** The wait that was asked for; undefined when none was. Milliseconds. */
  announcedMs: number | undefined;
  /** The provider's count of requests left; undefined when it says none. */
  remaining: number | undefined;
}

export const FIRST_MODEL = "gpt-4o";
export const SMALL_MODEL = "gpt-4o-mini";

export interface Line {
  /** The proxy's address. */
  base: string;
  message: string;
  traceparent: string | undefined;
  left: AbortSignal;
}

export const isWhole = (told: Told) => told.status === 200 && told.finish !== undefined;

export async function askOnce(line: Line, ask: Ask): Promise<Told> {
  const { model = FIRST_MODEL, patienceMs = 20_000 } = ask;
  const told: Told = {
    status: 0,
    model,
    text: "",
    tool: "",
    finish: undefined,
    ended: false,
    errorText: "",
    announcedMs: undefined,
    remaining: undefined,
  };
  const stop = new AbortController();
  if (ask.leaveRunning !== true) line.left.addEventListener("abort", () => stop.abort(), { once: true });
  const work = follow({ line, ask, told, signal: stop.signal }).catch(() => undefined);
  await withPatience(work, told, { patienceMs, signal: stop.signal });
  if (ask.leaveRunning !== true) stop.abort();
  return { ...told };
}

/** Resolves when the work has ended, or nothing has come for too long. */
async function withPatience(
  work: Promise<unknown>,
  told: Told,
  { patienceMs, signal }: { patienceMs: number; signal: AbortSignal },
): Promise<void> {
  let over = false;
  const done = work.then(() => {
    over = true;
  });
  while (!over && !signal.aborted) {
    const before = told.status + told.text.length + told.tool.length;
    const silence = new AbortController();
    await Promise.race([done, sleep(patienceMs, undefined, { signal: silence.signal }).catch(() => undefined)]);
    silence.abort();
    if (!over && told.status + told.text.length + told.tool.length === before) return;
  }
}

interface Following {
  line: Line;
  ask: Ask;
  told: Told;
  signal: AbortSignal;
}

async function follow({ line, ask, told, signal }: Following): Promise<void> {
  const reply = await fetch(`${line.base}/v1/${ask.kind === "embedding" ? "embeddings" : "chat/completions"}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: "Bearer sk-exam-key",
      ...(line.traceparent !== undefined && { traceparent: line.traceparent }),
      ...ask.headers,
    },
    body: JSON.stringify(bodyOf(line, ask)),
    signal,
  });
  told.status = reply.status;
  told.announcedMs = announced(reply.headers);
  told.remaining = count(reply.headers.get("x-ratelimit-remaining-requests"));
  if (!reply.ok) {
    told.errorText = await reply.text();
    return;
  }
  if (ask.stream === false || ask.kind === "embedding") readWhole(told, (await reply.json()) as Answer);
  else await readStream(told, reply);
  told.ended = true;
}

function bodyOf(line: Line, ask: Ask): object {
  const { model = FIRST_MODEL, message = line.message, stream = true, maxTokens = 64 } = ask;
  if (ask.kind === "embedding") return { model: "text-embedding-3-small", input: message };
  return {
    model,
    messages: [
      { role: "user", content: message },
      ...(ask.goOn === undefined ? [] : [{ role: "assistant", content: ask.goOn }]),
    ],
    max_tokens: maxTokens,
    ...(stream && { stream: true }),
    ...(ask.tools === true && { tools: [TOOL], tool_choice: "required" }),
  };
}

const TOOL = {
  type: "function",
  function: { name: "look_up", parameters: { type: "object", properties: { city: { type: "string" } } } },
};

function announced(headers: Headers): number | undefined {
  const ms = headers.get("retry-after-ms");
  if (ms !== null) return Number(ms);
  const seconds = headers.get("retry-after");
  return seconds === null ? undefined : Number(seconds) * 1_000;
}

const count = (header: string | null) => (header === null ? undefined : Number(header));

interface Answer {
  choices?: {
    message?: Said;
    delta?: Said;
    finish_reason?: string | null;
  }[];
  error?: unknown;
}
interface Said {
  content?: string | null;
  tool_calls?: { function?: { arguments?: string } }[];
}

function readWhole(told: Told, answer: Answer): void {
  if (answer.choices === undefined) {
    told.finish = "stop";
    return;
  }
  note(told, answer);
}

async function readStream(told: Told, reply: Response): Promise<void> {
  let rest = "";
  for await (const piece of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      if (text.startsWith("data: {")) note(told, JSON.parse(text.slice(6)) as Answer);
    }
  }
}

function note(told: Told, { choices, error }: Answer): void {
  if (error !== undefined) told.errorText = JSON.stringify(error);
  const [choice] = choices ?? [];
  const said = choice?.delta ?? choice?.message;
  told.text += said?.content ?? "";
  told.tool += said?.tool_calls?.[0]?.function?.arguments ?? "";
  told.finish = choice?.finish_reason ?? told.finish;
}
