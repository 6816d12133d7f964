import { BlockList, isIP } from "node:net";

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv4");
PRIVATE.addAddress("0.0.0.0", "ipv4");
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");

/** Endings that no public name has: RFC 6762, 6761, 8375, and the ones that routers and containers use. */
const PRIVATE_ENDINGS = /(^|\.)(localhost|local|internal|lan|home\.arpa)$/;

/**
 * Whether the server is, by its address, on this machine or its own network: a model server, a gateway, a container. No name is
 * looked up: one without a dot (`vllm`, as Docker names its containers) counts, any other only by its ending.
 */
export function isOnOwnNetwork({ hostname }: Pick<URL, "hostname">): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const version = isIP(host);
  if (version !== 0) return PRIVATE.check(host, version === 6 ? "ipv6" : "ipv4");
  return !host.includes(".") || PRIVATE_ENDINGS.test(host);
}
