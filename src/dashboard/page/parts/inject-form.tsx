import { useEffect, useState } from "preact/hooks";
import { copy } from "../actions.ts";
import { call } from "../connection.ts";
import { type FaultDraft, type FaultKind, faultLine, fieldOf, type ParamSchema, written } from "../fault-form.ts";
import { announcement, dialog } from "../state.ts";
import { Dialog } from "./dialogs.tsx";

const EMPTY: FaultDraft = { name: "", params: {}, model: "", chance: "" };
const DEFAULT_TTL = "10m";

/** A form for any fault, made from the schema that checks it. */
export function InjectForm() {
  const [kinds, setKinds] = useState<readonly FaultKind[]>([]);
  const [draft, setDraft] = useState<FaultDraft>(EMPTY);
  const [ttl, setTtl] = useState(DEFAULT_TTL);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    call("faults.describe")
      .then((answer) => setKinds((answer as { faults: readonly FaultKind[] }).faults))
      .catch((error: Error) => setTrouble(error.message));
  }, []);
  const kind = kinds.find(({ name }) => name === draft.name) ?? kinds[0];
  const chosen = { ...draft, name: kind?.name ?? "" };
  const line = faultLine(chosen);
  const inject = async () => {
    try {
      await call("fault.inject", { fault: line, ttl });
      announcement.value = `${chosen.name} is on for ${ttl}`;
      dialog.value = undefined;
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Dialog title="Inject a fault">
      <form
        class="inject"
        onSubmit={(event) => {
          event.preventDefault();
          void inject();
        }}
      >
        <label>
          Fault
          <select
            name="fault"
            value={chosen.name}
            onChange={(event) => setDraft({ ...EMPTY, name: event.currentTarget.value })}
          >
            {kinds.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <p class="quiet">{kind?.summary}</p>
        {Object.entries(kind?.params.properties ?? {}).map(([name, schema]) => (
          <Param
            key={`${chosen.name} ${name}`}
            name={name}
            schema={schema}
            value={draft.params[name] ?? ""}
            onValue={(value) => setDraft({ ...chosen, params: { ...draft.params, [name]: value } })}
          />
        ))}
        <div class="pair">
          <label>
            Only this model
            <input
              name="model"
              placeholder="any, * allowed"
              value={draft.model}
              onInput={(event) => setDraft({ ...chosen, model: event.currentTarget.value })}
            />
          </label>
          <label>
            Share of the calls
            <input
              name="chance"
              placeholder="100%"
              value={draft.chance}
              onInput={(event) => setDraft({ ...chosen, chance: event.currentTarget.value })}
            />
          </label>
          <label>
            Ends by itself after
            <input name="ttl" required value={ttl} onInput={(event) => setTtl(event.currentTarget.value)} />
          </label>
        </div>
        <p>
          <code>{line}</code>{" "}
          <button type="button" class="small" onClick={() => void copy(line, "the fault")}>
            copy
          </button>
        </p>
        {trouble !== "" && (
          <p class="tone-bad" role="alert">
            ✗ {trouble}
          </p>
        )}
        <button type="submit" class="danger" disabled={kind === undefined}>
          ▨ inject
        </button>
      </form>
    </Dialog>
  );
}

interface ParamProps {
  name: string;
  schema: ParamSchema;
  value: string;
  onValue(value: string): void;
}

function Param({ name, schema, value, onValue }: ParamProps) {
  const field = fieldOf(schema);
  const standard = schema.default === undefined ? "" : `default ${written(schema.default)}`;
  return (
    <div class="param">
      {field.kind === "choice" && (
        <label>
          {name}
          <select name={name} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
            <option value="">{standard === "" ? "–" : standard}</option>
            {field.options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        </label>
      )}
      {field.kind === "text" && (
        <label>
          {name}
          <input
            name={name}
            placeholder={standard === "" ? field.example : standard}
            value={value}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
        </label>
      )}
      {field.kind === "flags" && <Flags name={name} options={field.options} value={value} onValue={onValue} />}
      {schema.description !== undefined && <p class="quiet">{schema.description}</p>}
    </div>
  );
}

function Flags(props: { name: string; options: readonly string[]; value: string; onValue(value: string): void }) {
  const on = new Set(
    props.value
      .replaceAll(/[[\]\s]/g, "")
      .split(",")
      .filter(Boolean),
  );
  const toggle = (option: string) => {
    if (!on.delete(option)) on.add(option);
    props.onValue(on.size === 0 ? "" : `[${[...on].join(", ")}]`);
  };
  return (
    <fieldset>
      <legend>{props.name}</legend>
      {props.options.map((option) => (
        <label key={option} class="flag">
          <input type="checkbox" checked={on.has(option)} onChange={() => toggle(option)} /> {option}
        </label>
      ))}
    </fieldset>
  );
}
