"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  // Only shown where it works: browsers give the clipboard to https and localhost alone.
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });
}
