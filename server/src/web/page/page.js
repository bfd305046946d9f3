"use strict";

// What the page shows at most of a kind; the rest is counted.
const AGENTS_MAX = 120;
const CALLS_MAX = 12;
// How often what is read aloud may change, and how long to wait before coming
// back to a server that is gone.
const SPOKEN_MS = 10000;
const AGAIN_MS = 500;
const AGAIN_MS_MAX = 10000;

const STATES = {
  talking: "Talking", ringing: "Ringing", wrap_up: "Wrap-up", free: "Free", away: "Away",
};
const RECORDING = { on: "recorded", paused: "recording paused" };
const PLACE = { logged_in: "in", logged_out: "out", paused: "paused" };

const seen = {
  queues: new Map(), agents: new Map(), waiting: new Map(), active: new Map(),
  number: null, skew: 0,
};
const session = { own: null };
const shown = new WeakMap();
let socket = null;
let attempts = 0;
let drawing = false;
let spokenAt = 0;

const $ = (id) => document.getElementById(id);
const now = () => Date.now() + seen.skew;

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function make(tag, name, parent) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (parent) parent.append(element);
  return element;
}

function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

// Numbers are read, and sorted, as people do.
const order = new Intl.Collator("en", { numeric: true }).compare;
const agentName = (number) => seen.agents.get(number)?.name || number;
const queueName = (number) => seen.queues.get(number)?.name || number;

// Keeps one element for each row, in their order, and changes what is other.
function list(parent, rows, key, create, update) {
  if (!shown.has(parent)) shown.set(parent, new Map());
  const elements = shown.get(parent);
  const kept = new Set();
  let place = parent.firstElementChild;
  for (const row of rows) {
    const name = key(row);
    kept.add(name);
    let element = elements.get(name);
    if (!element) {
      element = create(row);
      elements.set(name, element);
    }
    if (element !== place) parent.insertBefore(element, place);
    else place = place.nextElementSibling;
    update(element, row);
  }
  for (const [name, element] of elements) {
    if (!kept.has(name)) {
      element.remove();
      elements.delete(name);
    }
  }
}

// --- What is shown -------------------------------------------------------

function createCard() {
  const card = make("div", "card");
  const parts = { title: make("p", "title", card), value: make("p", "value", card) };
  parts.main = make("span", "", parts.value);
  parts.small = make("small", "", parts.value);
  parts.extra = make("p", "extra", card);
  card.parts = parts;
  return card;
}

function updateCard(card, { title, value, small, extra, tone }) {
  text(card.parts.title, title);
  text(card.parts.main, value);
  text(card.parts.small, small ?? "");
  text(card.parts.extra, extra ?? "");
  card.className = tone ? `card ${tone}` : "card";
}

function sums() {
  const total = {
    waiting: 0, ringing: 0, talking: 0, offered: 0, answered: 0, abandoned: 0, missed: 0, met: 0,
    first: null, late: false, target: 0,
  };
  for (const queue of seen.queues.values()) {
    for (const key of ["waiting", "ringing", "talking"]) total[key] += queue[key];
    for (const key of ["offered", "answered", "abandoned", "missed", "met"]) {
      total[key] += queue[key];
    }
    total.target += queue.sla_threshold_percent * queue.offered;
    const since = queue.longest_wait_since;
    if (since !== null) {
      total.first = Math.min(total.first ?? since, since);
      total.late ||= now() - since >= queue.sla_time_s * 1000;
    }
  }
  return total;
}

function drawCards() {
  const total = sums();
  const states = { talking: 0, ringing: 0, wrap_up: 0, free: 0, away: 0 };
  for (const agent of seen.agents.values()) states[agent.state] += 1;
  const there = seen.agents.size - states.away;
  const level = total.offered > 0 ? Math.floor((100 * total.met) / total.offered) : null;
  const target = total.offered > 0 ? Math.round(total.target / total.offered) : null;
  const waited = total.first === null ? null : duration(now() - total.first);
  const cards = [
    {
      title: "Waiting", value: String(total.waiting),
      extra: waited === null ? "nobody waits" : `longest ${waited}`,
      tone: total.late ? "bad" : total.waiting > 0 ? "warm" : "",
    },
    { title: "Talking", value: String(total.talking), extra: `${total.ringing} ringing` },
    {
      title: "Agents free", value: String(states.free), small: `of ${there}`,
      extra: `${states.wrap_up} in wrap-up, ${states.away} away`,
      tone: there > 0 && states.free === 0 ? "warm" : "",
    },
    {
      title: "Answered today", value: String(total.answered), small: `of ${total.offered}`,
      extra: "since midnight",
    },
    {
      title: "Abandoned today", value: String(total.abandoned), extra: `and ${total.missed} missed`,
    },
    {
      title: "Service level", value: level === null ? "–" : String(level),
      small: level === null ? "" : "%",
      extra: target === null ? "no calls yet" : `goal ${target} %`,
      tone: level === null ? "" : level >= target ? "good" : "bad",
    },
  ];
  list($("cards"), cards, (card) => card.title, createCard, updateCard);
  speak(total, states);
}

