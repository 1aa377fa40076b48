// The paper: it rolls out of the slot as the printer feeds it, stays on the newest line unless its reader
// scrolls, and comes off at the tear bar, by a click or by pulling.
import { on, latest, picture } from "./events.js";
import { attempt } from "./api.js";
import { t, onLanguage } from "./text.js";
import { keep } from "./slips.js";

const blank = 64; // dots of paper that is only the end sticking out
const narrow = 464; // dots across a 58 mm roll; wider is 80 mm
const speed = 420; // CSS pixels a second, about what a thermal printer does
const catchUp = 6; // and this much of what is missing, per second, when the picture is far ahead
const pull = 46; // CSS pixels of pulling that tear

const still = matchMedia("(prefers-reduced-motion: reduce)");
const $ = (id) => document.getElementById(id);

let now; // {url, width, height} of the paper in the slot
let shown = 0; // CSS pixels of it that have come out
let moving = false;
let tearing = false;

export function start() {
  const refresh = latest(async () => {
    const next = await picture("paper.png");
    if (tearing) {
      URL.revokeObjectURL(next.url);
      return;
    }
    replace(next);
  });
  on("paper", refresh);
  refreshLater = refresh;
  addEventListener("resize", () => now && settle());
  onLanguage(() => ($("paper").alt = t("paperAlt")));
  wireTear();
}
let refreshLater = () => {};

function replace(next) {
  const img = $("paper");
  const old = now;
  now = next;
  img.src = next.url;
  img.width = next.width;
  img.height = next.height;
  $("roll-width").textContent = next.width <= narrow ? "58 mm" : "80 mm";
  if (old) URL.revokeObjectURL(old.url);
  $("tear").disabled = next.height <= blank;
  $("printer").dataset.paper = next.height <= blank ? "blank" : "printed";
  if (!old || next.height < old.height) settle();
  else roll();
}

// full is the paper's height on the page.
const full = () => Math.round((now.height * $("paper").clientWidth) / now.width);

// settle shows all of the paper at once.
function settle() {
  shown = full();
  draw();
}

function draw() {
  $("strip").style.height = `${shown}px`;
  $("roll").classList.toggle("long", shown > $("roll").clientHeight);
}

// roll moves the paper out until all of it shows.
function roll() {
  if (still.matches) return settle();
  if (moving) return;
  moving = true;
  let last = performance.now();
  const frame = (time) => {
    const passed = Math.min(time - last, 100) / 1000;
    last = time;
    const left = full() - shown;
    if (left <= 0) {
      moving = false;
      return;
    }
    shown += Math.min(left, Math.max(speed, left * catchUp) * passed);
    draw();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function wireTear() {
  const bar = $("tear");
  let from;
  const move = (e) => {
    if (!from) return;
    const y = Math.min(0, e.clientY - from.y);
    const x = e.clientX - from.x;
    const far = Math.hypot(x, y);
    $("strip").style.translate = `${x / 3}px ${y / 3}px`;
    $("strip").style.rotate = `${Math.max(-4, Math.min(4, x / 20))}deg`;
    from.torn = far > pull;
  };
  const end = (e) => {
    if (!from) return;
    const torn = from.torn;
    from = undefined;
    $("strip").style.translate = $("strip").style.rotate = "";
    if (torn && e.type === "pointerup") tear();
  };
  bar.addEventListener("pointerdown", (e) => {
    if (e.button !== 0 || bar.disabled) return;
    from = { x: e.clientX, y: e.clientY, torn: false };
    bar.setPointerCapture(e.pointerId);
  });
  bar.addEventListener("pointermove", move);
  bar.addEventListener("pointerup", end);
  bar.addEventListener("pointercancel", end);
  bar.addEventListener("click", tear);
}

// tear takes the paper off: what was printed becomes a slip in the tray.
async function tear() {
  if (tearing || !now || now.height <= blank) return;
  tearing = true;
  try {
    const text = await fetch("paper.txt", { cache: "no-store" }).then((r) => r.text(), () => "");
    const slip = await picture("paper.png").catch(() => undefined); // as it is at this moment, not as last drawn
    const done = await attempt($("note-paper"), "paper/tear");
    if (!done) {
      if (slip) URL.revokeObjectURL(slip.url);
      return;
    }
    if (slip) {
      fall(slip);
      keep({ ...slip, text });
    }
  } finally {
    tearing = false;
  }
  refreshLater();
}

// fall lets the torn slip drop out of sight.
function fall(slip) {
  if (still.matches) return;
  const img = new Image();
  img.src = slip.url;
  img.className = "falling";
  img.alt = "";
  const box = $("roll").getBoundingClientRect();
  const paper = $("paper");
  img.style.width = `${paper.clientWidth}px`;
  img.style.left = `${paper.getBoundingClientRect().left}px`;
  img.style.top = `${box.bottom - shown}px`;
  document.body.append(img);
  img.addEventListener("animationend", () => img.remove());
}
