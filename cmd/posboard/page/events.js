// The board pushes a message {type, version, data} for every change; on each new connection it first sends
// every kind once, so a page that was away needs nothing else to be right again.
import { t, onLanguage } from "./text.js";

const listeners = new Map(); // type → functions
const shortest = 400; // ms before the first attempt to connect again; doubles up to longest
const longest = 5_000;

// on calls f(data) at every change of a kind: display, paper, phone, ledger, faults, power, stick, and link (own).
export function on(type, f) {
  if (!listeners.has(type)) listeners.set(type, []);
  listeners.get(type).push(f);
}

function tell(type, data) {
  for (const f of listeners.get(type) ?? []) f(data);
}

export function start() {
  const link = document.getElementById("link");
  const show = () => (document.getElementById("link-text").textContent = t(`link.${link.dataset.state}`));
  const set = (state) => {
    link.dataset.state = document.documentElement.dataset.link = state;
    show();
    tell("link", state);
  };
  onLanguage(show);
  let wait = shortest;
  const connect = () => {
    const url = new URL("events", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.addEventListener("open", () => {
      wait = shortest;
      set("open");
    });
    socket.addEventListener("message", (e) => {
      const { type, data } = JSON.parse(e.data);
      tell(type, data);
    });
    socket.addEventListener("close", () => {
      set("lost");
      setTimeout(connect, wait);
      wait = Math.min(2 * wait, longest);
    });
  };
  set("connecting");
  connect();
}

// latest returns a function that fetches again after a change, one request at a time: while one is under way,
// any number of changes ask for just one more.
export function latest(fetchIt) {
  let busy = false;
  let again = false;
  return async function run() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        await fetchIt().catch(() => {}); // the link's lamp tells of a board that is away
      } while (again);
    } finally {
      busy = false;
    }
  };
}

// picture fetches a PNG and returns it decoded, as {url, width, height}; the caller revokes the url.
export async function picture(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  const url = URL.createObjectURL(await response.blob());
  const img = new Image();
  img.src = url;
  try {
    await img.decode();
  } catch (err) {
    URL.revokeObjectURL(url);
    throw err;
  }
  return { url, width: img.naturalWidth, height: img.naturalHeight };
}
