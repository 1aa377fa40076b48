// The USB stick: plugged into the terminal or in somebody's hand, who puts bills onto it and takes backups from it.
import { on } from "./events.js";
import { attempt, note, send } from "./api.js";
import { t, has, onLanguage, explain } from "./text.js";

const $ = (id) => document.getElementById(id);
let state = { in: false, kind: "", files: [] };

export function start() {
  $("stick-plug").addEventListener("click", () => attempt($("note-stick"), "stick", { do: state.in ? "pull" : "plug" }));
  $("stick").addEventListener("submit", async (e) => {
    e.preventDefault();
    const [what, value] = $("stick-what").value.split(" ");
    const request = what === "bill" ? { do: "bill", network: value } : { do: "new", kind: value };
    if (await attempt($("note-stick"), "stick", request)) note($("note-stick"), t("stickDone"), "plain");
  });
  $("stick-file").addEventListener("change", async () => {
    const file = $("stick-file").files[0];
    if (!file) return;
    try {
      await send(`stick/${encodeURIComponent(file.name)}`, file, "PUT");
      note($("note-stick"), t("stickDone"), "plain");
    } catch (err) {
      note($("note-stick"), explain(err.message));
    }
    $("stick-file").value = "";
  });
  on("stick", (s) => {
    state = s;
    show();
  });
  onLanguage(show);
}

function show() {
  $("lamp-stick").dataset.on = state.in ? "good" : "";
  $("stick-says").textContent = t(state.in ? "stickIn" : "stickOut");
  $("stick-plug").textContent = t(state.in ? "stickPull" : "stickPlug");
  for (const e of [$("stick-what"), $("stick-set"), $("stick-file")]) e.disabled = state.in;
  const files = state.files ?? [];
  $("stick-files").replaceChildren(
    ...files.map((f) => {
      const row = document.createElement("li");
      const link = document.createElement("a");
      link.href = `stick/${f.name.split("/").map(encodeURIComponent).join("/")}`;
      link.download = f.name.split("/").pop();
      link.textContent = f.name;
      row.append(link, ` ${f.size}`);
      return row;
    }),
  );
  const kind = `stickKind.${state.kind}`;
  $("stick-empty").hidden = files.length > 0;
  $("stick-empty").textContent = has(kind) ? t(kind) : t("stickKind.fat");
}
