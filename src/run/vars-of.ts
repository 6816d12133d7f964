/** What the placeholders of a scenario's text stand for here, and nothing else of the environment: it goes to a proxy elsewhere. */
export function varsOf(text: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const names = new Set([...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name = ""]) => name));
  return Object.fromEntries([...names].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
