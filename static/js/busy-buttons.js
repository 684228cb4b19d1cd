// A form is sent once; its button says so and keeps its width.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.hasAttribute("data-repeatable")) return;
  form.dataset.busy = "yes";
  const button = event.submitter;
  if (!button) return;
  button.style.setProperty("min-width", `${button.offsetWidth}px`);
  button.setAttribute("aria-busy", "true");
  const label = button.querySelector("span");
  if (label && button.dataset.busyLabel) {
    button.dataset.restLabel = label.textContent;
    label.textContent = button.dataset.busyLabel;
  }
});
// Coming back through the history finds the form ready again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.busy;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.removeAttribute("aria-busy");
    const label = button.querySelector("span");
    if (label && button.dataset.restLabel) label.textContent = button.dataset.restLabel;
  }
});
