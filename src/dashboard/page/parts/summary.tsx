import { shortCount, shortDuration } from "../../words.ts";
import { LIMIT_STATES, NOTHING, usd } from "../format.ts";
import { view } from "../state.ts";

/** The ten-second answer: which limit bites, how users feel it, what became of their calls, what it cost. */
export function Summary() {
  const now = view.value;
  if (now === undefined) return null;
  const { limits, health, calls, money } = now;
  const [first] = limits.rows;
  const state = first === undefined ? undefined : LIMIT_STATES[first.state];
  const { clean, recovered, degraded, lost } = calls.endings;
  return (
    <section class="summary" aria-label="Summary">
      <p class={`headline tone-${state?.tone ?? "idle"}`}>
        <strong>
          <span aria-hidden="true">{state?.glyph ?? "◌"} </span>
          {limits.verdict}
        </strong>
      </p>
      <p>
        <strong class="number">{health.ttftP95Ms === undefined ? NOTHING : shortDuration(health.ttftP95Ms)}</strong>
        <span>first token, p95</span>
      </p>
      <p>
        <strong class="number">{shortCount(calls.total)}</strong>
        <span>{`calls: ${clean} clean, ${recovered} recovered, ${degraded} degraded, ${lost} lost`}</span>
      </p>
      <p>
        <strong class="number">{usd(money.spentUsd ?? (money.savedUsd === undefined ? undefined : 0))}</strong>
        <span>{moneyWords(money)}</span>
      </p>
    </section>
  );
}

function moneyWords(money: {
  savedUsd: number | undefined;
  wastedUsd: number;
  wastedTokens: number;
  unpriced: number;
  budgetUsd: number | undefined;
}): string {
  const { savedUsd, wastedUsd, wastedTokens, unpriced, budgetUsd } = money;
  return [
    budgetUsd === undefined ? "spent" : `spent of ${usd(budgetUsd)}`,
    savedUsd === undefined ? "" : `${usd(savedUsd)} saved`,
    wastedUsd > 0 ? `${usd(wastedUsd)} wasted` : "",
    wastedTokens > 0 ? `${shortCount(wastedTokens)} tokens wasted` : "",
    unpriced > 0 ? `${unpriced} calls without a known price` : "",
  ]
    .filter(Boolean)
    .join(", ");
}
