"use strict";
// As WeChat's own page: the answer of a poll is a script, and its wx_errcode says what to do next.
const page = document.getElementById("qr-login");

function poll(last) {
  const script = document.createElement("script");
  const seen = last ? `&last=${last}` : "";
  script.src = `/connect/l/qrconnect?uuid=${page.dataset.uuid}${seen}&f=url&_=${Date.now()}`;
  script.onload = () => {
    script.remove();
    act(window.wx_errcode, window.wx_redirecturl);
  };
  script.onerror = () => {
    script.remove();
    setTimeout(poll, 5000, last);
  };
  document.head.append(script);
}

function act(errcode, redirect) {
  switch (errcode) {
    case 408:
      setTimeout(poll, 2000);
      break;
    case 404:
      page.dataset.state = "scanned";
      setTimeout(poll, 100, 404);
      break;
    case 403:
      page.dataset.state = "cancelled";
      if (redirect) go(redirect);
      else setTimeout(poll, 2000, 403);
      break;
    case 405:
      go(redirect);
      break;
    default:
      location.reload();
  }
}

function go(address) {
  if (page.dataset.selfRedirect === "true") {
    location.assign(address);
    return;
  }
  try {
    // Of another site's window nothing but this may be touched.
    window.top.location.href = address;
  } catch {
    // A sandbox forbids it: better here than nowhere.
    location.assign(address);
  }
}

// Only then: a poll is open for long, and until it ends the page would not count as loaded.
addEventListener("load", () => setTimeout(poll, 0));
