// What can break: one row a part, one button a state; the state in force is the pressed one.
import { on } from "./events.js";
import { attempt } from "./api.js";
import { t, onLanguage } from "./text.js";

const parts = {
  printer: ["ok", "paper-out", "cover-open", "near-end", "unplugged"],
  scanner: ["ok", "silent", "garbled", "unplugged"],
  network: ["ok", "down", "lost-reply", "slow"],
};
const warnings = new Set(["near-end", "slow"]); // works, though not well
const $ = (id) => document.getElementById(id);
let state = { printer: "ok", scanner: "ok", network: "ok" };

export function start() {
  const place = $("faults");
  for (const [part, values] of Object.entries(parts)) {
    const row = document.createElement("div");
    row.className = "fault";
    row.setAttribute("role", "group");
    const name = document.createElement("h3");
    name.id = `fault-${part}`;
    row.setAttribute("aria-labelledby", name.id);
    const chips = document.createElement("div");
    chips.className = "chips";
    for (const value of values) chips.append(chip(part, value));
    row.append(name, chips);
    place.append(row);
  }
  on("faults", (f) => {
    state = f;
    show();
  });
  onLanguage(show);
}

function chip(part, value) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chip";
  button.dataset.part = part;
  button.dataset.fault = value;
  button.addEventListener("click", () => attempt($("note-faults"), "faults", { [part]: value }));
  return button;
}

const tone = (value) => (value === "ok" ? "good" : warnings.has(value) ? "wait" : "bad");

function show() {
  for (const part of Object.keys(parts)) $(`fault-${part}`).textContent = t(`part.${part}`);
  for (const button of $("faults").querySelectorAll("button")) {
    const { part, fault } = button.dataset;
    button.textContent = t(`fault.${part}.${fault}`);
    button.setAttribute("aria-pressed", String(state[part] === fault));
    button.dataset.tone = tone(fault);
  }
  $("lamp-printer").dataset.on = tone(state.printer);
  $("printer-says").textContent = t(`fault.printer.${state.printer}`);
  $("lamp-network").dataset.on = tone(state.network);
}
