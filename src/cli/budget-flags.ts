import { type Command, InvalidArgumentError, Option } from "commander";
import type { AppFile } from "../core/app.ts";
import { UserError } from "../core/errors.ts";
import { type BudgetCaps, SPEND_UNITS, type SpendUnit } from "../core/spend.ts";
import { parseCount, parseMoney } from "../core/units.ts";
import { type MixChoice, oneStandIn, parseMix, parseOverBudget } from "../run/mix-choice.ts";
import type { SessionOptions } from "../run/options.ts";
import { ASSUMED_MAX_OUTPUT, type CapsChange, changeCaps, NO_CAPS } from "../spend/index.ts";

/** Flags about money, as typed. */
export interface BudgetFlags {
  budgetUsd: string[];
  budgetTokens: string[];
  budgetRequests: string[];
  overBudget?: string;
  assumeMaxOutput?: number;
  mix?: string;
  yes?: boolean;
}

const FLAG_OF = { usd: "budgetUsd", tokens: "budgetTokens", requests: "budgetRequests" } as const;

export function addBudgetFlags(command: Command): Command {
  return command
    .addOption(capOption("usd", "<dollars>", "the most that live calls of a run may cost: 2, or 0.50/min; repeatable"))
    .addOption(capOption("tokens", "<n>", "the same in tokens, input and output together"))
    .addOption(capOption("requests", "<n>", "the same in calls sent"))
    .addOption(
      new Option(
        "--over-budget <what>",
        "what becomes of a call beyond it: refuse (default), stub, stub:profile.yaml",
      ).env("LLM_CHAOS_OVER_BUDGET"),
    )
    .addOption(
      new Option(
        "--assume-max-output <tokens>",
        `what a call without a maximum output reserves (default ${ASSUMED_MAX_OUTPUT})`,
      )
        .env("LLM_CHAOS_ASSUME_MAX_OUTPUT")
        .argParser(parseTokens),
    )
    .addOption(
      new Option("--mix <real=share>", "only this share of the calls is real, the rest goes to the stub: real=5%").env(
        "LLM_CHAOS_MIX",
      ),
    )
    .addOption(new Option("-y, --yes", "real calls without a budget: do not ask").env("LLM_CHAOS_YES"));
}

function capOption(unit: SpendUnit, value: string, description: string): Option {
  return new Option(`--budget-${unit} ${value}`, description)
    .env(`LLM_CHAOS_BUDGET_${unit.toUpperCase()}`)
    .default([], "none")
    .argParser((text: string, before: string[]) => {
      parseCaps(unit, text);
      return [...before, text];
    });
}

function parseTokens(text: string): number {
  const tokens = parseCount(text);
  if (tokens === undefined) throw new InvalidArgumentError("write a whole number of tokens");
  return tokens;
}

const PER: Readonly<Record<string, keyof BudgetCaps>> = { run: "run", min: "perMinute", minute: "perMinute" };

/** `5`, `$0.50`, `5/run`, `1/min`; several in one text as an environment variable must have them: `2 0.50/min`. */
function parseCaps(unit: SpendUnit, text: string): CapsChange {
  const change: { run: Record<string, number>; perMinute: Record<string, number> } = { run: {}, perMinute: {} };
  for (const word of text.split(/[\s,]+/).filter((part) => part !== "")) {
    const [, amount = "", per = "run"] = /^([^/]+)(?:\/(\w+))?$/.exec(word) ?? [];
    const value = unit === "usd" ? parseMoney(amount) : parseCount(amount);
    const span = PER[per];
    if (value === undefined || value <= 0 || span === undefined) {
      const example = unit === "usd" ? "2 or 0.50/min" : "500 or 60/min";
      throw new InvalidArgumentError(`"${word}" is no cap; write ${example}`);
    }
    change[span][unit] = value;
  }
  return change;
}

/** Flags (and the environment behind them) win over the app file, cap by cap. Throws a UserError. */
export function spendingOptions(
  flags: BudgetFlags,
  { app, upstreams }: Pick<SessionOptions, "app" | "upstreams">,
): Pick<SessionOptions, "budget" | "mix" | "standIn"> {
  const overBudget = parseOverBudget(flags.overBudget ?? app?.budget?.over ?? "refuse");
  const mix = flags.mix === undefined ? undefined : parseMix(flags.mix);
  if (mix !== undefined && !upstreams.some(({ kind }) => kind === "live")) refuseMix(mix);
  return {
    budget: {
      caps: capsOf(flags, app),
      over: overBudget === undefined ? "refuse" : "stub",
      assumeMaxOutput: flags.assumeMaxOutput ?? app?.budget?.assumeMaxOutput,
    },
    mix: mix?.share,
    standIn: oneStandIn(mix, overBudget),
  };
}

function refuseMix({ share }: MixChoice): never {
  throw new UserError(`--mix real=${share * 100}% needs a real upstream`, { hint: "name it: --upstream https://…" });
}

function capsOf(flags: BudgetFlags, app: AppFile | undefined): BudgetCaps {
  const { perMinute = {}, usd, tokens, requests } = app?.budget ?? {};
  let caps = changeCaps(NO_CAPS, { run: { usd, tokens, requests }, perMinute });
  for (const unit of SPEND_UNITS) {
    for (const text of flags[FLAG_OF[unit]]) caps = changeCaps(caps, parseCaps(unit, text));
  }
  return caps;
}

/** As they must be typed again for the same. */
export function budgetWords(flags: BudgetFlags): string[] {
  const caps = SPEND_UNITS.flatMap((unit) => flags[FLAG_OF[unit]].flatMap((text) => [`--budget-${unit}`, `'${text}'`]));
  return [
    ...caps,
    ...(flags.overBudget === undefined ? [] : ["--over-budget", flags.overBudget]),
    ...(flags.mix === undefined ? [] : ["--mix", flags.mix]),
  ];
}
