import { useEffect, useState } from "preact/hooks";
import { shortDuration } from "../../words.ts";
import { connection, heardAt, isOver, now, report, runbookShown, view } from "../state.ts";
import { Runbook } from "./runbook.tsx";

/** The connection is gone: the last picture stays, veiled, and its age counts up. */
export function Veil() {
  const state = connection.value;
  const lost = state.state === "lost" && report.value === undefined;
  const late = useLater(lost, 300);
  if (!lost || !late) return null;
  const age = shortDuration(Math.max(0, now.value - heardAt.value));
  return (
    <div class="veil">
      <p>
        {view.value === undefined ? "‖ nobody answers" : `‖ stale ${age}`}, retry {state.attempts}
      </p>
      <p class="quiet">The picture below is the last one that came. STOP CHAOS still tries to reach llm-chaos.</p>
    </div>
  );
}

function useLater(on: boolean, ms: number): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    if (!on) return setLater(false);
    const timer = setTimeout(() => setLater(true), ms);
    return () => clearTimeout(timer);
  }, [on, ms]);
  return later;
}

const VERDICTS = {
  pass: { words: "✓ READY", tone: "ok" },
  fail: { words: "✗ NOT READY", tone: "bad" },
  inconclusive: { words: "◌ INCONCLUSIVE", tone: "idle" },
} as const;

/** The run is over: its verdict, and its runbook in place. */
export function Ended() {
  const head = view.value?.head;
  const made = report.value;
  if (head === undefined || !isOver.value) return null;
  if (made === undefined) {
    return (
      <section class="ended" role="status">
        <p>■ The run has ended ({head.endedWhy}); its report is being written.</p>
      </section>
    );
  }
  const verdict = VERDICTS[made.verdict];
  return (
    <section class="ended" aria-label="How the run ended">
      <p class={`verdict tone-${verdict.tone}`} role="status">
        <strong>{verdict.words}</strong>
        {made.stopped !== null && <span>■ stopped early: {made.stopped}</span>}
      </p>
      <p>{made.sentence}</p>
      <p>
        <button
          type="button"
          aria-expanded={runbookShown.value}
          onClick={() => {
            runbookShown.value = !runbookShown.value;
          }}
        >
          {runbookShown.value ? "close runbook" : "open runbook"}
        </button>{" "}
        <span class="quiet">
          files in <code>{made.folder}</code>
        </span>
      </p>
      {runbookShown.value && <Runbook html={made.runbook} />}
    </section>
  );
}
