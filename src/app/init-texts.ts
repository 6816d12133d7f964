import type { InitAnswers } from "./init-answers.ts";
import type { ProjectFacts } from "./inspect-project.ts";

const REAL_UPSTREAMS: Readonly<Record<NonNullable<ProjectFacts["provider"]>, string>> = {
  openai: "https://api.openai.com",
  anthropic: "https://api.anthropic.com",
  gemini: "https://generativelanguage.googleapis.com",
};

const DEFAULT_PORT = 3_000;
const DEFAULT_BODY = '{"message": "Summarise ticket {{n}}"}';

/** llm-chaos.yaml with what is known filled in, and what only the user knows as comments. */
export function appFileText(answers: InitAnswers, facts: ProjectFacts, schema: string): string {
  const start = answers.start ?? facts.start;
  const url = answers.url ?? `http://127.0.0.1:${facts.port ?? DEFAULT_PORT}`;
  const stream = answers.stream ?? "json";
  const found = facts.sdks.length === 0 ? "" : ` It uses ${facts.sdks.join(", ")}.`;
  return `# yaml-language-server: $schema=${schema}
# This app, as llm-chaos sees it: how it starts, where it listens, and how its answers look.${found}
app:
  ${start === undefined ? "# start: the command that starts the app, used when run has none behind --" : `start: ${scalar(start)}`}
  url: ${scalar(url)}
  ready: ${scalar(answers.ready ?? "/")}
  front_door:                            # the request that stands for a user's request
    path: ${scalar(answers.path ?? "/chat")}
    method: POST
    headers: { content-type: application/json }
    # A secret is written as a placeholder:  authorization: "Bearer \${APP_TOKEN}"
    body: ${single(answers.body ?? DEFAULT_BODY)}       # {{n}} is the call's number
    answer:
      stream: ${stream}
      # How a whole answer looks, and how the app says that one is not; without these a finished 2xx counts as whole.
${stream === "sse" ? SSE_MATCHERS : JSON_MATCHERS}
    shed_when: { status: [429, 503] }    # how the app refuses a call to protect itself
    # How it shows that it answered by another model:
    # fallback_when: { header: { x-model: "*mini*" } }
    deadline: 30s                        # a call without an end by then is hung
${upstreamLines(answers, facts)}
`;
}

const SSE_MATCHERS = `      # done_when: { event: done }
      # incomplete_when: { json: { path: $.truncated, equals: true } }
      # error_when: { event: error }`;
const JSON_MATCHERS = `      # done_when: { json: { path: $.text } }
      # incomplete_when: { json: { path: $.truncated, equals: true } }
      # error_when: { json: { path: $.error } }`;

function upstreamLines({ upstream }: InitAnswers, { provider }: ProjectFacts): string {
  if (upstream !== undefined) return `upstream: ${scalar(upstream)}`;
  return `upstream: stub                           # built in, costs nothing. The real one costs money:
# upstream: ${REAL_UPSTREAMS[provider ?? "openai"]}`;
}

/** A scenario to begin with: quiet, the token limit runs out, quiet again. */
export function firstScenarioText({ model }: InitAnswers, schema: string): string {
  const where =
    model === undefined
      ? "# where: { model: NAME }           # exact, so that the model the app falls back to stays reachable"
      : `where: { model: ${scalar(model)} }`;
  return `# yaml-language-server: $schema=${schema}
name: first-storm
summary: Tokens per minute run out for a while.
hypothesis: The app waits as told, degrades on purpose, and comes back by itself.
seed: 1

phases:
  - name: baseline
    lasts: 15s
  - name: storm
    lasts: 25s
    faults:
      - rate_limit: { dimension: tpm, retry_after: 5s }
        ${where}
  - name: recovery
    lasts: 20s

load:
  concurrency: 4

expect:
  - retry_after_honoured: { tolerance: 50ms, at_least: 99% }
  - retry_amplification: { at_most: 1.5, in: storm }
  - degrades_by: { any_of: [shed, fallback, queue], within: 5s }
  - no_hang: { within: 20s }
  - recovers: { to: 95%, within: 15s }

# runbook: { owner: "@team", escalate: "#incidents" }
`;
}

/** Plain where YAML reads the same text back, also inside braces; double-quoted everywhere else. */
function scalar(text: string): string {
  const plain = /^[A-Za-z/][\w ./-]*$/.test(text) || /^https?:\/\/[\w.:/-]*[\w/-]$/.test(text);
  const isWord = /^(?:true|false|null|yes|no|on|off)$/i.test(text);
  return plain && !isWord && text.trim() === text ? text : JSON.stringify(text);
}

function single(text: string): string {
  return /[\n\r]/.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}