function speak(total, states) {
  if (Date.now() - spokenAt < SPOKEN_MS) return;
  spokenAt = Date.now();
  text($("spoken"), `${total.waiting} waiting, ${total.talking} talking, ${states.free} free`);
}

function createQueue() {
  const row = make("tr");
  row.setAttribute("role", "row");
  const labels = [
    "Queue", "Waiting", "Longest wait", "Ringing", "Talking", "Answered", "Abandoned", "Missed",
    "Service level",
  ];
  row.cellsByLabel = labels.map((label) => {
    const cell = make("td", "", row);
    cell.setAttribute("role", "cell");
    cell.dataset.label = label;
    return cell;
  });
  const [first, waiting] = row.cellsByLabel;
  const last = row.cellsByLabel.at(-1);
  row.name = make("span", "name", first);
  row.number = make("span", "number", first);
  row.waiting = make("span", "count", waiting);
  row.level = make("span", "level", last);
  const meter = make("span", "meter", row.level);
  row.fill = make("i", "", meter);
  row.goal = make("b", "", meter);
  row.percent = make("span", "percent", row.level);
  return row;
}

function updateQueue(row, queue) {
  text(row.name, queue.name || queue.number);
  text(row.number, queue.number);
  const since = queue.longest_wait_since;
  const late = since !== null && now() - since >= queue.sla_time_s * 1000;
  text(row.waiting, String(queue.waiting));
  row.waiting.className = `count ${late ? "late" : queue.waiting > 0 ? "some" : "zero"}`;
  const wait = row.cellsByLabel[2];
  text(wait, since === null ? "–" : duration(now() - since));
  wait.className = since === null ? "zero" : late ? "late" : "";
  const counts = [
    queue.ringing, queue.talking, queue.answered, queue.abandoned, queue.missed,
  ];
  counts.forEach((count, index) => {
    const cell = row.cellsByLabel[index + 3];
    text(cell, String(count));
    cell.className = count === 0 ? "zero" : "";
  });
  const level = queue.service_level_percent;
  const low = level !== null && level < queue.sla_threshold_percent;
  row.level.className = low ? "level low" : "level";
  row.fill.style.width = `${level ?? 0}%`;
  row.goal.style.left = `${Math.min(queue.sla_threshold_percent, 99)}%`;
  row.level.title = `Goal: ${queue.sla_threshold_percent} % within ${queue.sla_time_s} s`;
  text(row.percent, level === null ? "–" : `${level} %`);
}

function createAgent() {
  const item = make("li", "agent");
  const top = make("p", "top", item);
  const who = make("span", "who-is", top);
  item.name = make("span", "name", who);
  item.number = make("span", "number", who);
  item.time = make("span", "time", top);
  const rest = make("p", "rest", item);
  const left = make("span", "", rest);
  item.state = make("span", "state", left);
  item.detail = make("span", "", left);
  item.counts = make("span", "", rest);
  return item;
}

// What everybody is busy with, by agent.
function busy() {
  const calls = new Map();
  for (const call of seen.waiting.values()) {
    for (const agent of call.ringing) calls.set(agent, call);
  }
  for (const call of seen.active.values()) calls.set(call.agent ?? call.origin, call);
  return calls;
}

function detail(agent, call) {
  if (call) return call.queue === null ? "direct call" : queueName(call.queue);
  if (!agent.up) return "telephone off";
  if (agent.queues.length === 0) return "in no queue";
  const paused = agent.queues.find((place) => place.status === "paused");
  const inside = agent.queues.filter((place) => place.status === "logged_in");
  if (inside.length > 0) return inside.map((place) => queueName(place.queue)).join(", ");
  return paused ? paused.reason || "paused" : "logged out";
}

function updateAgent(item, { agent, call }) {
  text(item.name, agent.name || agent.number);
  text(item.number, agent.name ? agent.number : "");
  text(item.time, duration(now() - agent.since));
  text(item.state, STATES[agent.state]);
  text(item.detail, ` · ${detail(agent, call)}`);
  const counts = [];
  if (agent.answered > 0) counts.push(`${agent.answered} answered`);
  if (agent.missed > 0) counts.push(`${agent.missed} missed`);
  text(item.counts, counts.join(", "));
  item.className = `agent ${agent.state}`;
  item.title = agent.queues
    .map((place) => `${queueName(place.queue)}: ${PLACE[place.status]}` +
      `${place.reason ? ` (${place.reason})` : ""}${place.wrap_up ? ", wrap-up" : ""}`)
    .join("\n");
}

