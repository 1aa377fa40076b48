// The payment networks' own books: what every customer was really charged, whoever believes what about it.
import { on } from "./events.js";
import { t, onLanguage, yuan } from "./text.js";

const $ = (id) => document.getElementById(id);
const tail = 8; // digits of an order number: its sequence
let ledger = { orders: [], customers: [], charged: 0, given_back: 0 };

// balance is what a wallet's customer has, in fen; undefined before the first news.
export const balance = (wallet) => ledger.customers.find((c) => c.wallet === wallet)?.balance;

export function start() {
  on("ledger", (l) => {
    ledger = l;
    show();
  });
  onLanguage(show);
}

function cell(row, text, className = "") {
  const td = row.insertCell();
  td.textContent = text;
  td.className = className;
  return td;
}

// wrong says what must never be: a customer charged twice, or more kept than the order is worth.
const wrong = (o) => o.charges > 1 || o.charged - o.given_back > o.total;

function show() {
  const body = $("orders");
  body.replaceChildren();
  for (const o of ledger.orders.toReversed()) {
    const row = body.insertRow();
    if (wrong(o)) row.className = "wrong";
    const order = cell(row, `…${o.order.slice(-tail)}`, "order");
    order.title = o.order;
    cell(row, `${t(o.network)} ${t(`type.${o.type}`) || o.type}`);
    const state = cell(row, "");
    const badge = document.createElement("span");
    badge.className = "badge";
    badge.dataset.state = o.state;
    badge.textContent = wrong(o) ? t("charges", o.charges) : t(`order.${o.state}`) || o.state;
    state.append(badge);
    cell(row, yuan(o.total), "sum");
    cell(row, o.charged ? yuan(o.charged) : "–", "sum");
    cell(row, o.given_back ? yuan(o.given_back) : "–", "sum");
  }
  body.parentElement.hidden = ledger.orders.length === 0;
  $("ledger-empty").hidden = ledger.orders.length > 0;
  $("totals").textContent = t("totals", ledger.orders.length, yuan(ledger.charged), yuan(ledger.given_back));
}
