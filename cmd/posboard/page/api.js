// Actions go out as POST requests; what they change comes back through events.js.
import { explain } from "./text.js";

const limit = 40_000; // ms; longer than the board's own limit, so that its error arrives and not ours

// send POSTs text, or an object as JSON, or PUTs a file, and returns the answer. It throws an Error whose message is the
// board's.
export async function send(path, body = {}, method = "POST") {
  let response;
  try {
    response = await fetch(path, {
      method,
      body: typeof body === "string" || body instanceof Blob ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(limit),
    });
  } catch (err) {
    throw new Error(err.name === "TimeoutError" ? "timeout" : "offline", { cause: err });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

const timers = new WeakMap();
const noteTime = 12_000; // ms that a note stays

// note shows a message beside what it is about; an empty one clears it.
export function note(place, message, kind = "bad") {
  clearTimeout(timers.get(place));
  place.textContent = message;
  place.dataset.kind = kind;
  place.title = message;
  if (message) timers.set(place, setTimeout(() => note(place, ""), noteTime));
}

// attempt does an action, and shows its error at place. It returns the answer, or undefined after an error.
export async function attempt(place, path, body) {
  try {
    const answer = await send(path, body);
    note(place, "");
    return answer;
  } catch (err) {
    note(place, explain(err.message));
    return undefined;
  }
}
