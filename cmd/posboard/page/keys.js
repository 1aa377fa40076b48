// The sixteen keys: by mouse and finger, by Tab and Enter, and by the computer's own keyboard.
import { attempt, note } from "./api.js";
import { t, onLanguage } from "./text.js";

const rows = [
  ["1", "2", "3", "CANCEL"],
  ["4", "5", "6", "CLEAR"],
  ["7", "8", "9", "MENU"],
  [".", "0", "SCAN", "OK"],
];
const hasLong = new Set(["SCAN"]); // keys with a second meaning when held
const longPress = 800; // ms, as the firmware counts
const maxWaiting = 40; // keys pressed faster than the board takes them

const computerKeys = new Map([
  ["Enter", "OK"], ["Backspace", "CLEAR"], ["Escape", "CANCEL"], ["m", "MENU"], ["s", "SCAN"], ["M", "MENU"], ["S", "SCAN:1500ms"],
  ["。", "."], [",", "."],
]);
for (const key of "0123456789.") computerKeys.set(key, key);

const waiting = [];
let sending = false;

// press queues a key. Keys go out in order, those that came while a request was under way together.
async function press(stroke) {
  const place = document.getElementById("note-keys");
  if (waiting.length >= maxWaiting) {
    note(place, t("tooFast"));
    return;
  }
  waiting.push(stroke);
  if (sending) return;
  sending = true;
  while (waiting.length > 0) {
    const strokes = waiting.splice(0).join(" ");
    if ((await attempt(place, "keys", strokes)) === undefined) waiting.length = 0; // what followed made sense only after it
  }
  sending = false;
}

export function start() {
  const pad = document.getElementById("keys");
  const buttons = new Map();
  for (const name of rows.flat()) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = name;
    button.className = name.length > 1 ? "key act" : "key";
    button.append(document.createElement("b"), document.createElement("i"));
    buttons.set(name, button);
    pad.append(button);
    wire(button, name);
  }
  onLanguage(() => {
    for (const [name, button] of buttons) {
      const [face, below] = button.children;
      face.textContent = name.length > 1 ? t(`key.${name}`) : name;
      below.textContent = name === "SCAN" ? t("holdHint") : "";
      button.title = t(`keyTip.${name}`) || "";
    }
  });
  wireComputer(buttons);
}

// wire makes one button press its key: at once, or where holding means something else, on release or in time.
function wire(button, name) {
  let timer;
  let held = false;
  let byPointer = false;
  const release = (send) => {
    clearTimeout(timer);
    if (!button.classList.contains("down")) return;
    button.classList.remove("down", "long");
    if (send && hasLong.has(name) && !held) press(name);
  };
  button.addEventListener("pointerdown", (e) => {
    if (e.button !== 0) return;
    byPointer = true;
    held = false;
    button.setPointerCapture(e.pointerId);
    button.classList.add("down");
    if (!hasLong.has(name)) {
      press(name);
      return;
    }
    timer = setTimeout(() => {
      held = true;
      button.classList.add("long");
      press(`${name}:1500ms`);
    }, longPress);
  });
  button.addEventListener("pointerup", () => release(true));
  button.addEventListener("pointercancel", () => release(false));
  button.addEventListener("contextmenu", (e) => e.preventDefault()); // a finger that holds is no right click
  button.addEventListener("click", () => {
    if (!byPointer) press(name); // by Tab and Enter, or by a screen reader
    byPointer = false;
  });
}

function wireComputer(buttons) {
  document.addEventListener("keydown", (e) => {
    const stroke = computerKeys.get(e.key);
    if (!stroke || e.repeat || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || taken(e)) return;
    e.preventDefault();
    const [name, long] = stroke.split(":");
    flash(buttons.get(name), Boolean(long));
    press(stroke);
  });
}

// taken reports whether a keystroke belongs to a field, a dialog, or a control that Enter works on.
function taken(e) {
  const at = e.target;
  if (document.querySelector("dialog[open]") || at.closest?.("input, textarea, select, [contenteditable]")) return true;
  return e.key === "Enter" && Boolean(at.closest?.("button, a, summary"));
}

function flash(button, long) {
  button.classList.add("down");
  button.classList.toggle("long", long);
  setTimeout(() => button.classList.remove("down", "long"), long ? 500 : 120);
}
