// Keeps a list as it is in the database, and says when it cannot. The server sends finished rows.
//
// Nothing jumps under the mouse: while the pointer or the keyboard is in the list, rows change in place, and
// what comes, goes or moves waits until they leave it, or until somebody asks for it.
"use strict";

(() => {
  const list = document.querySelector("[data-live]");
  const state = document.getElementById("connection");
  const waiting = document.getElementById("waiting");
  const title = document.title;
  const newest = new Map(); // rows that are not shown yet
  const parts = new Map(); // nor parts: somebody is in them
  const silence = 25000; // the server sends a beat every 10 s: whoever says nothing for so long hangs
  let source = null;
  let heardAt = 0;
  let lostAt = 0;

  function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    for (const own of template.content.querySelectorAll("[data-each]")) { // one text for each user: all get the same row
      own.textContent = JSON.parse(own.dataset.each)[document.body.dataset.me] ?? 0;
    }
    return template.content.firstElementChild;
  }

  function byKey() {
    return new Map([...list.children].filter((row) => row.dataset.key).map((row) => [row.dataset.key, row]));
  }

  // What somebody has ticked, typed or opened stays so.
  function carryOver(old, row) {
    const fields = old.querySelectorAll("input, textarea, select");
    row.querySelectorAll("input, textarea, select").forEach((field, place) => {
      const was = fields[place];
      if (!was || was.name !== field.name) return;
      if (was.type === "checkbox") field.checked = was.checked;
      else if (was.type !== "hidden") field.value = was.value;
    });
    const opened = old.querySelectorAll("details");
    row.querySelectorAll("details").forEach((each, place) => { each.open = opened[place]?.open ?? each.open; });
  }

  function busy() {
    return list.matches(":hover") || list.contains(document.activeElement);
  }

  // What a row may have the focus on and change all the same: somebody has only opened or ticked it.
  const light = "summary, input[type=checkbox]";

  // A row that the keyboard is in waits.
  function held(row) {
    return row.contains(document.activeElement) && !document.activeElement.matches(light);
  }

  // Whether two rows say the same, but for what scripts and people have done to them.
  function same(old, row) {
    const [one, other] = [old, row].map((each) => {
      const plain = each.cloneNode(true);
      plain.classList.remove("changed", "gone");
      if (!plain.classList.length) plain.removeAttribute("class");
      for (const span of plain.querySelectorAll("[data-until]")) span.textContent = "";
      for (const each of plain.querySelectorAll("details")) each.open = false;
      return plain;
    });
    return one.isEqualNode(other);
  }

  function replace(old, row) {
    if (same(old, row)) return;
    carryOver(old, row);
    const focused = [...old.querySelectorAll(light)].indexOf(document.activeElement);
    if (!("quiet" in list.dataset)) mark(old, row);
    old.replaceWith(row);
    row.querySelectorAll(light)[focused]?.focus({ preventScroll: true });
  }

  // A row whose key begins with # is a part of the page outside of the list, such as its totals.
  // One with something to press waits until nobody is in it: another button under the pointer is another act.
  function applyPart(key, html) {
    const old = document.querySelector(`[data-part="${CSS.escape(key)}"]`);
    parts.delete(key);
    if (!old) return;
    const inside = old.matches(":hover") || old.contains(document.activeElement);
    if (inside && old.querySelector("button")) { parts.set(key, html); return; }
    const made = parse(html);
    carryOver(old, made);
    old.replaceWith(made);
  }

  function applyParts() {
    for (const [key, html] of [...parts]) applyPart(key, html);
  }

  // Of a row with parts only the parts that differ are marked.
  function mark(old, row) {
    const parts = [...row.querySelectorAll("[data-part]")];
    const had = new Map([...old.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each.innerHTML]));
    const differ = parts.filter((each) => had.get(each.dataset.part) !== each.innerHTML);
    for (const each of parts.length ? differ : [row]) each.classList.add("changed");
  }

  function apply(update) {
    const rows = byKey();
    for (const [key, html] of Object.entries(update.rows)) {
      if (key.startsWith("#")) { applyPart(key, html); continue; }
      const old = rows.get(key);
      if (old && !held(old)) replace(old, parse(html));
      else newest.set(key, html);
    }
    settle(update.order.filter((key) => !key.startsWith("#")));
  }

  // Brings the list into its order: now, or when nobody is in it any more.
  function settle(order, anyway = false) {
    list.order = order ?? list.order;
    if (!list.order) return;
    const rows = byKey();
    const come = list.order.filter((key) => !rows.has(key));
    const gone = [...rows.keys()].filter((key) => !list.order.includes(key));
    const moved = [...rows.keys()].filter((key) => list.order.includes(key)).join("\n")
      !== list.order.filter((key) => rows.has(key)).join("\n");
    for (const [key, row] of rows) row.classList.toggle("gone", gone.includes(key));
    if ((come.length || gone.length || moved) && !anyway && busy()) {
      const parts = [];
      if (come.length) parts.push(`${come.length} new`);
      if (gone.length) parts.push(`${gone.length} settled`);
      if (moved && !parts.length) parts.push("new order");
      waiting.textContent = `${parts.join(", ")}: show`;
      waiting.hidden = false;
      return;
    }
    waiting.hidden = true;
    for (const key of gone) rows.get(key).remove();
    let place = null;
    for (const key of list.order) {
      let row = rows.get(key);
      const html = newest.get(key);
      if (html !== undefined && (anyway || !row || !held(row))) {
        newest.delete(key);
        const made = parse(html);
        if (row) replace(row, made); else made.classList.add("changed");
        row = made.isConnected || !row ? made : row;
      }
      if (!row) continue;
      const wanted = place ? place.nextElementSibling : list.firstElementChild;
      if (wanted !== row) list.insertBefore(row, wanted);
      place = row;
    }
    const empty = document.querySelector("[data-empty]");
    if (empty) empty.hidden = list.order.length > 0;
    document.dispatchEvent(new Event("rows"));
  }

  function count(update) {
    for (const [path, text] of Object.entries(update.rows)) {
      for (const badge of document.querySelectorAll(`[data-count="${CSS.escape(path)}"]`)) {
        badge.textContent = text;
        badge.hidden = text === "0";
      }
    }
    const open = [...document.querySelectorAll("[data-count][data-open]")]
      .reduce((sum, badge) => sum + Number(badge.textContent.replace(/\D/g, "")), 0);
    document.title = open ? `(${open}) ${title}` : title;
  }

  function say(text, lost) {
    state.textContent = text;
    state.classList.toggle("lost", lost);
  }

  function connect() {
    const address = list?.dataset.live ?? document.body.dataset.counts;
    if (!address) return;
    source = new EventSource(address);
    heardAt = Date.now();
    const hear = (name, act) => source.addEventListener(name, (event) => { heardAt = Date.now(); act(event); });
    hear("hello", () => { lostAt = 0; say("Live", false); });
    hear("beat", () => {});
    hear("rows", (event) => apply(JSON.parse(event.data)));
    hear("counts", (event) => count(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      lostAt = lostAt || Date.now();
      // A browser gives up where it was refused: the session is over, or the server starts.
      if (source.readyState === EventSource.CLOSED) refused();
    });
  }

  // An EventSource does not tell why it was refused: another question does. Logged out, nothing will mend it.
  async function refused() {
    const answer = await fetch("/account", { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.status !== 401) { setTimeout(connect, 5000); return; }
    lostAt = 0;
    const login = document.createElement("a");
    login.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
    login.textContent = "Log in";
    say("You are logged out. ", true);
    state.append(login);
  }

  // A connection that hangs is no error to the browser: neither one that was open, nor one that is being made.
  function watch() {
    if (!source || source.readyState === EventSource.CLOSED || Date.now() - heardAt < silence) return;
    lostAt = lostAt || heardAt;
    source.close();
    connect();
  }

  setInterval(() => {
    watch();
    if (lostAt && Date.now() - lostAt > 3000) {
      const since = new Date(lostAt).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      say(`Not live since ${since}: trying again`, true);
    }
  }, 1000);

  document.addEventListener("mouseover", applyParts);
  document.addEventListener("focusout", () => setTimeout(applyParts, 0));
  if (list) {
    waiting.addEventListener("click", () => settle(undefined, true));
    list.addEventListener("mouseleave", () => settle());
    list.addEventListener("focusout", () => setTimeout(settle, 0));
  }
  connect();
})();
