import type { ViewMessage } from "../patch.ts";
import { type ControlSocket, openSocket } from "./socket.ts";
import { announcement, askForLogin, connection, report, session, view } from "./state.ts";
import { leads } from "./tabs.ts";
import { arrive, drawNow } from "./take.ts";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

let socket: ControlSocket | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let attempts = 0;

/** The connection itself, of the one tab that holds it. `onView` hears each message before it is drawn. */
export async function openStream(onView: (message: ViewMessage) => void): Promise<void> {
  clearTimeout(retry);
  try {
    const visitor = await (await fetch("/whoami")).json();
    if (!leads.value) return;
    if (visitor === null)
      return askForLogin(view.value === undefined ? undefined : "llm-chaos has restarted, or the session ended");
    session.value = visitor;
    connect(onView);
  } catch {
    if (leads.value) retryLater(onView);
  }
}

export function closeStream(): void {
  clearTimeout(retry);
  socket?.leave();
  socket = undefined;
}

export function callByStream(method: string, params: object): Promise<unknown> {
  return socket?.call(method, params) ?? Promise.reject(new Error("not connected"));
}

function connect(onView: (message: ViewMessage) => void): void {
  closeStream();
  socket = openSocket({
    onOpen(opened) {
      attempts = 0;
      opened.call("view.subscribe").catch(({ message }: Error) => {
        announcement.value = message;
      });
    },
    onView(message) {
      onView(message);
      arrive(message);
    },
    onClose(why) {
      drawNow();
      // The run is over and told all it had to tell; nobody is there to come back to.
      if (report.value !== undefined) return;
      if (why === "logged out") askForLogin("the session has ended");
      else if (connection.value.state !== "login") retryLater(onView);
    },
  });
}

function retryLater(onView: (message: ViewMessage) => void): void {
  attempts++;
  if (attempts === 1 && view.value !== undefined) announcement.value = "the connection is lost, trying again";
  connection.value = { state: "lost", attempts };
  retry = setTimeout(openStream, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1)), onView);
}
