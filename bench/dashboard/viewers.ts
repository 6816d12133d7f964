import { WebSocket } from "ws";

/** Dashboards without their drawing: a process of its own that subscribes so often and reads what comes. */

const [url = "", token = "", count = "0"] = process.argv.slice(2);
let bytes = 0;
let messages = 0;
let open = 0;

for (let i = 0; i < Number(count); i++) {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  socket.on("open", () => socket.send('{"jsonrpc":"2.0","id":1,"method":"view.subscribe"}'));
  socket.once("message", () => {
    if (++open === Number(count)) process.send?.({ open });
  });
  socket.on("message", (data: Buffer) => {
    messages++;
    bytes += data.byteLength;
  });
  socket.on("error", (error) => {
    throw error;
  });
}
process.on("message", () => process.send?.({ messages, bytes }));
process.on("disconnect", () => process.exit(0));
