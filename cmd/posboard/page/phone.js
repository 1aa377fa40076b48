// The customer's phones, one a wallet: each sees the till only through its camera, and shows what its own
// network says.
import { on } from "./events.js";
import { attempt, note } from "./api.js";
import { t, has, onLanguage, yuan, wallets as translate } from "./text.js";
import { barcode } from "./barcode.js";
import { balance } from "./ledger.js";
import { scan } from "./scanner.js";
import { aim } from "./display.js";

const $ = (id) => document.getElementById(id);
const marks = {
  paid: "M5 12.5l4.5 4.5L19 7.5",
  declined: "M7 7l10 10M17 7L7 17",
  expired: "M12 5v7.5l4.5 2.5",
  error: "M12 5v9M12 19v.01",
};
let wallet = "wechat";
let pages = {};
let busy = 0;

export function start() {
  on("phone", (p) => {
    pages = p;
    show();
  });
  on("ledger", () => show());
  for (const button of document.querySelectorAll(".wallets button")) {
    button.addEventListener("click", () => choose(button.dataset.wallet));
  }
  $("scan-lcd").addEventListener("click", () => {
    aim();
    look("scan-lcd");
  });
  $("scan-paper").addEventListener("click", () => look("scan-paper"));
  $("show-code").addEventListener("click", () => act("code"));
  wireSettings();
  onLanguage(show);
  choose(wallet);
}

function choose(w) {
  wallet = w;
  $("handset").dataset.wallet = w;
  for (const button of document.querySelectorAll(".wallets button")) {
    button.setAttribute("aria-pressed", String(button.dataset.wallet === w));
  }
  note($("note-phone"), "");
  settings(false);
  show();
}

// act does something with the phone and returns what it shows then.
async function act(what, more = {}) {
  const w = wallet;
  busy++;
  show();
  const page = await attempt($("note-phone"), "phone", { wallet: w, do: what, ...more });
  busy--;
  if (page) pages[w] = { ...page, scanned: undefined };
  settings(false);
  show();
  return page;
}

// look points the camera at something, and says what it read.
async function look(what) {
  const page = await act(what);
  if (page?.scanned) note($("note-phone"), t("scanned", page.scanned), "plain");
}

function element(tag, className, text = "") {
  const e = document.createElement(tag);
  e.className = className;
  e.textContent = text;
  return e;
}

function button(id, className, name, does) {
  const b = element("button", className, t(name));
  b.type = "button";
  b.id = id;
  b.addEventListener("click", does);
  return b;
}

function mark(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", marks[state]);
  svg.append(path);
  return svg;
}

const amount = (page) => element("p", "amount", page.fen === undefined ? "" : `¥${yuan(page.fen)}`);
const payee = (page) => element("p", "payee", page.payee ?? "");

// answer is what the acquirer's page of an offline code says when it is paid: digits for the cashier, and whose they are.
const answer = (page) =>
  page.answer
    ? [element("p", "answer", page.answer), element("p", "quiet hint", t("answerHint", (page.order ?? "").slice(-6)))]
    : [];

// says is the page's headline in the page's language.
const says = (page) => (page.state === "error" || page.state === "expired" ? translate(page.text) : has(`page.${page.state}`) ? t(`page.${page.state}`) : page.text);

const drawn = {
  idle: () => [
    element("p", "quiet", t("balance")),
    Object.assign(element("p", "amount"), { id: "phone-balance" }),
    element("p", "quiet hint", t("phoneHint")),
  ],
  code: (page) => [
    element("p", "quiet", t("page.code")),
    barcode(page.code ?? "") ?? "",
    element("p", "digits", (page.code ?? "").replace(/(\d{4})(?=\d)/g, "$1 ")),
    button("code-scan", "wide primary", "toScanner", () => page.code && scan(page.code, $("note-phone"))),
    element("p", "quiet hint", t("codeHint")),
  ],
  ask: (page) => [
    payee(page), amount(page), element("p", "quiet", says(page)),
    button("confirm", "wide pay", page.state === "password" ? "enterPassword" : "pay", () => act("confirm")),
    button("decline", "wide", "decline", () => act("decline")),
  ],
  result: (page) => [
    mark(page.state), element("p", "headline", says(page)), amount(page), payee(page), ...answer(page),
    button("phone-idle", "wide", "done", () => act("idle")),
  ],
};

let last;

// show shows what the phone shows, and the balance, which may come later than the page.
function show() {
  draw(pages[wallet] ?? { state: "idle" });
  const money = balance(wallet) === undefined ? "" : `¥${yuan(balance(wallet))}`;
  if ($("phone-balance")) $("phone-balance").textContent = money;
  if ($("phone-foot")) $("phone-foot").textContent = money && `${t("balance")} ${money}`;
  for (const b of document.querySelectorAll(".doings button, #app-page button")) b.disabled = busy > 0;
}

// draw draws the phone's page; where nothing has changed nothing is redrawn, so that a button stays under the
// finger that presses it.
function draw(page) {
  $("app-name").textContent = t(wallet);
  const key = JSON.stringify([wallet, page, document.documentElement.lang]);
  if (key === last) return;
  last = key;
  const place = $("app-page");
  const parts = { idle: drawn.idle, code: drawn.code, confirm: drawn.ask, password: drawn.ask }[page.state] ?? drawn.result;
  const focus = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.dataset.state = page.state;
  place.replaceChildren(...parts(page));
  if (page.state !== "idle" && page.state !== "code") place.append(Object.assign(element("p", "quiet foot"), { id: "phone-foot" }));
  if (focus) $(focus)?.focus();
}

// settings opens or shuts the customer's settings.
function settings(open) {
  $("settings").hidden = !open;
  $("app-page").hidden = open;
  $("phone-settings").setAttribute("aria-expanded", String(open));
}

function wireSettings() {
  $("phone-settings").addEventListener("click", () => {
    const open = $("settings").hidden;
    $("set-balance").value = open && balance(wallet) !== undefined ? yuan(balance(wallet), false) : "";
    $("set-coupon").value = "";
    $("set-password").value = "";
    settings(open);
  });
  $("settings").addEventListener("submit", async (e) => {
    e.preventDefault();
    const set = {};
    for (const name of ["balance", "coupon"]) {
      const value = $(`set-${name}`).value.trim();
      if (value === "") continue;
      if (!/^\d{1,9}(\.\d{1,2})?$/.test(value)) {
        note($("note-phone"), t("badAmount", value));
        return;
      }
      set[name] = Math.round(Number(value) * 100);
    }
    if ($("set-password").value) set.password = $("set-password").value;
    if (Object.keys(set).length === 0) return settings(false);
    await act("", set);
  });
}
