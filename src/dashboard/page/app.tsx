import { Calls } from "./parts/calls.tsx";
import { Help } from "./parts/dialogs.tsx";
import { Empty } from "./parts/empty.tsx";
import { Expectations } from "./parts/expectations.tsx";
import { Faults } from "./parts/faults.tsx";
import { Header } from "./parts/header.tsx";
import { Health } from "./parts/health.tsx";
import { InjectForm } from "./parts/inject-form.tsx";
import { LimitBars } from "./parts/limits.tsx";
import { Log } from "./parts/log.tsx";
import { Login } from "./parts/login.tsx";
import { Scenario } from "./parts/scenario.tsx";
import { Ended, Veil } from "./parts/states.tsx";
import { Summary } from "./parts/summary.tsx";
import { announcement, connection, dialog, mayControl, news, report } from "./state.ts";

/** One page, one scroll, no tabs. */
export function App() {
  const { state } = connection.value;
  if (state === "login") return <Login />;
  const stale = state === "lost" && report.value === undefined;
  return (
    <>
      <Header />
      <Veil />
      <main class={`page ${stale ? "stale" : ""}`}>
        <Ended />
        <Empty />
        <Summary />
        <div class="regions">
          <Expectations />
          <Scenario />
          <LimitBars />
          <Health />
          <Faults />
          <Calls />
          <Log />
        </div>
      </main>
      <Announcer />
      <p class="sr" aria-live="polite">
        {news.value}
      </p>
      {dialog.value === "help" && <Help />}
      {dialog.value === "inject" && mayControl.value && <InjectForm />}
    </>
  );
}

/** What came of the last command: shown for a while, and said aloud. */
function Announcer() {
  return (
    <p class="toast" role="status" aria-live="polite">
      {announcement.value}
    </p>
  );
}
