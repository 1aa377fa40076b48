// Whatever is held before the scan engine: the customer's code, a product, rubbish.
import { on } from "./events.js";
import { attempt } from "./api.js";
import { t, onLanguage } from "./text.js";

// What the board's profile sells, and what it must survive.
const samples = [
  ["sample.cola", "6901234567892"],
  ["sample.gum", "6923450657713"],
  ["sample.unknown", "4006381333931"],
  ["sample.garbage", "\u0001\u001b@\u0000<script>&%$#!乱码"],
];
const $ = (id) => document.getElementById(id);
let reading = 0;
let fault = "ok";
let timer;
const afterglow = 2_000; // ms that the window says that it has read

// scan holds text before the engine until it is read or given up.
export async function scan(text, place = $("note-scan")) {
  reading++;
  say();
  const read = await attempt(place, "scan", text);
  reading--;
  say(read !== undefined);
  return read;
}

function say(done) {
  clearTimeout(timer);
  if (done) timer = setTimeout(say, afterglow);
  $("window").dataset.state = reading > 0 ? "reading" : done ? "read" : fault;
  $("scanner-says").textContent = t(reading > 0 ? "scanner.reading" : done ? "scanner.read" : `scanner.${fault}`);
}

export function start() {
  on("faults", (f) => {
    fault = f.scanner;
    say();
  });
  $("scan-form").addEventListener("submit", (e) => {
    e.preventDefault();
    if ($("scan-text").value) scan($("scan-text").value);
  });
  const buttons = samples.map(([name, text]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.dataset.sample = name;
    button.addEventListener("click", () => scan(text));
    $("samples").append(button);
    return [button, name];
  });
  onLanguage(() => {
    for (const [button, name] of buttons) button.textContent = t(name);
    say();
  });
}
