// The summary takes focus, and its links lead into the field itself.
for (const summary of document.querySelectorAll('[data-module="error-summary"]')) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    (target.closest(".field") || target).scrollIntoView({ block: "center" });
    (control || target).focus({ preventScroll: true });
  });
}
