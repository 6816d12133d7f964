/** What the user said; what is missing is taken from a look at the project, or from a default. */
export interface InitAnswers {
  /** The command that starts the app. */
  start?: string;
  /** Default `http://127.0.0.1:<port found, else 3000>`. */
  url?: string;
  /** Path that answers below 500 when the app is ready. Default `/`. */
  ready?: string;
  /** Path of the request that stands for a user's request. Default `/chat`. */
  path?: string;
  /** Its body. Default `{"message": "…"}`. */
  body?: string;
  /** How the app answers. Default json. */
  stream?: "json" | "sse";
  /** Default: the built-in stub. */
  upstream?: string;
  /** The model whose limit the first scenario lets run out; without it, every model's. */
  model?: string;
}
