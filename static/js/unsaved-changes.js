// Leaving a form with typed changes asks first; data-unsaved-id names an element that says "Not saved yet".
for (const form of document.querySelectorAll('form[data-module="unsaved-changes"]')) {
  let isChanged = false;
  const sign = form.dataset.unsavedId ? document.getElementById(form.dataset.unsavedId) : null;
  form.addEventListener("input", () => {
    isChanged = true;
    if (sign) sign.hidden = false;
  });
  form.addEventListener("submit", () => { isChanged = false; });
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
}
