// Copy the text named by data-copy (an id) or kept in data-copy-text; the button says that it is done.
for (const button of document.querySelectorAll('[data-module="copy"]')) {
  button.addEventListener("click", async () => {
    const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
    const text = source ? source.value || source.textContent.trim() : button.dataset.copyText;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      if (!source || !source.select) return;
      source.select();
      document.execCommand("copy");
    }
    const label = button.querySelector("span") || button;
    const rest = label.textContent;
    label.textContent = button.dataset.doneLabel || rest;
    button.setAttribute("aria-live", "polite");
    window.setTimeout(() => { label.textContent = rest; }, 2500);
  });
}
