// The front panel. Each module owns one thing on the desk and listens to the board's changes by itself; this
// one only starts them. See events.js for how changes arrive and api.js for how actions go out.
import * as text from "./text.js";
import * as events from "./events.js";
import * as display from "./display.js";
import * as keys from "./keys.js";
import * as paper from "./paper.js";
import * as slips from "./slips.js";
import * as phone from "./phone.js";
import * as scanner from "./scanner.js";
import * as faults from "./faults.js";
import * as power from "./power.js";
import * as ledger from "./ledger.js";
import * as bill from "./bill.js";
import * as stick from "./stick.js";

// The ledger goes before the phones, which show the balance out of it.
for (const part of [text, display, keys, slips, paper, ledger, phone, scanner, faults, power, bill, stick]) part.start();
events.start();

// A button that was clicked with a mouse gives the focus back, so that the computer's Enter is the terminal's
// 确认 again and not the same click once more. Who came to it by Tab (detail 0) stays there.
document.addEventListener("click", (e) => {
  const button = e.target.closest?.("button");
  if (button && e.detail > 0 && !button.closest("dialog")) button.blur();
});