function createCall() {
  const item = make("li", "call");
  const top = make("p", "top", item);
  item.caller = make("span", "name", top);
  item.time = make("span", "time", top);
  const rest = make("p", "rest", item);
  item.queue = make("span", "", rest);
  item.agent = make("span", "", rest);
  return item;
}

function updateWaiting(item, call) {
  const goal = seen.queues.get(call.queue)?.sla_time_s ?? Infinity;
  const waited = now() - call.joined_at;
  text(item.caller, call.contact ?? call.caller ?? "Number withheld");
  item.caller.title = call.caller ?? "";
  text(item.time, duration(waited));
  item.time.className = waited >= goal * 1000 ? "time late" : "time";
  text(item.queue, `${queueName(call.queue)}${call.callback ? ", to be called back" : ""}`);
  const ringing = call.ringing.map(agentName);
  const more = ringing.length > 2 ? ` and ${ringing.length - 2} more` : "";
  text(item.agent, ringing.length ? `rings ${ringing.slice(0, 2).join(", ")}${more}` : "");
}

function updateActive(item, call) {
  text(item.caller, call.contact ?? call.caller ?? "Number withheld");
  item.caller.title = call.caller ?? "";
  text(item.time, duration(now() - call.answered_at));
  const place = call.queue === null ? "Direct" : queueName(call.queue);
  const called = call.callback ? "called back" : null;
  const marks = [called, call.held ? "on hold" : null, RECORDING[call.recording]];
  text(item.queue, [place, ...marks.filter(Boolean)].join(" · "));
  const outside = call.outside ?? "somebody outside";
  text(item.agent, `with ${call.agent === null ? outside : agentName(call.agent)}`);
}

function drawCalls(name, since, update) {
  const rows = [...seen[name].values()].sort((a, b) => since(a) - since(b));
  list($(name), rows.slice(0, CALLS_MAX), (row) => row.id, createCall, update);
  $(`${name}-none`).hidden = rows.length > 0;
  more(`${name}-more`, rows.length - CALLS_MAX);
}

function more(id, count) {
  $(id).hidden = count <= 0;
  text($(id), count > 0 ? `and ${count} more` : "");
}

function drawAgents() {
  const wanted = $("find").value.trim().toLowerCase();
  const rows = [...seen.agents.values()]
    .filter((agent) => agent.number.includes(wanted) || agent.name.toLowerCase().includes(wanted))
    .sort((a, b) => (a.state === "away") - (b.state === "away") || order(a.number, b.number));
  const calls = busy();
  const shownRows = rows.slice(0, AGENTS_MAX)
    .map((agent) => ({ agent, call: calls.get(agent.number) }));
  list($("agents"), shownRows, ({ agent }) => agent.number, createAgent, updateAgent);
  $("agents-none").hidden = rows.length > 0;
  more("agents-more", rows.length - AGENTS_MAX);
  const there = [...seen.agents.values()].filter((agent) => agent.state !== "away").length;
  text($("agents-sub"), `${there} of ${seen.agents.size} there`);
}

function drawOwn() {
  const agent = session.own === null ? undefined : seen.agents.get(session.own);
  $("own").hidden = !agent || agent.queues.length === 0;
  if (!agent) return;
  text($("own-title"), agent.name || agent.number);
  text($("own-state"), `${STATES[agent.state]} · ${detail(agent, busy().get(agent.number))}`);
  $("own-state").className = `state ${agent.state}`;
}

function draw() {
  drawing = false;
  if ($("board").hidden) return;
  drawCards();
  const queues = [...seen.queues.values()].sort((a, b) => order(a.number, b.number));
  list($("queues"), queues, (row) => row.number, createQueue, updateQueue);
  $("queues-none").hidden = queues.length > 0;
  drawAgents();
  drawCalls("waiting", (call) => call.joined_at, updateWaiting);
  drawCalls("active", (call) => call.answered_at, updateActive);
  text($("calls-sub"), `${seen.waiting.size} waiting, ${seen.active.size} talking`);
  drawOwn();
  text($("clock"), new Date(now()).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
}

function drawSoon() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
}

// --- What is told --------------------------------------------------------

