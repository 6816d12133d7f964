import { expect, it } from "vitest";
import { isOnOwnNetwork } from "../../src/run/own-network.ts";

const own = (url: string) => isOnOwnNetwork(new URL(url));

it.each([
  "http://127.0.0.1:8000/v1",
  "http://localhost:1",
  "http://[::1]:1",
  "http://[fd12::1]:1",
  "http://10.1.2.3",
  "http://172.31.0.1",
  "http://192.168.1.2",
  "http://vllm:8000",
  "http://host.docker.internal:11434",
  "http://Printer.Local",
])("%s is one's own", (url) => {
  expect(own(url)).toBe(true);
});

it.each([
  "https://api.openai.com",
  "http://172.32.0.1",
  "http://8.8.8.8",
  "http://[2606:4700::1]",
  "https://localhost.example.com",
  "https://mylocal.dev",
])("%s is somebody else's", (url) => {
  expect(own(url)).toBe(false);
});
