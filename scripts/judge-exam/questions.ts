/** A scenario of the exam: short, and with no expectation that could be read in two ways. */
export interface Question {
  text: string;
}

interface Parts {
  /** Lines of a fault rule; undefined: nothing happens. */
  storm?: string;
  lasts?: string;
  load?: string;
  limits?: string;
  expect: readonly string[];
}

const question = (name: string, { storm, lasts = "2500ms", load = "{ concurrency: 4 }", limits, expect }: Parts) => ({
  text: [
    `name: ${name}`,
    "seed: 5",
    ...(limits === undefined ? [] : ["limits:", `  - ${limits}`]),
    "phases:",
    "  - { name: baseline, lasts: 1500ms }",
    `  - name: storm\n    lasts: ${lasts}`,
    ...(storm === undefined ? [] : ["    faults:", `      - ${storm}`]),
    "  - { name: recovery, lasts: 2500ms }",
    `load: ${load}`,
    "expect:",
    ...expect.map((line) => `  - ${line}`),
    "",
  ].join("\n"),
});

const WHILE_SHUT = [
  "retry_after_honoured: { tolerance: 50ms, at_least: 99% }",
  "retry_amplification: { at_most: 2, in: storm }",
  "degrades_by: { any_of: [shed, fallback], within: 3500ms }",
  "no_hang: { within: 9s }",
  "recovers: { to: 70%, within: 2s }",
];

const WHOLE = ["truncation_noticed: {}", "retry_amplification: { at_most: 2 }", "no_hang: { within: 6s }"];

const all = {
  /** Nothing goes wrong. */
  calm: {
    expect: ["retry_amplification: { at_most: 1 }", "no_hang: { within: 6s }", "success_rate: { at_least: 99% }"],
  },
  /** The first model refuses everything and says for how long; the small one answers. */
  shut: {
    storm: "{ rate_limit: { dimension: tpm, retry_after: 1200ms, hints: [ms_header] }, where: { model: gpt-4o } }",
    lasts: "3500ms",
    expect: WHILE_SHUT,
  },
  /** Half of the streams end as if they were over. */
  halved: { storm: "{ truncate: { after: { tokens: 5 } }, chance: 50% }", expect: WHOLE },
  /** Half of the streams break off. */
  cut: { storm: "{ disconnect: { after: { tokens: 5 }, how: fin }, chance: 50% }", expect: WHOLE },
  /** Half of the tool calls end in the middle of their arguments. */
  "halved-tools": {
    storm: "{ truncate: { after: { tokens: 5 } }, where: { tools: true }, chance: 50% }",
    expect: WHOLE,
  },
  /** The first model says a few words, and then nothing. */
  stalled: {
    storm: "{ stall: { after: { tokens: 3 }, lasts: 60s }, where: { model: gpt-4o } }",
    expect: ["no_hang: { within: 3s }"],
  },
  /** Forty callers, a slow provider. */
  crowd: {
    storm: "{ slow_first_token: { add: 600ms } }",
    load: "{ concurrency: 40 }",
    expect: ["max_in_flight: { at_most: 20 }", "no_hang: { within: 6s }"],
  },
  /** As shut, but what is asked for is the way out to the small model, and the way back. */
  "shut-for-a-while": {
    storm: "{ rate_limit: { dimension: tpm, retry_after: 700ms, hints: [ms_header] }, where: { model: gpt-4o } }",
    expect: ['falls_back: { to: "*mini*", within: 2s }', "returns_from_fallback: { within: 2s }"],
  },
  /** As shut, but what is asked for is a refusal of the app's own. */
  "shut-for-all": {
    storm: "{ rate_limit: { dimension: rpm, retry_after: 700ms, hints: [ms_header] } }",
    expect: ["sheds: { within: 2s }", "no_hang: { within: 6s }"],
  },
  /** Three of four calls fail, and nothing says for how long. */
  down: {
    storm: "{ server_error: {}, where: { model: gpt-4o }, chance: 75% }",
    lasts: "4s",
    expect: ["backoff: {}", "attempts_per_call: { max: 5 }", "no_hang: { within: 6s }"],
  },
  /** Half of the prompts are too long for the model. */
  refused: {
    storm: "{ context_too_long: {}, chance: 50% }",
    expect: ["no_wrong_retries: {}", "no_leak: {}", "no_hang: { within: 6s }"],
  },
  /** The money is gone. */
  spent: {
    storm: "{ quota_exceeded: {}, chance: 50% }",
    expect: ["no_wrong_retries: {}", "no_hang: { within: 6s }"],
  },
  /** Nothing goes wrong, and nothing should be asked again. */
  answered: { expect: ["no_wrong_retries: {}", "retry_budget: { at_most: 20% }"] },
  /** One call in twelve fails, and can be had for asking again. */
  brownout: {
    storm: "{ server_error: {}, chance: 8% }",
    expect: ["retry_budget: { at_most: 20% }", "success_rate: { at_least: 98% }"],
  },
  /** As shut, but what is asked for is that one refusal is told to everybody. */
  "shut-to-others": {
    storm: "{ rate_limit: { dimension: tpm, retry_after: 700ms, hints: [ms_header] }, where: { model: gpt-4o } }",
    expect: ["pauses_others: {}"],
  },
  /** As shut, but what is asked for is that the answers go on. */
  "shut-but-busy": {
    storm: "{ rate_limit: { dimension: tpm, retry_after: 700ms, hints: [ms_header] }, where: { model: gpt-4o } }",
    expect: ["goodput: { at_least: 50%, in: storm }"],
  },
  /** Twenty callers meet a model that is down. */
  "down-for-many": {
    storm: "{ server_error: {}, where: { model: gpt-4o } }",
    load: "{ concurrency: 20 }",
    expect: ["no_herd: { window: 30ms }"],
  },
  /** A counted limit that eight callers use up in seconds. */
  counted: {
    limits: "{ model: gpt-4o, rpm: 480 }",
    lasts: "9s",
    load: "{ concurrency: 8 }",
    expect: ["slows_before_wall: {}"],
  },
  /** As stalled, but what is asked for is that nothing goes on in vain. */
  "stalled-in-vain": {
    storm: "{ stall: { after: { tokens: 3 }, lasts: 60s }, where: { model: gpt-4o } }",
    expect: ["no_zombies: { within: 500ms }"],
  },
  /** The first model takes its time. */
  "slow-to-speak": {
    storm: "{ slow_first_token: { add: 2500ms }, where: { model: gpt-4o } }",
    expect: ["ttft: { p95: 1500ms, at: front_door, in: storm }"],
  },
  /** Nothing goes wrong; what is asked for is thrift. */
  billed: { load: "{ concurrency: 1 }", expect: ["spend: { tokens: 20_000 }"] },
  /** Forty callers, a slow provider, and a queue is wanted. */
  "crowd-in-line": {
    storm: "{ slow_first_token: { add: 1500ms } }",
    lasts: "5s",
    load: "{ concurrency: 40 }",
    expect: ["queues: { within: 6s }", "max_in_flight: { at_most: 20 }"],
  },
  /** Everything fails for a while. */
  outage: {
    storm: "{ server_error: {} }",
    expect: ["recovers: { to: 70%, within: 2s }", "no_hang: { within: 6s }"],
  },
} satisfies Record<string, Parts>;

/** Every question of the exam by its name. */
export const questions: Readonly<Record<string, Question>> = Object.fromEntries(
  Object.entries(all).map(([name, parts]) => [name, question(name, parts)]),
);
