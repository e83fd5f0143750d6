// Events of triaged: one stream for all tabs of a browser, held by the tab that has the lock.

const PATH = "/api/v1/events?brief=1";
const SILENT_MS = 45_000; // the server says something each 15 s
const WAITS_S = [1, 2, 4, 8, 15, 30];

/**
 * Hear every event: `hear({name, data})`, and how the stream is: `tell({state, since, next})`,
 * state one of `live`, `catching up`, `stale`. Gives a function that tries again now.
 */
export function follow(hear, tell) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("triaged") : null;
  const stream = new Stream((message) => {
    receive(message);
    channel?.postMessage(message);
  });

  function receive(message) {
    if (message.kind === "event") hear(message);
    if (message.kind === "state") tell(message);
    if (message.kind === "hello") stream.repeat();
    if (message.kind === "again") stream.again();
  }
  if (channel) channel.onmessage = (event) => receive(event.data);
  if (channel && navigator.locks) {
    channel.postMessage({ kind: "hello" });
    // held until the tab closes; then the next one gets it
    navigator.locks.request("triaged-stream", () => new Promise(() => stream.open()));
  } else {
    stream.open();
  }
  return () => {
    stream.again();
    channel?.postMessage({ kind: "again" });
  };
}

class Stream {
  constructor(say) {
    this.say = say;
    this.last = "";
    this.tries = 0;
    this.state = null;
    this.leads = false;
    this.stillHere = Date.now();
  }

  open() {
    this.leads = true;
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource(this.last ? `${PATH}&after=${this.last}` : PATH);
    this.source = source;
    for (const name of ["incident", "page", "oncall", "resync", "ping"]) {
      source.addEventListener(name, (event) => this.arrived(name, event));
    }
    source.onopen = () => this.heard();
    source.onerror = () => this.lost();
    clearInterval(this.watch);
    this.watch = setInterval(() => Date.now() - this.stillHere > SILENT_MS && this.lost(), 5000);
  }

  arrived(name, event) {
    if (event.lastEventId) this.last = event.lastEventId;
    this.heard();
    if (name !== "ping") this.say({ kind: "event", name, data: JSON.parse(event.data) });
  }

  heard() {
    this.stillHere = Date.now();
    const was = this.state?.state;
    this.tries = 0;
    if (was === "live") return;
    this.become({ state: "live" });
    if (was) this.say({ kind: "event", name: "resync", data: {} });
  }

  lost() {
    if (!this.leads || this.source === null) return;
    this.source.close();
    this.source = null;
    clearInterval(this.watch);
    const wait = WAITS_S[Math.min(this.tries, WAITS_S.length - 1)] * (0.8 + 0.4 * Math.random());
    this.tries += 1;
    const since = this.state?.since ?? this.stillHere;
    const state = this.tries > 1 ? "stale" : "catching up";
    this.become({ state, since, next: Date.now() + wait * 1000 });
    this.timer = setTimeout(() => this.open(), wait * 1000);
  }

  again() {
    if (this.leads && this.source === null) this.open();
  }

  become(state) {
    this.state = state;
    this.repeat();
  }

  repeat() {
    if (this.leads && this.state) this.say({ kind: "state", ...this.state });
  }
}
