// What today's bill says otherwise of the order that was paid last, for the reconciliation (对账) to find.
import { attempt, note } from "./api.js";
import { t } from "./text.js";

const $ = (id) => document.getElementById(id);

export function start() {
  $("bill").addEventListener("submit", async (e) => {
    e.preventDefault();
    const place = $("note-bill");
    if (await attempt(place, "bill", { do: $("bill-how").value })) note(place, t("billDone"), "plain");
  });
}
