// A toast stays until it is closed or the next page comes.
for (const toast of document.querySelectorAll('[data-module="toast"]')) {
  const close = toast.querySelector("[data-close]");
  if (!close) continue;
  close.hidden = false;
  close.addEventListener("click", () => toast.remove());
}
