/**
 * The live line to the sandbox: connects, watches the sequence, comes back with exponential delay and jitter.
 *
 * It knows nothing of what events mean; `onEvent` gets them in order, `onState` what to tell the person.
 */

import { batch } from "../vendor/vendor.js";

const FRAME_MS = 16;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15000;

export class Line {
  #address;
  #onEvent;
  #onState;
  #socket = null;
  #timer = 0;
  #attempt = 0;
  #last = 0;
  #isClosed = false;
  #queue = [];
  #flushing = 0;
  #drawn = 0;

  /** @param {{address: () => string, onEvent: (type: string, d: object, isNewLine: boolean) => void, onState: (state: object) => void}} wiring */
  constructor({ address, onEvent, onState }) {
    this.#address = address;
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  open() {
    clearTimeout(this.#timer);
    this.#isClosed = false;
    this.#onState({ name: "connecting", attempt: this.#attempt });
    const socket = new WebSocket(this.#address());
    this.#socket = socket;
    socket.onmessage = (message) => this.#socket === socket && this.#take(JSON.parse(message.data));
    socket.onclose = () => this.#socket === socket && this.#lost();
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#flushing);
    this.#flushing = 0;
    this.#queue = [];
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Connect to a changed address: the old line ends without a word. */
  reopen() {
    this.close();
    this.#attempt = 0;
    this.open();
  }

  #take(event) {
    if (!event.t) return;
    if (event.t === "READY") {
      this.#attempt = 0;
      this.#onState({ name: "open" });
    } else if (event.s !== this.#last + 1) {
      this.reopen();
      return;
    }
    this.#last = event.s;
    this.#queue.push(event);
    const rest = FRAME_MS - (performance.now() - this.#drawn);
    if (rest <= 0) this.#flush();
    else this.#flushing ||= setTimeout(() => this.#flush(), rest);
  }

  /** A lone event is drawn at once; of a flood, what came within a frame is drawn together. */
  #flush() {
    clearTimeout(this.#flushing);
    this.#flushing = 0;
    this.#drawn = performance.now();
    const events = this.#queue.splice(0);
    batch(() => events.forEach((event) => this.#onEvent(event.t, event.d, event.s === 1)));
  }

  #lost() {
    if (this.#isClosed) return;
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempt);
    const delay = ceiling / 2 + Math.random() * (ceiling / 2);
    this.#attempt += 1;
    this.#onState({ name: "waiting", attempt: this.#attempt, retryAt: Date.now() + delay });
    this.#timer = setTimeout(() => this.open(), delay);
  }
}
