import { useState } from "preact/hooks";
import { logIn } from "../connection.ts";
import { connection } from "../state.ts";

/** The token goes to the server once and comes back as a cookie that no script can read. */
export function Login() {
  const [token, setToken] = useState("");
  const [name, setName] = useState("");
  const state = connection.value;
  if (state.state !== "login") return null;
  return (
    <main class="login">
      <h1>llm-chaos</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void logIn(token, name);
          setToken("");
        }}
      >
        <label>
          Your name, for the log
          <input
            name="name"
            autocomplete="nickname"
            maxLength={40}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          Control token
          <input
            name="token"
            type="password"
            autocomplete="off"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <button type="submit">log in</button>
        {state.why !== undefined && (
          <p class="tone-bad" role="alert">
            ✗ {state.why}
          </p>
        )}
        <p class="quiet">
          llm-chaos printed where the token stands when it started. The spectators' token opens this page for reading
          only.
        </p>
      </form>
    </main>
  );
}
