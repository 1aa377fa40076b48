// The terminal's display: its picture, its text for those who don't see it, and whether there is anything to see.
import { on, latest, picture } from "./events.js";
import { attempt } from "./api.js";

const quiet = 250; // ms without a change before the text is read out

export function start() {
  const img = document.getElementById("lcd");
  const refresh = latest(async () => {
    const { url } = await picture("lcd.png");
    const old = img.src;
    img.src = url; // decoded already: the old picture stays until this one is there
    if (old.startsWith("blob:")) URL.revokeObjectURL(old);
  });
  let timer;
  on("display", () => {
    refresh();
    clearTimeout(timer);
    timer = setTimeout(readOut, quiet);
  });
  const wake = document.getElementById("wake");
  on("power", (power) => {
    wake.hidden = power.state === "on";
    document.getElementById("terminal").dataset.power = power.state;
    document.getElementById("lamp-power").dataset.on = power.state === "on" ? "good" : "off";
  });
  wake.addEventListener("click", () => attempt(document.getElementById("note-keys"), "power", { do: "on" }));
}

// readOut puts the display's text where screen readers find it. A clock that ticks is no news.
async function readOut() {
  const place = document.getElementById("lcd-text");
  const response = await fetch("lcd.txt", { cache: "no-store" }).catch(() => undefined);
  if (!response?.ok) return;
  const lines = (await response.text()).split("\n").map((l) => l.replaceAll("▦", "").trim()).filter(Boolean);
  const news = lines.join("\n");
  const still = (s) => s.replace(/\d+:\d\d/g, "");
  if (still(news) === still(place.textContent)) return;
  place.textContent = news;
  document.getElementById("lcd").alt = lines.join(" · ");
}

// aim shows for a moment that a phone's camera looks at the display.
export function aim() {
  const glass = document.getElementById("glass");
  glass.classList.remove("aimed");
  void glass.offsetWidth; // starts the animation anew
  glass.classList.add("aimed");
}
