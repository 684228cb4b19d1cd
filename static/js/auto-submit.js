// A select that leads elsewhere (programme, sorting) submits its form on change; its button is for pages without scripts.
for (const form of document.querySelectorAll('form[data-module="auto-submit"]')) {
  const button = form.querySelector("[data-fallback]");
  if (button) button.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}