const CHANGES = {
  active: (row) => seen.active.set(row.id, row),
  active_gone: ({ id }) => seen.active.delete(id),
  agent: (row) => seen.agents.set(row.number, row),
  agent_gone: ({ number }) => seen.agents.delete(number),
  queue: (row) => seen.queues.set(row.number, row),
  queue_gone: ({ number }) => seen.queues.delete(number),
  waiting: (row) => seen.waiting.set(row.id, row),
  waiting_gone: ({ id }) => seen.waiting.delete(id),
};

function told(message) {
  if (message.type === "snapshot") {
    seen.queues = new Map(message.queues.map((row) => [row.number, row]));
    seen.agents = new Map(message.agents.map((row) => [row.number, row]));
    seen.waiting = new Map(message.waiting.map((row) => [row.id, row]));
    seen.active = new Map(message.active.map((row) => [row.id, row]));
  } else if (message.type === "delta") {
    for (const change of message.changes) CHANGES[change.type]?.(change);
  }
  if (message.now !== undefined) seen.skew = message.now - Date.now();
  seen.number = message.number;
  drawSoon();
}

function link(state, words) {
  text($("link"), words);
  $("link").className = `pill ${state}`;
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const since = seen.number === null ? "" : `?since=${seen.number}`;
  socket = new WebSocket(`${scheme}://${location.host}/api/v1/events${since}`);
  socket.onopen = () => {
    attempts = 0;
    link("live", "Live");
  };
  socket.onmessage = (event) => told(JSON.parse(event.data));
  socket.onclose = () => {
    socket = null;
    if ($("board").hidden) return;
    link("lost", "Connection lost");
    const wait = Math.min(AGAIN_MS * 2 ** attempts, AGAIN_MS_MAX);
    attempts += 1;
    // Not everybody comes back in the same moment.
    setTimeout(enter, wait * (0.5 + Math.random()));
  };
}

// --- Who is there --------------------------------------------------------

async function problem(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return "The server did not say why.";
  }
}

function door(words) {
  $("board").hidden = true;
  $("door").hidden = false;
  $("leave").hidden = true;
  text($("who"), "");
  text($("refused"), words ?? "");
  link("", "Signed out");
  seen.number = null;
  for (const rows of [seen.queues, seen.agents, seen.waiting, seen.active]) rows.clear();
  $("token").focus();
}

function board(who) {
  session.own = who.extension;
  text($("who"), who.extension === null ? who.name : `Extension ${who.extension}`);
  const demo = new URLSearchParams(location.search).has("demo");
  const headline = who.headline ?? (demo ? "Demonstration" : "");
  text($("headline"), headline);
  $("headline").hidden = headline === "";
  const reasons = [{ value: "", words: "No reason" }]
    .concat(who.pause_reasons.map((reason) => ({ value: reason, words: reason })));
  $("reason").replaceChildren(...reasons.map(({ value, words }) => new Option(words, value)));
  $("door").hidden = true;
  $("board").hidden = false;
  $("leave").hidden = false;
}

async function enter() {
  let response;
  try {
    response = await fetch("/api/v1/session");
  } catch {
    link("lost", "Connection lost");
    attempts += 1;
    const wait = Math.min(AGAIN_MS * 2 ** attempts, AGAIN_MS_MAX);
    setTimeout(enter, wait * (0.5 + Math.random()));
    return;
  }
  if (response.ok) {
    if ($("board").hidden || session.own === null) board(await response.json());
    if (socket === null) connect();
  } else if (response.status === 401 || response.status === 403) {
    door(response.status === 403 ? await problem(response) : "");
  } else {
    link("lost", "Not ready");
    setTimeout(enter, AGAIN_MS * 4);
  }
}

async function signIn(token) {
  const response = await fetch("/api/v1/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (response.ok) await enter();
  else door(await problem(response));
}

async function act(action) {
  const asked = { queue: "all" };
  if (action === "pause" && $("reason").value !== "") asked.reason = $("reason").value;
  const response = await fetch(`/api/v1/agents/${encodeURIComponent(session.own)}/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  });
  text($("own-refused"), response.ok ? "" : await problem(response));
}

$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = $("token").value.trim();
  $("token").value = "";
  signIn(token).catch(() => door("The server can not be reached."));
});
$("leave").addEventListener("click", async () => {
  await fetch("/api/v1/sign-out", { method: "POST" }).catch(() => {});
  door();
  socket?.close();
});
$("find").addEventListener("input", drawSoon);
for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => {
    act(button.dataset.action).catch(() => text($("own-refused"), "The server is gone."));
  });
}
setInterval(drawSoon, 1000);

// A token behind the # never leaves the browser but for signing in.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given === null) {
  enter();
} else {
  history.replaceState(null, "", location.pathname + location.search);
  signIn(given).catch(() => door("The server can not be reached."));
}
