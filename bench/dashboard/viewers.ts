import { WebSocket } from "ws";

/**
 * Dashboards without their drawing, in a process of their own: on "open" so many subscribe and read what comes, on "close" all
 * leave. Each answers when it has happened.
 */

const [url = "", token = "", count = "0"] = process.argv.slice(2);
let sockets: WebSocket[] = [];
let messages = 0;
let bytes = 0;

/** Resolves with the first picture. */
function openOne(): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    socket.on("open", () => socket.send('{"jsonrpc":"2.0","id":1,"method":"view.subscribe"}'));
    socket.once("message", () => resolve(socket));
    socket.on("message", (data: Buffer) => {
      messages++;
      bytes += data.byteLength;
    });
    socket.on("error", reject);
  });
}

function closeOne(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.close();
  });
}

process.on("message", async (order: "open" | "close") => {
  if (order === "open") sockets = await Promise.all(Array.from({ length: Number(count) }, openOne));
  else await Promise.all(sockets.splice(0).map(closeOne));
  process.send?.({ open: sockets.length, messages, bytes });
});
process.on("disconnect", () => process.exit(0));
