// Menus made of <details>: Escape and a click elsewhere close them; wide windows show the side bar open.
for (const details of document.querySelectorAll('details[data-module="disclosure"]')) {
  const openFrom = Number(details.dataset.openFrom || 0);
  const wide = openFrom ? window.matchMedia(`(min-width: ${openFrom}px)`) : null;
  const isFixed = () => wide !== null && wide.matches;
  if (wide) {
    details.open = wide.matches;
    wide.addEventListener("change", () => { details.open = wide.matches; });
  }
  document.addEventListener("click", (event) => {
    if (details.open && !isFixed() && !details.contains(event.target)) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open || isFixed()) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
