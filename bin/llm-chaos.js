#!/usr/bin/env node
// Checks the Node version before anything that needs it is loaded, then hands over to the built command line.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 5)) {
  process.stderr.write(
    `llm-chaos needs Node 24.5 or newer; this is ${process.version}. Install a current Node, or use: npx -p node@24 -p llm-chaos llm-chaos\n`,
  );
  process.exit(2);
}
const { main } = await import("../dist/cli/main.js");
await main(process.argv.slice(2));
