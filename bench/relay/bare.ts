import http from "node:http";
import type { AddressInfo } from "node:net";
import { createProxyServer } from "http-proxy-3";
import type { Ready } from "./protocol.ts";

/** The yardstick: http-proxy-3 as one would set it up oneself, with a keep-alive agent, and nothing else. */

const relay = createProxyServer({ target: process.argv[2], agent: new http.Agent({ keepAlive: true }) });
relay.on("error", (_error, _request, response) => response.destroy());
const server = http.createServer((request, response) => relay.web(request, response));
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port } satisfies Ready));
process.on("disconnect", () => process.exit(0));
