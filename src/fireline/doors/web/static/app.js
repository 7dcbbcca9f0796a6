// Clocks, dialogs, shortcuts and the link state. The server renders every value first: without this
// file the pages still show everything and every form still works.
(() => {
  const two = (number) => String(number).padStart(2, "0");

  const clock = (seconds) => {
    const whole = Math.floor(Math.abs(seconds));
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  };

  const tick = () => {
    const now = Date.now() / 1000;
    for (const up of document.querySelectorAll("[data-up]")) {
      up.textContent = clock(now - up.dataset.up);
    }
    for (const down of document.querySelectorAll("[data-down]")) {
      const left = down.dataset.down - now;
      down.textContent = (left < 0 ? "−" : "") + clock(left);
      down.closest("div").classList.toggle("late", left < 0);
    }
  };
  setInterval(tick, 1000);
  tick();

  const link = document.getElementById("link");
  const say = (text, state) => {
    link.hidden = false;
    link.textContent = text;
    link.className = `link ${state}`;
  };
  // htmx starts as soon as it is there, and may be done before its extension for pokes arrives.
  addEventListener("load", () => {
    const pokes = document.getElementById("pokes");
    if (pokes && !pokes._htmx) htmx.process(pokes);
  });
  let offline;
  document.addEventListener("htmx:sse:after:connection", () => {
    clearTimeout(offline);
    say("Live", "on");
  });
  document.addEventListener("htmx:sse:error", () => {
    say("Reconnecting…", "off");
    clearTimeout(offline);
    const since = new Date().toLocaleTimeString();
    offline = setTimeout(() => say(`Offline, last update ${since}`, "off"), 30000);
  });

  document.addEventListener("htmx:after:request", (event) => {
    const form = event.detail?.ctx?.sourceElement?.closest?.("form");
    const worked = event.detail?.ctx?.response?.status < 400;
    // The server's own text goes too: after a refusal it had put back what was typed.
    if (form && worked && "reset" in form.dataset) {
      for (const field of form.querySelectorAll("textarea,input:not([type=hidden])")) field.value = "";
    }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog").close();
  });

  const places = { a: "/", i: "/incidents", o: "/on-call", d: "/drills" };
  let leader = 0;
  let row = -1;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]),textarea,select,dialog[open]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.target.form?.requestSubmit();
      }
      return;
    }
    if (Date.now() - leader < 900 && places[event.key]) {
      location.href = places[event.key];
      return;
    }
    leader = event.key === "g" ? Date.now() : 0;
    if (event.key === "?") document.getElementById("keys").showModal();
    if (event.key === "j" || event.key === "k") {
      const rows = [...document.querySelectorAll("[data-list] a.row")];
      row = Math.max(0, Math.min(rows.length - 1, row + (event.key === "j" ? 1 : -1)));
      rows[row]?.focus();
    }
    if (event.key === "x") {
      document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click();
    }
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("button,a")) wanted.click();
    else wanted.focus();
  });
})();
