// The terminal's supply: on, cut now, cut at a point in the firmware's work.
import { on } from "./events.js";
import { attempt } from "./api.js";
import { t, onLanguage } from "./text.js";

const $ = (id) => document.getElementById(id);
const usual = { "printer-byte": 120, "request before-reply": 1, "request after-reply": 1, "disk-write": 7 };
let power = { state: "on" };

export function start() {
  on("power", (p) => {
    power = p;
    show();
  });
  onLanguage(show);
  $("power-switch").addEventListener("click", () =>
    attempt($("note-power"), "power", { do: power.state === "on" ? "cut" : "on" }));
  $("cut-what").addEventListener("change", () => ($("cut-n").value = usual[$("cut-what").value]));
  $("cut").addEventListener("submit", (e) => {
    e.preventDefault();
    const [what, ...when] = $("cut-what").value.split(" ");
    attempt($("note-power"), "power", { do: "cut", at: [what, $("cut-n").value, ...when].join(" ") });
  });
}

// point writes "request 2 before-reply" in words.
function point(at) {
  const [what, n, when] = at.split(" ");
  return t(`point.${when ? `${what} ${when}` : what}`, n) || at;
}

function says() {
  if (power.state === "exited") return t("power.exited");
  if (power.state === "off") return power.cut && power.cut !== "now" ? t("power.cutAt", point(power.cut)) : t("power.off");
  return power.armed ? t("power.armed", point(power.armed)) : t("power.on");
}

function show() {
  const lamp = { on: power.armed ? "wait" : "good", off: "off", exited: "bad" };
  $("lamp-supply").dataset.on = lamp[power.state];
  $("power-says").textContent = says();
  $("power-switch").textContent = t(power.state === "on" ? "cutNow" : "switchOn");
  $("power-switch").className = power.state === "on" ? "danger" : "primary";
  $("power-why").hidden = !power.reason;
  $("power-log").textContent = [power.reason, power.log].filter(Boolean).join("\n");
  $("cut").querySelector("button").disabled = power.state !== "on";
}
