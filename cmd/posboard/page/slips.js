// Torn-off slips stay to be looked at: the newest few, in a tray, each opening at full size.
import { t, onLanguage, time } from "./text.js";

const most = 12;
const slips = []; // newest first: {url, width, height, text, at, item}
const $ = (id) => document.getElementById(id);

export function start() {
  $("reader-close").addEventListener("click", () => $("reader").close());
  $("reader").addEventListener("click", (e) => e.target === $("reader") && $("reader").close());
  onLanguage(() => slips.forEach(label));
}

// keep puts a slip into the tray and takes over its picture.
export function keep(slip) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const img = document.createElement("img");
  button.type = "button";
  img.src = slip.url;
  img.alt = "";
  button.append(img);
  item.append(button);
  button.addEventListener("click", () => open(kept));
  const kept = { ...slip, at: new Date(), item };
  slips.unshift(kept);
  label(kept);
  $("slips").prepend(item);
  $("tray-empty").hidden = true;
  for (const old of slips.splice(most)) {
    old.item.remove();
    URL.revokeObjectURL(old.url);
  }
}

const title = (slip) => t("slipAt", time(slip.at));

function label(slip) {
  const button = slip.item.firstElementChild;
  button.setAttribute("aria-label", title(slip));
  button.title = title(slip);
}

function open(slip) {
  $("reader-title").textContent = title(slip);
  const img = $("reader-img");
  img.src = slip.url;
  img.width = slip.width;
  img.height = slip.height;
  img.alt = slip.text || title(slip);
  $("reader-save").href = slip.url;
  $("reader-save").download = `slip-${slip.at.toISOString().replace(/[:.]/g, "-")}.png`;
  $("reader").showModal();
}
