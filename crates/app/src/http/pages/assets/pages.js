"use strict";
// All that the pages do without a request of their own. Everything else works without it.

// The page with the QR code: WeChat's frame tells how far it is, this asks whether it is over.
const qr = document.getElementById("qr");
if (qr) {
  const status = document.getElementById("status");
  const say = (word) => {
    status.textContent = status.dataset[word] ?? "";
  };
  let asking = false;
  let timer = 0;

  const over = (state) => {
    clearTimeout(timer);
    asking = true; // Nothing is asked any more.
    qr.dataset.state = state;
  };

  const ask = async () => {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    let pause = 2000;
    try {
      const answer = await fetch(qr.dataset.poll, { cache: "no-store", headers: { accept: "application/json" } });
      const login = answer.ok ? await answer.json() : {};
      if (login.status === "signed_in") {
        over("signed_in");
        say("signedIn");
        // The window may be on its way back from WeChat just now, and its cookie with it: leaving at once would cancel that.
        setTimeout(() => location.replace(qr.dataset.next), 1000);
        return;
      }
      if (login.status === "expired" || [400, 404, 410].includes(answer.status)) {
        over("expired");
        say("expired");
        qr.querySelector("iframe").remove();
        qr.querySelector(".qr-over").hidden = false;
        qr.querySelector(".qr-over .button").focus();
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      say("waiting");
    } catch {
      say("unreachable");
      pause = 5000;
    }
    asking = false;
    timer = setTimeout(ask, pause);
  };

  document.addEventListener("visibilitychange", ask);
  ask();
}

// A page that comes back by the browser's Back button shows what was, not what is.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const copy = document.getElementById("copy");
if (copy) {
  const field = document.getElementById("link");
  const status = document.getElementById("status");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Pages without TLS, and WeChat's own browser, have no clipboard.
      document.execCommand("copy");
    }
    status.textContent = status.dataset.copied;
  });
}

// A picture that does not come leaves the one behind it.
const avatar = document.getElementById("avatar");
if (avatar) {
  const remove = () => avatar.remove();
  if (avatar.complete && avatar.naturalWidth === 0) remove();
  else avatar.addEventListener("error", remove);
}

// Times as the reader's own clock shows them.
for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  time.title = moment.toLocaleString(document.documentElement.lang);
}
