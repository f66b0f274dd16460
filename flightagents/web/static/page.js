// What every page does by itself: countdowns by business time, marking of all rows, asking before the
// worst, Enter for the act beside a field, and staying where one was when an act has been done.
"use strict";

(() => {
  const body = document.body;
  const began = Date.now();
  const start = Date.parse(body.dataset.now);
  const speed = Number(body.dataset.speed) || 1;
  const businessNow = () => start + (Date.now() - began) * speed;

  function left(milliseconds) {
    const minutes = Math.round(Math.abs(milliseconds) / 60000);
    const hours = Math.floor(minutes / 60);
    const text = hours >= 48 ? `${Math.round(hours / 24)} days`
      : hours ? `${hours} h ${String(minutes % 60).padStart(2, "0")}` : `${minutes} min`;
    return milliseconds >= 0 ? `in ${text}` : `${text} ago`;
  }

  function tick() {
    const now = businessNow();
    for (const each of document.querySelectorAll("[data-until]")) {
      const text = left(Date.parse(each.dataset.until) - now);
      if (each.textContent !== text) each.textContent = text;
    }
    const clock = document.getElementById("clock");
    if (clock) {
      clock.textContent = new Date(now).toLocaleString("en-GB", {
        timeZone: clock.dataset.zone, weekday: "short", hour: "2-digit", minute: "2-digit",
      });
    }
  }

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) {
      for (const each of document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(all.dataset.all)}"]`)) {
        each.checked = all.checked;
      }
    }
    if (event.target.matches("input[type=checkbox]")) {
      const marked = document.querySelectorAll("[data-key] input[type=checkbox]:checked").length;
      for (const each of document.querySelectorAll("[data-marked]")) each.textContent = marked ? `${marked} marked` : "";
    }
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.ask;
    if (question && !window.confirm(question)) event.preventDefault();
    if (!event.defaultPrevented && event.target.method === "post") keepPlace();
  });

  // By itself Enter takes the first button of a form, whichever field it is pressed in.
  document.addEventListener("keydown", (event) => {
    const address = event.target.dataset?.enter;
    if (!address || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const form = event.target.form;
    const button = [...form.elements].find((each) => each.getAttribute("formaction") === address);
    if (!event.repeat) form.requestSubmit(button ?? null);
  });

  // An act leads to its page again: whoever did it stays where they were. Read once, by whatever page comes next.
  function keepPlace() {
    sessionStorage.setItem("place", JSON.stringify([location.pathname, window.scrollY]));
  }

  function findPlace() {
    const [path, top] = JSON.parse(sessionStorage.getItem("place") ?? "[]");
    sessionStorage.removeItem("place");
    if (path === location.pathname && !location.hash) window.scrollTo({ top, behavior: "instant" });
  }

  // What was done has been said: an address that is copied, marked or loaded again does not say it once more.
  function forgetDone() {
    const address = new URL(location.href);
    if (!address.searchParams.has("done")) return;
    address.searchParams.delete("done");
    history.replaceState(history.state, "", address);
  }

  document.addEventListener("rows", tick);
  tick();
  forgetDone();
  findPlace();
  setInterval(tick, Math.max(250, 1000 / speed));
})();
