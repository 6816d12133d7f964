import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { start } from "./connection.ts";
import { RUN_STATES } from "./format.ts";
import { listenToKeys } from "./keyboard.ts";
import { announcement, news, now, view } from "./state.ts";
import { STYLE } from "./style.ts";

const TICK_MS = 500;
const TOAST_MS = 6_000;
const NEWS_MS = 5_000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
document.adoptedStyleSheets = [sheet];

const root = document.getElementById("page");
if (root !== null) {
  root.textContent = "";
  render(<App />, root);
}
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, TICK_MS);
setInterval(() => {
  const [newest] = view.value?.log ?? [];
  if (newest !== undefined) news.value = `${newest.kind}: ${newest.text}`;
}, NEWS_MS);
effect(() => {
  const head = view.value?.head;
  document.title = head === undefined ? "llm-chaos" : `${RUN_STATES[head.state]} ${head.name} · llm-chaos`;
});
effect(() => {
  if (announcement.value === "") return;
  const timer = setTimeout(() => {
    announcement.value = "";
  }, TOAST_MS);
  return () => clearTimeout(timer);
});
listenToKeys();
start();
