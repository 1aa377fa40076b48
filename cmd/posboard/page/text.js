// The page's two languages: elements say by data-t (text), data-t-label (accessible name) and data-t-hint
// (placeholder) which words they carry.
import { words, errors, phoneTexts } from "./words.js";

const languages = { zh: "zh-CN", en: "en" };
const saved = "smartpos.language";
const listeners = [];
let language = "zh";

// t returns words in the page's language, filled in; an unknown name is empty.
export function t(name, ...values) {
  const found = words[name];
  if (!found) return "";
  return found[language === "zh" ? 0 : 1].replace(/\{(\d)\}/g, (_, i) => String(values[i] ?? ""));
}

export const has = (name) => name in words;

// onLanguage calls f now and whenever the language changes.
export function onLanguage(f) {
  listeners.push(f);
  f();
}

export function start() {
  const asked = new URLSearchParams(location.search).get("lang") ?? read();
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => set(button.dataset.lang, true));
  }
  set(asked in languages ? asked : "zh", false);
}

function read() {
  try {
    return localStorage.getItem(saved);
  } catch {
    return null; // storage switched off: the page starts in Chinese
  }
}

function set(to, keep) {
  language = to;
  if (keep) {
    try {
      localStorage.setItem(saved, to);
    } catch {
      // the choice then lasts as long as the page
    }
  }
  document.documentElement.lang = languages[to];
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-t-label]")) e.setAttribute("aria-label", t(e.dataset.tLabel));
  for (const e of document.querySelectorAll("[data-t-hint]")) e.setAttribute("placeholder", t(e.dataset.tHint));
  for (const e of document.querySelectorAll("[data-lang]")) e.setAttribute("aria-pressed", String(e.dataset.lang === to));
  for (const f of listeners) f();
}

// wallets returns what a phone's app says in the page's language.
export const wallets = (text) => (language === "en" && phoneTexts[text]) || text;

// explain returns an error of the board as a person wants to read it; what is not known stays as it is.
export function explain(message) {
  if (has(message)) return t(message);
  for (const [pattern, zh, en] of errors) {
    const match = pattern.exec(message);
    if (!match) continue;
    const plain = language === "zh" ? zh : en ?? message;
    return wallets(plain.replace("$1", match[1] ?? ""));
  }
  return message;
}

// yuan writes fen as yuan: 1234567 is 12,345.67.
export function yuan(fen, grouped = true) {
  const whole = Math.trunc(fen / 100);
  const rest = String(Math.abs(fen) % 100).padStart(2, "0");
  return `${grouped ? whole.toLocaleString("en-US") : whole}.${rest}`;
}

// time writes the time of day.
export const time = (at) => at.toLocaleTimeString(languages[language], { hour12: false });
